package desk_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestSubstitutesAndReasonsOnPages notes an absence, works as the substitute, and picks a reason that the head wrote.
func TestSubstitutesAndReasonsOnPages(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	desk := pagetest.AtDesk(root)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	rina := s.Staff(t, pagetest.HostBatam, "Rina Putri", "officer", "disdukcapil")
	head := s.Staff(t, pagetest.HostBatam, "Kepala Dinas", "agency_head", "disdukcapil")
	andi.Goes(andi.Post(desk+"/ambil", "version", pagetest.Version(t, andi.Page(desk))), desk)
	rina.Page(desk, "Ditangani Andi Wijaya. Ambil alih dulu")
	rina.Page("/petugas/antrean?lihat=saya", "Tugas saya 0")

	option := regexp.MustCompile(`<option value="([0-9a-f-]{36})"[^>]*>Rina Putri`).FindStringSubmatch(andi.Page("/petugas/pengganti", "Tidak ada yang cuti"))
	if option == nil {
		t.Fatal("no substitute to choose")
	}
	away := func(day string) pagetest.Answer {
		return andi.Post("/petugas/pengganti", "substitute", option[1], "from", "24", "from", "11", "from", "2026", "to", day, "to", "11", "to", "2026")
	}
	andi.Sees(away("23"), http.StatusUnprocessableEntity, "Ada 1 hal yang perlu diperbaiki")
	andi.Sees(andi.Post("/petugas/pengganti"), http.StatusUnprocessableEntity, "Ada 3 hal yang perlu diperbaiki", "Pengganti: ", "Dari tanggal: ", "Sampai tanggal: ")
	if page := andi.Get("/petugas/pengganti").Body; strings.Contains(page, ">Andi Wijaya</option>") {
		t.Error("somebody may stand in for themselves")
	}
	andi.Goes(away("27"), "/petugas/pengganti")
	again := away("28")
	andi.Sees(again, http.StatusConflict, "Ada 1 hal yang perlu diperbaiki", "Dari tanggal: ")
	if !strings.Contains(again.Body, `value="28"`) || !strings.Contains(again.Body, `value="`+option[1]+`" selected`) {
		t.Error("what was chosen is gone")
	}
	page := andi.Page("/petugas/pengganti", "Andi Wijaya, digantikan Rina Putri", "24 November 2026 sampai 27 November 2026")
	rina.Page("/petugas/antrean?lihat=saya", number, "Tugas saya 1")
	rina.Page(desk, "Mulai periksa", "Sedang cuti, digantikan Rina Putri")

	head.Sees(head.Post("/petugas/alasan", "title", "Foto buram", "body", " "), http.StatusUnprocessableEntity, "Isi: Isian ini wajib diisi")
	key := pagetest.Hidden(t, head.Page("/petugas/alasan"), "key")
	for range 2 { // a double click
		head.Goes(head.Post("/petugas/alasan", "key", key, "title", "Foto buram", "body", "Foto Kartu Keluarga tidak terbaca. Mohon unggah lagi."), "/petugas/alasan")
	}
	head.Sees(head.Post("/petugas/alasan", "title", "Foto buram", "body", "x"), http.StatusUnprocessableEntity, "Judul ini sudah ada")
	andi.Sees(andi.Post("/petugas/alasan", "title", "a", "body", "b"), http.StatusForbidden)
	// One for another step, and one for another service, are not offered here.
	head.Page("/petugas/alasan", "Untuk semua tindakan dan layanan")
	head.Sees(head.Post("/petugas/alasan", "title", "Lain", "body", "x", "action", "hapus"), http.StatusUnprocessableEntity, "Pilih salah satu")
	head.Goes(head.Post("/petugas/alasan", "title", "Hanya menolak", "body", "Ditolak.", "action", "reject", "service", pagetest.KTP), "/petugas/alasan")
	head.Goes(head.Post("/petugas/alasan", "title", "Foto buram", "body", "Akta.", "service", "akta-kelahiran"), "/petugas/alasan")
	head.Page("/petugas/alasan", "Untuk tindakan Tolak pada layanan KTP-el hilang")
	head.Goes(head.Post("/petugas/alasan", "title", "Hanya perbaikan", "body", "Mohon perbaiki.", "action", "request_correction", "service", pagetest.KTP), "/petugas/alasan")
	for title, want := range map[string]int{"Foto buram": 1, "Hanya menolak": 0, "Hanya perbaikan": 1} {
		if n := strings.Count(rina.Get(desk).Body, ">"+title+"<"); n != want {
			t.Errorf("%s is offered %d times, want %d", title, n, want)
		}
	}
	offered := rina.Page(desk, "Pilih dari alasan yang sering dipakai")
	link := regexp.MustCompile(`formaction="([^"]*)#f-reason" formnovalidate[^>]*>Foto buram<`).FindStringSubmatch(offered)
	if link == nil {
		t.Fatal("no reason to pick")
	}
	picked := rina.Post(strings.ReplaceAll(link[1], "&amp;", "&"), "action", "request_correction", "version", pagetest.Version(t, offered), "fields", "file_kk", "reason", "Yth. Ibu Siti,")
	if picked.Status != http.StatusOK || !strings.Contains(picked.Body, "Yth. Ibu Siti,\n\nFoto Kartu Keluarga tidak terbaca. Mohon unggah lagi.</textarea>") ||
		!strings.Contains(picked.Body, `value="file_kk" checked`) {
		t.Errorf("the reason is not in the form, or what was chosen beside it is lost: %d", picked.Status)
	}
	// What a colleague did meanwhile is told before anything can be sent with the number of the case as it is now.
	andi.Goes(andi.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, andi.Page(desk))), desk)
	for _, to := range []string{strings.ReplaceAll(link[1], "&amp;", "&"), desk + "/tindakan"} {
		late := rina.Post(to, "action", "request_correction", "version", pagetest.Version(t, offered), "fields", "file_kk", "reason", " ")
		rina.Sees(late, http.StatusConflict, "Andi Wijaya mengubahnya pada", "Belum ada yang disimpan dari Anda")
		if !strings.Contains(late.Body, `value="file_kk" checked`) {
			t.Error("what was chosen is lost")
		}
	}
	end := regexp.MustCompile(`action="(/petugas/pengganti/[0-9a-f-]{36}/akhiri)"`).FindStringSubmatch(page)
	if end == nil {
		t.Fatal("no end of the absence")
	}
	rina.Sees(rina.Post(end[1]), http.StatusNotFound)
	andi.Goes(andi.Post(end[1]), "/petugas/pengganti")
	rina.Page(desk, "Ditangani Andi Wijaya. Ambil alih dulu")
}
