package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Errors of DeriveBrand, for the form where a city sets its colour.
var (
	ErrBrandColor = errors.New("ui: a brand colour is written #rrggbb")
	ErrBrandLight = errors.New("ui: a brand colour this light cannot carry text")
)

// readable is the contrast every pair of text and background in a city's colours must reach (WCAG 2 AA).
const readable = 4.5

// lightest is the OKLCH lightness above which a colour is refused: darkened enough to read, it would be another colour.
const lightest = 0.93

// Brand is what one colour of a city becomes: the colours of its pages, every pair of them readable.
type Brand struct {
	Adjusted bool    // the colour was darkened to be readable; the form says so
	Contrast float64 // of text in the brand colour on the lightest tint behind it

	accent, main, hover, deep, deeper, soft rgb // soft is text on deep
	wash, tint, line                        rgb
}

// DeriveBrand makes a city's colours from its one brand colour. A colour too pale for text is darkened until it reads;
// one that is nearly white is refused.
func DeriveBrand(color string) (Brand, error) {
	base, ok := parseHex(color)
	if !ok {
		return Brand{}, ErrBrandColor
	}
	k := base.oklch()
	if k.l > lightest {
		return Brand{}, ErrBrandLight
	}
	at := func(l, share, most float64) rgb { return oklch{l, math.Min(k.c*share, most), k.h}.rgb() }
	b := Brand{
		accent: base,
		wash:   at(0.977, 0.12, 0.014),
		tint:   at(0.945, 0.25, 0.032),
		line:   at(0.87, 0.45, 0.06),
		deep:   at(0.31, 0.8, 0.11),
		deeper: at(0.24, 0.7, 0.09),
		soft:   at(0.90, 0.4, 0.05),
	}
	main := base.rounded()
	for l := k.l; contrast(main, b.tint) < readable || contrast(main, white) < readable; l -= 0.005 {
		main, b.Adjusted = oklch{l, k.c, k.h}.rgb(), true
	}
	b.main = main
	b.hover = oklch{math.Max(0, main.oklch().l-0.07), k.c, k.h}.rgb()
	b.Contrast = contrast(b.main, b.tint)
	return b, nil
}

// pairs lists every text and background that the pages put together.
func (b Brand) pairs() map[string][2]rgb {
	return map[string][2]rgb{
		"white on main":   {white, b.main},
		"white on hover":  {white, b.hover},
		"white on deep":   {white, b.deep},
		"white on deeper": {white, b.deeper},
		"soft on deep":    {b.soft, b.deep},
		"main on white":   {b.main, white},
		"main on wash":    {b.main, b.wash},
		"main on tint":    {b.main, b.tint},
		"hover on tint":   {b.hover, b.tint},
		"deep on tint":    {b.deep, b.tint},
	}
}

// CSS is the city's stylesheet: custom properties only, on a selector that wins over the product's own.
func (b Brand) CSS() string {
	var s strings.Builder
	s.WriteString(":root:root{")
	for _, v := range []struct {
		name string
		c    rgb
	}{
		{"accent", b.accent}, {"main", b.main}, {"hover", b.hover}, {"deep", b.deep}, {"deeper", b.deeper},
		{"soft", b.soft}, {"wash", b.wash}, {"tint", b.tint}, {"line", b.line},
	} {
		fmt.Fprintf(&s, "--brand-%s:%s;", v.name, v.c.hex())
	}
	m := func(v float64) int { return int(math.Round(v * 255)) }
	fmt.Fprintf(&s, "--brand-rgb:%d,%d,%d}\n", m(b.main.r), m(b.main.g), m(b.main.b))
	return s.String()
}

// Path is where the edge serves CSS for the city named slug. The hash of the content is in it, so it never goes stale.
func (b Brand) Path(slug string) string {
	sum := sha256.Sum256([]byte(b.CSS()))
	return "/brand/" + slug + "/" + hex.EncodeToString(sum[:6]) + ".css"
}
