package revenue

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
)

// TestAClaimIsTakenBack: what was recorded wrongly is not owed from that day on, and stays with its reason; files of before still have it. Nothing is
// received for it any more, and what is paid is not taken back.
func TestAClaimIsTakenBack(t *testing.T) {
	t.Parallel()
	st := newStreet(t)
	c := Claim{Code: "4.1.03", Payer: "BUMD", Basis: "RUPS 1/2026", DecidedOn: day("2026-01-10"), DueOn: day("2026-06-30"), Amount: 20_000_000}
	wrong, err := st.AddClaim(st.ctx, st.officer, c)
	st.must(err)
	owed := func() (sum money.Rupiah) {
		t.Helper()
		lines, err := st.Ledger(st.ctx, st.officer, st.at)
		st.must(err)
		for _, l := range lines {
			sum += l.Owed
		}
		return sum
	}
	file := func(on string) (rows int) {
		t.Helper()
		st.must(st.Export(st.ctx, st.officer, i18n.ID, Receivables, day(on), func([]any) error { rows++; return nil }))
		return rows - 1
	}
	if owed() != 20_000_000 || file("2026-02-10") != 1 {
		t.Fatalf("%v is owed", owed())
	}
	if err := st.UndoClaim(st.ctx, st.officer, wrong.ID, " "); !is(err, "reason", "required") {
		t.Errorf("without a reason: %v", err)
	}
	if err := st.UndoClaim(st.ctx, st.officer, uuid.New(), "Salah"); !is(err, "claim", "not_an_option") {
		t.Errorf("a claim that there is not: %v", err)
	}
	if err := st.UndoClaim(st.ctx, st.keeper, wrong.ID, "Salah"); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("by whoever keeps the network: %v", err)
	}
	there := identity.Actor{ID: uuid.New(), TenantID: st.w.Other.ID, Kind: identity.Staff, Roles: []string{"revenue_officer"}, TOTP: true}
	if err := st.UndoClaim(st.w.Ctx(st.w.Other), there, wrong.ID, "Salah"); !is(err, "claim", "not_an_option") {
		t.Errorf("by another city: %v", err)
	}
	st.at = day("2026-02-12")
	var done atomic.Int32
	var turns sync.WaitGroup
	for range 8 {
		turns.Go(func() {
			if err := st.UndoClaim(st.ctx, st.officer, wrong.ID, " Salah ketik: Rp2.000.000 "); err == nil {
				done.Add(1)
			} else if !fault.Is(err, "revenue.claim_undone") {
				t.Error(err)
			}
		})
	}
	if turns.Wait(); done.Load() != 1 {
		t.Errorf("taken back %d times", done.Load())
	}
	if err := st.UndoClaim(st.ctx, st.officer, wrong.ID, "Salah"); !fault.Is(err, "revenue.claim_undone") {
		t.Errorf("a second time: %v", err)
	}
	if owed() != 0 || file("2026-02-11") != 1 || file("2026-02-12") != 0 {
		t.Errorf("%v is owed; %d and %d rows", owed(), file("2026-02-11"), file("2026-02-12"))
	}
	all, err := st.Claims(st.ctx, st.officer)
	st.must(err)
	if len(all) != 1 || all[0].Open() != 0 || all[0].UndoneWhy != "Salah ketik: Rp2.000.000" || all[0].UndoneOn.Format(time.DateOnly) != "2026-02-12" {
		t.Errorf("%+v", all)
	}
	of := uuid.NullUUID{UUID: wrong.ID, Valid: true}
	if _, err := st.Receive(st.ctx, st.officer, Receipt{Code: "4.1.03", Number: "STS-1", Payer: "BUMD", OnDay: st.at, Amount: 1, ClaimID: of}); !is(err, "claim", "not_an_option") {
		t.Errorf("received for it: %v", err)
	}
	again, err := st.AddClaim(st.ctx, st.officer, c) // the same words are no repetition of what was taken back
	st.must(err)
	of.UUID = again.ID
	paid, err := st.Receive(st.ctx, st.officer, Receipt{Code: "4.1.03", Number: "STS-1", Payer: "BUMD", OnDay: st.at, Amount: 500_000, ClaimID: of})
	st.must(err)
	if err := st.UndoClaim(st.ctx, st.officer, again.ID, "Salah"); !fault.Is(err, "revenue.claim_paid") {
		t.Errorf("one that is paid in part: %v", err)
	}
	st.must(st.Undo(st.ctx, st.officer, paid.ID, "Salah"))
	st.must(st.UndoClaim(st.ctx, st.officer, again.ID, "Salah"))
	var acts int
	st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'revenue.undo_claim' AND detail ->> 'reason' <> ''", st.w.Batam.ID).Scan(st.ctx, &acts))
	if acts != 2 {
		t.Errorf("%d acts are in the audit trail", acts)
	}
}

// TestDaysThatWereClaimedAndHaveNoDuct are told, and once their claim is taken back the days with a duct alone are claimed again.
func TestDaysThatWereClaimedAndHaveNoDuct(t *testing.T) {
	t.Parallel()
	st := newStreet(t)
	st.claimed()
	st.at = day("2026-03-05")
	if got := st.claimed()["OUT"]; got != 1_000_000 {
		t.Fatalf("February and March: %v", got)
	}
	for _, code := range []string{"OUT", "NOTED"} {
		st.run("UPDATE duct_unit SET until = '2026-03-11' WHERE tenant_id = ?0 AND segment_id = ?1", st.segments[code])
	}
	st.at = day("2026-03-20")
	told := func() string {
		t.Helper()
		all, err := st.Leakage(st.ctx, st.keeper)
		st.must(err)
		var out []string
		for _, x := range all.Leaks {
			if x.Kind == Bare {
				out = append(out, fmt.Sprint(x.What, " ", x.Since.Format(time.DateOnly), " ", x.Yearly))
			}
		}
		return strings.Join(out, ", ")
	}
	if got := told(); got != "OUT 2026-03-11 Rp0" {
		t.Errorf("told of: %q", got)
	}
	all, err := st.Claims(st.ctx, st.officer)
	st.must(err)
	for _, c := range all {
		if c.LandRentID.UUID == st.rents["OUT"] && c.CoversFrom.Equal(day("2026-03-01")) {
			st.must(st.UndoClaim(st.ctx, st.officer, c.ID, "Ducting dibongkar 11 Maret"))
		}
	}
	st.claimed()
	var sum money.Rupiah
	all, err = st.Claims(st.ctx, st.officer)
	st.must(err)
	for _, c := range all {
		if c.LandRentID.UUID == st.rents["OUT"] {
			sum += c.Open()
		}
	}
	if sum != 500_000+161_290 || told() != "" {
		t.Errorf("%v is owed; told of %q", sum, told())
	}
}
