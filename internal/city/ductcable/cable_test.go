package ductcable

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
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
)

// stage is the package on a database of its own, with two segments of Batam's ducts, their manager and a company that leases.
type stage struct {
	*Service
	ducts    *duct.Service
	leases   *lease.Service
	w        *pgtest.World
	ctx      context.Context // Batam
	manager  identity.Actor
	operator uuid.UUID
}

// network is a road of two segments: in each a duct with two subducts of 33 mm inside, of which the second has two microducts.
const network = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "A", "kind": "manhole", "authority": "pemko"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "B", "kind": "manhole", "authority": "pemko"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.12]}, "properties": {"code": "C", "kind": "manhole", "authority": "pemko"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]}, "properties": {"code": "AB", "road": "Jalan", "authority": "pemko", "bank": "1*110/100[1*40/33+1*40/33[2*10/8]]"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.12], [104.054, 1.12]]}, "properties": {"code": "BC", "road": "Jalan", "authority": "pemko", "bank": "1*110/100[1*40/33+1*40/33[2*10/8]]"}}]}`

func newStage(t *testing.T) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	st := &stage{w: w, ctx: w.Ctx(w.Batam), manager: identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}}
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Now: now})
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	a := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, FreeTrade: true, Source: "x"}
	_, err = w.DB.App.NewInsert().Model(&a).Exec(st.ctx)
	for _, kind := range []string{duct.Duct, duct.Subduct} {
		if err == nil {
			_, err = w.DB.App.NewInsert().Model(&Rule{TenantID: w.Batam.ID, Kind: kind, Percent: 50, Source: "x"}).Exec(st.ctx)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	surveys := ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: now})
	i, err := surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(network)})
	if err != nil {
		all, _ := surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
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

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// cable is one of the company of so many tenths of a millimetre across.
func (st *stage) cable(outer int) State {
	return State{Owner: OfOperator, OperatorID: uuid.NullUUID{UUID: st.operator, Valid: true}, Use: Live, Condition: duct.Good, Fibres: 48, OuterTenth: outer, Why: "Berita acara 7"}
}

func (st *stage) lay(t *testing.T, code string, c State, places ...Place) uuid.UUID {
	t.Helper()
	id, err := st.Lay(st.ctx, st.manager, code, day("2026-03-01"), c, places)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// codes are the fields and codes of a refusal.
func codes(err error) string {
	var out []string
	for _, f := range fault.From(err).Fields {
		out = append(out, f.Name+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

// TestACableHasAHistory: whose it is, how it is and where it lies are those of the day that is asked for, and what its owner does not
// lease is told.
func TestACableHasAHistory(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	nobody := State{Owner: OfUnknown, Use: Live, Condition: duct.Unknown, Why: "Ditemukan di manhole A"}
	id := st.lay(t, "KB-1", nobody, Place{"AB", "1.1"})
	if err := st.Change(st.ctx, st.manager, id, day("2026-05-01"), st.cable(125)); err != nil {
		t.Fatal(err)
	}
	if err := st.Extend(st.ctx, st.manager, id, day("2026-06-01"), []Place{{"BC", "1.1"}}); err != nil {
		t.Fatal(err)
	}
	ab, _, err := st.ducts.Segment(st.ctx, st.manager, "AB", day("2026-06-01"))
	if err == nil {
		_, err = st.leases.Reserve(st.ctx, st.manager, lease.ReserveInput{Operator: st.operator, Segments: []uuid.UUID{ab.ID}, Kind: duct.Subduct, Quantity: 1, Since: day("2026-07-01"), Days: 300, Key: "x"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Remove(st.ctx, st.manager, id, day("2026-10-01"), "Dicabut"); err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2026-02-28": "", "2026-03-01": "KB-1 unknown live 1/0", "2026-05-01": "KB-1 operator live 1/1", "2026-06-01": "KB-1 operator live 2/2", "2026-07-01": "KB-1 operator live 2/1", "2026-10-01": ""} {
		all, err := st.Cables(st.ctx, st.manager, day(on), Filter{}, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, x := range all {
			got += fmt.Sprintf("%s %s %s %d/%d", x.Code, x.Owner, x.Use, x.Segments, x.Unleased)
		}
		if got != want {
			t.Errorf("on %s: %q, want %q", on, got, want)
		}
	}
	x, runs, was, err := st.Cable(st.ctx, st.manager, id, day("2026-11-01"))
	if err != nil || x.Use != Removed || len(runs) != 2 || len(was) != 3 || was[2].Owner != OfUnknown || was[0].Why != "Dicabut" || runs[0].Until.IsZero() {
		t.Errorf("%v: %+v %+v %+v", err, x, runs, was)
	}
	if in, places, err := st.In(st.ctx, st.manager, ab.ID, day("2026-09-30")); err != nil || len(in) != 1 || places[id][0] != "1.1" {
		t.Errorf("%v %+v %v", err, in, places)
	}
	if err := st.Change(st.ctx, st.manager, id, day("2026-11-01"), nobody); !fault.Is(err, "duct.cable_removed") {
		t.Errorf("changed once it is gone: %v", err)
	}
	if again := st.lay(t, "KB-2", st.cable(0), Place{"AB", "1.1"}); again == id {
		t.Error("the same cable twice")
	}
	if all, err := st.Cables(st.ctx, st.manager, day("2026-10-01"), Filter{Unleased: true, Owner: OfOperator, Operator: st.operator, Use: Live}, "", 10); err != nil || len(all) != 0 {
		t.Errorf("%v %+v", err, all) // it lies where its owner leases
	}
	other := st.manager
	other.TenantID = st.w.Other.ID
	if _, _, _, err := st.Cable(st.w.Ctx(st.w.Other), other, id, day("2026-06-01")); !fault.Is(err, "duct.no_cable") {
		t.Errorf("another city: %v", err)
	}
}

// TestWhatDoesNotFit: one cable to a microduct, none in a unit with others in it, and none beyond how full a subduct may be.
func TestWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "M-1", st.cable(65), Place{"AB", "1.2.1"})
	st.lay(t, "S-1", st.cable(200), Place{"AB", "1.1"}) // 37 per cent of 33 mm
	for want, in := range map[string]struct {
		code   string
		c      State
		day    string
		places []Place
	}{
		"places duct_has_cable":                  {"X", st.cable(65), "2026-04-01", []Place{{"AB", "1.2.1"}}},
		"places duct_parted":                     {"X", st.cable(65), "2026-04-01", []Place{{"AB", "1.2"}}},
		"places duct_no_place":                   {"X", st.cable(65), "2026-04-01", []Place{{"BC", "1.1"}, {"AB", "1.9"}}},
		"places duct_too_full":                   {"X", st.cable(130), "2026-04-01", []Place{{"AB", "1.1"}}}, // with 16 per cent more
		"places duct_twice":                      {"X", st.cable(0), "2026-04-01", []Place{{"BC", "1.1"}, {"BC", "1.1"}}},
		"places required":                        {"X", st.cable(0), "2026-04-01", nil},
		"on_day date_future":                     {"X", st.cable(0), "2026-12-01", []Place{{"BC", "1.1"}}},
		"code duct_code_taken":                   {"M-1", st.cable(0), "2026-04-01", []Place{{"BC", "1.1"}}},
		"operator required":                      {"X", State{Owner: OfOperator, Use: Live, Condition: duct.Good, Why: "x"}, "2026-04-01", []Place{{"BC", "1.1"}}},
		"owner_name required, use not_an_option": {"X", State{Owner: OfOther, Use: Removed, Condition: duct.Good, Why: "x"}, "2026-04-01", []Place{{"BC", "1.1"}}},
		"owner not_an_option, condition not_an_option, why required": {"X", State{Use: Live}, "2026-04-01", []Place{{"BC", "1.1"}}},
	} {
		if _, err := st.Lay(st.ctx, st.manager, in.code, day(in.day), in.c, in.places); codes(err) != want {
			t.Errorf("%q, want %q", codes(err), want)
		}
	}
	thin := st.lay(t, "S-2", st.cable(110), Place{"AB", "1.1"}) // 48 per cent together
	if err := st.Change(st.ctx, st.manager, thin, day("2026-05-01"), st.cable(130)); codes(err) != "outer duct_too_full" {
		t.Errorf("it grows: %v", err)
	}
	if err := st.Change(st.ctx, st.manager, thin, day("2026-02-01"), st.cable(100)); codes(err) != "on_day duct_before_last" {
		t.Errorf("before it was laid: %v", err)
	}
	reader := st.manager
	reader.Roles = []string{"auditor"}
	if err := st.Remove(st.ctx, reader, thin, day("2026-06-01"), "x"); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("who only reads: %v", err)
	}
}
