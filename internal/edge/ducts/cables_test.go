package ducts_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestCablesAreRecorded: its manager writes down a cable that nobody knows, is told what is wrong first, finds it in its segment and in
// the report of leaks, learns whose it is, adds to its route and records that it is gone; who only reads changes nothing.
func TestCablesAreRecorded(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lays(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	day := func(m string) []string { return []string{"on_day", "1", "on_day", m, "on_day", "2025"} }
	with := func(m string, more ...string) []string {
		return append(append(day(m), "owner", "unknown", "use", "live", "condition", "unknown", "outer", "12,5", "fibres", "48", "why", "Pemeriksaan manhole"), more...)
	}
	const list, lay = "/petugas/ducting/kabel", "/petugas/ducting/kabel-baru"
	sari.Page(list, "Belum ada kabel", "Catat kabel")
	if page := auditor.Page(list, "Belum ada kabel"); strings.Contains(page, "Catat kabel<") {
		t.Error("who only reads is asked for a cable")
	}
	if page := sari.Get(lay + "?ruas=RS-1").Body; !strings.Contains(page, ">RS-1 </textarea>") {
		t.Error("the segment is not filled in")
	}
	sari.Sees(sari.Post(lay, with("3", "code", "KB-1", "places", "RS-1")...), http.StatusUnprocessableEntity, "Tulis satu kode ruas dan satu tempat saluran")
	sari.Sees(sari.Post(lay, with("3", "code", "KB-1", "places", "RS-1 1")...), http.StatusUnprocessableEntity, "Jalur: Di dalam saluran 1 ruas RS-1 ada saluran lain")
	sari.Sees(sari.Post(lay, with("3", "code", "", "places", "RS-1 1.1", "outer", "tebal")...), http.StatusUnprocessableEntity)
	auditor.Sees(auditor.Post(lay, with("3", "code", "KB-1", "places", "RS-1 1.1")...), http.StatusForbidden)
	one := sari.Post(lay, with("3", "code", "KB-1", "places", "RS-1 1.1\n")...).To()
	if !strings.HasPrefix(one, list+"/") {
		t.Fatalf("leads to %q", one)
	}
	sari.Page(one, "Kabel KB-1", "Tanpa pemilik", "48 serat, 12,5 mm", "Pemeriksaan manhole", "Sari Ducting", "Catat pencabutan")
	sari.Page("/petugas/ducting/ruas/RS-1", "KB-1", "Tanpa pemilik")
	sari.Page(list+"?periksa=ya", "KB-1")
	sari.Page(list+"?keadaan=dead", "Tidak ada ruas yang cocok")
	sari.Page("/petugas/ducting/kebocoran", "KB-1", "Kabel tanpa sewa")
	sari.Sees(sari.Post("/petugas/ducting/ruas/RS-1/belah", append(day("2"), "metres", "100", "node", "H", "kind", "handhole", "first", "X", "second", "Y", "why", "x")...), http.StatusUnprocessableEntity, "Pilih hari setelah")
	sari.Goes(sari.Post(one+"/ubah", with("4", "form", "ubah")...), one)
	sari.Sees(sari.Post(one+"/ubah", append(day("5"), "form", "ubah", "owner", "other", "owner_name", "", "use", "live", "condition", "good", "why", "x")...), http.StatusUnprocessableEntity, "Nama pemilik lain")
	sari.Goes(sari.Post(one+"/ubah", append(day("5"), "form", "ubah", "owner", "other", "owner_name", "Dinas Kominfo", "use", "live", "condition", "good", "why", "Label dibaca")...), one)
	sari.Page(one, "Dinas Kominfo", "Label dibaca", "Dipakai")
	sari.Goes(sari.Post(one+"/perpanjang", append(day("6"), "form", "perpanjang", "places", "RS-1 2.1")...), one)
	sari.Page(one, "2.1")
	sari.Sees(sari.Post(one+"/cabut", append(day("7"), "form", "cabut", "why", "")...), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib diisi")
	auditor.Sees(auditor.Post(one+"/cabut", append(day("7"), "form", "cabut", "why", "x")...), http.StatusForbidden)
	sari.Goes(sari.Post(one+"/cabut", append(day("7"), "form", "cabut", "why", "Ditarik keluar")...), one)
	if page := sari.Page(one, "Sudah dicabut", "Ditarik keluar", "Sudah tidak di sini"); strings.Contains(page, "Catat pencabutan") {
		t.Error("it is pulled out twice")
	}
	sari.Page("/petugas/ducting/ruas/RS-1", "Belum ada kabel yang dicatat di ruas ini")
	file := pagetest.Hrefs(sari.Page("/petugas/ducting/impor"), "/petugas/ducting/impor/")[0]
	kept := sari.Post(file+"/batalkan", "why", "Salah berkas")
	sari.Sees(kept, http.StatusConflict, "Kabel KB-1 tercatat di saluran itu", "Diterapkan")
	if !strings.Contains(kept.Body, `value="Salah berkas"`) {
		t.Error("what was typed is lost")
	}
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(one), http.StatusNotFound)
}
