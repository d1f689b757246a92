package ductorder

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
)

// offered fills the two subducts of the first stretch, has the company wait for one, and lets one go, which the line then offers it.
func (st *stage) offered() ductwait.Wait {
	st.t.Helper()
	var held [2]lease.Lease
	for i := range held {
		ways, err := st.d.Leases.Plan(st.ctx, st.manager, lease.PlanInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01")})
		st.must(err)
		in := lease.ReserveInput{Operator: st.rival, Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Days: 60, Key: "uji " + string(rune('a'+i))}
		for _, x := range ways[0].Steps {
			in.Segments = append(in.Segments, x.ID)
		}
		held[i], err = st.d.Leases.Reserve(st.ctx, st.manager, in)
		st.must(err)
	}
	w, err := st.d.Waits.Join(st.ctx, st.mine, ductwait.JoinInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Key: "tunggu"})
	st.must(err)
	st.must(st.d.Leases.Cancel(st.ctx, st.manager, held[0].ID, "Uji"))
	for range 2 {
		st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.d.Waits.Offer(ctx, tx) })
	}
	x, _, err := st.d.Waits.Find(st.ctx, st.mine, w.ID)
	st.must(err)
	if x.State != ductwait.Offered {
		st.t.Fatalf("not offered: %+v", x)
	}
	return x.Wait
}

// TestAnOfferBecomesAnOrder: what the line offers is taken as an order with its way, whose units stay kept, and which is leased only after
// survey, quote and acceptance.
func TestAnOfferBecomesAnOrder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	w := st.offered()
	if _, err := st.TakeOffer(st.ctx, st.other, w.ID); !fault.Is(err, "ductwait.not_found") {
		t.Errorf("another company takes it: %v", err)
	}
	o, err := st.TakeOffer(st.ctx, st.mine, w.ID)
	st.must(err)
	if _, err := st.TakeOffer(st.ctx, st.mine, w.ID); !fault.Is(err, "ductwait.changed") {
		t.Errorf("taken twice: %v", err)
	}
	d := st.find(o.ID)
	if d.State != "survey" || d.Lease.ID != w.LeaseID.UUID || d.Lease.State != lease.Reserved || !d.Lease.ExpiresAt.Equal(w.OfferUntil) || len(d.Segments) != 2 || d.LengthMM < 240_000 || len(d.Authorities) != 2 {
		t.Fatalf("the order: %+v %+v", d.Order, d.Lease)
	}
	if err := st.d.Leases.Order(st.ctx, st.manager, d.Lease.ID); !fault.Is(err, "lease.of_order") {
		t.Errorf("leased beside its order: %v", err)
	}
	st.step(st.manager, o.ID, "surveyed", func(in *ActInput) {
		in.Answers = map[string][]string{"surveyed_on": {"2026-11-26"}, "surveyor": {"Sari"}, "finding": {"as_recorded"}}
	})
	st.step(st.manager, o.ID, "quote")
	_, err = st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	d = st.find(o.ID)
	if d.State != "reserved" || d.Lease.ID != w.LeaseID.UUID || !d.Lease.ExpiresAt.After(st.at.AddDate(0, 0, 7)) {
		t.Fatalf("accepted: %+v %+v", d.Order, d.Lease)
	}
	st.step(st.manager, o.ID, "order")
	if d = st.find(o.ID); d.State != "permits" || d.Lease.State != lease.Ordered || len(d.Permits) != 2 {
		t.Errorf("ordered: %+v %+v", d.Order, d.Lease)
	}
}

// TestAnOfferThatRunsOutIsReservedAnew: the quote is accepted after the offer has ended, and the units are kept again while they are free;
// an order that looks for another way gives them back, and one that is withdrawn too.
func TestAnOfferThatRunsOutIsReservedAnew(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	w := st.offered()
	o, err := st.TakeOffer(st.ctx, st.mine, w.ID)
	st.must(err)
	st.step(st.manager, o.ID, "surveyed", func(in *ActInput) {
		in.Answers = map[string][]string{"surveyed_on": {"2026-11-26"}, "surveyor": {"Sari"}, "finding": {"as_recorded"}}
	})
	st.step(st.manager, o.ID, "quote")
	st.at = w.OfferUntil.Add(time.Hour)
	_, err = st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	if d := st.find(o.ID); d.State != "reserved" || d.Lease.ID == w.LeaseID.UUID || d.Lease.ID == uuid.Nil || d.Lease.State != lease.Reserved {
		t.Errorf("reserved anew: %+v %+v", d.Order, d.Lease)
	}
	st.step(st.mine, o.ID, "withdraw")
	if d := st.find(o.ID); d.Lease.State != lease.Cancelled {
		t.Errorf("withdrawn: %+v", d.Lease)
	}
}
