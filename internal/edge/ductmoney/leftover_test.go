package ductmoney_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// TestWhatIsLetOffLeavesTheBook: a month that is let off altogether is closed without an invoice; what is left of a credit when its lease
// is over is asked for and decided by two people, and the balance that it becomes goes back by two people.
func TestWhatIsLetOffLeavesTheBook(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx, city := s.In(t, pagetest.HostBatam), s.World.Batam.ID
	operator := leased(t, s)
	bima, dewi := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), s.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	run := func(fn func(ctx context.Context, tx bun.Tx) error) {
		t.Helper()
		if err := tenancy.InTx(ctx, s.World.DB.App, fn); err != nil {
			t.Fatal(err)
		}
	}
	var lease uuid.UUID
	run(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw("SELECT id FROM duct_lease WHERE tenant_id = ?", city).Scan(ctx, &lease)
	})
	owes := func() ductbill.Credit {
		k := ductbill.Credit{ID: uuid.New(), OperatorID: uuid.MustParse(operator), LeaseID: lease, Amount: 3_153_500, Name: i18n.Text{i18n.ID: "Potongan gangguan KRS-1"}, Working: i18n.Text{i18n.ID: "tiga hari"}, Source: map[string]any{"kind": "restitution"}}
		run(func(ctx context.Context, tx bun.Tx) error { return s.DuctBills.Give(ctx, tx, k) })
		return k
	}
	owes()
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	draft := book + "/konsep/" + between(t, bima.Page(book), `href="/petugas/ducting/tagihan/konsep/`, `"`)
	bima.Page(draft, "Potongan gangguan KRS-1", "Tutup tanpa tagihan", "Tidak ada yang harus dibayar")
	bima.Sees(bima.Post(draft+"/terbitkan"), http.StatusConflict, "Tidak ada yang harus dibayar")
	bima.Goes(bima.Post(draft+"/tutup"), book+"#konsep")
	bima.Page(book, "Tidak ada konsep")
	if page := bima.Page(draft, "Ditutup tanpa tagihan"); strings.Contains(page, draft+"/tutup") {
		t.Error("what is closed can be closed")
	}

	// The lease is over, and an invoice of it was paid.
	run(func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("UPDATE duct_lease SET until = '2026-11-01' WHERE tenant_id = ?", city).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("INSERT INTO duct_bill_month (tenant_id, month, charged_at, leases, amount) VALUES (?, '2026-11-01', now(), 0, 0)", city).Exec(ctx)
		return err
	})
	page := bima.Page(book, "Sisa potongan dari sewa yang sudah berakhir", "Rp100.000")
	ask := book + "/kredit/" + between(t, page, `action="/petugas/ducting/tagihan/kredit/`, `"`)
	bima.Sees(bima.Post(ask), http.StatusConflict, "Terbitkan dahulu konsepnya")
	run(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE invoice_draft SET closed_at = NULL, closed_by = NULL, charges = charges - '-1'::int WHERE tenant_id = ?", city).Exec(ctx)
		return err
	})
	r := issue(t, bima, draft)
	at := r.To()
	if r.Status != http.StatusSeeOther || bima.Post(ask).Status != http.StatusSeeOther {
		t.Fatalf("not issued or not asked for: %d\n%s", r.Status, r.Body)
	}
	page = dewi.Page(book, "Potongan gangguan KRS-1")
	if strings.Contains(page, "Sisa potongan dari sewa") {
		t.Error("it can be asked for twice")
	}
	dewi.Goes(dewi.Post(book+"/permintaan/"+between(t, page, `action="/petugas/ducting/tagihan/permintaan/`, `"`), "jawaban", "setuju"), book)
	account := "/petugas/ducting/operator/" + operator + "/rekening"
	bima.Page(at, "Nota kredit")
	bima.Goes(bima.Post(at+"/bayar", "method", "transfer", "amount", "2.000.000", "reference", "TRF-1", "on", "2026-11-24"), at)
	bima.Page(account, "Minta pengembalian")
	bima.Sees(bima.Post(account, "amount", "1", "account", "", "reason", "x"), http.StatusUnprocessableEntity, "Rekening tujuan: Isian ini wajib")
	bima.Goes(bima.Post(account, "amount", "1.000", "account", "BRK 1", "reason", "Sewa berakhir"), account)
	back := book + "/saldo/" + between(t, dewi.Page(book, "Permintaan pengembalian"), `action="/petugas/ducting/tagihan/saldo/`, `"`)
	bima.Sees(bima.Post(back, "jawaban", "setuju"), http.StatusConflict, "")
	dewi.Goes(dewi.Post(back, "jawaban", "setuju"), account)
	dewi.Page(account, "Disetujui")
}
