package casework

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// ringOnce looks for timers whose time has come and runs their jobs, each of them twice as a delivery may.
func (st *stage) ringOnce(t testing.TB) {
	t.Helper()
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.ring(ctx, tx, st.clock()) })
	if err != nil {
		t.Fatal(err)
	}
	var due []timerArgs
	var ids []string
	err = st.w.DB.Platform.NewRaw("SELECT payload->>'timer_id' FROM outbox WHERE kind = 'casework.timer.v1'").Scan(t.Context(), &ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		due = append(due, timerArgs{TimerID: uuid.MustParse(id)})
	}
	for _, args := range append(due, due...) {
		if err := st.rang(st.ctx, uuid.Nil, args); err != nil {
			t.Fatal(err)
		}
	}
}

// abandoned cancels what its applicant does not correct within fourteen days, three of them after a reminder.
func abandoned(w *workflow.Workflow) {
	w.Actions = append(w.Actions, workflow.Action{Code: "abandon", Label: inBoth("Batal otomatis"), From: []string{"needs_correction"}, To: "cancelled",
		Actor: workflow.BySystem, Reason: workflow.ReasonNone, After: workcal.Term{Amount: 14, Unit: workcal.Day},
		Remind:  &workflow.Remind{Before: workcal.Term{Amount: 3, Unit: workcal.Day}, Message: inBoth("Permohonan {number} segera dibatalkan.")},
		Message: inBoth("Tidak diperbaiki dalam 14 hari.")})
}

func TestWhatIsNotCorrectedIsCancelled(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, abandoned)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	ask := func(app application.Application) application.Application {
		t.Helper()
		app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
	app = ask(app) // Tuesday 24 November: it ends on 8 December
	st.on(t, "2026-12-05 23:00")
	st.ringOnce(t)
	if n := st.letters(t, "generic", siti.ID); n != 0 {
		t.Fatalf("%d letters before the reminder's time", n)
	}
	st.on(t, "2026-12-06 00:10")
	st.ringOnce(t)
	st.ringOnce(t)
	if n := st.letters(t, "generic", siti.ID); n != 1 {
		t.Fatalf("%d reminders", n)
	}
	// What is corrected in time is not cancelled, and the next request starts its own time.
	typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", typed); err != nil {
		t.Fatal(err)
	}
	app, err := st.Correct(st.ctx, siti, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	st.on(t, "2026-12-09 00:10")
	st.ringOnce(t)
	if d, _ := st.joint(t, budi, app.ID); d.Application.State != "in_review" {
		t.Fatalf("state %s", d.Application.State)
	}
	app = ask(app)
	st.on(t, "2026-12-23 23:59")
	st.ringOnce(t)
	if d, _ := st.joint(t, budi, app.ID); d.Application.State != "needs_correction" {
		t.Fatalf("state %s a minute too early", d.Application.State)
	}
	st.on(t, "2026-12-24 00:01")
	st.ringOnce(t)
	st.ringOnce(t)
	d, _ := st.joint(t, siti, app.ID)
	last := d.Timeline[len(d.Timeline)-1]
	if d.Application.State != "cancelled" || d.Application.ClosedAt.IsZero() || last.Action != "abandon" || last.Message != "Tidak diperbaiki dalam 14 hari." {
		t.Errorf("state %s, told %+v", d.Application.State, last)
	}
	if n := len(heard[event.ApplicationCancelled](st)); n != 1 {
		t.Errorf("%d facts", n)
	}
	trail := st.trail(t, app.ID)
	if got := trail[len(trail)-1]; got.Action != "application.abandon" || got.ActorKind != "system" {
		t.Errorf("audit %+v", got)
	}
}

// TestAStepOfConditionIsTakenAtOnce: a step of the system's whose condition holds on entry follows in the same act, and
// an officer's is offered only while its own does.
func TestAStepOfConditionIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) {
		w.States = append(w.States, workflow.State{Code: "weighed", Label: inBoth("Ditimbang"), Public: inBoth("Ditimbang."), Stage: workflow.StageInReview, Clock: workflow.Running})
		for i := range w.Actions {
			if w.Actions[i].Code == "approve" {
				w.Actions[i].If = "nilai >= 70.0"
				w.Actions[i].From = []string{"weighed"}
			}
		}
		w.Actions = append(w.Actions,
			workflow.Action{Code: "weigh", Label: inBoth("Timbang"), From: []string{"in_review", "weighed"}, To: "weighed", Actor: workflow.ByOfficer, Permission: "application:review",
				Reason: workflow.ReasonNone, Fields: []form.Field{{Code: "nilai", Type: form.Number, Label: inBoth("Nilai"), Required: true}}, Roles: []string{"agency_head"}},
			workflow.Action{Code: "fail", Label: inBoth("Gugur"), From: []string{"weighed"}, To: "rejected", Actor: workflow.BySystem, When: "nilai < 50.0",
				Reason: workflow.ReasonNone, Message: inBoth("Nilai di bawah 50.")})
	})
	budi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Kepala", "disdukcapil", "agency_head")
	weigh := func(n int, points string) application.Application {
		t.Helper()
		app := st.submitted(t, st.resident(t, st.ctx, "Warga"), nikOf(n))
		app, err := st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
		if err != nil {
			t.Fatal(err)
		}
		in := ActInput{ID: app.ID, Action: "weigh", Version: app.Version, Answers: map[string][]string{"nilai": {points}}}
		_, err = st.Act(st.ctx, budi, in)
		wants(t, err, "application.other_agency")
		if app, err = st.Act(st.ctx, head, in); err != nil {
			t.Fatal(err)
		}
		return app
	}
	if app := weigh(1, "49"); app.State != "rejected" || app.Outcome != "rejected" || app.Reason != "Nilai di bawah 50." {
		t.Errorf("49 points: %s for %q", app.State, app.Reason)
	}
	app := weigh(2, "60")
	d, _ := st.joint(t, head, app.ID)
	if app.State != "weighed" || len(d.Asks) != 1 {
		t.Fatalf("60 points: %s, asks %v", app.State, d.Asks)
	}
	for _, a := range d.Actions {
		if a.Code == "approve" {
			t.Error("approval is offered with 60 points")
		}
	}
	_, err := st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "approve", Version: app.Version, Reason: "Cukup."})
	wants(t, err, "application.no_action")
	_, err = st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "weigh", Version: app.Version, Answers: map[string][]string{"nilai": {"banyak"}, "rahasia": {"x"}}})
	wantsField(t, err, "rahasia", "unknown_field")
	if app, err = st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "weigh", Version: app.Version, Answers: map[string][]string{"nilai": {"70"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err = st.Act(st.ctx, head, ActInput{ID: app.ID, Action: "approve", Version: app.Version, Reason: "Cukup."}); err != nil {
		t.Error(err)
	}
}
