package metering

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/tenancy"
)

// Difference is an hour of one type whose roll-up is not what its events say: how many events and what sum of
// quantities the roll-up holds, and what the events come to. Equal figures differ in a dimension.
type Difference struct {
	Hour          time.Time
	Type          string
	KeptEvents    int64
	KeptTotal     int64
	CountedEvents int64
	CountedTotal  int64
}

const maxDifferences = 1000

// Hours with a mark are left out: readers take them from the events, so their roll-up is nobody's answer.
const verifySQL = `
WITH hours AS MATERIALIZED (
    SELECT ?::uuid AS tenant_id, hour, hour + interval '1 hour' AS ends
      FROM generate_series(?::timestamptz, ?::timestamptz - interval '1 hour', interval '1 hour') AS hour
    EXCEPT
    SELECT tenant_id, hour, hour + interval '1 hour' FROM usage_touch WHERE tenant_id = ?
), counted AS (` + hoursSQL + `
), kept AS (
    SELECT u.tenant_id, u.hour, u.type, u.agency, u.service, u.channel, u.subject, u.events, u.total, u.peak, u.latest
      FROM hours h JOIN usage_hour u ON u.tenant_id = h.tenant_id AND u.hour = h.hour
), wrong AS (
    SELECT hour, type FROM (SELECT * FROM counted EXCEPT ALL SELECT * FROM kept) missing
    UNION
    SELECT hour, type FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM counted) extra
)
SELECT w.hour, w.type,
       coalesce((SELECT sum(k.events) FROM kept k WHERE k.hour = w.hour AND k.type = w.type), 0)::bigint AS kept_events,
       coalesce((SELECT sum(k.total) FROM kept k WHERE k.hour = w.hour AND k.type = w.type), 0)::bigint AS kept_total,
       coalesce((SELECT sum(c.events) FROM counted c WHERE c.hour = w.hour AND c.type = w.type), 0)::bigint AS counted_events,
       coalesce((SELECT sum(c.total) FROM counted c WHERE c.hour = w.hour AND c.type = w.type), 0)::bigint AS counted_total
  FROM wrong w ORDER BY w.hour, w.type LIMIT ?`

// Verify counts every event of city in a month again and returns the hours whose roll-up says something else, 1,000
// at most; none is the only good answer. Callers and refusals are those of Month.
func (s *Service) Verify(ctx context.Context, city tenancy.City, month time.Time) ([]Difference, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return nil, err
	}
	var wrong []Difference
	if err := s.db.App.NewRaw(verifySQL, w.city, w.from, w.to, w.city, w.from, w.to, maxDifferences).Scan(ctx, &wrong); err != nil {
		return nil, fmt.Errorf("metering: verify: %w", err)
	}
	return wrong, nil
}
