package metering

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Difference is an hour, a day of UTC or a month of one type whose roll-up is not what its events say: how many events and what
// sum of quantities the roll-up holds, and what the events come to. Equal figures differ in a dimension.
type Difference struct {
	Span          string    // "hour", "day" or "month"
	Hour          time.Time // when it begins
	Type          string
	KeptEvents    int64
	KeptTotal     int64
	CountedEvents int64
	CountedTotal  int64
}

const maxDifferences = 1000

// Hours with a mark are left out, and so are their days: readers take them from the events, so their roll-up is nobody's
// answer. A month is held to its hours, whether marked or not, since readers take away what is marked.
var verifySQL = `
WITH touched AS MATERIALIZED (
    SELECT DISTINCT hour FROM usage_touch WHERE tenant_id = ?
), hours AS MATERIALIZED (
    SELECT ?::uuid AS tenant_id, hour, hour + interval '1 hour' AS ends
      FROM generate_series(?::timestamptz, ?::timestamptz - interval '1 hour', interval '1 hour') AS hour
     WHERE hour NOT IN (SELECT hour FROM touched)
), days AS MATERIALIZED (
    SELECT ` + daySQL("hour") + ` AS day FROM hours GROUP BY 1 HAVING count(*) = 24
), counted AS MATERIALIZED (` + hoursSQL + `
), kept AS MATERIALIZED (
    SELECT u.tenant_id, u.hour, u.type, u.agency, u.service, u.channel, u.subject, u.taken, u.events, u.total, u.peak, u.latest
      FROM hours h JOIN usage_hour u ON u.tenant_id = h.tenant_id AND u.hour = h.hour
), counted_days AS MATERIALIZED (
    SELECT * FROM (` + fmt.Sprintf(daysSQL, "counted") + `) c WHERE day IN (SELECT day FROM days)
), kept_days AS MATERIALIZED (
    SELECT u.tenant_id, u.day, u.type, u.agency, u.service, u.channel, u.subject, u.taken, u.events, u.total, u.peak, u.latest
      FROM days d JOIN usage_day u ON u.tenant_id = ? AND u.day = d.day
), whole AS MATERIALIZED (
    SELECT tenant_id, ?::timestamptz AS starts, type, subject, taken, ` + sumSQL("events") + ` AS events, ` + sumSQL("total") + ` AS total, max(peak) AS peak, max(latest) AS latest
      FROM usage_hour WHERE tenant_id = ? AND hour >= ? AND hour < ? GROUP BY tenant_id, type, subject, taken
), kept_month AS MATERIALIZED (
    SELECT tenant_id, starts, type, subject, taken, events, total, peak, latest FROM usage_month WHERE tenant_id = ? AND starts = ? AND ends = ?
), wrong AS (
    SELECT hour, 'hour' AS span, type FROM (SELECT * FROM counted EXCEPT ALL SELECT * FROM kept) missing
    UNION
    SELECT hour, 'hour', type FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM counted) extra
    UNION
    SELECT day, 'day', type FROM (SELECT * FROM counted_days EXCEPT ALL SELECT * FROM kept_days) missing
    UNION
    SELECT day, 'day', type FROM (SELECT * FROM kept_days EXCEPT ALL SELECT * FROM counted_days) extra
    UNION
    SELECT starts, 'month', type FROM (SELECT * FROM whole EXCEPT ALL SELECT * FROM kept_month) missing WHERE EXISTS (SELECT FROM kept_month)
    UNION
    SELECT starts, 'month', type FROM (SELECT * FROM kept_month EXCEPT ALL SELECT * FROM whole) extra
), kept_sums AS (
    SELECT hour, 'hour' AS span, type, ` + sumSQL("events") + ` AS events, ` + sumSQL("total") + ` AS total FROM kept GROUP BY hour, type
    UNION ALL
    SELECT day, 'day', type, ` + sumSQL("events") + `, ` + sumSQL("total") + ` FROM kept_days GROUP BY day, type
    UNION ALL
    SELECT starts, 'month', type, ` + sumSQL("events") + `, ` + sumSQL("total") + ` FROM kept_month GROUP BY starts, type
), counted_sums AS (
    SELECT hour, 'hour' AS span, type, ` + sumSQL("events") + ` AS events, ` + sumSQL("total") + ` AS total FROM counted GROUP BY hour, type
    UNION ALL
    SELECT day, 'day', type, ` + sumSQL("events") + `, ` + sumSQL("total") + ` FROM counted_days GROUP BY day, type
    UNION ALL
    SELECT starts, 'month', type, ` + sumSQL("events") + `, ` + sumSQL("total") + ` FROM whole GROUP BY starts, type
)
SELECT w.span, w.hour, w.type, coalesce(k.events, 0) AS kept_events, coalesce(k.total, 0) AS kept_total,
       coalesce(c.events, 0) AS counted_events, coalesce(c.total, 0) AS counted_total
  FROM wrong w LEFT JOIN kept_sums k USING (hour, span, type) LEFT JOIN counted_sums c USING (hour, span, type)
 ORDER BY w.hour, w.span, w.type LIMIT ?`

// Verify counts every event of city in a month again, to the ends of the days of UTC in which it begins and ends, and
// returns the hours, days and months whose roll-up says something else, 1,000 at most; none is the only good answer. Callers and
// refusals are those of Month.
func (s *Service) Verify(ctx context.Context, city tenancy.City, month time.Time) ([]Difference, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return nil, err
	}
	from, to := w.from.UTC().Truncate(24*time.Hour), w.to.UTC().Add(23*time.Hour).Truncate(24*time.Hour)
	var wrong []Difference
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		// All of a month is counted, which may take longer than an answer to a person may.
		if _, err := tx.NewRaw("SET LOCAL statement_timeout = '1h'").Exec(ctx); err != nil {
			return err
		}
		return tx.NewRaw(verifySQL, w.city, w.city, from, to, from, to, w.city,
			w.from, w.city, w.from, w.to, w.city, w.from, w.to, maxDifferences).Scan(ctx, &wrong)
	})
	if err != nil {
		return nil, fmt.Errorf("metering: verify: %w", err)
	}
	return wrong, nil
}

// Months returns the months, where city is, from that of its first roll-up to that of its last: all that Verify has to look
// at. Callers and refusals are those of Month.
func (s *Service) Months(ctx context.Context, city tenancy.City) ([]time.Time, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	var span struct{ First, Last *time.Time }
	err = s.db.App.NewRaw(`SELECT least((SELECT min(hour) FROM usage_hour WHERE tenant_id = ?), (SELECT min(hour) FROM usage_touch WHERE tenant_id = ?)) AS first,
		greatest((SELECT max(hour) FROM usage_hour WHERE tenant_id = ?), (SELECT max(hour) FROM usage_touch WHERE tenant_id = ?)) AS last`,
		city.ID, city.ID, city.ID, city.ID).Scan(ctx, &span)
	if err != nil {
		return nil, fmt.Errorf("metering: months: %w", err)
	}
	var all []time.Time
	if span.First == nil || span.Last == nil {
		return nil, nil
	}
	first := span.First.In(city.Location())
	for m := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, city.Location()); !m.After(*span.Last); m = m.AddDate(0, 1, 0) {
		all = append(all, m)
	}
	return all, nil
}
