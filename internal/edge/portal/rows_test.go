package portal_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// scannedWitnesses asks for two or three witnesses, one of whom speaks for them, each with a scan of their identity card.
const scannedWitnesses = `{"code": "ktp-el-hilang", "version": 9, "pages": [
 {"code": "orang", "title": {"id": "Saksi", "en": "Witnesses"}, "fields": [
  {"code": "kampung", "type": "yes_no", "required": true, "label": {"id": "Di kampung?", "en": "In a village?"}},
  {"code": "saksi", "type": "group", "min_rows": 2, "max_rows": 3, "label": {"id": "Saksi-saksi", "en": "Witnesses"}, "row_name": {"id": "Saksi", "en": "Witness"},
   "rows_when": [{"when": "kampung", "min": 3, "max": 4}],
   "rules": [{"when": "!rows.exists(r, r.juru_bicara)", "text": {"id": "Pilih satu juru bicara.", "en": "Choose who speaks."}}],
   "fields": [
    {"code": "nama", "type": "text", "required": true, "label": {"id": "Nama saksi", "en": "Name"}},
    {"code": "juru_bicara", "type": "yes_no", "required": true, "label": {"id": "Juru bicara?", "en": "Speaks?"}},
    {"code": "ktp", "type": "file", "required": true, "sensitive": true, "label": {"id": "KTP saksi", "en": "Card"}, "file": {"types": ["jpg"], "max_mb": 1, "max_count": 1}}]}]}
]}`

// sends posts a page as a browser does: values, and files each with a name of its own.
func sends(t *testing.T, b *pagetest.Browser, path string, files map[string]string, pairs ...string) pagetest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for field, name := range files {
		part, err := w.CreateFormFile(field, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = part.Write(pagetest.Photo(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Send(http.MethodPost, path, w.FormDataContentType(), &body)
}

// TestEachRowHasFilesOfItsOwn: they come in with their row, stay with its answers when another row goes, and are asked for at
// submission; how many rows there must be follows an answer, and a rule sees them all.
func TestEachRowHasFilesOfItsOwn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root := asks(t, s, b, scannedWitnesses)
	at := root + "/isi/orang"
	page := b.Page(at, "Saksi 1", "Saksi 2", "KTP saksi")
	if !strings.Contains(page, "multipart/form-data") || !strings.Contains(page, `name="saksi.2.ktp"`) {
		t.Fatal("a row cannot take a file")
	}
	two := func(speaks string) []string {
		return []string{"kampung", "no", "saksi", "2", "saksi.1.nama", "Budi", "saksi.1.juru_bicara", "no", "saksi.2.nama", "Joko", "saksi.2.juru_bicara", speaks}
	}
	a := sends(t, b, at, map[string]string{"saksi.1.ktp": "budi.jpg", "saksi.2.ktp": "joko.jpg"}, two("no")...)
	b.Sees(a, http.StatusUnprocessableEntity, "Pilih satu juru bicara", "budi.jpg", "joko.jpg")
	b.Sees(b.Post(at, append(two("yes"), "kampung", "yes")...), http.StatusUnprocessableEntity) // kampung twice
	village := two("yes")
	village[1] = "yes"
	b.Sees(b.Post(at, village...), http.StatusUnprocessableEntity, "Saksi 3")
	b.Goes(b.Post(at, two("yes")...), root+"/periksa")
	b.Page(root+"/periksa", "Saksi 1: KTP saksi", "budi.jpg", "Saksi 2: KTP saksi", "joko.jpg")

	// A file that is refused while the rows change is said to be.
	a = sends(t, b, at+"?tambah=saksi", map[string]string{"saksi.2.ktp": "joko.exe"}, two("yes")...)
	b.Sees(a, http.StatusUnprocessableEntity, "Saksi 3", "KTP saksi: ")
	// A page that cannot be read to its end keeps what was read of it.
	long := append(two("yes"), "lain", strings.Repeat("x", 300<<10))
	long[5] = "Budiman"
	a = sends(t, b, at, nil, long...)
	b.Sees(a, http.StatusUnprocessableEntity, "Ada 1 hal yang perlu diperbaiki")
	if !strings.Contains(a.Body, `value="Budiman"`) {
		t.Error("what was typed is gone")
	}

	// A third comes, and the first goes: each file stays with who it is of.
	b.Sees(b.Post(at+"?tambah=saksi", two("yes")...), http.StatusOK, "Saksi 3")
	three := append(two("yes"), "saksi.3.nama", "Ani", "saksi.3.juru_bicara", "no")
	three[3] = "3"
	a = b.Post(at+"?hapus=saksi.1", three...)
	b.Sees(a, http.StatusOK, "joko.jpg")
	if strings.Contains(a.Body, "budi.jpg") || !strings.Contains(a.Body, `value="Joko"`) {
		t.Error("the file of who went is still there, or the wrong one went")
	}
	first, second, _ := strings.Cut(a.Body, `name="saksi.2.nama"`)
	if !strings.Contains(first, "joko.jpg") || strings.Contains(second, "joko.jpg") {
		t.Error("a file went to another person's row")
	}
	now := []string{"kampung", "no", "saksi", "2", "saksi.1.nama", "Joko", "saksi.1.juru_bicara", "yes", "saksi.2.nama", "Ani", "saksi.2.juru_bicara", "no"}
	b.Sees(b.Post(at, now...), http.StatusUnprocessableEntity, "KTP saksi")
	b.Goes(sends(t, b, at, map[string]string{"saksi.2.ktp": "ani.jpg"}, now...), root+"/periksa")
	review := b.Page(root+"/periksa", "Saksi 2: KTP saksi", "ani.jpg")
	b.Goes(b.Post(root+"/kirim", "key", pagetest.Hidden(t, review, "key")), root+"/terkirim")

	officer := s.Staff(t, pagetest.HostBatam, "Rina", "officer", "disdukcapil")
	officer.Page("/petugas"+root, "Saksi 1: KTP saksi", "joko.jpg", "Saksi 2: KTP saksi", "ani.jpg")
	s.AskForCorrection(t, root, "Pindaian Ani tidak terbaca.", "saksi.2.ktp")
	if page := b.Page(at, "Pindaian Ani tidak terbaca", "Hapus ani.jpg"); strings.Contains(pagetest.Text(page), "Hapus joko.jpg") {
		t.Error("another scan can be replaced than the one that was asked for")
	}
}
