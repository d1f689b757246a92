package editor_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
)

const flowPath = "/kelola/layanan/" + pagetest.KTP + "/alur"

// TestAnAdministratorWritesAWorkflow: without a script, from a new state through faults with their places to a published
// version that new applications use and running ones do not, and that the city's pack leaves alone.
func TestAnAdministratorWritesAWorkflow(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	running, _ := siti.Apply(pagetest.SitiNIK)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	f := func(path string) string { return flowPath + path }

	rina.Page("/kelola/layanan", "Alur kerja")
	home := rina.Page(flowPath, "Versi 1 berlaku", "1. Terkirim", "Waktu janji berjalan", "Status awal", "Pemohon membaca", "Mulai periksa", "menuju Dalam verifikasi", "Hak: Memeriksa permohonan")
	if strings.Contains(home, "Terbitkan versi") {
		t.Error("there is something to publish before anything was changed")
	}
	rina.Sees(rina.Post(f("/terbitkan"), "revision", "0"), http.StatusConflict, "Belum ada yang diubah")

	state := func(revision string, more ...string) pagetest.Answer {
		return rina.Post(f("/status"), append([]string{"revision", revision, "label_id", "Tinjau lapangan", "label_en", "Site visit",
			"stage", "in_review", "clock", "running"}, more...)...)
	}
	rina.Page(f("/status"), "Status baru", "Tahap", "Biaya")
	refused := state("0")
	rina.Sees(refused, http.StatusUnprocessableEntity, "wajib diisi")
	if !strings.Contains(refused.Body, `value="Tinjau lapangan"`) {
		t.Error("what was typed is gone")
	}
	rina.Goes(state("0", "public_id", "Petugas meninjau lokasi.", "public_en", "An officer visits."), f("#status-tinjau_lapangan"))
	home = rina.Page(flowPath, "hal perlu diperbaiki", "Status Tinjau lapangan", "tidak pernah tercapai", "tidak ada jalan ke akhir", "Rina menambahkan “Tinjau lapangan”", "Terbitkan versi 2")
	if !strings.Contains(home, `href="`+f("/status/tinjau_lapangan")+`"`) {
		t.Error("a fault does not lead to its place")
	}
	rina.Sees(rina.Post(f("/terbitkan"), "revision", "1"), http.StatusUnprocessableEntity, "belum dapat diterbitkan", "tidak pernah tercapai")

	action := func(revision, path string, more ...string) pagetest.Answer {
		return rina.Post(f("/tindakan"+path), append([]string{"revision", revision, "actor", "officer", "permission", "application:review", "reason", "none"}, more...)...)
	}
	rina.Page(f("/tindakan?status=in_review"), "Tindakan baru", "Bila dilakukan petugas", "Bila otomatis")
	shown := func(page, actor string) bool {
		_, rest, ok := strings.Cut(page, `data-show="actor == &#34;`+actor+`&#34;"`)
		before, _, _ := strings.Cut(page, `data-show="actor == &#34;`+actor+`&#34;"`)
		tag, _, _ := strings.Cut(rest, ">")
		return ok && !strings.Contains(before[strings.LastIndex(before, "<"):]+tag, " hidden")
	}
	if page := rina.Page(f("/tindakan?status=in_review")); !shown(page, "officer") || shown(page, "system") {
		t.Error("what is asked of an officer's action and of an automatic one is not kept apart")
	}
	a := rina.Post(f("/tindakan"), "revision", "1", "actor", "system", "reason", "none", "label_id", "Lanjut", "label_en", "Go on", "from", "in_review", "to", "in_review")
	rina.Sees(a, http.StatusUnprocessableEntity, "Tulis kapan tindakan otomatis ini terjadi")
	if shown(a.Body, "officer") || !shown(a.Body, "system") {
		t.Error("without a script the inputs of the chosen actor do not come up")
	}
	rina.Goes(action("1", "", "label_id", "Tinjau", "label_en", "Visit", "from", "in_review", "to", "tinjau_lapangan", "roles", "auditor"), f("#tindakan-tinjau"))
	rina.Page(flowPath, "Tindakan Tinjau (Hanya peran ini)", "tidak punya hak")
	rina.Goes(action("2", "/tinjau", "label_id", "Tinjau", "label_en", "Visit", "from", "in_review", "to", "tinjau_lapangan", "code", "tinjau"), f("#tindakan-tinjau"))
	// Asked of another office, whose answers lead on by themselves; a term without a unit is refused.
	branch := func(revision string, more ...string) pagetest.Answer {
		return rina.Post(f("/cabang"), append([]string{"revision", revision, "page", "tinjau_lapangan", "label_id", "Rekomendasi", "label_en", "Advice", "agency", "dinkes",
			"permission", "application:review", "term_amount", "3"}, more...)...)
	}
	rina.Page(f("/cabang?status=tinjau_lapangan"), "Pertanyaan baru kepada instansi pada status Tinjau lapangan")
	rina.Sees(branch("3", "outcomes", "baik | ya | Baik | Good"), http.StatusUnprocessableEntity, "Baris 1 belum lengkap", "pilih satuannya")
	rina.Goes(branch("3", "term_unit", "working_day", "outcomes", "baik | setuju | Direkomendasikan | Recommended\nburuk | tolak | Ditolak | Refused"), f("#cabang-rekomendasi"))
	rina.Page(flowPath, "Dinkes: Memeriksa permohonan", "dalam 3 hari kerja", "Jawaban menolak: Ditolak", "tanpa ada langkah lanjutan")
	rina.Goes(rina.Post(f("/tindakan"), "revision", "4", "label_id", "Lanjut", "label_en", "Go on", "from", "tinjau_lapangan", "to", "in_review", "actor", "system", "reason", "none", "join", "all"), f("#tindakan-lanjut"))
	rina.Page(flowPath, "Setelah semua instansi menjawab")
	rina.Goes(rina.Post(f("/pengingat"), "revision", "5", "tell", "holder", "percent", "75"), f("#pengingat"))
	rina.Goes(rina.Post(f("/eskalasi"), "revision", "6", "tell", "city_admin", "by_amount", "2", "by_unit", "working_day"), f("#eskalasi"))
	home = rina.Page(flowPath, "saat 75% waktu sudah berjalan", "Jenjang 2: Administrator kota, 2 hari kerja setelah tenggat")
	if strings.Contains(home, "hal perlu diperbaiki") {
		t.Errorf("something is still wrong: %.600s", home[strings.Index(home, "hal perlu diperbaiki"):])
	}

	// Somebody else comes in between: what they did is said, and nothing of either is lost.
	joko := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	joko.Goes(joko.Post(f("/susun"), "revision", "7", "act", "up state tinjau_lapangan"), f("#naik-state-tinjau_lapangan"))
	rina.Sees(rina.Post(f("/susun"), "revision", "7", "act", "remove state tinjau_lapangan"), http.StatusConflict, "Orang lain mengubah alur kerja", "Joko memindahkan “Tinjau lapangan”")
	a = rina.Post(f("/status/tinjau_lapangan"), "revision", "7", "label_id", "Kunjungan", "label_en", "Visit", "public_id", "x", "public_en", "x", "stage", "in_review", "clock", "running", "code", "kunjungan")
	rina.Sees(a, http.StatusConflict, "Joko memindahkan", "belum tersimpan")
	if !strings.Contains(a.Body, `value="Kunjungan"`) || pagetest.Hidden(t, a.Body, "revision") != "8" {
		t.Error("what was typed is lost, or cannot be saved over")
	}

	// As text: what cannot be read is refused with its line, what can is the draft.
	written := rina.Page(f("/lanjutan"), "Alur kerja sebagai YAML", "code: tinjau_lapangan")
	if strings.Contains(written, `{"`) {
		t.Error("the text is not written for people")
	}
	rina.Sees(rina.Post(f("/lanjutan"), "revision", "8", "text", "start: a\nstats: []"), http.StatusUnprocessableEntity, "baris 2", "stats tidak dikenal")
	rina.Sees(rina.Post(f("/lanjutan"), "revision", "7", "text", "start: a"), http.StatusConflict, "Joko memindahkan")
	joko.Goes(joko.Post(f("/lanjutan"), "revision", "8", "text", "start: a\nstates: [{code: a, stage: received, clock: running}]"), flowPath)
	joko.Page(flowPath, "Status a", "wajib diisi", "baris")
	joko.Goes(joko.Post(f("/buang"), "revision", "9"), flowPath)

	// The simplest change once more, tried on past cases, then published.
	rina.Goes(rina.Post(f("/status/in_review"), "revision", "0", "label_id", "Sedang diperiksa", "label_en", "Being checked", "public_id", "Kami memeriksa.", "public_en", "We check.",
		"stage", "in_review", "clock", "running", "code", "in_review"), f("#status-in_review"))
	try := "/kelola/layanan/" + pagetest.KTP + "/simulasi"
	page := rina.Page(try, "Putar ulang", "rancangan yang sedang disusun (perubahan ke-1)")
	if !strings.Contains(page, `<option value="draft" selected`) {
		t.Error("the draft that is being edited is not what is tried")
	}
	tried := rina.Follow(rina.Post(try, "from", "1", "from", "7", "from", "2026", "to", "30", "to", "9", "to", "2026", "version", "draft"))
	rina.Sees(tried, http.StatusOK, "rancangan alur kerja (1 Juli 2026 – 30 September 2026)")
	rina.Goes(rina.Post(f("/terbitkan"), "revision", "1"), flowPath)
	rina.Page(flowPath, "Versi 2 berlaku", "Sedang diperiksa")
	officer := s.Staff(t, pagetest.HostBatam, "Dodi", "officer", "disdukcapil")
	desk := "/petugas" + running
	page = officer.Page(desk)
	officer.Goes(officer.Post(desk+"/tindakan", "action", "start_review", "version", pagetest.Version(t, page)), desk)
	if kept := officer.Page(desk, "Dalam verifikasi"); strings.Contains(kept, "Sedang diperiksa") {
		t.Error("a running application has another workflow than it was begun with")
	}
	s.Load(t, "batam")
	if _, err := s.DB.App.NewRaw("UPDATE pack_applied SET files = '{}'").Exec(s.In(t, pagetest.HostBatam)); err != nil {
		t.Fatal(err)
	}
	s.Load(t, "batam")
	rina.Page(flowPath, "Versi 2 berlaku", "Sedang diperiksa")
	record, err := audit.List(s.In(t, pagetest.HostBatam), s.DB.App, audit.Filter{Object: "workflow"})
	if err != nil || len(record.Entries) != 12 {
		t.Errorf("%d entries of the record, %v", len(record.Entries), err)
	}
}

// TestAPageKeepsWhatItCannotEdit: an outcome's reason and a state's branches survive the pages that do not ask them, and every
// question and letter the page that does.
func TestAPageKeepsWhatItCannotEdit(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	path := "/kelola/layanan/sip-dokter/alur"
	text := func() string {
		page := rina.Page(path + "/lanjutan")
		_, page, _ = strings.Cut(page, "<textarea")
		page, _, _ = strings.Cut(page, "</textarea>")
		return page
	}
	before := text()
	if !strings.Contains(before, "fields:") || !strings.Contains(before, "branches:") {
		t.Fatalf("this workflow has nothing to keep: %s", before)
	}
	// Every part is sent back as its page shows it.
	home, revision := rina.Page(path), 0
	for _, part := range []string{"/status/", "/tindakan/", "/cabang/", "/pengingat/", "/eskalasi/"} {
		for _, piece := range strings.Split(home, `href="`+path+part)[1:] {
			code, _, _ := strings.Cut(piece, `"`)
			if strings.HasSuffix(code, "/isian") || strings.HasSuffix(code, "/surat") {
				continue // a new one
			}
			page := rina.Page(path + part + code)
			pairs := asShown(t, page, path+part+code)
			if a := rina.Post(path+part+code, pairs...); a.Status != http.StatusSeeOther {
				t.Fatalf("%s%s: %d\n%.2000s", part, code, a.Status, a.Body)
			}
			revision++
		}
	}
	if revision < 16 {
		t.Errorf("only %d parts", revision)
	}
	old, now := strings.Split(before, "\n"), strings.Split(text(), "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			t.Fatalf("saving the pages as they are changed the workflow: line %d was %q and is %q", i+1, old[i], now[i])
		}
	}
	if len(old) != len(now) {
		t.Errorf("%d lines became %d", len(old), len(now))
	}
}

// TestWorkflowsAreForAdministrators: nobody else opens or changes one, and what is not there is not found.
func TestWorkflowsAreForAdministrators(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	officer := s.Staff(t, pagetest.HostBatam, "Rina", "officer", "disdukcapil")
	officer.Sees(officer.Get(flowPath), http.StatusForbidden)
	officer.Sees(officer.Post(flowPath+"/susun", "revision", "0", "act", "remove state in_review"), http.StatusForbidden)
	admin := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	for _, path := range []string{"/status/tidak-ada", "/tindakan/tidak_ada", "/cabang/x", "/cabang?status=x", "/cabang", "/pengingat/9", "/eskalasi/0", "/eskalasi/x"} {
		admin.Sees(admin.Get(flowPath+path), http.StatusNotFound)
	}
	admin.Sees(admin.Get("/kelola/layanan/tidak-ada/alur"), http.StatusNotFound)
	admin.Sees(admin.Get("/kelola/layanan/nib/alur"), http.StatusNotFound)
	for _, act := range []string{"", "up", "up state", "jump state in_review", "up state in_review x", "remove level x", "up level 1"} {
		admin.Sees(admin.Post(flowPath+"/susun", "revision", "0", "act", act), http.StatusUnprocessableEntity)
	}
	other := s.Staff(t, pagetest.HostOther, "Tono Saputra", "city_admin", "")
	other.Sees(other.Get(flowPath), http.StatusNotFound)
}

// asShown is what a browser sends of the form with this action when nothing is typed into it.
func asShown(t *testing.T, page, action string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	var walk func(n *html.Node, in bool)
	attr := func(n *html.Node, name string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val, true
			}
		}
		return "", false
	}
	walk = func(n *html.Node, in bool) {
		if to, _ := attr(n, "action"); n.Type == html.ElementNode && n.Data == "form" {
			in = to == action
		}
		if name, named := attr(n, "name"); in && named && n.Type == html.ElementNode {
			value, _ := attr(n, "value")
			kind, _ := attr(n, "type")
			_, checked := attr(n, "checked")
			switch {
			case n.Data == "textarea" && n.FirstChild != nil:
				pairs = append(pairs, name, n.FirstChild.Data)
			case n.Data == "input" && (kind != "checkbox" && kind != "radio" || checked):
				pairs = append(pairs, name, value)
			case n.Data == "select":
				for o := range n.Descendants() {
					if _, chosen := attr(o, "selected"); chosen {
						value, _ := attr(o, "value")
						pairs = append(pairs, name, value)
					}
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(root, false)
	return pairs
}
