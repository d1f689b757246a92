package services_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestACorrectionLetsMendWhatHangsOnIt: what an officer named can be corrected to the end, also where the new answer asks
// for another one that they did not name, on the same page or on a later one. What does not hang on it stays as it is.
func TestACorrectionLetsMendWhatHangsOnIt(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	parent := with(address("orang_tua"), "orang_tua.nik", siti, "orang_tua.name", "Siti Rahma", "orang_tua.phone", "081270001234", "nomor_kk", kk)
	s := c.apply("kia")
	s.says("syarat", "paham_syarat", "yes")
	s.says("anak", "anak_nik", anak, "anak_nama", "Bayu Santoso", "anak_tanggal_lahir", "2019-05-05", "nomor_akta", "2171-LU-05052019-0001")
	s.says("jenis", "jenis_permohonan", "baru")
	s.says("orang_tua", parent...)
	s.says("berkas", "file_akta", file, "file_kk", file, "file_ktp_ortu", file, "file_foto", file)
	s.states()
	s.sends()

	s.takes(andi, "start_review", "")
	s.sendsBack(andi, "Kecamatan tidak sama dengan KK, dan kartunya hilang.", "orang_tua.district", "jenis_permohonan")
	s.hides("orang_tua", "orang_tua.name")
	s.asks("orang_tua", "Kelurahan Pilih Pemping")
	s.refused("orang_tua", "berada di kecamatan lain", "orang_tua.district", "Nongsa", "orang_tua.subdistrict", "Teluk Tering")
	s.mends("orang_tua", "orang_tua.district", "Nongsa", "orang_tua.subdistrict", "Sambau", "orang_tua.name", "Orang Lain")
	s.hides("berkas", "file_kehilangan")
	s.mends("jenis", "jenis_permohonan", "hilang")
	s.by.Page(s.root+"/periksa", "Surat keterangan kehilangan", "Sambau")
	s.asks("berkas", "Surat keterangan kehilangan dari Kepolisian JPG, PNG, atau PDF")
	s.hides("berkas", "file_akta")
	s.mends("berkas", "file_kehilangan", file)
	s.asks("berkas", "Hapus foto.jpg")
	s.goes("Perbaikan terkirim")
	if page := pagetest.Text(andi.sees(s.desk())); !strings.Contains(page, "Sambau") || strings.Contains(page, "Orang Lain") {
		t.Errorf("the officer reads other answers than were to be changed:\n%s", page)
	}

	s = c.apply("pindah-keluar")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", with(reporter("pemohon"), "nomor_kk", kk)...)
	s.says("asal", address("asal")...)
	s.says("tujuan", "tujuan_alamat", "Jl. Merdeka 10", "tujuan_kelurahan", "Kesawan", "tujuan_kecamatan", "Medan Barat", "tujuan_kota", "Kota Medan",
		"tujuan_provinsi", "Sumatera Utara", "tanggal_pindah", "2026-12-01", "alasan_pindah", "pekerjaan")
	s.says("ikut", "jenis_pindah", "sendiri", "kk_yang_tinggal", "nomor-tetap")
	s.says("berkas", "file_kk", file, "file_ktp", file)
	s.states()
	s.sends()
	s.takes(andi, "start_review", "")
	s.sendsBack(andi, "Menurut KK, suami dan anak ikut.", "jenis_pindah")
	if a := s.send("ikut", "jenis_pindah", "semua"); a.Status == http.StatusSeeOther || !strings.Contains(a.Body, "tambah=ikut") {
		t.Fatalf("who moves along cannot be named: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	s.mends("ikut", "jenis_pindah", "semua", "ikut", "1", "ikut.1.ikut_nik", budi, "ikut.1.ikut_nama", "Budi Santoso", "ikut.1.ikut_hubungan", "suami")
	s.goes("Perbaikan terkirim")
	if page := pagetest.Text(andi.sees(s.desk())); !strings.Contains(page, "Budi Santoso") {
		t.Errorf("the officer does not read who moves along:\n%s", page)
	}
}

// mends sends a page of a correction, which leads back to the check of all answers.
func (s *story) mends(page string, pairs ...string) {
	s.t.Helper()
	a := s.send(page, pairs...)
	if a.Status != http.StatusSeeOther || a.To() != s.root+"/periksa" {
		s.t.Fatalf("%s, page %s: %d to %s\n%s", s.service, page, a.Status, a.To(), pagetest.Text(a.Body))
	}
}

// goes sends a correction back.
func (s *story) goes(words string) {
	s.t.Helper()
	s.by.Sees(s.by.Follow(s.by.Post(s.root+"/kirim", "key", pagetest.Hidden(s.t, s.by.Page(s.root+"/periksa"), "key"))), http.StatusOK, words)
}
