package editor_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
)

const builderPath = "/kelola/layanan/" + pagetest.KTP + "/formulir"

// TestAnAdministratorWritesAForm: without a script and without a mouse, from a new page to a published version that new
// applications use and running ones do not, and that the city's pack leaves alone.
func TestAnAdministratorWritesAForm(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	running := siti.Draft(pagetest.SitiNIK)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	b := func(path string) string { return builderPath + path }

	home := rina.Page(builderPath, "Versi 1 berlaku", "Halaman 1:", "Ubah", "Pratinjau")
	if strings.Contains(home, "Terbitkan versi") {
		t.Error("there is something to publish before anything was changed")
	}
	rina.Sees(rina.Post(b("/terbitkan"), "revision", "0"), http.StatusConflict, "Belum ada yang diubah")

	rina.Page(b("/halaman"), "Halaman baru")
	rina.Sees(rina.Post(b("/halaman"), "revision", "0", "title_id", "Usaha"), http.StatusUnprocessableEntity, "wajib diisi")
	rina.Goes(rina.Post(b("/halaman"), "revision", "0", "title_id", "Usaha Anda", "title_en", "Your business", "code", ""), b("")+"#hal-usaha_anda")
	rina.Page(builderPath, "Usaha Anda", "Belum ada pertanyaan", "Rina menambahkan “Usaha Anda”", "Terbitkan versi 2")

	// A choice has questions of its own, which a page without a script shows once the kind is known.
	rina.Page(b("/isian?halaman=usaha_anda"), "Pertanyaan baru", "Jenis jawaban")
	a := rina.Post(b("/isian"), "revision", "1", "page", "usaha_anda", "kind", "choice", "label_id", "Bentuk usaha", "label_en", "Kind of business", "required", "yes")
	rina.Goes(a, b("/isian/bentuk_usaha"))
	rina.Page(builderPath, "hal perlu diperbaiki", "Pertanyaan Bentuk usaha (pilihan) : wajib diisi untuk jenis “Pilih satu”")
	rina.Sees(rina.Post(b("/terbitkan"), "revision", "2"), http.StatusUnprocessableEntity, "belum dapat diterbitkan")
	rina.Sees(rina.Post(b("/isian/bentuk_usaha"), "revision", "2", "kind", "choice", "code", "bentuk_usaha", "label_id", "Bentuk usaha", "label_en", "Kind", "options", "orang | Perorangan\n| PT"),
		http.StatusUnprocessableEntity, "Baris 2 belum lengkap")
	rina.Goes(rina.Post(b("/isian/bentuk_usaha"), "revision", "2", "kind", "choice", "code", "bentuk_usaha", "label_id", "Bentuk usaha", "label_en", "Kind", "options", "orang | Perorangan\npt | PT | Company", "required", "yes"),
		b("")+"#isian-bentuk_usaha")
	// A condition in words, and one that cannot be read.
	rina.Goes(rina.Post(b("/isian"), "revision", "3", "page", "usaha_anda", "kind", "nib", "label_id", "NIB", "label_en", "NIB", "required", "yes",
		"cond_question", "bentuk_usaha", "cond_op", "is", "cond_value", "PT"), b("")+"#isian-nib")
	rina.Page(builderPath, `Hanya jika “Bentuk usaha” adalah PT`)
	rina.Goes(rina.Post(b("/isian"), "revision", "4", "page", "usaha_anda", "kind", "text", "max", "", "label_id", "Akta", "label_en", "Deed", "show_if", "bentukusaha == 1"), b("")+"#isian-akta")
	rina.Page(builderPath, "Pertanyaan Akta (ditanyakan jika) : \"bentukusaha\" tidak dikenal di sini", "| bentukusaha == 1 | ^")
	rina.Sees(rina.Post(b("/terbitkan"), "revision", "5"), http.StatusUnprocessableEntity, "belum dapat diterbitkan", "Pertanyaan Akta")
	rina.Goes(rina.Post(b("/susun"), "revision", "5", "act", "remove field akta"), b("")+"#isian-akta")
	rina.Goes(rina.Post(b("/susun"), "revision", "6", "act", "up page usaha_anda"), b("")+"#naik-page-usaha_anda")
	if n := strings.Count(rina.Page(builderPath), `id="naik-page-usaha_anda"`); n != 1 { // where the focus goes on
		t.Errorf("%d buttons to go on from", n)
	}

	// Somebody else comes in between: what they did is said, and nothing of either is lost.
	joko := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	joko.Goes(joko.Post(b("/susun"), "revision", "7", "act", "down field bentuk_usaha"), b("")+"#turun-field-bentuk_usaha")
	rina.Sees(rina.Post(b("/susun"), "revision", "7", "act", "remove field nib"), http.StatusConflict, "Orang lain mengubah", "Joko memindahkan “Bentuk usaha”", "NIB")
	a = rina.Post(b("/isian/nib"), "revision", "7", "kind", "nib", "code", "nib", "label_id", "NIB perusahaan", "label_en", "NIB", "show_if", `bentuk_usaha == "pt"`)
	rina.Sees(a, http.StatusConflict, "Joko memindahkan", "belum tersimpan")
	if !strings.Contains(a.Body, `value="NIB perusahaan"`) || pagetest.Hidden(t, a.Body, "revision") != "8" {
		t.Error("what was typed is lost, or cannot be saved over")
	}
	// The NIB now comes before the choice that it depends on: that is a fault, and moving it back mends it.
	rina.Page(builderPath, "Pertanyaan NIB (ditanyakan jika)")
	rina.Goes(rina.Post(b("/susun"), "revision", "8", "act", "down field nib"), b("")+"#turun-field-nib")
	rina.Goes(rina.Post(b("/susun"), "revision", "9", "drop", "nib usaha_anda 1"), b("")+"#isian-nib")

	preview := rina.Page(b("/pratinjau/usaha_anda"), "Pratinjau formulir", "Bentuk usaha")
	if !strings.Contains(preview, `data-show="bentuk_usaha == &#34;pt&#34;"`) {
		t.Error("the preview cannot follow its condition")
	}
	rina.Sees(rina.Post(b("/pratinjau/usaha_anda")), http.StatusUnprocessableEntity, "wajib diisi")
	rina.Sees(rina.Post(b("/pratinjau/usaha_anda"), "bentuk_usaha", "orang"), http.StatusOK, "dapat diterima")
	// A rule of the author's own, with the author's sentence, in words or as an expression.
	rule := func(more ...string) pagetest.Answer {
		return rina.Post(b("/isian/bentuk_usaha"), append([]string{"revision", "10", "kind", "choice", "code", "bentuk_usaha", "label_id", "Bentuk usaha", "label_en", "Kind", "required", "yes",
			"options", "orang | Perorangan\npt | PT | Company", "rule_text_en", "For companies.", "rule_when", ""}, more...)...)
	}
	rina.Sees(rule("rule_op", "is", "rule_value", "Perorangan"), http.StatusUnprocessableEntity, "Kalimat untuk pemohon (Indonesia): Isian ini wajib diisi")
	rina.Sees(rule("rule_op", "is", "rule_value", "Koperasi", "rule_text_id", "x"), http.StatusUnprocessableEntity, "nilai ini (aturan): Nilai ini tidak cocok")
	const ruled = "Layanan ini untuk badan usaha."
	rina.Goes(rule("rule_op", "is", "rule_value", "Perorangan", "rule_text_id", ruled), b("")+"#isian-bentuk_usaha")
	rina.Sees(rina.Post(b("/pratinjau/usaha_anda"), "bentuk_usaha", "orang"), http.StatusUnprocessableEntity, ruled)
	rina.Goes(rina.Post(b("/isian/bentuk_usaha"), "revision", "11", "kind", "choice", "code", "bentuk_usaha", "label_id", "Bentuk usaha", "label_en", "Kind", "required", "yes",
		"options", "orang | Perorangan\npt | PT | Company", "rule_when", `bentuk_usaha == "orang"`, "rule_text_id", "Layanan ini untuk badan usaha.", "rule_text_en", "For companies."),
		b("")+"#isian-bentuk_usaha")
	rina.Sees(rina.Post(b("/pratinjau/usaha_anda"), "bentuk_usaha", "orang"), http.StatusUnprocessableEntity, "Layanan ini untuk badan usaha")
	if edit := rina.Page(b("/isian/bentuk_usaha"), "Aturan jawaban"); !strings.Contains(edit, `>Layanan ini untuk badan usaha.</textarea>`) {
		t.Error("the rule is not shown to its author")
	}

	rina.Goes(rina.Post(b("/terbitkan"), "revision", "12"), b(""))
	rina.Page(builderPath, "Versi 2 berlaku")
	siti.Page(running+"/periksa", "2171046703900003")
	if strings.Contains(siti.Page(running+"/periksa"), "Bentuk usaha") {
		t.Error("a running application has another form than it was begun with")
	}
	ani := s.Resident(t, pagetest.HostBatam, "Ani", "081270009999")
	root, _, _ := strings.Cut(ani.Post("/ajukan/"+pagetest.KTP).To(), "/isi/")
	ani.Page(root+"/isi/usaha_anda", "Bentuk usaha")

	s.Load(t, "batam")
	if _, err := s.DB.App.NewRaw("UPDATE pack_applied SET files = '{}'").Exec(s.In(t, pagetest.HostBatam)); err != nil {
		t.Fatal(err)
	}
	s.Load(t, "batam")
	rina.Page(builderPath, "Versi 2 berlaku", "Bentuk usaha")

	record, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Object: "form"})
	if err != nil || len(record.Entries) != 13 {
		t.Errorf("%d entries of the record, %v", len(record.Entries), err)
	}
}

// TestTheBuilderIsForAdministrators: nobody else opens or changes a form, and what is not there is not found.
func TestTheBuilderIsForAdministrators(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	officer := s.Staff(t, pagetest.HostBatam, "Rina", "officer", "disdukcapil")
	officer.Sees(officer.Get(builderPath), http.StatusForbidden)
	officer.Sees(officer.Post(builderPath+"/susun", "revision", "0", "act", "remove page nik"), http.StatusForbidden)
	admin := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	for _, path := range []string{"/halaman/tidak-ada", "/isian/tidak_ada", "/pratinjau/x", "/isian?halaman=x"} {
		admin.Sees(admin.Get(builderPath+path), http.StatusNotFound)
	}
	admin.Sees(admin.Get("/kelola/layanan/tidak-ada/formulir"), http.StatusNotFound)
	admin.Page("/kelola/layanan/nib/formulir", "belum punya halaman")
	admin.Goes(admin.Post(builderPath+"/susun", "revision", "0", "act", "remove page nik"), builderPath+"#isian-nik")
	admin.Goes(admin.Post(builderPath+"/buang", "revision", "1"), builderPath)
	if home := admin.Page(builderPath); !strings.Contains(home, "hal-nik") {
		t.Error("what was discarded is not back")
	}
	for _, act := range []string{"", "up", "up field", "jump field nik", "up field nik x"} {
		admin.Sees(admin.Post(builderPath+"/susun", "revision", "0", "act", act), http.StatusUnprocessableEntity)
	}
}

// TestThePreviewDrawsItsMaps: a point can be set on the map as an applicant will, and a press judges nothing.
func TestThePreviewDrawsItsMaps(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	b := func(path string) string { return builderPath + path }
	rina.Goes(rina.Post(b("/halaman"), "revision", "0", "title_id", "Tempat", "title_en", "Place", "code", ""), b("")+"#hal-tempat")
	rina.Goes(rina.Post(b("/isian"), "revision", "1", "page", "tempat", "kind", "point", "code", "titik", "label_id", "Lokasi usaha", "label_en", "Place", "required", "yes"), b("")+"#isian-titik")
	page := rina.Page(b("/pratinjau/tempat"), "Lokasi usaha", "Belum ada titik yang dipasang")
	for _, want := range []string{`name="_peta.titik"`, "/pratinjau/tempat?peta=titik"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview has no %s", want)
		}
	}
	a := rina.Post(b("/pratinjau/tempat?peta=titik"), "_peta.titik", "", "_peta.titik.aksi", "tengah", "titik", "", "titik", "")
	rina.Sees(a, http.StatusOK, "Lokasi usaha")
	if text := pagetest.Text(a.Body); strings.Contains(text, "Belum ada titik") || strings.Contains(text, "wajib diisi") || strings.Contains(text, "dapat diterima") {
		t.Error("the middle of the map is no point, or a press is judged")
	}
	rina.Sees(rina.Post(b("/pratinjau/tempat")), http.StatusUnprocessableEntity, "wajib diisi")
}
