package rating

import (
	"time"

	"bedelau/internal/kernel/money"
)

// yearly charges a year in advance in the period of its first day, and gives back what was not used of it in the period of
// the subscription's last day, of what is left of the charge. In every other period the line costs nothing and says until when it is paid.
func (t Terms) yearly(l Line, price money.Rupiah, p Period) ([]Line, error) {
	from, until := YearOf(t.PaidFrom(), p.Last())
	l.From, l.Until, l.Of = from, until, daysBetween(from, until)
	if p.Holds(from) {
		l.Amount = price
	}
	out := []Line{l}
	ends := DateOf(t.EndsOn)
	if t.EndsOn.IsZero() || !p.Holds(ends.AddDate(0, 0, -1)) || t.trial(p) {
		return out, nil
	}
	if from, until = YearOf(t.PaidFrom(), ends.AddDate(0, 0, -1)); !ends.Before(until) {
		return out, nil
	}
	back := l
	back.Kind, back.From, back.Until, back.Of = Credit, ends, until, daysBetween(from, until)
	off := t.Off[l.Component]
	left := max(price-off.Then, 0)
	if off.Then > 0 {
		back.Base = left
	}
	amount, err := (-left).FractionHalfUp(int64(daysBetween(ends, until)), int64(back.Of))
	back.Amount = max(amount, -max(price-off.Now, 0))
	return append(out, back), err
}

// committed is what lines count towards a minimum: their amounts, but of a price that is paid a year in advance a twelfth each month,
// by days, which Rate says by 12. Neither the months without a charge nor the one that gives a year back are topped up for it.
func (t Terms) committed(lines []Line, p Period) (sum money.Rupiah, twelfth int, err error) {
	for _, l := range lines {
		amount := l.Amount
		switch {
		case l.Kind == Credit:
			continue
		case !l.Until.IsZero():
			if twelfth = 12; t.trial(p) {
				continue
			}
			if amount, err = l.Price.Times(max(l.Quantity, 1)); err == nil {
				amount, err = amount.FractionHalfUp(int64(p.Days()), int64(12*p.MonthDays()))
			}
		}
		if err == nil {
			sum, err = sum.Add(amount)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return sum, twelfth, nil
}

// YearOf is the year of a subscription, from one anniversary of its first day to the next, that holds a day.
func YearOf(first, day time.Time) (from, until time.Time) {
	n := max(day.Year()-first.Year(), 0)
	for from = anniversary(first, n); from.After(day) && n > 0; from = anniversary(first, n) {
		n--
	}
	return from, anniversary(first, n+1)
}

// anniversary is the same day n years later; for the 29th of February in a common year, the 28th.
func anniversary(first time.Time, n int) time.Time { return MonthsLater(first, 12*n) }

// MonthsLater is the same day n months later, or the last of that month when it has no such day.
func MonthsLater(first time.Time, n int) time.Time {
	last := time.Date(first.Year(), first.Month()+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(last.Year(), last.Month(), min(first.Day(), last.Day()), 0, 0, 0, 0, time.UTC)
}

func daysBetween(from, until time.Time) int { return int(until.Sub(from) / (24 * time.Hour)) }
