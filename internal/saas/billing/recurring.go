package billing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Running is a subscription that holds on a day, and what it is worth a month.
type Running struct {
	Subscription
	PlanName i18n.Text
	Monthly  money.Rupiah  // nothing in a trial
	Lines    []rating.Line // of which it is the sum, those with a meter at no usage; none in a trial
}

// Recurring is what the subscriptions of all cities are worth a month on a day (MRR), by city: fixed prices with their add-ons, a
// year's by twelve, topped up to the minimum, less the coupon of that day. Usage, one-time prices and tax are not in it, and a
// trial is worth nothing. It reads across cities as the platform role, so only requests of the platform may call it.
func (s *Service) Recurring(ctx context.Context, day time.Time) (map[tenancy.ID]Running, error) {
	all, err := s.RecurringOn(ctx, day)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// recurringPage bounds the subscriptions that are read at once.
const recurringPage = 5000

// RecurringOn is Recurring on each of some days, of which there is at least one, read at once.
func (s *Service) RecurringOn(ctx context.Context, days ...time.Time) ([]map[tenancy.ID]Running, error) {
	if err := ofPlatform(ctx); err != nil {
		return nil, err
	}
	var subs []Subscription
	first, last := slices.MinFunc(days, time.Time.Compare), slices.MaxFunc(days, time.Time.Compare)
	for page := recurringPage; page == recurringPage; {
		var more []Subscription
		q := s.db.Platform.NewSelect().Model(&more).Column(columns()...).
			Where("withdrawn_at IS NULL AND starts_on <= ? AND (ends_on IS NULL OR ends_on > ?)", last.Format(time.DateOnly), first.Format(time.DateOnly)).
			Order("tenant_id", "id").Limit(recurringPage)
		if n := len(subs); n > 0 {
			q = q.Where("(tenant_id, id) > (?, ?)", subs[n-1].TenantID, subs[n-1].ID)
		}
		if err := q.Scan(tenancy.Platform(ctx)); err != nil {
			return nil, fmt.Errorf("billing: recurring: %w", err)
		}
		subs, page = append(subs, more...), len(more)
	}
	meters, err := noUsage(tenancy.Platform(ctx), s.db.App)
	if err != nil {
		return nil, err
	}
	type key struct {
		plan    string
		version int
	}
	versions, names, out := map[key]Version{}, map[string]i18n.Text{}, make([]map[tenancy.ID]Running, len(days))
	for i := range out {
		out[i] = map[tenancy.ID]Running{}
	}
	for _, sub := range subs {
		k := key{sub.Plan, sub.Version}
		if _, known := versions[k]; !known {
			if versions[k], err = findVersion(tenancy.Platform(ctx), s.db.App, sub.Plan, sub.Version, last); err != nil {
				return nil, err
			}
			p, err := findPlan(tenancy.Platform(ctx), s.db.App, sub.Plan)
			if err != nil {
				return nil, err
			}
			names[sub.Plan] = p.Name
		}
		for i, day := range days {
			if !sub.Holds(day) {
				continue
			}
			worth, err := versions[k].monthly(sub, meters, day)
			if err != nil {
				return nil, err
			}
			out[i][sub.TenantID] = Running{Subscription: sub, PlanName: names[sub.Plan], Monthly: worth.Total, Lines: worth.Lines}
		}
	}
	return out, nil
}

// noUsage is every meter at nothing, as db sees it: within a transaction that one, so that it never waits for another connection.
func noUsage(ctx context.Context, db bun.IDB) (rating.Quantities, error) {
	var codes []string
	if err := db.NewRaw("SELECT code FROM meter").Scan(ctx, &codes); err != nil {
		return nil, fmt.Errorf("billing: meters: %w", err)
	}
	out := rating.Quantities{}
	for _, c := range codes {
		out[c] = rating.Quantity{}
	}
	return out, nil
}

// monthly rates a whole month without usage, with a year's price by month and nothing that is paid once.
func (v Version) monthly(sub Subscription, meters rating.Quantities, day time.Time) (rating.Result, error) {
	if sub.Trial(day) {
		return rating.Result{}, nil
	}
	v.Components = slices.DeleteFunc(slices.Clone(v.Components), func(c rating.Component) bool { return c.Kind == rating.Once })
	for i, c := range v.Components {
		if c.Every == rating.Yearly {
			price, err := c.Price.FractionHalfUp(1, 12)
			if err != nil {
				return rating.Result{}, err
			}
			v.Components[i].Price, v.Components[i].Every = price, rating.Monthly
		}
	}
	t := rating.Terms{Addons: sub.Addons}
	if c := sub.Coupon; c != nil && !rating.DateOf(day).Before(rating.DateOf(c.From)) && (c.Until.IsZero() || rating.DateOf(day).Before(rating.DateOf(c.Until))) {
		whole := *c
		whole.From, whole.Until = time.Time{}, time.Time{}
		t.Coupon = &whole
	}
	return rating.Rate(v.Prices(), t, meters, rating.MonthOf(day))
}

// Movement is how what recurs has changed from one day to another.
type Movement struct {
	New, Expansion, Contraction, Churned money.Rupiah // all positive
	Joined, Left                         int          // cities that are worth something now, and those that no longer are
	Began                                int          // cities that were worth something on the first day
}

// Churn is how many of the cities that it began with have left, in percent, rounded down.
func (m Movement) Churn() int64 {
	if m.Began == 0 {
		return 0
	}
	return int64(m.Left) * 100 / int64(m.Began)
}

// MovedBetween compares two days of Recurring.
func MovedBetween(before, after map[tenancy.ID]Running) Movement {
	var m Movement
	cities := map[tenancy.ID]bool{}
	for id := range before {
		cities[id] = true
	}
	for id := range after {
		cities[id] = true
	}
	for id := range maps.Keys(cities) {
		was, is := before[id].Monthly, after[id].Monthly
		if was > 0 {
			m.Began++
		}
		switch {
		case was == 0 && is > 0:
			m.New, m.Joined = m.New+is, m.Joined+1
		case was > 0 && is == 0:
			m.Churned, m.Left = m.Churned+was, m.Left+1
		case is > was:
			m.Expansion += is - was
		case is < was:
			m.Contraction += was - is
		}
	}
	return m
}
