package workcal

import (
	"fmt"
	"time"
)

// farthest bounds every walk over days: beyond it a term or a calendar is wrong, not long.
const farthest = 20 * 366

// Due returns when a term that starts now ends.
//
// Working days start with the next working day, whatever the hour of start, and end when the office closes. Calendar
// days and months end with the day. Minutes run only while the office is open. Hours run by the clock. A named day ends when
// the office closes on it, whatever start is. With a *YearMissing error the date is still returned; with any other error it is not.
func (c Calendar) Due(start time.Time, t Term) (time.Time, error) {
	start = start.In(c.zone())
	if t.Unit == Date {
		return c.until(t)
	}
	if t.Amount < 0 || t.Amount > 100_000 {
		return time.Time{}, fmt.Errorf("workcal: a term of %d is out of range", t.Amount)
	}
	switch t.Unit {
	case Hour:
		return start.Add(time.Duration(t.Amount) * time.Hour), nil
	case Minute:
		return c.addOpen(start, time.Duration(t.Amount)*time.Minute)
	case Day:
		return endOfDay(start.AddDate(0, 0, t.Amount)), nil
	case Month:
		return endOfDay(AddMonths(start, t.Amount)), nil
	case WorkingDay:
		return c.addWorking(start, t.Amount)
	}
	return time.Time{}, fmt.Errorf("workcal: unknown unit %q", t.Unit)
}

// AddMonths is the same day n months later, or the last day of that month when it is shorter: 30 November plus three
// months is 28 February, where time.AddDate gives 2 March.
func AddMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	first = first.AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// addWorking walks to the n-th working day after start's date. None is left to walk when n is 0: then it is today
// until closing time, and the next working day after that.
func (c Calendar) addWorking(start time.Time, n int) (time.Time, error) {
	if err := c.Validate(); err != nil {
		return time.Time{}, err
	}
	w := walk{calendar: c}
	day := start
	if n == 0 {
		if s := w.on(day); !s.IsZero() {
			_, closes, err := s.at(day)
			if err != nil {
				return time.Time{}, err
			}
			if !start.After(closes) {
				return closes, w.warning()
			}
		}
		n = 1
	}
	for range farthest {
		day = nextDay(day)
		s := w.on(day)
		if s.IsZero() {
			continue
		}
		if n--; n == 0 {
			_, closes, err := s.at(day)
			if err != nil {
				return time.Time{}, err
			}
			return closes, w.warning()
		}
	}
	return time.Time{}, fmt.Errorf("workcal: no end within %d days", farthest)
}

// addOpen spends d only while the office is open.
func (c Calendar) addOpen(start time.Time, d time.Duration) (time.Time, error) {
	if err := c.Validate(); err != nil {
		return time.Time{}, err
	}
	w := walk{calendar: c}
	for day := start; day.Sub(start) < farthest*24*time.Hour; day = nextDay(day) {
		s := w.on(day)
		if s.IsZero() {
			continue
		}
		opens, closes, err := s.at(day)
		if err != nil {
			return time.Time{}, err
		}
		from := later(opens, start)
		if left := closes.Sub(from); left >= d {
			return from.Add(d), w.warning()
		} else if left > 0 {
			d -= left
		}
	}
	return time.Time{}, fmt.Errorf("workcal: no end within %d days", farthest)
}

// walk remembers the first year it stepped into whose holidays are unknown.
type walk struct {
	calendar Calendar
	missing  int
}

// on returns the hours of a day that the walk comes to.
func (w *walk) on(day time.Time) Span {
	if y := day.Year(); w.missing == 0 && !w.calendar.Years[y] {
		w.missing = y
	}
	return w.calendar.On(day)
}

func (w *walk) warning() error {
	if w.missing == 0 {
		return nil
	}
	return &YearMissing{Year: w.missing}
}

// nextDay goes through noon so that no change of clocks can make it stay or skip.
func nextDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 12, 0, 0, 0, t.Location())
}

// endOfDay is the last second of t's date, so that the date a person reads is the date that was meant.
func endOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 23, 59, 59, 0, t.Location())
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
