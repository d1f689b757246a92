package metering

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// The life of a month, for whoever bills it:
//
//	Close(ctx, city, november)                              // before the invoice of November is made
//	QuantitiesAsOf(ctx, city, from, to, november)           // what November's invoice charges, for ever the same
//	Corrections(ctx, city, november)                        // what it charges or gives back for earlier months
//
// An event that is told before its month is closed counts in its month, however late. One that is told afterwards is a
// correction: the month that is then the earliest open one takes it, once, and says so in the event itself. So every
// figure of every invoice can be counted again from the events at any time, and none changes after its month is closed.

// Close closes city's months up to and including month (of which only the year and the month count), so that what they
// were is final. It waits for the events that are being written. To close a month again changes nothing; do it first and
// make the invoice from what is then final, since whatever fails after it can be done again. It is for the platform and the
// city's own jobs; from another city it is NotFound "city.unknown". Conflict "usage.period_running" before the month is over.
func (s *Service) Close(ctx context.Context, city tenancy.City, month time.Time) error {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	if now.Before(w.to) {
		return fault.New(fault.Conflict, "usage.period_running")
	}
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		// usage_open holds the same lock for as long as an event is being written.
		_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "metering.period "+city.ID.String()).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO usage_period (tenant_id, month, starts, ends, closed_at) SELECT ?, ?, ?, ?, ?
			WHERE NOT EXISTS (SELECT FROM usage_period WHERE tenant_id = ? AND ends >= ?)`,
			city.ID, date(w.from), w.from, w.to, now, city.ID, w.to).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("metering: close: %w", err)
	}
	return nil
}

// Closed reports whether a month of city is closed. Callers and refusals are those of Month.
func (s *Service) Closed(ctx context.Context, city tenancy.City, month time.Time) (bool, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return false, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return false, err
	}
	return s.closed(ctx, w)
}

func (s *Service) closed(ctx context.Context, w window) (bool, error) {
	var closed bool
	err := s.db.App.NewRaw("SELECT EXISTS (SELECT FROM usage_period WHERE tenant_id = ? AND ends >= ?)", w.city, w.to).Scan(ctx, &closed)
	if err != nil {
		return false, fmt.Errorf("metering: closed: %w", err)
	}
	return closed, nil
}

// QuantitiesAsOf returns city's total of each meter from one instant to another, both full hours, as the invoice of a
// month has to know them: with the corrections that this month and those before it took, and without any that came later.
// For the month itself they are its usage as it was closed. For an earlier one they are what it has come to, and with the
// month before they are what was charged so far: the difference is to be charged or given back. A meter without events is
// zero. Callers and refusals are those of Month; Conflict "usage.period_open" when the month is not closed, because its
// figures can still change.
func (s *Service) QuantitiesAsOf(ctx context.Context, city tenancy.City, from, to, month time.Time) (map[string]int64, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return nil, err
	}
	switch closed, err := s.closed(ctx, w); {
	case err != nil:
		return nil, err
	case !closed:
		return nil, fault.New(fault.Conflict, "usage.period_open")
	}
	return s.totals(ctx, window{city: city.ID, from: from, to: to, bound: w.to})
}

// Correction is how events that came too late change one meter's quantity of a closed month.
type Correction struct {
	Month  time.Time // the month that they correct, where the city is
	Meter  string
	Before int64 // what the invoices of earlier months know
	After  int64
}

// Corrections returns what the invoice of a month takes for earlier months, by month and meter and only where the quantity
// changes. Until the month is closed there may be more. The events themselves are those that Events tells of the corrected month with
// Taken in this one. Callers and refusals are those of Month.
func (s *Service) Corrections(ctx context.Context, city tenancy.City, month time.Time) ([]Correction, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return nil, err
	}
	var months []string
	// A level that is told too late stands on into the months after its own.
	err = s.db.App.NewRaw(`SELECT DISTINCT to_char(m, 'YYYY-MM') FROM usage_event e,
			generate_series(date_trunc('month', e.time AT TIME ZONE ?0), (e.time + `+levelStandsSQL+`) AT TIME ZONE ?0, interval '1 month') m
		WHERE e.tenant_id = ?1 AND e.taken >= ?2 AND e.taken < ?3 AND m AT TIME ZONE ?0 < ?2 ORDER BY 1`, city.Timezone, city.ID, w.from, w.to).Scan(ctx, &months)
	if err != nil {
		return nil, fmt.Errorf("metering: corrections: %w", err)
	}
	var out []Correction
	for _, name := range months {
		corrected, err := time.ParseInLocation("2006-01", name, city.Location())
		if err != nil {
			return nil, fmt.Errorf("metering: corrections: %w", err)
		}
		part, err := s.correction(ctx, city, corrected, w)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

// correction compares a month as it was known before the month in which w is with what it is known to be after it.
func (s *Service) correction(ctx context.Context, city tenancy.City, month time.Time, w window) ([]Correction, error) {
	of, err := monthOf(city, month)
	if err != nil {
		return nil, err
	}
	of.bound = w.from
	before, err := s.totals(ctx, of)
	if err != nil {
		return nil, err
	}
	of.bound = w.to
	after, err := s.totals(ctx, of)
	if err != nil {
		return nil, err
	}
	var out []Correction
	for meter, n := range after {
		if n != before[meter] {
			out = append(out, Correction{Month: month, Meter: meter, Before: before[meter], After: n})
		}
	}
	slices.SortFunc(out, func(a, b Correction) int { return strings.Compare(a.Meter, b.Meter) })
	return out, nil
}

// date is the calendar day that t shows.
func date(t time.Time) string { return t.Format(time.DateOnly) }
