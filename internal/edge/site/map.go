package site

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pack"
	"bedelau/web/ui"
)

// Ground is the map of the city in ctx on a day.
func (p *Pages) Ground(ctx context.Context, day time.Time) (geo.Map, error) {
	return pack.LoadMap(ctx, p.DB.App, day)
}

// Maps are the drawn maps of a page of questions: over which ground, where each is looking, and which point a click sets. A
// question's view is posted with its page and is in no address.
type Maps struct {
	City   geo.Map
	views  map[string]string
	target map[string]string
	press  press
}

// press is what was pressed on a map: a button, or a place of its picture.
type press struct {
	act     string
	x, y    float64
	clicked bool
}

// TakeMaps takes out of what a page sent what belongs to its maps. question is the map on which something was pressed.
func TakeMaps(in Form, question string) Maps {
	m := Maps{views: map[string]string{}, target: map[string]string{}}
	for name := range in.Values {
		rest, ok := strings.CutPrefix(name, ui.MapPrefix)
		if !ok {
			continue
		}
		value := in.Get(name)
		of, part, _ := strings.Cut(rest, ".")
		switch part {
		case "":
			m.views[of] = value
		case "titik":
			m.target[of] = value
		case "aksi":
			if of == question {
				m.press.act = value
			}
		}
		delete(in.Values, name)
		for size, pixels := range ui.MapSizes {
			if of == question && part == size+".x" || of == question && part == size+".y" {
				m.press.at(part, value, pixels)
			}
		}
	}
	// A picture that is pressed by the keyboard sends its corner, which nobody meant.
	m.press.clicked = m.press.clicked && (m.press.x != 0 || m.press.y != 0)
	return m
}

// at keeps one number of a click on a picture of so many pixels.
func (p *press) at(part, value string, pixels int) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > pixels {
		return
	}
	p.clicked = true
	if share := float64(n) / float64(pixels); strings.HasSuffix(part, "x") {
		p.x = share
	} else {
		p.y = share
	}
}

// Press does what was pressed on the map of a question: it sets a point among typed, or looks elsewhere. may tells which
// answers may be changed.
func (m *Maps) Press(in Form, f form.Field, may func(code string) bool) {
	view, known := m.City.ParseView(m.views[f.Code])
	pins := typedPins(in, f)
	target := m.target[f.Code]
	if f.Type == form.Point {
		target = f.Code
	}
	if !known {
		view = m.City.Fit(places(pins))
	}
	i := slices.IndexFunc(pins, func(p ui.Pin) bool { return p.Name == target })
	center := view.Center
	if i >= 0 && pins[i].Set && view.Shows(pins[i].At) {
		center = pins[i].At
	}
	const step = 0.5 // of the side
	switch act := m.press.act; {
	case m.press.clicked:
		m.set(in, f, target, view.At(m.press.x, m.press.y), may)
	case act == ui.MapCenter:
		m.set(in, f, target, view.Center, may)
	case act == ui.MapIn:
		view = m.City.View(view.Zoom+1, center)
	case act == ui.MapOut:
		view = m.City.View(view.Zoom-1, center)
	case act == ui.MapNorth:
		view = m.City.Pan(view, 0, step)
	case act == ui.MapSouth:
		view = m.City.Pan(view, 0, -step)
	case act == ui.MapEast:
		view = m.City.Pan(view, step, 0)
	case act == ui.MapWest:
		view = m.City.Pan(view, -step, 0)
	case act == ui.MapShow:
		view = m.City.Fit(places(pins))
	}
	m.views[f.Code] = view.String()
}

// set gives a point its place: that of an answer, or of one more row. What a click sets next is then chosen anew.
func (m *Maps) set(in Form, f form.Field, target string, at geo.Point, may func(code string) bool) {
	n := rowsOf(in, f)
	if target == ui.MapNew && f.Type == form.Group && f.More(n) && may(f.Code) {
		sub := pointsOf(f)
		if len(sub) != 1 {
			return
		}
		n++
		in.Set(f.Code, strconv.Itoa(n))
		target = f.Code + "." + strconv.Itoa(n) + "." + sub[0]
	} else if !slices.ContainsFunc(typedPins(in, f), func(p ui.Pin) bool { return p.Name == target }) || !may(target) {
		return
	}
	lat, lon, _ := strings.Cut(at.String(), ",")
	in.Values[target] = []string{lat, lon}
	delete(m.target, f.Code)
}

// pointsOf are the questions of a row that ask for a place.
func pointsOf(f form.Field) []string {
	var out []string
	for _, sub := range f.Fields {
		if sub.Type == form.Point {
			out = append(out, sub.Code)
		}
	}
	return out
}

func rowsOf(in Form, f form.Field) int {
	n, _ := strconv.Atoi(in.Get(f.Code))
	return max(n, 0)
}

// typedPins are the points of a question as they were sent.
func typedPins(in Form, f form.Field) []ui.Pin {
	if f.Type == form.Point {
		return []ui.Pin{pin(ui.Field{Name: f.Code, Typed: in.Values[f.Code]}, "")}
	}
	var out []ui.Pin
	for n := range rowsOf(in, f) {
		if n > 0 && !f.More(n-1) {
			break // more than it may have
		}
		for _, sub := range pointsOf(f) {
			name := f.Code + "." + strconv.Itoa(n+1) + "." + sub
			out = append(out, pin(ui.Field{Name: name, Typed: in.Values[name]}, ""))
		}
	}
	return out
}

func pin(f ui.Field, label string) ui.Pin {
	p := ui.Pin{Name: f.Name, Label: label}
	if p.At, p.Set = geo.Parse(f.Value); !p.Set {
		p.At, p.Set = form.TypedPoint(f.Typed)
	}
	return p
}

func places(pins []ui.Pin) []geo.Point {
	var out []geo.Point
	for _, p := range pins {
		if p.Set {
			out = append(out, p.At)
		}
	}
	return out
}

// draw is the map of a question as it is asked now; nil for one that asks for no place, or whose places are not to be changed.
func (m *Maps) draw(v ui.Field, f form.Field, path string, more bool) *ui.Map {
	out := ui.Map{Name: f.Code, City: m.City, Action: path + "?peta=" + f.Code + "#peta-" + f.Code}
	switch f.Type {
	case form.Point:
		out.Pins = []ui.Pin{pin(v, v.Label)}
	case form.Group:
		subs := pointsOf(f)
		out.Line, out.More = len(subs) == 1, len(subs) == 1 && more
		for _, row := range v.Rows {
			for _, x := range row.Fields {
				if x.Type != string(form.Point) {
					continue
				}
				label := row.Title
				if len(subs) > 1 {
					label += ": " + x.Label
				}
				out.Pins = append(out.Pins, pin(x, label))
			}
		}
		if len(subs) == 0 || len(out.Pins) == 0 {
			return nil
		}
	default:
		return nil
	}
	out.Target = target(out, m.target[f.Code])
	view, known := m.City.ParseView(m.views[f.Code])
	if out.View = view; !known {
		out.View = m.City.Fit(places(out.Pins))
	}
	return &out
}

// Asked is the map of a place that a form of an officer's asks, beside its boxes in v; of tells the forms of a page apart, and
// path is where the form goes, to which MapQuestion names the map that was pressed.
func (m *Maps) Asked(v ui.Field, f form.Field, of, path string) *ui.Map {
	out := m.draw(v, f, "", false)
	if out == nil {
		return nil
	}
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	out.Of, out.Small = of, true
	// The answer shows this form as the one that was tried, whose ids stand for themselves.
	out.Action = path + join + MapQuestion + "=" + f.Code + "#" + ui.Map{Name: f.Code}.ID()
	return out
}

// Lined is the map of a line of points that a form of the product's own asks for, as the rows of v; path is where the form goes,
// to which MapQuestion names the map that was pressed.
func (m *Maps) Lined(v ui.Field, f form.Field, path string) *ui.Map {
	return m.draw(v, f, path, f.More(len(v.Rows)))
}

// MapQuestion names in an address the question on whose map something was pressed.
const MapQuestion = "peta"

// target is the pin that a click sets: the one that was chosen, else the first without a place, else one more,
// else the last.
func target(m ui.Map, chosen string) string {
	first := ""
	for _, p := range m.Pins {
		if p.Name == chosen {
			return chosen
		}
		if first == "" && !p.Set {
			first = p.Name
		}
	}
	switch {
	case m.More && (chosen == ui.MapNew || first == ""):
		return ui.MapNew
	case first != "":
		return first
	}
	return m.Pins[len(m.Pins)-1].Name
}
