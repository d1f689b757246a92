package ductorder

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
)

// TestFromPlacingToCharging follows an order through every step; what a step rests on has to be there first.
func TestFromPlacingToCharging(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	refused := func(code string, err error) {
		t.Helper()
		if !fault.Is(err, code) {
			t.Errorf("got %v, want %s", err, code)
		}
	}
	o := st.place(st.mine)
	if o.Number != "PSN-2026-0001" || o.State != "received" || o.DueAt.IsZero() {
		t.Fatalf("placed as %+v", o)
	}
	_, err := st.try(st.mine, o.ID, "begin")
	refused("ductorder.no_action", err)
	st.step(st.manager, o.ID, "begin")
	_, err = st.try(st.manager, o.ID, "choose_route", func(in *ActInput) { in.Way = "lama" })
	refused("ductorder.way_changed", err)
	ways, err := st.Choices(st.ctx, st.manager, o.ID)
	st.must(err)
	if len(ways) != 1 || len(ways[0].Way.Authorities) != 2 || ways[0].Quote.MonthSum <= 0 {
		t.Fatalf("the ways are %+v", ways)
	}
	st.step(st.manager, o.ID, "choose_route", func(in *ActInput) { in.Way = ways[0].Key })
	_, err = st.try(st.manager, o.ID, "surveyed", func(in *ActInput) {
		in.Answers = map[string][]string{"surveyed_on": {"2026-11-26"}, "surveyor": {"Sari"}, "finding": {"differs"}}
	})
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != "differences" {
		t.Errorf("a difference without its words: %v", err)
	}
	st.step(st.manager, o.ID, "surveyed", func(in *ActInput) {
		in.Answers = map[string][]string{"surveyed_on": {"2026-11-26"}, "surveyor": {"Sari"}, "finding": {"as_recorded"}}
	})
	st.step(st.manager, o.ID, "quote")
	d := st.find(o.ID)
	q := d.Papers[0]
	if q.Kind != PaperQuote || q.Number != "PNW-2026-0001" || q.Body.Agreement.Number == "" || q.ValidUntil != day("2026-12-27") {
		t.Errorf("the quote is %+v", q)
	}
	for _, line := range slices.Concat(q.Body.Quote.Once, q.Body.Quote.Month) {
		if line.Basis == "" || line.Working.In("id") == "" {
			t.Errorf("a line without its basis or working: %+v", line)
		}
	}
	if _, err := st.Find(st.ctx, st.other, o.ID); !fault.Is(err, "ductorder.not_found") {
		t.Errorf("another company reads it: %v", err)
	}
	if _, err := st.AcceptQuote(st.ctx, st.other, o.ID, 0); !fault.Is(err, "ductorder.not_found") {
		t.Errorf("another company accepts it: %v", err)
	}
	_, err = st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	d = st.find(o.ID)
	if d.Lease.State != lease.Reserved || d.Lease.OrderID.UUID != o.ID || d.State != "reserved" {
		t.Fatalf("accepted, but %s with a lease %s", d.State, d.Lease.State)
	}
	refused("lease.of_order", st.d.Leases.Order(st.ctx, st.manager, d.Lease.ID))
	st.step(st.manager, o.ID, "order")
	_, err = st.try(st.manager, o.ID, "permitted")
	refused("ductorder.permits_open", err)
	if p := st.find(o.ID).Permits; len(p) != 2 || p[0].Authority != "bp_batam" || p[1].Authority != "pemko" {
		t.Errorf("the permits are %+v", p)
	}
	st.permit(o.ID)
	st.step(st.manager, o.ID, "permitted")
	_, err = st.try(st.manager, o.ID, "open_access")
	refused("ductorder.no_window", err)
	w := st.window(st.mine, o.ID, "B", "2026-12-01", "2026-12-02")
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: o.ID, Window: w.ID, Grant: true}))
	st.step(st.manager, o.ID, "open_access")
	_, err = st.try(st.mine, o.ID, "installed")
	refused("ductorder.no_evidence", err)
	st.at = st.at.AddDate(0, 0, 7)
	e, err := st.show(st.mine, o.ID, "B", uuid.Nil)
	st.must(err)
	st.step(st.mine, o.ID, "installed")
	_, err = st.try(st.manager, o.ID, "inspected")
	refused("ductorder.evidence_waiting", err)
	_, err = st.try(st.manager, o.ID, "rework")
	refused("ductorder.none_rejected", err)
	st.must(st.Review(st.ctx, st.manager, ReviewInput{Order: o.ID, Evidence: e.ID, Reason: "Gelap"}))
	_, err = st.try(st.manager, o.ID, "inspected")
	refused("ductorder.evidence_rejected", err)
	st.step(st.manager, o.ID, "rework")
	_, err = st.try(st.mine, o.ID, "installed")
	refused("ductorder.evidence_rejected", err)
	anew, err := st.show(st.mine, o.ID, "B", e.ID)
	st.must(err)
	if _, err := st.show(st.mine, o.ID, "B", e.ID); fault.From(err).Kind != fault.Invalid {
		t.Errorf("one rejected photo made anew twice: %v", err)
	}
	st.step(st.mine, o.ID, "installed")
	st.must(st.Review(st.ctx, st.manager, ReviewInput{Order: o.ID, Evidence: anew.ID, Approve: true}))
	st.step(st.manager, o.ID, "inspected")
	_, err = st.try(st.manager, o.ID, "accept", signed("2026-12-24"))
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != "day" {
		t.Errorf("accepted on a day to come: %v", err)
	}
	_, err = st.try(st.manager, o.ID, "accept", signed("2026-11-01"))
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Code != "accept_early" {
		t.Errorf("accepted before it was ordered: %v", err)
	}
	st.step(st.manager, o.ID, "accept", signed("2026-12-03"))
	d = st.find(o.ID)
	if d.Lease.State != lease.Active || d.Papers[0].Kind != PaperBAST || d.Papers[0].Body.Signer.Name != "Rina" || d.Papers[0].Body.CitySigner.Name != "Ahmad" {
		t.Errorf("accepted as %s, %+v", d.Lease.State, d.Papers[0])
	}
	_, err = st.try(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt, in.Import = AsBuiltImport, uuid.New() })
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != "import" {
		t.Errorf("a survey that is not there: %v", err)
	}
	st.step(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt = AsBuiltSame })
	o = st.step(st.manager, o.ID, "bill")
	if o.State != "active" || o.ChargedFrom() != day("2026-12-03") {
		t.Errorf("charged from %s in %s", o.ChargedFrom(), o.State)
	}
	var told []string
	st.must(st.w.DB.App.NewRaw("SELECT data->>'title' FROM message WHERE tenant_id = ? ORDER BY id", st.w.Batam.ID).Scan(st.ctx, &told))
	if all := strings.Join(told, "\n"); !strings.Contains(all, "Menunggu persetujuan penawaran") || !strings.Contains(all, "manhole B disetujui") {
		t.Errorf("the company was told:\n%s", all)
	}
}

// TestFromRenewalToRemoval: a lease is renewed with its very units at today's prices; when the renewal is given notice the cable has
// to be out, and that is shown.
func TestFromRenewalToRemoval(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	old := st.active()
	next, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old.ID, Until: day("2031-12-01"), Key: "perpanjangan"})
	st.must(err)
	if next.State != "quoting" || next.Since != day("2029-12-01") {
		t.Fatalf("the renewal begins as %+v", next)
	}
	if _, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old.ID, Until: day("2032-12-01"), Key: "lain"}); !fault.Is(err, "ductorder.renewed") {
		t.Errorf("renewed twice: %v", err)
	}
	if _, err := st.GiveNotice(st.ctx, st.mine, old.ID, 0, day("2027-06-01"), "Pindah"); !fault.Is(err, "ductorder.has_renewal") {
		t.Errorf("notice beside a renewal: %v", err)
	}
	if _, err := st.try(st.manager, next.ID, "choose_another"); !fault.Is(err, "ductorder.no_action") {
		t.Errorf("another way for a renewal: %v", err)
	}
	st.step(st.manager, next.ID, "quote")
	_, err = st.AcceptQuote(st.ctx, st.mine, next.ID, 0)
	st.must(err)
	if _, err := st.try(st.manager, next.ID, "order"); !fault.Is(err, "ductorder.no_action") {
		t.Errorf("a renewal is ordered like a new one: %v", err)
	}
	st.step(st.manager, next.ID, "extend")
	st.step(st.manager, next.ID, "bill")
	var units []int
	st.must(st.w.DB.App.NewRaw("SELECT count(DISTINCT unit_id) FROM duct_hold WHERE tenant_id = ? AND own AND released_at IS NULL", st.w.Batam.ID).Scan(st.ctx, &units))
	if units[0] != 2 {
		t.Errorf("%d units are held, want the same two", units[0])
	}
	st.at = day("2029-12-01").Add(3 * 3600e9)
	st.sweeps()
	if d := st.find(old.ID); d.State != "closed" || d.RenewedBy == nil {
		t.Errorf("the former order is %s", d.State)
	}
	_, err = st.GiveNotice(st.ctx, st.mine, next.ID, 0, day("2030-03-01"), "Pindah")
	st.must(err)
	d := st.find(next.ID)
	if d.State != "removal" || d.Lease.State != lease.Ended || !d.DueAt.Equal(day("2030-03-31")) {
		t.Fatalf("after notice: %s, %s, until %s", d.State, d.Lease.State, d.DueAt)
	}
	if _, err := st.try(st.mine, next.ID, "removed"); !fault.Is(err, "ductorder.no_evidence") {
		t.Errorf("removed without showing it: %v", err)
	}
	e, err := st.show(st.mine, next.ID, "C", uuid.Nil)
	st.must(err)
	if e.Purpose != OfRemoval {
		t.Errorf("it shows %s", e.Purpose)
	}
	st.step(st.mine, next.ID, "removed")
	st.must(st.Review(st.ctx, st.manager, ReviewInput{Order: next.ID, Evidence: e.ID, Approve: true}))
	d = st.find(next.ID)
	if _, err := st.try(st.manager, next.ID, "cleared"); !fault.Is(err, "ductorder.lease_runs") {
		t.Errorf("closed while the lease runs: %v", err)
	}
	if d.DueAt.Before(day("2030-03-02")) || d.DueAt.After(day("2030-03-15")) {
		t.Errorf("it is to be looked at by %s, want five working days after the last day", d.DueAt)
	}
	st.at = day("2030-02-28").Add(16 * time.Hour) // one hour before midnight in Batam
	if _, err := st.try(st.manager, next.ID, "cleared"); !fault.Is(err, "ductorder.lease_runs") {
		t.Errorf("closed on the last day of the lease: %v", err)
	}
	st.at = st.at.Add(time.Hour)
	if o := st.step(st.manager, next.ID, "cleared"); o.State != "closed" || o.ClosedAt.IsZero() {
		t.Errorf("cleared as %+v", o)
	}
}

// TestALeaseThatIsOverLeadsToRemoval by itself, when nobody renewed it.
func TestALeaseThatIsOverLeadsToRemoval(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.active()
	st.sweeps()
	if d := st.find(o.ID); d.State != "active" {
		t.Fatalf("over before its time: %s", d.State)
	}
	st.at = day("2029-12-01").Add(3 * 3600e9)
	st.sweeps()
	if d := st.find(o.ID); d.State != "removal" || d.EndsOn != day("2029-12-01") || d.Late(st.at) {
		t.Errorf("after its time: %s, %s", d.State, d.EndsOn)
	}
	st.at = st.at.AddDate(0, 0, 31)
	late, err := st.Orders(st.ctx, st.manager, Filter{Late: true}, uuid.Nil, 10)
	st.must(err)
	if len(late) != 1 || late[0].OperatorName != "Operator Satu" {
		t.Errorf("late are %+v", late)
	}
}
