package billing

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
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
	m := rating.MonthOf(month)
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

// foretell rates a month of city under these subscriptions by what is foretold. What several subscriptions of one month come to and what
// one does can be compared: both are of the same usage.
func (s *Service) foretell(ctx context.Context, city tenancy.City, m rating.Period, subs []Subscription) (sum money.Rupiah, lines []rating.Line, err error) {
	used, err := s.foretold(ctx, city, m)
	if err != nil {
		return 0, nil, fmt.Errorf("billing: forecast: %w", err)
	}
	parts, err := s.rateAll(ctx, city, m, subs, used)
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

// foretold reads what is known and lets it grow from now to the end of the window as it did in the month so far, under whatever subscription
// that was: one that begins today has seen nothing yet, and the month goes on all the same. Peaks and numbers of people stay those of the
// month; a mean is that of its window already.
func (s *Service) foretold(ctx context.Context, city tenancy.City, m rating.Period) (reading, error) {
	var meters []struct {
		Code    string
		Growing bool
	}
	err := s.db.App.NewRaw("SELECT code, aggregation IN ('count', 'sum') AS growing FROM meter WHERE aggregation <> 'weighted'").Scan(tenancy.Platform(ctx), &meters)
	if err != nil {
		return nil, err
	}
	var joined []time.Time // before that nothing was used
	if err := s.db.App.NewRaw("SELECT starts_on FROM subscription WHERE tenant_id = ? AND withdrawn_at IS NULL ORDER BY starts_on LIMIT 1", city.ID).Scan(ctx, &joined); err != nil {
		return nil, err
	}
	from, to := m.Window(city.Location())
	if len(joined) > 0 && m.Holds(rating.DateOf(joined[0])) {
		m.FirstDay = joined[0].Day()
		from, _ = m.Window(city.Location())
	}
	now := s.now()
	seen := now.Sub(from)
	if seen < leastSeen || !now.Before(to) {
		return s.known, nil
	}
	month, err := s.known(ctx, city, from, to)
	if err != nil {
		return nil, err
	}
	// growth is by how much a meter grows from now to an instant, so that the parts of a month grow by as much as the whole.
	growth := func(meter string, at time.Time) (money.Rupiah, error) {
		return money.Rupiah(month[meter]).FractionHalfUp(int64(max(at.Sub(now), 0)/time.Second), int64(seen/time.Second))
	}
	return func(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
		used, err := s.known(ctx, city, from, to)
		if err != nil || !to.After(now) {
			return used, err
		}
		for _, x := range meters {
			if _, known := used[x.Code]; !known {
				continue
			}
			if !x.Growing {
				used[x.Code] = month[x.Code]
				continue
			}
			before, err := growth(x.Code, from)
			if err != nil {
				return nil, err
			}
			after, err := growth(x.Code, to)
			if err != nil {
				return nil, err
			}
			sum, err := money.Rupiah(used[x.Code]).Add(after - before)
			if err != nil {
				return nil, err
			}
			used[x.Code] = int64(sum)
		}
		return used, nil
	}, nil
}
