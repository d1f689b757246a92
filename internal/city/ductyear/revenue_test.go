package ductyear_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
)

// TestGrossFeesAreNotTheCitys: two years of fees are in the company's book and nothing of them in the city's, whatever is tried; a
// dividend is, once it is paid; and what leaks is found.
func TestGrossFeesAreNotTheCitys(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	guard, err := access.New(y.w.DB, slog.New(slog.DiscardHandler))
	y.must(err)
	s := revenue.New(revenue.Deps{DB: y.w.DB, Guard: guard, Now: func() time.Time { return now }})
	officer := identity.Actor{ID: uuid.New(), TenantID: y.w.Batam.ID, Kind: identity.Staff, Roles: []string{"revenue_officer"}, TOTP: true}
	months, open, err := s.Book(y.ctx, officer, 2026)
	y.must(err)
	var gross, want, wantOpen money.Rupiah
	for _, m := range months {
		gross += m.Net
	}
	y.must(y.raw.QueryRow(t.Context(), "SELECT sum(net) FILTER (WHERE issued_on >= '2026-01-01')::bigint, (SELECT sum(amount) FROM invoice_entry WHERE tenant_id = $1 AND invoice_id IS NOT NULL)::bigint FROM invoice WHERE tenant_id = $1 AND kind = 'invoice'", y.w.Batam.ID).Scan((*int64)(&want), (*int64)(&wantOpen)))
	if gross != want || gross == 0 || open != wantOpen || len(months) != 12 {
		t.Errorf("the book says %v, %v open; the invoices %v, %v open", gross, open, want, wantOpen)
	}
	lines := func() map[string]revenue.Line {
		t.Helper()
		all, err := s.Ledger(y.ctx, officer, now)
		y.must(err)
		out := map[string]revenue.Line{}
		for _, l := range all {
			out[l.Channel] = l
		}
		return out
	}
	for channel, l := range lines() {
		if l.Realised != 0 || l.Forecast != 0 {
			t.Errorf("%s: %v is called the city's although nothing came in: %+v", channel, l.Realised, l)
		}
	}
	var number string
	y.must(y.raw.QueryRow(t.Context(), "SELECT number FROM invoice WHERE tenant_id = $1 LIMIT 1", y.w.Batam.ID).Scan(&number))
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	_, err = s.Receive(y.ctx, officer, revenue.Receipt{Code: "4.1.03", Number: number, Payer: "PT Serat", Amount: 1000, OnDay: day(11, 2)})
	if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Code != "revenue_gross" {
		t.Fatalf("an invoice of the company is taken for the city's: %v", err)
	}
	y.must(s.SetTarget(y.ctx, officer, revenue.Target{Year: 2026, Code: "4.1.03", Amount: 500_000_000, Basis: "APBD 2026"}))
	claim, err := s.AddClaim(y.ctx, officer, revenue.Claim{Code: "4.1.03", Payer: "BUMD", Basis: "RUPS 1/2026", DecidedOn: day(6, 1), DueOn: day(9, 30), Amount: 400_000_000})
	y.must(err)
	in := revenue.Receipt{Code: "4.1.03", Number: "STS-1", Payer: "BUMD", Amount: 150_000_000, OnDay: day(9, 15), ClaimID: uuid.NullUUID{UUID: claim.ID, Valid: true}}
	r, err := s.Receive(y.ctx, officer, in)
	y.must(err)
	if l := lines()[revenue.Dividend]; l.Realised != 150_000_000 || l.Months[8] != 150_000_000 || l.Owed != 250_000_000 || l.Overdue != 250_000_000 || l.Forecast != 400_000_000 || l.Short != 100_000_000 || l.Share() != 3000 {
		t.Errorf("%+v", l)
	}
	if _, err := s.Receive(y.ctx, officer, in); fault.From(err).Fields == nil {
		t.Errorf("the same number counts twice: %v", err)
	}
	in.Number, in.Amount = "STS-2", 250_000_001
	if _, err := s.Receive(y.ctx, officer, in); fault.From(err).Fields == nil {
		t.Errorf("more than is owed is taken: %v", err)
	}
	for code, blamed := range map[string]string{"9.9": "code", "4.1.04": "claim"} {
		wrong := in
		wrong.Code, wrong.Amount = code, 1000
		_, err := s.Receive(y.ctx, officer, wrong)
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != blamed {
			t.Errorf("account %s of a claim of another: %+v", code, f)
		}
	}
	y.must(s.Undo(y.ctx, officer, r.ID, "Salah rekening"))
	if l := lines()[revenue.Dividend]; l.Realised != 0 || l.Owed != 400_000_000 {
		t.Errorf("what was taken back is still there: %+v", l)
	}
	if err := s.Undo(y.ctx, officer, r.ID, "Lagi"); !fault.Is(err, "revenue.undone") {
		t.Errorf("taken back twice: %v", err)
	}
	in.Number, in.Amount = "STS-1", 140_000_000
	again, err := s.Receive(y.ctx, officer, in)
	y.must(err)
	if _, err := s.Receive(y.ctx, officer, in); fault.From(err).Fields == nil {
		t.Errorf("the right one counts twice: %v", err)
	}
	if l := lines()[revenue.Dividend]; l.Realised != 140_000_000 || l.Owed != 260_000_000 {
		t.Errorf("written down rightly: %+v", l)
	}
	y.must(s.Undo(y.ctx, officer, again.ID, "Salah tahun"))
	y.leaks(s)
}

// leaks breaks the records in each way and looks whether it is found.
func (y *world) leaks(s *revenue.Service) {
	t := y.t
	t.Helper()
	count := func() map[string]int {
		t.Helper()
		all, err := s.Leakage(y.ctx, y.who)
		y.must(err)
		out := map[string]int{}
		for _, x := range all.Leaks {
			out[x.Kind]++
		}
		return out
	}
	before := count()
	for _, kind := range []string{revenue.Unbilled, revenue.Unheld, revenue.KeptPast, revenue.BelowCost, revenue.Waiting, revenue.Measured, revenue.Unclaimed, revenue.Bare, revenue.Unagreed} {
		if before[kind] != 0 {
			t.Errorf("%d %s in books that balance", before[kind], kind)
		}
	}
	run := func(sql string) {
		t.Helper()
		_, err := y.raw.Exec(t.Context(), sql, y.w.Batam.ID)
		y.must(err)
	}
	pick := "(SELECT lease_id FROM duct_charge WHERE tenant_id = $1 AND month = (SELECT max(month) FROM duct_bill_month WHERE tenant_id = $1) ORDER BY lease_id OFFSET "
	run("DELETE FROM duct_charge WHERE tenant_id = $1 AND month = (SELECT max(month) FROM duct_bill_month WHERE tenant_id = $1) AND lease_id = " + pick + "0 LIMIT 1)")
	run("UPDATE duct_hold SET released_at = '2026-09-01' WHERE tenant_id = $1 AND lease_id = " + pick + "1 LIMIT 1)")
	run("UPDATE duct_lease SET state = 'cancelled' WHERE tenant_id = $1 AND id = " + pick + "2 LIMIT 1)")
	run("UPDATE duct_lease SET state = 'reserved', expires_at = '2026-10-31 10:00+00' WHERE tenant_id = $1 AND id = " + pick + "5 LIMIT 1)") // its time ran out, and nothing gave it back
	run("UPDATE duct_lease SET state = 'reserved', expires_at = '2027-06-30 10:00+00' WHERE tenant_id = $1 AND id = " + pick + "6 LIMIT 1)") // it still runs
	run("DELETE FROM duct_operator_paper WHERE tenant_id = $1 AND operator_id = (SELECT operator_id FROM duct_lease WHERE tenant_id = $1 AND id = " + pick + "4 LIMIT 1))")
	run("UPDATE duct_lease SET state = 'ordered' WHERE tenant_id = $1 AND id = " + pick + "3 LIMIT 1)")
	run(`UPDATE duct_price SET body = jsonb_set(body, '{rate}', '15000') WHERE tenant_id = $1 AND part = 'floor' AND body ->> 'kind' = 'subduct'`)
	run(`UPDATE duct_segment_state SET billed_mm = coalesce(billed_mm, surveyed_mm, length_mm) + 25000 WHERE tenant_id = $1 AND segment_id = (SELECT segment_id FROM duct_lease_segment WHERE tenant_id = $1 AND lease_id = ` + pick + "4 LIMIT 1) LIMIT 1)")
	run(`INSERT INTO duct_land_rent (tenant_id, id, operator_id, place, length_mm, ducts, tariff, since, legal_note, asked_by, asked_at, decided_by, decided_at, approved)
		SELECT $1, gen_random_uuid(), id, 'Jalan Gajah Mada', 1000000, 0, 'sewa-lahan', '2026-01-01', 'Perjanjian', gen_random_uuid(), now(), gen_random_uuid(), now(), true FROM duct_operator WHERE tenant_id = $1 ORDER BY id LIMIT 1`)
	run(`WITH r AS (INSERT INTO duct_land_rent (tenant_id, id, operator_id, place, segment_id, length_mm, ducts, tariff, since, until, asked_by, asked_at, decided_by, decided_at, approved)
			SELECT $1, gen_random_uuid(), o.id, k.code, k.id, 1000000, 1, 'sewa-lahan', '2001-01-01', '2001-02-01', gen_random_uuid(), now(), gen_random_uuid(), now(), true FROM duct_operator o, duct_segment k WHERE o.tenant_id = $1 AND k.tenant_id = $1 ORDER BY o.id, k.id LIMIT 1 RETURNING tenant_id, id)
		INSERT INTO revenue_claim (tenant_id, id, code, payer, basis, decided_on, due_on, amount, made_at, made_by, land_rent_id, covers_from, covers_until)
			SELECT tenant_id, gen_random_uuid(), '4.1.04', 'x', 'x', '2001-01-01', '2001-02-01', 1, now(), gen_random_uuid(), id, '2001-01-01', '2001-02-01' FROM r`) // before anything lay there
	run(`WITH k AS (INSERT INTO duct_cable (tenant_id, id, code, made_at, made_by) VALUES ($1, gen_random_uuid(), 'KB-1', now(), gen_random_uuid()) RETURNING tenant_id, id),
		s AS (INSERT INTO duct_cable_state (tenant_id, id, cable_id, since, owner, operator_id, use, condition, why, at, by_id)
			SELECT k.tenant_id, gen_random_uuid(), k.id, '2026-01-01', 'operator', (SELECT id FROM duct_operator WHERE tenant_id = $1 ORDER BY id LIMIT 1), 'live', 'good', 'x', now(), gen_random_uuid() FROM k)
		INSERT INTO duct_cable_run (tenant_id, id, cable_id, unit_id, alone, since) SELECT k.tenant_id, gen_random_uuid(), k.id, (SELECT u.id FROM duct_unit u WHERE u.tenant_id = $1 AND u.kind = 'subduct'
			AND NOT EXISTS (SELECT FROM duct_hold h WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id) ORDER BY u.id LIMIT 1), false, '2026-01-01' FROM k`)
	var segment string
	y.must(y.raw.QueryRow(t.Context(), "SELECT code FROM duct_segment WHERE tenant_id = $1 ORDER BY code LIMIT 1", y.w.Batam.ID).Scan(&segment))
	keeper := identity.Actor{ID: uuid.New(), TenantID: y.w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	found, err := s.Find(y.ctx, keeper, segment, "Kabel hitam tanpa label", now)
	y.must(err)
	after := count()
	for _, kind := range revenue.Leaks() {
		if after[kind] <= before[kind] {
			t.Errorf("%s is not found: %d before, %d after", kind, before[kind], after[kind])
		}
	}
	if n := after[revenue.KeptPast]; n != 2 {
		t.Errorf("%d are kept past their time, not the cancelled one and the one that ran out alone", n)
	}
	y.must(s.Settle(y.ctx, keeper, found, "Disewa oleh PT Serat"))
	if n := count()[revenue.Unknown]; n != after[revenue.Unknown]-1 {
		t.Errorf("what is settled is still unknown: %d", n)
	}
}
