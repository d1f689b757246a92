package ductbill

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// claimed is an invoice of a repair to somebody who is no operator.
func (y *world) claimed(p invoice.Party, amount money.Rupiah) invoice.Invoice {
	y.t.Helper()
	var draft uuid.UUID
	y.tx(func(ctx context.Context, tx bun.Tx) (err error) {
		draft, err = y.Claim(ctx, tx, Claim{ID: uuid.New(), Debtor: p, Amount: amount, Name: i18n.Text{i18n.ID: "Biaya perbaikan"}, Working: i18n.Text{i18n.ID: "100%"}, Source: map[string]any{"kind": "repair"}, Note: "Biaya perbaikan ducting"})
		return err
	})
	i, err := y.Issue(y.ctx, y.bima, draft)
	y.must(err)
	return i
}

// TestAThirdPartyIsToldAndReminded: somebody who is charged a repair without being an operator gets the same letters as a company, each once, at the
// address on the invoice: with the paper and how to pay, because no page is open to them. One without an address gets none, and staff are told so.
func TestAThirdPartyIsToldAndReminded(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	y.network()
	i := y.claimed(invoice.Party{Name: "Sutrisno Contoh", Address: "Gang Contoh 7", Email: "sutrisno@contoh.id"}, 5_000_000)
	mute := y.claimed(invoice.Party{Name: "Suminah Contoh", Address: "Gang Contoh 8"}, 1_000_000)
	letters := func(id uuid.UUID) (all []string) {
		t.Helper()
		y.must(y.w.DB.App.NewRaw("SELECT template FROM message WHERE tenant_id = ? AND account_id = ? ORDER BY id", y.w.Batam.ID, id).Scan(y.ctx, &all))
		return all
	}
	last := func() (said map[string]string) {
		t.Helper()
		var row struct {
			Data   map[string]string `bun:"data,type:jsonb"`
			Locale string
		}
		y.must(y.w.DB.App.NewRaw("SELECT data, locale FROM message WHERE tenant_id = ? AND account_id = ? ORDER BY id DESC LIMIT 1", y.w.Batam.ID, i.ID).Scan(y.ctx, &row))
		if row.Data["path"] != "" || row.Data["file"] == "" || row.Locale != "id" {
			t.Errorf("a page is promised, or no paper goes with it, or it is in another language: %+v", row)
		}
		if text := strings.Join([]string{row.Data["body"], row.Data["number"]}, " "); strings.Contains(text, "Sutrisno") {
			t.Error("the message keeps who it is for")
		}
		return row.Data
	}
	for _, id := range []uuid.UUID{i.ID, mute.ID} {
		for range 2 {
			y.must(y.tell(y.ctx, id))
		}
	}
	if said := last(); !strings.Contains(said["body"], "820-21-00456 atas nama BUMD Ducting") || !strings.Contains(said["body"], i.Number) || said["amount"] != "Rp5.000.000" || said["due"] == "" {
		t.Errorf("told: %v", said)
	}
	to, err := Contact(y.ctx, y.w.DB.App, i.ID)
	if err != nil || to.Email != "sutrisno@contoh.id" || to.Name != "Sutrisno Contoh" {
		t.Errorf("%+v, %v", to, err)
	}
	if _, err := Contact(y.ctx, y.w.DB.App, y.issue(y.company("PT Serat", 1), 1_000_000).ID); !fault.Is(err, "invoice.not_found") {
		t.Errorf("the address on the invoice of an operator: %v", err)
	}
	if x, ok, err := y.ToldThird(y.ctx, y.bima, i.ID); err != nil || !ok || x.Status != "queued" {
		t.Errorf("told: %+v %v %v", x, ok, err)
	}
	for _, days := range []int{-7, 1} {
		y.at = i.DueOn.AddDate(0, 0, days).Add(3 * time.Hour)
		for range 2 {
			y.tx(func(ctx context.Context, tx bun.Tx) error { return y.remindDue(ctx, tx, y.at) })
			for _, id := range []uuid.UUID{i.ID, mute.ID} {
				y.must(y.remind(y.ctx, remindArgs{id, days}))
			}
		}
		last()
	}
	all, err := y.OnPaper(y.ctx, y.bima)
	if err != nil || len(all) != 1 || all[0].Name != "Suminah Contoh" {
		t.Errorf("on paper: %+v, %v", all, err)
	}

	// A part is paid, and the rest credited.
	wrong, err := y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "TRF-0", Amount: 1, On: y.at})
	y.must(err)
	y.must(y.Undo(y.ctx, y.bima, i.ID, wrong.ID, "Salah catat"))
	y.must(y.receipt(y.ctx, receiptArgs{i.ID, wrong.ID})) // none for what was taken back meanwhile
	p, err := y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "TRF-1", Amount: 3_000_000, On: y.at})
	y.must(err)
	other, err := y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: mute.ID, Method: invoice.Cash, Reference: "K-1", Amount: 1_000_000, On: y.at})
	y.must(err)
	if n := y.count("SELECT count(*) FROM outbox WHERE kind = 'ductbill.receipt.v1'"); n != 3 {
		t.Errorf("%d receipts are asked for", n)
	}
	for range 2 {
		y.must(y.receipt(y.ctx, receiptArgs{i.ID, p.ID}))
		y.must(y.receipt(y.ctx, receiptArgs{mute.ID, other.ID}))
	}
	if said := last(); said["amount"] != "Rp3.000.000" || said["open"] != "Rp2.000.000" {
		t.Errorf("receipt: %v", said)
	}
	y.at = i.DueOn.AddDate(0, 0, 30).Add(3 * time.Hour)
	y.tx(func(ctx context.Context, tx bun.Tx) error { return y.remindDue(ctx, tx, y.at) })
	y.must(y.remind(y.ctx, remindArgs{i.ID, 30}))
	if said := last(); said["amount"] != "Rp2.000.000" || !strings.Contains(said["body"], "Sisa yang dibayarkan: Rp2.000.000") || !strings.Contains(said["body"], "820-21-00456") {
		t.Errorf("reminded of what is left: %v", said)
	}
	q, err := y.AskCredit(y.ctx, y.bima, i.ID, map[int]money.Rupiah{1: 2_000_000}, "Ditanggung asuransi")
	y.must(err)
	_, err = y.Decide(y.ctx, y.dewi, q.ID, true)
	y.must(err)
	var note uuid.UUID
	y.must(y.w.DB.App.NewRaw("SELECT id FROM invoice WHERE tenant_id = ? AND credits = ?", y.w.Batam.ID, i.ID).Scan(y.ctx, &note))
	for range 2 {
		y.must(y.tell(y.ctx, note))
	}
	for id, want := range map[uuid.UUID]string{i.ID: "duct_bill_issued duct_bill_due_soon duct_bill_overdue duct_bill_paid duct_bill_overdue", note: "duct_bill_credited", mute.ID: ""} {
		if got := strings.Join(letters(id), " "); got != want {
			t.Errorf("letters %q, want %q", got, want)
		}
	}
}
