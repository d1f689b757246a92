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

// extended is an active renewal of an order until a day.
func (st *stage) extended(old uuid.UUID, until string) Order {
	st.t.Helper()
	o, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old, Until: day(until), Key: "perpanjangan " + until})
	st.must(err)
	st.step(st.manager, o.ID, "quote")
	_, err = st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	st.step(st.manager, o.ID, "extend")
	return st.step(st.manager, o.ID, "bill")
}

// heldFrom is how many units are held on a day or after it.
func (st *stage) heldFrom(on string) (n int) {
	st.t.Helper()
	st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM duct_hold WHERE tenant_id = ? AND own AND released_at IS NULL AND (upper_inf(during) OR upper(during) > ?)", st.w.Batam.ID, on).Scan(st.ctx, &n))
	return n
}

// TestNoticeEndsARenewalThatHasNotBegun in the same step, whoever gives it, and a renewal of the renewal too; one that is still dealt with
// is withdrawn first.
func TestNoticeEndsARenewalThatHasNotBegun(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*stage, Order) error{
		"the company": func(st *stage, o Order) error {
			_, err := st.GiveNotice(st.ctx, st.mine, o.ID, 0, day("2027-06-01"), "Pindah")
			return err
		},
		"the manager": func(st *stage, o Order) error {
			_, err := st.try(st.manager, o.ID, "terminate", func(in *ActInput) { in.Day, in.Reason = day("2027-06-01"), "Tagihan tidak dibayar" })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			old := st.active()
			next := st.extended(old.ID, "2031-12-01")
			after := st.extended(next.ID, "2033-12-01")
			pending, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: after.ID, Until: day("2034-12-01"), Key: "lagi"})
			st.must(err)
			if err := end(st, old); !fault.Is(err, "ductorder.has_renewal") {
				t.Fatalf("notice beside a renewal that is dealt with: %v", err)
			}
			st.step(st.manager, pending.ID, "refuse", func(in *ActInput) { in.Refusal = "izin_lahan" })
			if d := st.find(old.ID); !slices.Equal(d.Falls, []string{next.Number, after.Number}) {
				t.Errorf("what is said to end with it: %+v", d.Falls)
			}
			st.must(end(st, old))
			d := st.find(old.ID)
			if d.State != "removal" || d.Lease.State != lease.Ended || d.Lease.Until != day("2027-06-01") || d.RenewedBy != nil {
				t.Errorf("the order is %s, its lease %s until %s, renewed by %+v", d.State, d.Lease.State, d.Lease.Until, d.RenewedBy)
			}
			for id, renews := range map[uuid.UUID]string{next.ID: old.Number, after.ID: next.Number} {
				r := st.find(id)
				last := r.Events[len(r.Events)-1]
				if r.State != "withdrawn" || r.ClosedAt.IsZero() || r.Lease.State != lease.Cancelled || r.Lease.Why == "" || last.Action != EventFell || last.Detail["order"] != renews || last.Reason == "" {
					t.Errorf("the renewal %s is %s, its lease %s, its last event %+v", r.Number, r.State, r.Lease.State, last)
				}
				var audited int
				st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND object_id IN (?, ?) AND (action = 'ductorder.fall' AND detail->>'renews' = ? OR action = 'lease.cancel')", st.w.Batam.ID, id, r.LeaseID, renews).Scan(st.ctx, &audited))
				if audited != 2 {
					t.Errorf("%d entries of the trail, want that of the order and that of its lease", audited)
				}
			}
			if n := st.heldFrom("2027-06-01"); n != 0 {
				t.Errorf("%d units are held after the last day", n)
			}
			var told []string
			st.must(st.w.DB.App.NewRaw("SELECT data->>'title' FROM message WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &told))
			if got := strings.Contains(strings.Join(told, "\n"), next.Number+": perpanjangan tidak dilanjutkan"); got != (name == "the manager") {
				t.Errorf("a letter of it: %v\n%s", got, strings.Join(told, "\n"))
			}
			st.at = day("2029-12-01").Add(3 * time.Hour)
			st.sweeps()
			if r := st.find(next.ID); r.State != "withdrawn" {
				t.Errorf("on what was to be its first day the renewal is %s", r.State)
			}
		})
	}
}

// TestNoticeOnTheLastDayEndsOnlyTheRenewal: the lease runs as long as it was agreed; a renewal that has begun, or whose month was charged,
// does not fall with it.
func TestNoticeOnTheLastDayEndsOnlyTheRenewal(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	old := st.active()
	next := st.extended(old.ID, "2031-12-01")
	_, err := st.GiveNotice(st.ctx, st.mine, next.ID, 0, day("2030-03-01"), "Pindah")
	st.must(err)
	_, err = st.GiveNotice(st.ctx, st.mine, old.ID, 0, day("2029-12-01"), "Pindah lebih awal")
	st.must(err)
	if d, r := st.find(old.ID), st.find(next.ID); d.Lease.Until != day("2029-12-01") || r.Lease.State != lease.Cancelled || r.State != "withdrawn" || !r.EndsOn.IsZero() {
		t.Errorf("the lease runs until %s; its renewal, which was given notice, is %s, %s", d.Lease.Until, r.State, r.Lease.State)
	}

	st = newStage(t)
	old = st.active()
	st.extended(old.ID, "2031-12-01")
	st.at = day("2029-12-01").Add(3 * time.Hour)
	if _, err := st.GiveNotice(st.ctx, st.mine, old.ID, 0, day("2029-12-01"), "Pindah"); !fault.Is(err, "ductorder.has_renewal") {
		t.Errorf("notice beside a renewal that has begun: %v", err)
	}
}

// TestARenewalIsNotPlacedBesideANotice: what was asked for while the order was still active finds that it is not any more.
func TestARenewalIsNotPlacedBesideANotice(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	old := st.active()
	_, err := st.GiveNotice(st.ctx, st.mine, old.ID, 0, day("2027-06-01"), "Pindah")
	st.must(err)
	_, err = st.Service.place(st.ctx, st.mine, Order{OperatorID: old.OperatorID, FromNode: old.FromNode, ToNode: old.ToNode, Kind: old.Kind, Quantity: old.Quantity, Since: old.Until, Until: day("2031-12-01"),
		Key: "perpanjangan", Segments: old.Segments, Authorities: old.Authorities, LengthMM: old.LengthMM, Renews: uuid.NullUUID{UUID: old.ID, Valid: true}})
	if !fault.Is(err, "ductorder.not_active") {
		t.Errorf("a renewal of what ends: %v", err)
	}
}
