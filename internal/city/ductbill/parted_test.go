package ductbill

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/money"
)

// TestADepositIsAskedOfWhatWasSplit: a lease whose route has a new node is asked for its deposit as it is billed, for the whole where it
// took that, and for the parts with their node where it begins with them.
func TestADepositIsAskedOfWhatWasSplit(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	n := y.network()
	company := y.company("PT Serat", 0)
	order := func(since string) uuid.UUID {
		l, err := n.leases.Reserve(y.ctx, n.manager, lease.ReserveInput{Operator: company, Kind: duct.Subduct, Quantity: 1, Since: day(since), Days: 300, Key: since, Segments: []uuid.UUID{n.segment}})
		y.must(err)
		y.must(n.leases.Order(y.ctx, n.manager, l.ID))
		return l.ID
	}
	before, after := order("2026-11-01"), order("2026-12-01")
	edits := ductedit.New(ductedit.Deps{DB: y.w.DB.App, Guard: n.guard, Now: n.now})
	_, err := edits.Split(y.ctx, n.manager, ductedit.Split{Segment: "R-1", OnDay: day("2026-11-02"), MM: 90_000, Node: "HH-1", Kind: duct.Handhole, First: "R-1a", Second: "R-1b", Why: "Handhole baru"})
	y.must(err)
	y.tx(func(ctx context.Context, tx bun.Tx) error { return y.AskDeposits(ctx, tx, y.at) })
	// 220 m × Rp14.350 ÷ 12 and two manholes, three times; and the handhole for Rp5.125 a month.
	for name, tt := range map[string]struct {
		lease uuid.UUID
		want  money.Rupiah
	}{"it took the whole": {before, 819_999}, "it takes the parts": {after, 819_999 + 3*5_125}} {
		d, _, _, err := y.Deposit(y.ctx, y.bima, tt.lease)
		if err != nil || d.Asked != tt.want {
			t.Errorf("%s: %v asked, %v", name, d.Asked, err)
		}
	}
}
