package billing

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/tenancy"
)

// lateAfter is how long a month may be due to be closed before somebody should look: the planned run comes every hour.
const lateAfter = 24 * time.Hour

// Late is a month that should have been closed and is not. Why is the code with which its closing failed last, or empty.
type Late struct {
	City  tenancy.City
	Month time.Time
	Why   string
}

// Late lists, for each of these cities, the earliest month that should have been closed a day ago and is not. The edge has checked
// who asks.
func (s *Service) Late(ctx context.Context, cities []tenancy.City) ([]Late, error) {
	var out []Late
	for _, city := range cities {
		in, err := tenancy.Inside(ctx, city)
		if err != nil {
			return nil, err
		}
		month, err := s.due(in, s.db.App, city, s.now().Add(-lateAfter))
		if err != nil {
			return nil, fmt.Errorf("billing: late: %w", err)
		}
		if month.IsZero() {
			continue
		}
		x := Late{City: city, Month: month}
		err = s.db.App.NewRaw(`SELECT coalesce((SELECT last_error FROM outbox WHERE tenant_id = ? AND kind = ? AND payload->>'month' = ? AND last_error <> '' ORDER BY id DESC LIMIT 1), '')`,
			city.ID, closeKind().Name, month.Format("2006-01")).Scan(in, &x.Why)
		if err != nil {
			return nil, fmt.Errorf("billing: late: %w", err)
		}
		out = append(out, x)
	}
	return out, nil
}
