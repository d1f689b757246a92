package pack

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

const ground = `
- from: 2020-01-01
  kind: schematic
  source: uji
  licence: CC0-1.0
  bounds: {south: 1, west: 104, north: 1.2, east: 104.2}
- from: 2026-07-01
  kind: surveyed
  verified: true
  source: uji
  licence: CC0-1.0
  bounds: {south: 1, west: 104, north: 1.3, east: 104.3}
  land:
    - {name: Pulau, ring: [[1.05, 104.05], [1.2, 104.1], [1.1, 104.25]]}
  places:
    - {area: "21.71.01", at: [1.1, 104.1]}
    - {name: Pelabuhan, at: [1.15, 104.12]}
`

// TestTheMapOfADay: a city's ground is that of the day, its districts have their names, and a city that is based on another
// does not get the other's ground.
func TestTheMapOfADay(t *testing.T) {
	t.Parallel()
	w, e := pgtest.Open(t), NewEngine()
	edits := map[string]string{"kampung/map.yaml": ground}
	load := func(slug, day string) geo.Map {
		t.Helper()
		r, err := e.Apply(t.Context(), w.DB, mustLoad(t, folders(edits), slug))
		if err != nil {
			t.Fatal(err)
		}
		at, _ := time.Parse(time.DateOnly, day)
		m, err := LoadMap(tenancy.With(t.Context(), r.City), w.DB.App, at)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := load("kampung", "2019-12-31"); m.Known() {
		t.Errorf("before its first day it has %+v", m)
	}
	if m := load("kampung", "2026-06-30"); m.Kind != geo.Schematic || m.Bounds.North != 1.2 || len(m.Land) != 0 {
		t.Errorf("the day before the change it has %+v", m)
	}
	m := load("kampung", "2026-07-01")
	if m.Kind != geo.Surveyed || len(m.Land) != 1 || len(m.Land[0]) != 3 || len(m.Places) != 2 {
		t.Fatalf("it has %+v", m)
	}
	if x, ok := m.Nearest(geo.Point{Lat: 1.2, Lon: 104.2}); !ok || x.Name != "Hulu" {
		t.Errorf("nearest is %v", x)
	}
	if m := load("hilir", "2026-07-01"); m.Known() {
		t.Errorf("a city has the ground of its model: %+v", m)
	}
}

func TestABrokenMapIsRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	for want, edit := range map[string][2]string{
		"[0].bounds: the bounds must lie in Indonesia": {"south: 1, west: 104, north: 1.2", "south: 1.4, west: 104, north: 1.2"},
		"[1].bounds": {"north: 1.3, east: 104.3", "north: 1.3, east: 204.3"},
		"[1].land[0].ring[0]: the point [104.05 1.05]":     {"[1.05, 104.05]", "[104.05, 1.05]"},
		"[1].land[0].ring: an outline needs 3 points":      {"[1.05, 104.05], [1.2, 104.1], ", ""},
		"[1].places[0].area: the district 21.71.09 is not": {`"21.71.01", at`, `"21.71.09", at`},
		"[1].places[1].at: the point [1.45 104.12] lies":   {"[1.15, 104.12]", "[1.45, 104.12]"},
		"[1].places[1].name":                               {"name: Pelabuhan, ", ""},
		"[0].from":                                         {"from: 2020-01-01", "from: kemarin"},
		"[1].from: \"2020-01-01\" is written twice":        {"from: 2026-07-01", "from: 2020-01-01"},
		"[1].kind":    {"kind: surveyed", "kind: kira-kira"},
		"[0].licence": {"licence: CC0-1.0\n  bounds: {south: 1, west: 104, north: 1.2", "licence: \"\"\n  bounds: {south: 1, west: 104, north: 1.2"},
	} {
		p, err := Load(folders(map[string]string{"kampung/map.yaml": strings.Replace(ground, edit[0], edit[1], 1)}), "kampung")
		if err == nil {
			err = NewEngine().Check(p)
		}
		var found Problems
		if !errors.As(err, &found) || !strings.Contains(found.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
