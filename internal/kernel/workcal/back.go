package workcal

import (
	"fmt"
	"time"
)

// Back returns the moment at which a term that ends at end has only t left: the close of the n-th working day before
// end's, the end of the n-th day before. Minutes are counted back while the office is open. The errors are those of Due.
func (c Calendar) Back(end time.Time, t Term) (time.Time, error) {
	end = end.In(c.zone())
	if t.Amount < 0 || t.Amount > 100_000 {
		return time.Time{}, fmt.Errorf("workcal: a term of %d is out of range", t.Amount)
	}
	switch t.Unit {
	case Hour:
		return end.Add(-time.Duration(t.Amount) * time.Hour), nil
	case Minute:
		return c.backOpen(end, time.Duration(t.Amount)*time.Minute)
	case Day:
		return endOfDay(end.AddDate(0, 0, -t.Amount)), nil
	case Month:
		return endOfDay(AddMonths(end, -t.Amount)), nil
	case WorkingDay:
		return c.backWorking(end, t.Amount)
	}
	return time.Time{}, fmt.Errorf("workcal: unknown unit %q", t.Unit)
}

func (c Calendar) backWorking(end time.Time, n int) (time.Time, error) {
	if n == 0 {
		return end, nil
	}
	w := walk{calendar: c}
	for day := lastDay(end); end.Sub(day) < farthest*24*time.Hour; day = lastDay(day) {
		s := w.on(day)
		if s.IsZero() {
			continue
		}
		if n--; n == 0 {
			_, closes, err := s.at(day)
			return closes, orWarning(err, &w)
		}
	}
	return time.Time{}, fmt.Errorf("workcal: no start within %d days", farthest)
}

func (c Calendar) backOpen(end time.Time, d time.Duration) (time.Time, error) {
	w := walk{calendar: c}
	for day := end; end.Sub(day) < farthest*24*time.Hour; day = lastDay(day) {
		s := w.on(day)
		if s.IsZero() {
			continue
		}
		opens, closes, err := s.at(day)
		if err != nil {
			return time.Time{}, err
		}
		to := earlier(closes, end)
		if open := to.Sub(opens); open >= d {
			return to.Add(-d), w.warning()
		} else if open > 0 {
			d -= open
		}
	}
	return time.Time{}, fmt.Errorf("workcal: no start within %d days", farthest)
}

func orWarning(err error, w *walk) error {
	if err != nil {
		return err
	}
	return w.warning()
}

// lastDay goes through noon, as nextDay does.
func lastDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d-1, 12, 0, 0, 0, t.Location())
}
