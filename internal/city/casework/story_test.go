package casework

import (
	"bytes"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
)

// TestALostCardFromFormToDocument is the whole story of one application, as the resident and the officer live it.
func TestALostCardFromFormToDocument(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti Rahma")
	budi := st.officer(t, "Budi Petugas", "disdukcapil", "officer")

	// A draft is kept page by page; the same service gives the same draft.
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	again, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil || again.ID != app.ID || app.Number != "" || app.Stage != workflow.StageDraft {
		t.Fatalf("a second start: %v %v", again.ID, err)
	}
	app = st.draft(t, st.ctx, siti, sitiNIK)
	review, err := st.Review(st.ctx, siti, app.ID)
	if err != nil || len(review.Missing) != 0 || len(review.Warnings) != 0 || review.Next() != "" {
		t.Fatalf("review: missing %v, warnings %v, next %q, %v", review.Missing, review.Warnings, review.Next(), err)
	}
	if got := review.Answers.Get("nomor_hp"); got != "+6281234567890" {
		t.Errorf("phone kept as %q", got)
	}

	// Submission gives a number and a deadline: two working days after Tuesday.
	app, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: app.ID, Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC); !app.DueAt.Equal(want) || app.DueProvisional {
		t.Errorf("due %v, want %v", app.DueAt, want)
	}
	if !strings.HasPrefix(app.Number, "BTM-26-") || app.State != "submitted" || app.Stage != workflow.StageReceived {
		t.Errorf("number %s, state %s", app.Number, app.State)
	}

	// The officer finds it, begins, and asks for a correction on the last day; the clock stops.
	list, err := st.List(st.ctx, budi, []uuid.UUID{app.ID})
	if err != nil || len(list) != 1 || list[0].ID != app.ID || list[0].AssigneeID.Valid || list[0].QueueRank != application.RankDue || list[0].Answers != nil {
		t.Fatalf("list %+v, %v", list, err)
	}
	if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version}); err != nil {
		t.Fatal(err)
	}
	if app.AssigneeID.UUID != budi.ID {
		t.Error("who begins has it")
	}
	st.on(t, "2026-11-25 11:00")
	app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version,
		Reason: "Foto KK buram.", Fields: []string{"file_kk"}})
	if err != nil {
		t.Fatal(err)
	}
	if app.Stage != workflow.StageNeedsCorrection || !app.DueAt.IsZero() || app.Remaining == nil || app.Remaining.Days != 1 {
		t.Fatalf("after the request: %s, due %v, left %+v", app.Stage, app.DueAt, app.Remaining)
	}

	// The resident may change what was named and nothing else, and sends it a week later.
	st.on(t, "2026-12-02 20:00")
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", map[string][]string{"tanggal_hilang": {"2026-11-19"}, "tempat_hilang": {"Pasar"}}); !fault.Is(err, "application.not_editable") {
		t.Errorf("a field that was not named: %v", err)
	}
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil || d.Editable("nik") || !d.Editable("file_kk") {
		t.Fatalf("draft in correction: %v", err)
	}
	_, err = st.Correct(st.ctx, siti, app.ID)
	wants(t, err, "application.nothing_changed")
	old := d.Files["file_kk"][0]
	if err := st.Detach(st.ctx, siti, app.ID, old.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Correct(st.ctx, siti, app.ID); !fault.Is(err, "input.invalid") {
		t.Errorf("sent without the file: %v", err)
	}
	if _, err := st.Attach(st.ctx, siti, app.ID, "file_kk", "baru.jpg", bytes.NewReader(photo(t))); err != nil {
		t.Fatal(err)
	}
	if app, err = st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC); !app.DueAt.Equal(want) || app.State != "in_review" {
		t.Errorf("one working day was left: due %v, want %v; state %s", app.DueAt, want, app.State)
	}

	// Approval, then the job makes the document; running it again makes no second one.
	st.on(t, "2026-12-03 10:00")
	app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "approve", Version: app.Version, Reason: "Data cocok."})
	if err != nil {
		t.Fatal(err)
	}
	if app.OnTime == nil || !*app.OnTime || app.Outcome != event.Approved {
		t.Errorf("outcome %s, on time %v", app.Outcome, app.OnTime)
	}
	for range 2 {
		if err := st.issue(st.ctx, uuid.Nil, application.IssueArgs{ApplicationID: app.ID}); err != nil {
			t.Fatal(err)
		}
	}
	detail, err := st.Get(st.ctx, siti, app.ID)
	if err != nil || len(detail.Documents) != 1 {
		t.Fatalf("%d documents, %v", len(detail.Documents), err)
	}
	doc := detail.Documents[0]
	if doc.Number != "001/SKP-KTP/Disdukcapil/XII/2026" || doc.HolderMasked != "S••• R••••" {
		t.Errorf("document %s for %s", doc.Number, doc.HolderMasked)
	}

	// The PDF says what it should and no full NIK; the QR's page knows it.
	_, r, err := st.OpenDocument(st.ctx, siti, doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	text := pdfText(t, r)
	for _, want := range []string{"PEMERINTAH KOTA BATAM", doc.Number, app.Number, "Siti Rahma", "3 Desember 2026", "••••••••••••0003",
		"Kepala Dinas Kependudukan dan Pencatatan Sipil", "http://batam.localhost:8080/verifikasi/" + doc.Token} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, sitiNIK) || strings.Contains(text, "{") {
		t.Errorf("the PDF says too much or left a placeholder:\n%s", text)
	}
	v, err := st.Verify(st.ctx, doc.Token)
	if err != nil || v.Kind != intake.OnDocument || v.Number != doc.Number || v.Status != document.Valid || v.HolderMasked != doc.HolderMasked || len(v.SHA256) != 64 {
		t.Errorf("verification %+v, %v", v, err)
	}
	v, err = st.Verify(st.ctx, app.ReceiptToken)
	if err != nil || v.Kind != intake.OnReceipt || v.Number != app.Number {
		t.Errorf("receipt %+v, %v", v, err)
	}

	// Handed over, it is closed.
	if detail.Application.Stage != workflow.StageApproved {
		t.Errorf("stage %s", detail.Application.Stage)
	}
	if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "hand_over", Version: app.Version}); err != nil || app.ClosedAt.IsZero() {
		t.Fatalf("hand over: %v", err)
	}
	st.checkTraces(t, app.ID)
	st.checkTracking(t, app.Number)
	if !heardOnce(st) {
		t.Errorf("facts: %+v", st.facts)
	}
}

func heardOnce(st *stage) bool {
	return len(heard[event.ApplicationSubmitted](st)) == 1 && len(heard[event.CorrectionRequested](st)) == 1 &&
		len(heard[event.ApplicationCorrected](st)) == 1 && len(heard[event.ApplicationDecided](st)) == 1 &&
		len(heard[event.DocumentIssued](st)) == 1 && len(st.facts) == 5
}

// trail is what the audit record has of one application, the earliest first.
func (st *stage) trail(t *testing.T, id uuid.UUID) []audit.Stored {
	t.Helper()
	page, err := audit.List(st.ctx, st.w.DB.App, audit.Filter{Object: "application", Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var out []audit.Stored
	for _, e := range slices.Backward(page.Entries) {
		if e.ObjectID == id {
			out = append(out, e)
		}
	}
	return out
}

// checkTraces looks at the audit record, the timeline and the messages of the story.
func (st *stage) checkTraces(t *testing.T, id uuid.UUID) {
	t.Helper()
	var acts []string
	for _, e := range st.trail(t, id) {
		acts = append(acts, strings.TrimPrefix(e.Action, "application."))
	}
	if got := strings.Join(acts, " "); got != "submit start_review request_correction correct approve issue hand_over" {
		t.Errorf("audit: %s", got)
	}
	var mails []string
	err := st.w.DB.App.NewRaw("SELECT template FROM message WHERE tenant_id = ? ORDER BY id", st.w.Batam.ID).Scan(st.ctx, &mails)
	if got := strings.Join(mails, " "); err != nil || got != "application_submitted correction_requested case_corrected application_approved generic" {
		t.Errorf("messages: %s, %v", got, err)
	}
}

func (st *stage) checkTracking(t *testing.T, number string) {
	t.Helper()
	tr, err := st.Track(st.ctx, strings.ToLower(number), "7890")
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, s := range tr.Steps {
		steps = append(steps, s.State.Code)
	}
	if got := strings.Join(steps, " "); got != "submitted in_review needs_correction in_review approved completed" || tr.State.Code != "completed" {
		t.Errorf("steps: %s, now %s", got, tr.State.Code)
	}
}

func pdfText(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	defer r.Close()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = r
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestTheReceiptOnPaper(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti Nur Ḥalīmah d'Élise") // letters beyond ASCII must print
	draft := st.draft(t, st.ctx, siti, sitiNIK)
	_, err := st.Receipt(st.ctx, siti, draft.ID)
	wants(t, err, "application.no_receipt")
	app, err := st.Submit(st.ctx, siti, intake.SubmitInput{ID: draft.ID, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	name, pdf, err := st.ReceiptPDF(i18n.With(st.ctx, i18n.EN), siti, app.ID)
	if err != nil || name != "tanda-terima-"+app.Number+".pdf" {
		t.Fatalf("file %q, %v", name, err)
	}
	text := pdfText(t, io.NopCloser(bytes.NewReader(pdf)))
	for _, want := range []string{app.Number, "RECEIPT OF APPLICATION", "Lost ID card", "d'Élise", "24 November 2026, 10:00 WIB", "26 November 2026, 16:00 WIB", "2 working days", "/lacak",
		"Documents received", "Family Card", "foto.jpg"} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, sitiNIK) {
		t.Error("the receipt shows the NIK")
	}
}

func TestAnOfficersReadingIsRecorded(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti := st.resident(t, st.ctx, "Siti Rahma")
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	d, err := st.Get(st.ctx, budi, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	var file files.File
	for _, p := range d.Pages {
		for _, a := range p.Fields {
			if a.Code == "nik" && (a.Text != "••••••••••••0003" || !a.Masked) {
				t.Errorf("the officer sees %q", a.Text)
			}
			if a.Code == "tanggal_lahir" && strings.Contains(a.Text, "1990") {
				t.Errorf("the officer sees the birth date %q", a.Text)
			}
			if a.Code == "file_kk" {
				file = a.Files[0]
			}
		}
	}
	got, err := st.Reveal(st.ctx, budi, app.ID, "nik")
	if err != nil || got.Text != sitiNIK {
		t.Fatalf("revealed %q, %v", got, err)
	}
	_, err = st.Reveal(st.ctx, budi, app.ID, "nama_lengkap")
	wants(t, err, "application.no_answer")
	_, r, err := st.OpenFile(st.ctx, budi, app.ID, file.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, r, err = st.OpenFile(st.ctx, siti, app.ID, file.ID); err != nil {
		t.Fatal(err)
	}
	r.Close()
	trail := st.trail(t, app.ID)
	if len(trail) != 3 || trail[1].Action != "application.reveal" || trail[2].Action != "application.open_file" || trail[2].ActorID != budi.ID {
		t.Errorf("audit: %+v", trail)
	}
	if strings.Contains(string(trail[1].Detail), sitiNIK) {
		t.Error("the audit record holds the NIK")
	}
}
