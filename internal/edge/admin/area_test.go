package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAdministratorsSeeWhichNamesNobodyHasChecked: every kelurahan with its source, and no word of that to anybody else.
func TestAdministratorsSeeWhichNamesNobodyHasChecked(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	page := rina.Page("/kelola/wilayah", "Batam Kota", "6 dari 6 kelurahan terdaftar", "Teluk Tering", "21.71.10.1003", "Belum diverifikasi", "Sumber: cahyadsn/wilayah")
	if n := strings.Count(page, `<li class="builder-field">`); n != 64 {
		t.Errorf("%d kelurahan", n)
	}
	rina.Page("/kelola/layanan", "Kecamatan dan kelurahan")
	officer := s.Staff(t, pagetest.HostBatam, "Budi", "officer", "disdukcapil")
	officer.Sees(officer.Get("/kelola/wilayah"), http.StatusForbidden)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.Post("/ajukan/surat-keterangan-usaha").To(), "/isi/")
	address := siti.Page(root+"/isi/lokasi", "Teluk Tering")
	if !strings.Contains(address, `<optgroup label="Batam Kota">`) || strings.Contains(address, "diverifikasi") {
		t.Error("the address does not offer kelurahan by district, or tells applicants of what is not verified")
	}
}
