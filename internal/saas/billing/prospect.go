package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Prospect is what a change of a city's subscription comes to, before it is made. Amounts are before tax.
type Prospect struct {
	Next                Subscription // that the change starts or ends
	On                  time.Time    // from which day it holds
	Today               time.Time    // the day on which it was looked at
	MonthlyNow          money.Rupiah // what recurs a month on that day, without the change and with it; a trial does not count
	MonthlyThen         money.Rupiah
	Less                bool          // it recurs at less than what holds today, or was paused, or ended within a year that was paid in advance
	YearUntil           time.Time     // the first day after the year that was paid in advance and is not over today; zero when none was
	Month               rating.Period // the running one
	MonthNow, MonthThen money.Rupiah  // what it is foretold to come to, without the change and with it
	Lines               []rating.Line // with it
}

var errUndone = errors.New("billing: looked at, not done")

// Prospect makes a change of city's subscription, looks at it and takes it back, so that what is shown is what the change will do. Change
// refuses as it will when it is meant. Callers are those of Estimate.
func (s *Service) Prospect(ctx context.Context, city tenancy.City, change func(ctx context.Context, tx bun.Tx) (Subscription, error)) (Prospect, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Prospect{}, err
	}
	today := s.today(city)
	p := Prospect{Today: today, Month: rating.MonthOf(today)}
	before, err := subscriptions(ctx, s.db.App, p.Month)
	if err != nil {
		return p, fmt.Errorf("billing: prospect: %w", err)
	}
	var after []Subscription
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		if p.Next, err = change(ctx, tx); err != nil {
			return err
		}
		if after, err = subscriptions(ctx, tx, p.Month); err != nil {
			return err
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		return p, err
	}
	if p.On = rating.DateOf(p.Next.StartsOn); !p.Next.EndsOn.IsZero() {
		p.On = rating.DateOf(p.Next.EndsOn)
	}
	if p.MonthNow, _, err = s.foretell(ctx, city, p.Month, before); err != nil {
		return p, err
	}
	if p.MonthThen, p.Lines, err = s.foretell(ctx, city, p.Month, after); err != nil {
		return p, err
	}
	if p.Next.EndsOn.IsZero() {
		if p.MonthlyThen, err = s.Monthly(ctx, p.Next, p.On); err != nil {
			return p, err
		}
	}
	f, err := findFooting(ctx, s.db.App, city, today)
	if err != nil {
		return p, err
	}
	p.YearUntil = f.yearUntil(today)
	if !f.agreed() && p.YearUntil.IsZero() {
		return p, nil
	}
	was, err := s.Monthly(ctx, f.sub, p.On)
	if f.holds {
		p.MonthlyNow = was
	}
	p.Less = p.MonthlyThen < was
	return p, err
}

// Monthly is what recurs of a subscription in a whole month on a day, once its trial is over. Any caller may ask: it is the price list's.
func (s *Service) Monthly(ctx context.Context, sub Subscription, day time.Time) (money.Rupiah, error) {
	v, err := findVersion(tenancy.Platform(ctx), s.db.App, sub.Plan, sub.Version, day)
	if err != nil {
		return 0, err
	}
	meters, err := noUsage(tenancy.Platform(ctx), s.db.App)
	if err != nil {
		return 0, err
	}
	sub.TrialEndsOn = time.Time{}
	r, err := v.monthly(sub, meters, day)
	return r.Total, err
}
