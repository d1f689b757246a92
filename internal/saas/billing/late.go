package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// lateAfter is how long a month may be due to be closed before somebody should look: the planned run comes every hour.
const lateAfter = 24 * time.Hour

// Late is a month that should have been closed and is not. Why is the code with which its closing failed last, or empty.
type Late struct {
	City  tenancy.City
	Month time.Time
	Why   string
}

// Late lists, for each of these cities, the earliest month that should have been closed a day ago and is not. It reads across cities
// as the platform role, so only requests of the platform may call it; the edge has checked who asks.
func (s *Service) Late(ctx context.Context, cities []tenancy.City) ([]Late, error) {
	if err := ofPlatform(ctx); err != nil {
		return nil, err
	}
	platform, err := s.platform(ctx)
	if err != nil {
		return nil, err
	}
	at := s.now().Add(-lateAfter)
	seller, err := invoice.SellerOn(tenancy.With(ctx, platform), s.db.App, at)
	if fault.Is(err, "invoice.no_seller") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("billing: late: %w", err)
	}
	var ids, last []string
	known := map[tenancy.ID]tenancy.City{}
	for _, city := range cities {
		known[city.ID] = city
		ids, last = append(ids, city.ID.String()), append(last, lastDue(at.In(city.Location()), seller).Format(time.DateOnly))
	}
	var rows []struct {
		City  tenancy.ID
		Month time.Time
		Why   string
	}
	err = s.db.Platform.NewRaw(`SELECT c.city, coalesce(half.month, open.month) AS month, coalesce(failed.last_error, '') AS why
		FROM unnest(?::uuid[], ?::date[]) WITH ORDINALITY AS c (city, last, n)
		LEFT JOIN LATERAL (SELECT b.month FROM billing_month b WHERE b.tenant_id = c.city AND b.billed_at IS NULL ORDER BY b.month LIMIT 1) half ON true
		LEFT JOIN LATERAL (SELECT m::date AS month FROM generate_series(c.last - make_interval(months => ?), c.last, interval '1 month') m
			WHERE EXISTS (SELECT FROM subscription s WHERE s.tenant_id = c.city AND s.withdrawn_at IS NULL AND s.starts_on < m + interval '1 month'
				AND (s.ends_on IS NULL OR s.ends_on > m - make_interval(months => ?)))
			  AND NOT EXISTS (SELECT FROM billing_month b WHERE b.tenant_id = c.city AND b.month = m::date)
			ORDER BY m LIMIT 1) open ON true
		LEFT JOIN LATERAL (SELECT o.last_error FROM outbox o WHERE o.tenant_id = c.city AND o.kind = ? AND o.payload->>'month' = to_char(coalesce(half.month, open.month), 'YYYY-MM')
			AND o.last_error <> '' ORDER BY o.id DESC LIMIT 1) failed ON true
		WHERE coalesce(half.month, open.month) IS NOT NULL ORDER BY c.n`,
		pgdialect.Array(ids), pgdialect.Array(last), seller.CorrectMonths, seller.CorrectMonths, closeKind().Name).Scan(tenancy.Platform(ctx), &rows)
	if err != nil {
		return nil, fmt.Errorf("billing: late: %w", err)
	}
	var out []Late
	for _, r := range rows {
		out = append(out, Late{City: known[r.City], Month: r.Month, Why: r.Why})
	}
	return out, nil
}

// lastDue is the first day of the last month that is due to be closed by a place's clock.
func lastDue(at time.Time, seller invoice.Seller) time.Time {
	last := rating.MonthsLater(time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC), -1)
	if at.Day() < seller.CloseDay {
		return rating.MonthsLater(last, -1)
	}
	return last
}

// ofPlatform refuses callers of a city, for what reads across cities.
func ofPlatform(ctx context.Context) error {
	if id, ok := tenancy.From(ctx); ok {
		if caller, _ := tenancy.CityFrom(ctx); caller.ID != id || caller.Kind != tenancy.KindPlatform {
			return fault.New(fault.NotFound, "city.unknown", "host", "")
		}
	}
	return nil
}
