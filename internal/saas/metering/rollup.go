package metering

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/tenancy"
)

// rollupHours bounds one run, so that a large import does not hold one transaction for long.
const rollupHours = 1000

// Rollup writes usage_hour anew for the hours of ctx's city that events have touched, and usage_day for their days, and
// returns how many hours there were; the earliest come first and at most 1,000 in one call. An event that commits while it runs leaves its own mark
// and is taken up by the next call, so calling it twice, or never, changes no reading.
func Rollup(ctx context.Context, tx bun.Tx) (int, error) {
	tenant := tenancy.Must(ctx)
	// One at a time per city: two would write the same hours.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
		"metering.rollup "+tenant.String()).Exec(ctx); err != nil {
		return 0, fmt.Errorf("metering: rollup: %w", err)
	}
	var hours []time.Time
	err := tx.NewRaw(`WITH due AS (SELECT DISTINCT hour FROM usage_touch WHERE tenant_id = ? ORDER BY hour LIMIT ?),
		seen AS (DELETE FROM usage_touch t USING due WHERE t.tenant_id = ? AND t.hour = due.hour)
		SELECT hour FROM due ORDER BY hour`, tenant, rollupHours, tenant).Scan(ctx, &hours)
	if err != nil || len(hours) == 0 {
		return 0, err
	}
	// The events are read by a later statement than the marks: whatever a deleted mark stood for is visible by now.
	if _, err := tx.NewRaw("DELETE FROM usage_hour WHERE tenant_id = ? AND hour = ANY (?)", tenant,
		pgdialect.Array(hours)).Exec(ctx); err != nil {
		return 0, fmt.Errorf("metering: rollup: %w", err)
	}
	_, err = tx.NewRaw(`WITH hours AS MATERIALIZED (
			SELECT ?::uuid AS tenant_id, hour, hour + interval '1 hour' AS ends FROM unnest(?::timestamptz[]) AS hour)
		INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, taken, events, total, peak, latest) `+
		hoursSQL, tenant, pgdialect.Array(hours), hours[0], hours[len(hours)-1].Add(time.Hour)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("metering: rollup: %w", err)
	}
	return len(hours), rollupDays(ctx, tx, tenant, hours)
}

// rollupDays writes usage_day anew for the days of hours that have just been written. A day of which another hour is
// still to be written is read by its hours until then.
func rollupDays(ctx context.Context, tx bun.Tx, tenant tenancy.ID, hours []time.Time) error {
	var days []time.Time
	for _, h := range hours {
		if day := h.UTC().Truncate(24 * time.Hour); len(days) == 0 || !days[len(days)-1].Equal(day) {
			days = append(days, day)
		}
	}
	if _, err := tx.NewRaw("DELETE FROM usage_day WHERE tenant_id = ? AND day = ANY (?)", tenant, pgdialect.Array(days)).Exec(ctx); err != nil {
		return fmt.Errorf("metering: rollup: %w", err)
	}
	_, err := tx.NewRaw(`INSERT INTO usage_day (tenant_id, day, type, agency, service, channel, subject, taken, events, total, peak, latest)`+
		fmt.Sprintf(daysSQL, `(SELECT h.* FROM unnest(?::timestamptz[]) AS d(day) CROSS JOIN LATERAL (SELECT * FROM usage_hour
			WHERE tenant_id = ? AND hour >= d.day AND hour < d.day + interval '24 hours' OFFSET 0) h)`), pgdialect.Array(days), tenant).Exec(ctx)
	if err != nil {
		return fmt.Errorf("metering: rollup: %w", err)
	}
	return nil
}
