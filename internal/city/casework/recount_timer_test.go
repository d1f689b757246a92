package casework

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// timersAgain runs the last job over timers that the look for changes added, twice as a delivery may.
func (st *stage) timersAgain(t *testing.T) {
	t.Helper()
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	var raw []json.RawMessage
	err := st.w.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = 'casework.recount_timer.v1' ORDER BY id DESC LIMIT 1").Scan(t.Context(), &raw)
	if err != nil || len(raw) != 1 {
		t.Fatalf("%s, %v", raw, err)
	}
	var args recount.Batch
	if err := json.Unmarshal(raw[0], &args); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Timers(ctx, tx, args) })
	}
}

// TestAStepOfTheSystemMovesWithALateHoliday: five working days to correct, the last two after a reminder.
func TestAStepOfTheSystemMovesWithALateHoliday(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	working := func(n int) workcal.Term { return workcal.Term{Amount: n, Unit: workcal.WorkingDay} }
	st.follow(t, func(w *workflow.Workflow) {
		abandoned(w)
		last := &w.Actions[len(w.Actions)-1]
		last.After, last.Remind.Before = working(5), working(2)
	})
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil {
		t.Fatal(err)
	}
	// Asked on Tuesday the 24th: reminded after Friday the 27th, cancelled after Tuesday the 1st.
	st.on(t, "2026-11-27 16:30")
	st.ringOnce(t)
	if n := st.letters(t, "generic", siti.ID); n != 1 {
		t.Fatalf("%d reminders", n)
	}
	// Its job waits when the holiday is decreed: the step is not taken by it.
	st.on(t, "2026-12-01 16:30")
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.ring(ctx, tx, st.clock()) })
	st.dayOff(t, "dinkes", "2026-11-30", "Dinas lain", "SK")
	st.timersAgain(t)
	st.dayOff(t, "", "2026-11-30", "Hari pemilihan", "Keppres 30/2026")
	st.timersAgain(t)
	st.ringOnce(t)
	if got := st.read(t, app.ID); got.State != "needs_correction" {
		t.Fatalf("state %s", got.State)
	}
	lines := st.moves(t, app)
	want := "Waktu langkah otomatis “Batal otomatis” berubah dari Selasa, 1 Desember 2026 pukul 16.00 WIB menjadi Rabu, 2 Desember 2026 pukul 16.00 WIB" +
		" karena 30 November 2026 menjadi hari libur (Hari pemilihan) [Keppres 30/2026]."
	if len(lines) != 1 || lines[0] != want {
		t.Errorf("the story says\n%q, want\n%q", lines, want)
	}
	if n := st.letters(t, "deadline_changed", siti.ID); n != 1 {
		t.Errorf("%d letters of the new time", n)
	}
	moved := 0
	for _, e := range st.trail(t, app.ID) {
		if e.Action == "application.recount_timer" {
			moved++
		}
	}
	if moved != 1 {
		t.Errorf("recorded %d times", moved)
	}
	st.on(t, "2026-12-02 16:30")
	st.ringOnce(t)
	if got := st.read(t, app.ID); got.State != "cancelled" || !got.ClosedAt.Equal(st.clock()) {
		t.Errorf("state %s at the new time", got.State)
	}
}

// TestAnOfficeIsToldAgainOfAMovedDeadline: it was late, then had more time, then was late again.
func TestAnOfficeIsToldAgainOfAMovedDeadline(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, recommended)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	for _, action := range []string{"start_review", "ask"} {
		var err error
		if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version}); err != nil {
			t.Fatal(err)
		}
	}
	late := func() (n int) {
		story, err := application.Events(st.ctx, st.w.DB.App, app, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range story {
			if e.Action == application.EventTaskLate {
				n++
			}
		}
		return n
	}
	st.on(t, "2026-11-25 16:30")
	st.ringOnce(t)
	if n := late(); n != 2 {
		t.Fatalf("%d offices are late", n)
	}
	tasks, err := workflow.Tasks(st.ctx, st.w.DB.App, app.Matter())
	if err != nil {
		t.Fatal(err)
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		cals, err := st.CalendarsOf(ctx, tx, []application.Application{app})
		if err != nil {
			return err
		}
		cal := cals[app.AgencyCode]
		cal.Holidays["2026-11-25"] = "Mendadak"
		moved, err := workflow.Reschedule(ctx, tx, &tasks[0], workcal.Term{Amount: 1, Unit: workcal.WorkingDay}, cal, st.clock())
		if err == nil && !moved {
			t.Error("the task did not move")
		}
		return err
	})
	st.on(t, "2026-11-26 15:59")
	st.ringOnce(t)
	if n := late(); n != 2 {
		t.Errorf("told of %d before the new deadline", n)
	}
	st.on(t, "2026-11-26 16:01")
	st.ringOnce(t)
	if n := late(); n != 3 {
		t.Errorf("told of %d after it", n)
	}
	if want := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC); !tasks[0].DueAt.Equal(want) {
		t.Errorf("due %v", tasks[0].DueAt)
	}
}
