package casework

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// follow makes applications from now on follow the city's workflow with something changed.
func (st *stage) follow(t testing.TB, change func(w *workflow.Workflow)) {
	t.Helper()
	w, err := application.Define[workflow.Workflow](st.ctx, application.NewDefinitions(), st.w.DB.App, application.WorkflowTable, "adminduk", 1)
	if err != nil {
		t.Fatal(err)
	}
	change(w)
	err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return application.Publish(ctx, tx, application.WorkflowTable, "adminduk", 2, w, st.clock())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func inBoth(s string) i18n.Text { return i18n.Text{i18n.ID: s, i18n.EN: s} }

// recommended asks two offices before the decision: the health office, and an officer of one's own who inspects. Once
// both agree the fee is set and the case decided; one refusal ends it.
func recommended(w *workflow.Workflow) {
	asks := func(code, agency string, fields ...form.Field) workflow.Branch {
		return workflow.Branch{Code: code, Label: inBoth(code), Agency: agency, Permission: access.ApplicationReview,
			Term: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}, Fields: fields, Outcomes: []workflow.Outcome{
				{Code: "agreed", Label: inBoth("Setuju"), Reason: workflow.ReasonOptional},
				{Code: "refused", Label: inBoth("Tidak setuju"), Refuses: true, Reason: workflow.ReasonRequired},
			}}
	}
	asked := workflow.State{Code: "asked", Label: inBoth("Menunggu rekomendasi"), Public: inBoth("Kami menunggu rekomendasi."),
		Stage: workflow.StageInReview, Clock: workflow.Running, Branches: []workflow.Branch{
			asks("dinkes", "dinkes", form.Field{Code: "nomor_rekomendasi", Type: form.Text, Label: inBoth("Nomor"), RequiredIf: `dinkes == "agreed"`}),
			asks("survei", "", form.Field{Code: "foto_lokasi", Type: form.File, Label: inBoth("Foto"), RequiredIf: `survei == "agreed"`,
				File: &form.FileRule{Types: []string{"jpg"}, MaxMB: 1, MaxCount: 1}}),
		}}
	ready := workflow.State{Code: "ready", Label: inBoth("Siap diputus"), Public: inBoth("Siap diputus."), Stage: workflow.StageInReview, Clock: workflow.Running}
	w.States = append(w.States, asked, ready)
	for i := range w.Actions {
		if w.Actions[i].Code == "approve" {
			w.Actions[i].From = []string{"ready"}
			w.Actions[i].If = `dinkes == "agreed"`
			w.Actions[i].Fields = []form.Field{{Code: "biaya_izin", Type: form.Money, Label: inBoth("Biaya"), Required: true}}
		}
	}
	w.Actions = append(w.Actions,
		workflow.Action{Code: "ask", Label: inBoth("Minta rekomendasi"), From: []string{"in_review"}, To: "asked", Actor: workflow.ByOfficer,
			Permission: access.ApplicationReview, Reason: workflow.ReasonNone},
		workflow.Action{Code: "agreed", Label: inBoth("Lengkap"), From: []string{"asked"}, To: "ready", Actor: workflow.BySystem, Join: workflow.JoinAll, Reason: workflow.ReasonNone,
			Notify: []workflow.Notice{{To: workflow.ToHolder, Title: inBoth("{number} siap"), Body: inBoth("Semua instansi sudah menjawab: {state}.")}}},
		workflow.Action{Code: "refused", Label: inBoth("Ditolak instansi"), From: []string{"asked"}, To: "rejected", Actor: workflow.BySystem, Join: workflow.JoinRefused,
			Reason: workflow.ReasonNone, Message: inBoth("Satu instansi tidak memberi rekomendasi.")},
		workflow.Action{Code: "back", Label: inBoth("Periksa lagi"), From: []string{"asked", "ready"}, To: "in_review", Actor: workflow.ByOfficer,
			Permission: access.ApplicationReview, Reason: workflow.ReasonNone},
	)
}

// asked brings an application to where the offices are asked.
func (st *stage) asked(t testing.TB, officer identity.Actor, siti identity.Actor) application.Application {
	t.Helper()
	app := st.submitted(t, siti, sitiNIK)
	for _, action := range []string{"start_review", "ask"} {
		var err error
		if app, err = st.Act(st.ctx, officer, ActInput{ID: app.ID, Action: action, Version: app.Version}); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	return app
}

func (st *stage) joint(t testing.TB, who identity.Actor, id uuid.UUID) (Detail, map[string]JointTask) {
	t.Helper()
	d, err := st.Get(st.ctx, who, id)
	if err != nil {
		t.Fatal(err)
	}
	byBranch := map[string]JointTask{}
	for _, j := range d.Joint {
		byBranch[j.Branch] = j
	}
	return d, byBranch
}

// TestOfficesAnswerAtTheSameTime follows a licence that waits for another agency and for a survey.
func TestOfficesAnswerAtTheSameTime(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, recommended)
	siti := st.resident(t, st.ctx, "Siti")
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	dewi, eko := st.officer(t, "Dewi", "dinkes", "officer"), st.officer(t, "Eko", "dinkes", "officer")
	other := st.officer(t, "Lain", "bapenda", "officer")

	early := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(7))
	if _, err := st.Get(st.ctx, dewi, early.ID); err == nil {
		t.Error("another agency reads an application of which it was asked nothing")
	}
	app := st.asked(t, budi, siti)
	if opened := heard[event.TaskOpened](st); len(opened) != 2 || opened[0].AgencyCode != "dinkes" || opened[1].AgencyCode != "disdukcapil" {
		t.Fatalf("facts %+v", opened)
	}
	if _, err := st.Get(st.ctx, other, app.ID); err == nil {
		t.Error("an agency that was not asked reads it")
	}
	d, tasks := st.joint(t, dewi, app.ID)
	task := tasks["dinkes"]
	if !task.MayAnswer || tasks["survei"].MayAnswer || len(d.Actions) != 0 || d.MayAssign || task.DueAt.IsZero() {
		t.Errorf("Dewi sees %+v, actions %v", tasks, d.Actions)
	}
	list, err := st.Tasks(st.ctx, dewi, "")
	if err != nil || len(list.Rows) != 1 || list.Open != 1 || list.Rows[0].Number != app.Number || list.Rows[0].Ask.Label.In(i18n.ID) != "dinkes" {
		t.Errorf("Dewi's list %+v, %v", list, err)
	}
	if list, err := st.Tasks(st.ctx, other, ""); err != nil || len(list.Rows) != 0 {
		t.Errorf("another's list %+v, %v", list.Rows, err)
	}
	_, err = st.Act(st.ctx, dewi, ActInput{ID: app.ID, Action: "back", Version: app.Version})
	wants(t, err, "application.other_agency")
	if d, _ := st.joint(t, siti, app.ID); len(d.Joint) != 2 || d.Joint[0].AgencyName.In(i18n.ID) == "" || d.Office != nil {
		t.Errorf("Siti sees %+v", d.Joint)
	}

	// Of two who answer at once, one is told what the other said.
	if err := st.ClaimTask(st.ctx, eko, task.ID, task.Version, false, ""); err != nil {
		t.Fatal(err)
	}
	answer := AnswerInput{Task: task.ID, Version: task.Version, Outcome: "agreed", Answers: map[string][]string{"nomor_rekomendasi": {"440/12"}}}
	_, err = st.AnswerTask(st.ctx, dewi, answer)
	wants(t, err, "task.changed")
	answer.Version++
	_, err = st.AnswerTask(st.ctx, dewi, answer)
	wants(t, err, "task.held")
	missing := answer
	missing.Answers = nil
	_, err = st.AnswerTask(st.ctx, eko, missing)
	wantsField(t, err, "nomor_rekomendasi", "required")
	silent := answer
	silent.Outcome = "refused"
	_, err = st.AnswerTask(st.ctx, eko, silent)
	wantsField(t, err, "reason", "required")
	_, err = st.AnswerTask(st.ctx, budi, answer)
	wants(t, err, "task.not_found")
	got, err := st.AnswerTask(st.ctx, eko, answer)
	if err != nil || got.State != "asked" {
		t.Fatalf("state %s, %v", got.State, err)
	}
	_, err = st.AnswerTask(st.ctx, eko, answer)
	wants(t, err, "task.closed")

	// The last answer joins, and tells the officer who has the case.
	_, tasks = st.joint(t, budi, app.ID)
	survey := AnswerInput{Task: tasks["survei"].ID, Version: tasks["survei"].Version, Outcome: "agreed"}
	_, err = st.AnswerTask(st.ctx, budi, survey)
	wantsField(t, err, "foto_lokasi", "file_required")
	survey.Files = []application.Upload{{Field: "foto_lokasi", Name: "lokasi.jpg", Body: bytes.NewReader(photo(t))}}
	if got, err = st.AnswerTask(st.ctx, budi, survey); err != nil || got.State != "ready" {
		t.Fatalf("state %s, %v", got.State, err)
	}
	d, _ = st.joint(t, budi, app.ID)
	if len(d.Office) != 2 || d.Office[0].Fields[1].Text != "440/12" || len(d.Office[1].Fields[1].Files) != 1 {
		t.Errorf("the office answered %+v", d.Office)
	}
	f, body, err := st.OpenFile(st.ctx, dewi, app.ID, d.Office[1].Fields[1].Files[0].ID)
	if err != nil || f.Mime != "image/jpeg" {
		t.Fatalf("the photo: %+v, %v", f, err)
	}
	_ = body.Close()
	if _, _, err := st.OpenFile(st.ctx, siti, app.ID, f.ID); err == nil {
		t.Error("the applicant opens the office's photo")
	}
	if n := st.letters(t, "generic", budi.ID); n != 1 {
		t.Errorf("Budi has %d letters", n)
	}

	// What the office fills in is on the sheet, and in the document.
	_, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "approve", Version: got.Version, Reason: "Lengkap."})
	wantsField(t, err, "biaya_izin", "required")
	got, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "approve", Version: got.Version, Reason: "Lengkap.", Answers: map[string][]string{"biaya_izin": {"250.000"}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := st.request(st.ctx, st.w.DB.App, got)
	values := r.Form.Shown(r.Answers, i18n.ID)
	if err != nil || values["biaya_izin"] != "Rp250.000" && values["biaya_izin"] != "Rp 250.000" || values["nomor_rekomendasi"] != "440/12" {
		t.Errorf("the document knows %q, %q, %v", values["biaya_izin"], values["nomor_rekomendasi"], err)
	}
}

// TestARefusalEndsTheWait withdraws what the other office has not answered.
func TestARefusalEndsTheWait(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, recommended)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	dewi := st.officer(t, "Dewi", "dinkes", "officer")
	app := st.asked(t, budi, siti)
	_, tasks := st.joint(t, dewi, app.ID)
	in := AnswerInput{Task: tasks["dinkes"].ID, Version: 1, Outcome: "refused", Reason: "STR tidak berlaku."}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = st.AnswerTask(st.ctx, dewi, in) })
	}
	wg.Wait()
	if n := len(slices.DeleteFunc(errs, func(err error) bool { return err != nil })); n != 1 {
		t.Errorf("%d of 4 answers were taken", n)
	}
	d, tasks := st.joint(t, budi, app.ID)
	if d.Application.State != "rejected" || d.Application.Reason != "Satu instansi tidak memberi rekomendasi." || tasks["survei"].Status != workflow.TaskWithdrawn {
		t.Errorf("state %s for %q, the survey is %s", d.Application.State, d.Application.Reason, tasks["survei"].Status)
	}
	_, err := st.AnswerTask(st.ctx, budi, AnswerInput{Task: tasks["survei"].ID, Version: 1, Outcome: "agreed"})
	wants(t, err, "task.withdrawn")
	if n := len(heard[event.TaskAnswered](st)); n != 1 {
		t.Errorf("%d facts", n)
	}
	if n := len(heard[event.ApplicationDecided](st)); n != 1 {
		t.Errorf("%d decisions", n)
	}
}

// TestOfficesAreAskedAnew: an earlier answer does not count when the case comes to the state again.
func TestOfficesAreAskedAnew(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, recommended)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	dewi := st.officer(t, "Dewi", "dinkes", "officer")
	app := st.asked(t, budi, siti)
	_, tasks := st.joint(t, dewi, app.ID)
	yes := AnswerInput{Task: tasks["dinkes"].ID, Version: 1, Outcome: "agreed", Answers: map[string][]string{"nomor_rekomendasi": {"1"}}}
	if _, err := st.AnswerTask(st.ctx, dewi, yes); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"back", "ask"} {
		var err error
		if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version}); err != nil {
			t.Fatal(err)
		}
	}
	d, tasks := st.joint(t, dewi, app.ID)
	if tasks["dinkes"].Status != workflow.TaskOpen || len(d.Joint) != 4 || len(d.Office) != 0 {
		t.Errorf("asked anew: %d tasks, %+v", len(d.Joint), d.Office)
	}
	if _, err := st.AnswerTask(st.ctx, dewi, yes); err == nil || !strings.Contains(err.Error(), "task.closed") {
		t.Errorf("the old task: %v", err)
	}
}

// letters counts the messages of a template to one account.
func (st *stage) letters(t testing.TB, template string, to uuid.UUID) (n int) {
	t.Helper()
	err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = ? AND account_id = ?",
		st.w.Batam.ID, template, to).Scan(st.ctx, &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// letter is the body of the latest plain message to one account.
func (st *stage) letter(t testing.TB, to uuid.UUID) (body string) {
	t.Helper()
	err := st.w.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ? AND template = 'generic' AND account_id = ? ORDER BY id DESC LIMIT 1",
		st.w.Batam.ID, to).Scan(st.ctx, &body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// wantsField fails the test unless err refuses a field with code.
func wantsField(t testing.TB, err error, field, code string) {
	t.Helper()
	for _, f := range fault.From(err).Fields {
		if f.Name == field && f.Code == code {
			return
		}
	}
	t.Fatalf("got %v %+v, want %s %s", err, fault.From(err).Fields, field, code)
}
