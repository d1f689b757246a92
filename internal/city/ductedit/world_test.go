package ductedit

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// stage is the package on a database of its own, with one road of Batam's ducts, their manager and a company that leases.
type stage struct {
	*Service
	ducts    *duct.Service
	surveys  *ductsurvey.Service
	leases   *lease.Service
	w        *pgtest.World
	guard    *access.Guard
	ctx      context.Context // Batam
	manager  identity.Actor
	at       time.Time
	operator uuid.UUID
	reserved int
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, guard: guard, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	now := func() time.Time { st.at = st.at.Add(time.Millisecond); return st.at }
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: now})
	a := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, FreeTrade: true, Source: "x"}
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
	st.lay(t, "2026-01-01", node("A", 0, 0), node("B", 200, 0), node("C", 200, 200),
		segment("AB", "A", "B", [][2]float64{{0, 0}, {50, 10}, {120, 0}, {200, 0}}, `, "ducts": 2, "subducts": 3, "micros": 2`),
		segment("BC", "B", "C", [][2]float64{{200, 0}, {200, 200}}, `, "ducts": 1, "subducts": 2, "surveyed_m": 203.5, "billed_m": 201`))
	return st
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

func node(code string, east, north float64) string {
	return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": ` + at(east, north) + `}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
}

func segment(code, from, to string, places [][2]float64, more string) string {
	var all []string
	for _, p := range places {
		all = append(all, at(p[0], p[1]))
	}
	return `{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [` + strings.Join(all, ",") + `]}, "properties": {"code": "` + code + `", "from_node": "` + from + `", "to_node": "` + to +
		`", "road": "Jalan ` + code + `", "authority": "pemko", "condition": "good"` + more + `}}`
}

// lay makes a network from features.
func (st *stage) lay(t testing.TB, on string, features ...string) ductsurvey.Import {
	t.Helper()
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day(on), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
	}
	return i
}

// split is one of AB after 60 metres.
func split(change func(*Split)) Split {
	in := Split{Segment: "AB", OnDay: day("2026-06-01"), MM: 60_000, Node: "N", Kind: duct.Handhole, First: "AN", Second: "NB", Why: "Handhole baru untuk gedung"}
	if change != nil {
		change(&in)
	}
	return in
}

func (st *stage) splits(t testing.TB, in Split) uuid.UUID {
	t.Helper()
	id, err := st.Split(st.ctx, st.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// unit is one of a segment of a day by its place, such as 1.2.
func (st *stage) unit(t testing.TB, code, place, on string) uuid.UUID {
	t.Helper()
	_, units, err := st.ducts.Segment(st.ctx, st.manager, code, day(on))
	if err != nil {
		t.Fatal(err)
	}
	for id, at := range places(units) {
		if at == place {
			return id
		}
	}
	t.Fatalf("no unit %s in %s", place, code)
	return uuid.Nil
}

// places are those of units from the ground inwards, parents before what lies in them.
func places(units []duct.Unit) map[uuid.UUID]string {
	out := map[uuid.UUID]string{}
	for _, u := range units {
		out[u.ID] = strings.TrimPrefix(out[u.ParentID.UUID]+fmt.Sprintf(".%d", u.Position), ".")
	}
	return out
}

// reserve takes units along some segments of a day.
func (st *stage) reserve(t testing.TB, kind, since, until string, codes ...string) lease.Lease {
	t.Helper()
	st.reserved++
	in := lease.ReserveInput{Operator: st.operator, Kind: kind, Quantity: 1, Since: day(since), Days: 300, Key: fmt.Sprint(st.reserved)}
	if until != "" {
		in.Until = day(until)
	}
	for _, code := range codes {
		s, _, err := st.ducts.Segment(st.ctx, st.manager, code, in.Since)
		if err != nil {
			t.Fatal(err)
		}
		in.Segments = append(in.Segments, s.ID)
	}
	l, err := st.leases.Reserve(st.ctx, st.manager, in)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// seen is the network of a day as text: each segment with its lengths, what lies in it and how that is, and who holds it.
func (st *stage) seen(t testing.TB, on string) []string {
	t.Helper()
	d := day(on)
	all, err := st.ducts.Segments(st.ctx, st.manager, d, duct.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range all {
		_, units, err := st.ducts.Segment(st.ctx, st.manager, s.Code, d)
		if err != nil {
			t.Fatal(err)
		}
		states, err := statesOf(st.ctx, st.w.DB.App, units, d)
		if err != nil {
			t.Fatal(err)
		}
		at, lying := places(units), []string{}
		for _, u := range units {
			text := at[u.ID]
			if b, ok := states[u.ID]; ok && (b.Condition != duct.Good || b.Purpose != "") {
				text += " " + b.Condition + b.Purpose
			}
			var by []string
			if err := st.w.DB.App.NewRaw("SELECT l.number FROM duct_hold h JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id WHERE h.tenant_id = ? AND h.unit_id = ? AND h.released_at IS NULL AND h.during @> ?::date ORDER BY 1",
				st.w.Batam.ID, u.ID, on).Scan(st.ctx, &by); err != nil {
				t.Fatal(err)
			}
			lying = append(lying, strings.TrimSpace(text+" "+strings.Join(by, "+")))
		}
		slices.Sort(lying)
		out = append(out, fmt.Sprintf("%s %d/%d: %s", s.Code, s.LengthMM, s.Billed(), strings.Join(lying, ", ")))
	}
	return out
}
