package sheet

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"github.com/johnfercher/maroto/v2/pkg/components/image"
	"github.com/johnfercher/maroto/v2/pkg/consts/extension"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
)

const (
	mapPixels = 2 * geo.Side // of a side in print
	mapHeight = 78           // mm
)

// ink is what the letters of a map are written with.
var ink = stdimage.NewUniform(color.RGBA{0x17, 0x21, 0x2b, 0xff})

// Map appends the drawing of some points, and of the line through several, with their coordinates in degrees, minutes and
// seconds. What cannot be drawn leaves the words.
func (sh Sheet) Map(ground geo.Map, points []geo.Point, l i18n.Locale) {
	if picture := drawMap(ground, points, l); picture != nil {
		sh.m.AddRows(image.NewFromBytesRow(mapHeight, picture, extension.Png, props.Rect{Percent: 100}))
	}
	var words []string
	for i, p := range points {
		s := p.DMS(l)
		if len(points) > 1 {
			s = "(" + strconv.Itoa(i+1) + ") " + s
		}
		words = append(words, s)
	}
	sh.Add(strings.Join(words, "; "), props.Text{Size: 9, Top: 1})
	if ground.Known() && ground.Kind == geo.Schematic {
		sh.Add(l.T("map.schematic"), props.Text{Size: 8, Top: 0.6})
	}
	sh.Space(3)
}

// drawMap draws a map as a PNG: shapes by the library that draws the arms, and letters over them.
func drawMap(ground geo.Map, points []geo.Point, l i18n.Locale) []byte {
	v := ground.Fit(points)
	d := ground.Draw(v, l)
	canvas := onCanvas(mapSVG(d, v, points), mapPixels)
	face, err := opentype.Parse(gobold.TTF)
	if canvas == nil || err != nil {
		return nil
	}
	write := func(s string, x, y, size float64, anchor float64) {
		f, err := opentype.NewFace(face, &opentype.FaceOptions{Size: size * 2, DPI: 72})
		if err != nil {
			return
		}
		pen := font.Drawer{Dst: canvas, Src: ink, Face: f}
		pen.Dot = fixed.Point26_6{X: fixed.Int26_6(x*2*64) - fixed.Int26_6(float64(pen.MeasureString(s))*anchor), Y: fixed.Int26_6(y * 2 * 64)}
		pen.DrawString(s)
	}
	for _, x := range d.Parallels {
		write(x.Text, 6, x.At-5, 13, 0)
	}
	for _, x := range d.Meridians {
		write(x.Text, x.At+5, geo.Side-8, 13, 0)
	}
	for _, x := range d.Dots {
		if x.Left {
			write(x.Text, x.X-10, x.Y+5, 16, 1)
		} else {
			write(x.Text, x.X+10, x.Y+5, 16, 0)
		}
	}
	write(d.ScaleText, geo.Side-16-d.ScaleWidth/2, 84, 14, 0.5)
	write(l.T("map.north_mark"), 532, 58, 16, 0.5)
	if len(points) > 1 {
		for i, p := range points {
			x, y := v.On(p)
			write(strconv.Itoa(i+1), x*geo.Side+10, y*geo.Side-8, 16, 0)
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, canvas) != nil {
		return nil
	}
	return b.Bytes()
}

func mapSVG(d geo.Drawing, v geo.View, points []geo.Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d"><rect width="%[1]d" height="%[1]d" fill="#e6f0f7" stroke="#6b7785" stroke-width="3"/>`, geo.Side)
	if d.Land != "" {
		fmt.Fprintf(&b, `<path d="%s" fill="#f4efdf" stroke="#8d8363" stroke-width="2"/>`, d.Land)
	}
	for _, x := range d.Parallels {
		fmt.Fprintf(&b, `<path d="M0 %.1fL%d %.1f" stroke="#9aa6b1" stroke-width="1" fill="none"/>`, x.At, geo.Side, x.At)
	}
	for _, x := range d.Meridians {
		fmt.Fprintf(&b, `<path d="M%.1f 0L%.1f %d" stroke="#9aa6b1" stroke-width="1" fill="none"/>`, x.At, x.At, geo.Side)
	}
	for _, x := range d.Dots {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4" fill="#17212b"/>`, x.X, x.Y)
	}
	fmt.Fprintf(&b, `<path d="M532 12L542 42L532 35L522 42Z" fill="#17212b"/><path d="M%.1f 88L%.1f 98L%d 98L%d 88" stroke="#17212b" stroke-width="3" fill="none"/>`,
		geo.Side-16-d.ScaleWidth, geo.Side-16-d.ScaleWidth, geo.Side-16, geo.Side-16)
	for i, p := range points {
		x, y := v.On(p)
		if i > 0 {
			px, py := v.On(points[i-1])
			fmt.Fprintf(&b, `<path d="M%.1f %.1fL%.1f %.1f" stroke="#a8201a" stroke-width="5" fill="none"/>`, px*geo.Side, py*geo.Side, x*geo.Side, y*geo.Side)
		}
	}
	for _, p := range points {
		x, y := v.On(p)
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="8" fill="#a8201a" stroke="#ffffff" stroke-width="3"/>`, x*geo.Side, y*geo.Side)
	}
	b.WriteString("</svg>")
	return b.String()
}
