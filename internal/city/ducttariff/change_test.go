package ducttariff_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/tenants"
)

// stage is the package on a database of its own: Batam with its pack, a street of ducts and two people of its duct finance.
type stage struct {
	*ducttariff.Service
	w                *pgtest.World
	ctx              context.Context
	maker, checker   identity.Actor
	segments         []uuid.UUID
	operator, nobody uuid.UUID
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC) }
	staff := func() identity.Actor {
		return identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_finance"}, TOTP: true}
	}
	st := &stage{Service: ducttariff.New(ducttariff.Deps{DB: w.DB.App, Guard: guard, Now: now}), w: w, ctx: w.Ctx(w.Batam), maker: staff(), checker: staff(), operator: uuid.New(), nobody: uuid.New()}
	st.apply(t)
	ducts := duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	surveys := ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: ducts, Now: now})
	manager := identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	point := func(code, lon, kind string) string {
		return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": [` + lon + `, 1.12]}, "properties": {"code": "` + code + `", "kind": "` + kind + `", "authority": "pemko", "condition": "good"}}`
	}
	line := func(code, a, b, from, to, more string) string {
		return `{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[` + from + `, 1.12], [` + to + `, 1.12]]}, "properties": {"code": "` + code + `", "from_node": "` + a + `", "to_node": "` + b +
			`", "road": "Jalan", "authority": "pemko", "condition": "good"` + more + `}}`
	}
	file := `{"type": "FeatureCollection", "features": [` + strings.Join([]string{point("MH-1", "104.05", "manhole"), point("MH-2", "104.052", "manhole"), point("BE-3", "104.054", "building_entry"),
		line("R-1", "MH-1", "MH-2", "104.05", "104.052", `, "billed_m": 220, "ducts": 1, "subducts": 2`), line("R-2", "MH-2", "BE-3", "104.052", "104.054", `, "billed_m": 230, "free_trade": false, "ducts": 1, "subducts": 2`),
		line("R-3", "MH-1", "BE-3", "104.05", "104.054", `, "billed_m": 500`)}, ",") + `]}`
	i, err := surveys.Load(st.ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: day("2024-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(file)})
	if err != nil {
		faults, _ := surveys.Faults(st.ctx, manager, i.ID, 0, 10)
		t.Fatalf("%v %+v", err, faults)
	}
	for _, code := range []string{"R-1", "R-2"} {
		s, _, err := ducts.Segment(st.ctx, manager, code, now())
		if err != nil {
			t.Fatal(err)
		}
		st.segments = append(st.segments, s.ID)
	}
	_, err = w.DB.App.NewRaw("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES (?, ?, 'Operator', '1234567890123', 'x', 'x@contoh.id', 'approved', now())", w.Batam.ID, st.operator).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// apply gives Batam its pack again.
func (st *stage) apply(t *testing.T) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(duct.Section())
	engine.Register(ducttariff.Section())
	p, err := pack.Load(tenants.FS, "batam")
	if err == nil {
		_, err = engine.Apply(t.Context(), st.w.DB, p)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dearer is a price of subducts from a day on.
func dearer(rate int64, from string) ducttariff.Tariff {
	return ducttariff.Tariff{Head: ducttariff.Head{Code: "sewa-subduct", EffectiveFrom: from, Name: i18n.Text{i18n.ID: "Sewa subduct", i18n.EN: "Lease of a subduct"}, Basis: "Keputusan direksi 12/2026", Source: "Uji"},
		Charge: ducttariff.Metre, Kind: duct.Subduct, Per: ducttariff.Year, Rate: money.Rupiah(rate)}
}

func TestAPriceTakesTwoPeople(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	c, err := st.AskTariff(st.ctx, st.maker, dearer(15_000, "2027-01-01"), "Keputusan direksi")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Decide(st.ctx, st.maker, c.ID, true); !fault.Is(err, "ducttariff.own_change") {
		t.Fatalf("who asks decides: %v", err)
	}
	price := func(on string) int64 {
		t.Helper()
		list, err := st.List(st.ctx)
		if err != nil {
			t.Fatal(err)
		}
		n, err := list.PerMetre(duct.Subduct, day(on))
		if err != nil {
			t.Fatal(err)
		}
		return int64(n)
	}
	if price("2027-01-01") != 14_350 {
		t.Error("what nobody has decided is charged")
	}
	if _, err := st.Decide(st.ctx, st.checker, c.ID, true); err != nil {
		t.Fatal(err)
	}
	if price("2026-12-31") != 14_350 || price("2027-01-01") != 15_000 {
		t.Errorf("%d before, %d from its day", price("2026-12-31"), price("2027-01-01"))
	}
	st.apply(t) // a pack does not take back what two people decided
	if price("2027-01-01") != 15_000 {
		t.Error("the pack has taken the price back")
	}
	if _, err := st.Decide(st.ctx, st.checker, c.ID, false); !fault.Is(err, "ducttariff.decided") {
		t.Errorf("decided twice: %v", err)
	}
	for name, tt := range map[string]struct {
		tariff ducttariff.Tariff
		field  string
	}{
		"a day that has begun":          {dearer(15_000, "2026-11-27"), "effective_from"},
		"below the floor":               {dearer(11_499, "2027-02-01"), "rate"},
		"a series for something else":   {ducttariff.Tariff{Head: dearer(1, "2027-02-01").Head, Charge: ducttariff.Node, Per: ducttariff.Month, Rate: 10}, "code"},
		"land beyond what the law says": {ducttariff.Tariff{Head: ducttariff.Head{Code: "lahan-lain", EffectiveFrom: "2027-02-01", Name: i18n.Text{i18n.ID: "Lahan"}, Basis: "x"}, Charge: ducttariff.Land, Per: ducttariff.Year, Rate: 10, Factor: 1601}, "factor"},
	} {
		_, err := st.AskTariff(st.ctx, st.maker, tt.tariff, "Uji")
		if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Name != tt.field {
			t.Errorf("%s: %+v", name, f)
		}
	}
	clerk := identity.Actor{ID: uuid.New(), TenantID: st.w.Batam.ID, Kind: identity.Staff, Roles: []string{"auditor"}, TOTP: true}
	if _, err := st.AskTariff(st.ctx, clerk, dearer(15_000, "2027-03-01"), "x"); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an auditor asks: %v", err)
	}
}

// TestNoMetreSinksBelowItsFloor: by a new price, by an index that falls, or because the floor was raised while the price waited.
func TestNoMetreSinksBelowItsFloor(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	head := func(code, from string) ducttariff.Head {
		return ducttariff.Head{Code: code, EffectiveFrom: from, Name: i18n.Text{i18n.ID: code}, Basis: "Keputusan direksi", Source: "Uji"}
	}
	fall := func(rise int) ducttariff.Index {
		return ducttariff.Index{Head: head("inflasi", "2027-04-01"), Rise: rise}
	}
	_, err := st.AskIndex(st.ctx, st.maker, fall(-4900), "Uji")
	if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Name != "rise" || f.Fields[0].Code != "tariff_floor" {
		t.Errorf("an index halves what may not fall: %+v", f)
	}
	if _, err := st.AskIndex(st.ctx, st.maker, fall(300), "Uji"); err != nil {
		t.Errorf("a rise: %v", err)
	}
	price, err := st.AskTariff(st.ctx, st.maker, dearer(12_000, "2027-03-01"), "Uji")
	if err != nil {
		t.Fatal(err)
	}
	floor, err := st.AskFloor(st.ctx, st.maker, ducttariff.Floor{Head: head("dasar-subduct", "2027-02-01"), Kind: duct.Subduct, Rate: 13_000}, "Uji")
	if err == nil {
		_, err = st.Decide(st.ctx, st.checker, floor.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Decide(st.ctx, st.checker, price.ID, true); !fault.Is(err, "ducttariff.below_floor") {
		t.Errorf("a price that waited is approved below the floor of its day: %v", err)
	}
	if _, err := st.Decide(st.ctx, st.checker, price.ID, false); err != nil {
		t.Errorf("it can be refused: %v", err)
	}
}

func TestAQuoteNamesItsRules(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	q, err := st.Quote(st.ctx, st.operator, ducttariff.Route{Segments: st.segments, Kind: duct.Subduct, Quantity: 2, Since: day("2026-12-15"), Until: day("2031-12-15")})
	if err != nil {
		t.Fatal(err)
	}
	// 2 × 220 m inside and 2 × 230 m outside: 440 × 14.350 ÷ 12 = 526.167, less 440 × 718 ÷ 12 = 26.327; 460 m 550.083 less 27.523;
	// two manholes 10.250 and an entry 50.000.
	if q.MonthSum != 526_167-26_327+550_083-27_523+10_250+50_000 || q.OnceSum != 2_500_000 || q.Deposit != 3*q.MonthSum || q.YearSum != 12*q.MonthSum || q.LengthMM != 450_000 || !q.Outside {
		t.Errorf("%+v", q)
	}
	if q.TermSum < 60*q.MonthSum+q.OnceSum-500 || q.TermSum > 60*q.MonthSum+q.OnceSum+500 {
		t.Errorf("five years come to %v, a month to %v", q.TermSum, q.MonthSum)
	}
	for _, l := range append(q.Once, q.Month...) {
		if l.Basis == "" || l.Working.Empty() {
			t.Errorf("%+v", l)
		}
	}
	if _, err := st.Quote(st.ctx, st.nobody, ducttariff.Route{Segments: []uuid.UUID{uuid.New()}, Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-15")}); !fault.Is(err, "lease.no_segment") {
		t.Errorf("a segment that is not there: %v", err)
	}
	if _, err := st.Quote(st.ctx, st.nobody, ducttariff.Route{}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("nothing asked: %v", err)
	}
}

func TestRentOfBareLandTakesALegalNoteAndTwoPeople(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ask := ducttariff.LandRent{OperatorID: st.operator, Place: "R-3", Tariff: "sewa-lahan", Since: day("2027-01-01")}
	if _, err := st.AskLand(st.ctx, st.maker, ask); !fault.Is(err, "ducttariff.land_without_duct") {
		t.Fatalf("a segment without ducts: %v", err)
	}
	ask.LegalNote = "Perjanjian 4/2023, berlaku sampai 2028"
	r, err := st.AskLand(st.ctx, st.maker, ask)
	if err != nil {
		t.Fatal(err)
	}
	if r.Overridden() || r.LengthMM != 500_000 || r.Ducts != 0 {
		t.Errorf("%+v", r)
	}
	if _, err := st.DecideLand(st.ctx, st.maker, r.ID, true); !fault.Is(err, "ducttariff.own_change") {
		t.Fatalf("who asks decides: %v", err)
	}
	if r, err = st.DecideLand(st.ctx, st.checker, r.ID, true); err != nil || !r.Overridden() {
		t.Fatalf("%v %+v", err, r)
	}
	ask.Place, ask.LegalNote = "R-1", ""
	if r, err = st.AskLand(st.ctx, st.maker, ask); err != nil || r.Ducts != 1 || r.LengthMM != 220_000 {
		t.Fatalf("where a duct lies no note is needed: %v %+v", err, r)
	}
	if _, err := st.w.DB.App.NewRaw("UPDATE duct_segment_state SET class = 'planned' WHERE tenant_id = ? AND segment_id = (SELECT id FROM duct_segment WHERE tenant_id = ? AND code = 'R-2')", st.w.Batam.ID, st.w.Batam.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	ask.Place = "R-2"
	if _, err := st.AskLand(st.ctx, st.maker, ask); !fault.Is(err, "ducttariff.land_without_duct") {
		t.Errorf("a segment whose ducts are only planned: %v", err)
	}
	if h, err := ducttariff.Facts(st.ctx, st.w.DB.App, ducttariff.Route{Segments: st.segments, Kind: duct.Subduct, Quantity: 1, Since: ask.Since}); err != nil || len(h.Parts) != 2 || h.Parts[0].Ducts != 1 || h.Parts[1].Ducts != 0 {
		t.Errorf("ducts of a route, the second segment of which is only planned: %+v %v", h.Parts, err)
	}
	// The database holds the same, whoever writes.
	_, err = st.w.DB.App.NewRaw("UPDATE duct_land_rent SET ducts = 0 WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, r.ID).Exec(st.ctx)
	if err == nil {
		t.Error("rent of bare land without a note is kept")
	}
}
