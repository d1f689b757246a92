package ductbill

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
)

// TestADepositIsAskedOfALeaseThatWasAcceptedAtOnce: no run found it ordered, and it is asked all the same, once, while it runs; one that was
// agreed before the terms asked for a deposit is not.
func TestADepositIsAskedOfALeaseThatWasAcceptedAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  string // of the lease, once it is active
		asks bool
	}{
		"it runs":                       {"", true},
		"it is over":                    {"UPDATE duct_lease SET until = '2026-10-15' WHERE tenant_id = ? AND id = ?", false},
		"it was given notice":           {"UPDATE duct_lease SET state = 'ended', until = '2027-01-01' WHERE tenant_id = ? AND id = ?", false},
		"agreed before there were any":  {"UPDATE duct_lease SET created_at = '2023-06-01' WHERE tenant_id = ? AND id = ?", false},
		"agreed under what asks for it": {"UPDATE duct_lease SET created_at = '2024-06-01' WHERE tenant_id = ? AND id = ?", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newWorld(t)
			n := y.network()
			l := y.ordered(n, y.company("PT Serat", 0), "2026-10-01", "", uuid.Nil)
			y.must(n.leases.AcceptOn(y.ctx, n.manager, l, day("2026-10-01")))
			if tt.set != "" {
				y.tx(func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.NewRaw(tt.set, y.w.Batam.ID, l).Exec(ctx)
					return err
				})
			}
			for range 2 {
				y.tx(func(ctx context.Context, tx bun.Tx) error { return y.AskDeposits(ctx, tx, y.at) })
			}
			d, _, _, err := y.Deposit(y.ctx, y.bima, l)
			if !tt.asks {
				if !fault.Is(err, "deposit.not_found") {
					t.Errorf("asked for %v, %v", d.Asked, err)
				}
				return
			}
			if err != nil || d.Asked != 3*oneMonth || d.Months != 3 {
				t.Errorf("asked for %v, %v", d.Asked, err)
			}
			if asked := y.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'deposit.ask' AND object_id = ?", y.w.Batam.ID, l); asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
