package ductmoney_test

import (
	"context"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// banked gives the seller of the ducts an account, numbers at a bank and a tax number.
func banked(t *testing.T, s *pagetest.Site) {
	t.Helper()
	raw, err := fs.ReadFile(tenants.FS, "batam/duct/seller.yaml")
	if err != nil {
		t.Fatal(err)
	}
	setup, err := invoice.ReadSetup(raw)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.EffectiveFrom, setup.Seller.NPWP = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), "0123456789012345"
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00456", Holder: "BUMD Ducting", CSV: statement.Mapping{Separator: ";", Layout: "02/01/2006", Day: "Tanggal", Credit: "Kredit", Debit: "Debit", Text: []string{"Keterangan"}}}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "77880"}
	ctx := s.In(t, pagetest.HostBatam)
	err = tenancy.InTx(ctx, s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: "system"}, setup)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheBankPaysInvoicesOfDucts: an invoice of ducts has a number at the bank; a statement of the company's account pays it by that, is
// looked through before, and a wrong match is taken back; another operator's payment is matched by hand; and nobody else may see any of it.
func TestTheBankPaysInvoicesOfDucts(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	banked(t, s)
	operator := leased(t, s)
	rudi := works(t, s, operator, "rudi@serat.id")
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	at := issued(t, bima)
	rudi.Page(strings.Replace(at, "/petugas/ducting", "/mitra", 1), "Rekening virtual BRK Syariah", "7788026000001", "820-21-00456 atas nama BUMD Ducting")
	const bank = "/petugas/ducting/rekening-bank"
	bima.Page(bank, "Belum ada rekening koran")
	file := "Tanggal;Keterangan;Debit;Kredit\n24/11/2026;VA 7788026000001 PT SERAT;;3297685\n24/11/2026;SETORAN TUNAI;;1000\n24/11/2026;BIAYA ADM;6500;\n"
	r := bima.Upload(bank, "file", "november.csv", []byte(file))
	one := r.To()
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(one, bank+"/") {
		t.Fatalf("%d %s\n%s", r.Status, one, r.Body)
	}
	bima.Page(one, "7788026000001", "DCT/2026/000001")
	bima.Page(at, "Belum dibayar")
	bima.Goes(bima.Post(one+"/bukukan"), one)
	bima.Page(at, "Rp61.070", "Dibayar sebagian") // which the company gave to the state
	bima.Page(bank, "november.csv", "Menunggu bukti potong", "DCT/2026/000001")
	cash := between(t, bima.Page(bank+"/mutasi?keadaan=open", "SETORAN TUNAI"), `href="`+bank+`/mutasi/`, `"`)
	row := bank + "/mutasi/" + cash
	party := between(t, bima.Page(row, "Cocokkan dengan tangan", "PT Serat Uji"), `<option value="`, `"`)
	bima.Goes(bima.Post(row+"/cocokkan", "party", party), row)
	bima.Page("/petugas/ducting/operator/"+operator+"/rekening", "Saldo", "Rp1.000")
	for _, asked := range []string{"2099-01-01", "kemarin"} {
		bima.Page("/petugas/ducting/operator/"+operator+"/rekening?dari="+asked, "Hari pertama harus sebuah tanggal dan tidak setelah hari terakhir", "Dari 25 November 2025 sampai 24 November 2026", "Saldo")
	}
	bima.Goes(bima.Post(row+"/batalkan", "reason", "Bukan dari operator"), row)
	bima.Page(row, "Dibatalkan", "Bukan dari operator")

	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	other := s.Staff(t, pagetest.HostOther, "Beni Keuangan", "duct_finance", "")
	for _, path := range []string{bank, one, row, "/petugas/ducting/pajak"} {
		sari.Sees(sari.Get(path), http.StatusForbidden)
	}
	for _, path := range []string{one, row} {
		if a := other.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("another city opens %s: %d", path, a.Status)
		}
	}
}

// TestWhatGoesToTheTaxOfficeOfDucts: a month's faktur of the ducts go out for Coretax, one for the ground inside the free-trade area and one
// for that outside and none for a fine, come back with their numbers, and stand in the accountant's table.
func TestWhatGoesToTheTaxOfficeOfDucts(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	banked(t, s)
	leased(t, s)
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := s.World.DB.App.NewRaw("UPDATE duct_operator SET npwp = '0987654321098765' WHERE tenant_id = ?", s.World.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	at := issued(t, bima)
	const taxes = "/petugas/ducting/pajak"
	bima.Page(taxes, "DCT/2026/000001", "jasa-kpbpb", "Rp305.255", "Belum diserahkan")
	// A fine of another invoice, under a rule that has no faktur.
	fine := uuid.New()
	err := tenancy.InTx(ctx, s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var party uuid.UUID
		if err := tx.NewRaw("SELECT party_id FROM duct_payer WHERE tenant_id = ?", s.World.Batam.ID).Scan(ctx, &party); err != nil {
			return err
		}
		book := invoice.Book{DB: s.World.DB, Now: s.ClockNow}
		d, err := book.Write(ctx, tx, invoice.Draft{PartyID: party, Series: "DCT", Source: fine.String(), DueDays: 30, Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Denda"}, Amount: 1000, PPN: "bukan-objek"}}})
		if err == nil {
			_, err = book.Finalise(ctx, tx, identity.Actor{ID: fine, Kind: identity.Staff}, d.ID, s.ClockNow())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if page := bima.Page(taxes, "DCT/2026/000001"); strings.Contains(page, "DCT/2026/000002") {
		t.Error("a fine has a faktur")
	}
	a := bima.Post(taxes+"/tindakan/faktur", "bulan", "2026-11")
	if a.Status != http.StatusOK || strings.Count(a.Body, "<TaxInvoice>") != 2 || !strings.Contains(a.Body, "0123456789012345") {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	one := taxes + strings.TrimPrefix(at, book)
	bima.Goes(bima.Post(one, "code", "jasa", "status", "approved", "nsfp", "04002500000000117"), one)
	bima.Page(one, "Disetujui", "04002500000000117")
	if a := bima.Get(book + "/unduh/pajak.xlsx?bulan=2026-11"); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "PK") {
		t.Errorf("no table: %d", a.Status)
	}
}

// TestOneTransferOfTwoOperators: the desk of the ducts' book splits a line over the invoices of both, and both accounts say so.
func TestOneTransferOfTwoOperators(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	banked(t, s)
	operator := leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	at := issued(t, bima)
	ctx, who := s.In(t, pagetest.HostBatam), identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	second, err := s.Leases.Apply(ctx, who, lease.Operator{Name: "PT Kabel Kedua", NIB: "1234567890124", Licence: "Jartaplok 2/2026", Email: "noc@kedua.id"})
	if err != nil {
		t.Fatal(err)
	}
	var party invoice.Party
	var other invoice.Invoice
	err = tenancy.InTx(ctx, s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if party, err = invoice.SaveParty(ctx, tx, who, invoice.Party{Name: second.Name, Address: "Jl. Kedua 2"}); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_payer (tenant_id, operator_id, party_id) VALUES (?, ?, ?)", s.World.Batam.ID, second.ID, party.ID).Exec(ctx); err != nil {
			return err
		}
		ledger := invoice.Book{DB: s.World.DB, Now: s.ClockNow}
		d, err := ledger.Write(ctx, tx, invoice.Draft{PartyID: party.ID, Series: "DCT", DueDays: 30, Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Denda"}, Amount: 1_000_000, PPN: "bukan-objek"}}})
		if err == nil {
			other, err = ledger.Finalise(ctx, tx, who, d.ID, s.ClockNow())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const bank = "/petugas/ducting/rekening-bank"
	one := bima.Upload(bank, "file", "november.csv", []byte("Tanggal;Keterangan;Debit;Kredit\n24/11/2026;GRUP SERAT DAN KABEL;;2000000\n")).To()
	bima.Goes(bima.Post(one+"/bukukan"), one)
	row := bank + "/mutasi/" + between(t, bima.Page(bank+"/mutasi?keadaan=open", "GRUP SERAT"), `href="`+bank+`/mutasi/`, `"`)
	first := between(t, bima.Page(row, "Bagi ke beberapa pihak"), `<option value="`, `"`) // PT Kabel Kedua stands before PT Serat Uji
	if first != party.ID.String() {
		t.Fatalf("the first party is %s", first)
	}
	_, rest, _ := strings.Cut(bima.Page(row+"?bagi="+first), `<option value="`+first)
	serat := between(t, rest, `<option value="`, `"`)
	bima.Page(row+"?bagi="+first+"&bagi="+serat, "DCT/2026/000001, PT Serat Uji", other.Number+", PT Kabel Kedua", "Terbuka Rp1.000.000")
	invoiceOf := strings.TrimPrefix(at, book+"/")
	bima.Goes(bima.Post(row+"/bagi", "parties", first, "parties", serat, "part-"+other.ID.String(), "1.000.000", "part-"+invoiceOf, "900.000", "rest", serat), row)
	bima.Page(row, "Cocok", "Rp1.000.000", "dibagi petugas", other.Number, "DCT/2026/000001")
	bima.Page(at, "Dibayar sebagian", "Rp900.000")
	bima.Page(book+"/"+other.ID.String(), "Lunas")
	bima.Page("/petugas/ducting/operator/"+operator+"/rekening", "Saldo", "Rp100.000", "Rp900.000")
	bima.Goes(bima.Post(row+"/batalkan", "reason", "Salah bagi"), row)
	bima.Page(at, "Belum dibayar")
	bima.Page(book+"/"+other.ID.String(), "Belum dibayar")
}
