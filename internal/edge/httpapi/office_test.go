package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/rest"
	issued "bedelau/internal/kernel/document"
	due "bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/testca"
	"bedelau/internal/kernel/workflow"
)

// licence applies for a doctor's licence, which waits for two offices.
func (c client) licence(t testing.TB) Application {
	t.Helper()
	var x Application
	c.post(t, 200, "/applications", startRequest{Service: "sip-dokter"}, &x)
	at := "/applications/" + x.ID.String()
	for _, page := range []struct {
		code    string
		answers map[string]given
	}{
		{"syarat", map[string]given{"paham_syarat": {"yes"}}},
		{"pemohon", map[string]given{"pemohon.nik": {sitiNIK}, "pemohon.name": {"Siti Rahma"}, "pemohon.birth_date": {"1990-03-27"}, "pemohon.phone": {"081234567890"}}},
		{"profesi", map[string]given{"profesi": {"dokter"}, "nomor_str": {"STR-123"}, "str_seumur_hidup": {"yes"}}},
		{"skp", map[string]given{"jenis_sip": {"baru"}}},
		{"tempat", map[string]given{"jenis_tempat": {"klinik"}, "nama_tempat": {"Klinik Teratai"}, "tempat.address": {"Jl. Teratai 5"},
			"tempat.district": {"Batam Kota"}, "tempat.subdistrict": {"Teluk Tering"}, "jadwal": {"Senin sampai Jumat"}, "praktik_ke": {"1"}}},
		{"pernyataan", map[string]given{"paham_data_pribadi": {"yes"}, "pernyataan_benar": {"yes"}}},
	} {
		c.call(t, "PUT", 204, at+"/answers/"+page.code, answersRequest{Answers: page.answers}, nil)
	}
	for _, field := range []string{"file_str", "file_tempat"} {
		if a := c.do(t, "POST", at+"/files?field="+field, bytes.NewReader(photo(t))); a.status != 201 {
			t.Fatalf("%s: %d %s", field, a.status, a.body)
		}
	}
	c.post(t, 200, at+"/submission", nil, &x, "Idempotency-Key", x.ID.String())
	return x
}

// TestOfficesAreAskedThroughTheAPI goes the way of a licence that waits for two offices, and of what becomes of the paper.
func TestOfficesAreAskedThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	w.work(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	x := siti.licence(t)
	at := "/applications/" + x.ID.String()
	budi := w.staff(t, w.w.Batam, "budi@batam.example.id", "dpmptsp", "officer")
	head := w.staff(t, w.w.Batam, "kepala@batam.example.id", "dpmptsp", "agency_head")
	rina := w.staff(t, w.w.Batam, "rina@batam.example.id", "dinkes", "officer")
	stranger := w.staff(t, w.w.Batam, "lain@batam.example.id", "disdukcapil", "officer")

	for _, step := range []string{"start_review", "ask_offices"} {
		budi.post(t, 200, at+"/actions", actRequest{Action: step, Version: x.Version}, &x)
	}
	var asked taskList
	rina.get(t, "/tasks", &asked)
	if asked.Open != 1 || len(asked.Items) != 1 || asked.Items[0].Agency != "dinkes" || asked.Items[0].DueAt.IsZero() || asked.Items[0].Number != x.Number {
		t.Fatalf("asked of the health office: %+v", asked)
	}
	one := asked.Items[0]
	var d applicationDetail
	rina.get(t, at, &d)
	if d.MayWork || len(d.Tasks) != 2 {
		t.Fatalf("the health office reads %+v", d.Tasks)
	}
	for _, j := range d.Tasks {
		if j.MayAnswer != (j.ID == one.ID) || j.MayAnswer && (len(j.Outcomes) != 2 || len(j.Questions) != 1 || j.Questions[0].Code != "nomor_rekomendasi") {
			t.Errorf("task %+v", j)
		}
	}
	answer := "/tasks/" + one.ID.String() + "/answer"
	stranger.refused(t, "POST", answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan"}, 404, "task.not_found")
	w.at(batam).refused(t, "POST", answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan"}, 401, "access.sign_in")
	rina.post(t, 204, "/tasks/"+one.ID.String()+"/claim", taskHand{Version: one.Version}, nil)
	rina.refused(t, "POST", answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan", Answers: map[string]given{"nomor_rekomendasi": {"R-17"}}}, 409, "task.changed")
	rina.refused(t, "POST", answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan"}, 409, "task.changed") // whatever is missing
	rina.get(t, "/tasks", &asked)
	one = asked.Items[0]
	if one.Assignee == nil {
		t.Error("nobody has the task that was taken")
	}
	p := rina.refused(t, "POST", answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan"}, 422, "input.invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "nomor_rekomendasi" {
		t.Errorf("without the number: %+v", p.Errors)
	}
	rina.post(t, 200, answer, taskAnswer{Version: one.Version, Outcome: "direkomendasikan", Answers: map[string]given{"nomor_rekomendasi": {"R-17"}}}, &x)
	budi.get(t, "/tasks", &asked)
	if len(asked.Items) != 1 {
		t.Fatalf("asked of the one-stop office: %+v", asked)
	}
	budi.post(t, 200, "/tasks/"+asked.Items[0].ID.String()+"/answer", taskAnswer{Version: asked.Items[0].Version, Outcome: "lengkap"}, &x)
	if x.State.Code != "decision" {
		t.Fatalf("when both have answered: %+v", x.State)
	}
	siti.get(t, at, &d)
	if len(d.Office) != 0 || len(d.Tasks) != 2 || d.Tasks[0].Outcome != "" || d.Tasks[0].By != "" || d.Tasks[0].Assignee != nil {
		t.Errorf("the applicant reads %+v, %+v", d.Office, d.Tasks)
	}

	w.signs(t, "dpmptsp")
	var b batch
	started := head.post(t, 202, "/batches", batchRequest{Action: "reject", Items: []batchItem{{x.ID, x.Version}}}, &b)
	eventually(t, "the batch without its reason", func() bool {
		head.get(t, strings.TrimPrefix(started.header.Get("Location"), rest.Base), &b)
		return b.Over
	})
	if b.Failed != 1 || b.Failures[0].Code != "field.required" || !strings.HasPrefix(b.Failures[0].Detail, "This answer is required") {
		t.Errorf("without the reason: %+v", b)
	}
	// The decision is one of a batch, with one that cannot be decided.
	other := siti.licence2(t, w)
	started = head.post(t, 202, "/batches", batchRequest{Action: "approve", Items: []batchItem{{x.ID, x.Version}, {other.ID, other.Version}}}, &b)
	eventually(t, "the batch", func() bool {
		head.get(t, strings.TrimPrefix(started.header.Get("Location"), rest.Base), &b)
		return b.Over
	})
	if b.Total != 2 || b.Done != 1 || b.Failed != 1 || b.Failures[0].Number != other.Number || b.Failures[0].Code != "application.no_action" || strings.HasPrefix(b.Failures[0].Detail, "fault.") {
		t.Errorf("the batch: %+v", b)
	}
	budi.refused(t, "GET", "/batches/"+b.ID.String(), nil, 404, "bulk.not_found")
	w.isRegistered(t, head, siti, x)
}

// licence2 is an application of somebody else's that nobody has looked at.
func (c client) licence2(t testing.TB, w *world) Application {
	t.Helper()
	return w.resident(t.(*testing.T), w.w.Batam, "Sari Dewi", "sari@contoh.id").licence(t)
}

// isRegistered finds the document in the register, replaces and revokes it.
func (w *world) isRegistered(t *testing.T, head, siti client, x Application) {
	t.Helper()
	var all rest.Page[registered]
	eventually(t, "the document", func() bool {
		head.get(t, "/documents?number="+x.Number, &all)
		return len(all.Items) == 1 && all.Items[0].Document.Status == "valid"
	})
	paper := all.Items[0]
	if paper.Application != x.ID || paper.Document.Status != "valid" || paper.Holder != "S••• R••••" || paper.Service != "sip-dokter" {
		t.Errorf("registered: %+v", paper)
	}
	siti.refused(t, "GET", "/documents", nil, 403, "access.denied")
	head.refused(t, "GET", "/documents?issued_from=2026-13-01", nil, 422, "input.invalid")
	head.get(t, "/documents?status=revoked", &all)
	if len(all.Items) != 0 {
		t.Errorf("revoked before it was: %+v", all.Items)
	}
	at := "/documents/" + paper.Document.ID.String()
	head.refused(t, "POST", at+"/revocation", endRequest{Reason: "abc"}, 422, "input.invalid")
	var fresh registered
	head.post(t, 201, at+"/replacement", endRequest{Reason: "Nama tempat salah tulis."}, &fresh)
	if fresh.Document.ID == paper.Document.ID || fresh.Document.Number == paper.Document.Number {
		t.Errorf("replaced by %+v", fresh)
	}
	eventually(t, "the new one to be signed, which ends the old one", func() bool {
		head.get(t, "/documents?status=replaced", &all)
		return len(all.Items) == 1
	})
	head.refused(t, "POST", at+"/revocation", endRequest{Reason: "Sudah diganti."}, 409, "document.ended")
	head.post(t, 200, "/documents/"+fresh.Document.ID.String()+"/revocation", endRequest{Reason: "STR dicabut."}, &fresh)
	var v verified
	w.at(batam).get(t, "/verifications/"+fresh.Document.Token, &v)
	if fresh.Document.Status != "revoked" || v.Status != "revoked" {
		t.Errorf("revoked: %+v, verified %+v", fresh, v)
	}
}

// TestTheQueueIsFilteredThroughTheAPI narrows the list down, and is told of a filter that means nothing.
func TestTheQueueIsFilteredThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	x := siti.submitted(t, sitiNIK, "Siti Rahma")
	budi := w.staff(t, w.w.Batam, "budi@batam.example.id", "disdukcapil", "officer")
	for _, tt := range []struct {
		query string
		found int
	}{
		{"service=ktp-el-hilang", 1}, {"service=kia", 0}, {"stage=received", 1}, {"stage=in_review", 0}, {"channel=api", 1}, {"channel=web", 0},
		{"assignee=none", 1}, {"assignee=me", 0}, {"assignee=" + uuid.NewString(), 0}, {"late=true", 0}, {"due_within=30", 1},
		{"sent_from=2020-01-01", 1}, {"sent_to=2020-01-01", 0}, {"due_from=2020-01-01&sort=newest", 1},
	} {
		var q queue
		budi.get(t, "/queue?"+tt.query, &q)
		if len(q.Items) != tt.found {
			t.Errorf("%s: %d", tt.query, len(q.Items))
		}
	}
	for _, query := range []string{"due_from=yesterday", "assignee=all", "sort=best", "stage=nowhere", "due_within=0"} {
		budi.refused(t, "GET", "/queue?"+query, nil, 422, "input.invalid")
	}
	budi.refused(t, "GET", "/queue?colour=red", nil, 422, "input.invalid")
	budi.refused(t, "POST", "/applications/"+x.ID.String()+"/actions", actRequest{Action: "start_review", Version: x.Version,
		Files: []handed{{Field: "nothing", Name: "a.pdf", Content: []byte("x")}}}, 422, "input.invalid")
	if x.State.Stage != workflow.StageReceived {
		t.Errorf("moved: %+v", x.State)
	}
	budi.refused(t, http.MethodPost, "/applications/"+x.ID.String()+"/fees/"+uuid.NewString()+"/refund", refundRequest{Reason: "Salah bayar."}, 409, "fee.not_paid")
}

// TestARefundSentTwiceIsRecordedOnce: what had been given back when the caller read the fee is the key of the request.
func TestARefundSentTwiceIsRecordedOnce(t *testing.T) {
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	budi := w.staff(t, w.w.Batam, "budi@batam.example.id", "disdukcapil", "officer")
	x := siti.submitted(t, sitiNIK, "Siti Rahma")
	var f due.Fee
	err := tenancy.InTx(w.w.Ctx(w.w.Batam), w.w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		now := time.Now().UTC()
		if f, err = due.Ask(ctx, tx, due.Fee{SubjectKind: "application", SubjectID: x.ID, AgencyCode: "disdukcapil", Code: x.Number, Amount: 1000}, now); err != nil {
			return err
		}
		_, err = due.Pay(ctx, tx, f.ID, due.Entry{Amount: 1000, Day: "2026-11-24", Reference: x.Number, ByID: uuid.New(), At: now})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/applications/" + x.ID.String() + "/fees/" + f.ID.String() + "/refund"
	back := refundRequest{Amount: 400, Reason: "Salah hitung."}
	budi.post(t, http.StatusNoContent, path, back, nil)
	budi.refused(t, http.MethodPost, path, back, 409, "fee.changed")
	budi.refused(t, http.MethodPost, path, map[string]any{"amount": 400, "reason": "x"}, 422, "input.invalid")
	all, err := due.Of(w.w.Ctx(w.w.Batam), w.w.DB.App, "application", x.ID)
	if err != nil || len(all) != 1 || all[0].Refunded != 400 || len(all[0].Entries) != 2 {
		t.Fatalf("recorded %+v, %v", all, err)
	}
	back.Refunded = 400
	budi.post(t, http.StatusNoContent, path, back, nil)
}

// signs has somebody sign for an agency of Batam with a certificate for tests.
func (w *world) signs(t testing.TB, agency string) {
	t.Helper()
	ctx := w.w.Ctx(w.w.Batam)
	id, err := w.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Tata Usaha", Email: "tu@kota.id", Password: password, Roles: []string{"city_admin"}, TOTPSecret: totpSecret})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := w.Identity.ActorFor(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	by, err := w.Documents.Appoint(ctx, admin, issued.OfficialInput{Agency: agency, Name: "Contoh Pejabat", From: "2026-01-01", Title: i18n.Text{"id": "Kepala Dinas", "en": "Head"}})
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := testca.Key("Contoh Pejabat", time.Now())
	if err == nil {
		_, err = w.Documents.AddKey(ctx, admin, issued.KeyInput{Official: by.ID, File: file, Test: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}
