package ductwork

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// nightly is the daily check.
func (st *stage) nightly(t testing.TB) error {
	t.Helper()
	return tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.recheck(ctx, tx) })
}

// TestWorksGoTheirWay: planned, permitted, begun under a guarantee, dug, restored, inspected twice, kept up and released once its
// guarantees are settled by two people; no step is taken out of turn.
func TestWorksGoTheirWay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	in := says("2026-12-01", "2026-12-20", at(0, 0), at(100, 0))
	in.Owner, in.OwnerName, in.Operator = ByOperator, "", st.company
	w := st.plan(t, in)
	if w.Number != "GAL-2026-0001" || w.State != Planned || w.OwnerName != "PT Serat" {
		t.Errorf("planned as %+v", w)
	}
	refusedFor(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-11-27")), "ductwork.wrong_state")
	refusedFor(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Day: day("2026-11-28")}), "input.invalid", "permit required", "permit_by required", "permit_day date_future")
	refusedFor(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-7", By: "Dinas Bina Marga", Day: day("2026-11-28")}), "input.invalid", "permit_day date_future")
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-7", By: "Dinas Bina Marga", Day: day("2026-11-20"), Application: "BTM-26-7K3QX-4"}))
	refusedFor(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-8", By: "x", Day: day("2026-11-20")}), "ductwork.wrong_state")
	refusedFor(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-11-27")), "input.invalid", "day work_outside")
	st.at = st.at.AddDate(0, 0, 6) // 3 December
	refusedFor(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-12-03")), "ductwork.no_guarantee")

	letter := Guarantee{Kind: Execution, Bank: "Bank Riau Kepri", Number: "JP-1", Amount: 50_000_000, ValidUntil: day("2026-12-10")}
	_, err := st.Guarantee(st.ctx, st.manager, w.ID, Guarantee{Kind: "x", ValidUntil: day("2026-12-02")})
	refusedFor(t, err, "input.invalid", "bank required", "guarantee required", "kind not_an_option", "amount amount_positive", "valid_until work_over")
	_, err = st.Guarantee(st.ctx, st.manager, w.ID, letter)
	must(t, err)
	_, err = st.Guarantee(st.ctx, st.manager, w.ID, letter)
	refusedFor(t, err, "input.invalid", "guarantee work_guarantee_known")
	refusedFor(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-12-03")), "ductwork.no_guarantee") // it ends before the works do
	letter.Number, letter.ValidUntil = "JP-2", day("2027-06-30")
	held, err := st.Guarantee(st.ctx, st.manager, w.ID, letter)
	must(t, err)
	must(t, st.Begin(st.ctx, st.manager, w.ID, day("2026-12-02")))
	refusedFor(t, st.Cancel(st.ctx, st.manager, uuid.Nil, w.ID, "x"), "ductwork.wrong_state")

	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Supervision, On: day("2026-12-01")})
	refusedFor(t, err, "input.invalid", "note required", "day work_outside")
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Supervision, On: day("2026-12-01"), Good: true, Note: "Rapi"})
	refusedFor(t, err, "input.invalid", "day work_outside")
	photo := st.photo(t)
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Supervision, On: day("2026-12-03"), Note: "Rambu kurang", Photo: &photo})
	must(t, err)
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Inspection, On: day("2026-12-03"), Good: true, Months: 6})
	refusedFor(t, err, "ductwork.wrong_state")
	must(t, st.Restore(st.ctx, st.manager, w.ID))
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Inspection, On: day("2026-12-03"), Good: true, Months: 24})
	refusedFor(t, err, "input.invalid", "months work_months")
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Inspection, On: day("2026-12-03"), Note: "Aspal turun"})
	must(t, err)
	if got := st.is(t, w.ID).State; got != Reinstating {
		t.Errorf("after an inspection that was not passed: %s", got)
	}
	refusedFor(t, st.AskGuarantee(st.ctx, st.manager, w.ID, held.ID, Returned, ""), "ductwork.not_restored")
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Inspection, On: day("2026-12-03"), Good: true, Months: 9})
	must(t, err)
	now := st.is(t, w.ID)
	if now.State != Upkeep || !now.UpkeepUntil.Equal(day("2027-09-03")) || !now.RestoredOn.Equal(day("2026-12-03")) {
		t.Errorf("restored: %+v", now)
	}
	refusedFor(t, st.Release(st.ctx, st.manager, w.ID), "ductwork.upkeep_runs")
	kept, err := st.Guarantee(st.ctx, st.manager, w.ID, Guarantee{Kind: Maintenance, Bank: "Bank Riau Kepri", Number: "JM-1", Amount: 10_000_000, ValidUntil: day("2027-09-30")})
	must(t, err)
	refusedFor(t, st.AskGuarantee(st.ctx, st.manager, w.ID, kept.ID, Returned, ""), "ductwork.guarantee_early")

	// One person asks, another settles; refused, it can be asked for again.
	must(t, st.AskGuarantee(st.ctx, st.manager, w.ID, held.ID, Returned, ""))
	refusedFor(t, st.AskGuarantee(st.ctx, st.manager, w.ID, held.ID, Claimed, "x"), "ductwork.guarantee_asked")
	both := st.manager
	both.Roles = []string{"duct_manager", "duct_finance"}
	refusedFor(t, st.SettleGuarantee(st.ctx, both, w.ID, held.ID, Returned, true), "ductwork.same_person")
	refusedFor(t, st.SettleGuarantee(st.ctx, st.finance, w.ID, held.ID, Claimed, true), "ductwork.guarantee_asked")
	must(t, st.SettleGuarantee(st.ctx, st.finance, w.ID, held.ID, Returned, false))
	refusedFor(t, st.AskGuarantee(st.ctx, st.manager, w.ID, held.ID, Claimed, ""), "input.invalid", "why required")
	must(t, st.AskGuarantee(st.ctx, st.manager, w.ID, held.ID, Returned, ""))
	must(t, st.SettleGuarantee(st.ctx, st.finance, w.ID, held.ID, Returned, true))
	refusedFor(t, st.SettleGuarantee(st.ctx, st.finance, w.ID, held.ID, Returned, true), "ductwork.guarantee_asked")

	st.at = day("2027-09-03").Add(3 * time.Hour)
	ending, err := st.Ending(st.ctx, st.manager)
	must(t, err)
	if len(ending) != 2 || ending[0].Number != "JP-1" || ending[1].Number != "JM-1" || ending[1].WorkNumber != w.Number {
		t.Errorf("ending: %+v", ending)
	}
	refusedFor(t, st.Release(st.ctx, st.manager, w.ID), "ductwork.guarantee_held")
	all, err := st.Guarantees(st.ctx, st.manager, uuid.Nil, w.ID)
	must(t, err)
	for _, g := range all {
		if g.Held() {
			must(t, st.AskGuarantee(st.ctx, st.manager, w.ID, g.ID, Returned, ""))
			must(t, st.SettleGuarantee(st.ctx, st.finance, w.ID, g.ID, Returned, true))
		}
	}
	must(t, st.Release(st.ctx, st.manager, w.ID))
	if got := st.is(t, w.ID); got.State != Released || !got.ReleasedOn.Equal(day("2027-09-03")) {
		t.Errorf("released: %+v", got)
	}
	visits, err := st.Visits(st.ctx, st.manager, uuid.Nil, w.ID)
	must(t, err)
	papers, err := st.Papers(st.ctx, st.manager, uuid.Nil, w.ID)
	must(t, err)
	if len(visits) != 3 || len(papers) != 1 || papers[0].Of.UUID != visits[2].ID {
		t.Errorf("%d visits, papers %+v", len(visits), papers)
	}
	var acts []string
	must(t, st.w.DB.App.NewRaw("SELECT action FROM audit_entry WHERE tenant_id = ? AND object_id = ? ORDER BY id", st.w.Batam.ID, w.ID).Scan(st.ctx, &acts))
	if len(acts) < 15 || acts[0] != "ductwork.plan" || acts[len(acts)-1] != "ductwork.release" {
		t.Errorf("on record: %q", acts)
	}
}

// TestAnEmergencyBeginsFirst: it is running at once, its report is due by the city's hours, its permit follows, and a late report
// stays known as late.
func TestAnEmergencyBeginsFirst(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.lay(t, "A 0 0 B 100 0")
	in := says("2026-11-27", "2026-11-30", at(50, 0))
	in.Owner, in.OwnerName, in.Operator, in.Kind, in.Emergency, in.From = ByOperator, "", st.company, Repair, true, time.Time{}
	_, err := st.Plan(st.ctx, st.manager, uuid.Nil, in)
	refusedFor(t, err, "input.invalid", "started required")
	in.StartedAt = st.at.Add(time.Hour)
	_, err = st.Plan(st.ctx, st.manager, uuid.Nil, in)
	refusedFor(t, err, "input.invalid", "started date_future")
	in.StartedAt = st.at.Add(-2 * time.Hour)
	w, err := st.Plan(st.ctx, st.rani, st.company, in)
	must(t, err)
	if w.State != Running || !w.ReportDue.Equal(st.at.Add(22*time.Hour)) || !w.BeganOn.Equal(day("2026-11-27")) || w.ReportLate(st.at) {
		t.Errorf("begun as %+v", w)
	}
	st.at = st.at.Add(30 * time.Hour)
	if got := st.is(t, w.ID); !got.ReportLate(st.at) {
		t.Error("a report that did not come is not late")
	}
	refusedFor(t, st.Report(st.ctx, st.rani, st.company, w.ID, " "), "input.invalid", "report required")
	refusedFor(t, st.Report(st.ctx, st.rani, uuid.New(), w.ID, "x"), "operator.nobody")
	must(t, st.Report(st.ctx, st.rani, st.company, w.ID, "Kabel putus tergaruk ekskavator; disambung"))
	refusedFor(t, st.Report(st.ctx, st.rani, st.company, w.ID, "lagi"), "ductwork.wrong_state")
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-9", By: "Dinas", Day: day("2026-11-28")}))
	refusedFor(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-9", By: "Dinas", Day: day("2026-11-28")}), "ductwork.wrong_state")
	must(t, st.Restore(st.ctx, st.manager, w.ID))
	st.at = st.at.AddDate(0, 1, 0)
	if got := st.is(t, w.ID); !got.ReportLate(st.at) || got.State != Reinstating || got.Permit != "IZ-9" {
		t.Errorf("reported late: %+v", got)
	}
}

// TestWhoMay: staff that only read change nothing, a company changes what is its own while it is planned and sees nothing of
// another's, and another city sees none of it.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	in := says("2026-12-01", "2026-12-20", at(0, 0), at(100, 0))
	theirs := st.plan(t, in)
	own, err := st.Plan(st.ctx, st.rani, st.company, in)
	must(t, err)
	if own.Owner != ByOperator || own.OperatorID.UUID != st.company {
		t.Errorf("a company plans for %+v", own)
	}
	auditor := identity.Actor{ID: uuid.New(), TenantID: st.w.Batam.ID, Kind: identity.Staff, Roles: []string{"auditor"}, TOTP: true}
	_, err = st.Works(st.ctx, auditor, uuid.Nil, Filter{}, uuid.Max, 10)
	must(t, err)
	for name, err := range map[string]error{
		"an auditor permits":  st.Permit(st.ctx, auditor, own.ID, PermitInput{Number: "x", By: "x", Day: day("2026-11-01")}),
		"a company permits":   st.Permit(st.ctx, st.rani, own.ID, PermitInput{Number: "x", By: "x", Day: day("2026-11-01")}),
		"a company settles":   st.SettleGuarantee(st.ctx, st.rani, own.ID, own.ID, Returned, true),
		"the manager settles": st.SettleGuarantee(st.ctx, st.manager, own.ID, own.ID, Returned, true),
	} {
		if f := fault.From(err); f.Kind != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = st.Work(st.ctx, st.rani, st.company, theirs.ID)
	refusedFor(t, err, "ductwork.not_found")
	refusedFor(t, st.Cancel(st.ctx, st.rani, st.company, theirs.ID, "x"), "ductwork.not_found")
	list, err := st.Works(st.ctx, st.rani, st.company, Filter{Operator: uuid.New()}, uuid.Max, 10)
	must(t, err)
	if len(list) != 1 || list[0].ID != own.ID || list[0].Beside != 1 {
		t.Errorf("a company lists %+v", list)
	}
	met, beside, err := st.Clashes(st.ctx, st.rani, st.company, own.ID)
	must(t, err)
	if len(met) != 0 || len(beside) != 1 || beside[0].Phone == "" {
		t.Errorf("a company learns %+v, %+v", met, beside)
	}
	must(t, st.Permit(st.ctx, st.manager, own.ID, PermitInput{Number: "x", By: "x", Day: day("2026-11-01")}))
	refusedFor(t, st.Change(st.ctx, st.rani, st.company, own.ID, 0, in), "ductwork.wrong_state")
	refusedFor(t, st.Cancel(st.ctx, st.rani, st.company, own.ID, "x"), "ductwork.wrong_state")

	other := st.w.Ctx(st.w.Other)
	stranger := identity.Actor{ID: uuid.New(), TenantID: st.w.Other.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err = st.Work(other, stranger, uuid.Nil, own.ID)
	refusedFor(t, err, "ductwork.not_found")
	must(t, tenancy.InTx(other, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		n, err := tx.NewSelect().TableExpr("duct_work").Count(ctx)
		if err == nil && n != 0 {
			err = errors.New("another city sees works")
		}
		return err
	}))
}

// TestAmountsAreRupiah: a guarantee comes back as it was written down.
func TestAmountsAreRupiah(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	w := st.plan(t, says("2026-12-01", "2026-12-20", at(0, 0)))
	_, err := st.Guarantee(st.ctx, st.manager, w.ID, Guarantee{Kind: Execution, Bank: "Bank", Number: "1", Amount: money.Rupiah(9_007_199_254_740_993), ValidUntil: day("2027-01-01")})
	must(t, err)
	all, err := st.Guarantees(st.ctx, st.manager, uuid.Nil, w.ID)
	must(t, err)
	if all[0].Amount != 9_007_199_254_740_993 {
		t.Errorf("got %d", all[0].Amount)
	}
}
