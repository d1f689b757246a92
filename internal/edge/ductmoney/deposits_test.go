package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// TestADepositOnItsPages: an order is asked for a deposit by itself, of three months of its fee; staff take it in, its company sees that it
// is held, and once the lease is over it is set off and given back by two people.
func TestADepositOnItsPages(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	operator := leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	const deposits = "/petugas/ducting/jaminan"
	bima.Page(deposits, "Belum ada jaminan")
	ctx := s.In(t, pagetest.HostBatam)
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l := secured(t, s, bima, manager, operator, "jaminan")
	one := deposits + "/" + l.ID.String()
	// 220 m × Rp14.350 ÷ 12 and two manholes, three times.
	bima.Page(one, "Jaminan "+l.Number, "Rp819.999", "3 bulan", "Belum lengkap")
	bima.Page(deposits, "PT Serat Uji", "Rp819.999", "Belum lengkap")
	r := bima.Post(one+"/terima", "amount", "900.000", "reference", "TRF-J1", "on", "2026-11-24")
	bima.Sees(r, http.StatusConflict, "lebih dari yang masih kurang")
	if !strings.Contains(r.Body, `value="TRF-J1"`) {
		t.Error("the page forgets what was typed")
	}
	bima.Goes(bima.Post(one+"/terima", "amount", "819.999", "reference", "TRF-J1", "on", "2026-11-24"), one)
	bima.Page(one, "Lengkap", "TRF-J1")
	rudi := works(t, s, operator, "rudi@serat.id")
	rudi.Page("/mitra/rekening/jaminan", "Jaminan tiap sewa", "Rp819.999", "Lengkap")
	if page := rudi.Page("/mitra/rekening", "Rekening PT Serat Uji", "Jaminan sewa", "Rp819.999", "Jaminan tiap sewa") + rudi.Page("/mitra/tagihan", "Rekening"); strings.Contains(page, "Rekening operator") {
		t.Error("the page has another name than the menu")
	}
	own := "/mitra/sewa/" + l.ID.String()
	rudi.Page(own, "Jaminan sewa", "3 bulan", "Dipegang Rp819.999", "TRF-J1", "Diterima")
	if page := bima.Page(one, "Lengkap"); strings.Contains(page, "Minta pengembalian") {
		t.Error("it is given back while the lease is to begin")
	}
	must(s.Leases.Cancel(ctx, manager, l.ID, "Rencana berubah"))
	at := issued(t, bima)
	bima.Page(one, "Perlu dikembalikan", "Perhitungkan dengan tagihan")
	bima.Goes(bima.Post(one+"/perhitungkan", "invoice", strings.TrimPrefix(at, book+"/")), one)
	bima.Page(one, "Selesai", "DCT/2026/000001", "Diperhitungkan dengan tagihan")
	bima.Page(at, "Dibayar sebagian", "jaminan")
	to := pagetest.Hrefs(rudi.Page(own, "Dipegang Rp0", "Diperhitungkan dengan tagihan", "DCT/2026/000001"), "/mitra/tagihan/")
	if len(to) != 1 {
		t.Fatalf("where it went leads to %q", to)
	}
	rudi.Page(to[0], "Keadaan menurut buku", "Dibayar Rp819.999") // the company reads what closed its invoice
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page(one, "Diterima")
	if r := sari.Post(one+"/kembalikan", "amount", "1", "account", "x", "reason", "x"); r.Status != http.StatusForbidden {
		t.Errorf("who lets ducts gives deposits back: %d", r.Status)
	}
}

// secured orders a lease of one stretch sets the site to work, and waits until its deposit is asked for.
func secured(t *testing.T, s *pagetest.Site, bima *pagetest.Browser, manager identity.Actor, operator, key string) lease.Lease {
	t.Helper()
	ctx, since := s.In(t, pagetest.HostBatam), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ways, err := s.Leases.Plan(ctx, manager, lease.PlanInput{From: "MH-1", To: "MH-2", Kind: duct.Subduct, Quantity: 1, Since: since})
	must(err)
	in := lease.ReserveInput{Operator: uuid.MustParse(operator), Kind: duct.Subduct, Quantity: 1, Since: since, Days: 30, Key: key}
	for _, x := range ways[0].Steps {
		in.Segments = append(in.Segments, x.ID)
	}
	l, err := s.Leases.Reserve(ctx, manager, in)
	must(err)
	must(s.Leases.Order(ctx, manager, l.ID))
	s.Work(t)
	s.Soon(t, "a deposit is asked for", func() bool { return bima.Get("/petugas/ducting/jaminan/"+l.ID.String()).Status == http.StatusOK })
	return l
}

// TestOneTransferOfADepositAndAnInvoice: the desk of the ducts' book splits a line over a deposit and an invoice of a company, each leads to it and
// it leads to each, the company sees what is held, and all of it is taken back together.
func TestOneTransferOfADepositAndAnInvoice(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	banked(t, s)
	operator := leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	at := issued(t, bima)
	l := secured(t, s, bima, manager, operator, "gabungan")
	one := "/petugas/ducting/jaminan/" + l.ID.String()
	const bank = "/petugas/ducting/rekening-bank"
	file := bima.Upload(bank, "file", "november.csv", []byte("Tanggal;Keterangan;Debit;Kredit\n24/11/2026;JAMINAN DAN TAGIHAN;;1000000\n")).To()
	bima.Goes(bima.Post(file+"/bukukan"), file)
	row := bank + "/mutasi/" + between(t, bima.Page(bank+"/mutasi?keadaan=open", "JAMINAN DAN"), `href="`+bank+`/mutasi/`, `"`)
	party := between(t, bima.Page(row, "jaminan sewa, atau keduanya"), `<option value="`, `"`)
	if to := pagetest.Hrefs(bima.Page(row+"?pihak="+party, "Dibayar oleh PT Serat Uji", "DCT/2026/000001"), book+"/"); len(to) != 1 || to[0] != at {
		t.Errorf("what can be matched by hand leads to %v", to)
	}
	bima.Page(row+"?bagi="+party, "DCT/2026/000001, PT Serat Uji", "Jaminan sewa "+l.Number+", PT Serat Uji", "Masih kurang Rp819.999")
	held, part := "hold-"+l.ID.String(), "part-"+strings.TrimPrefix(at, book+"/")
	bima.Sees(bima.Post(row+"/bagi", "parties", party, held, "820.000", part, "180.000"), http.StatusConflict, "lebih dari yang masih kurang")
	bima.Sees(bima.Post(row+"/bagi", "parties", party, held, "x", part, "180.000"), http.StatusUnprocessableEntity, "Jaminan sewa "+l.Number)
	bima.Goes(bima.Post(row+"/bagi", "parties", party, held, "819.999", part, "180.001"), row)
	page := bima.Page(row, "Cocok", "Rp819.999", "Rp180.001", "Jaminan sewa "+l.Number, "DCT/2026/000001")
	if to := pagetest.Hrefs(page, one); len(to) != 1 {
		t.Errorf("the line leads to %v", to)
	}
	if to := pagetest.Hrefs(bima.Page(one, "Lengkap", "Dipegang Rp819.999"), row); len(to) != 1 {
		t.Errorf("the deposit leads to %v", to)
	}
	bima.Page(at, "Dibayar sebagian", "Rp180.001")
	bima.Sees(bima.Post(row+"/bagi", "parties", party, held, "819.999", part, "180.001"), http.StatusConflict, "sudah diputus")
	rudi := works(t, s, operator, "rudi@serat.id")
	if own := rudi.Page("/mitra/sewa/"+l.ID.String(), "Dipegang Rp819.999", "Diterima"); strings.Contains(own, row) {
		t.Error("the company is led to the bank of the other")
	}
	bima.Goes(bima.Post(row+"/batalkan", "reason", "Salah bagi"), row)
	bima.Page(row, "Dibatalkan", "Salah bagi")
	bima.Page(one, "Belum lengkap", "Dipegang Rp0", "tidak dipegang lagi")
	bima.Page(at, "Belum dibayar")
}
