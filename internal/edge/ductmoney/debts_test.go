package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

const debts = "/petugas/ducting/piutang"

// works signs in somebody who works for a company.
func works(t *testing.T, s *pagetest.Site, operator, email string) *pagetest.Browser {
	t.Helper()
	const secret = "sebuah kata sandi panjang"
	ctx := s.In(t, pagetest.HostBatam)
	id, err := s.Identity.CreatePartner(ctx, identity.SeedInput{Name: "Orang " + email, Email: email, Password: secret})
	if err == nil {
		err = s.Operators.Join(ctx, uuid.MustParse(operator), id, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := s.Browser(t, pagetest.HostBatam)
	b.Goes(b.Post("/masuk", "login", email, "password", secret), "/mitra")
	return b
}

// issue issues a draft as its page shows it.
func issue(t *testing.T, b *pagetest.Browser, draft string) pagetest.Answer {
	t.Helper()
	return b.Post(draft+"/terbitkan", "seen", pagetest.Hidden(t, b.Page(draft), "seen"))
}

// issued charges October of the street's operator and issues it, and returns the path of the invoice.
func issued(t *testing.T, bima *pagetest.Browser) string {
	t.Helper()
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	draft := between(t, bima.Page(book, "PT Serat Uji"), `href="/petugas/ducting/tagihan/konsep/`, `"`)
	r := issue(t, bima, book+"/konsep/"+draft)
	if r.Status != http.StatusSeeOther {
		t.Fatalf("not issued: %d\n%s", r.Status, r.Body)
	}
	return r.To()
}

// TestACompanyFindsItsInvoice: whoever works for a company reads its invoices with the way to pay them, its papers and its account, and
// nothing of another's; staff see who owes what, and hold letters back with a reason.
func TestACompanyFindsItsInvoice(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	operator := leased(t, s)
	rudi := works(t, s, operator, "rudi@serat.id")
	rudi.Page("/mitra/tagihan", "Tagihan muncul di sini")
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Page(debts, "Piutang dan surat penagihan", "Tidak ada piutang", "Tangga surat", "7 hari sebelum jatuh tempo", "Belum ada surat")
	at := issued(t, bima)
	if page := bima.Page(at, "Operator PT Serat Uji", "Setiap baris menuju sewanya", "Pakai saldo operator"); strings.Contains(page, "Undang mereka") {
		t.Error("the page asks to invite people of a company that has some")
	}
	own := strings.Replace(at, "/petugas/ducting", "/mitra", 1)
	rudi.Page("/mitra/tagihan", "DCT/2026/000001", "Rp3.358.755", "Belum dibayar")
	rudi.Page(own, "Cara membayar", "Tanyakan nomor rekening", "Berita transfer", "Rp61.070", "220 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp263.083")
	if a := rudi.Get(own + "/berkas"); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF") {
		t.Errorf("no paper: %d", a.Status)
	}
	rudi.Page("/mitra/rekening", "Rekening PT Serat Uji", "DCT/2026/000001", "Rp3.358.755")
	bima.Goes(bima.Post(at+"/bayar", "method", "transfer", "amount", "1.000.000", "reference", "TRF-7", "on", "2026-11-24"), at)
	receipt := between(t, rudi.Page(own, "TRF-7"), `href="`+own+`/kuitansi/`, `"`)
	if a := rudi.Get(own + "/kuitansi/" + receipt); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF") {
		t.Errorf("no receipt: %d", a.Status)
	}

	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	o, err := s.Leases.Apply(s.In(t, pagetest.HostBatam), manager, lease.Operator{Name: "PT Lain", NIB: "9234567890123", Licence: "x", Email: "noc@lain.id"})
	if err != nil {
		t.Fatal(err)
	}
	lain := works(t, s, o.ID.String(), "lain@lain.id")
	for _, path := range []string{own, own + "/berkas", own + "/kuitansi/" + receipt} {
		if a := lain.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("another company opens %s: %d", path, a.Status)
		}
	}

	bima.Page(debts, "PT Serat Uji", "Rp2.358.755")
	letters := debts + strings.TrimPrefix(at, book)
	bima.Page(letters, "Surat penagihan DCT/2026/000001", "Denda keterlambatan tetap dihitung")
	bima.Sees(bima.Post(letters+"/tunda", "until", "2026-12-10", "reason", " "), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	bima.Goes(bima.Post(letters+"/tunda", "until", "2026-12-10", "reason", "Panjang ruas disengketakan"), letters)
	bima.Page(letters, "Ditunda", "Panjang ruas disengketakan", "10 Desember 2026")
	bima.Goes(bima.Post(letters+"/lanjut"), letters)
	if r := bima.Post(letters + "/lanjut"); r.Status != http.StatusConflict {
		t.Errorf("let go twice: %d", r.Status)
	}
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(letters, "Panjang ruas disengketakan")
	if r := sari.Post(letters+"/tunda", "until", "2026-12-10", "reason", "x"); r.Status != http.StatusForbidden {
		t.Errorf("who lets ducts holds letters back: %d", r.Status)
	}
	s.Soon(t, "the people of the company are told", func() bool { return strings.Contains(bima.Page(at, "Sudah diberi tahu"), "Orang rudi@serat.id") })
}
