package editor_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAnAdministratorAsksForAgreement: without a script, from a form that asks nobody to a published version that does, with
// each fault named where it is mended and each input keeping what was typed.
func TestAnAdministratorAsksForAgreement(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	b := func(path string) string { return builderPath + path }
	rina.Page(builderPath, "Persetujuan orang lain", "Tambah orang yang harus setuju", "register kependudukan", "Tidak dipakai")

	rina.Page(b("/persetujuan"), "Sebutan orang ini", "Pernyataan yang disetujui", "Yang boleh dilihat")
	a := rina.Post(b("/persetujuan"), "revision", "0", "cosign_label_id", "Kepala keluarga", "cosign_label_en", "", "count", "satu")
	rina.Sees(a, http.StatusUnprocessableEntity, "wajib diisi", "Tulis bilangan bulat")
	if !strings.Contains(a.Body, `Kepala keluarga</textarea>`) && !strings.Contains(a.Body, `value="Kepala keluarga"`) {
		t.Error("what was typed is lost")
	}
	full := func(revision string, more ...string) []string {
		return append([]string{"revision", revision, "cosign_label_id", "Kepala keluarga", "cosign_label_en", "Head of the family", "count", "1",
			"declare_id", "Saya setuju.", "declare_en", "I agree."}, more...)
	}
	rina.Goes(rina.Post(b("/persetujuan"), full("0", "shows", "nik", "show_if", "umur > 17")...), b("#setuju-kepala_keluarga"))
	home := rina.Page(builderPath, "Persetujuan Kepala keluarga (ditanyakan jika)", "1 orang")
	if !strings.Contains(home, `href="`+b("/persetujuan/kepala_keluarga#f-show_if")+`"`) {
		t.Error("the fault does not lead to where it is mended")
	}
	rina.Sees(rina.Post(b("/terbitkan"), "revision", "1"), http.StatusUnprocessableEntity, "belum dapat diterbitkan")
	rina.Sees(rina.Post(b("/persetujuan"), full("1", "code", "kepala_keluarga", "shows", "nik")...), http.StatusUnprocessableEntity, "sudah dipakai")
	rina.Page(b("/persetujuan/kepala_keluarga"), "Ubah persetujuan Kepala keluarga", "umur > 17")
	rina.Goes(rina.Post(b("/persetujuan/kepala_keluarga"), full("1", "code", "kepala_keluarga", "shows", "nik", "cond_question", "nik", "cond_op", "answered")...), b("#setuju-kepala_keluarga"))
	rina.Page(builderPath, "Hanya jika “Nomor Induk Kependudukan (NIK)” sudah dijawab")
	edited := rina.Get(b("/persetujuan/kepala_keluarga")).Body
	if !strings.Contains(edited, `<option value="nik" selected>`) || !strings.Contains(edited, `<option value="answered" selected>`) || strings.Contains(edited, "in answered") {
		t.Error("a condition that was chosen is not shown as it was chosen")
	}
	rina.Sees(rina.Post(b("/persetujuan/kepala_keluarga"), full("2", "code", "kepala_keluarga", "shows", "nik", "cond_question", "nik", "cond_op", "answered", "show_if", "true")...),
		http.StatusUnprocessableEntity, "jangan keduanya")
	rina.Page(b("/pratinjau-persetujuan"), "Kepala keluarga", "Saya setuju.", "Nomor pribadi disamarkan")
	rina.Page(b("/pratinjau/nik"), "Persetujuan orang lain")

	// A register: the applicant's own NIK alone is offered.
	edit := rina.Page(b("/register/population"), "Dicari dengan jawaban atas", "Nama diisikan ke")
	if !strings.Contains(edit, `<option value="nik"`) {
		t.Error("the applicant's own NIK is not offered")
	}
	rina.Sees(rina.Post(b("/register/population"), "revision", "2", "by", "nik"), http.StatusUnprocessableEntity, "wajib diisi")
	rina.Sees(rina.Get(b("/register/pajak")), http.StatusNotFound)
	rina.Goes(rina.Post(b("/register/population"), "revision", "2", "by", "nik", "fill_name", "nama_lengkap"), b("#register-population"))
	rina.Page(builderPath, "Mengisi:")
	rina.Page(b("/pratinjau/nik"), "dapat mengambil")
	rina.Goes(rina.Post(b("/susun"), "revision", "3", "act", "remove lookup population"), b("#persetujuan"))

	joko := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	joko.Sees(joko.Post(b("/persetujuan/kepala_keluarga"), full("3", "code", "kepala_keluarga", "shows", "nik")...), http.StatusConflict, "Orang lain mengubah", "belum tersimpan")
	rina.Goes(rina.Post(b("/terbitkan"), "revision", "4"), b(""))
	rina.Page(builderPath, "Versi 2 berlaku", "Kepala keluarga")
	rina.Goes(rina.Post(b("/susun"), "revision", "0", "act", "remove cosign kepala_keluarga"), b("#persetujuan"))
	if strings.Contains(rina.Page(builderPath), "setuju-kepala_keluarga") {
		t.Error("who was taken out is still there")
	}
}

// TestAnAdministratorRulesTheRowsOfAGroup: a group with a file in each row, as many rows as an answer asks for, and a rule about
// all of them, chosen in words.
func TestAnAdministratorRulesTheRowsOfAGroup(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	b := func(path string) string { return builderPath + path }
	rina.Goes(rina.Post(b("/isian"), "revision", "0", "page", "nik", "kind", "group", "label_id", "Ahli waris", "label_en", "Heirs", "row_name_id", "", "row_name_en", ""), b("#isian-ahli_waris"))
	rina.Goes(rina.Post(b("/isian"), "revision", "1", "group", "ahli_waris", "kind", "number", "label_id", "Bagian", "label_en", "Share", "code", "bagian", "required", "yes", "min", "", "most", "", "distinct", "yes"), b("#isian-ahli_waris.bagian"))
	rina.Goes(rina.Post(b("/isian"), "revision", "2", "group", "ahli_waris", "kind", "file", "label_id", "KTP", "label_en", "Card", "code", "ktp", "sensitive", "yes", "file_types", "jpg", "max_mb", "1", "max_count", "1"), b("#isian-ahli_waris.ktp"))
	if edit := rina.Page(b("/isian/ahli_waris.bagian"), "Jawaban setiap baris harus berbeda"); !strings.Contains(edit, `name="distinct"`) {
		t.Error("rows cannot be told to differ")
	}
	group := func(revision string, more ...string) []string {
		return append([]string{"revision", revision, "kind", "group", "code", "ahli_waris", "label_id", "Ahli waris", "label_en", "Heirs", "row_name_id", "Ahli waris", "row_name_en", "Heir",
			"min_rows", "1", "max_rows", "9", "rule_text_id", "Jumlah bagian harus 100.", "rule_text_en", "Shares add up to 100."}, more...)
	}
	rina.Page(b("/isian/ahli_waris"), "Tolak bila", "jumlah semua baris bukan", "Jumlah baris lain jika")
	rina.Sees(rina.Post(b("/isian/ahli_waris"), group("3", "rule_when", "", "rows_op", "sum_not", "rows_question", "bagian", "rows_value", "seratus")...), http.StatusUnprocessableEntity, "tidak cocok dengan pertanyaannya")
	rina.Goes(rina.Post(b("/isian/ahli_waris"), group("3", "rule_when", "", "rows_op", "sum_not", "rows_question", "bagian", "rows_value", "100", "rows_when", "nama_lengkap == 1", "rows_when_min", "2", "rows_when_max", "")...), b("#isian-ahli_waris"))
	rina.Page(builderPath, "Pertanyaan Ahli waris (jumlah baris)")
	edit := rina.Page(b("/isian/ahli_waris"))
	if !strings.Contains(edit, "sum(rows.map(r, has(r.bagian), r.bagian)) != 100.0</textarea>") || !strings.Contains(edit, "nama_lengkap == 1</textarea>") {
		t.Error("the rule or the condition is not shown to its author")
	}
	rina.Goes(rina.Post(b("/isian/ahli_waris"), group("4", "rule_when", "sum(rows.map(r, r.bagian)) != 100.0", "rows_when", `nik != ""`, "rows_when_min", "2", "rows_when_max", "9")...), b("#isian-ahli_waris"))
	rina.Page(b("/pratinjau/nik"), "Ahli waris 1", "KTP")
	rina.Sees(rina.Post(b("/pratinjau/nik"), "nik", pagetest.SitiNIK, "ahli_waris", "2", "ahli_waris.1.bagian", "60", "ahli_waris.2.bagian", "50"), http.StatusUnprocessableEntity, "Jumlah bagian harus 100")
	rina.Sees(rina.Post(b("/pratinjau/nik"), "nik", pagetest.SitiNIK, "ahli_waris", "1", "ahli_waris.1.bagian", "100"), http.StatusUnprocessableEntity)
	rina.Sees(rina.Post(b("/pratinjau/nik"), "nik", pagetest.SitiNIK, "ahli_waris", "2", "ahli_waris.1.bagian", "60", "ahli_waris.2.bagian", "40"), http.StatusOK, "dapat diterima")
	rina.Goes(rina.Post(b("/terbitkan"), "revision", "5"), b(""))
}
