package editor_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAnAdministratorMakesRowsThatRepeat: a group and what each of its rows asks, one of it under a condition and one
// reckoned from how many rows there are, on pages alone; then a resident fills in two rows, and an officer reads both.
func TestAnAdministratorMakesRowsThatRepeat(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	at := func(path string) string { return builderPath + path }
	ask := func(path, revision, kind, code, label string, more ...string) pagetest.Answer {
		return rina.Post(at(path), append([]string{"revision", revision, "kind", kind, "code", code, "label_id", label, "label_en", label}, more...)...)
	}
	rina.Goes(rina.Post(at("/halaman"), "revision", "0", "title_id", "Saksi", "title_en", "Witnesses"), at("#hal-saksi"))
	rina.Goes(ask("/isian", "1", "group", "para_saksi", "Saksi-saksi", "page", "saksi"), at("/isian/para_saksi"))
	rina.Page(at("/isian/para_saksi"), "Kelompok berulang")
	rina.Goes(ask("/isian/para_saksi", "2", "group", "para_saksi", "Saksi-saksi", "row_name_id", "Saksi", "row_name_en", "Witness", "min_rows", "1", "max_rows", "3"), at("#isian-para_saksi"))
	rina.Page(builderPath, "Saksi-saksi", "Tambah pertanyaan di kelompok ini", "perlu diperbaiki") // it asks nothing yet
	page := rina.Page(at("/isian?kelompok=para_saksi"), "Pertanyaan baru", "Jenis jawaban")
	if strings.Contains(page, `value="group"`) {
		t.Error("a group is offered within a group")
	}
	rina.Goes(ask("/isian", "3", "text", "nama_saksi", "Nama saksi", "group", "para_saksi", "required", "yes"), at("#isian-para_saksi.nama_saksi"))
	rina.Goes(ask("/isian", "4", "number", "usia_saksi", "Usia saksi", "group", "para_saksi", "required", "yes", "min", "1", "most", "120"), at("#isian-para_saksi.usia_saksi"))
	rina.Goes(ask("/isian", "5", "text", "wali_saksi", "Wali saksi", "group", "para_saksi", "required", "yes", "show_if", "usia_saksi < 17.0"), at("#isian-para_saksi.wali_saksi"))
	rina.Goes(ask("/isian", "6", "computed", "biaya_saksi", "Biaya saksi", "page", "saksi", "as", "money", "compute", "para_saksi * 5000"), at("#isian-biaya_saksi"))
	if page = rina.Page(builderPath, "Hanya jika “Usia saksi” kurang dari 17"); strings.Contains(page, "perlu diperbaiki") {
		t.Fatalf("something is still wrong: %.600s", page[strings.Index(page, "perlu diperbaiki"):])
	}
	rina.Goes(rina.Post(at("/susun"), "revision", "7", "act", "up field para_saksi.usia_saksi"), at("#naik-field-para_saksi.usia_saksi"))
	const before = 10 // pages that the form had
	for n := range before {
		rina.Goes(rina.Post(at("/susun"), "revision", strconv.Itoa(8+n), "act", "up page saksi"), at("#naik-page-saksi"))
	}
	rina.Page(builderPath, "Halaman 1: Saksi")
	rina.Goes(rina.Post(at("/terbitkan"), "revision", strconv.Itoa(8+before)), builderPath)

	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, next, _ := strings.Cut(siti.Post("/ajukan/"+pagetest.KTP).To(), "/isi/")
	if next != "saksi" {
		t.Fatalf("the application begins with %q", next)
	}
	siti.Page(root+"/isi/saksi", "Saksi 1", "Usia saksi")
	rows := []string{"para_saksi", "2", "para_saksi.1.usia_saksi", "40", "para_saksi.1.nama_saksi", "Budi", "para_saksi.2.usia_saksi", "15", "para_saksi.2.nama_saksi", "Dimas"}
	siti.Sees(siti.Post(root+"/isi/saksi", append(rows, "para_saksi.1.wali_saksi", "", "para_saksi.2.wali_saksi", "")...), http.StatusUnprocessableEntity, "wajib diisi")
	siti.Goes(siti.Post(root+"/isi/saksi", append(rows, "para_saksi.2.wali_saksi", "Ani")...), root+"/isi/syarat")
	siti.Page(root+"/isi/saksi", "Saksi 2", "Rp10.000")
	root, _ = siti.Sent(siti.Fill(root+"/isi/syarat", pagetest.SitiNIK))

	andi := s.Staff(t, pagetest.HostBatam, "Andi", "officer", "disdukcapil")
	said := pagetest.Text(andi.Page(pagetest.AtDesk(root), "Saksi 1: Nama saksi", "Budi", "Saksi 2: Nama saksi", "Dimas", "Saksi 2: Wali saksi", "Ani", "Rp10.000"))
	if strings.Contains(said, "Saksi 1: Wali saksi") {
		t.Error("the officer reads a question that was not asked")
	}
}
