package ducts_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// sends posts a form with a file as a browser does.
func sends(t *testing.T, b *pagetest.Browser, path, name string, file []byte, pairs ...string) pagetest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Send(http.MethodPost, path, w.FormDataContentType(), &body)
}

// TestCablesArePhotographed: a photograph of a cable has its day and what it shows; it is refused without either, for a day before the cable
// was known and from who only reads, goes on being shown once the cable is pulled out, and is hidden where it was a mistake.
func TestCablesArePhotographed(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lays(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	on := func(name, month string, more ...string) []string {
		return append([]string{name, "3", name, month, name, "2025"}, more...)
	}
	one := sari.Post("/petugas/ducting/kabel-baru", on("on_day", "3", "owner", "unknown", "use", "live", "condition", "unknown", "why", "Pemeriksaan manhole", "code", "KB-1", "places", "RS-1 1.1")...).To()
	sari.Page(one, "Belum ada foto", "Tambah foto")
	if strings.Contains(auditor.Page(one, "Belum ada foto"), "Tambah foto") {
		t.Error("who only reads is asked for a photograph")
	}
	sari.Sees(sends(t, sari, one+"/foto", "a.png", picture.Bytes(), on("taken_on", "4", "form", "foto")...), http.StatusUnprocessableEntity, "Keterangan: Isian ini wajib diisi")
	early := sends(t, sari, one+"/foto", "a.png", picture.Bytes(), on("taken_on", "2", "form", "foto", "caption", "Label kabel")...)
	sari.Sees(early, http.StatusUnprocessableEntity, "Tanggal foto: Kabel ini belum tercatat")
	if !strings.Contains(early.Body, `value="Label kabel"`) {
		t.Error("what was typed is lost")
	}
	auditor.Sees(sends(t, auditor, one+"/foto", "a.png", picture.Bytes(), on("taken_on", "4", "caption", "Label kabel")...), http.StatusForbidden)
	sari.Goes(sends(t, sari, one+"/foto", "a.png", picture.Bytes(), on("taken_on", "4", "form", "foto", "caption", "Label kabel")...), one+"#foto")
	sari.Goes(sari.Post(one+"/cabut", on("on_day", "5", "form", "cabut", "why", "Ditarik keluar")...), one)
	photo := pagetest.Hrefs(auditor.Page(one, "Sudah dicabut", "Label kabel", "3 April 2025", "Sari Ducting"), "/petugas/ducting/foto/")[0]
	if got := auditor.Get(photo); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %s", got.Status, got.Header.Get("Content-Type"))
	}
	if strings.Contains(sari.Page("/petugas/ducting/ruas/RS-1"), "Label kabel") {
		t.Error("it is of the segment too")
	}
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(photo), http.StatusNotFound)
	sari.Goes(sari.Post(photo+"/sembunyikan"), one+"#foto")
	sari.Page(one, "Belum ada foto")
	sari.Sees(sari.Get(photo), http.StatusNotFound)
}

// TestSegmentsArePhotographed: its manager keeps a photograph of a unit with its day, is told what is wrong first, and hides one; who
// only reads sees it, and nobody of another city does.
func TestSegmentsArePhotographed(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lays(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	const one = "/petugas/ducting/ruas/RS-1"
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	sari.Page(one, "Belum ada foto", "Tambah foto")
	if strings.Contains(auditor.Page(one, "Belum ada foto"), "Tambah foto") {
		t.Error("who only reads is asked for a photograph")
	}
	on := func(year string) []string { return []string{"taken_on", "3", "taken_on", "2", "taken_on", year} }
	sari.Sees(sends(t, sari, one+"/foto", "a.png", picture.Bytes(), on("2025")...), http.StatusUnprocessableEntity, "Keterangan: Isian ini wajib diisi")
	sari.Sees(sends(t, sari, one+"/foto", "a.png", picture.Bytes(), append(on("2024"), "caption", "Manhole")...), http.StatusUnprocessableEntity, "Tanggal foto: Ruas ini tidak ada")
	if a := sends(t, sari, one+"/foto", "a.png", []byte("bukan gambar"), append(on("2025"), "caption", "Manhole")...); a.Status < 400 {
		t.Errorf("what is no picture: %d", a.Status)
	}
	auditor.Sees(sends(t, auditor, one+"/foto", "a.png", picture.Bytes(), append(on("2025"), "caption", "Manhole")...), http.StatusForbidden)
	unit, _, _ := strings.Cut(strings.SplitAfter(pagetest.Hrefs(sari.Page(one), one+"/saluran/")[1], "/saluran/")[1], "?")
	sari.Goes(sends(t, sari, one+"/foto", "a.png", picture.Bytes(), append(on("2025"), "caption", "Dinding utara", "unit", unit)...), one+"?hari=2026-11-24#foto")
	page := auditor.Page(one, "Dinding utara", "Saluran 2", "Sari Ducting")
	photo := pagetest.Hrefs(page, "/petugas/ducting/foto/")[0]
	if got := auditor.Get(photo); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %s", got.Status, got.Header.Get("Content-Type"))
	}
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(photo), http.StatusNotFound)
	auditor.Sees(auditor.Post(photo+"/sembunyikan"), http.StatusForbidden)
	sari.Goes(sari.Post(photo+"/sembunyikan"), one+"?hari=2026-11-24#foto")
	sari.Page(one, "Belum ada foto")
	sari.Sees(sari.Get(photo), http.StatusNotFound)
	sari.Sees(sari.Post(photo+"/sembunyikan"), http.StatusNotFound)
}
