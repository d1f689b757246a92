package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

const (
	tariffs = "/petugas/ducting/tarif"
	land    = "/petugas/ducting/lahan"
	offer   = "/tarif-ducting"
)

// between is the text of a page after one place and before the next of another.
func between(t *testing.T, page, after, before string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, after)
	got, _, also := strings.Cut(rest, before)
	if !ok || !also {
		t.Fatalf("no %q with %q after it in:\n%s", after, before, page)
	}
	return got
}

// TestAPriceIsAskedForAndDecided: one person asks, another decides, and the public offer says so.
func TestAPriceIsAskedForAndDecided(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	page := bima.Page(tariffs, "Rp14.350", "semula Rp14.000", "UU 36/1999 Pasal 34A", "Belum dicocokkan dengan keputusannya", "Penyesuaian IHK 2026", "Belum ada permintaan")
	if strings.Contains(page, "Setujui") {
		t.Error("there is something to decide before anything is asked")
	}
	ask := []string{"code", "sewa-subduct", "rate", "15.000", "effective_from", "2027-01-01", "basis", "Keputusan Direksi 12/2026", "reason", "Harga 2027"}
	bad := append([]string{}, ask...)
	bad[3] = "9.000"
	r := bima.Post(tariffs, bad...)
	if r.Status != http.StatusUnprocessableEntity {
		t.Fatalf("a price below the floor: %d", r.Status)
	}
	for _, want := range []string{"Tarif ini di bawah batas bawahnya, Rp11.500", "Keputusan Direksi 12/2026", "Harga 2027"} {
		if !strings.Contains(r.Body, want) {
			t.Errorf("the page does not keep %q", want)
		}
	}
	bima.Goes(bima.Post(tariffs, ask...), tariffs)
	page = bima.Page(tariffs, "Harga 2027", "Rp15.000 per tahun", "Permintaan Anda; orang lain yang memutus")
	if strings.Contains(page, `action="/petugas/ducting/tarif/permintaan/`) {
		t.Error("who asks can decide")
	}
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	at := tariffs + "/permintaan/" + between(t, sari.Page(tariffs, "Setujui"), `action="/petugas/ducting/tarif/permintaan/`, `"`)
	if r := bima.Post(at, "jawaban", "setuju"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "tidak dapat memutuskannya sendiri") {
		t.Errorf("who asks decides: %d", r.Status)
	}
	sari.Goes(sari.Post(at, "jawaban", "setuju"), tariffs)
	nobody := s.Browser(t, pagetest.HostBatam)
	page = nobody.Page(offer, "Tarif dan ketentuan ducting bersama", "Rp14.350", "Tarif yang akan berlaku", "Rp15.000", "1 Januari 2027", "Alasan pesanan dapat ditolak", "Setiap operator yang berizin", "merupakan pendapatan perusahaan itu", "masih contoh atau usulan")
	if strings.Contains(page, "<script>") || strings.Contains(page, "onclick") {
		t.Error("the offer needs a script")
	}
	for of, reasons := range map[string][]string{"alasan": {"Tidak cukup saluran kosong", "tagihan ducting yang lewat jatuh tempo"}, "alasan-operator": {"Berkas pendaftaran tidak lengkap", "tagihan ducting yang lewat jatuh tempo"},
		"alasan-jadwal": {"Regu lain bekerja di manhole itu", "syarat keselamatan kerja"}} {
		list := between(t, page, `<h2 id="`+of+`"`, "</section>")
		for _, reason := range reasons {
			if !strings.Contains(list, reason) {
				t.Errorf("%s does not say %q: %s", of, reason, list)
			}
		}
		if of != "alasan-operator" && strings.Contains(list, "Berkas pendaftaran") {
			t.Errorf("%s says for what registrations are refused", of)
		}
	}
	// A floor says what it was, and that it lies above the price of its day.
	bima.Goes(bima.Post(tariffs+"/batas", "kind", "subduct", "rate", "99.000", "effective_from", "2027-02-01", "basis", "Keputusan Direksi 13/2026", "reason", "Biaya naik"), tariffs)
	sari.Page(tariffs, "Rp99.000; Keputusan Direksi 13/2026. Sebelumnya: Rp11.500. Di atas harga Rp15.000 setahun: potongan menurut banyaknya dan lamanya tidak berlaku lagi",
		"Batas bawah subduct, Rp99.000 Sebelumnya: Rp11.500. Di atas harga", "tidak berlaku lagi. Biaya naik")
	// Whoever decides sees what a price of land is made of.
	bima.Goes(bima.Post(tariffs, "code", "sewa-lahan", "rate", "6.500", "effective_from", "2027-01-01", "basis", "Keputusan Wali Kota 7/2026", "reason", "Penilaian 2026",
		"factor", "12,5", "method", "Nilai wajar per meter", "legal_note", "Pasal 117 Permendagri 19/2016"), tariffs)
	sari.Page(tariffs, "Rp6.500 per tahun", "Keputusan Wali Kota 7/2026", "Faktor penyesuai sewa lahan: 12,5%", "Cara hitung: Nilai wajar per meter", "Catatan hukum: Pasal 117 Permendagri 19/2016. "+
		"Sebelumnya: Rp6.000 per tahun; Permendagri 19/2016 jo. Permendagri 7/2024 Pasal 128B; Faktor penyesuai sewa lahan: 10%; Cara hitung: Nilai sewa pasar tanah per meter × faktor penyesuai 10%; Catatan hukum: Hanya di tempat",
		"Rp15.000 per tahun; Keputusan Direksi 12/2026. Sebelumnya: Rp14.350 per tahun, semula Rp14.000; UU 36/1999 Pasal 34A")
	// Nobody has said in English how the new price was found: what the former was called there is not shown for it.
	sari.Post("/bahasa", "lang", "en", "next", tariffs)
	sari.Page(tariffs, "Floor of a subduct, Rp99.000", "Rp6.500 a year; Keputusan Wali Kota 7/2026; Factor of rent of land: 12.5%; Method: Nilai wajar per meter; Legal note: Pasal 117", "Method: Market rent of land for a metre", "Rent of the city's land where ducts are provided, Rp6.500 a year")
	auditor := s.Staff(t, pagetest.HostBatam, "Tuti Auditor", "auditor", "")
	if page := auditor.Page(tariffs, "Harga 2027"); strings.Contains(page, "Kirim permintaan") {
		t.Error("an auditor is asked for prices")
	}
}

// TestRentOfBareLandOnThePage: a place without ducts is refused, with what was typed kept, until a legal note stands beside it.
func TestRentOfBareLandOnThePage(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	path := sari.Post("/petugas/ducting/operator", "name", "PT Serat", "nib", "1234567890123", "licence", "Jartaplok 1/2026", "email", "noc@contoh.id").To()
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), path)
	ask := []string{"operator", strings.TrimPrefix(path, "/petugas/ducting/operator/"), "place", "Jalan Tanpa Ducting", "length", "1.200", "tariff", "sewa-lahan", "since", "2026-12-01"}
	r := sari.Post(land, ask...)
	if r.Status != http.StatusConflict || !strings.Contains(r.Body, "Permendagri 7/2024 Pasal 128B") || !strings.Contains(r.Body, "Jalan Tanpa Ducting") {
		t.Fatalf("bare land: %d\n%s", r.Status, r.Body)
	}
	// All that is wrong is said at once, beside what was typed.
	r = sari.Post(land, "operator", "", "place", "lb-001", "length", "1,250", "tariff", "sewa-lahan", "since", "31", "since", "2", "since", "2027", "until", "")
	sari.Lists(sari.Post(land), "Operator: ", "Tempat: ", "Tarif: ", "Hari pertama: Isian ini wajib")
	sari.Lists(r, "Operator: Isian ini wajib", "Panjang: Tulis panjang dalam meter, misalnya 1250 atau 12,5", "Hari pertama: Tulis tanggal")
	if text := pagetest.Text(sari.Post(land, "operator", ask[1], "place", "lb-001", "length", "", "tariff", "sewa-lahan", "since", "31", "since", "2", "since", "2027").Body); strings.Contains(text, "tidak ada ruas") {
		t.Error("without a day a segment is called unknown")
	}
	if !strings.Contains(r.Body, `value="1,250"`) || !strings.Contains(r.Body, `value="31"`) || !strings.Contains(r.Body, `value="2027"`) {
		t.Error("what was typed is lost")
	}
	sari.Lists(sari.Post(land, "operator", ask[1], "place", "lb-001", "length", "", "tariff", "sewa-lahan", "since", "2026-12-01"), "Panjang: Pada hari pertama tidak ada ruas dengan kode itu")
	sari.Goes(sari.Post(land, append(ask, "legal_note", "Perjanjian 4/2023 tetap berlaku")...), land)
	sari.Page(land, "Tanpa ducting", "Perjanjian 4/2023 tetap berlaku", "Menunggu")
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	at := land + "/" + between(t, bima.Page(land, "Setujui", "Jalan Tanpa Ducting, PT Serat, 1 Desember 2026", "Sekitar Rp7.200.000 setahun. Bulan pertama: 1.200 m × Rp6.000", "Catatan hukum: Perjanjian 4/2023 tetap berlaku"), `action="/petugas/ducting/lahan/`, `"`)
	bima.Goes(bima.Post(at, "jawaban", "setuju"), land)
	bima.Page(land, "Disetujui", "Bima Keuangan")
	sari.Goes(sari.Post(at+"/akhir", "until", "2027-06-30", "reason", "Kabel dicabut"), land)
	bima.Page(land, "diminta sampai 30 Juni 2027 oleh Sari Ducting", "Kabel dicabut")
	if r := sari.Post(at+"/akhir/putusan", "jawaban", "setuju"); r.Status != http.StatusConflict {
		t.Errorf("who asks ends it: %d", r.Status)
	}
	bima.Goes(bima.Post(at+"/akhir/putusan", "jawaban", "setuju"), land)
	bima.Page(land, "30 Juni 2027", "Ubah akhir sewa")
}

// TestTermsAreAskedForAndDecided: what is wrong is said beside what was typed, and another person decides.
func TestTermsAreAskedForAndDecided(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	bima, at := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), tariffs+"/ketentuan"
	if page := bima.Page(tariffs, "Ketentuan sewa yang lain"); !strings.Contains(page, `value="20000=3; 50000=6"`) || !strings.Contains(page, `value="36=2; 60=5"`) {
		t.Error("the form does not begin with the terms of today")
	}
	ask := []string{"minimum_months", "6", "deposit_months", "2", "due_days", "14", "volume", "20000=3,5; 10000=6", "term", "", "late", "1", "late_most", "5", "effective_from", "2027-01-01", "basis", "SK Direksi 3/2026", "reason", "Usulan operator"}
	if r := bima.Post(at, ask...); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "Tulis langkah yang menaik") || !strings.Contains(r.Body, "20000=3,5; 10000=6") {
		t.Fatalf("steps that fall: %d", r.Status)
	}
	ask[7] = "20000=3,5; 50000=6"
	bima.Goes(bima.Post(at, ask...), tariffs)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	decide := tariffs + "/permintaan/" + between(t, sari.Page(tariffs, "Usulan operator", "3,5%", "Setujui"), `action="/petugas/ducting/tarif/permintaan/`, `"`)
	nobody := s.Browser(t, pagetest.HostBatam)
	now := func() string {
		return pagetest.Text(between(t, nobody.Page(offer), `<h2 id="ketentuan"`, "</section>"))
	}
	was := now()
	sari.Goes(sari.Post(decide, "jawaban", "setuju"), tariffs)
	if got := now(); got != was {
		t.Errorf("terms of next year are offered before: %s", got)
	}
	s.Wait(40 * 24 * time.Hour)
	terms := now()
	for _, want := range []string{"paling singkat 6 bulan", "sewa 2 bulan", "14 hari", "3,5%", "SK Direksi 3/2026"} {
		if !strings.Contains(terms, want) || strings.Contains(was, want) {
			t.Errorf("the offer does not say the new %q, or said it before: %s; before: %s", want, terms, was)
		}
	}
	if list := between(t, nobody.Page(offer), `<h2 id="syarat"`, "</section>"); !strings.Contains(list, "Setiap operator yang berizin") {
		t.Errorf("the conditions are lost with new terms: %s", list)
	}
}
