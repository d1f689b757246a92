package ducttariff_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// TestTermsChangeByTwoPeople: what one asks for another decides, and what tax and law say stays.
func TestTermsChangeByTwoPeople(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ask := ducttariff.Terms{Head: ducttariff.Head{EffectiveFrom: "2027-01-01", Basis: "SK direksi 3/2026", Source: "SK direksi 3/2026"}, MinimumMonths: 6, DepositMonths: 2, DueDays: 14,
		Term: []ducttariff.Step{{From: 24, Off: 150}}, Late: 100, LateMost: 500}
	wrong := ask
	wrong.MinimumMonths, wrong.Volume = 121, []ducttariff.Step{{From: 2, Off: 1}, {From: 1, Off: 1}}
	_, err := st.AskTerms(st.ctx, st.maker, wrong, "Usulan")
	if f := fault.From(err).Fields; len(f) != 2 || f[0].Name != "minimum_months" || f[1].Code != "tariff_steps" {
		t.Errorf("%+v", f)
	}
	c, err := st.AskTerms(st.ctx, st.maker, ask, "Usulan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Decide(st.ctx, st.maker, c.ID, true); !fault.Is(err, "ducttariff.own_change") {
		t.Errorf("who asks decides: %v", err)
	}
	if _, err := st.Decide(st.ctx, st.checker, c.ID, true); err != nil {
		t.Fatal(err)
	}
	list, err := st.List(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	was, _ := list.TermsOn(day("2026-12-31"))
	now, _ := list.TermsOn(day("2027-01-01"))
	if was.MinimumMonths != 12 || now.MinimumMonths != 6 || now.DepositMonths != 2 || now.DueDays != 14 || len(now.Volume) != 0 || len(now.Term) != 1 || now.Late != 100 ||
		now.PPNOutside != was.PPNOutside || now.PPNLate != was.PPNLate || now.LandFactor != was.LandFactor || len(now.Conditions) != len(was.Conditions) || now.Name.Empty() {
		t.Errorf("%+v", now)
	}
}

// TestAPackAddsNoPriceToChargedMonths: one that is new there begins on a day that nothing was charged for.
func TestAPackAddsNoPriceToChargedMonths(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	if _, err := st.w.DB.App.NewRaw("INSERT INTO duct_bill_month (tenant_id, month, charged_at, leases, amount) VALUES (?, '2026-10-01', now(), 0, 0)", st.w.Batam.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	for from, fits := range map[string]bool{"2026-10-15": false, "2026-11-01": true} {
		err := st.applyWith(t, "  - {code: sewa-subduct, effective_from: "+from+", charge: metre, kind: subduct, per: year, rate: 20000, name: {id: Sewa subduct, en: Lease of a subduct}, basis: x, source: x}\n")
		if (err == nil) != fits {
			t.Errorf("%s: %v", from, err)
		}
	}
	if err := st.applyWith(t, ""); err != nil {
		t.Errorf("the list as it is: %v", err)
	}
}

// applyWith applies Batam's prices with one more.
func (st *stage) applyWith(t *testing.T, more string) error {
	t.Helper()
	files := fstest.MapFS{}
	brand, _ := fs.Glob(tenants.FS, "batam/brand/*")
	for _, name := range append(brand, "batam/city.yaml", "batam/duct/tariffs.yaml") {
		raw, err := fs.ReadFile(tenants.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(raw), "\ntariffs:\n", "\ntariffs:\n"+more, 1))}
	}
	p, err := pack.Load(files, "batam")
	if err != nil {
		t.Fatal(err)
	}
	engine := pack.NewEngine()
	engine.Register(ducttariff.Section())
	_, err = engine.Apply(context.WithoutCancel(t.Context()), st.w.DB, p)
	return err
}
