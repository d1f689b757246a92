package ductmoney_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"bedelau/internal/edge/pagetest"
)

// table reads a file of rows, one line each.
func table(t *testing.T, b *pagetest.Browser, path string) string {
	t.Helper()
	a := b.Get(path)
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%s: %d", path, a.Status)
	}
	f, err := excelize.OpenReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, r := range rows {
		fmt.Fprintln(&out, strings.Join(r, "|"))
	}
	return out.String()
}

// TestFilesForTheRevenueOffices: target and realisation by code and month, receivables by age, the calendar of dividends, what a SKRD says
// and the register of contracts, each as of a day and for who may read the city's revenue.
func TestFilesForTheRevenueOffices(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	ridwan := s.Staff(t, pagetest.HostBatam, "Ridwan Pendapatan", "revenue_officer", "")
	ridwan.Page(earned, "Berkas untuk Bapenda dan BPKAD", "Kalender dividen")
	ridwan.Goes(ridwan.Post(earned+"/target", "year", "2026", "code", "4.1.03", "amount", "4.000.000", "basis", "APBD 2026"), earned)
	ridwan.Goes(ridwan.Post(earned+"/piutang", "code", "4.1.03", "payer", "BUMD", "basis", "RUPS 1/2026", "decided_on", "2026-06-01", "due_on", "2026-09-30", "amount", "2.000.000"), earned)
	ridwan.Goes(ridwan.Post(earned+"/piutang", "code", "4.1.02", "payer", "PT Galian", "basis", "SKRD 7/2026", "decided_on", "2026-11-01", "due_on", "2026-12-15", "amount", "1.500.000"), earned)
	ridwan.Goes(ridwan.Post(earned+"/piutang", "code", "4.1.04", "payer", "PT Serat Uji", "basis", "Sewa gudang", "decided_on", "2026-11-01", "due_on", "2026-12-20", "amount", "700.000", "legal_note", "Pasal 117 Permendagri 19/2016"), earned)
	page := ridwan.Page(earned, "4.1.03, BUMD, Rp2.000.000")
	before, _, _ := strings.Cut(page, `4.1.03, BUMD, Rp2.000.000`)
	claim := before[strings.LastIndex(before, `value="`)+len(`value="`):]
	claim, _, _ = strings.Cut(claim, `"`)
	ridwan.Goes(ridwan.Post(earned+"/terima", "code", "4.1.03", "claim", claim, "amount", "500.000", "number", "STS-1", "payer", "BUMD", "on_day", "2026-10-05"), earned)
	for path, want := range map[string][]string{
		"realisasi": {"Kode rekening|Nama rekening|Saluran|Target|Dasar|Januari", "|4000000|APBD 2026|0|0|0|0|0|0|0|0|0|500000|0|0|500000|12.50%|1500000|1500000|2000000|2000000"},
		"piutang":   {"4.1.03|BUMD|RUPS 1/2026||2026-06-01|2026-09-30|2000000|500000|1500000|55|31–60 hari", "4.1.02|PT Galian|SKRD 7/2026||2026-11-01|2026-12-15|1500000|0|1500000|0|belum jatuh tempo", "4.1.04|PT Serat Uji|Sewa gudang|Pasal 117 Permendagri 19/2016|2026-11-01|"},
		"dividen":   {"4.1.03|BUMD|RUPS 1/2026|2026-06-01|2026-09-30|2000000|500000|2026-10-05|1500000|55"},
		"skrd":      {"PT Galian|SKRD 7/2026|2026-11-01|2026-12-15|1500000|", "satu juta lima ratus ribu rupiah"},
		"kontrak":   {"PT Serat Uji|", "2026-10-01"},
	} {
		got := table(t, ridwan, earned+"/unduh/"+path+".xlsx?hari=2026-11-24")
		for _, line := range want {
			if !strings.Contains(strings.ToLower(got), strings.ToLower(line)) {
				t.Errorf("%s has no %q:\n%s", path, line, got)
			}
		}
	}
	if got := table(t, ridwan, earned+"/unduh/piutang.xlsx?hari=2026-09-30"); strings.Contains(got, "PT Galian") || !strings.Contains(got, "|2000000|0|2000000|0|") {
		t.Errorf("as of the end of September:\n%s", got)
	}
	officer := s.Staff(t, pagetest.HostBatam, "Budi Loket", "officer", "dpmptsp")
	if a := officer.Get(earned + "/unduh/piutang.xlsx"); a.Status != http.StatusForbidden {
		t.Errorf("an officer reads what is owed: %d", a.Status)
	}
}

// TestWhatIsPaidOnceIsDeferred: a survey is revenue when it is charged, by the rules of the pack, which nobody has checked yet; by rules that
// defer it too, it is revenue by the day over the minimum term, on the page and in the file.
func TestWhatIsPaidOnceIsDeferred(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	bima.Post(book+"/tindakan/terbitkan", "semua", "ya")
	bima.Page(earned, "Pendapatan yang ditangguhkan", "PSAK 115", "Belum diperiksa akuntan", "Tidak ada yang ditangguhkan")
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := s.World.DB.App.NewRaw(`UPDATE duct_accounting SET body = jsonb_set(body, '{deferred}', '["order"]') WHERE tenant_id = ?`, s.World.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	// Rp2.500.000 for 365 days from 1 October on, invoiced on 24 November: 55 days of it are over, 61 when the month ends.
	bima.Page(earned, "DCT/2026/000001", "Rp376.712", "Rp2.123.288", "November 2026 Rp2.500.000 Rp417.808 Rp2.082.192", "Desember 2026 Rp0 Rp212.329 Rp1.869.863")
	if page := bima.Page(earned+"?hari=2026-11-23", "Tidak ada yang ditangguhkan"); strings.Contains(page, "DCT/2026/000001") {
		t.Error("what is invoiced tomorrow is deferred today")
	}
	got := table(t, bima, earned+"/unduh/ditangguhkan.xlsx?hari=2026-11-24")
	for _, line := range []string{"Tagihan|Nomor sewa|Operator|Tentang|Jumlah|Mulai|Sampai|Sudah diakui|Masih ditangguhkan|Januari", "DCT/2026/000001|SWD-2026-0001|PT Serat Uji|", "|2500000|2026-10-01|2027-09-30|376712|2123288|0|0|0|0|0|0|0|0|0|0|417808|212329"} {
		if !strings.Contains(got, line) {
			t.Errorf("no %q:\n%s", line, got)
		}
	}
	officer := s.Staff(t, pagetest.HostBatam, "Budi Loket", "officer", "dpmptsp")
	if a := officer.Get(earned + "/unduh/ditangguhkan.xlsx"); a.Status != http.StatusForbidden {
		t.Errorf("an officer reads what is deferred: %d", a.Status)
	}
}
