package billing

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// leastSeen is for how long a part of a month must run before what it will come to is foretold from it.
const leastSeen = 24 * time.Hour

// Forecast is what the running month comes to if it goes on as it did so far: counts and sums grow with its days, peaks and numbers
// of people stay. It is a guess before tax; for a month that is over it is the month's Estimate. Callers and refusals are
// those of Estimate.
func (s *Service) Forecast(ctx context.Context, city tenancy.City, month time.Time) (money.Rupiah, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return 0, err
	}
	m := MonthOf(month)
	subs, err := subscriptions(ctx, s.db.App, m)
	if err != nil {
		return 0, fmt.Errorf("billing: forecast: %w", err)
	}
	if len(subs) == 0 {
		return 0, fault.New(fault.NotFound, "billing.no_subscription")
	}
	sum, _, err := s.foretell(ctx, city, m, subs)
	return sum, err
}

// foretell rates a month of city under these subscriptions by what is foretold.
func (s *Service) foretell(ctx context.Context, city tenancy.City, m Period, subs []Subscription) (sum money.Rupiah, lines []Line, err error) {
	var growing []string
	err = s.db.App.NewRaw("SELECT code FROM meter WHERE aggregation IN ('count', 'sum')").Scan(tenancy.Platform(ctx), &growing)
	if err != nil {
		return 0, nil, fmt.Errorf("billing: forecast: %w", err)
	}
	parts, err := s.rateAll(ctx, city, m, subs, s.foretold(growing))
	if err != nil {
		return 0, nil, fmt.Errorf("billing: forecast: %w", err)
	}
	for _, l := range parts {
		if sum, err = sum.Add(l.Amount); err != nil {
			return 0, nil, err
		}
		lines = append(lines, l.Line)
	}
	return sum, lines, nil
}

// foretold reads what is known and lets it grow to the end of the window.
func (s *Service) foretold(growing []string) reading {
	return func(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
		used, err := s.known(ctx, city, from, to)
		seen := s.now().Sub(from)
		if err != nil || seen < leastSeen || seen >= to.Sub(from) {
			return used, err
		}
		for _, meter := range growing {
			if n, ok := used[meter]; ok {
				more, err := money.Rupiah(n).FractionHalfUp(int64(to.Sub(from)/time.Second), int64(seen/time.Second))
				if err != nil {
					return nil, err
				}
				used[meter] = int64(more)
			}
		}
		return used, nil
	}
}
