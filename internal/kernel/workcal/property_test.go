package workcal

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyCalendar draws a calendar with at least one working day a week and up to forty holidays in two imported years.
func anyCalendar(t *rapid.T) Calendar {
	c := batam2026()
	c.Zone = time.FixedZone("", rapid.SampledFrom([]int{7, 8, 9}).Draw(t, "zone")*3600)
	for i := range c.Week {
		c.Week[i] = rapid.Bool().Draw(t, "works")
	}
	c.Week[rapid.IntRange(0, 6).Draw(t, "at least")] = true
	c.Holidays = map[string]string{}
	first := time.Date(2026, 1, 1, 12, 0, 0, 0, c.Zone)
	for _, d := range rapid.SliceOfN(rapid.IntRange(0, 729), 0, 40).Draw(t, "holidays") {
		c.Holidays[first.AddDate(0, 0, d).Format(dayLayout)] = "libur"
	}
	c.Years = map[int]bool{}
	for y := 2026; y < 2060; y++ {
		c.Years[y] = true
	}
	return c
}

func anyMoment(t *rapid.T, c Calendar) time.Time {
	minute := rapid.IntRange(0, 365*24*60).Draw(t, "minute")
	return time.Date(2026, 1, 1, 0, minute, 0, 0, c.Zone)
}

// TestDueAgreesWithADayByDayWalk counts the working days of the calendar one at a time, with the simplest code.
func TestDueAgreesWithADayByDayWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		start := anyMoment(t, c)
		n := rapid.IntRange(1, 60).Draw(t, "n")
		due, err := c.Due(start, Term{n, WorkingDay})
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for d := 1; ; d++ {
			day := time.Date(start.Year(), start.Month(), start.Day()+d, 16, 0, 0, 0, c.Zone)
			if _, off := c.Holidays[day.Format(dayLayout)]; c.Week[day.Weekday()] && !off {
				count++
			}
			if count == n {
				if !due.Equal(day) {
					t.Fatalf("Due = %v, the walk ends on %v", due, day)
				}
				return
			}
		}
	})
}

// TestResumingAtOnceChangesNothing holds for every unit and every moment of a pause before the end.
func TestResumingAtOnceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		start := anyMoment(t, c)
		unit := rapid.SampledFrom([]Unit{Minute, Hour, Day, WorkingDay, Month}).Draw(t, "unit")
		due, err := c.Due(start, Term{rapid.IntRange(1, 12).Draw(t, "n"), unit})
		if err != nil {
			t.Fatal(err)
		}
		paused := start.Add(time.Duration(rapid.Int64Range(0, int64(due.Sub(start)/time.Minute)).Draw(t, "after")) * time.Minute)
		left, err := c.Remaining(paused, due, unit)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Resume(paused, left); err != nil || !got.Equal(due) {
			t.Fatalf("paused %v with %+v: resumes to %v, %v; was due %v", paused, left, got, err, due)
		}
	})
}

// TestALongerPauseNeverBringsTheEndNearer guards the applicant's office, and a longer term never ends sooner.
func TestALongerPauseNeverBringsTheEndNearer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		start := anyMoment(t, c)
		unit := rapid.SampledFrom([]Unit{Minute, Hour, Day, WorkingDay, Month}).Draw(t, "unit")
		n := rapid.IntRange(1, 12).Draw(t, "n")
		due, err := c.Due(start, Term{n, unit})
		if err != nil {
			t.Fatal(err)
		}
		if more, err := c.Due(start, Term{n + 1, unit}); err != nil || more.Before(due) {
			t.Fatalf("a longer term ends at %v, %v; the shorter at %v", more, err, due)
		}
		left, err := c.Remaining(start, due, unit)
		if err != nil {
			t.Fatal(err)
		}
		wait := time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "wait")) * time.Minute
		got, err := c.Resume(start.Add(wait), left)
		if err != nil || got.Before(due) {
			t.Fatalf("resumed after %v to %v, %v; was due %v", wait, got, err, due)
		}
	})
}
