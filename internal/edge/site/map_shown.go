package site

import (
	"context"
	"strings"
	"time"

	"bedelau/internal/city/casework"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// Drawn are maps of answers that are places, each under the code of the last answer that it shows: one of a question, and one
// of all points of a group, which make a line. text is an answer as its reader may see it; what is masked is on no map. day is
// when the answers were given.
func (p *Pages) Drawn(ctx context.Context, day time.Time, pages []casework.PageAnswers, text func(casework.Answer) string) (map[string]*ui.Map, error) {
	l := i18n.From(ctx)
	var order []string
	maps, last := map[string]*ui.Map{}, map[string]string{}
	for _, page := range pages {
		for _, f := range page.Fields {
			if f.Type != form.Point {
				continue
			}
			at, ok := geo.Parse(text(f))
			if !ok {
				continue
			}
			question, _, inside := strings.Cut(f.Code, ".")
			m := maps[question]
			if m == nil {
				m = &ui.Map{Name: question, Line: inside}
				maps[question], order = m, append(order, question)
			}
			m.Pins = append(m.Pins, ui.Pin{Name: f.Code, Label: l.T("map.pin", "n", len(m.Pins)+1), At: at, Set: true})
			last[question] = f.Code
		}
	}
	if len(order) == 0 {
		return nil, nil
	}
	ground, err := p.Ground(ctx, day)
	if err != nil {
		return nil, err
	}
	out := map[string]*ui.Map{}
	for _, question := range order {
		m := maps[question]
		m.City, m.View = ground, ground.Fit(places(m.Pins))
		out[last[question]] = m
	}
	return out, nil
}

// Plain is what an answer says to everyone who may read its application.
func Plain(f casework.Answer) string { return f.Text }

// PlacesMap draws the places of one answer.
func PlacesMap(l i18n.Locale, ground geo.Map, code string, points []geo.Point) *ui.Map {
	m := &ui.Map{Name: code, City: ground, View: ground.Fit(points), Line: len(points) > 1}
	for i, p := range points {
		m.Pins = append(m.Pins, ui.Pin{Name: code, Label: l.T("map.pin", "n", i+1), At: p, Set: true})
	}
	return m
}

// TracksMap draws lines with some points, and says in words what they are.
func TracksMap(ground geo.Map, code, text string, tracks [][]geo.Point, pins []ui.Pin) *ui.Map {
	m := &ui.Map{Name: code, City: ground, Tracks: tracks, Pins: pins, Text: text}
	all := places(pins)
	for _, t := range tracks {
		all = append(all, t...)
	}
	m.View = ground.Fit(all)
	return m
}
