package billing

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// footing is what a move of a city starts from: the subscription that holds today, or else the last one, with its version. The zero
// footing is of a city that never had one.
type footing struct {
	sub     Subscription
	version Version
	holds   bool // today
	paused  bool
}

// findFooting reads on what city stands on a day.
func findFooting(ctx context.Context, db bun.IDB, city tenancy.City, day time.Time) (f footing, err error) {
	if f.sub, f.version, f.holds, err = current(ctx, db, city, day); f.holds || err != nil {
		return f, err
	}
	last, ever, err := lastBegun(ctx, db, city, day)
	if err != nil || !ever {
		return f, err
	}
	f.sub, f.paused = last, last.paused(day)
	f.version, err = findVersion(ctx, db, last.Plan, last.Version, day)
	return f, err
}

// agreed reports whether what was agreed goes on: a pause interrupts it, and an end ends it.
func (f footing) agreed() bool { return f.holds || f.paused }

// yearUntil is the first day after the year that was paid in advance and is not over today; zero when there is none. It is that of a
// subscription that has ended too, of which the unused days were given back.
func (f footing) yearUntil(today time.Time) time.Time {
	day := today
	if !f.holds {
		day = rating.DateOf(f.sub.EndsOn).AddDate(0, 0, -1)
	}
	if until := f.sub.yearUntil(f.version, day); until.After(today) {
		return until
	}
	return time.Time{}
}

// moveDay is when a move begins by itself, from what the city was on, if it was on anything: today when it is worth as much a month or
// more, or tomorrow when what it was on began today, and else when what is given up is used up, or ends by itself. A year that was
// paid in advance is used up when it is over, and neither a pause nor an end shortens it. A trial does not count, nor does what is used.
//
// A year that gave way to something worth as much or more is not waited for afterwards: its unused days were given back on that day, the
// other is paid until its month is over, and less may follow. Each day was paid once, for what the city was on.
func (s *Service) moveDay(ctx context.Context, tx bun.IDB, in SubscribeInput, f footing) (time.Time, error) {
	today := s.today(in.City)
	until := f.yearUntil(today)
	if !f.holds && until.IsZero() {
		return today, nil
	}
	v, err := findVersion(ctx, tx, in.Plan, in.Version, today)
	if err != nil {
		return today, err
	}
	after := Subscription{StartsOn: today, Addons: in.Addons}
	if in.Keep && f.agreed() {
		after.keep(f.sub, f.version)
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
	paid := f.sub
	paid.TrialEndsOn = time.Time{}
	was, err := f.version.monthly(paid, meters, today)
	if err != nil {
		return today, err
	}
	is, err := v.monthly(after, meters, today)
	switch {
	case err != nil || is.Total >= was.Total && !rating.DateOf(f.sub.StartsOn).Equal(today):
		return today, err
	case is.Total >= was.Total:
		return today.AddDate(0, 0, 1), nil
	}
	year, err := f.sub.ahead(f.version)
	if err != nil {
		return today, err
	}
	kept, err := after.ahead(v)
	switch {
	case err != nil:
		return today, err
	case !until.IsZero() && kept < year:
		return until, nil
	case !f.holds: // only what is paid by the month gets less, and nothing is
		return today, nil
	}
	day := s.nextMonth(in.City)
	if first := f.sub.terms().PaidFrom(); f.sub.yearly(f.version) && kept < year && first.After(today) && first.Before(day) {
		day = first // a trial ends, and no year should begin
	}
	if ends := f.sub.EndsOn; !ends.IsZero() && rating.DateOf(ends).Before(day) {
		day = rating.DateOf(ends)
	}
	return day, nil
}

// replaces is the first day from which a move that begins on a day takes back what is planned: also the end, or another move, of what
// holds now, which would cut off a year that is used up first.
func (f footing) replaces(on time.Time) time.Time {
	if ends := f.sub.EndsOn; f.holds && !ends.IsZero() && rating.DateOf(ends).Before(on) {
		return rating.DateOf(ends)
	}
	return on
}

// yearUntil is the first day after the year that holds a day and was paid in advance for s and its version; zero when none was.
func (s Subscription) yearUntil(v Version, day time.Time) time.Time {
	first := s.terms().PaidFrom()
	if !s.yearly(v) || first.After(day) {
		return time.Time{}
	}
	_, until := rating.YearOf(first, day)
	return until
}

// yearly reports whether something of s and its version is paid a year in advance.
func (s Subscription) yearly(v Version) bool {
	return slices.ContainsFunc(v.Components, func(c rating.Component) bool {
		return c.Every == rating.Yearly && c.Price > 0 && (!c.Optional || s.Addons[c.Code] > 0)
	})
}

// ahead is what is paid a year in advance for s and its version.
func (s Subscription) ahead(v Version) (sum money.Rupiah, err error) {
	for _, c := range v.Components {
		if c.Every != rating.Yearly {
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
	return rating.MonthsLater(rating.MonthOf(s.today(city)).First(), 1)
}
