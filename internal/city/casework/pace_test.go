package casework

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// paced gives the office a working day to begin and four open hours to examine.
func paced(w *workflow.Workflow) {
	for i := range w.States {
		switch w.States[i].Code {
		case "submitted":
			w.States[i].Within = workcal.Term{Amount: 1, Unit: workcal.WorkingDay}
		case "in_review":
			w.States[i].Within = workcal.Term{Amount: 240, Unit: workcal.Minute}
		}
	}
}

func (st *stage) stepDue(t *testing.T, app application.Application, want string) application.Application {
	t.Helper()
	app = st.read(t, app.ID)
	got := ""
	if due := app.StepDue(); !due.IsZero() {
		got = due.In(time.FixedZone("WIB", 7*3600)).Format("2006-01-02 15:04")
	}
	if got != want {
		t.Errorf("%s until %q, want %q", app.State, got, want)
	}
	return app
}

func (st *stage) correctPlace(t *testing.T, app application.Application) {
	t.Helper()
	siti := st.actorOf(app)
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Fatal(err)
	}
}

// TestMoreTimeForTheOffice: a step that extends the promise extends the state's own time with it, unless that had passed, or
// nothing was promised that could grow.
func TestMoreTimeForTheOffice(t *testing.T) {
	t.Parallel()
	two := workcal.Term{Amount: 2, Unit: workcal.WorkingDay}
	for name, tt := range map[string]struct {
		promised workcal.Term
		at, want string
		kept     bool
	}{
		"in time":          {two, "2026-11-25 15:00", "2026-11-27 16:00", true},
		"late already":     {two, "2026-11-25 16:01", "2026-11-25 16:00", false},
		"nothing promised": {workcal.Term{}, "2026-11-25 15:00", "2026-11-25 16:00", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			st.offer.Term = tt.promised
			st.follow(t, func(w *workflow.Workflow) {
				paced(w)
				w.Actions = append(w.Actions, workflow.Action{Code: "extend", Label: inBoth("Perpanjang"), From: []string{"submitted"}, To: "submitted",
					Actor: workflow.ByOfficer, Permission: access.ApplicationReview, Reason: workflow.ReasonNone, Extends: two})
			})
			budi := st.officer(t, "Budi", "disdukcapil", "officer")
			app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
			st.on(t, tt.at)
			app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "extend"})
			if err != nil {
				t.Fatal(err)
			}
			st.stepDue(t, app, tt.want)
			st.on(t, "2026-11-26 09:00")
			if _, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Version: app.Version, Action: "start_review"}); err != nil {
				t.Fatal(err)
			}
			var kept bool
			err = st.w.DB.App.NewRaw("SELECT kept FROM application_stay WHERE tenant_id = ? AND state = 'submitted'", st.w.Batam.ID).Scan(st.ctx, &kept)
			if err != nil || kept != tt.kept {
				t.Errorf("kept %t, %v", kept, err)
			}
		})
	}
}

// TestTheOfficeHasATimeForEachStep: each state's own time by the calendar, which stands still for the applicant and goes
// on with what was left, never ends after the promise, and is counted afterwards for the head.
func TestTheOfficeHasATimeForEachStep(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, paced)
	budi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Kepala", "disdukcapil", "agency_head")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // Tuesday 10:00, promised for Thursday 16:00
	act := func(action string, in ActInput) {
		t.Helper()
		in.ID, in.Action, in.Version = app.ID, action, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	app = st.stepDue(t, app, "2026-11-25 16:00")
	st.on(t, "2026-11-25 14:00")
	act("start_review", ActInput{})
	app = st.stepDue(t, app, "2026-11-26 09:30") // two hours on Wednesday, two from half past seven on Thursday
	if app.StepLate(st.Now()) {
		t.Error("late at once")
	}
	st.on(t, "2026-11-25 15:00") // an hour is used
	act("request_correction", ActInput{Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	st.stepDue(t, app, "")
	st.on(t, "2026-11-30 09:00")
	st.correctPlace(t, app)
	app = st.stepDue(t, app, "2026-11-30 12:00") // three hours are left
	st.on(t, "2026-11-30 15:00")
	if !app.StepLate(st.Now()) || app.Late(st.Now()) {
		t.Error("the step is late and the promise is not")
	}
	act("approve", ActInput{Reason: "Lengkap"})
	app = st.read(t, app.ID)
	if app.Stay != nil || !app.StepDueAt.IsZero() || !*app.OnTime {
		t.Errorf("after the decision %+v until %v, in time %v", app.Stay, app.StepDueAt, *app.OnTime)
	}

	got, err := st.Paces(st.ctx, head, "dinkes") // the head sees the own agency, whatever is asked for
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	first, second := got[0], got[1]
	if first.State != "submitted" || first.N != 1 || first.Timed != 1 || first.Kept != 1 || first.Usual != 28*time.Hour {
		t.Errorf("the first step %+v", first)
	}
	if second.State != "in_review" || second.Label.In("id") != "Dalam verifikasi" || second.Kept != 0 || second.Usual != 7*time.Hour || second.Longest != 7*time.Hour {
		t.Errorf("the second step %+v", second)
	}
	if _, err := st.Paces(st.ctx, budi, ""); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an officer is told %v", err)
	}
	if other, err := st.Paces(st.ctx, st.officer(t, "Kepala lain", "dinkes", "agency_head"), "disdukcapil"); err != nil || len(other) != 0 {
		t.Errorf("another agency sees %+v, %v", other, err)
	}
}

// TestAStepIsBoundedByThePromise: three working days for a step of a promise of two.
func TestAStepIsBoundedByThePromise(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, func(w *workflow.Workflow) { w.States[0].Within = workcal.Term{Amount: 3, Unit: workcal.WorkingDay} })
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	if st.stepDue(t, app, "2026-11-26 16:00").StepDueAt.Equal(app.DueAt) {
		t.Error("its own time is lost")
	}
	// One that was sent before the office gave itself time is left alone.
	old := newStage(t)
	before := old.submitted(t, old.resident(t, old.ctx, "Siti"), sitiNIK)
	old.follow(t, paced)
	budi := old.officer(t, "Budi", "disdukcapil", "officer")
	if _, err := old.Act(old.ctx, budi, ActInput{ID: before.ID, Action: "start_review", Version: before.Version}); err != nil {
		t.Fatal(err)
	}
	if old.stepDue(t, before, "").Stay != nil {
		t.Error("an application of the version before has a time")
	}
}

// TestALateHolidayMovesTheStep, recorded and told to the office alone, once however often the job runs.
func TestALateHolidayMovesTheStep(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, paced)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	waiting := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	_, err := st.Act(st.ctx, budi, ActInput{ID: waiting.ID, Action: "request_correction", Version: waiting.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil {
		t.Fatal(err)
	}
	st.dayOff(t, "disdukcapil", "2026-11-25", "Hari lokal", "SK")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	var raw []json.RawMessage
	if err := st.w.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = 'casework.recount_stay.v1' ORDER BY id DESC LIMIT 1").Scan(t.Context(), &raw); err != nil || len(raw) != 1 {
		t.Fatalf("%s, %v", raw, err)
	}
	var args recount.Batch
	if err := json.Unmarshal(raw[0], &args); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Stays(ctx, tx, args) })
	}
	st.stepDue(t, app, "2026-11-26 16:00")
	if left := st.stepDue(t, waiting, "").Stay.Left; left.Days != 1 { // the working day that is left is another one now
		t.Errorf("left %+v", left)
	}
	recorded := func(of application.Application) (n int) {
		for _, e := range st.trail(t, of.ID) {
			if e.Action == "application.recount_stay" {
				n++
			}
		}
		return n
	}
	if a, w := recorded(app), recorded(waiting); a != 1 || w != 0 {
		t.Errorf("recorded %d and %d times", a, w)
	}
	d, err := st.Get(st.ctx, budi, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, e := range d.Timeline {
		if e.Action == application.EventDueChanged {
			said = e.Message
		}
	}
	if !strings.Contains(said, "Batas waktu langkah ini berubah dari Rabu, 25 November 2026 pukul 16.00 WIB menjadi Kamis, 26 November 2026 pukul 16.00 WIB") || !strings.Contains(said, "Hari lokal") {
		t.Errorf("the story says %q", said)
	}
	if d, err := st.Get(st.ctx, siti, app.ID); err != nil || len(d.Timeline) != 1 {
		t.Errorf("the applicant reads %+v, %v", d.Timeline, err)
	}
}

// TestAServiceHasALadderOfItsOwn beside another that is dealt with by the same workflow; what is under way keeps the one
// with which it was sent.
func TestAServiceHasALadderOfItsOwn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Kepala", "disdukcapil", "agency_head")
	admin := st.officer(t, "Admin", "", "city_admin")
	before := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.offer.Ladder = &workflow.Ladder{
		Reminders:  []workflow.Reminder{{Before: workcal.Term{Amount: 2, Unit: workcal.Hour}, Tell: workflow.ToHolder}},
		Escalation: []workflow.Escalation{{After: workflow.AfterDue, Level: 1, Tell: "city_admin"}},
	}
	after := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	if _, err := st.Claim(st.ctx, budi, after.ID, after.Version, false, ""); err != nil {
		t.Fatal(err)
	}
	st.offer.Ladder = nil // the service gives it up again: what is under way keeps it
	st.on(t, "2026-11-26 14:01")
	st.alertOnce(t)
	if n := st.letters(t, "generic", budi.ID); n != 1 {
		t.Errorf("%d reminders", n)
	}
	st.on(t, "2026-11-26 16:01")
	st.alertOnce(t)
	told := map[string]int{}
	for _, e := range heard[event.ApplicationEscalated](st) {
		told[e.Number]++
	}
	if told[before.Number] != 1 || told[after.Number] != 1 {
		t.Errorf("raised %v", told)
	}
	if h, a := st.letters(t, "application_escalated", head.ID), st.letters(t, "application_escalated", admin.ID); h != 1 || a != 1 {
		t.Errorf("the head was told of %d, the administrator of %d", h, a)
	}
}
