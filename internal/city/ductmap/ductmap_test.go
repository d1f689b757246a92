package ductmap_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// stage is the package on a database of its own, with the ducts of Batam, their manager, and an operator that may lease.
type stage struct {
	*ductmap.Service
	ducts    *duct.Service
	surveys  *ductsurvey.Service
	leases   *lease.Service
	w        *pgtest.World
	ctx      context.Context // Batam
	manager  identity.Actor
	at       time.Time
	operator uuid.UUID
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	now := func() time.Time { return st.at }
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: now})
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.Service = ductmap.New(ductmap.Deps{DB: w.DB.App, Guard: guard, Leases: st.leases})
	a := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, Source: "x"}
	if _, err := w.DB.App.NewInsert().Model(&a).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	o, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "Operator Satu", NIB: "1234567890123", Licence: "Jartaplok 1/2024", Email: "noc@contoh.id"})
	if err == nil {
		err = st.leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	st.operator = o.ID
	return st
}

// corner is where the network of these tests begins; every place is so many metres east and north of it.
var corner = [2]float64{104.05, 1.02}

func at(east, north float64) string {
	return fmt.Sprintf("[%.8f, %.8f]", corner[0]+east/111320, corner[1]+north/110574)
}

func node(code string, east, north float64) string {
	return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": ` + at(east, north) + `}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
}

func segment(code, from, to string, a, b [2]float64, more string) string {
	return `{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [` + at(a[0], a[1]) + "," + at(b[0], b[1]) + `]}, "properties": {"code": "` + code +
		`", "from_node": "` + from + `", "to_node": "` + to + `", "road": "Jalan ` + code + `", "condition": "good", "authority": "pemko"` + more + `}}`
}

// lay makes a network from features.
func (st *stage) lay(t testing.TB, on string, features ...string) ductsurvey.Import {
	t.Helper()
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		t.Fatal(err)
	}
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day, Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
	}
	return i
}

// two are a segment with six subducts, one of two ducts in which no subduct lies, one with microducts, and one of which nobody
// has said what lies in it.
func (st *stage) two(t testing.TB) ductsurvey.Import {
	t.Helper()
	return st.lay(t, "2026-01-01", node("A", 0, 0), node("B", 200, 0), node("C", 200, 200), node("D", 0, 250), node("E", 0, 400),
		segment("AB", "A", "B", [2]float64{0, 0}, [2]float64{200, 0}, `, "ducts": 2, "subducts": 3`),
		segment("BC", "B", "C", [2]float64{200, 0}, [2]float64{200, 200}, `, "ducts": 2`),
		segment("AD", "A", "D", [2]float64{0, 0}, [2]float64{0, 250}, `, "ducts": 1, "subducts": 2, "micros": 7`),
		segment("DE", "D", "E", [2]float64{0, 250}, [2]float64{0, 400}, ""))
}

// hold reserves units along a segment from the first of December on.
func (st *stage) hold(t testing.TB, key, code, kind string, n int) lease.Lease {
	t.Helper()
	s, _, err := st.ducts.Segment(st.ctx, st.manager, code, st.at)
	if err != nil {
		t.Fatal(err)
	}
	l, err := st.leases.Reserve(st.ctx, st.manager, lease.ReserveInput{Operator: st.operator, Segments: []uuid.UUID{s.ID}, Kind: kind, Quantity: n, Since: december, Days: 30, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var december = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// tile is the square of a zoom that holds the corner.
func (st *stage) tile(t testing.TB, day time.Time, z int, known ...string) ductmap.Tile {
	t.Helper()
	here := maptile.At(corner, maptile.Zoom(z))
	got, err := st.Tile(st.ctx, st.manager, day, z, int(here.X), int(here.Y), known)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// fills are the segments of a tile with how full they are and how many subducts can be had, and how many nodes it shows.
func fills(t testing.TB, data []byte) (segments map[string]string, nodes int) {
	t.Helper()
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	segments = map[string]string{}
	for _, l := range layers {
		for _, f := range l.Features {
			if l.Name == "nodes" {
				nodes++
				continue
			}
			segments[fmt.Sprint(f.Properties["code"])] = fmt.Sprint(f.Properties["occupancy"], " ", f.Properties["free"])
		}
	}
	return segments, nodes
}

// TestATileSaysHowFullTheSegmentsAre, of the day that is asked for, and with the nodes close by alone.
func TestATileSaysHowFullTheSegmentsAre(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.two(t)
	st.hold(t, "a", "AB", duct.Subduct, 1)
	st.hold(t, "b", "BC", duct.Duct, 2)
	st.hold(t, "c", "AD", duct.Microduct, 1)
	for _, c := range []struct {
		day   time.Time
		z     int
		want  map[string]string
		nodes int
	}{
		{december, 12, map[string]string{"AB": "20 5", "BC": "100 0", "AD": "50 1", "DE": "<nil> <nil>"}, 0},
		{december, 14, map[string]string{"AB": "20 5", "BC": "100 0", "AD": "50 1", "DE": "<nil> <nil>"}, 5},
		{st.at, 12, map[string]string{"AB": "0 6", "BC": "0 0", "AD": "0 2", "DE": "<nil> <nil>"}, 0},
		{st.at.AddDate(-1, 0, 0), 14, map[string]string{}, 0},
	} {
		got, nodes := fills(t, st.tile(t, c.day, c.z).Data)
		if !maps.Equal(got, c.want) || nodes != c.nodes {
			t.Errorf("%s, zoom %d: %v and %d nodes", c.day.Format(time.DateOnly), c.z, got, nodes)
		}
	}
	whole := st.hold(t, "d", "AB", duct.Duct, 1) // the other one, with all that lies in it
	if got, _ := fills(t, st.tile(t, december, 13).Data); got["AB"] != "70 2" {
		t.Errorf("a duct held: %v", got)
	}
	if err := st.leases.Cancel(st.ctx, st.manager, whole.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	if got, _ := fills(t, st.tile(t, december, 13).Data); got["AB"] != "20 5" {
		t.Errorf("given back: %v", got)
	}
}

// TestATileIsKnownUntilSomethingChanges: the version a reader keeps is the present one until the network, a hold or the day is
// another, and never again after.
func TestATileIsKnownUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	seen := map[string]string{}
	var last string
	// changed takes the tile anew; its version must be none of before, and then be known.
	changed := func(by string, day time.Time) {
		t.Helper()
		got := st.tile(t, day, 13, slices.Collect(maps.Keys(seen))...)
		if before, ok := seen[got.Version]; ok || got.Known {
			t.Errorf("after %s the tile is that after %s", by, before)
		}
		again := st.tile(t, day, 13, "x", got.Version)
		if !again.Known || len(again.Data) > 0 || again.Version != got.Version {
			t.Errorf("after %s it is not known: %+v", by, again)
		}
		seen[got.Version], last = by, got.Version
	}
	changed("nothing", december)
	st.two(t)
	changed("a file", december)
	l := st.hold(t, "a", "AB", duct.Subduct, 1)
	changed("a hold", december)
	if err := st.leases.Cancel(st.ctx, st.manager, l.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	changed("a hold given back", december)
	changed("a day", december.AddDate(0, 0, 1))
	st.at = st.at.Add(time.Hour)
	survey := st.lay(t, "2026-06-01", segment("AB", "A", "B", [2]float64{0, 0}, [2]float64{200, 0}, `, "note": "Diukur ulang"`))
	changed("a survey", december)
	if err := st.surveys.Undo(st.ctx, st.manager, survey.ID, "Salah"); err != nil {
		t.Fatal(err)
	}
	changed("a survey undone", december)
	if got := st.tile(t, december, 12, last); !got.Known {
		t.Error("another tile of the same network has another version")
	}
}

// TestTheMapIsForWhoMayReadIt, of their own city, and of squares that there are.
func TestTheMapIsForWhoMayReadIt(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.two(t)
	here := maptile.At(corner, 14)
	stranger := st.manager
	stranger.Roles = []string{"officer"}
	if _, err := st.Tile(st.ctx, stranger, december, 14, int(here.X), int(here.Y), nil); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("%v", err)
	}
	if _, err := st.Segments(st.ctx, stranger, december, ductmap.Filter{}, "", 10); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("%v", err)
	}
	if _, _, err := st.Totals(st.ctx, stranger, december); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("%v", err)
	}
	other := st.manager
	other.TenantID = st.w.Other.ID
	if got, err := st.Tile(st.w.Ctx(st.w.Other), other, december, 14, int(here.X), int(here.Y), nil); err != nil || len(got.Data) > 0 {
		t.Errorf("another city: %v, %d bytes", err, len(got.Data))
	}
	for _, c := range [][3]int{{-1, 0, 0}, {17, 0, 0}, {3, 8, 0}, {3, 0, 8}, {3, -1, 0}, {62, 0, 0}} {
		if _, err := st.Tile(st.ctx, st.manager, december, c[0], c[1], c[2], nil); !fault.Is(err, "duct.no_tile") {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// TestTheListSaysWhatTheMapSays: each segment with its level, narrowed down and in parts, and what there is of each level.
func TestTheListSaysWhatTheMapSays(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.two(t)
	st.hold(t, "a", "AB", duct.Subduct, 1)
	st.hold(t, "b", "BC", duct.Duct, 2)
	list := func(f ductmap.Filter, after string, limit int) (out []string) {
		t.Helper()
		all, err := st.Segments(st.ctx, st.manager, december, f, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			out = append(out, fmt.Sprintf("%s %s %d/%d %d", s.Code, ductmap.LevelOf(s.Occupancy), s.Held, s.Places, s.Free))
		}
		return out
	}
	for _, c := range []struct {
		f     ductmap.Filter
		after string
		limit int
		want  []string
	}{
		{ductmap.Filter{}, "", 10, []string{"AB light 1/6 5", "AD empty 0/2 2", "BC full 2/2 0", "DE unrecorded 0/0 0"}},
		{ductmap.Filter{}, "AB", 2, []string{"AD empty 0/2 2", "BC full 2/2 0"}},
		{ductmap.Filter{Level: "full"}, "", 1, []string{"BC full 2/2 0"}},
		{ductmap.Filter{Level: ductmap.Unrecorded}, "", 5, []string{"DE unrecorded 0/0 0"}},
		{ductmap.Filter{Road: "Jalan AD"}, "", 5, []string{"AD empty 0/2 2"}},
		{ductmap.Filter{Road: "Jalan AD", Level: "full"}, "", 5, nil},
		{ductmap.Filter{Roads: []string{"Jalan AD", "Jalan BC"}}, "", 5, []string{"AD empty 0/2 2", "BC full 2/2 0"}},
		{ductmap.Filter{Around: geo.Box{West: corner[0] - 0.001, South: corner[1] - 0.001, East: corner[0] + 0.0001, North: corner[1] + 0.0001}}, "", 5, []string{"AB light 1/6 5", "AD empty 0/2 2"}},
		{ductmap.Filter{Around: geo.Box{West: 0, South: 0, East: 1, North: 1}}, "", 5, nil},
	} {
		if got := list(c.f, c.after, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%+v after %q: %q", c.f, c.after, got)
		}
	}
	totals, box, err := st.Totals(st.ctx, st.manager, december)
	if err != nil || box.South != corner[1] || box.West != corner[0] || box.North < corner[1]+0.003 {
		t.Errorf("%v %+v", err, box)
	}
	var got []string
	for _, x := range totals {
		got = append(got, fmt.Sprintf("%s %d %dm", x.Level, x.Segments, (x.LengthMM+5000)/10000*10))
	}
	if few, _, err := st.Totals(st.ctx, st.manager, december, "Jalan AD", "Jalan Entah"); err != nil || few[0].Segments != 1 || few[1].Segments != 0 {
		t.Errorf("along one road: %v %+v", err, few)
	}
	if none, box, err := st.Totals(st.ctx, st.manager, december, "Jalan Entah"); err != nil || none[0].Segments != 0 || !box.Empty() {
		t.Errorf("along no road: %v %+v %+v", err, none, box)
	}
	if want := []string{"empty 1 250m", "light 1 200m", "busy 0 0m", "tight 0 0m", "full 1 200m", "unrecorded 1 150m"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
