package editor_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAnAdministratorSaysWhatAStepAsks: what an officer fills in and attaches, in what order and when, and who is told, each
// on a page of its own and mended where its fault is named; then an officer meets it, and the applicant gets the letter.
func TestAnAdministratorSaysWhatAStepAsks(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const step = "/tindakan/start_review"
	at, done := flowPath+step, flowPath+"#tindakan-start_review"

	rina.Page(flowPath, "Isian petugas dan surat", "Tambah isian petugas", "Tambah surat")
	page := rina.Page(at+"/isian", "Isian baru untuk petugas: Mulai periksa", "Jenis jawaban")
	if strings.Contains(page, `value="group"`) || strings.Contains(page, `value="person"`) {
		t.Error("a kind is offered that no office can answer")
	}
	ask := func(path, revision, kind, code, label string, more ...string) pagetest.Answer {
		return rina.Post(at+path, append([]string{"revision", revision, "kind", kind, "code", code, "label_id", label, "label_en", label}, more...)...)
	}
	refused := rina.Post(at+"/isian", "revision", "0", "kind", "text", "label_id", "Nomor arsip")
	rina.Sees(refused, http.StatusUnprocessableEntity, "wajib diisi")
	if !strings.Contains(refused.Body, `value="Nomor arsip"`) {
		t.Error("what was typed is gone")
	}
	rina.Goes(ask("/isian", "0", "text", "nomor_arsip", "Nomor arsip", "required", "yes"), done)
	// A file has inputs of its own, which are asked once the kind is known.
	rina.Goes(ask("/isian", "1", "file", "berita_acara", "Berita acara"), flowPath+step+"/isian/berita_acara")
	rina.Page(at+"/isian/berita_acara", "Berita acara", "Jenis berkas yang diterima")
	rina.Goes(ask("/isian/berita_acara", "2", "file", "berita_acara", "Berita acara", "file_types", "pdf", "max_mb", "2", "max_count", "1"), done)
	rina.Sees(ask("/isian", "3", "text", "nomor_arsip", "Sekali lagi"), http.StatusUnprocessableEntity, "sudah dipakai")
	// Its condition may name the applicant's answers, and what is asked before it.
	page = rina.Page(at+"/isian/berita_acara", "Nomor arsip")
	if !strings.Contains(page, `value="tempat_hilang"`) || strings.Contains(page, `value="berita_acara" `) {
		t.Error("the condition of a field offers other answers than those before it")
	}
	rina.Goes(ask("/isian/berita_acara", "3", "file", "berita_acara", "Berita acara", "file_types", "pdf", "max_mb", "2", "max_count", "1",
		"show_if", `nomor_arsip == "A-2`), done)
	rina.Page(flowPath, "perlu diperbaiki", "Tindakan Mulai periksa, isian Berita acara")
	if !strings.Contains(rina.Page(flowPath), `href="`+at+`/isian/berita_acara#f-show_if"`) {
		t.Error("the fault does not lead to its input")
	}
	rina.Goes(ask("/isian/berita_acara", "4", "file", "berita_acara", "Berita acara", "file_types", "pdf", "max_mb", "2", "max_count", "1",
		"cond_question", "nomor_arsip", "cond_op", "is", "cond_value", "A-2"), done)
	rina.Page(flowPath, "Hanya jika “Nomor arsip” adalah A-2")
	rina.Goes(rina.Post(flowPath+"/susun", "revision", "5", "act", "up asked-action start_review/berita_acara"), flowPath+"#naik-asked-action-start_review/berita_acara")
	rina.Page(flowPath, "perlu diperbaiki")
	rina.Goes(rina.Post(flowPath+"/susun", "revision", "6", "act", "down asked-action start_review/berita_acara"), flowPath+"#turun-asked-action-start_review/berita_acara")

	// A letter that names what it cannot know is refused with its place.
	rina.Page(at+"/surat", "Surat baru: Mulai periksa", "Pemohon", "Petugas yang memegang permohonan")
	letter := func(path, revision, body string) pagetest.Answer {
		return rina.Post(at+path, "revision", revision, "notice_to", "applicant", "notice_title_id", "Berkas {number} diperiksa", "notice_title_en", "Checking {number}",
			"notice_body_id", body, "notice_body_en", "We are checking {service}.")
	}
	rina.Sees(letter("/surat", "7", ""), http.StatusUnprocessableEntity, "wajib diisi")
	rina.Goes(letter("/surat", "7", "Kami memeriksa {layanan}."), done)
	if home := rina.Page(flowPath, "Mulai periksa, surat 1"); !strings.Contains(home, `href="`+at+`/surat/1#f-notice_body_id"`) {
		t.Error("the fault does not lead to the letter")
	}
	rina.Goes(letter("/surat/1", "8", "Kami memeriksa {service}."), done)
	if home := rina.Page(flowPath, "Surat kepada Pemohon"); strings.Contains(home, "perlu diperbaiki") {
		t.Fatalf("something is still wrong: %.600s", home[strings.Index(home, "perlu diperbaiki"):])
	}
	for _, path := range []string{"/tindakan/tidak_ada/isian", "/tindakan/start_review/isian/tidak_ada", "/tindakan/start_review/surat/2", "/cabang/tidak_ada/isian"} {
		rina.Sees(rina.Get(flowPath+path), http.StatusNotFound)
	}
	rina.Goes(rina.Post(flowPath+"/terbitkan", "revision", "9"), flowPath)

	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi", "officer", "disdukcapil")
	desk := "/petugas" + root
	open := andi.Page(desk, "Nomor arsip")
	act := func(more ...string) pagetest.Answer {
		return andi.Post(desk+"/tindakan", append([]string{"action", "start_review", "version", pagetest.Version(t, open)}, more...)...)
	}
	andi.Sees(act(), http.StatusUnprocessableEntity, "Nomor arsip")
	andi.Goes(act("isi.nomor_arsip", "A-1"), desk)
	andi.Page(desk, "Dalam verifikasi", "A-1")
	s.Soon(t, "the letter to the applicant", func() bool {
		var n int
		err := s.DB.App.NewRaw("SELECT count(*) FROM message WHERE data::text LIKE ?", "%Berkas "+number+" diperiksa%").Scan(s.In(t, pagetest.HostBatam), &n)
		return err == nil && n > 0
	})
}

// TestAnOfficeIsAskedMore: a branch asks for more than its answer, on pages of its own.
func TestAnOfficeIsAskedMore(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const home = "/kelola/layanan/sip-dokter/alur"
	_, rest, _ := strings.Cut(rina.Page(home), `href="`+home+`/cabang/`)
	branch, _, ok := strings.Cut(rest, `"`)
	branch, _, _ = strings.Cut(branch, "/")
	if !ok || branch == "" {
		t.Fatal("the workflow asks no office")
	}
	at := home + "/cabang/" + branch
	page := rina.Page(home, "Gambar alur", "Ditanyakan kepada instansi", "menunggu jawaban", "Setelah semua instansi menjawab")
	if !strings.Contains(page, `role="img"`) || !strings.Contains(page, `class="fork"`) {
		t.Error("the workflow is not drawn, or its branches are not")
	}
	rina.Page(at+"/isian", "Isian baru untuk petugas")
	rina.Goes(rina.Post(at+"/isian", "revision", "0", "kind", "date", "code", "tanggal_tinjau", "label_id", "Tanggal tinjau", "label_en", "Day of the visit"), home+"#cabang-"+branch)
	rina.Page(home, "Tanggal tinjau")
	page = rina.Page(at+"/isian/tanggal_tinjau", "Tanggal tinjau")
	if !strings.Contains(page, `value="`+branch+`"`) {
		t.Error("the condition cannot ask for the office's own answer")
	}
	rina.Goes(rina.Post(home+"/susun", "revision", "1", "act", "remove asked-branch "+branch+"/tanggal_tinjau"), home+"#cabang-"+branch)
	if strings.Contains(rina.Page(home), "Tanggal tinjau") {
		t.Error("it is still asked")
	}
	rina.Sees(rina.Post(home+"/susun", "revision", "2", "act", "up asked-nobody x/y"), http.StatusUnprocessableEntity)
}
