package casework

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// alertOnce looks for what is to be told and runs every job there ever was, twice.
func (st *stage) alertOnce(t testing.TB) {
	t.Helper()
	st.sweepOnce(t)
	var ids []string
	err := st.w.DB.Platform.NewRaw("SELECT payload->>'application_id' FROM outbox WHERE kind = 'casework.escalate.v2'").Scan(t.Context(), &ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range append(ids, ids...) {
		if err := st.escalate(st.ctx, uuid.Nil, escalateArgs{ApplicationID: uuid.MustParse(id)}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheLadderIsClimbedStepByStep: reminders before the deadline, levels after it, each told once to whom the workflow
// names, or to who stands in where nobody holds the role.
func TestTheLadderIsClimbedStepByStep(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	day := func(n int) workcal.Term { return workcal.Term{Amount: n, Unit: workcal.WorkingDay} }
	st.follow(t, func(w *workflow.Workflow) {
		w.Reminders = []workflow.Reminder{{Percent: 50, Tell: workflow.ToHolder}, {Before: workcal.Term{Amount: 2, Unit: workcal.Hour}, Tell: workflow.ToHolder}}
		w.Escalation = []workflow.Escalation{{After: workflow.AfterDue, Level: 1, Tell: "agency_head"},
			{After: workflow.AfterDue, By: day(1), Level: 2, Tell: "city_admin"}, {After: workflow.AfterDue, By: day(2), Level: 3, Tell: "pengawas"}}
	})
	budi, head := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Kepala", "disdukcapil", "agency_head")
	admin := st.officer(t, "Admin", "", "city_admin")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // Tuesday 10:00, due on Thursday 16:00
	for _, tt := range []struct {
		at                string
		budi, head, admin int // letters by then
		level             int
		then              func()
	}{
		{at: "2026-11-25 15:59"},
		{at: "2026-11-25 16:01", head: 1, then: func() { // nobody has it: the head is reminded
			if _, err := st.Claim(st.ctx, budi, app.ID, app.Version, false, ""); err != nil {
				t.Fatal(err)
			}
		}},
		{at: "2026-11-26 14:01", budi: 1, head: 1},
		{at: "2026-11-26 15:59", budi: 1, head: 1},
		{at: "2026-11-26 16:01", budi: 2, head: 2, level: 1},
		{at: "2026-11-27 16:01", budi: 3, head: 2, admin: 1, level: 2},
		{at: "2026-11-30 16:01", budi: 4, head: 3, admin: 1, level: 3}, // no such role: the head stands in
		{at: "2026-12-30 16:01", budi: 4, head: 3, admin: 1, level: 3},
	} {
		st.on(t, tt.at)
		st.alertOnce(t)
		letters := func(to uuid.UUID) int {
			return st.letters(t, "generic", to) + st.letters(t, "application_escalated", to) + st.letters(t, "case_late", to)
		}
		if b, h, a := letters(budi.ID), letters(head.ID), letters(admin.ID); b != tt.budi || h != tt.head || a != tt.admin {
			t.Errorf("%s: %d, %d and %d letters; want %d, %d and %d", tt.at, b, h, a, tt.budi, tt.head, tt.admin)
		}
		if n := len(heard[event.ApplicationEscalated](st)); n != tt.level {
			t.Errorf("%s: %d levels, want %d", tt.at, n, tt.level)
		}
		if tt.then != nil {
			tt.then()
		}
	}
	d, _ := st.joint(t, budi, app.ID)
	told := map[string]int{}
	for _, e := range d.Timeline {
		told[e.Action]++
	}
	if told[application.EventReminded] != 2 || told[application.EventEscalated] != 3 || d.Application.EscalationLevel != 3 {
		t.Errorf("the story tells %v", told)
	}
}

// TestAPauseMovesTheLadder: while the applicant has the turn nobody is told, and afterwards at the moved deadline.
func TestAPauseMovesTheLadder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	app := st.submitted(t, siti, sitiNIK)
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil || !app.NextAlertAt.IsZero() {
		t.Fatalf("while paused %v, %v", app.NextAlertAt, err)
	}
	st.on(t, "2026-12-07 09:00")
	st.alertOnce(t)
	typed := map[string][]string{"tanggal_hilang": {"2026-11-10"}, "tempat_hilang": {"Pasar Botania"}}
	if err := st.SavePage(st.ctx, siti, app.ID, "kehilangan", typed); err != nil {
		t.Fatal(err)
	}
	if app, err = st.Correct(st.ctx, siti, app.ID); err != nil || !app.NextAlertAt.Equal(app.DueAt) {
		t.Fatalf("afterwards %v, due %v, %v", app.NextAlertAt, app.DueAt, err)
	}
	st.alertOnce(t)
	if n := len(heard[event.ApplicationEscalated](st)); n != 0 {
		t.Errorf("%d levels", n)
	}
}
