package ducts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// street is a road of the ducts: two manholes, and one segment with two ducts of three subducts.
const street = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]}, "properties": {"code": "RS-1", "road": "Jalan Uji", "authority": "pemko", "condition": "good", "ducts": 2, "subducts": 3}}]}`

// lays makes the street the network of Batam.
func lays(t *testing.T, s *pagetest.Site) {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err := s.Surveying.Load(s.World.Ctx(s.World.Batam), manager, ductsurvey.ImportInput{Title: "Survei Jalan Uji", Source: "Uji", OnDay: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street)})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheRecordIsChangedByHand: its manager splits a segment at a handhole with a duct cut beyond it, is told what is wrong first,
// keeps a subduct back, takes one out, finds who did what, and takes it all back; who only reads changes nothing.
func TestTheRecordIsChangedByHand(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lays(t, s)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	const now, old = "/petugas/ducting/ruas/RS-1", "/petugas/ducting/ruas/RS-1?hari=2025-02-28"
	page := sari.Page(old, "Catatan perubahan", "Survei Jalan Uji", "Belah ruas", "Baik")
	if strings.Contains(auditor.Page(old, "Catatan perubahan"), "Belah ruas") {
		t.Error("who only reads is asked to split")
	}
	units := pagetest.Hrefs(page, now+"/saluran/")
	if len(units) != 2 {
		t.Fatalf("%d ducts", len(units))
	}
	id := func(path string) string {
		_, rest, _ := strings.Cut(path, "/saluran/")
		rest, _, _ = strings.Cut(rest, "?")
		return rest
	}
	day := func(d string) []string { return []string{"on_day", "1", "on_day", d, "on_day", "2025"} }
	sari.Page(now+"/belah", "Dari MH-1 ke MH-2", "Duct 2", "Subduct 2.3")
	ask := func(more ...string) []string {
		return append(append([]string{"node", "HH-1", "kind", "handhole", "first", "RS-1A", "second", "RS-1B", "why", "Berita acara 12"}, day("3")...), more...)
	}
	sari.Sees(sari.Post(now+"/belah", ask("metres", "300")...), http.StatusUnprocessableEntity, "Jarak titik baru dari MH-1 (meter): Jaraknya harus antara 1 dan 221 meter")
	again := sari.Post(now+"/belah", ask("metres", "jauh")...)
	sari.Sees(again, http.StatusUnprocessableEntity, "Tulis jarak dalam meter, misalnya 12,5")
	if !strings.Contains(again.Body, `value="HH-1"`) || !strings.Contains(again.Body, `value="jauh"`) {
		t.Error("what was typed is lost")
	}
	sari.Sees(sari.Post(now+"/belah", append(ask("metres", "100,5"), "cut", uuid.NewString(), "cut_as", "gone")...), http.StatusNotFound, "Saluran")
	auditor.Sees(auditor.Post(now+"/belah", ask("metres", "100,5")...), http.StatusForbidden)
	sari.Goes(sari.Post(now+"/belah", ask("metres", "100,5", "cut", id(units[1]), "side", "to", "cut_as", "damaged")...), "/petugas/ducting/ruas/RS-1A?hari=2026-11-24")
	sari.Page("/petugas/ducting/ruas/RS-1A", "101 m", "Ruas asal", "Ruas dibelah dan saluran terpotong", "Berita acara 12", "Sari Ducting")
	sari.Page("/petugas/ducting/ruas/RS-1B", "Rusak", "Ruas asal")
	gone := sari.Page(now, "Ruas ini tidak ada dalam jaringan pada", "Belahan", "RS-1A", "RS-1B", "Survei Jalan Uji", "Lihat keadaannya pada")
	sari.Page(old, "Belahan", "RS-1A")
	change := pagetest.Hrefs(gone, "/petugas/ducting/perubahan/")[0]

	part := sari.Page("/petugas/ducting/ruas/RS-1A", "Ke-1")
	one := pagetest.Hrefs(part, "/petugas/ducting/ruas/RS-1A/saluran/")[0]
	one, _, _ = strings.Cut(one, "?")
	inside := pagetest.Hrefs(sari.Page(one, "Duct 1 di ruas RS-1A", "Saluran di dalamnya", "Belum ada catatan"), "/petugas/ducting/ruas/RS-1A/saluran/")
	sub, _, _ := strings.Cut(inside[0], "?")
	said := append([]string{"form", "keadaan", "condition", "good", "purpose", "government"}, day("4")...)
	sari.Sees(sari.Post(sub, said...), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib diisi")
	sari.Goes(sari.Post(sub, append(said, "why", "Untuk CCTV kota")...), sub)
	sari.Page(sub, "Cadangan pemerintah", "Untuk CCTV kota", "Sari Ducting")
	sari.Sees(sari.Post(sub, append(said, "why", "Untuk CCTV kota")...), http.StatusUnprocessableEntity, "Keadaannya sudah seperti itu")
	sari.Page("/petugas/ducting/ruas/RS-1A", "1 saluran di dalamnya tidak dapat disewakan")
	whole := append([]string{"form", "keadaan", "condition", "damaged", "within", "no", "why", "Tergencet"}, day("4")...)
	sari.Goes(sari.Post(one, whole...), one)
	sari.Page(one, "Rusak", "apa pun pilihan Anda", "Tidak dapat disewakan baru karena saluran yang memuatnya")
	sari.Page("/petugas/ducting/ruas/RS-1A", "3 saluran di dalamnya tidak dapat disewakan")
	last, _, _ := strings.Cut(inside[2], "?")
	sari.Page(last, "Saluran yang memuatnya", "Duct 1: Rusak. Selama itu saluran ini tidak dapat disewakan baru.")
	sari.Sees(sari.Post(last+"/keluarkan", append(day("3"), "form", "keluar", "why", "Ditarik")...), http.StatusUnprocessableEntity, "Pilih hari setelah")
	sari.Goes(sari.Post(last+"/keluarkan", append(day("5"), "form", "keluar", "why", "Ditarik")...), "/petugas/ducting/ruas/RS-1A?hari=2026-11-24")
	sari.Sees(sari.Get(last), http.StatusNotFound)
	sari.Page(last+"?hari=2025-04-30", "Subduct 1.3 di ruas RS-1A")

	sari.Sees(sari.Post(change+"/batalkan", "why", "Keliru"), http.StatusConflict, "lebih baru bertumpu")
	for range 3 { // the latest change first
		changes := pagetest.Hrefs(sari.Page("/petugas/ducting/ruas/RS-1A", "Catatan perubahan"), "/petugas/ducting/perubahan/")
		for _, href := range changes {
			if page := sari.Get(href).Body; href != change && strings.Contains(page, "Batalkan perubahan ini") {
				auditor.Sees(auditor.Post(href+"/batalkan", "why", "x"), http.StatusForbidden)
				sari.Goes(sari.Post(href+"/batalkan", "why", "Keliru"), href)
				sari.Page(href, "Dibatalkan")
				break
			}
		}
	}
	sari.Sees(sari.Post(change+"/batalkan", "why", ""), http.StatusUnprocessableEntity, "Alasan")
	sari.Goes(sari.Post(change+"/batalkan", "why", "Keliru"), change)
	sari.Page(now, "Catatan perubahan", "Pembatalan", "Dibatalkan")
	sari.Sees(sari.Get("/petugas/ducting/ruas/RS-1A"), http.StatusNotFound)
	other := s.Staff(t, pagetest.HostOther, "Orang Lain", "duct_manager", "")
	other.Sees(other.Get(change), http.StatusNotFound)
	other.Sees(other.Get(units[0]), http.StatusNotFound)
}
