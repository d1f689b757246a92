package ducts_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/pagetest"
)

// survey sends a file as its form does.
func survey(t *testing.T, b *pagetest.Browser, file string, pairs ...string) pagetest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "survei.geojson")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Send(http.MethodPost, "/petugas/ducting/impor", w.FormDataContentType(), &body)
}

// theMap is read without a script, and its tiles as the script reads them: kept by the browser, asked for again each time, and
// for nobody else.
func theMap(t *testing.T, s *pagetest.Site, sari *pagetest.Browser) {
	t.Helper()
	page := sari.Page("/petugas/ducting/peta", "Peta keterisian", "Kosong (0%)", "909 ruas", "Daftar di bawah memuat isi yang sama", "0 dari ", "Subduct bebas", "Berikutnya")
	if got := len(pagetest.Hrefs(page, "/petugas/ducting/ruas/")); got != 25 {
		t.Errorf("%d segments beside the map", got)
	}
	sari.Page("/petugas/ducting/peta?tingkat=full", "Tidak ada ruas yang cocok")
	sari.Page("/petugas/ducting/peta?hari=2024-12-31", "Belum ada ruas")
	if got := sari.Get("/petugas/ducting/peta/lahan.geojson"); got.Status != http.StatusOK || !strings.Contains(got.Body, `"Polygon"`) || !strings.Contains(got.Body, `"Nongsa"`) {
		t.Errorf("%d %.200s", got.Status, got.Body)
	}
	const tile = "/petugas/ducting/ubin/10/807/508"
	got := sari.Get(tile)
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || got.Header.Get("Cache-Control") != "private, no-cache" ||
		!strings.Contains(got.Body, "Koridor Sekupang–Batu Aji (contoh)") {
		t.Errorf("%d %v", got.Status, got.Header)
	}
	for tag, status := range map[string]int{got.Header.Get("ETag"): http.StatusNotModified, `"x", W/` + got.Header.Get("ETag"): http.StatusNotModified, `"x"`: http.StatusOK} {
		sari.Extra.Set("If-None-Match", tag)
		if again := sari.Get(tile); again.Status != status || again.Header.Get("ETag") != got.Header.Get("ETag") {
			t.Errorf("%s: %d", tag, again.Status)
		}
	}
	sari.Extra.Del("If-None-Match")
	if sea := sari.Get("/petugas/ducting/ubin/10/0/0"); sea.Status != http.StatusNoContent {
		t.Errorf("where nothing lies: %d", sea.Status)
	}
	for _, none := range []string{"/petugas/ducting/ubin/10/x/508", "/petugas/ducting/ubin/99/0/0", "/petugas/ducting/ubin/2/9/0"} {
		sari.Sees(sari.Get(none), http.StatusNotFound)
	}
	theBasemap(t, sari)
	officer := s.Staff(t, pagetest.HostBatam, "Andi Petugas", "officer", "disdukcapil")
	officer.Sees(officer.Get(tile), http.StatusForbidden)
	other := s.Staff(t, pagetest.HostOther, "Ani Ducting", "duct_manager", "")
	if theirs := other.Get(tile); theirs.Status != http.StatusNoContent {
		t.Errorf("another city sees %d, %d bytes", theirs.Status, len(theirs.Body))
	}
}

// theBasemap is chosen by who keeps the network; the map's page may then fetch it, and no other page may.
func theBasemap(t *testing.T, sari *pagetest.Browser) {
	t.Helper()
	const (
		here  = "/petugas/ducting/peta"
		from  = "https://ubin.contoh.id"
		tiles = from + "/{z}/{x}/{y}.png"
	)
	fetches := func(path string) bool {
		return strings.Contains(sari.Get(path).Header.Get("Content-Security-Policy"), from)
	}
	sari.Page(here, "Atur peta dasar")
	sari.Page(here+"/dasar", "Penyedia peta melihat")
	if bad := sari.Post(here+"/dasar", "tiles", "http://ubin.contoh.id/{z}/{x}/{y}.png", "credit", "© Contoh", "zoom", "19"); bad.Status != http.StatusUnprocessableEntity || !strings.Contains(bad.Body, "© Contoh") {
		t.Errorf("an address without TLS: %d", bad.Status)
	}
	sari.Goes(sari.Post(here+"/dasar", "tiles", tiles, "credit", "© Contoh", "zoom", "19"), here)
	page := sari.Page(here, "Peta dasar dipakai", "© Contoh")
	if !strings.Contains(page, tiles) || !fetches(here) || fetches("/petugas/ducting") {
		t.Error("the map's page alone fetches the basemap")
	}
	sari.Goes(sari.Post(here+"/dasar/lepas"), here)
	if page := sari.Page(here, "Peta dasar dilepas"); strings.Contains(page, from) || fetches(here) {
		t.Error("it is still fetched")
	}
}

// TestASurveyBecomesTheNetwork: its manager uploads the made-up network, reads what it would change, applies it, reads it back
// segment by segment and as a file, uploads a wrong one and is told of each fault and its place, and undoes the first.
func TestASurveyBecomesTheNetwork(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Page("/petugas/ducting", "Belum ada ruas", "Impor survei")
	sari.Page("/petugas/ducting/impor", "Belum ada berkas", "Unggah berkas survei")
	raw, err := os.ReadFile("../../../tenants/batam/duct/corridors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ductsurvey.Sample(raw)
	if err != nil {
		t.Fatal(err)
	}
	said := []string{"title", "Jaringan contoh", "source", "Data buatan", "format", "geojson", "on_day", "1", "on_day", "1", "on_day", "2025"}
	for words, a := range map[string]pagetest.Answer{
		"Asal survei: Isian ini wajib diisi": survey(t, sari, string(file), "title", "Jaringan contoh", "format", "geojson"),
		"tidak dapat dibaca":                 survey(t, sari, "bukan JSON", said...),
	} {
		sari.Sees(a, http.StatusUnprocessableEntity, words)
		if !strings.Contains(a.Body, `value="Jaringan contoh"`) {
			t.Errorf("%s: what was typed is lost", words)
		}
	}
	one := survey(t, sari, string(file), said...).To()
	if !strings.HasPrefix(one, "/petugas/ducting/impor/") {
		t.Fatalf("leads to %q", one)
	}
	sari.Page(one, "Sedang diperiksa", "Muat ulang")
	s.Work(t)
	becomes := func(path, standing string) {
		t.Helper()
		s.Soon(t, standing, func() bool { return strings.Contains(sari.Get(path).Body, standing) })
	}
	sari.Goes(sari.Post(one+"/lagi"), one) // twice is as once
	becomes(one, "Siap diterapkan")
	sari.Sees(sari.Post(one+"/lagi"), http.StatusConflict)
	sari.Page(one, "Siap diterapkan", "Tidak ada kesalahan", "Perubahan pada jaringan", "Yang berubah satu per satu", "Urutan 1 sampai 25 dari", "Jenis titik: Manhole", "Kewenangan lahan: Pemerintah Kota Batam")
	sari.Page(one+"?sesudah=25", "Urutan 26 sampai 50 dari")
	sari.Page(one+"?sesudah=-1", "Urutan 1 sampai 25 dari")
	if page := sari.Page(one + "?sesudah=999999999999999999999"); strings.Contains(page, "Yang berubah satu per satu") {
		t.Error("a page past the last one has rows")
	}
	sari.Goes(sari.Post(one+"/terapkan"), one)
	becomes(one, "Batalkan penerapan")
	sari.Page(one, "Diterapkan", "Batalkan penerapan", "Lihat jaringan pada tanggal itu")

	list := sari.Page("/petugas/ducting", "Ruas", "km", "Koridor Batam Kota–Nongsa (contoh)", "Berikutnya")
	segments := pagetest.Hrefs(list, "/petugas/ducting/ruas/")
	if len(segments) != 25 {
		t.Fatalf("%d segments on the first page", len(segments))
	}
	sari.Page(segments[0], "Panjang garis", "Panjang survei", "110/100 mm", "Riwayat", "Jaringan contoh", "Masih berlaku", "Pemerintah Kota Batam")
	sari.Page("/petugas/ducting?hari=2024-12-31", "Belum ada ruas")
	sari.Page("/petugas/ducting?kondisi=damaged", "Rusak")
	sari.Page("/petugas/ducting?kondisi=blocked", "Tidak ada ruas yang cocok")
	if got := sari.Get("/petugas/ducting/jaringan.geojson?hari=2026-01-01"); got.Status != http.StatusOK || !strings.HasPrefix(got.Body, `{"type":"FeatureCollection"`) || got.Header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("%d %s", got.Status, got.Header.Get("Content-Type"))
	}
	for _, href := range pagetest.Hrefs(list, "/petugas/ducting/jaringan.") {
		if got := sari.Get(href); got.Status != http.StatusOK || !strings.Contains(got.Header.Get("Content-Disposition"), "jaringan-ducting-") || len(got.Body) < 10_000 {
			t.Errorf("%s: %d, %d bytes", href, got.Status, len(got.Body))
		}
	}
	sari.Sees(sari.Get("/petugas/ducting/ruas/TIDAK-ADA"), http.StatusNotFound)

	theMap(t, s, sari)

	code, _, _ := strings.Cut(path.Base(segments[0]), "?")
	anew := survey(t, sari, `{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, "properties": {"code": "`+code+`", "kind": "segment", "condition": "blocked", "surveyed_m": 321}}]}`, said...).To()
	becomes(anew, "Siap diterapkan")
	sari.Page(anew, code, "Kondisi: Baik menjadi Tersumbat", "Panjang survei", "menjadi 321 m", "1 ruas dan 0 titik yang baru atau berubah")
	if page := sari.Get(anew).Body; strings.Contains(page, "Letaknya berubah") || strings.Contains(page, "Urutan 1") {
		t.Error("what lies as it did has moved, or a list that is whole is cut")
	}

	wrong := survey(t, sari, `{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.112], [104.06, 1.2]]},
		"properties": {"code": "R-1", "road": "Jalan Baru", "authority": "kelurahan", "surveyed_m": 25000}}]}`, said...).To()
	becomes(wrong, "Perlu diperbaiki")
	sari.Page(wrong, "Perlu diperbaiki", "Nilai kelurahan tidak dikenal", "Tidak ada titik dalam jarak satu meter", "R-1", "Panjang survei 25.000 m", "1,200000; 104,060000 Titik 2", "2 titik pada peta")
	sari.Sees(sari.Post(wrong+"/terapkan"), http.StatusConflict)

	sari.Sees(sari.Post(one+"/batalkan", "why", ""), http.StatusUnprocessableEntity, "Alasan")
	sari.Goes(sari.Post(one+"/batalkan", "why", "Data contoh"), one)
	sari.Page(one, "Dibatalkan")
	sari.Page("/petugas/ducting", "Belum ada ruas")

	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	if page := auditor.Page("/petugas/ducting/impor", "Jaringan contoh"); strings.Contains(page, "Unggah dan periksa") {
		t.Error("who only reads is asked for a file")
	}
	auditor.Sees(auditor.Post(one+"/batalkan", "why", "x"), http.StatusForbidden)
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(one), http.StatusNotFound)
}
