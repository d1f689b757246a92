package ductbill

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// beside starts f and returns once it waits for a lock that the caller holds, or is over.
func (y *world) beside(f func() error) <-chan error {
	y.t.Helper()
	over := make(chan error, 1)
	go func() { over <- f() }()
	for y.count("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() WHERE NOT l.granted") == 0 {
		select {
		case err := <-over:
			over <- err
			return over
		default:
		}
	}
	return over
}

// TestTwoClaimsOfOneNewDebtor at the same time charge one payer, an operator or somebody else: the second waits for the first, and neither fails.
func TestTwoClaimsOfOneNewDebtor(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	y.network()
	for name, debtor := range map[string]Claim{
		"an operator":   {Operator: y.company("PT Serat Baru", 0)},
		"somebody else": {Debtor: invoice.Party{Name: "PT Gali Contoh", Address: "Jalan Contoh 1"}},
	} {
		claim := func(ctx context.Context, tx bun.Tx) error {
			k := debtor
			k.ID, k.Amount, k.Name, k.Working = uuid.New(), 1_000_000, i18n.Text{i18n.ID: "Biaya perbaikan"}, i18n.Text{i18n.ID: "100%"}
			_, err := y.Claim(ctx, tx, k)
			return err
		}
		before := y.count("SELECT count(*) FROM duct_payer WHERE tenant_id = ?", y.w.Batam.ID)
		var second <-chan error
		y.tx(func(ctx context.Context, tx bun.Tx) error {
			if err := claim(ctx, tx); err != nil {
				return err
			}
			second = y.beside(func() error { return tenancy.InTx(y.ctx, y.w.DB.App, claim) })
			return nil
		})
		if err := <-second; err != nil {
			t.Errorf("%s: the second claim fails: %v", name, err)
		}
		if n := y.count("SELECT count(*) FROM duct_payer WHERE tenant_id = ?", y.w.Batam.ID) - before; n != 1 {
			t.Errorf("%s is %d payers", name, n)
		}
	}
	if n := y.count("SELECT count(*) FROM invoice_draft WHERE tenant_id = ? AND source LIKE 'claim:%'", y.w.Batam.ID); n != 4 {
		t.Errorf("%d drafts of four claims", n)
	}
}

// TestAClaimOfTwoWaitsForAMonth: who charges a month writes an operator anew as it is registered now, and so does a repair that is charged to it and to
// somebody new; whoever comes second waits, and neither is thrown out.
func TestAClaimOfTwoWaitsForAMonth(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	y.network()
	operator := y.company("PT Serat Pindah", 0)
	claim := func(ctx context.Context, tx bun.Tx, k Claim) error {
		k.ID, k.Amount, k.Name, k.Working = uuid.New(), 1_000_000, i18n.Text{i18n.ID: "Biaya perbaikan"}, i18n.Text{i18n.ID: "100%"}
		_, err := y.Claim(ctx, tx, k)
		return err
	}
	y.tx(func(ctx context.Context, tx bun.Tx) error { return claim(ctx, tx, Claim{Operator: operator}) })
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE duct_operator SET address = 'Jalan Baru 2' WHERE tenant_id = ? AND id = ?", y.w.Batam.ID, operator).Exec(ctx)
		return err
	})
	var month <-chan error
	err := tenancy.InTx(y.ctx, y.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := claim(ctx, tx, Claim{Operator: operator}); err != nil {
			return err
		}
		month = y.beside(func() error {
			return tenancy.InTx(y.ctx, y.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
				if err := turn(ctx, tx); err != nil {
					return err
				}
				seller, err := invoice.SellerOn(ctx, tx, y.today(ctx))
				if err == nil {
					_, err = y.party(ctx, tx, seller, operator)
				}
				return err
			})
		})
		return claim(ctx, tx, Claim{Debtor: invoice.Party{Name: "PT Gali Contoh", Address: "Jalan Contoh 1"}})
	})
	if err != nil {
		t.Errorf("the repair is not charged: %v", err)
	}
	if err := <-month; err != nil {
		t.Errorf("the month is not charged: %v", err)
	}
}

// TestWhoIsErasedIsChargedAnew: a claim of somebody whom the book erases at the same time charges them as they were named, and can be issued.
func TestWhoIsErasedIsChargedAnew(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	y.network()
	of := invoice.Party{Name: "Sutrisno Contoh", Address: "Gang Contoh 7"}
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		p, err := invoice.SaveParty(ctx, tx, system, of)
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO duct_payer (tenant_id, party_id) VALUES (?, ?)", y.w.Batam.ID, p.ID).Exec(ctx)
		}
		if err == nil {
			_, err = tx.NewRaw("UPDATE party SET updated_at = '2020-01-01' WHERE tenant_id = ? AND id = ?", y.w.Batam.ID, p.ID).Exec(ctx)
		}
		return err
	})
	var draft uuid.UUID
	var second <-chan error
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := y.eraseDebtors(ctx, tx, y.now()); err != nil {
			return err
		}
		second = y.beside(func() error {
			return tenancy.InTx(y.ctx, y.w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
				draft, err = y.Claim(ctx, tx, Claim{ID: uuid.New(), Debtor: of, Amount: 1_000_000, Name: i18n.Text{i18n.ID: "Biaya perbaikan"}, Working: i18n.Text{i18n.ID: "100%"}})
				return err
			})
		})
		return nil
	})
	y.must(<-second)
	if n := y.count("SELECT count(*) FROM party WHERE tenant_id = ? AND erased_at IS NOT NULL", y.w.Batam.ID); n != 1 {
		t.Fatalf("%d are erased", n)
	}
	if i, err := y.Issue(y.ctx, y.bima, draft); err != nil || i.Party.Name != of.Name {
		t.Errorf("the claim charges %q: %v", i.Party.Name, err)
	}
}

// TestALeaseEndsBesideAMonth that is being charged: the lease waits for the month, and neither is thrown out by the other.
func TestALeaseEndsBesideAMonth(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	n := y.network()
	l := y.ordered(n, y.company("PT Serat", 0), "2026-03-01", "", uuid.Nil)
	y.must(n.leases.AcceptOn(y.ctx, n.manager, l, day("2026-03-01")))
	var ended <-chan error
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := turn(ctx, tx); err != nil {
			return err
		}
		ended = y.beside(func() error { return n.leases.End(y.ctx, n.manager, l, day("2027-06-01"), "Pindah") })
		seller, err := invoice.SellerOn(ctx, tx, y.today(ctx))
		if err == nil {
			_, err = y.next(ctx, tx, y.bima, seller, day("2026-03-01"))
		}
		return err
	})
	if err := <-ended; err != nil {
		t.Errorf("the lease is not ended: %v", err)
	}
	if n := y.count("SELECT count(*) FROM duct_charge WHERE tenant_id = ? AND lease_id = ?", y.w.Batam.ID, l); n != 1 {
		t.Errorf("%d months of it are charged", n)
	}
}
