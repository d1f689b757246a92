package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// everyQuestion is a form with every type of question, conditions within a page and between pages.
const everyQuestion = `{"code": "ktp-el-hilang", "version": 9, "pages": [
 {"code": "usaha", "title": {"id": "Usaha", "en": "Business"}, "fields": [
  {"code": "badan", "type": "choice", "required": true, "label": {"id": "Bentuk usaha", "en": "Kind"}, "options": [
   {"value": "orang", "label": {"id": "Perorangan", "en": "A person"}}, {"value": "pt", "label": {"id": "PT", "en": "Company"}}]},
  {"code": "nib", "type": "nib", "required": true, "label": {"id": "NIB", "en": "NIB"}, "show_if": "badan == \"pt\""},
  {"code": "npwp", "type": "npwp", "label": {"id": "NPWP", "en": "NPWP"}, "required_if": "badan == \"pt\""},
  {"code": "luas", "type": "number", "label": {"id": "Luas", "en": "Area"}},
  {"code": "modal", "type": "money", "label": {"id": "Modal", "en": "Capital"}},
  {"code": "biaya", "type": "computed", "as": "money", "compute": "int(luas * 2000.0)", "label": {"id": "Biaya", "en": "Fee"}},
  {"code": "jenis", "type": "multi_choice", "label": {"id": "Jenis", "en": "Kinds"}, "options": [
   {"value": "a", "label": {"id": "Makanan", "en": "Food"}}, {"value": "b", "label": {"id": "Minuman", "en": "Drinks"}}]},
  {"code": "titik", "type": "point", "label": {"id": "Lokasi usaha", "en": "Place"}}]},
 {"code": "orang", "title": {"id": "Pemilik", "en": "Owner"}, "fields": [
  {"code": "pemilik", "type": "person", "required": true, "label": {"id": "Pemilik", "en": "Owner"}},
  {"code": "saksi", "type": "group", "min_rows": 1, "max_rows": 3, "label": {"id": "Saksi-saksi", "en": "Witnesses"}, "row_name": {"id": "Saksi", "en": "Witness"}, "fields": [
   {"code": "nama_saksi", "type": "text", "required": true, "label": {"id": "Nama saksi", "en": "Name"}},
   {"code": "nik_saksi", "type": "nik", "sensitive": true, "label": {"id": "NIK saksi", "en": "NIK"}}]}]},
 {"code": "rinci", "title": {"id": "Rincian PT", "en": "Details"}, "show_if": "badan == \"pt\"", "fields": [
  {"code": "ket", "type": "info", "label": {"id": "Siapkan akta.", "en": "Have the deed ready."}},
  {"code": "akta", "type": "text", "required": true, "label": {"id": "Nomor akta", "en": "Deed"}}]}
]}`

// asks starts an application with the form of body.
func asks(t *testing.T, s *pagetest.Site, b *pagetest.Browser, body string) string {
	t.Helper()
	_, err := s.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at)
		SELECT tenant_id, code, 9, ?::jsonb, now() FROM form_definition WHERE code = ? LIMIT 1`, body, pagetest.KTP).Exec(s.In(t, pagetest.HostBatam))
	if err != nil {
		t.Fatal(err)
	}
	at := b.Post("/ajukan/" + pagetest.KTP).To()
	root, _, ok := strings.Cut(at, "/isi/")
	if !ok {
		t.Fatalf("the application begins at %q", at)
	}
	return root
}

// TestEveryKindOfQuestionWithoutAScript: the server brings up what an answer makes needed, adds and removes rows, asks
// once to look again, and skips a page that is not asked.
func TestEveryKindOfQuestionWithoutAScript(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, everyQuestion)

	page := b.Page(root+"/isi/usaha", "Langkah 1 dari 2", "Luas", "Makanan", "Lintang")
	if !strings.Contains(page, `data-show="badan == &#34;pt&#34;"`) || !strings.Contains(page, "form.js") {
		t.Error("a script cannot follow the page")
	}
	if !strings.Contains(page, `data-field="nib"`) || !strings.Contains(page, "hidden disabled") {
		t.Error("what is not asked now is not hidden")
	}
	// The choice brings up the NIB, which nobody has seen yet: that is no mistake.
	a := b.Post(root+"/isi/usaha", "badan", "pt", "npwp", "0012 3456 7490 1000", "luas", "12,5", "modal", "Rp1.250.000", "jenis", "a", "jenis", "b", "titik", "1,13", "titik", "104,05")
	b.Sees(a, http.StatusOK, "memunculkan pertanyaan lain", "NIB")
	if strings.Contains(pagetest.Text(a.Body), "wajib diisi") {
		t.Error("a question that was never shown is called missing")
	}
	a = b.Post(root+"/isi/usaha", "badan", "pt", "nib", "1", "npwp", "0012 3456 7490 1000", "luas", "12,5", "modal", "Rp1.250.000", "jenis", "a", "jenis", "b", "titik", "1,13", "titik", "104,05")
	b.Sees(a, http.StatusUnprocessableEntity, "NIB terdiri dari 13 angka")
	a = b.Post(root+"/isi/usaha", "badan", "pt", "nib", "1234567890123", "npwp", "0012 3456 7490 1000", "luas", "12,5", "modal", "Rp1.250.000", "jenis", "a", "jenis", "b", "titik", "1,13", "titik", "104,05")
	b.Goes(a, root+"/isi/orang")
	page = b.Page(root+"/isi/usaha", "Langkah 1 dari 3", "Rp25.000")
	for _, want := range []string{`value="1.250.000"`, `value="12,5"`, `value="0012 3456 7490 1000"`, `value="1.130000"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %s", want)
		}
	}

	// Rows are added and taken away by posts that keep what was typed.
	a = b.Post(root+"/isi/orang?tambah=saksi", "saksi", "1", "saksi.1.nama_saksi", "Budi", "pemilik.name", "Ani")
	b.Sees(a, http.StatusOK, "Saksi 1", "Saksi 2", "Hapus Saksi 2")
	if !strings.Contains(a.Body, `value="Budi"`) || !strings.Contains(a.Body, `value="Ani"`) {
		t.Error("adding a row loses what was typed")
	}
	a = b.Post(root+"/isi/orang?hapus=saksi.1", "saksi", "2", "saksi.1.nama_saksi", "Budi", "saksi.2.nama_saksi", "Joko")
	b.Sees(a, http.StatusOK, "Saksi 1")
	if !strings.Contains(a.Body, `value="Joko"`) || strings.Contains(a.Body, `value="Budi"`) || strings.Contains(a.Body, "Hapus Saksi") {
		t.Error("the wrong row is gone, or the last one may be taken away")
	}

	// A number that may be right after all is asked about once.
	owner := []string{"pemilik.nik", "9971046703900003", "pemilik.name", "Ani", "pemilik.birth_place", "Batam", "pemilik.birth_date", "27", "pemilik.birth_date", "3",
		"pemilik.birth_date", "1990", "pemilik.address", "Jl. Teratai 5", "pemilik.district", "Nongsa", "pemilik.subdistrict", "Sambau",
		"saksi", "1", "saksi.1.nama_saksi", "Joko", "saksi.1.nik_saksi", "2171046703900004"}
	a = b.Post(root+"/isi/orang", owner...)
	b.Sees(a, http.StatusOK, "Periksa lagi isian ini", "bukan kode provinsi", "Sudah benar, lanjutkan")
	seen, _, _ := strings.Cut(a.Body[strings.Index(a.Body, `name="_yakin" value="`)+len(`name="_yakin" value="`):], `"`)
	b.Goes(b.Post(root+"/isi/orang", append(owner, "_yakin", seen)...), root+"/isi/rinci")
	b.Goes(b.Post(root+"/isi/orang", owner...), root+"/isi/rinci") // it is not asked again
	b.Goes(b.Post(root+"/isi/rinci", "akta", "12/2026"), root+"/periksa")
	review := b.Page(root+"/periksa", "Pemilik: NIK", "Saksi 1: Nama saksi", "Makanan, Minuman", "1.130000, 104.050000", "Rp25.000")
	if strings.Contains(review, "bukan kode provinsi") {
		t.Error("what was confirmed is asked again")
	}
	b.Goes(b.Post(root+"/kirim", "key", pagetest.Hidden(t, review, "key")), root+"/terkirim")

	officer := s.Staff(t, pagetest.HostBatam, "Rina", "officer", "disdukcapil")
	desk := officer.Page("/petugas"+root, "pemohon sudah memeriksa lagi", "Saksi 1: NIK saksi", "1.130000, 104.050000")
	for _, number := range []string{"9971046703900003", "2171046703900004"} {
		if strings.Contains(desk, number) {
			t.Errorf("%s is not masked", number)
		}
	}
	officer.Sees(officer.Post("/petugas"+root+"/buka/saksi.1.nik_saksi"), http.StatusOK, "2171046703900004")
}

// TestAPageThatIsNotAskedIsPassedOver: who changes an earlier answer is not held to what came after it.
func TestAPageThatIsNotAskedIsPassedOver(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, everyQuestion)
	b.Goes(b.Post(root+"/isi/usaha", "badan", "orang"), root+"/isi/orang")
	b.Goes(b.Get(root+"/isi/rinci"), root+"/isi/orang")
	b.Sees(b.Post(root+"/isi/orang?tambah=pemilik", "pemilik.name", "Ani"), http.StatusUnprocessableEntity)
	// On another device the draft goes on where it stood.
	other := s.Browser(t, pagetest.HostBatam)
	other.Post("/masuk", "login", "081270001234", "password", pagetest.Password)
	if !strings.Contains(other.Page("/permohonan"), root) {
		t.Error("the draft is not among the person's applications")
	}
	other.Page(root+"/isi/usaha", "Perorangan")
}
