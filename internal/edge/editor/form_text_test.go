package editor_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bedelau/internal/edge/pagetest"
)

// TestAFormIsWrittenAsText: what no other page asks is said in the text, what cannot be read is refused with its line, what is
// merely wrong is kept with its place, and a question's own page keeps what only the text has said.
func TestAFormIsWrittenAsText(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	b := func(path string) string { return builderPath + path }

	written := textOf(rina.Page(b("/lanjutan"), "Formulir sebagai YAML", "aturan kedua"))
	if !strings.Contains(written, "code: nik") || strings.Contains(written, `{"`) {
		t.Fatalf("the text is not the form as people write it:\n%.600s", written)
	}
	rina.Sees(rina.Post(b("/lanjutan"), "revision", "0", "text", "pages:\n  - kode: a"), http.StatusUnprocessableEntity, "baris 2", "kode tidak dikenal")

	clash := rina.Post(b("/lanjutan"), "revision", "0", "text", "::salah")
	if rina.Sees(clash, http.StatusUnprocessableEntity, "baris 1", "bukan bentuk yang diharapkan"); strings.Contains(clash.Body, "unmarshal") {
		t.Error("the writer of a form reads a type of the program")
	}

	const added = `pages:
  - code: usaha
    title: {id: Usaha, en: Business}
    fields:
      - code: mulai
        type: date
        required: true
        ahead: true
        label: {id: Mulai, en: First day}
        rules:
          - {when: 'mulai < today', text: {id: Sudah lewat., en: It has passed.}}
          - {when: 'years(today, mulai) >= 1', text: {id: Terlalu jauh., en: Too far.}, warn: true}
      - {code: pemilik, type: person, label: {id: Pemilik, en: Owner}, rules: [{when: 'pemilik.umur < 17', part: birth_date, text: {id: Terlalu muda., en: Too young.}}]}
`
	_, pages, _ := strings.Cut(written, "pages:\n")
	rina.Goes(rina.Post(b("/lanjutan"), "revision", "0", "text", added+pages), builderPath)
	rina.Page(builderPath, "Pertanyaan Pemilik", "Rina mengubah "+pagetest.KTP)
	rina.Page(b("/lanjutan"), "Pertanyaan Pemilik", "baris")
	rina.Sees(rina.Post(b("/terbitkan"), "revision", "1"), http.StatusUnprocessableEntity, "belum dapat diterbitkan")
	joko := s.Staff(t, pagetest.HostBatam, "Joko", "city_admin", "")
	joko.Sees(joko.Post(b("/lanjutan"), "revision", "0", "text", added), http.StatusConflict, "Rina mengubah")
	rina.Goes(rina.Post(b("/lanjutan"), "revision", "1", "text", strings.ReplaceAll(added, "pemilik.umur < 17", "years(pemilik.birth_date, today) < 17")+pages), builderPath)

	// On its own page the question keeps its second rule and that its day is to come.
	page := rina.Page(b("/isian/mulai"), "Tanggalnya biasanya belum tiba")
	if !checked(page, "ahead") || checked(page, "past") || !strings.Contains(page, "Sudah lewat.") {
		t.Error("the page does not say that the day is to come")
	}
	rina.Goes(rina.Post(b("/isian/mulai"), "revision", "2", "kind", "date", "code", "mulai", "label_id", "Mulai berusaha", "label_en", "First day", "required", "yes", "ahead", "yes",
		"rule_when", "mulai < today", "rule_text_id", "Sudah lewat.", "rule_text_en", "It has passed."), b("#isian-mulai"))
	if text := textOf(rina.Page(b("/lanjutan"))); !strings.Contains(text, "Terlalu jauh.") || !strings.Contains(text, "ahead: true") || !strings.Contains(text, "Mulai berusaha") {
		t.Errorf("the page has lost what the text said:\n%.900s", text)
	}
	rina.Goes(rina.Post(b("/terbitkan"), "revision", "3"), builderPath)
	rina.Page(builderPath, "Versi 2 berlaku")

	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _, _ := strings.Cut(siti.Post("/ajukan/"+pagetest.KTP).To(), "/isi/")
	ask := root + "/isi/usaha"
	siti.Sees(siti.Post(ask, "mulai", "2026-11-01", "pemilik.name", ""), http.StatusUnprocessableEntity, "Sudah lewat.")
	if again := pagetest.Text(siti.Post(ask, "mulai", "2028-01-01").Body) + pagetest.Text(siti.Page(ask)); !strings.Contains(again, "Terlalu jauh.") {
		t.Error("the second rule does not bite")
	}
}

// TestWhoActsAndIsAskedInAWorkflow: a step that is not for who filled the application in, and a request to the office of an
// address, are chosen without writing the workflow as text.
func TestWhoActsAndIsAskedInAWorkflow(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	rina := s.Staff(t, pagetest.HostBatam, "Rina", "city_admin", "")
	const flow = "/kelola/layanan/surat-keterangan-usaha/alur"
	f := func(path string) string { return flow + path }
	page := rina.Page(f("/tindakan/approve"), "Bukan oleh petugas yang mengisikan permohonan di loket")
	if checked(page, "four_eyes") {
		t.Error("it is said of a step of which it is not so")
	}
	rina.Goes(rina.Post(f("/tindakan/approve"), "revision", "0", "label_id", "Setujui", "label_en", "Approve", "from", "in_review", "to", "approved", "actor", "officer",
		"permission", "application:decide", "reason", "optional", "issues", "yes", "four_eyes", "yes", "code", "approve"), f("#tindakan-approve"))
	rina.Page(flow, "Bukan oleh petugas yang mengisikannya di loket")
	if !checked(rina.Page(f("/tindakan/approve")), "four_eyes") {
		t.Error("it is not kept")
	}
	if !strings.Contains(rina.Page(f("/cabang?status=in_review"), "Atau instansi menurut alamat"), `<option value="lokasi"`) {
		t.Error("the address of the form is not offered")
	}
	branch := func(revision, office string) pagetest.Answer {
		return rina.Post(f("/cabang"), "revision", revision, "page", "in_review", "label_id", "Kunjungan", "label_en", "Visit", "office", office,
			"permission", "application:review", "outcomes", "baik | setuju | Baik | Good")
	}
	rina.Goes(branch("1", "lokasi"), f("#cabang-kunjungan"))
	if said := pagetest.Text(rina.Page(flow)); strings.Count(said, "Kantor menurut alamat pada isian lokasi (kalau kota tidak mencatatnya, Instansi layanan ini)") != 2 {
		t.Error("the list of requests and the table of the picture do not both name the office of the address before the one in its stead")
	}
	rina.Goes(rina.Post(f("/cabang/kunjungan"), "revision", "2", "page", "in_review", "code", "kunjungan", "label_id", "Kunjungan", "label_en", "Visit", "office", "usaha",
		"permission", "application:review", "outcomes", "baik | setuju | Baik | Good"), f("#cabang-kunjungan"))
	rina.Page(flow, "Pertanyaan Kunjungan (Atau instansi menurut alamat)")

	// A wait of which the applicant hears nothing is named, and mended by a message.
	rina.Goes(rina.Post(f("/status"), "revision", "3", "label_id", "Perekaman", "label_en", "Recording", "public_id", "Datanglah.", "public_en", "Come.", "stage", "in_review", "clock", "paused"), f("#status-perekaman"))
	to := []string{"label_id", "Undang", "label_en", "Invite", "from", "in_review", "to", "perekaman", "actor", "officer", "permission", "application:review", "reason", "none"}
	rina.Goes(rina.Post(f("/tindakan"), append(to, "revision", "4")...), f("#tindakan-undang"))
	rina.Page(flow, "Tindakan Undang (Pesan kepada pemohon (Indonesia))", "waktu janji berhenti")
	rina.Goes(rina.Post(f("/tindakan/undang"), append(to, "revision", "5", "code", "undang", "message_id", "Datanglah ke loket.", "message_en", "Come to the counter.")...), f("#tindakan-undang"))
	if strings.Contains(rina.Page(flow), "waktu janji berhenti; tulis pesan") {
		t.Error("the message does not mend it")
	}
}

// textOf is what a page offers to be written on as text.
func textOf(page string) string {
	_, rest, _ := strings.Cut(page, `name="text"`)
	_, rest, _ = strings.Cut(rest, ">")
	text, _, _ := strings.Cut(rest, "</textarea>")
	return html.UnescapeString(text)
}

// checked reports whether a box of a page is ticked.
func checked(page, name string) bool {
	before, rest, _ := strings.Cut(page, `name="`+name+`"`)
	after, _, _ := strings.Cut(rest, ">")
	return strings.Contains(before[strings.LastIndex(before, "<"):]+after, " checked")
}
