package ductorder

import (
	"testing"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
)

// TestARenewalFollowsASplit: a manhole that was built into a stretch of a leased way, before the renewal is asked for or while it is
// quoted, does not cost the company its cable.
func TestARenewalFollowsASplit(t *testing.T) {
	t.Parallel()
	for name, asks := range map[string]struct{ early bool }{"before it is asked for": {false}, "after it was quoted": {true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			old := st.active()
			renew := func() Order {
				o, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old.ID, Until: day("2031-12-01"), Key: "perpanjangan"})
				st.must(err)
				st.step(st.manager, o.ID, "quote")
				return o
			}
			var next Order
			if asks.early {
				next = renew()
			}
			edit := ductedit.New(ductedit.Deps{DB: st.d.DB, Guard: st.d.Guard, Now: st.now})
			_, err := edit.Split(st.ctx, st.manager, ductedit.Split{Segment: "BC", OnDay: day("2026-12-04"), MM: 60_000, Node: "N", Kind: duct.Handhole, First: "BN", Second: "NC", Why: "Handhole baru"})
			st.must(err)
			if !asks.early {
				next = renew()
			}
			_, err = st.AcceptQuote(st.ctx, st.mine, next.ID, 0)
			st.must(err)
			st.step(st.manager, next.ID, "extend")
			if d := st.find(next.ID); d.Lease.Segments != 3 || len(d.Segments) != 3 {
				t.Errorf("the renewal is of %d segments, its order of %d, want 3", d.Lease.Segments, len(d.Segments))
			}
			var others int
			st.must(st.w.DB.App.NewRaw(`SELECT count(*) FROM duct_hold h WHERE h.tenant_id = ?0 AND h.lease_id = ?1 AND h.own AND NOT EXISTS (SELECT FROM duct_hold o WHERE o.tenant_id = h.tenant_id AND o.unit_id = h.unit_id
				AND o.lease_id = ?2 AND o.own AND o.released_at IS NULL AND upper(o.during) = lower(h.during))`, st.w.Batam.ID, st.find(next.ID).LeaseID, old.LeaseID).Scan(st.ctx, &others))
			if others != 0 {
				t.Errorf("%d units of the renewal are not those that were held until its first day", others)
			}
		})
	}
}
