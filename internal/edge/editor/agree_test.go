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
	rina.Page(builderPath, `"nik" in answered`)
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
