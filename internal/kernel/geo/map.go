package geo

import "math"

// How true a map is.
const (
	Schematic = "schematic" // drawn by hand to find one's way: no border and no distance may be taken from it
	Surveyed  = "surveyed"
)

// Map is what is known of a city's ground. The zero Map knows nothing, and shows Indonesia under its graticule.
type Map struct {
	Kind   string  `json:"kind"`
	Bounds Box     `json:"bounds"`
	Land   []Ring  `json:"land,omitempty"`
	Places []Place `json:"places,omitempty"`
	Source string  `json:"source"`
}

// Ring is the edge of an island or of a part of one, closed by its first point.
type Ring []Point

// Place is a name at a point: of a district, at the point that stands for it, or of something that people know.
type Place struct {
	Name     string `json:"name"`
	At       Point  `json:"at"`
	District bool   `json:"district,omitempty"`
}

// Known reports whether there is more to show than a graticule over the country.
func (m Map) Known() bool { return !m.Bounds.Empty() }

// area is what the whole map shows.
func (m Map) area() Box {
	if m.Known() {
		return m.Bounds
	}
	return Indonesia
}

// Outside reports whether a point lies where the city does not reach.
func (m Map) Outside(p Point) bool { return m.Known() && !m.Bounds.Holds(p) }

// Nearest returns the district whose point lies nearest to p. That point stands in its middle, so near an edge the answer
// may be the neighbour: say so where it is shown.
func (m Map) Nearest(p Point) (Place, bool) {
	best, least := Place{}, math.Inf(1)
	for _, x := range m.Places {
		if d := Metres(x.At, p); x.District && d < least {
			best, least = x, d
		}
	}
	return best, !math.IsInf(least, 1)
}

// closest is how many degrees the closest view shows: a street, with pixels of two metres and less.
const closest = 0.008

// squeeze is how long a degree of longitude is in degrees of latitude.
func (m Map) squeeze() float64 { return math.Cos(m.area().middle().Lat * math.Pi / 180) }

// span is how many degrees of latitude the whole map takes, with a little air around it.
func (m Map) span() float64 {
	const air = 1.06
	b := m.area()
	return max(b.North-b.South, (b.East-b.West)*m.squeeze(), closest) * air
}

// Closest is the last level of zoom; each shows half as much as the one before, and level 0 the whole city.
func (m Map) Closest() int { return int(math.Ceil(math.Log2(m.span() / closest))) }

// Whole shows the city.
func (m Map) Whole() View { return m.View(0, m.area().middle()) }

// View shows a square around center at a level of zoom; what is out of reach is brought back to it.
func (m Map) View(zoom int, center Point) View {
	zoom = min(max(zoom, 0), m.Closest())
	return View{Zoom: zoom, Center: Indonesia.nearest(center), Span: m.span() / math.Pow(2, float64(zoom)), squeeze: m.squeeze()}
}

// Fit shows all of some points with room around them, and the whole city for none. One point is shown with its
// neighbourhood, so that one sees where it lies.
func (m Map) Fit(points []Point) View {
	if len(points) == 0 {
		return m.Whole()
	}
	b := Box{90, 180, -90, -180}
	for _, p := range points {
		b = Box{min(b.South, p.Lat), min(b.West, p.Lon), max(b.North, p.Lat), max(b.East, p.Lon)}
	}
	const (
		room   = 1.6
		around = 3 // levels
	)
	zoom := m.Closest()
	if len(points) == 1 {
		zoom = max(zoom-around, 0)
	}
	for ; zoom > 0; zoom-- {
		v := m.View(zoom, b.middle())
		if (b.North-b.South)*room <= v.Span && (b.East-b.West)*m.squeeze()*room <= v.Span {
			break
		}
	}
	if zoom == 0 && m.area().Holds(points[0]) {
		return m.Whole()
	}
	return m.View(zoom, b.middle())
}
