package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rgb is an sRGB colour, 0 to 1 a channel.
type rgb struct{ r, g, b float64 }

// oklch is the same colour as lightness, chroma and hue in OKLCH, where equal steps of lightness look equal.
type oklch struct{ l, c, h float64 }

var white = rgb{1, 1, 1}

// parseHex reads "#0b5cad"; the short and the alpha forms are refused, since a city sets this once.
func parseHex(s string) (rgb, bool) {
	hex, ok := strings.CutPrefix(strings.TrimSpace(s), "#")
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return rgb{}, false
	}
	ch := func(shift uint) float64 { return float64(n>>shift&0xff) / 255 }
	return rgb{ch(16), ch(8), ch(0)}, true
}

// hex writes the colour as a browser reads it; everything contrast is measured on is rounded this way first.
func (c rgb) hex() string {
	b := func(v float64) int { return int(math.Round(math.Min(1, math.Max(0, v)) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", b(c.r), b(c.g), b(c.b))
}

func (c rgb) rounded() rgb {
	out, _ := parseHex(c.hex())
	return out
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// luminance is the relative luminance of WCAG 2.
func (c rgb) luminance() float64 {
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the WCAG 2 contrast ratio of two colours, 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// The matrices are Björn Ottosson's published ones for OKLab.
func (c rgb) oklch() oklch {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	lightness := 0.2104542553*l + 0.7936177850*m - 0.0040720468*s
	x := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	y := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return oklch{lightness, math.Hypot(x, y), math.Atan2(y, x)}
}

func (c oklch) linearRGB() (r, g, b float64) {
	x, y := c.c*math.Cos(c.h), c.c*math.Sin(c.h)
	l := math.Pow(c.l+0.3963377774*x+0.2158037573*y, 3)
	m := math.Pow(c.l-0.1055613458*x-0.0638541728*y, 3)
	s := math.Pow(c.l-0.0894841775*x-1.2914855480*y, 3)
	return 4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s
}

// rgb returns the nearest displayable colour of the same lightness and hue, giving up chroma where a screen has none.
func (c oklch) rgb() rgb {
	for ; ; c.c -= 0.004 {
		r, g, b := c.linearRGB()
		inside := math.Min(r, math.Min(g, b)) > -0.0005 && math.Max(r, math.Max(g, b)) < 1.0005
		if inside || c.c <= 0 {
			return rgb{gamma(math.Max(0, r)), gamma(math.Max(0, g)), gamma(math.Max(0, b))}.rounded()
		}
	}
}
