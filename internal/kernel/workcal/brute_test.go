package workcal

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The brute force knows nothing of the calendar's code: it asks for each day, or each minute of a day, by rules written
// out again, and remembers the years it came through.

// oddCalendar draws a calendar over leap years, with holidays, periods of other hours, special days, and years that
// nobody imported.
func oddCalendar(t *rapid.T) Calendar {
	c := Calendar{Holidays: map[string]string{}, Years: map[int]bool{}, Special: map[string]Span{}}
	c.Zone = time.FixedZone("", rapid.SampledFrom([]int{7, 8, 9}).Draw(t, "zone")*3600)
	for i := range c.Week {
		c.Week[i] = rapid.Bool().Draw(t, "works")
	}
	c.Week[rapid.IntRange(0, 6).Draw(t, "at least")] = true
	s := anySpan(t)
	c.Open, c.Close = s.Open, s.Close
	for y := 2023; y < 2060; y++ {
		c.Years[y] = y > 2030 || rapid.Bool().Draw(t, "imported")
	}
	for range rapid.IntRange(0, 40).Draw(t, "holidays") {
		c.Holidays[anyDay(t)] = "libur"
	}
	for range rapid.IntRange(0, 3).Draw(t, "periods") {
		p := Period{First: anyDay(t)}
		if rapid.Bool().Draw(t, "ends") {
			p.Last = max(p.First, anyDay(t))
		}
		for i := range p.Days {
			if rapid.Bool().Draw(t, "period works") {
				p.Days[i] = anySpan(t)
			}
		}
		p.Days[rapid.IntRange(0, 6).Draw(t, "period at least")] = anySpan(t)
		c.Periods = append(c.Periods, p)
	}
	for range rapid.IntRange(0, 3).Draw(t, "special") {
		c.Special[anyDay(t)] = anySpan(t)
	}
	return c
}

// anyDay is a day from 2024 to 2028, both leap years, and often the 29th of February or an end of a year.
func anyDay(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"2024-02-28", "2024-02-29", "2024-03-01", "2024-12-31", "2025-01-01", "2028-02-29", "2027-12-31"}),
		rapid.Map(rapid.IntRange(0, 5*365), func(d int) string {
			return time.Date(2024, 1, 1+d, 0, 0, 0, 0, time.UTC).Format(dayLayout)
		}),
	).Draw(t, "day")
}

// anySpan is an hour at least: with less, the minutes below would not end within the bound of a walk.
func anySpan(t *rapid.T) Span {
	from := rapid.IntRange(0, 22*60).Draw(t, "opens")
	to := rapid.IntRange(from+60, 24*60-1).Draw(t, "closes")
	return Span{fmt.Sprintf("%02d:%02d", from/60, from%60), fmt.Sprintf("%02d:%02d", to/60, to%60)}
}

// start draws a moment on or near the days that matter.
func start(t *rapid.T, c Calendar) time.Time {
	day, err := time.ParseInLocation(dayLayout, anyDay(t), c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return day.Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute)
}

// brute walks a calendar day by day from one date.
type brute struct {
	c       Calendar
	missing int
}

func (b *brute) span(y int, m time.Month, d int) (from, to time.Time, works bool) {
	noon := time.Date(y, m, d, 12, 0, 0, 0, b.c.Zone)
	if !b.c.Years[noon.Year()] && b.missing == 0 {
		b.missing = noon.Year()
	}
	date := noon.Format("2006-01-02")
	hours := [2]string{}
	if b.c.Week[noon.Weekday()] {
		hours = [2]string{b.c.Open, b.c.Close}
	}
	for _, p := range b.c.Periods {
		if date >= p.First && (p.Last == "" || date <= p.Last) {
			hours = [2]string{p.Days[noon.Weekday()].Open, p.Days[noon.Weekday()].Close}
		}
	}
	if _, off := b.c.Holidays[date]; off {
		hours = [2]string{}
	}
	if s, ok := b.c.Special[date]; ok {
		hours = [2]string{s.Open, s.Close}
	}
	if hours[0] == "" {
		return from, to, false
	}
	var oh, om, ch, cm int
	fmt.Sscanf(hours[0], "%d:%d", &oh, &om)
	fmt.Sscanf(hours[1], "%d:%d", &ch, &cm)
	return time.Date(y, m, d, oh, om, 0, 0, b.c.Zone), time.Date(y, m, d, ch, cm, 0, 0, b.c.Zone), true
}

// agrees holds a warning against the first missing year that the brute force came through.
func (b *brute) agrees(t *rapid.T, what string, err error) {
	year, missing := MissingYear(err)
	if err != nil && !missing || missing != (b.missing != 0) || year != b.missing {
		t.Fatalf("%s: error %v; the walk came through the missing year %d", what, err, b.missing)
	}
}

// working is the close of the n-th working day after start's date; with n 0 today's, or the next one's.
func (b *brute) working(start time.Time, n int) time.Time {
	y, m, d := start.Date()
	if n == 0 {
		if _, closes, ok := b.span(y, m, d); ok && !closes.Before(start) {
			return closes
		}
		n = 1
	}
	for i := 1; ; i++ {
		if _, closes, ok := b.span(y, m, d+i); ok {
			if n--; n == 0 {
				return closes
			}
		}
	}
}

// minutes spends n open minutes one at a time: the minute that begins at a moment counts when the office is open then.
func (b *brute) minutes(start time.Time, n int) time.Time {
	y, m, d := start.Date()
	for i := 0; ; i++ {
		opens, closes, ok := b.span(y, m, d+i)
		if !ok {
			continue
		}
		for at := opens; !at.After(closes); at = at.Add(time.Minute) {
			if at.Before(start) {
				continue
			}
			if n == 0 {
				return at
			}
			if at.Before(closes) {
				n--
			}
		}
	}
}

func TestDueAgreesWithTheBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := oddCalendar(t)
		from, b := start(t, c), &brute{c: c}
		n := rapid.IntRange(0, 25).Draw(t, "days")
		due, err := c.Due(from, Term{n, WorkingDay})
		if want := b.working(from, n); !due.Equal(want) {
			t.Fatalf("%d working days after %v: Due = %v, %v; the walk ends %v", n, from, due, err, want)
		}
		b.agrees(t, "working days", err)

		b = &brute{c: c}
		m := rapid.IntRange(0, 3000).Draw(t, "minutes")
		due, err = c.Due(from, Term{m, Minute})
		if want := b.minutes(from, m); !due.Equal(want) {
			t.Fatalf("%d minutes after %v: Due = %v, %v; the walk ends %v", m, from, due, err, want)
		}
		b.agrees(t, "minutes", err)

		h := rapid.IntRange(0, 2000).Draw(t, "hours")
		want := from
		for range h {
			want = want.Add(time.Hour)
		}
		if due, err := c.Due(from, Term{h, Hour}); err != nil || !due.Equal(want) {
			t.Fatalf("%d hours after %v: Due = %v, %v; want %v", h, from, due, err, want)
		}
		y, mo, d := from.Date()
		want = time.Date(y, mo, d, 23, 59, 59, 0, c.Zone)
		for range n {
			want = want.Add(24 * time.Hour) // the city has no change of clocks
		}
		if due, err := c.Due(from, Term{n, Day}); err != nil || !due.Equal(want) {
			t.Fatalf("%d days after %v: Due = %v, %v; want %v", n, from, due, err, want)
		}
	})
}

func TestMonthsAgreeWithTheBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := oddCalendar(t)
		from, n := start(t, c), rapid.IntRange(0, 60).Draw(t, "months")
		due, err := c.Due(from, Term{n, Month})
		// From the same day n months on, step back until the month is the one that was meant.
		want := time.Date(from.Year(), from.Month()+time.Month(n), from.Day(), 12, 0, 0, 0, c.Zone)
		meant := (int(from.Month())-1+n)%12 + 1
		for int(want.Month()) != meant {
			want = want.AddDate(0, 0, -1)
		}
		if err != nil || due.Format(dayLayout) != want.Format(dayLayout) {
			t.Fatalf("%d months after %v: %v, %v; want %v", n, from, due, err, want)
		}
	})
}

// TestRemainingAndResumeAgreeWithTheBruteForce pauses and resumes a term some times and counts along.
func TestRemainingAndResumeAgreeWithTheBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := oddCalendar(t)
		now := start(t, c)
		unit := rapid.SampledFrom([]Unit{WorkingDay, Minute}).Draw(t, "unit")
		due, err := c.Due(now, Term{rapid.IntRange(0, 12).Draw(t, "n"), unit})
		if err != nil && !isMissing(err) {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "pauses") {
			span := int64(due.Sub(now) / time.Minute)
			now = now.Add(time.Duration(rapid.Int64Range(0, span+100).Draw(t, "worked")) * time.Minute)
			b := &brute{c: c}
			left, err := c.Remaining(now, due, unit)
			want := b.left(now, due, unit)
			if left != want {
				t.Fatalf("left of %v at %v: %+v; the walk says %+v", due, now, left, want)
			}
			b.agrees(t, "remaining", err)

			now = now.Add(time.Duration(rapid.IntRange(0, 30*24*60).Draw(t, "waited")) * time.Minute)
			b = &brute{c: c}
			due, err = c.Resume(now, left)
			switch {
			case left.Late():
				b = &brute{c: c}
				if !due.Equal(now.Add(left.Time)) {
					t.Fatalf("late by %v, resumed %v to %v", left.Time, now, due)
				}
			case unit == WorkingDay:
				if end := b.working(now, left.Days); !due.Equal(end) {
					t.Fatalf("%d days left, resumed %v to %v; the walk ends %v", left.Days, now, due, end)
				}
			default:
				if end := b.minutes(now, int(left.Time/time.Minute)); !due.Equal(end) {
					t.Fatalf("%v left, resumed %v to %v; the walk ends %v", left.Time, now, due, end)
				}
			}
			b.agrees(t, "resume", err)
			if due.Before(now) && !left.Late() {
				t.Fatalf("resumed %v into the past %v", now, due)
			}
			if due.Before(now) {
				return // it was late, and is
			}
		}
	})
}

// left is what remains of a term, counted one day or minute at a time.
func (b *brute) left(now, due time.Time, unit Unit) Remaining {
	r := Remaining{Unit: unit}
	if now.After(due) {
		r.Time = -now.Sub(due)
		return r
	}
	y, m, d := now.Date()
	ly, lm, ld := due.Date()
	for i := 0; ; i++ {
		day := time.Date(y, m, d+i, 0, 0, 0, 0, b.c.Zone)
		if day.After(time.Date(ly, lm, ld, 0, 0, 0, 0, b.c.Zone)) {
			return r
		}
		if unit == WorkingDay {
			if i == 0 {
				continue
			}
			if _, _, ok := b.span(y, m, d+i); ok {
				r.Days++
			}
			continue
		}
		opens, closes, ok := b.span(y, m, d+i)
		if !ok {
			continue
		}
		for at := opens; at.Before(closes); at = at.Add(time.Minute) {
			if !at.Before(now) && at.Before(due) {
				r.Time += time.Minute
			}
		}
	}
}

func isMissing(err error) bool { var y *YearMissing; return errors.As(err, &y) }

// TestAHolidayMoreNeverBringsTheEndNearer is what lets a promise be counted again when a day off is decreed late.
func TestAHolidayMoreNeverBringsTheEndNearer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := oddCalendar(t)
		from := start(t, c)
		term := Term{rapid.IntRange(0, 15).Draw(t, "n"), rapid.SampledFrom([]Unit{WorkingDay, Minute, Hour, Day, Month}).Draw(t, "unit")}
		before, err := c.Due(from, term)
		if err != nil && !isMissing(err) {
			t.Fatal(err)
		}
		day := from.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "later")).Format(dayLayout)
		if _, special := c.Special[day]; special {
			return // open by its own rule, holiday or not
		}
		c.Holidays[day] = "menyusul"
		after, err := c.Due(from, term)
		if err != nil && !isMissing(err) {
			t.Fatal(err)
		}
		if after.Before(before) {
			t.Fatalf("with %s off the end moves from %v to %v", day, before, after)
		}
	})
}
