package treasury_test

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/money"
)

// rows are those of a spreadsheet that was downloaded.
func rows(t *testing.T, a pagetest.Answer) [][]string {
	t.Helper()
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", a.Status, a.Header)
	}
	f, err := excelize.OpenReader(bytes.NewReader([]byte(a.Body)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestWhatGoesToTheTaxOffice: a month's faktur go out once and come back with their numbers; a credit note is handed to its buyer as
// the data of a return, and the accountant's tables hold all of it.
func TestWhatGoesToTheTaxOffice(t *testing.T) {
	t.Parallel()
	s := open(t)
	other, batam := s.Issue(s.CloseMonth(pagetest.HostOther, time.October)), s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	treasurer := s.Staff(t, pagetest.HostOther, "Dina Bendahara", "treasurer", "")
	stranger := s.Staff(t, pagetest.HostBatam, "Beni Bendahara", "treasurer", "")
	month := other.IssuedOn.Format("2006-01")

	page := rina.Page("/bumd/pajak", other.Number, batam.Number, "Belum diserahkan", "Rp275.000")
	for _, shown := range []string{page, rina.Page("/bumd/rekening")} { // both stand under the money's entry of the menu
		if !strings.Contains(shown, `<a href="/bumd/keuangan" aria-current="page"`) {
			t.Error("the menu does not say that the page is of the money")
		}
	}
	rina.Page("/bumd/pajak", "belum dipastikan penasihat pajak")                                             // what is exempt in Batam rests on codes of nobody's but ours
	rina.Page("/bumd/pajak", "PPN tidak dipungut atau dibebaskan", "Jumlah Rp4.583.334 Rp275.000 Rp275.000") // what is exempt is not payable
	exempt := "/bumd/pajak/" + batam.ID.String()
	rina.Sees(rina.Post(exempt+"/ppbj", "custom_doc", " "), http.StatusUnprocessableEntity, "Nomor PPBJ: Isian ini wajib")
	rina.Goes(rina.Post(exempt+"/ppbj", "custom_doc", "PPBJ-026/2026"), exempt)
	if page := rina.Page("/bumd/pajak/" + other.ID.String()); strings.Contains(page, "/ppbj") {
		t.Error("a city outside the free-trade area is asked for its PPBJ")
	}
	rina.Page("/bumd/pajak?bulan=2026-02", "Tidak ada faktur")
	for _, path := range []string{"/bumd/pajak", "/bumd/bagi-hasil"} { // a month that is none: the form again, with what is wrong and an example
		rina.Sees(rina.Get(path+"?bulan=abc"), http.StatusUnprocessableEntity, "misalnya 2026-11", "Tampilkan")
	}
	rina.Sees(rina.Post("/bumd/pajak/tindakan/faktur", "bulan", "abc"), http.StatusUnprocessableEntity, "misalnya 2026-11", "Tampilkan")
	a := rina.Post("/bumd/pajak/tindakan/faktur", "bulan", month)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "<TIN>0123456789012345</TIN>") || strings.Count(a.Body, "<TaxInvoice>") != 2 || !strings.Contains(a.Header.Get("Content-Disposition"), "coretax-"+month+".xml") {
		t.Fatalf("%d %v\n%s", a.Status, a.Header, a.Body)
	}
	if !strings.Contains(a.Body, "<AddInfo>TD.00504</AddInfo>") || !strings.Contains(a.Body, "<FacilityStamp>TD.01104</FacilityStamp>") || !strings.Contains(a.Body, "<CustomDoc>PPBJ-026/2026</CustomDoc>") || strings.Count(a.Body, "<AddInfo/>") != 1 {
		t.Errorf("the legal basis of what is exempt is not in the file:\n%s", a.Body)
	}
	one := "/bumd/pajak/" + other.ID.String()
	rina.Page(one, "Diserahkan", "Jawaban Coretax")

	// Half a million of it is taken back before its faktur has a number: then no return can be made.
	rina.Goes(rina.Post("/bumd/tagihan/"+other.ID.String()+"/nota-kredit", "line-1", "500.000", "reason", "Layanan terputus"), "/bumd/tagihan/"+other.ID.String())
	asked, err := s.Finance.Requests(s.In(t, pagetest.HostPlatform), s.Clerk(), other.ID, true)
	if err != nil || len(asked) != 1 {
		t.Fatal(asked, err)
	}
	boss.Goes(boss.Post("/bumd/permintaan/"+asked[0].Request.ID.String()+"/putus", "jawaban", "setuju"), "/bumd/permintaan")
	var note uuid.UUID
	if err := s.World.DB.App.NewRaw("SELECT id FROM invoice WHERE tenant_id = ? AND credits = ?", s.World.Platform.ID, other.ID).Scan(s.In(t, pagetest.HostPlatform), &note); err != nil {
		t.Fatal(err)
	}
	file := "/nota-pembatalan"
	rina.Sees(rina.Get("/bumd/tagihan/"+note.String()+file), http.StatusConflict, "belum bernomor seri")

	rina.Sees(rina.Post(one, "code", "jasa-pemerintah", "status", "approved", "nsfp", "12"), http.StatusUnprocessableEntity, "NSFP")
	rina.Goes(rina.Post(one, "code", "jasa-pemerintah", "status", "approved", "nsfp", "02.00.25.00000000117"), one)
	rina.Page(one, "Disetujui", "02002500000000117")
	if again := rina.Post("/bumd/pajak/tindakan/faktur", "bulan", month); strings.Contains(again.Body, other.Number) || !strings.Contains(again.Body, batam.Number) {
		t.Errorf("what is approved goes out again, or what is not does not:\n%s", again.Body)
	}

	for name, get := range map[string]func() pagetest.Answer{
		"the clerk": func() pagetest.Answer { return rina.Get("/bumd/tagihan/" + note.String() + file) },
		"the city":  func() pagetest.Answer { return treasurer.Get("/kelola/tagihan/" + note.String() + file) },
	} {
		var doc struct {
			Returns []struct {
				TaxInvoiceNumber, RefDesc, ReturnReason string
				Lines                                   []struct {
					TaxBase, VAT, ReturnTaxBase, ReturnOtherTaxBase, ReturnVAT money.Rupiah
				} `xml:"ListOfGoodService>GoodService"`
			} `xml:"ListOfTaxInvoiceReturn>TaxInvoiceReturn"`
		}
		got := get()
		if err := xml.Unmarshal([]byte(got.Body), &doc); err != nil || len(doc.Returns) != 1 {
			t.Fatalf("%s: %d, %v\n%s", name, got.Status, err, got.Body)
		}
		r := doc.Returns[0]
		var base, net, vat money.Rupiah
		for _, l := range r.Lines {
			net, base, vat = net+l.ReturnTaxBase, base+l.ReturnOtherTaxBase, vat+l.ReturnVAT
		}
		if r.TaxInvoiceNumber != "02002500000000117" || r.RefDesc != other.Number || r.ReturnReason != "Layanan terputus" || net != 500_000 || base != 458_333 || vat != 55_000 || r.Lines[0].ReturnTaxBase != 500_000 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	stranger.Sees(stranger.Get("/kelola/tagihan/"+note.String()+file), http.StatusNotFound)
	treasurer.Sees(treasurer.Get("/kelola/tagihan/"+other.ID.String()+file), http.StatusNotFound)

	back := "/bumd/pajak/" + note.String()
	rina.Page(back, "Menunggu nota pembatalan", "PMK 81/2024", "-Rp55.000")
	rina.Sees(rina.Post(back, "code", "jasa-pemerintah", "status", "approved", "reference", "", "on", "2026-11-25"), http.StatusUnprocessableEntity, "Nomor nota pembatalan")
	rina.Goes(rina.Post(back, "code", "jasa-pemerintah", "status", "approved", "reference", "NP-7/BPKAD", "on", "2026-11-25"), back)
	rina.Page(back, "Disetujui", "NP-7/BPKAD")

	taxes := rows(t, rina.Get("/bumd/tagihan/unduh/pajak.xlsx?bulan="+month))
	var sum int
	for _, r := range taxes {
		if line := strings.Join(r, "|"); strings.Contains(line, "-500000") && strings.Contains(line, "NP-7/BPKAD") || strings.Contains(line, "02002500000000117|approved") {
			sum++
		}
	}
	if sum != 2 {
		t.Errorf("the taxes: %v", taxes)
	}
	if all := rows(t, rina.Get("/bumd/tagihan/unduh/tagihan.xlsx?bulan="+month)); len(all) != 3 {
		t.Errorf("%d rows of invoices; want the heading and two", len(all))
	}
	if all := rows(t, treasurer.Get("/kelola/tagihan/unduh/tagihan.xlsx")); len(all) != 2 || all[1][0] != other.Number {
		t.Errorf("the city's own: %v", all)
	}
	treasurer.Page("/kelola/tagihan", "Unduh tagihan 2026 (XLSX)")
	rina.Sees(rina.Get("/bumd/tagihan/unduh/pajak.xlsx?bulan=x"), http.StatusUnprocessableEntity)
}

// TestAReceiptHasItsStamp: the law of the payment's day says which needs one; a stamp stands on one receipt, and a payment that was
// recorded wrongly is taken back.
func TestAReceiptHasItsStamp(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	large, small, other := s.Pay(i, 5_000_001), s.Pay(i, 5_000_000), s.Pay(i, 7_000_000)
	page := func(id uuid.UUID) string { return "/bumd/pembayaran/" + id.String() }
	if all := pagetest.Hrefs(rina.Page("/bumd/tagihan/"+i.ID.String()), "/bumd/pembayaran/"); !slices.Contains(all, page(large.ID)) {
		t.Errorf("the invoice leads to %v", all)
	}
	rina.Page(page(large.ID), "Nomor seri meterai", "Rp5.000.001", i.Number)
	rina.Page(page(small.ID), "Kuitansi ini tidak perlu meterai")
	rina.Sees(rina.Post(page(small.ID)+"/meterai", "serial", "AB12345678"), http.StatusConflict, "Rp5.000.000")
	rina.Sees(rina.Post(page(large.ID)+"/meterai", "serial", "?"), http.StatusUnprocessableEntity, "Nomor seri meterai")
	rina.Goes(rina.Post(page(large.ID)+"/meterai", "serial", "ab12 3456 78"), page(large.ID))
	rina.Page(page(large.ID), "AB12345678")
	rina.Sees(rina.Post(page(large.ID)+"/meterai", "serial", "AB99999999"), http.StatusConflict, "sudah bermeterai")
	rina.Sees(rina.Post(page(other.ID)+"/meterai", "serial", "AB12345678"), http.StatusConflict, "kuitansi lain")
	if all := rows(t, rina.Get("/bumd/tagihan/unduh/penerimaan.xlsx?bulan="+large.ReceivedOn.Format("2006-01"))); !strings.Contains(strings.Join(all[1], "|"), "AB12345678") {
		t.Errorf("the stamp is not in the table: %v", all)
	}

	rina.Sees(rina.Post(page(other.ID)+"/batalkan", "reason", ""), http.StatusUnprocessableEntity, "Alasan")
	rina.Goes(rina.Post(page(other.ID)+"/batalkan", "reason", "Salah kota"), page(other.ID))
	rina.Page(page(other.ID), "Dibatalkan")
	rina.Sees(rina.Post(page(other.ID)+"/batalkan", "reason", "Salah kota"), http.StatusConflict, "sudah dibatalkan")
	rina.Sees(rina.Post(page(other.ID)+"/meterai", "serial", "CD12345678"), http.StatusConflict, "sudah dibatalkan")
	rina.Sees(rina.Get(page(uuid.New())), http.StatusNotFound)
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	for _, path := range []string{page(large.ID), "/bumd/pajak", "/bumd/pajak/" + i.ID.String()} {
		yusuf.Sees(yusuf.Get(path), http.StatusForbidden)
	}
}
