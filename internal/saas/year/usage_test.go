package year_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// month is what a city uses in one, by the dice of city and month: always the same, in no order, and some of it on the very edges
// of the month where the city is.
func (c *city) month(first time.Time) []metering.Event {
	dice := rand.New(rand.NewPCG(uint64(c.n), uint64(first.Month())))
	loc := c.Location()
	from := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, loc)
	span := from.AddDate(0, 1, 0).Sub(from)
	var out []metering.Event
	add := func(kind string, many int, quantity, subjects int64) {
		for range many {
			e := metering.Event{Source: "/kota", ID: fmt.Sprintf("%s-%03d", first.Format("2006-01"), len(out)), Type: kind, Time: from.Add(time.Duration(dice.Int64N(int64(span)))), Quantity: 1}
			switch dice.IntN(12) {
			case 0:
				e.Time = from
			case 1:
				e.Time = from.Add(span - time.Microsecond)
			}
			e.Time = e.Time.Truncate(time.Microsecond)
			e.Subject = e.ID
			if subjects > 0 {
				e.Subject = fmt.Sprint("petugas-", dice.Int64N(subjects))
			}
			if quantity > 0 {
				e.Quantity = dice.Int64N(quantity)
			}
			out = append(out, e)
		}
	}
	add("application_submitted", dice.IntN(40), 0, 0)
	add("document_issued", dice.IntN(14), 0, 0)
	add("application_decided", dice.IntN(9), 0, 0)
	add("staff_active", 12, 0, 1+dice.Int64N(12))
	add("notification_sent", 6, 70, 0)
	add("storage_measured", 3, 60_000, 0)
	add("duct_segments_counted", 2, 900, 0)
	dice.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// The parts of a month's events by when they are told: in time, in the days before the month is closed, after it, and a season
// later.
func parts(all []metering.Event) (inTime, late, tooLate, longAfter []metering.Event) {
	for i, e := range all {
		switch i % 20 {
		case 17, 18:
			late = append(late, e)
		case 19:
			tooLate = append(tooLate, e)
		case 13:
			longAfter = append(longAfter, e)
		default:
			inTime = append(inTime, e)
		}
	}
	return inTime, late, tooLate, longAfter
}

// tell records events, some of them twice, and notes when each was first told.
func (y *world) tell(c *city, events []metering.Event) {
	y.t.Helper()
	if len(events) == 0 {
		return
	}
	ids := make([]string, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	y.exec("INSERT INTO year_told SELECT $1, unnest($2::text[]), $3", c.ID, ids, y.now)
	for n, batch := range [][]metering.Event{events, events[:len(events)/3]} {
		y.must(tenancy.InTx(y.w.Ctx(c.City), y.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			r, err := metering.Record(ctx, tx, batch)
			if n == 0 && (r.New != len(batch) || len(r.Duplicates) > 0) || n == 1 && (r.New > 0 || len(r.Duplicates) != len(batch)) {
				y.t.Errorf("%s: of %d events %d were new, the %d. time", c.Slug, len(batch), r.New, n+1)
			}
			return err
		}))
	}
	y.used += len(events)
}
