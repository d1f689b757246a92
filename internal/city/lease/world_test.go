package lease

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// stage is the package on a database of its own, with the ducts of Batam and their manager.
type stage struct {
	*Service
	ducts    *duct.Service
	surveys  *ductsurvey.Service
	w        *pgtest.World
	ctx      context.Context // Batam
	manager  identity.Actor
	at       time.Time
	operator uuid.UUID // approved
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	now := func() time.Time { return st.at }
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: now})
	for _, code := range []string{"pemko", "bp_batam"} {
		a := duct.Authority{TenantID: w.Batam.ID, Code: code, Name: i18n.Text{i18n.ID: code, i18n.EN: code}, FreeTrade: true, Source: "x"}
		if _, err := w.DB.App.NewInsert().Model(&a).Exec(st.ctx); err != nil {
			t.Fatal(err)
		}
	}
	st.operator = st.company(t, "Operator Satu", "1234567890123")
	return st
}

// company is an operator that may lease.
func (st *stage) company(t testing.TB, name, nib string) uuid.UUID {
	t.Helper()
	o, err := st.Apply(st.ctx, st.manager, Operator{Name: name, NIB: nib, Licence: "Jartaplok 1/2024", Email: "noc@contoh.id"})
	if err == nil {
		err = st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// at is a place so many metres from a corner of the city.
func at(east, north float64) string {
	return fmt.Sprintf("[%.8f, %.8f]", 104.05+east/111320, 1.02+north/110574)
}

// beside is the same as somebody types it.
func beside(east, north float64) string {
	return fmt.Sprintf("%.8f, %.8f", 1.02+north/110574, 104.05+east/111320)
}

func node(code string, east, north float64) string {
	return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": ` + at(east, north) + `}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
}

func segment(code, from, to string, places [][2]float64, more string) string {
	var all []string
	for _, p := range places {
		all = append(all, at(p[0], p[1]))
	}
	return `{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [` + strings.Join(all, ",") + `]}, "properties": {"code": "` + code + `", "from_node": "` + from + `", "to_node": "` + to +
		`", "road": "Jalan ` + code + `", "condition": "good"` + more + `}}`
}

// lay makes a network from features.
func (st *stage) lay(t testing.TB, on string, features ...string) {
	t.Helper()
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day(on), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
	}
}

// square is four manholes: a short way from A to C over B, on ground of two authorities, and a longer one over D.
func (st *stage) square(t testing.TB) {
	t.Helper()
	st.lay(t, "2026-01-01", node("A", 0, 0), node("B", 100, 0), node("C", 100, 100), node("D", 0, 250),
		segment("AB", "A", "B", [][2]float64{{0, 0}, {100, 0}}, `, "authority": "pemko", "ducts": 1, "subducts": 2`),
		segment("BC", "B", "C", [][2]float64{{100, 0}, {100, 100}}, `, "authority": "bp_batam", "ducts": 2, "subducts": 3`),
		segment("AD", "A", "D", [][2]float64{{0, 0}, {0, 250}}, `, "authority": "pemko", "ducts": 4, "subducts": 3`),
		segment("DC", "D", "C", [][2]float64{{0, 250}, {100, 100}}, `, "authority": "pemko", "ducts": 4, "subducts": 3`))
}

// ids are the segments of some codes.
func (st *stage) ids(t testing.TB, codes ...string) []uuid.UUID {
	t.Helper()
	var out []uuid.UUID
	for _, code := range codes {
		s, _, err := st.ducts.Segment(st.ctx, st.manager, code, st.at)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s.ID)
	}
	return out
}

// asks is a reservation of subducts from the first of December on.
func (st *stage) asks(t testing.TB, key string, segments ...string) ReserveInput {
	return ReserveInput{Operator: st.operator, Segments: st.ids(t, segments...), Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Days: 30, Key: key}
}

func (st *stage) reserve(t testing.TB, in ReserveInput) Lease {
	t.Helper()
	l, err := st.Reserve(st.ctx, st.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ways are those of a plan as "A-B-C 200 m".
func (st *stage) ways(t testing.TB, in PlanInput) []string {
	t.Helper()
	all, err := st.Plan(st.ctx, st.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range all {
		text := in.From
		for _, s := range w.Steps {
			text += "-" + s.To
		}
		out = append(out, fmt.Sprintf("%s %d m", text, (w.LengthMM+500)/1000))
	}
	return out
}
