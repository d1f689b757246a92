package ductbill

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// TestWhatADroppedDraftTookOffIsOwedAgain: what the company owes for a lease was taken off a draft that is not issued, or of an invoice that
// is void with nothing to follow, so it is owed as before; while it is billed anew it stays taken off.
func TestWhatADroppedDraftTookOffIsOwedAgain(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	company := y.company("PT Serat Uji", 1)
	lease := y.pledged(company, "SWD-2026-0001", "active", 1)
	credit := uuid.New()
	d := y.draft(company, 1_000_000)
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := y.Give(ctx, tx, Credit{ID: credit, OperatorID: company, LeaseID: lease, Amount: 300_000, Name: i18n.Text{i18n.ID: "Pemulihan terlambat"}, Working: i18n.Text{}, Source: map[string]any{"kind": "damage"}}); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_bill_month (tenant_id, month, charged_at, leases, amount) VALUES (?, '2026-10-01', ?, 1, 1)", y.w.Batam.ID, y.now()).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("INSERT INTO duct_credit_line (tenant_id, credit_id, month, draft_id, amount) VALUES (?, ?, '2026-10-01', ?, 300000)", y.w.Batam.ID, credit, d.ID).Exec(ctx)
		return err
	})
	taken := func(want money.Rupiah, when string) {
		t.Helper()
		of, err := y.Taken(y.ctx, []uuid.UUID{credit})
		y.must(err)
		if of[credit] != want {
			t.Errorf("%s: %v is taken off, want %v", when, of[credit], want)
		}
	}
	decide := func(in invoice.RequestInput) {
		t.Helper()
		in.Reason = "Uji"
		q, err := y.Ask(y.ctx, y.bima, in)
		y.must(err)
		_, err = y.Decide(y.ctx, y.dewi, q.ID, true)
		y.must(err)
	}
	taken(300_000, "on a draft")
	i, err := y.Issue(y.ctx, y.bima, d.ID)
	y.must(err)
	y.at = y.at.Add(24 * time.Hour)
	decide(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement})
	taken(300_000, "billed anew")
	b, err := y.Find(y.ctx, y.bima, i.ID)
	y.must(err)
	decide(invoice.RequestInput{Kind: invoice.Drop, Draft: b.Related.Anew.Draft})
	taken(0, "dropped")
}
