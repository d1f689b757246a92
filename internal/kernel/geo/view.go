package geo

import (
	"math"
	"strconv"
	"strings"
)

// View is the square that a drawing shows. Places in it are shares of its side, from the upper left corner.
type View struct {
	Zoom    int
	Center  Point
	Span    float64 // degrees of latitude from the lower edge to the upper
	squeeze float64
}

// At is the point under a place of the drawing.
func (v View) At(x, y float64) Point {
	return Point{v.Center.Lat + (0.5-y)*v.Span, v.Center.Lon + (x-0.5)*v.Width()}
}

// On is where a point is in the drawing; beyond 0 and 1 it is not shown.
func (v View) On(p Point) (x, y float64) {
	return 0.5 + (p.Lon-v.Center.Lon)/v.Width(), 0.5 - (p.Lat-v.Center.Lat)/v.Span
}

// Width is how many degrees of longitude the view shows.
func (v View) Width() float64 { return v.Span / v.squeeze }

// Shows reports whether a point is in the drawing.
func (v View) Shows(p Point) bool {
	x, y := v.On(p)
	return x >= 0 && x <= 1 && y >= 0 && y <= 1
}

// String writes where one is looking: "3;1.130100,104.052900". Map.ParseView reads it.
func (v View) String() string { return strconv.Itoa(v.Zoom) + ";" + v.Center.String() }

// ParseView reads what View.String wrote, or what anyone else did; what cannot be read is the whole city.
func (m Map) ParseView(s string) (View, bool) {
	level, at, _ := strings.Cut(s, ";")
	zoom, err := strconv.Atoi(level)
	p, ok := Parse(at)
	if err != nil || !ok {
		return m.Whole(), false
	}
	return m.View(zoom, p), true
}

// Line is a parallel or a meridian of the graticule, at its place in the drawing.
type Line struct {
	Degree float64
	At     float64
}

// Graticule are the parallels and the meridians of a view: every so many whole minutes or seconds, three to six of each.
func (v View) Graticule() (parallels, meridians []Line) {
	step := v.step()
	south, west := v.Center.Lat-v.Span/2, v.Center.Lon-v.Width()/2
	for d := math.Ceil(south/step) * step; d < south+v.Span; d += step {
		_, y := v.On(Point{d, v.Center.Lon})
		parallels = append(parallels, Line{d, y})
	}
	for d := math.Ceil(west/step) * step; d < west+v.Width(); d += step {
		x, _ := v.On(Point{v.Center.Lat, d})
		meridians = append(meridians, Line{d, x})
	}
	return parallels, meridians
}

func (v View) step() float64 {
	for _, seconds := range []float64{5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000} {
		if step := seconds / 3600; v.Span/step <= 5 {
			return step
		}
	}
	return 10
}

// Scale is a round length in metres, and the share of the side that it takes: at most a third.
func (v View) Scale() (length int, share float64) {
	side := v.Span * metres
	length = 1
	for n := 1; float64(n) <= side/3; n *= 10 {
		for _, m := range []int{1, 2, 5} {
			if float64(n*m) <= side/3 {
				length = n * m
			}
		}
	}
	return length, float64(length) / side
}

// Pan moves the view by shares of its side, to the east and to the north.
func (m Map) Pan(v View, east, north float64) View {
	return m.View(v.Zoom, Point{v.Center.Lat + north*v.Span, v.Center.Lon + east*v.Width()})
}
