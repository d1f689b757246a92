package casework

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// TestWhatADayWouldMoveIsKnownBefore: of each kind and service how many get which day, and then exactly that happens.
func TestWhatADayWouldMoveIsKnownBefore(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, func(w *workflow.Workflow) {
		charged(w)
		for i := range w.States {
			if f := w.States[i].Fee; f != nil {
				f.Due = workcal.Term{Amount: 2, Unit: workcal.WorkingDay}
			}
		}
	})
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // Tuesday 24 November, due Thursday the 26th
	st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "charge", Answers: map[string][]string{"luas": {"6"}}}} {
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, budi, in); err != nil {
			t.Fatal(err)
		}
	}
	s, admin := st.decree()
	try := func(agency, day string) (out recount.Forecast) {
		t.Helper()
		in := calendar.DayInput{Agency: agency, Day: day, Kind: calendar.LocalDay, Name: i18n.Text{"id": "Hari pemilihan"}, Source: "Keppres"}
		err := s.TryDay(st.ctx, admin, in, func(ctx context.Context, tx bun.Tx) (err error) {
			out, err = st.counter().Forecast(ctx, tx, agency)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		agency, day string
		lines       int
	}{{"", "2026-11-27", 0}, {"dinkes", "2026-11-26", 0}, {"disdukcapil", "2026-11-26", 2}} {
		if got := try(c.agency, c.day); len(got.Lines) != c.lines || !got.Whole {
			t.Errorf("%s off for %q would move %+v", c.day, c.agency, got)
		}
	}
	got := try("", "2026-11-26")
	if len(got.Lines) != 2 {
		t.Fatalf("it would move %+v", got)
	}
	for i, what := range []string{recount.MovesApplication, recount.MovesFee} {
		l := got.Lines[i]
		if l.What != what || l.Service != app.ServiceCode || l.N != 1 || l.Day.Format(time.DateOnly) != "2026-11-27" {
			t.Errorf("it would move %+v, want one %s", l, what)
		}
	}
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		cal, err := calendar.Load(ctx, tx, "")
		if err == nil && cal.Holidays["2026-11-26"] != "" {
			t.Error("what was tried is kept")
		}
		return err
	})
	if err := s.TryDay(st.ctx, budi, calendar.DayInput{Day: "2026-11-26", Kind: calendar.LocalDay, Name: i18n.Text{"id": "x"}, Source: "x"}, nil); err == nil {
		t.Error("an officer tries a day")
	}
}

// TestStepsAndStaysThatACalendarWouldMove: what the system does by itself and the time that an office gives itself are counted
// like the promise to the applicant, for a day that comes or goes, other hours and a year.
func TestStepsAndStaysThatACalendarWouldMove(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.recountAll(t)
	st.follow(t, func(w *workflow.Workflow) {
		paced(w)
		abandoned(w)
		w.Actions[len(w.Actions)-1].After = workcal.Term{Amount: 5, Unit: workcal.WorkingDay}
		w.Actions[len(w.Actions)-1].Remind = nil
	})
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK) // Tuesday 24 November; the office means to begin by the 25th
	waiting := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	_, err := st.Act(st.ctx, budi, ActInput{ID: waiting.ID, Action: "request_correction", Version: waiting.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang"}})
	if err != nil {
		t.Fatal(err)
	}
	s, admin := st.decree()
	var got recount.Forecast
	look := func(ctx context.Context, tx bun.Tx) (err error) {
		got, err = st.counter().Forecast(ctx, tx, "disdukcapil")
		return err
	}
	moves := func(name string, err error, want map[string]int) {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		for _, what := range []string{recount.MovesApplication, recount.MovesStay, recount.MovesStep, recount.MovesRequest, recount.MovesFee} {
			if n := got.Total(what); n != want[what] {
				t.Errorf("%s moves %d of %s, want %d: %+v", name, n, what, want[what], got.Lines)
			}
		}
	}
	off := calendar.DayInput{Agency: "disdukcapil", Day: "2026-11-25", Name: i18n.Text{"id": "Hari lokal"}, Source: "SK"}
	moves("a day off", s.TryDay(st.ctx, admin, off, look), map[string]int{recount.MovesApplication: 1, recount.MovesStay: 1, recount.MovesStep: 1})
	for _, l := range got.Lines {
		if want := map[string]string{recount.MovesStay: "2026-11-26", recount.MovesStep: "2026-12-02"}[l.What]; want != "" && l.Day.Format(time.DateOnly) != want {
			t.Errorf("%s goes to %v, want %s", l.What, l.Day, want)
		}
	}
	moves("a day off after all", s.TryDay(st.ctx, admin, calendar.DayInput{Agency: "disdukcapil", Day: "2026-12-01", Name: off.Name, Source: "SK"}, look), map[string]int{recount.MovesStep: 1})
	closed := calendar.Hours{"mon": "08:00-12:00", "tue": "08:00-12:00", "thu": "08:00-12:00", "fri": "08:00-12:00"} // and off on Wednesdays
	week := calendar.HoursInput{Agency: "disdukcapil", Source: "SK", Periods: []calendar.Period{{Name: i18n.Text{"id": "Pindahan"}, First: "2026-11-25", Hours: closed}}}
	moves("other hours", s.TryHours(st.ctx, admin, week, look), map[string]int{recount.MovesApplication: 1, recount.MovesStay: 1, recount.MovesStep: 1})
	year := calendar.ImportInput{Year: 2026, Week: []string{"mon", "tue", "wed", "thu", "fri"}, Open: "07:30", Close: "16:00", Source: "SKB", Text: "2026-11-25;libur;Hari nasional"}
	moves("a year", s.TryImport(st.ctx, admin, year, look), map[string]int{recount.MovesApplication: 1, recount.MovesStay: 1, recount.MovesStep: 1})
	year.Text += "\nbukan hari"
	wants(t, s.TryImport(st.ctx, admin, year, look), "calendar.faults")

	st.dayOff(t, "disdukcapil", "2026-12-01", "Hari lokal", "SK") // its step has not followed yet
	moves("nothing new", s.TryDay(st.ctx, admin, calendar.DayInput{Agency: "disdukcapil", Day: "2026-12-01", Name: off.Name, Source: "SK"}, look), map[string]int{recount.MovesStep: 1})
	moves("a day that goes again", s.TryRemoveDay(st.ctx, admin, "disdukcapil", "2026-12-01", look), nil)
	wants(t, s.TryRemoveDay(st.ctx, admin, "disdukcapil", "2026-12-02", look), "calendar.no_day")
	for name, try := range map[string]func() error{
		"removes": func() error { return s.TryRemoveDay(st.ctx, budi, "disdukcapil", "2026-12-01", look) },
		"hours":   func() error { return s.TryHours(st.ctx, budi, week, look) },
		"imports": func() error { return s.TryImport(st.ctx, budi, year, look) },
	} {
		if try() == nil {
			t.Errorf("an officer %s", name)
		}
	}
}

// TestARequestThatADayWouldMove is counted by the calendar of the office that was asked.
func TestARequestThatADayWouldMove(t *testing.T) {
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
	s, admin := st.decree()
	var got recount.Forecast
	err := s.TryDay(st.ctx, admin, calendar.DayInput{Day: "2026-11-25", Kind: calendar.LocalDay, Name: i18n.Text{"id": "Mendadak"}, Source: "Keppres"},
		func(ctx context.Context, tx bun.Tx) (err error) {
			got, err = st.counter().Forecast(ctx, tx, "")
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range got.Lines {
		if l.What == recount.MovesRequest {
			n += l.N
		}
	}
	if n != 2 {
		t.Errorf("it would move %+v, want both requests", got)
	}
}
