package metering_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/metering"
)

func arrivals(n int, at time.Time) []metering.Event {
	events := make([]metering.Event, n)
	for i := range events {
		events[i] = submitted(uuid.Must(uuid.NewV7()).String(), at.Add(time.Duration(i)*time.Millisecond))
	}
	return events
}

// BenchmarkIngest writes the same number of new events, 1,000 at a time, once through RecordBatch (one identity each, the
// application role, row-level security) and once by COPY as a superuser into the same partitioned table with its key.
// of_copy is its share of COPY's rate in this run.
func BenchmarkIngest(b *testing.B) {
	w := pgtest.Open(b)
	ctx := w.Ctx(w.Batam)
	super, err := pgx.Connect(b.Context(), w.SuperURL)
	if err != nil {
		b.Fatal(err)
	}
	defer super.Close(context.Background())
	const size = 1000
	var recording, copying time.Duration
	at := noon
	for b.Loop() {
		at = at.Add(size * time.Millisecond)
		events := arrivals(size, at)
		start := time.Now()
		r, err := metering.RecordBatch(ctx, w.DB.App, events, nil)
		recording += time.Since(start)
		if err != nil || r.New != size {
			b.Fatalf("%+v, %v", r, err)
		}
		rows := arrivals(size, at)
		start = time.Now()
		_, err = super.CopyFrom(b.Context(), pgx.Identifier{"usage_event"},
			[]string{"tenant_id", "time", "source", "id", "type", "subject", "agency", "service", "channel", "quantity"},
			pgx.CopyFromSlice(size, func(i int) ([]any, error) {
				e := rows[i]
				return []any{w.Other.ID, e.Time, e.Source, e.ID, e.Type, e.Subject, e.Agency, e.Service, e.Channel, e.Quantity}, nil
			}))
		copying += time.Since(start)
		if err != nil {
			b.Fatal(err)
		}
	}
	events := float64(b.N) * size
	b.ReportMetric(events/recording.Seconds(), "events/s")
	b.ReportMetric(events/copying.Seconds(), "copied/s")
	b.ReportMetric(copying.Seconds()/recording.Seconds(), "of_copy")
}

// BenchmarkReplay sends one batch of 1,000 again and again.
func BenchmarkReplay(b *testing.B) {
	w := pgtest.Open(b)
	ctx := w.Ctx(w.Batam)
	events := arrivals(1000, noon)
	record(ctx, b, w, events...)
	for b.Loop() {
		if r, err := metering.RecordBatch(ctx, w.DB.App, events, nil); err != nil || r.New != 0 {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkMonth reads a city's month from the roll-ups of 720 hours, 40 services and two channels.
func BenchmarkMonth(b *testing.B) {
	w := pgtest.Open(b)
	ctx := w.Ctx(w.Batam)
	super, err := pgx.Connect(b.Context(), w.SuperURL)
	if err != nil {
		b.Fatal(err)
	}
	defer super.Close(context.Background())
	for _, city := range []uuid.UUID{w.Batam.ID, w.Other.ID} {
		if _, err := super.Exec(b.Context(), `INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, events, total, peak)
			SELECT $1, h, 'application_submitted', 'agency-' || s % 12, 'service-' || s, c, '', 170, 170, 1
			  FROM generate_series('2026-09-30 17:00+00'::timestamptz, '2026-10-31 16:00+00', '1 hour') h,
			       generate_series(1, 40) s, unnest(ARRAY['web', 'api']) c`, city); err != nil {
			b.Fatal(err)
		}
		if _, err := super.Exec(b.Context(), `INSERT INTO usage_day SELECT tenant_id, date_bin('24 hours', hour, '2000-01-01 00:00+00'), type, agency, service,
			channel, subject, taken, sum(events), sum(total), max(peak), max(latest) FROM usage_hour WHERE tenant_id = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`, city); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := super.Exec(b.Context(), "VACUUM ANALYZE usage_hour, usage_day"); err != nil {
		b.Fatal(err)
	}
	s := metering.New(w.DB, clock)
	loc := w.Batam.Location()
	from, to := time.Date(2026, 10, 1, 0, 0, 0, 0, loc), time.Date(2026, 11, 1, 0, 0, 0, 0, loc)
	b.Run("totals", func(b *testing.B) {
		for b.Loop() {
			if q, err := s.Quantities(ctx, w.Batam, from, to); err != nil || q["applications_submitted"] != 744*80*170 {
				b.Fatalf("%v, %v", q, err)
			}
		}
	})
	b.Run("dimensions", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Month(ctx, w.Batam, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}
