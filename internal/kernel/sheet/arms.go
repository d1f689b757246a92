package sheet

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"sync"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
)

// armsPixels is the side of the square on which a city's arms are drawn: 25 mm at 400 dots per inch.
const armsPixels = 400

// armsDrawn remembers the drawings of this process: there are as many as cities.
var armsDrawn sync.Map // SVG text -> []byte

// drawn draws a city's logo as a PNG; nil for none, and for one that the library cannot draw, which the letterhead does
// without.
func drawn(svg string) []byte {
	if svg == "" {
		return nil
	}
	if known, ok := armsDrawn.Load(svg); ok {
		return known.([]byte)
	}
	picture := draw(svg)
	armsDrawn.Store(svg, picture)
	return picture
}

func draw(svg string) []byte {
	canvas := onCanvas(svg, armsPixels)
	var b bytes.Buffer
	if canvas == nil || png.Encode(&b, canvas) != nil {
		return nil
	}
	return b.Bytes()
}

// onCanvas draws an SVG so that its longer side has so many pixels; nil for one that the library cannot draw.
func onCanvas(svg string, pixels float64) (canvas *image.RGBA) {
	defer func() {
		if recover() != nil { // the library stops on paths that it did not foresee
			canvas = nil
		}
	}()
	icon, err := oksvg.ReadIconStream(strings.NewReader(svg), oksvg.IgnoreErrorMode)
	if err != nil || icon.ViewBox.W <= 0 || icon.ViewBox.H <= 0 {
		return nil
	}
	scale := pixels / max(icon.ViewBox.W, icon.ViewBox.H)
	w, h := int(icon.ViewBox.W*scale), int(icon.ViewBox.H*scale)
	icon.SetTarget(0, 0, float64(w), float64(h))
	canvas = image.NewRGBA(image.Rect(0, 0, w, h))
	icon.Draw(rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, canvas, canvas.Bounds())), 1)
	return canvas
}
