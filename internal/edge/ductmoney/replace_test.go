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
	at := issue(t, bima, book+"/konsep/"+draft).To()
	bima.Sees(bima.Post(at+"/minta", "kind", "void", "reason", "Salah alamat"), http.StatusUnprocessableEntity, "Salah alamat")
	bima.Goes(bima.Post(at+"/minta", "kind", "void/replacement", "reason", "Salah alamat"), at)
	approve()
	page := bima.Page(at, "Dibatalkan", "Digantikan oleh", "Konsep yang belum diterbitkan")
	again := pagetest.Hrefs(page, book+"/konsep/")
	if len(again) != 1 {
		t.Fatalf("the void invoice leads to %v", again)
	}
	bima.Page(again[0], "Rp3.053.500", "Menggantikan DCT/2026/000001")
	next := issue(t, bima, again[0]).To()
	bima.Page(next, "DCT/2026/000002", "Rp3.358.755", "Menggantikan DCT/2026/000001")
	bima.Page(at, "Digantikan oleh DCT/2026/000002")
	ridwan := s.Staff(t, pagetest.HostBatam, "Ridwan Pendapatan", "revenue_officer", "")
	ridwan.Page(earned, "November Rp3.053.500 Rp305.255") // invoiced twice, and taken back once
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	bima.Page(book, "Tidak ada konsep")
	unbilled := func() string {
		_, found, _ := strings.Cut(bima.Page("/petugas/ducting/kebocoran"), `id="unbilled"`)
		found, _, _ = strings.Cut(found, "</section>")
		return found
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

// TestADuctDraftHasThePPBJBeforeItIsIssued: by what the operator pays is filled in on the draft, stands on the invoice and its paper, and goes with the
// replacement of a void one; the tax page asks for the PPBJ until the tax office has numbered a faktur with it.
func TestADuctDraftHasThePPBJBeforeItIsIssued(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	banked(t, s)
	leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	draft := book + "/konsep/" + between(t, bima.Page(book), `href="/petugas/ducting/tagihan/konsep/`, `"`)
	form := draft + "/pengadaan"
	bima.Page(draft, "Isi data pengadaan")
	bima.Page(form, "Nomor PPBJ", "PT Serat Uji")
	bima.Sees(bima.Post(form, "budget_year", "kini"), http.StatusUnprocessableEntity, "Tahun anggaran")
	bima.Sees(bima.Post(form, "custom_doc", strings.Repeat("9", 101)), http.StatusUnprocessableEntity, "Nomor PPBJ")
	bima.Goes(bima.Post(form, "order", "PO-7/2026", "custom_doc", "PPBJ-001/2026"), draft)
	bima.Page(draft, "PO-7/2026", "PPBJ-001/2026")
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Sees(sari.Get(form), http.StatusForbidden)
	other := s.Staff(t, pagetest.HostOther, "Beni Keuangan", "duct_finance", "")
	other.Sees(other.Post(form, "custom_doc", "X"), http.StatusNotFound)

	at := issue(t, bima, draft).To()
	bima.Page(at, "PO-7/2026", "PPBJ-001/2026")
	if a := bima.Get(form); a.Status != http.StatusNotFound {
		t.Errorf("the draft of an invoice is amended: %d", a.Status)
	}
	taxes := "/petugas/ducting/pajak"
	tax := taxes + strings.TrimPrefix(at, book)
	if page := bima.Get(tax).Body; !strings.Contains(page, "PPBJ-001/2026") || !strings.Contains(page, "Simpan nomor PPBJ") {
		t.Error("the tax page does not ask for the PPBJ with the one of the draft")
	}
	bima.Goes(bima.Post(tax+"/ppbj", "custom_doc", "PPBJ-002/2026"), tax)
	bima.Goes(bima.Post(at+"/minta", "kind", "void/replacement", "reason", "Salah alamat"), at)
	ask := book + "/permintaan/" + between(t, dewi.Page(book), `action="/petugas/ducting/tagihan/permintaan/`, `"`)
	dewi.Goes(dewi.Post(ask, "jawaban", "setuju"), book)
	again := pagetest.Hrefs(bima.Page(at), book+"/konsep/")[0]
	bima.Page(again, "PO-7/2026", "PPBJ-002/2026")
	if page := bima.Page(tax, "PPBJ-002/2026"); strings.Contains(page, "Simpan nomor PPBJ") {
		t.Error("the PPBJ of a void invoice is asked for")
	}

	next := issue(t, bima, again).To()
	tax = taxes + strings.TrimPrefix(next, book)
	if a := bima.Post(taxes+"/tindakan/faktur", "bulan", "2026-11"); a.Status != http.StatusOK || strings.Count(a.Body, "<CustomDoc>PPBJ-002/2026</CustomDoc>") != 1 { // and not on that of what is charged

		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	bima.Goes(bima.Post(tax, "code", "jasa-kpbpb", "status", "approved", "nsfp", "08002600000000117"), tax)
	if page := bima.Page(tax, "PPBJ-002/2026", "batalkan dahulu fakturnya"); strings.Contains(page, "Simpan nomor PPBJ") {
		t.Error("the PPBJ of an approved faktur is asked for")
	}
	bima.Sees(bima.Post(tax+"/ppbj", "custom_doc", "PPBJ-003/2026"), http.StatusConflict, "sudah disetujui dengan PPBJ itu")
}
