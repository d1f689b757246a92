package metering

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Result says what became of a batch.
type Result struct {
	New         int
	Duplicates  []Key     // known before, or repeated within the batch; in the order of their keys
	Corrections []Key     // of the new ones, those of a month that is closed: the invoice of the earliest open month takes them
	Open        time.Time // when there are any, the beginning of that month
}

// Known events give their key back and add nothing. Touch rows are written for the hours of new events alone, so that
// a replay changes no row at all.
const recordSQL = `
WITH sent AS MATERIALIZED (
    SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
        AS e(source, id, time, type, subject, agency, service, channel, quantity)
), opened AS MATERIALIZED (
    SELECT usage_open(?::uuid) AS at
), fresh AS (
    INSERT INTO usage_key (tenant_id, source, id, time)
    SELECT ?::uuid, source, id, time FROM sent
    ON CONFLICT DO NOTHING RETURNING source, id
), kept AS MATERIALIZED (
    SELECT s.*, CASE WHEN s.time < o.at THEN o.at END AS taken FROM sent s JOIN fresh USING (source, id), opened o
), stored AS (
    INSERT INTO usage_event (tenant_id, time, source, id, type, subject, agency, service, channel, quantity, taken)
    SELECT ?::uuid, time, source, id, type, subject, agency, service, channel, quantity, taken FROM kept
), touched AS (
    INSERT INTO usage_touch (tenant_id, hour, id)
    SELECT DISTINCT ?::uuid, date_bin('1 hour', time, '2000-01-01 00:00+00'), ?::uuid FROM kept
)
SELECT s.source, s.id, k.taken FROM sent s LEFT JOIN kept k USING (source, id)
 WHERE k.id IS NULL OR k.taken IS NOT NULL`

// Record writes events of ctx's city as part of tx, each exactly once by (source, id) whatever else a repetition says.
// It is for the platform's own code and for producers that the edge has let in; what state the city is in does not
// matter, since what was used was used. It refuses a batch of more than 1,000 with TooLarge "usage.batch_too_large" and
// malformed events with Invalid, and then writes nothing.
func Record(ctx context.Context, tx bun.IDB, events []Event) (Result, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Result{}, tenancy.ErrNone
	}
	if err := validate(events); err != nil || len(events) == 0 {
		return Result{}, err
	}
	batch, err := uuid.NewV7()
	if err != nil {
		return Result{}, fmt.Errorf("metering: record: %w", err)
	}
	unique, repeated := distinct(events)
	c := columnsOf(unique)
	var told []struct {
		Source, ID string
		Taken      time.Time
	}
	err = tx.NewRaw(recordSQL, pgdialect.Array(c.source), pgdialect.Array(c.id), pgdialect.Array(c.time),
		pgdialect.Array(c.kind), pgdialect.Array(c.subject), pgdialect.Array(c.agency), pgdialect.Array(c.service),
		pgdialect.Array(c.channel), pgdialect.Array(c.quantity), tenant, tenant, tenant, tenant, batch).Scan(tenancy.Prepared(ctx), &told)
	if err != nil {
		return Result{}, fmt.Errorf("metering: record: %w", err)
	}
	r := Result{New: len(unique), Duplicates: repeated}
	for _, t := range told {
		if !t.Taken.IsZero() {
			r.Corrections, r.Open = append(r.Corrections, Key{t.Source, t.ID}), t.Taken
			continue
		}
		r.New--
		r.Duplicates = append(r.Duplicates, Key{t.Source, t.ID})
	}
	slices.SortFunc(r.Duplicates, compareKeys)
	slices.SortFunc(r.Corrections, compareKeys)
	return r, nil
}

// validate refuses a batch that is too large or has a malformed event.
func validate(events []Event) error {
	if len(events) > maxBatch {
		return fault.New(fault.TooLarge, "usage.batch_too_large", "max", maxBatch)
	}
	var faults []fault.Field
	for i, e := range events {
		faults = append(faults, e.validate(i)...)
	}
	return fault.Fields(faults)
}

// distinct returns events in the order of their keys, the first of each, and the keys of the others. Two writers with
// the same events take the keys in the same order, so neither waits for the other twice.
func distinct(events []Event) (unique []Event, repeated []Key) {
	unique = slices.Clone(events)
	slices.SortStableFunc(unique, func(a, b Event) int { return compareKeys(a.Key(), b.Key()) })
	kept := unique[:0]
	for _, e := range unique {
		if len(kept) > 0 && kept[len(kept)-1].Key() == e.Key() {
			repeated = append(repeated, e.Key())
			continue
		}
		kept = append(kept, e)
	}
	return kept, repeated
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// columns is a batch turned on its side, as unnest takes it.
type columns struct {
	source, id, kind, subject, agency, service, channel []string
	time                                                []time.Time
	quantity                                            []int64
}

func columnsOf(events []Event) columns {
	var c columns
	for _, e := range events {
		c.source, c.id, c.kind = append(c.source, e.Source), append(c.id, e.ID), append(c.kind, e.Type)
		c.subject, c.agency = append(c.subject, e.Subject), append(c.agency, e.Agency)
		c.service, c.channel = append(c.service, e.Service), append(c.channel, e.Channel)
		c.time, c.quantity = append(c.time, e.Time), append(c.quantity, e.Quantity)
	}
	return c
}
