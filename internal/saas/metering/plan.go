package metering

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const (
	rollupEvery    = 10 * time.Minute
	measureEvery   = 6 * time.Hour
	partitionEvery = 24 * time.Hour
	monthsAhead    = 24
)

// Plan adds the planned work to r: roll-ups of touched hours, the size of what a city stores, the segments of ducts that it
// manages, and partitions for the months ahead. app calls it once, before r starts.
func (s *Service) Plan(r *jobs.Runner) {
	jobs.EachTenant(r, "metering.rollup", rollupEvery, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		_, err := Rollup(ctx, tx)
		return err
	})
	jobs.EachCity(r, "metering.measure_storage", measureEvery, measureStorage)
	jobs.EachCity(r, "metering.count_ducts", measureEvery, countDucts)
	jobs.EachTenant(r, "metering.make_partitions", partitionEvery, func(ctx context.Context, _ bun.Tx, at time.Time) error {
		if c, _ := tenancy.CityFrom(ctx); c.Kind != tenancy.KindPlatform {
			return nil // the partitions are everybody's: once is enough
		}
		return s.MakePartitions(ctx, at)
	})
}

// MakePartitions makes the monthly partitions from at's month on that are missing; events that came before their
// partition move into it. The planned run and operators call it.
func (s *Service) MakePartitions(ctx context.Context, at time.Time) error {
	_, err := s.db.Platform.NewRaw("SELECT make_usage_partitions(?, ?)", at.UTC().Format(time.DateOnly), monthsAhead).Exec(ctx)
	if err != nil {
		return fmt.Errorf("metering: make partitions: %w", err)
	}
	return nil
}

// needAhead is how many months must have their partition for an operator to sleep: the job makes 24, so fewer mean that it
// has not run for long.
const needAhead = 3

// PartitionsAhead returns how many months in a row, from now's on, have a partition. Without one events are kept all the
// same, in a partition for the rest that grows slow.
func (s *Service) PartitionsAhead(ctx context.Context) (int, error) {
	var names []string
	err := s.db.Platform.NewRaw(`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'usage_event'::regclass`).Scan(ctx, &names)
	if err != nil {
		return 0, fmt.Errorf("metering: partitions: %w", err)
	}
	first := s.now().UTC()
	n := 0
	for slices.Contains(names, time.Date(first.Year(), first.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Format("usage_event_2006_01")) {
		n++
	}
	return n, nil
}

// CheckPartitions is what doctor asks: an error when the partitions of this month and the two to come are not all there.
func (s *Service) CheckPartitions(ctx context.Context) error {
	n, err := s.PartitionsAhead(ctx)
	if err == nil && n < needAhead {
		err = fmt.Errorf("only %d months from this one on have their partition: see that `bedelau work` runs, its job metering.make_partitions makes %d", n, monthsAhead)
	}
	return err
}

const megabyte = 1_000_000

// measureStorage records what the files of ctx's city weigh, in started megabytes; the tick is the event's identity.
func measureStorage(ctx context.Context, tx bun.Tx, at time.Time) error {
	var bytes int64
	err := tx.NewRaw("SELECT coalesce(sum(size), 0)::bigint FROM file WHERE tenant_id = ?", tenancy.Must(ctx)).Scan(ctx, &bytes)
	if err != nil {
		return fmt.Errorf("metering: measure storage: %w", err)
	}
	_, err = Record(ctx, tx, []Event{{Source: "/files", ID: at.UTC().Format(time.RFC3339), Type: "storage_measured",
		Subject: "files", Time: at, Quantity: (bytes + megabyte - 1) / megabyte}})
	return err
}

// countDucts records how many segments of ducts ctx's city has on the day, also when it has none any more.
func countDucts(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	var ever, now int64
	err := tx.NewRaw("SELECT count(*), count(*) FILTER (WHERE since <= ?0 AND (until IS NULL OR until > ?0)) FROM v_duct_segment WHERE tenant_id = ?1",
		date(at.In(city.Location())), city.ID).Scan(ctx, &ever, &now)
	if err != nil {
		return fmt.Errorf("metering: count ducts: %w", err)
	}
	if ever == 0 {
		return nil
	}
	_, err = Record(ctx, tx, []Event{{Source: "/ducts", ID: at.UTC().Format(time.RFC3339), Type: "duct_segments_counted", Subject: "ducts", Time: at, Quantity: now}})
	return err
}
