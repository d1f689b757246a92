package rating

import (
	"fmt"
	"slices"
	"time"

	"bedelau/internal/kernel/money"
)

// Terms is how one city stands to a version: since when, until when, what it has added and what it is let off. The zero
// Terms has begun long ago, has no end and no concession.
type Terms struct {
	StartsOn  time.Time        // the first day
	EndsOn    time.Time        // the first day it no longer holds; zero while it has no end
	TrialEnds time.Time        // the first day that is paid for; zero without a trial
	Addons    map[string]int64 // how many it has of each optional component, by code
	Coupon    *Coupon
	Paid      map[string]int64 // of what is paid once, how many were paid before
	Off       map[string]Off   // of what is paid a year in advance, what was taken off the charge of the last year
}

// Off is how much of what was charged for a year was taken off again, as by a credit note: nobody pays it, so it is not given back. What was
// taken off before the month in which the year is cut short was closed lowers what its unused days are a share of. What is taken off
// later may be of the days that were used; it lowers what is given back only where less than that is left of the charge.
type Off struct {
	Then money.Rupiah // before that month was closed
	Now  money.Rupiah // of all, never less than Then
}

// Coupon is a concession: a percentage of what the lines come to, or an amount a month. It never makes a bill negative, and
// it is taken off last, so it also lowers a minimum. A period has it when it holds on the period's first day. It is not for a
// price that is paid a year in advance: what is given back of a year is then what was paid for it.
type Coupon struct {
	Code    string       `json:"code"`
	Percent int64        `json:"percent,omitempty"` // 1 to 100; then Amount is zero
	Amount  money.Rupiah `json:"amount,omitempty"`  // of a whole month
	From    time.Time    `json:"from"`              // the first day
	Until   time.Time    `json:"until,omitzero"`    // the first day it no longer holds; zero while it has no end
	Only    []string     `json:"only,omitempty"`    // codes of components; every one when empty
}

// PaidFrom is the first day that is paid for.
func (t Terms) PaidFrom() time.Time {
	if !t.TrialEnds.IsZero() {
		return DateOf(t.TrialEnds)
	}
	return DateOf(t.StartsOn)
}

// fits refuses a period in the middle of which the trial ends: usage cannot be shared out afterwards.
func (t Terms) fits(p Period) error {
	if day := DateOf(t.TrialEnds); !t.TrialEnds.IsZero() && day.After(p.First()) && p.Holds(day) {
		return fmt.Errorf("rating: the trial ends on %s, within the period", day.Format(time.DateOnly))
	}
	return nil
}

// trial reports whether nothing is paid in p.
func (t Terms) trial(p Period) bool {
	return !t.TrialEnds.IsZero() && p.First().Before(DateOf(t.TrialEnds))
}

// discount is the line by which a coupon lowers what the lines come to.
func (t Terms) discount(lines []Line, p Period) (Line, bool, error) {
	c := t.Coupon
	if c == nil || p.First().Before(DateOf(c.From)) || !c.Until.IsZero() && !p.First().Before(DateOf(c.Until)) {
		return Line{}, false, nil
	}
	l := Line{Component: c.Code, Kind: Discount, Period: p, Price: c.Amount, Quantity: c.Percent}
	for _, one := range lines {
		if one.Amount <= 0 || !one.Until.IsZero() || len(c.Only) > 0 && !slices.Contains(c.Only, one.Component) {
			continue
		}
		var err error
		if l.Base, err = l.Base.Add(one.Amount); err != nil {
			return Line{}, false, err
		}
	}
	off, err := l.Base.FractionHalfUp(c.Percent, 100)
	if c.Percent == 0 {
		off, err = c.Amount.FractionHalfUp(int64(p.Days()), int64(p.MonthDays()))
	}
	if err != nil {
		return Line{}, false, err
	}
	l.Amount = -min(off, l.Base)
	return l, true, nil
}
