package geo

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"bedelau/internal/kernel/i18n"
)

// Side is how long the side of a drawing is, in its own units; it is shown smaller on a phone and on paper.
const Side = 560

// letter is how high a letter of a drawing is at the most, in units: what a phone needs to be read.
const letter = 24

// Drawing is a view as it is drawn: everything but the points of the reader, in units from the upper left corner.
type Drawing struct {
	Land                 string // data of a path; empty where nothing is known of it
	Parallels, Meridians []Rule
	Dots                 []Label // of places; those without room for their name have none
	ScaleWidth           float64
	ScaleText            string
}

// Rule is a line of the graticule with its degrees.
type Rule struct {
	At   float64
	Text string
}

// Label is a place with its name, which stands left of it where there is no room on the right.
type Label struct {
	X, Y     float64
	Text     string
	Left     bool
	District bool
}

// Draw lays out what a view shows.
func (m Map) Draw(v View, l i18n.Locale) Drawing {
	d := Drawing{Land: m.land(v)}
	parallels, meridians := v.Graticule()
	for _, p := range parallels {
		d.Parallels = append(d.Parallels, Rule{p.At * Side, minutes(p.Degree, l.T("map.north"), l.T("map.south"))})
	}
	for i, p := range meridians {
		text := minutes(p.Degree, l.T("map.east"), l.T("map.west"))
		if len(meridians) > 3 && i%2 == 1 {
			text = "" // it would run into the next one
		}
		d.Meridians = append(d.Meridians, Rule{p.At * Side, text})
	}
	d.Dots = m.dots(v, d.written())
	length, share := v.Scale()
	d.ScaleWidth, d.ScaleText = share*Side, fmt.Sprintf("%d m", length)
	if length >= 1000 {
		d.ScaleText = fmt.Sprintf("%d km", length/1000)
	}
	return d
}

// minutes writes a line of the graticule: "1°06′ LU", with seconds only where there are some.
func minutes(v float64, plus, minus string) string {
	side := plus
	if v < 0 {
		side = minus
	}
	n := int64(math.Round(math.Abs(v) * 3600))
	if n%60 == 0 {
		return fmt.Sprintf("%d°%02d′ %s", n/3600, n/60%60, side)
	}
	return fmt.Sprintf("%d°%02d′%02d″ %s", n/3600, n/60%60, n%60, side)
}

// written is where the degrees, the arrow to the north and the scale stand, which no name covers.
func (d Drawing) written() [][4]float64 {
	const wide, high = 110, letter
	out := [][4]float64{{Side * 0.6, 0, Side, 116}}
	for _, x := range d.Parallels {
		out = append(out, [4]float64{0, x.At - high, wide, x.At})
	}
	for _, x := range d.Meridians {
		out = append(out, [4]float64{x.At, Side - high - 4, x.At + wide, Side})
	}
	return out
}

// land is the path of the islands that the view touches.
func (m Map) land(v View) string {
	var b strings.Builder
	for _, ring := range m.Land {
		if !v.touches(ring) {
			continue
		}
		for i, p := range ring {
			x, y := v.On(p)
			step := "L"
			if i == 0 {
				step = "M"
			}
			fmt.Fprintf(&b, "%s%.1f %.1f", step, x*Side, y*Side)
		}
		b.WriteString("Z")
	}
	return b.String()
}

func (v View) touches(ring Ring) bool {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range ring {
		x, y := v.On(p)
		left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
	}
	return left <= 1 && right >= 0 && top <= 1 && bottom >= 0
}

// dots are the places of a view, districts first, in the order of the city. A name that would cover another is left out: closer by there is room.
func (m Map) dots(v View, taken [][4]float64) []Label {
	var out []Label
	for _, p := range m.Places {
		const near = 7
		if v.Shows(p.At) { // no name covers a dot
			x, y := v.On(p.At)
			taken = append(taken, [4]float64{x*Side - near, y*Side - near, x*Side + near, y*Side + near})
		}
	}
	for _, districts := range []bool{true, false} {
		for _, p := range m.Places {
			if p.District != districts || !v.Shows(p.At) {
				continue
			}
			x, y := v.On(p.At)
			at := Label{X: x * Side, Y: y * Side, District: districts}
			if box, left, ok := room(at, p.Name, taken); ok {
				at.Text, at.Left = p.Name, left
				taken = append(taken, box)
			}
			out = append(out, at)
		}
	}
	return out
}

// room finds where a name fits beside its dot: on the right, else on the left.
func room(at Label, name string, taken [][4]float64) (box [4]float64, left, ok bool) {
	const begin, wide = 8, 0.55 // of the name beside its dot; of a letter, in its height
	width := begin + float64(utf8.RuneCountInString(name))*letter*wide
	for _, left := range []bool{false, true} {
		box = [4]float64{at.X + begin, at.Y - letter/2, at.X + begin + width, at.Y + letter/2}
		if left {
			box[0], box[2] = at.X-begin-width, at.X-begin
		}
		free := box[0] >= 0 && box[2] <= Side
		for _, t := range taken {
			free = free && (box[0] >= t[2] || box[2] <= t[0] || box[1] >= t[3] || box[3] <= t[1])
		}
		if free {
			return box, left, true
		}
	}
	return box, false, false
}

// Length is how long the line through some points is, in metres.
func Length(points []Point) float64 {
	total := 0.0
	for i := 1; i < len(points); i++ {
		total += Metres(points[i-1], points[i])
	}
	return total
}
