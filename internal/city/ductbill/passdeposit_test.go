package ductbill

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
)

// TestADepositPassesToTheRenewal: while a lease is renewed its deposit does not go back; on the day on which the renewal follows it passes
// there as far as that is asked for one, what is beyond is free, and what lacks is missing there.
func TestADepositPassesToTheRenewal(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ asked, passes, missing, free money.Rupiah }{
		"the same":    {1_000_000, 900_000, 100_000, 0}, // of 1,000,000 only 900,000 came in
		"a top-up":    {1_500_000, 900_000, 600_000, 0},
		"less":        {600_000, 600_000, 0, 300_000},
		"none at all": {0, 0, 0, 900_000},
		"all of it":   {900_000, 900_000, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newWorld(t)
			serat := y.company("PT Serat", 0)
			waits := y.pledged(serat, "SWD-0", "active", 500_000) // of which nothing comes in
			old := y.pledged(serat, "SWD-1", "active", 1_000_000)
			y.must(y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: old, Amount: 900_000, Reference: "TRF-1", On: y.at}))
			next := y.pledged(serat, "SWD-2", "active", tt.asked)
			set := func(sql string, args ...any) {
				y.tx(func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.NewRaw(sql, args...).Exec(ctx)
					return err
				})
			}
			held := func(id uuid.UUID) money.Rupiah {
				d, _, _, err := y.Deposit(y.ctx, y.bima, id)
				y.must(err)
				s, err := y.Statement(y.ctx, y.bima, serat, y.at.AddDate(-1, 0, 0), y.at.AddDate(0, 0, 1))
				if err != nil || s.Deposit != 900_000 {
					t.Errorf("the account says that %v is held, %v", s.Deposit, err)
				}
				return d.Held()
			}
			run := func() { y.tx(func(ctx context.Context, tx bun.Tx) error { return y.AskDeposits(ctx, tx, y.at) }) }
			set("UPDATE duct_lease SET until = '2026-11-10' WHERE tenant_id = ? AND id = ?", y.w.Batam.ID, old)
			set("UPDATE duct_lease SET since = '2026-11-10', renews_id = ? WHERE tenant_id = ? AND id = ?", old, y.w.Batam.ID, next)
			run()
			if held(old) != 900_000 || held(next) != 0 {
				t.Errorf("it passed while the lease before ran: %v and %v", held(old), held(next))
			}
			y.at = time.Date(2026, 11, 9, 17, 0, 0, 0, time.UTC) // midnight in Batam
			back := ReturnInput{Lease: old, Amount: 300_001, Account: "BRK 1", Reason: "x"}
			if _, err := y.AskReturn(y.ctx, y.bima, back); tt.asked > 0 && !fault.Is(err, "deposit.lease_runs") {
				t.Errorf("it goes back in the hour before it passes: %v", err)
			} else if tt.asked == 0 && err != nil {
				t.Errorf("it is kept though nothing is asked for: %v", err)
			}
			run()
			run()
			d, _, _, err := y.Deposit(y.ctx, y.bima, next)
			if err != nil || held(next) != tt.passes || held(old) != 900_000-tt.passes || d.Missing() != tt.missing || d.Over {
				t.Errorf("%v is held and %v missing of the renewal, %v held of the lease before", held(next), d.Missing(), held(old))
			}
			var left Deposit
			if left, _, _, err = y.Deposit(y.ctx, y.bima, old); err != nil || left.Over != (tt.missing == 0) || left.Held() != tt.free {
				t.Errorf("%v is held of what is over (%t), want %v", left.Held(), left.Over, tt.free)
			}
			all, err := y.Deposits(y.ctx, y.bima, serat)
			if y.must(err); tt.missing == 0 && tt.free == 0 && all[0].LeaseID != waits {
				t.Errorf("%s, of which nothing is to be done, is listed before one that is missing", all[0].Number)
			}
			set("UPDATE duct_lease SET until = '2026-11-20' WHERE tenant_id = ? AND id = ?", y.w.Batam.ID, next)
			y.at = time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC) // the renewal is over too, whatever it lacked
			if left, _, _, err = y.Deposit(y.ctx, y.bima, old); err != nil || !left.Over || left.Missing() != 0 || left.Standing != lease.Over {
				t.Errorf("%v is missing of a lease that is over and whose renewal is over (%t, %s)", left.Missing(), left.Over, left.Standing)
			}
			if tt.passes > 0 && y.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action IN ('deposit.passed_on', 'deposit.taken_over') AND object_id IN (?)", y.w.Batam.ID, bun.List([]uuid.UUID{old, next})) != 2 {
				t.Error("that it passed is not on record")
			}
		})
	}
}
