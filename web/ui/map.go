package ui

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
)

// Map is a drawn map with points on it. Everything is part of the page, so that no address says where anybody was looking.
// With an Action one sets the points: an image input sends what was clicked, buttons move the view, and web/script/map.js
// does the first without leaving the page.
type Map struct {
	Name   string // of the question that it belongs to
	Of     string // of the form that it is in, where a page has several that may ask the same; part of its ids
	City   geo.Map
	View   geo.View
	Pins   []Pin
	Line   bool          // the points make a line, in their order
	Tracks [][]geo.Point // lines that are shown beside the points
	Text   string        // what it shows, where that is more than its points
	Target string        // the pin that a click sets; MapNew for one more
	Action string        // address of the POST that a click and the buttons make; empty to show only
	More   bool          // there may be one more pin
	Small  bool          // it stands in a narrow column, on wide screens too
}

// Pin is a point of a map, under the name of the two inputs that hold it. One that is not Set has no place yet.
type Pin struct {
	Name, Label string
	At          geo.Point
	Set         bool
}

// MapNew is the target of a click that adds a point.
const MapNew = "+"

// MapPrefix begins the names of what a map sends besides its points; no question is called so.
const MapPrefix = "_peta."

// What the buttons of a map send.
const (
	MapIn     = "dekat"
	MapOut    = "jauh"
	MapNorth  = "utara"
	MapSouth  = "selatan"
	MapWest   = "barat"
	MapEast   = "timur"
	MapCenter = "tengah" // sets the point in the middle
	MapShow   = "titik"  // shows the points that are set
)

// MapSizes are the sides of the image inputs in CSS pixels, by the last part of their names. The server has to know how
// large a picture is to read a click, so it is not stretched: one is shown on phones, the other on wider screens, and the
// third in a narrow column.
var MapSizes = map[string]int{"s": 280, "l": 560, "k": 240}

// mapPixel is a picture of nothing: the map lies under it.
const mapPixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

// ID is the id of the map on its page.
func (m Map) ID() string { return "peta-" + m.Of + m.Name }

func (m Map) input(part string) string { return MapPrefix + m.Name + part }

func (m Map) several() bool { return m.Line || len(m.Pins) > 1 }

// set are the points that have a place.
func (m Map) set() []geo.Point {
	var out []geo.Point
	for _, p := range m.Pins {
		if p.Set {
			out = append(out, p.At)
		}
	}
	return out
}

func (m Map) place(p Pin) (x, y string) {
	fx, fy := m.View.On(p.At)
	return unit(fx * geo.Side), unit(fy * geo.Side)
}

// line is where a line runs on the picture.
func (m Map) line(points []geo.Point) string {
	var out []string
	for _, p := range points {
		x, y := m.View.On(p)
		out = append(out, unit(x*geo.Side)+","+unit(y*geo.Side))
	}
	return strings.Join(out, " ")
}

func unit(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// number is what stands in a pin: its place in the line.
func (m Map) number(i int) string {
	if !m.several() {
		return ""
	}
	return strconv.Itoa(i + 1)
}

// about says in words where a point lies.
func (m Map) about(p geo.Point, l i18n.Locale) string {
	if m.City.Outside(p) {
		return l.T("map.outside")
	}
	if d, ok := m.City.Nearest(p); ok {
		return l.T("map.near", "place", d.Name)
	}
	return ""
}

// Said is what a map says of its points in words, which is read out when it changes.
func (m Map) said(l i18n.Locale) string {
	set := m.set()
	switch {
	case m.Text != "":
		return m.Text
	case len(set) == 0 && m.Action == "":
		return l.T("map.no_point")
	case len(set) == 0:
		return l.T("map.none_yet")
	case m.Line:
		return l.T("map.line", "n", len(set), "length", Metres(l, geo.Length(set)))
	}
	text := l.T("map.at", "point", Decimal(l, set[0]))
	if where := m.about(set[0], l); where != "" {
		text += ", " + where
	}
	if !m.View.Shows(set[0]) {
		text += ". " + l.T("map.unseen")
	}
	return text + "."
}

// Decimal writes a point in degrees with decimals: "1,130100; 104,052900".
func Decimal(l i18n.Locale, p geo.Point) string {
	if l == i18n.EN {
		return strings.Replace(p.String(), ",", ", ", 1)
	}
	return strings.ReplaceAll(strings.Replace(strings.ReplaceAll(p.String(), ",", ";"), ";", "; ", 1), ".", ",")
}

// Metres writes a length as people say it.
func Metres(l i18n.Locale, m float64) string {
	if m < 10_000 {
		return l.Number(int64(math.Round(m))) + " m"
	}
	return fmt.Sprintf("%d km", int(math.Round(m/1000)))
}

// attributes are what web/script/map.js knows of the map.
func (m Map) attributes(l i18n.Locale) templ.Attributes {
	a := templ.Attributes{
		"data-north": degrees(m.View.Center.Lat + m.View.Span/2), "data-west": degrees(m.View.Center.Lon - m.View.Width()/2),
		"data-height": degrees(m.View.Span), "data-width": degrees(m.View.Width()), "data-target": m.Target,
		"data-at": l.T("map.at", "point", "{point}"), "data-near": l.T("map.near", "place", "{place}"), "data-outside": l.T("map.outside"),
		"data-unseen": l.T("map.unseen"), "data-none": l.T("map.none_yet"),
	}
	if m.Line {
		a["data-line"] = l.T("map.line", "n", "{n}", "length", "{length}")
	}
	if m.City.Known() {
		b := m.City.Bounds
		a["data-bounds"] = strings.Join([]string{degrees(b.South), degrees(b.West), degrees(b.North), degrees(b.East)}, " ")
	}
	var places []any
	for _, p := range m.City.Places {
		if p.District {
			places = append(places, []any{p.Name, p.At.Lat, p.At.Lon})
		}
	}
	if places != nil {
		raw, _ := json.Marshal(places) // names and numbers: it cannot fail
		a["data-places"] = string(raw)
	}
	return a
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 9, 64) }

// anchor is on which side of its dot a name stands.
func anchor(left bool) (side, away string) {
	if left {
		return "end", "-12"
	}
	return "start", "12"
}
