package metering

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/tenancy"
)

// rollupHours bounds one run, so that a large import does not hold one transaction for long, and rollupChunk one statement,
// which has a time limit: a day of a city with ten million events a month takes a second or two.
const (
	rollupHours = 7 * rollupChunk
	rollupChunk = 24
)

// Rollup writes usage_hour anew for the hours of ctx's city that events have touched, and usage_day and usage_month
// for their days and months, and returns how many hours there were; the earliest come first and at most a week of them in one call. An event that commits while it runs leaves its own mark
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
	for chunk := range slices.Chunk(hours, rollupChunk) {
		_, err = tx.NewRaw(`WITH hours AS MATERIALIZED (
				SELECT ?::uuid AS tenant_id, hour, hour + interval '1 hour' AS ends FROM unnest(?::timestamptz[]) AS hour)
			INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, taken, events, total, peak, latest) `+
			hoursSQL, tenant, pgdialect.Array(chunk), chunk[0], chunk[len(chunk)-1].Add(time.Hour)).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("metering: rollup: %w", err)
		}
	}
	if err := rollupDays(ctx, tx, tenant, hours); err != nil {
		return 0, err
	}
	return len(hours), rollupMonths(ctx, tx, tenant, hours)
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

// rollupMonths writes usage_month anew for the months, where the city is now, of hours that have just been written, from
// their days and the hours beside these. Months of a zone in which the city was before give way.
func rollupMonths(ctx context.Context, tx bun.Tx, tenant tenancy.ID, hours []time.Time) error {
	var zone string
	if err := tx.NewRaw("SELECT timezone FROM tenant WHERE id = ?", tenant).Scan(ctx, &zone); err != nil {
		return fmt.Errorf("metering: rollup: %w", err)
	}
	city := tenancy.City{ID: tenant, Timezone: zone}
	var done window
	for _, h := range hours {
		if h.Before(done.to) {
			continue
		}
		w, err := monthOf(city, h.In(city.Location()))
		if err != nil {
			return err
		}
		done = w
		if _, err := tx.NewRaw("DELETE FROM usage_month WHERE tenant_id = ? AND starts < ? AND ends > ?", tenant, w.to, w.from).Exec(ctx); err != nil {
			return fmt.Errorf("metering: rollup: %w", err)
		}
		first, last := w.from.UTC().Add(23*time.Hour).Truncate(24*time.Hour), w.to.UTC().Truncate(24*time.Hour)
		_, err = tx.NewRaw(`INSERT INTO usage_month (tenant_id, starts, ends, type, subject, taken, events, total, peak, latest)
			SELECT ?, ?::timestamptz, ?::timestamptz, type, subject, taken, `+sumSQL("events")+`, `+sumSQL("total")+`, max(peak), max(latest) FROM (
				SELECT type, subject, taken, events, total, peak, latest FROM usage_day WHERE tenant_id = ? AND day >= ? AND day < ?
				UNION ALL
				SELECT type, subject, taken, events, total, peak, latest FROM usage_hour WHERE tenant_id = ? AND hour >= ? AND hour < ?
				UNION ALL
				SELECT type, subject, taken, events, total, peak, latest FROM usage_hour WHERE tenant_id = ? AND hour >= ? AND hour < ?) u
			GROUP BY type, subject, taken`, tenant, w.from, w.to, tenant, first, last, tenant, w.from, first, tenant, last, w.to).Exec(ctx)
		if err != nil {
			return fmt.Errorf("metering: rollup: %w", err)
		}
	}
	return nil
}
