package workcal

import (
	"fmt"
	"time"
)

// Until is the term that ends on a day which was named beforehand, such as that of an announcement: "2026-07-01".
func Until(day string) (Term, error) {
	t, err := time.Parse(dayLayout, day)
	if err != nil {
		return Term{}, fmt.Errorf("workcal: %w", err)
	}
	return UntilDay(t), nil
}

// UntilDay is Until for the date of t.
func UntilDay(t time.Time) Term {
	y, m, d := t.Date()
	return Term{Amount: y*10_000 + int(m)*100 + d, Unit: Date}
}

// Named returns the day that a term in Date names, and false for a term that is counted.
func (t Term) Named() (time.Time, bool) {
	if t.Unit != Date {
		return time.Time{}, false
	}
	return time.Date(t.Amount/10_000, time.Month(t.Amount/100%100), t.Amount%100, 0, 0, 0, 0, time.UTC), true
}

// until is when the office closes on the day that t names, or the end of that day when it does not work: the day was
// promised, whatever was decreed since.
func (c Calendar) until(t Term) (time.Time, error) {
	if err := c.Validate(); err != nil {
		return time.Time{}, err
	}
	named, _ := t.Named()
	y, m, d := named.Date()
	if UntilDay(named) != t || y < 1000 || y > 9999 {
		return time.Time{}, fmt.Errorf("workcal: %d is no day", t.Amount)
	}
	day := time.Date(y, m, d, 12, 0, 0, 0, c.zone())
	w := walk{calendar: c}
	s := w.on(day)
	if s.IsZero() {
		return endOfDay(day), w.warning()
	}
	_, closes, err := s.at(day)
	return closes, orWarning(err, &w)
}
