package ductwork

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/tenancy"
)

// TestWhoseAPermitIs: works that a permit has opened are of the company whose number its applicant typed only once staff have said so, and what that
// company has planned takes the permit only then, once, however many say so at a time.
func TestWhoseAPermitIs(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	other, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "PT Lain", NIB: "2234567890123", Licence: "x", Email: "noc@lain.id"})
	must(t, err)
	// opened are works of a permit that names the company, and what that company has planned there.
	opened := func() (Work, Work) {
		t.Helper()
		in := says("2026-12-01", "2026-12-10", at(0, 0), at(50, 0))
		in.Owner, in.Operator = ByOperator, st.company
		plan := st.plan(t, in)
		w := st.plan(t, says("2026-12-03", "2026-12-20", at(0, 5), at(80, 5)))
		must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-" + w.Number, By: "Dinas", Day: day("2026-11-20"), Application: "BTM-26-7K3QX-4"}))
		_, err := st.w.DB.App.NewRaw("UPDATE duct_work SET may_operator = ?, may_be = ? WHERE tenant_id = ? AND id = ?", st.company, plan.ID, st.w.Batam.ID, w.ID).Exec(st.ctx)
		must(t, err)
		return st.is(t, w.ID), st.is(t, plan.ID)
	}
	said := func(id uuid.UUID) int {
		t.Helper()
		var n int
		must(t, st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'ductwork.permit_whose' AND object_id = ?", st.w.Batam.ID, id).Scan(st.ctx, &n))
		return n
	}

	w, plan := opened()
	own, err := st.MayBe(st.ctx, st.rani, st.company, plan.ID)
	if must(t, err); len(own) != 1 || own[0].Permit != w.Permit {
		t.Errorf("the company reads %d permits that may be for its works", len(own))
	}
	_, err = st.MayBe(st.ctx, st.rani, other.ID, plan.ID)
	refusedFor(t, err, "operator.nobody")
	refusedFor(t, st.ConfirmPermit(st.ctx, st.rani, w.ID, w.Revision, true), "access.denied")
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, plan.ID, plan.Revision, true), "ductwork.wrong_state")
	held, err := st.Guarantee(st.ctx, st.manager, w.ID, Guarantee{Kind: Execution, Bank: "Bank Riau Kepri", Number: "JP-1", Amount: 10_000_000, ValidUntil: day("2027-01-30")})
	must(t, err)
	photo := st.photo(t)
	_, err = st.Visit(st.ctx, st.manager, w.ID, VisitInput{Kind: Supervision, On: day("2026-11-26"), Good: true, Note: "Rambu terpasang", Photo: &photo})
	must(t, err)
	_, err = st.Attach(st.ctx, st.manager, uuid.Nil, w.ID, PaperTraffic, st.photo(t))
	must(t, err)
	for _, company := range []uuid.UUID{other.ID, st.company} {
		_, err = st.w.DB.App.NewRaw("INSERT INTO duct_work_join (tenant_id, work_id, operator_id, note, made_at, made_by) VALUES (?, ?, ?, 'Ikut', now(), ?)", st.w.Batam.ID, w.ID, company, uuid.New()).Exec(st.ctx)
		must(t, err)
	}
	w = st.is(t, w.ID)
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision-1, true), "ductwork.changed")
	var all sync.WaitGroup
	done := make(chan error, 4)
	for range 4 {
		all.Go(func() { done <- st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true) })
	}
	all.Wait()
	close(done)
	confirmed := 0
	for err := range done {
		if err == nil {
			confirmed++
		} else if !fault.Is(err, "ductwork.wrong_state") {
			t.Error(err)
		}
	}
	if confirmed != 1 || said(w.ID) != 1 {
		t.Errorf("confirmed %d times, told %d times", confirmed, said(w.ID))
	}
	was := w
	w, plan = st.is(t, w.ID), st.is(t, plan.ID)
	if w.State != Cancelled || w.Claimed() || plan.State != Permitted || plan.Permit != was.Permit || plan.Application != was.Application || !plan.From.Equal(was.From) || !plan.To.Equal(was.To) || plan.OperatorID.UUID != st.company {
		t.Errorf("the plan has not taken the permit:\n%+v\n%+v", w, plan)
	}
	places, err := st.PlacesOf(st.ctx, []uuid.UUID{w.ID, plan.ID}, false)
	if must(t, err); len(places[plan.ID]) != 1 || len(places[w.ID]) != 1 || places[plan.ID][0][1] != places[w.ID][0][1] {
		t.Errorf("the plan lies elsewhere than its permit: %v", places)
	}
	letters, err := st.Guarantees(st.ctx, st.manager, uuid.Nil, plan.ID)
	if must(t, err); len(letters) != 1 || letters[0].ID != held.ID {
		t.Errorf("the plan has %d guarantees", len(letters))
	}
	// The company reads what was seen and filed before staff knew that the works are its own, and who would lay theirs there.
	visits, err := st.Visits(st.ctx, st.rani, st.company, plan.ID)
	if must(t, err); len(visits) != 1 || visits[0].Note != "Rambu terpasang" {
		t.Errorf("the company reads %d visits", len(visits))
	}
	papers, err := st.Papers(st.ctx, st.rani, st.company, plan.ID)
	if must(t, err); len(papers) != 2 {
		t.Errorf("the company reads %d files", len(papers))
	}
	joins, err := st.Joins(st.ctx, st.rani, st.company, plan.ID)
	if must(t, err); len(joins) != 1 || joins[0].OperatorID != other.ID {
		t.Errorf("the company reads %d who would lay theirs", len(joins))
	}

	// Where the company plans them no more, the works of the permit are its own; where it says that they are not, nothing changes.
	w, plan = opened()
	must(t, st.Cancel(st.ctx, st.manager, uuid.Nil, plan.ID, "Batal"))
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true))
	if w = st.is(t, w.ID); w.State != Permitted || w.Owner != ByOperator || w.OperatorID.UUID != st.company || w.OwnerName != "PT Serat" {
		t.Errorf("not the company's: %+v", w)
	}
	w, plan = opened()
	_, err = st.w.DB.App.NewRaw("UPDATE duct_work SET owner_name = 'PT SERAT' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID).Exec(st.ctx)
	must(t, err)
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, false))
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true), "ductwork.wrong_state")
	if now, of := st.is(t, w.ID), st.is(t, plan.ID); now.State != Permitted || now.OperatorID.Valid || of.State != Planned || of.Revision != plan.Revision || said(w.ID) != 1 {
		t.Errorf("a permit that is not theirs:\n%+v\n%+v", now, of)
	}
	told, err := st.Calendar(st.ctx, CalendarFilter{})
	must(t, err)
	if i := slices.IndexFunc(told, func(x Work) bool { return x.ID == w.ID }); i < 0 || told[i].OwnerName != "Pihak yang belum diketahui" {
		t.Errorf("everybody is told that works are a company's of which staff have said that they are not: %+v", told)
	}
	w, _ = opened()
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, false))
	if w = st.is(t, w.ID); w.OwnerName != "Perusahaan Air" {
		t.Errorf("the name of somebody else is gone: %q", w.OwnerName)
	}

	w, plan = opened()
	_, err = st.w.DB.App.NewRaw("UPDATE duct_work SET permit_ended_at = now() WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID).Exec(st.ctx)
	must(t, err)
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true), "ductwork.permit_ended")
	if own, err = st.MayBe(st.ctx, st.rani, st.company, plan.ID); err != nil || len(own) != 0 {
		t.Errorf("a permit that was withdrawn may be for works: %d, %v", len(own), err)
	}
}

// TestAClaimEndsWithWhatItWasMadeOf: what the applicant for one permit typed says nothing of works that staff have since said to be another's, nor of
// another permit that they write down.
func TestAClaimEndsWithWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	other, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "PT Lain", NIB: "2234567890123", Licence: "x", Email: "noc@lain.id"})
	must(t, err)
	must(t, st.leases.Decide(st.ctx, st.manager, other.ID, lease.Decision{State: lease.OperatorApproved}))
	planned := says("2026-12-01", "2026-12-10", at(0, 0), at(50, 0))
	planned.Owner, planned.Operator = ByOperator, st.company
	dug := says("2026-12-03", "2026-12-20", at(0, 5), at(80, 5))
	opened := func() (Work, Work) {
		t.Helper()
		plan, w := st.plan(t, planned), st.plan(t, dug)
		must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-" + w.Number, By: "Dinas", Day: day("2026-11-20")}))
		_, err := st.w.DB.App.NewRaw("UPDATE duct_work SET may_operator = ?, may_be = ? WHERE tenant_id = ? AND id = ?", st.company, plan.ID, st.w.Batam.ID, w.ID).Exec(st.ctx)
		must(t, err)
		return st.is(t, w.ID), st.is(t, plan.ID)
	}

	w, plan := opened()
	theirs := planned
	theirs.Operator = other.ID
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, plan.ID, plan.Revision, theirs))
	if all, err := st.MayBe(st.ctx, st.manager, uuid.Nil, plan.ID); err != nil || len(all) != 0 {
		t.Errorf("the permit of one company may be for the works of another: %d, %v", len(all), err)
	}
	if k, ok, err := st.Claimed(st.ctx, st.manager, w); err != nil || !ok || k.PlanID.Valid {
		t.Errorf("staff are told that another's plan takes the permit: %+v, %v", k, err)
	}
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true))
	if now, of := st.is(t, w.ID), st.is(t, plan.ID); now.State != Permitted || now.OperatorID.UUID != st.company || of.State != Planned || of.Permit != "" {
		t.Errorf("another company's plan has taken the permit:\n%+v\n%+v", now, of)
	}

	w, _ = opened()
	own := dug
	own.Owner, own.Operator = ByOperator, other.ID
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, w.Revision, own))
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true), "ductwork.wrong_state")
	if w = st.is(t, w.ID); w.Claimed() || w.OperatorID.UUID != other.ID {
		t.Errorf("staff have said whose the works are, and are asked again: %+v", w)
	}

	w, _ = opened()
	_, err = st.w.DB.App.NewRaw("UPDATE duct_work SET permit_ended_at = now() WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID).Exec(st.ctx)
	must(t, err)
	must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-BARU", By: "Dinas", Day: day("2026-11-20")}))
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true), "ductwork.wrong_state")
}

// TestANewPermitIsAskedAboutAnew: works whose permit is issued anew before anybody has said whose they are, are of the company that the new one names, or
// of none; who still sees the former is told so. What staff have said stays.
func TestANewPermitIsAskedAboutAnew(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	other, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "PT Lain", NIB: "2234567890123", Licence: "x", Email: "noc@lain.id"})
	must(t, err)
	must(t, st.leases.Decide(st.ctx, st.manager, other.ID, lease.Decision{State: lease.OperatorApproved}))
	of := func(operators ...uuid.UUID) permit {
		return permit{number: "IZ-" + uuid.NewString(), by: "Dinas", day: day("2026-11-20"), owner: "Perusahaan", operators: operators, road: "Jalan A", points: []geo.Point{at(0, 0), at(80, 0)}, from: day("2026-12-03"), to: day("2026-12-20"), kind: Cable, method: OpenCut}
	}
	opened := func() Work {
		t.Helper()
		w := st.plan(t, says("2026-12-03", "2026-12-20", at(0, 0), at(80, 0)))
		must(t, st.Permit(st.ctx, st.manager, w.ID, PermitInput{Number: "IZ-" + w.Number, By: "Dinas", Day: day("2026-11-20")}))
		_, err := st.w.DB.App.NewRaw("UPDATE duct_work SET may_operator = ? WHERE tenant_id = ? AND id = ?", st.company, st.w.Batam.ID, w.ID).Exec(st.ctx)
		must(t, err)
		return st.is(t, w.ID)
	}
	again := func(w Work, p permit) Work {
		t.Helper()
		must(t, tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.grant(ctx, tx, p, w.ID) }))
		return st.is(t, w.ID)
	}
	planned := says("2026-12-01", "2026-12-10", at(0, 3), at(50, 3))
	planned.Owner, planned.Operator = ByOperator, other.ID
	plan := st.plan(t, planned)

	was := opened()
	if !was.Claimed() || was.MayOperator.UUID != st.company || was.MayBe.Valid {
		t.Fatalf("%+v", was)
	}
	w := again(was, of(other.ID))
	if k, ok, err := st.Claimed(st.ctx, st.manager, w); err != nil || !ok || k.Name != "PT Lain" || k.PlanID.UUID != plan.ID {
		t.Errorf("staff are asked about %+v, %v, %v", k, ok, err)
	}
	refusedFor(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, was.Revision, true), "ductwork.changed")
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, true))
	if plan = st.is(t, plan.ID); plan.State != Permitted || plan.Permit != w.Permit {
		t.Errorf("the plan of the company that the new permit names: %+v", plan)
	}

	if w = again(opened(), of()); w.Claimed() || w.State != Permitted {
		t.Errorf("the new permit names nobody, and staff are asked: %+v", w)
	}
	nameless := of(other.ID)
	nameless.points = nil // it says no place, so the works stay where they are
	if w = again(opened(), nameless); !w.Claimed() || w.MayOperator.UUID != other.ID {
		t.Errorf("a new permit without a place: %+v", w)
	}
	w = opened()
	must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, false))
	if w = again(w, of(other.ID)); w.Claimed() {
		t.Errorf("staff have said whose the works are not, and are asked again: %+v", w)
	}

	// Works that a permit opened whose number was mistyped.
	w = st.plan(t, says("2026-12-03", "2026-12-20", at(0, 0), at(80, 0)))
	must(t, tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, entry(system, "ductwork.plan", w.ID, map[string]any{"owner": ByUtility})) // as open does
	}))
	if w = again(w, of()); w.Claimed() {
		t.Errorf("nobody is named, and staff are asked: %+v", w)
	}
	for _, company := range []uuid.UUID{st.company, other.ID} {
		if w = again(w, of(company)); !w.Claimed() || w.MayOperator.UUID != company {
			t.Fatalf("the new permit names another company, and nobody is asked: %+v", w)
		}
		must(t, st.ConfirmPermit(st.ctx, st.manager, w.ID, w.Revision, false))
		if w = again(w, of(company)); w.Claimed() {
			t.Errorf("staff have denied the company, and are asked about it again: %+v", w)
		}
	}
}
