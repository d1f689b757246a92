package ductorder

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
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

// charged is a book in which no month from this day on was charged.
type charged time.Time

func (c charged) Uncharged(context.Context, bun.Tx) (time.Time, error) { return time.Time(c), nil }

// TestALateRenewalIsChargedForItsWholeTime: the cable was lit all the while; only what months have charged already is left out.
func TestALateRenewalIsChargedForItsWholeTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ accepts, extends, book, from string }{
		"nine days late":                 {"2029-11-20", "2029-12-10", "2029-12-01", "2029-12-01"},
		"the first month was charged":    {"2029-12-12", "2030-01-05", "2030-01-01", "2030-01-01"},
		"before its first day":           {"2029-11-20", "2029-11-25", "2029-11-01", "2029-12-01"},
		"nothing was charged by anybody": {"2029-11-20", "2029-12-10", "", "2029-12-01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			old := st.active()
			book := charged{}
			if c.book != "" {
				book = charged(day(c.book))
			}
			st.d.Leases = lease.New(lease.Deps{DB: st.d.DB, Guard: st.d.Guard, Book: book, Now: st.now})
			st.at = day("2029-11-20").Add(3 * time.Hour)
			next, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old.ID, Until: day("2030-12-01"), Key: "perpanjangan"})
			st.must(err)
			st.step(st.manager, next.ID, "quote")
			st.at = day(c.accepts).Add(3 * time.Hour)
			_, err = st.AcceptQuote(st.ctx, st.mine, next.ID, 0)
			st.must(err)
			st.at = day(c.extends).Add(3 * time.Hour)
			st.step(st.manager, next.ID, "extend")
			d := st.find(next.ID)
			if got := d.ChargedFrom().Format(time.DateOnly); got != c.from || d.Lease.AcceptedOn != d.AcceptedOn {
				t.Errorf("charged from %s, and its lease was accepted on %s, want %s", got, d.Lease.AcceptedOn, c.from)
			}
		})
	}
}

// TestAMonthThatIsChargedAhead of the extension is still refused: the lease would reach no invoice of it.
func TestAMonthThatIsChargedAhead(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	old := st.active()
	st.d.Leases = lease.New(lease.Deps{DB: st.d.DB, Guard: st.d.Guard, Book: charged(day("2030-01-01")), Now: st.now})
	st.at = day("2029-11-20").Add(3 * time.Hour)
	next, err := st.AskRenewal(st.ctx, st.mine, RenewInput{ID: old.ID, Until: day("2030-12-01"), Key: "perpanjangan"})
	st.must(err)
	st.step(st.manager, next.ID, "quote")
	_, err = st.AcceptQuote(st.ctx, st.mine, next.ID, 0)
	st.must(err)
	st.at = day("2029-12-10").Add(3 * time.Hour)
	_, err = st.try(st.manager, next.ID, "extend")
	if f := fault.From(err).Fields; len(f) != 1 || f[0].Code != "charged_month" {
		t.Errorf("extended in a month that was charged: %v", err)
	}
}
