package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

const (
	earned = "/petugas/ducting/pendapatan"
	leaks  = "/petugas/ducting/kebocoran"
)

// TestTwoLedgersOnOnePage: what operators were invoiced stands in the company's book and never in the city's, where a number of the
// company's is refused; what came into the treasury stands there and can be taken back.
func TestTwoLedgersOnOnePage(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	bima.Post(book+"/tindakan/terbitkan", "semua", "ya")
	ridwan := s.Staff(t, pagetest.HostBatam, "Ridwan Pendapatan", "revenue_officer", "")
	page := ridwan.Page(earned, "Pendapatan asli daerah (PAD) 2026", "4.1.03", "Buku perusahaan 2026, bukan PAD", "Rp3.053.500")
	city, company, ok := strings.Cut(page, `id="buku"`)
	if !ok || strings.Contains(city, "Rp3.053.500") || !strings.Contains(company, "tidak pernah dihitung sebagai PAD") {
		t.Error("what operators pay stands among the city's own revenue")
	}
	take := []string{"code", "4.1.03", "claim", "", "amount", "1.000.000", "number", "DCT/2026/000001", "payer", "PT Serat Uji", "on_day", "2026-11-20"}
	if r := ridwan.Post(earned+"/terima", take...); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "Itu pendapatan perusahaan, bukan PAD.") {
		t.Fatalf("an invoice of the company is taken: %d", r.Status)
	}
	a := ridwan.Post(earned+"/terima", "code", "9.9", "claim", "x", "amount", "sejuta", "number", "", "payer", "", "on_day", "kemarin")
	ridwan.Lists(a, "Rekening: ", "Untuk piutang: ", "Jumlah: Tulis", "Nomor STS atau TBP: Isian ini wajib", "Pembayar: Isian ini wajib", "Diterima: Tulis tanggal")
	if !strings.Contains(a.Body, `value="sejuta"`) || !strings.Contains(a.Body, `<h3 id="terima-baru">`) {
		t.Error("what was typed is lost, or folded away")
	}
	ridwan.Lists(ridwan.Post(earned+"/target", "year", "", "code", "9.9", "amount", "", "basis", ""), "Tahun: ", "Rekening: ", "Jumlah: Isian ini wajib", "Dasar: Isian ini wajib")
	ridwan.Lists(ridwan.Post(earned+"/piutang", "code", "4.1.03", "payer", "", "basis", "", "decided_on", "31-31", "due_on", "", "amount", "", "land", "x", "covers_from", "", "covers_until", "lusa"),
		"Pembayar: ", "Dasar: ", "Diputuskan: Tulis tanggal", "Jatuh tempo: Isian ini wajib", "Jumlah: Isian ini wajib", "Sewa lahan: ", "Sampai hari terakhir: Tulis tanggal")
	// Rent of land names the rent, or the ground by which it is owed, which stands with it.
	owe := []string{"code", "4.1.04", "payer", "PT Serat Uji", "basis", "Perjanjian 4/2023", "decided_on", "2026-06-01", "due_on", "2027-03-01", "amount", "3.000.000", "land", "", "covers_from", "", "covers_until", "", "legal_note", ""}
	a = ridwan.Post(earned+"/piutang", owe...)
	ridwan.Lists(a, "Catatan hukum: Rekening ini untuk sewa lahan. Pilih sewa lahan yang sudah disetujui di atas, atau tulis dasar hukumnya di sini.")
	if !strings.Contains(a.Body, `value="Perjanjian 4/2023"`) || !strings.Contains(a.Body, `<h3 id="piutang-baru">`) {
		t.Error("what was typed is lost, or folded away")
	}
	owe[len(owe)-1] = "Pasal 117 Permendagri 19/2016"
	ridwan.Goes(ridwan.Post(earned+"/piutang", owe...), earned)
	ridwan.Page(earned, "Perjanjian 4/2023; Catatan hukum: Pasal 117 Permendagri 19/2016")
	ridwan.Lists(ridwan.Post(earned+"/piutang", owe...), "Dasar: Yang sama persis sudah dicatat")
	take[7] = "STS-17"
	ridwan.Goes(ridwan.Post(earned+"/terima", take...), earned)
	ridwan.Goes(ridwan.Post(earned+"/target", "year", "2026", "code", "4.1.03", "amount", "4.000.000", "basis", "APBD 2026"), earned)
	ridwan.Goes(ridwan.Post(earned+"/piutang", "code", "4.1.03", "payer", "BUMD", "basis", "RUPS 1/2026", "decided_on", "2026-06-01", "due_on", "2026-09-30", "amount", "2.000.000"), earned)
	ridwan.Lists(ridwan.Post(earned+"/terima", "code", "4.1.03", "claim", "", "amount", "1.000", "number", "STS-18", "payer", "BUMD", "on_day", "1990-01-02"), "Diterima: Rekening yang Anda pilih belum berlaku")
	ridwan.Lists(ridwan.Post(earned+"/piutang", "code", "4.1.03", "payer", "BUMD", "basis", "RUPS 1/2026", "decided_on", "2026-10-01", "due_on", "2026-09-30", "amount", "2.000.000"), "Jatuh tempo: Jatuh tempo tidak boleh sebelum hari keputusannya")
	page = ridwan.Page(earned, "STS-17", "25%", "Rp3.000.000", "Rp2.000.000 lewat jatuh tempo", "RUPS 1/2026", "belum ada", "Belum dicocokkan")
	if _, foot, _ := strings.Cut(page, "<tfoot>"); true { // the sums are all there
		foot, _, _ = strings.Cut(foot, "</tfoot>")
		text := pagetest.Text(foot)
		for _, want := range []string{"Rp4.000.000", "Rp1.000.000 25%", "Rp2.000.000 Rp2.000.000 lewat jatuh tempo", "Rp3.000.000"} {
			if !strings.Contains(text, want) {
				t.Errorf("the sums are %q and lack %q", text, want)
			}
		}
	}
	ridwan.Lists(ridwan.Post(earned+"/terima", take...), "Nomor STS atau TBP: ")
	undo := earned + "/terima/" + between(t, page, `action="/petugas/ducting/pendapatan/terima/`, `/batalkan?`) + "/batalkan"
	ridwan.Lists(ridwan.Post(undo, "reason", ""), "Alasan: Isian ini wajib")
	ridwan.Goes(ridwan.Post(undo, "reason", "Salah rekening"), earned)
	ridwan.Page(earned, "Salah rekening", "-Rp1.000.000")
	// One of another year is taken back on that year's page, which a refusal shows again.
	ridwan.Goes(ridwan.Post(earned+"/terima", "code", "4.1.03", "claim", "", "amount", "700.000", "number", "STS-LAMA", "payer", "PT Serat Uji", "on_day", "2025-11-20"), earned)
	page = ridwan.Page(earned+"?hari=2025-12-31", "STS-LAMA")
	undo = earned + "/terima/" + strings.ReplaceAll(between(t, page, `action="/petugas/ducting/pendapatan/terima/`, `"`), "&amp;", "&")
	long := strings.Repeat("Salah rekening ", 30)
	a = ridwan.Post(undo, "reason", long)
	ridwan.Lists(a, "Alasan: ")
	if !strings.Contains(a.Body, `value="`+strings.TrimSpace(long)) || !strings.Contains(a.Body, "STS-LAMA") || !strings.Contains(a.Body, `value="2025-12-31"`) {
		t.Error("a refused undo of another year shows this year, without what was typed")
	}
	ridwan.Goes(ridwan.Post(undo, "reason", "Salah rekening"), earned)
	// A claim that was recorded wrongly is taken back with a reason, which stands with it.
	back := earned + "/piutang/batalkan"
	ridwan.Lists(ridwan.Post(back, "claim", "", "reason", ""), "Untuk piutang: Isian ini wajib", "Alasan: Isian ini wajib")
	claim, _, _ := strings.Cut(page, `4.1.03, BUMD, Rp2.000.000, jatuh tempo`)
	claim, _, _ = strings.Cut(claim[strings.LastIndex(claim, `value="`)+len(`value="`):], `"`)
	ridwan.Goes(ridwan.Post(back, "claim", claim, "reason", "Salah ketik jumlahnya"), earned)
	ridwan.Page(earned, "Dibatalkan 2", "RUPS 1/2026; Alasan: Salah ketik jumlahnya", "Yang sudah dibayar atau dibatalkan (1)")
	if a := ridwan.Post(back, "claim", claim, "reason", "Salah"); a.Status != http.StatusConflict || !strings.Contains(a.Body, "Piutang itu sudah dibatalkan") {
		t.Errorf("taken back twice: %d", a.Status)
	}
	if a := bima.Post(back, "claim", claim, "reason", "Salah"); a.Status != http.StatusForbidden {
		t.Errorf("the company's finance takes back what is the city's: %d", a.Status)
	}
	if page := bima.Page(earned, "STS-17"); strings.Contains(page, "Catat penerimaan kas daerah") {
		t.Error("the company's finance records what is the city's")
	}
	if r := bima.Post(earned+"/terima", take...); r.Status != http.StatusForbidden {
		t.Errorf("the company's finance records what is the city's: %d", r.Status)
	}
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	none := sari.Page(leaks, "Tidak ada temuan: Dipakai, tidak ditagih; ", "Kabel dan saluran tak dikenal", "Catat kabel tak dikenal")
	if strings.Contains(none, `class="empty"`) {
		t.Error("each kind of which nothing was found takes a box of its own")
	}
	if r := sari.Post(leaks, "segment", "R-9", "note", "Kabel hitam", "found_on", "2026-11-20"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "Kabel hitam") {
		t.Errorf("a cable in no segment: %d", r.Status)
	}
	sari.Goes(sari.Post(leaks, "segment", "R-1", "note", "Kabel hitam", "found_on", "2026-11-20"), leaks+"#unknown")
	page = sari.Page(leaks, "Kabel dan saluran tak dikenal sekitar Rp3.157.000 setahun", "Kabel hitam", "Tidak ada temuan: Dipakai, tidak ditagih; ") // 220 m × Rp14.350
	settle := leaks + "/" + between(t, page, `action="/petugas/ducting/kebocoran/`, `"`)
	sari.Lists(sari.Post(settle, "how", ""), "Penyelesaiannya: Isian ini wajib")
	sari.Goes(sari.Post(settle, "how", "Disewa"), leaks)
}
