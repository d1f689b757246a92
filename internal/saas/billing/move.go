package billing

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// moveDay is when a move begins by itself, from what the city was on, if it was on anything: today when it is worth as much a month or
// more, or tomorrow when what it was on began today, and else when what is given up is used up, or ends by itself. A trial does not
// count, nor does what is used.
func (s *Service) moveDay(ctx context.Context, tx bun.IDB, in SubscribeInput, before Subscription, held Version, on bool) (time.Time, error) {
	today := s.today(in.City)
	if !on {
		return today, nil
	}
	v, err := findVersion(ctx, tx, in.Plan, in.Version, today)
	if err != nil {
		return today, err
	}
	after := Subscription{StartsOn: today, Addons: in.Addons}
	if in.Keep {
		after.keep(before, held)
		after.TrialEndsOn = time.Time{}
	}
	if in.Coupon != "" {
		if c, ok, err := findCoupon(ctx, tx, in.Coupon, today); err != nil {
			return today, err
		} else if ok {
			after.Coupon = &c
		}
	}
	meters, err := noUsage(ctx, tx)
	if err != nil {
		return today, err
	}
	paid := before
	paid.TrialEndsOn = time.Time{}
	was, err := held.monthly(paid, meters, today)
	if err != nil {
		return today, err
	}
	is, err := v.monthly(after, meters, today)
	switch {
	case err != nil || is.Total >= was.Total && !date(before.StartsOn).Equal(today):
		return today, err
	case is.Total >= was.Total:
		return today.AddDate(0, 0, 1), nil
	}
	day := before.usedUp(held, today, s.nextMonth(in.City))
	if year, err := before.ahead(held); err != nil {
		return day, err
	} else if kept, err := after.ahead(v); err != nil {
		return day, err
	} else if year > 0 && kept >= year {
		day = s.nextMonth(in.City) // only what is paid by the month gets less
	}
	if ends := before.EndsOn; !ends.IsZero() && date(ends).Before(day) {
		day = date(ends)
	}
	return day, nil
}

// usedUp is the first day on which nothing is paid for s and its version any more: after the year that was paid in advance, or where
// there is none after the month.
func (s Subscription) usedUp(v Version, today, nextMonth time.Time) time.Time {
	if until := s.yearUntil(v, today); !until.IsZero() {
		return until
	}
	if first := s.terms().paidFrom(); s.yearly(v) && first.After(today) && first.Before(nextMonth) {
		return first // a trial ends, and no year should begin
	}
	return nextMonth
}

// yearUntil is the first day after the year that holds today and was paid in advance for s and its version; zero when none was.
func (s Subscription) yearUntil(v Version, today time.Time) time.Time {
	first := s.terms().paidFrom()
	if !s.yearly(v) || first.After(today) {
		return time.Time{}
	}
	_, until := yearOf(first, today)
	return until
}

// yearly reports whether something of s and its version is paid a year in advance.
func (s Subscription) yearly(v Version) bool {
	return slices.ContainsFunc(v.Components, func(c Component) bool {
		return c.Every == Yearly && c.Price > 0 && (!c.Optional || s.Addons[c.Code] > 0)
	})
}

// ahead is what is paid a year in advance for s and its version.
func (s Subscription) ahead(v Version) (sum money.Rupiah, err error) {
	for _, c := range v.Components {
		if c.Every != Yearly {
			continue
		}
		price := c.Price
		if c.Optional {
			if price, err = price.Times(s.Addons[c.Code]); err != nil {
				return 0, err
			}
		}
		if sum, err = sum.Add(price); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// nextMonth is the first day of the next month in a city.
func (s *Service) nextMonth(city tenancy.City) time.Time {
	return monthsLater(MonthOf(s.today(city)).first(), 1)
}
