package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestADuctInvoiceIsBilledAnewOrNoMore: the void of a month of ducts has a draft of the same charges, once; dropped as well, the lease is
// among the leaks of which nothing was billed.
func TestADuctInvoiceIsBilledAnewOrNoMore(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	approve := func() {
		t.Helper()
		at := book + "/permintaan/" + between(t, dewi.Page(book), `action="/petugas/ducting/tagihan/permintaan/`, `"`)
		dewi.Goes(dewi.Post(at, "jawaban", "setuju"), book)
	}
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	draft := between(t, bima.Page(book), `href="/petugas/ducting/tagihan/konsep/`, `"`)
	at := bima.Post(book + "/konsep/" + draft + "/terbitkan").To()
	bima.Sees(bima.Post(at+"/minta", "kind", "void", "reason", "Salah alamat"), http.StatusUnprocessableEntity, "Salah alamat")
	bima.Goes(bima.Post(at+"/minta", "kind", "void/replacement", "reason", "Salah alamat"), at)
	approve()
	page := bima.Page(at, "Dibatalkan", "Digantikan oleh", "Konsep yang belum diterbitkan")
	again := pagetest.Hrefs(page, book+"/konsep/")
	if len(again) != 1 {
		t.Fatalf("the void invoice leads to %v", again)
	}
	bima.Page(again[0], "Rp3.053.500", "Menggantikan DCT/2026/000001")
	next := bima.Post(again[0] + "/terbitkan").To()
	bima.Page(next, "DCT/2026/000002", "Rp3.358.755", "Menggantikan DCT/2026/000001")
	bima.Page(at, "Digantikan oleh DCT/2026/000002")
	ridwan := s.Staff(t, pagetest.HostBatam, "Ridwan Pendapatan", "revenue_officer", "")
	ridwan.Page(earned, "November Rp3.053.500 Rp305.255") // invoiced twice, and taken back once
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	bima.Page(book, "Tidak ada konsep")
	unbilled := func() string {
		return between(t, bima.Page("/petugas/ducting/kebocoran"), `id="unbilled"`, `id="waiting"`)
	}
	if strings.Contains(unbilled(), "SWD-2026-0001") {
		t.Error("what is billed anew is said not to be billed")
	}

	bima.Goes(bima.Post(next+"/minta", "kind", "void/replacement", "reason", "Masih salah"), next)
	approve()
	third := pagetest.Hrefs(bima.Page(next, "Konsep yang belum diterbitkan"), book+"/konsep/")[0]
	bima.Sees(bima.Post(third+"/batalkan", "drop_reason", ""), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	bima.Goes(bima.Post(third+"/batalkan", "drop_reason", "Ditagih dengan kontrak lain"), third)
	approve()
	bima.Page(next, "Konsep yang dibatalkan")
	bima.Page(third, "Ditagih dengan kontrak lain", "tidak diterbitkan")
	bima.Page(book, "Tidak ada konsep")
	if !strings.Contains(unbilled(), "SWD-2026-0001") {
		t.Error("what is not billed anew is not said to be lost")
	}
}
