package revenue

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// TestRentOfLandIsClaimedOnce: an approved rent of 1.000 m × Rp6.000 a year, Rp500.000 a month, is claimed month by month when it is due, but for
// the days that were claimed ahead; what is claimed is not expected besides, and nothing is expected under another account.
func TestRentOfLandIsClaimedOnce(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	must(err)
	ctx, at, operator := w.Ctx(w.Batam), day("2026-02-10"), uuid.New()
	now := func() time.Time { return at.Add(3 * time.Hour) }
	engine := pack.NewEngine()
	engine.Register(ducttariff.Section())
	engine.Register(Section())
	p, err := pack.Load(tenants.FS, "batam")
	must(err)
	_, err = engine.Apply(t.Context(), w.DB, p)
	must(err)
	run := func(sql string, args ...any) {
		t.Helper()
		_, err := w.DB.App.NewRaw(sql, args...).Exec(ctx)
		must(err)
	}
	run("INSERT INTO revenue_account (tenant_id, code, effective_from, channel, name, source) VALUES (?, '4.1.04.07', '2020-01-01', 'rent', '{}', 'x')", w.Batam.ID)
	run("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES (?, ?, 'PT Serat', '1', 'x', 'x@contoh.id', 'approved', now())", w.Batam.ID, operator)
	staff := func(role string) identity.Actor {
		return identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
	}
	prices := ducttariff.New(ducttariff.Deps{DB: w.DB.App, Guard: guard, Now: now})
	s, officer, maker := New(Deps{DB: w.DB, Guard: guard, Now: now}), staff("revenue_officer"), staff("duct_finance")
	rent, err := prices.AskLand(ctx, maker, ducttariff.LandRent{OperatorID: operator, Place: "Jalan Gajah Mada", LengthMM: 1_000_000, Tariff: "sewa-lahan", Since: day("2026-02-01"), LegalNote: "Perjanjian 4/2023"})
	must(err)
	_, err = prices.DecideLand(ctx, staff("duct_finance"), rent.ID, true)
	must(err)
	line := func(code string) Line {
		t.Helper()
		all, err := s.Ledger(ctx, officer, at)
		must(err)
		for _, l := range all {
			if l.Code == code {
				return l
			}
		}
		t.Fatalf("no account %s", code)
		return Line{}
	}
	claim := func() {
		t.Helper()
		for range 2 { // a repetition changes nothing
			must(tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return s.claimLand(ctx, tx, at) }))
		}
	}
	leaks := func() (n int) {
		t.Helper()
		all, err := s.Leakage(ctx, maker)
		must(err)
		for _, x := range all.Leaks {
			if x.Kind == Unclaimed {
				n++
			}
		}
		return n
	}
	if n := leaks(); n != 1 {
		t.Errorf("%d rents without a claim, want 1", n)
	}
	claim()
	all, err := s.Claims(ctx, officer)
	must(err)
	if len(all) != 1 || all[0].Amount != 500_000 || all[0].Code != "4.1.04" || all[0].Payer != "PT Serat" || !all[0].DueOn.Equal(day("2026-03-12")) || leaks() != 0 {
		t.Fatalf("%d leak; claims %+v", leaks(), all)
	}
	// The claim says the rule, the price and the factor in it, and the note by which it is owed.
	if want := "Sewa lahan Jalan Gajah Mada, 1 Februari 2026 sampai 28 Februari 2026 (Permendagri 19/2016 jo. Permendagri 7/2024 Pasal 128B): 1.000 m × Rp6.000 (termasuk faktor penyesuai 10%) per tahun ÷ 12 = Rp500.000"; all[0].Basis != want || all[0].LegalNote != "Perjanjian 4/2023" {
		t.Errorf("the claim says %q by %q", all[0].Basis, all[0].LegalNote)
	}
	// The rest of February is claimed; ten months are expected, all of it once.
	if l := line("4.1.04"); l.Owed != 500_000 || l.Expected != 5_000_000 || l.Forecast != 5_500_000 {
		t.Errorf("owed %v, expected %v, forecast %v", l.Owed, l.Expected, l.Forecast)
	}
	if l := line("4.1.04.07"); l.Forecast != 0 {
		t.Errorf("another account of rent expects %v", l.Forecast)
	}
	// March to December are paid ahead.
	ahead := Claim{Code: "4.1.04", Payer: "PT Serat", Basis: "Perjanjian 4/2023", DecidedOn: day("2026-02-10"), DueOn: day("2026-02-28"), Amount: 5_000_000,
		LandRentID: uuid.NullUUID{UUID: rent.ID, Valid: true}, CoversFrom: day("2026-02-28"), CoversUntil: day("2027-01-01")}
	if _, err := s.AddClaim(ctx, officer, ahead); len(fault.From(err).Fields) != 1 {
		t.Errorf("a day is claimed twice: %v", err)
	}
	ahead.CoversFrom = day("2026-03-01")
	kept, err := s.AddClaim(ctx, officer, ahead)
	must(err)
	_, err = s.Receive(ctx, officer, Receipt{Code: "4.1.04", ClaimID: uuid.NullUUID{UUID: kept.ID, Valid: true}, OnDay: at, Number: "STS-1", Payer: "PT Serat", Amount: 5_000_000})
	must(err)
	if l := line("4.1.04"); l.Realised != 5_000_000 || l.Expected != 0 || l.Forecast != 5_500_000 {
		t.Errorf("paid ahead: realised %v, expected %v, forecast %v", l.Realised, l.Expected, l.Forecast)
	}
	for _, on := range []string{"2026-05-03", "2026-12-31"} {
		at = day(on)
		claim()
	}
	at = day("2027-01-01")
	claim()
	var sum money.Rupiah
	must(w.DB.App.NewRaw("SELECT sum(amount)::bigint FROM revenue_claim WHERE tenant_id = ? AND land_rent_id = ?", w.Batam.ID, rent.ID).Scan(ctx, &sum))
	if sum != 6_000_000 {
		t.Errorf("twelve months are claimed as %v", sum)
	}
	// What is open is listed by the day that it is due, the longest overdue first, and what was paid below.
	all, err = s.Claims(ctx, officer)
	must(err)
	var order []string
	for _, x := range all {
		order = append(order, x.DueOn.Format(time.DateOnly)+" "+x.Open().String())
	}
	if len(all) != 3 || !all[0].DueOn.Before(all[1].DueOn) || all[1].Open() == 0 || all[2].ID != kept.ID {
		t.Errorf("claims are listed as %q", order)
	}
}
