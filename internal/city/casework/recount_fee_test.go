package casework

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// feesAgain runs the last job over fees that the look for changes added, twice as a delivery may.
func (st *stage) feesAgain(t *testing.T) {
	t.Helper()
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Follow(ctx, tx, st.clock()) })
	var raw []json.RawMessage
	err := st.w.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = 'casework.recount_fee.v1' ORDER BY id DESC LIMIT 1").Scan(t.Context(), &raw)
	if err != nil || len(raw) != 1 {
		t.Fatalf("%s, %v", raw, err)
	}
	var args recount.Batch
	if err := json.Unmarshal(raw[0], &args); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.counter().Fees(ctx, tx, args) })
	}
}

// TestAFeeMayBePaidLongerAfterALateHoliday: five working days to pay from Tuesday the 24th, and the words that name the
// last of them.
func TestAFeeMayBePaidLongerAfterALateHoliday(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, func(w *workflow.Workflow) {
		charged(w)
		for i := range w.States {
			if f := w.States[i].Fee; f != nil {
				f.Due = workcal.Term{Amount: 5, Unit: workcal.WorkingDay}
			}
		}
	})
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "charge", Answers: map[string][]string{"luas": {"6"}}}} {
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	recorded := func() (n int) {
		for _, e := range st.trail(t, app.ID) {
			if e.Action == "application.recount_fee" {
				n++
			}
		}
		return n
	}
	st.dayOff(t, "dinkes", "2026-11-30", "Dinas lain", "SK")
	st.feesAgain(t)
	if n := recorded(); n != 0 {
		t.Fatalf("another agency's day moved it %d times", n)
	}
	st.dayOff(t, "", "2026-11-30", "Hari pemilihan", "Keppres 30/2026")
	st.feesAgain(t)
	d, _ := st.joint(t, siti, app.ID)
	f := d.Fees[0]
	if want := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC); !f.DueAt.Equal(want) || !strings.Contains(f.How.In("id"), "sebelum 2 Desember 2026 pukul 16.00 WIB") {
		t.Errorf("due %v, told %q", f.DueAt, f.How.In("id"))
	}
	lines := st.moves(t, app)
	want := "Batas bayar Pajak reklame berubah dari Selasa, 1 Desember 2026 pukul 16.00 WIB menjadi Rabu, 2 Desember 2026 pukul 16.00 WIB" +
		" karena 30 November 2026 menjadi hari libur (Hari pemilihan) [Keppres 30/2026]."
	if len(lines) != 1 || lines[0] != want {
		t.Errorf("the story says\n%q, want\n%q", lines, want)
	}
	if n := st.letters(t, "deadline_changed", siti.ID); n != 1 || recorded() != 1 {
		t.Errorf("%d letters, recorded %d times", n, recorded())
	}

	// Longer hours on the last day move the hour alone: recorded, on the page, and nobody is written to.
	s, admin := st.decree()
	_, err := s.AddDay(st.ctx, admin, calendar.DayInput{Agency: "disdukcapil", Day: "2026-12-02", Hours: "08:00-17:00", Name: i18n.Text{"id": "Loket sore"}, Source: "SK"})
	if err != nil {
		t.Fatal(err)
	}
	st.feesAgain(t)
	d, _ = st.joint(t, siti, app.ID)
	if !strings.Contains(d.Fees[0].How.In("id"), "2 Desember 2026 pukul 17.00 WIB") {
		t.Errorf("told %q", d.Fees[0].How.In("id"))
	}
	if n := st.letters(t, "deadline_changed", siti.ID); n != 1 || recorded() != 2 || len(st.moves(t, app)) != 1 {
		t.Errorf("%d letters, recorded %d times, %d lines", n, recorded(), len(st.moves(t, app)))
	}
}

// TestAFeeAndAStepThatMoveTogetherAreOneLetter: five working days to pay from Tuesday the 24th, after which the system
// cancels; whichever job comes first tells both.
func TestAFeeAndAStepThatMoveTogetherAreOneLetter(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	five := workcal.Term{Amount: 5, Unit: workcal.WorkingDay}
	st.follow(t, func(w *workflow.Workflow) {
		charged(w)
		abandoned(w)
		for i := range w.States {
			if f := w.States[i].Fee; f != nil {
				f.Due = five
			}
		}
		last := &w.Actions[len(w.Actions)-1]
		last.From, last.After, last.Remind = []string{"unpaid"}, five, nil
	})
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "charge", Answers: map[string][]string{"luas": {"6"}}}} {
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	for n, again := range []func(*testing.T){st.feesAgain, st.timersAgain} {
		day := []string{"2026-11-30", "2026-12-01"}[n]
		st.on(t, []string{"2026-11-25 10:00", "2026-11-25 11:00"}[n])
		st.dayOff(t, "", day, "Hari pemilihan", "Keppres 30/2026")
		again(t)
		// The jobs of one change name the same one; the other of the two comes now.
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
			if n == 0 {
				return st.counter().Timers(ctx, tx, recount.Batch{})
			}
			return st.counter().Fees(ctx, tx, recount.Batch{})
		})
		if got := st.letters(t, "deadline_changed", siti.ID); got != n+1 {
			t.Errorf("%d letters of %d changes", got, n+1)
		}
		if lines := st.moves(t, app); len(lines) != 2*(n+1) {
			t.Errorf("the story says %q", lines)
		}
	}
	var body string
	err := st.w.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ? AND template = 'deadline_changed' ORDER BY id LIMIT 1", app.TenantID).Scan(st.ctx, &body)
	if err != nil || !strings.Contains(body, "Batas bayar Pajak reklame berubah") || !strings.Contains(body, "Waktu langkah otomatis “Batal otomatis” berubah") {
		t.Errorf("the letter says %q, %v", body, err)
	}
}
