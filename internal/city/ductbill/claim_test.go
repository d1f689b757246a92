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
		before, second := y.count("SELECT count(*) FROM duct_payer WHERE tenant_id = ?", y.w.Batam.ID), make(chan error, 1)
		y.tx(func(ctx context.Context, tx bun.Tx) error {
			if err := claim(ctx, tx); err != nil {
				return err
			}
			go func() { second <- tenancy.InTx(y.ctx, y.w.DB.App, claim) }()
			for y.count("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() WHERE NOT l.granted") == 0 {
				select {
				case err := <-second:
					second <- err
					return nil // it has not waited
				default:
				}
			}
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
