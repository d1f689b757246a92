package services_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// doctor fills in the form of a practice licence.
func (c *city) doctor() *story {
	s := c.apply("sip-dokter", "Surat Tanda Registrasi (STR)", "Bukti kecukupan SKP", "Untuk perpanjangan", "paling lama 5 hari kerja", "UU 17/2023", "Dinas Kesehatan")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", reporter("pemohon")...)
	registered := []string{"profesi", "spesialis", "spesialisasi", "Anak", "nomor_str", "STR-123", "str_seumur_hidup", "no"}
	s.refused("profesi", "STR ini sudah tidak berlaku", with(registered, "str_berlaku", "2026-11-01")...)
	s.says("profesi", with(registered, "str_seumur_hidup", "yes", "file_str", file)...)
	s.hides("skp", "file_skp")
	s.says("skp", "jenis_sip", "baru")
	place := with(address("tempat"), "jenis_tempat", "klinik", "nama_tempat", "Klinik Teratai", "jadwal", "Senin sampai Jumat")
	s.refused("tempat", "Paling besar 3", with(place, "praktik_ke", "4")...)
	s.says("tempat", with(place, "praktik_ke", "1", "file_tempat", file)...)
	s.states()
	s.sends("Klinik Teratai", "Dokter spesialis")
	return s
}

// TestDoctorsLicence: two offices at the same time, and the licence only when both agree.
func TestDoctorsLicence(t *testing.T) {
	c := open(t)
	s := c.doctor()
	ptsp, dinkes, dukcapil := c.officer("Rina Marlina", "officer", "dpmptsp"), c.officer("Lina Agustina", "officer", "dinkes"), c.officer("Andi Wijaya", "officer", "disdukcapil")
	s.takes(ptsp, "start_review", "")
	s.mayNot(ptsp, "application.no_action", "approve", "")
	s.takes(ptsp, "ask_offices", "")
	s.in(ptsp, "recommendation")
	s.stands("Dinas Kesehatan dan DPMPTSP memeriksa permohonan Anda pada waktu yang sama")
	if _, err := s.Casework.Get(c.In(t, pagetest.HostBatam), dukcapil.Actor, s.id()); err == nil {
		t.Error("an office that was not asked reads the case")
	}
	dinkes.Sees(s.answer(dinkes, "rekomendasi_dinkes", "direkomendasikan", ""), http.StatusUnprocessableEntity, "Nomor rekomendasi")
	s.answers(dinkes, "rekomendasi_dinkes", "direkomendasikan", "", "nomor_rekomendasi", "440/REK/001")
	s.in(ptsp, "recommendation")
	s.answers(ptsp, "administrasi", "lengkap", "")
	s.in(ptsp, "decision")
	c.Signer(t, pagetest.HostBatam, "dpmptsp")
	s.takes(ptsp, "approve", "")
	s.issued("SURAT IZIN PRAKTIK", "DOKTER SPESIALIS", "440/REK/001", "STR-123", "Klinik Teratai", "Bidang spesialisasi: Anak", "24 November 2031")
	s.stands("Izin Anda sudah terbit")
}

// TestALicenceThatIsNotRecommended cannot be granted, only refused.
func TestALicenceThatIsNotRecommended(t *testing.T) {
	c := open(t)
	s := c.doctor()
	ptsp, dinkes := c.officer("Rina Marlina", "officer", "dpmptsp"), c.officer("Lina Agustina", "officer", "dinkes")
	s.takes(ptsp, "start_review", "")
	s.takes(ptsp, "ask_offices", "")
	s.answers(ptsp, "administrasi", "lengkap", "")
	s.answers(dinkes, "rekomendasi_dinkes", "tidak-direkomendasikan", "Ruang praktik belum memenuhi syarat.")
	s.in(ptsp, "decision")
	s.offers(ptsp, "approve", false)
	s.mayNot(ptsp, "application.no_action", "approve", "")
	s.takes(ptsp, "reject", "Dinas Kesehatan tidak memberi rekomendasi.")
	s.stands("Dinas Kesehatan tidak memberi rekomendasi.")
}

// billboard fills in the form of an advertising permit.
func (c *city) billboard() *story {
	s := c.apply("izin-reklame", "25% × nilai sewa reklame", "Papan atau billboard, jalan utama", "5.000", "Tarif ini belum diverifikasi", "5–7 hari kerja", "Perhitungan konstruksi", "Untuk papan dan videotron")
	s.says("syarat", "paham_syarat", "yes")
	s.refused("pemohon", "13 angka", with(reporter("pemohon"), "jenis_pemohon", "badan", "nama_badan", "CV Teratai", "nib", "12", "npwpd", "P.1.001")...)
	s.says("pemohon", with(reporter("pemohon"), "jenis_pemohon", "badan", "nama_badan", "CV Teratai", "nib", "1234567890123", "npwpd", "P.1.001")...)
	board := []string{"jenis_reklame", "papan", "naskah", "Toko Teratai", "panjang", "4", "lebar", "2,5", "sisi", "2", "jumlah", "1"}
	s.refused("reklame", "Panjang paling sedikit 0,1 meter", with(board, "panjang", "0,05")...)
	s.says("reklame", board...)
	site := with(address("lokasi"), "nama_jalan", "Jl. Sudirman", "kelas_jalan", "utama")
	s.asks("lokasi", "Ketuk tempatnya di peta")
	s.refused("lokasi", "di luar Indonesia", with(site, "titik", "104.0529, 1.1301")...)
	s.says("lokasi", with(site, "titik", "1.1301, 104.0529")...)
	s.says("masa", "mulai", "2026-12-01", "lama", "2", "satuan", "bulan")
	// 20 m², 60 days, Rp5.000: NSR Rp6.000.000, of which a quarter.
	s.asks("perkiraan", "Rp6.000.000", "Rp1.500.000", "belum diverifikasi")
	s.says("perkiraan", "paham_perkiraan", "yes")
	s.refused("berkas", "Perhitungan konstruksi", "file_desain", file, "file_foto", file, "file_izin_lahan", file)
	s.says("berkas", "file_struktur", file)
	s.states()
	if check := s.by.Page(s.root+"/periksa", "Rp1.500.000"); strings.Contains(check, "/isi/perkiraan#f-nsr") || !strings.Contains(check, "/isi/masa#f-lama") {
		s.t.Error("the check offers to change an amount that is worked out, or no answer")
	}
	s.sends("Rp1.500.000", "Toko Teratai")
	return s
}

// TestAdvertisingIsPaidBeforeItIsPermitted follows the money of a billboard.
func TestAdvertisingIsPaidBeforeItIsPermitted(t *testing.T) {
	c := open(t)
	s := c.billboard()
	ptsp, bapenda, cktr := c.officer("Rina Marlina", "officer", "dpmptsp"), c.officer("Tono Saputra", "officer", "bapenda"), c.officer("Dewi Lestari", "officer", "cktr")
	s.takes(ptsp, "start_review", "")
	s.takes(ptsp, "ask_offices", "")
	s.answers(bapenda, "penetapan_pajak", "ditetapkan", "", "nomor_skpd", "SKPD-7", "pajak_ditetapkan", "1500000")
	s.answers(cktr, "titik_reklame", "layak", "")
	s.in(ptsp, "payment")
	s.offers(ptsp, "approve", false)
	s.stands("Bayar pajak reklame Anda")
	d := s.detail(ptsp)
	if len(d.Fees) != 1 || d.Fees[0].Amount != 1_500_000 || d.Application.Clock != "paused" {
		t.Fatalf("asked to pay %+v, the clock is %s", d.Fees, d.Application.Clock)
	}
	s.takes(ptsp, "record_payment", "", "paid_amount", "1000000", "paid_on", "2026-11-24", "paid_reference", "NTPD-1")
	s.in(ptsp, "payment") // a part is recorded, and the rest is waited for
	s.mayNot(ptsp, "input.invalid", "record_payment", "", "paid_amount", "500001", "paid_on", "2026-11-24", "paid_reference", "NTPD-2")
	s.takes(ptsp, "record_payment", "", "paid_amount", "500000", "paid_on", "2026-11-24", "paid_reference", "NTPD-2")
	s.in(ptsp, "paid")
	c.Signer(t, pagetest.HostBatam, "dpmptsp")
	s.mayNot(ptsp, "input.invalid", "approve", "", "berlaku_sampai", "2026-11-01")
	s.takes(ptsp, "approve", "", "berlaku_sampai", "2027-01-30")
	s.issued("Contoh Pejabat", "30 Januari 2027", "IZIN PENYELENGGARAAN REKLAME", "Untuk dan atas nama CV Teratai", "4 m × 2,5 m, 2 sisi", "Rp1.500.000", "SKPD-7", "NTPD-2", "Jl. Sudirman")
}

// TestAdvertisingOnAnUnfitSiteIsNotBilled: the case comes back to be refused.
func TestAdvertisingOnAnUnfitSiteIsNotBilled(t *testing.T) {
	c := open(t)
	s := c.billboard()
	ptsp, bapenda, cktr := c.officer("Rina Marlina", "officer", "dpmptsp"), c.officer("Tono Saputra", "officer", "bapenda"), c.officer("Dewi Lestari", "officer", "cktr")
	s.takes(ptsp, "start_review", "")
	s.takes(ptsp, "ask_offices", "")
	s.answers(cktr, "titik_reklame", "tidak-layak", "Terlalu dekat dengan lampu lalu lintas.")
	s.answers(bapenda, "penetapan_pajak", "ditetapkan", "", "nomor_skpd", "SKPD-8", "pajak_ditetapkan", "1500000")
	s.in(ptsp, "assessed")
	if d := s.detail(ptsp); len(d.Fees) != 0 {
		t.Errorf("asked to pay %+v", d.Fees)
	}
	s.takes(ptsp, "reject", "Titik reklame tidak layak.")
	s.stands("Titik reklame tidak layak.")
}

// draws shows the office the line of three points, in the notations of drawings, with a way into the map of the reader's device;
// the applicant has it on the receipt, on the screen and on paper.
func (s *story) draws(who *officer) {
	s.t.Helper()
	page := who.sees(s.desk())
	for _, w := range []string{"3 titik terpasang, panjang garisnya sekitar 323 m", "1°07′48,4″ LU 104°03′10,4″ BT", "Buka di aplikasi peta", "peta skematis"} {
		if !strings.Contains(pagetest.Text(page), w) {
			s.t.Errorf("the desk does not say %q", w)
		}
	}
	line := regexp.MustCompile(`class="map-line" points="([^"]*)"`).FindStringSubmatch(page)
	if len(line) != 2 || len(strings.Fields(line[1])) != 3 || strings.Count(page, `href="geo:1.13`) != 3 || strings.Count(page, "data-pin=") != 3 {
		s.t.Errorf("the line is drawn as %v", line)
	}
	s.by.Page(s.root+"/tanda-terima", "Titik jalur", "3 titik terpasang", "1°07′55,2″ LU")
	if said := pdfText(s.t, s.by.Get(s.root+"/tanda-terima.pdf").Body); !strings.Contains(said, "(3) 1°07′55,2″ LU") {
		s.t.Errorf("the receipt says\n%s", said)
	}
}

// TestDiggingInARoadOfTheZone: the road's authority is asked, then the guarantee, and it is held until the end.
func TestDiggingInARoadOfTheZone(t *testing.T) {
	c := open(t)
	s := c.apply("galian-utilitas", "Jaminan bank", "Setelah rekomendasi teknis terbit", "7–14 hari kerja", "Permen PUPR 5/2023", "Dinas Perhubungan")
	s.says("syarat", "paham_syarat", "yes")
	company := with(reporter("pemohon"), "nama_perusahaan", "PT Serat Teratai", "nib", "1234567890123", "npwp", "0012345674901000")
	s.refused("pemohon", "16 angka", with(company, "npwp", "123")...)
	s.by.Sees(s.send("pemohon", with(company, "npwp", "0012345678901000")...), http.StatusOK, "Angka pemeriksa NPWP")
	s.says("pemohon", company...)
	works := []string{"jenis_utilitas", "fiber-optik", "metode", "galian-terbuka", "panjang_galian", "1.250", "lebar_galian", "0,6"}
	s.refused("pekerjaan", "paling sedikit 1,5 meter", with(works, "kedalaman", "1,2")...)
	s.says("pekerjaan", with(works, "kedalaman", "1,5")...)
	s.says("lokasi", "nama_ruas", "Jl. Yos Sudarso", "penyelenggara_jalan", "kawasan", "lokasi.district", "Batam Kota", "lokasi.subdistrict", "Teluk Tering")
	line := []string{"jalur", "3", "jalur.1.jalur_titik", "1.1301, 104.0529", "jalur.1.jalur_catatan", "Simpang Jam", "jalur.2.jalur_titik", "1.1310, 104.0540", "jalur.2.jalur_catatan", "",
		"jalur.3.jalur_titik", "1.1320, 104.0551", "jalur.3.jalur_catatan", ""}
	s.refused("jalur", "Isian ini wajib diisi", with(line, "jalur.3.jalur_titik", "")...)
	s.says("jalur", line...)
	s.refused("waktu", "selesai sebelum dimulai", "kerja_mulai", "2026-12-10", "kerja_selesai", "2026-12-01", "jam_kerja", "malam")
	s.says("waktu", "kerja_mulai", "2026-12-10", "kerja_selesai", "2026-12-31", "jam_kerja", "malam")
	s.says("berkas", "file_surat", file, "file_peta", file, "file_metode", file, "file_jadwal", file, "file_k3", file, "sanggup_memulihkan", "yes")
	s.says("jaminan")
	s.states()
	s.sends("PT Serat Teratai", "1.250", "Simpang Jam")

	marga, zone, hub := c.officer("Yusuf Hakim", "officer", "binamarga"), c.officer("Rudi Hartono", "officer", "bp-kawasan"), c.officer("Dewi Lestari", "officer", "dishub")
	s.draws(marga)
	s.takes(marga, "start_review", "")
	s.offers(marga, "ask_zone", true)
	s.offers(marga, "ask_city", false)
	s.mayNot(marga, "application.no_action", "ask_city", "")
	s.takes(marga, "ask_zone", "")
	s.answers(hub, "jalan_kawasan_lalin", "disetujui", "")
	s.answers(zone, "jalan_kawasan_teknis", "direkomendasikan", "", "jalan_kawasan_nomor", "REK/BP/9", "jalan_kawasan_jaminan", "50000000")
	s.in(marga, "recommended")
	s.offers(marga, "approve", false)
	s.sendsBack(marga, "Serahkan jaminan bank Rp50.000.000.", "jaminan_bank", "jaminan_nomor", "jaminan_nilai", "jaminan_berlaku", "file_jaminan")
	s.stands("Serahkan jaminan bank")
	guarantee := []string{"jaminan_bank", "BRK Syariah", "jaminan_nomor", "JB-77", "jaminan_nilai", "50.000.000"}
	s.refused("jaminan", "180 hari setelah pekerjaan selesai", with(guarantee, "jaminan_berlaku", "2027-01-31")...)
	s.next = "jaminan"
	s.says("jaminan", with(guarantee, "jaminan_berlaku", "2027-12-31", "file_jaminan", file)...)
	s.by.Goes(s.by.Post(s.root+"/kirim"), s.root+"/terkirim?perbaikan=1")
	s.in(marga, "in_review")
	s.takes(marga, "resume", "")
	s.in(marga, "recommended")
	s.takes(marga, "approve", "", "jaminan_asli_diterima", "2026-11-24")
	s.issued("IZIN PEMANFAATAN RUANG JALAN", "PT Serat Teratai", "1.250 m", "REK/BP/9", "Simpang Jam", "JB-77", "Rp50.000.000", "10 Desember 2026 sampai 31 Desember 2026",
		"(1) 1°07′48,4″ LU 104°03′10,4″ BT; (2) 1°07′51,6″ LU", "peta skematis")
	s.Soon(t, "the beginning of the works", func() bool { return s.detail(marga).Application.State == "works" })
	s.Wait(40 * 24 * time.Hour)
	s.mayNot(marga, "input.invalid", "inspect", "", "tanggal_periksa", "2027-01-02", "pemulihan_baik", "no")
	s.takes(marga, "inspect", "", "tanggal_periksa", "2027-01-02", "pemulihan_baik", "yes")
	s.Wait(180 * 24 * time.Hour)
	s.takes(marga, "release", "", "jaminan_dikembalikan", "2027-07-01")
	s.in(marga, "completed")
}
