package metering_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/metering"
)

func TestAnEventWithoutPartitionIsKeptAndMoves(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	s := metering.New(w.DB, clock)
	far := time.Date(2031, 3, 31, 18, 0, 0, 0, time.UTC) // April in Batam
	record(ctx, t, w, submitted("far", far), submitted("farther", far.AddDate(1, 0, 0)))
	count := func(when string) {
		t.Helper()
		u, err := s.Month(ctx, w.Batam, month(2031, time.April))
		if err != nil {
			t.Fatal(err)
		}
		if n := quantity(t, u, "applications_submitted"); n != 1 {
			t.Errorf("%s: %d events in April 2031; want 1", when, n)
		}
	}
	count("before its partition")
	if n := waiting(t, w); n != 2 {
		t.Errorf("%d events wait for a partition; want 2", n)
	}
	for range 2 { // the second run finds nothing to do
		if err := s.MakePartitions(t.Context(), time.Date(2029, 6, 15, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	if n := waiting(t, w); n != 1 {
		t.Errorf("%d events wait for a partition; want the one of 2032", n)
	}
	count("in its partition")
	rollup(ctx, t, w)
	count("rolled up")
	if r := record(ctx, t, w, submitted("far", far)); r.New != 0 {
		t.Error("an event that moved was counted again")
	}
	if err := w.DB.VerifyTables(t.Context()); err != nil {
		t.Errorf("with the new partitions: %v", err)
	}
	refused(t, w.AppURL, w.Batam.ID.String(), "SELECT * FROM usage_event_2031_03")
	if _, err := w.DB.Platform.NewRaw("SELECT make_usage_partitions('2029-01-01', 100000)").Exec(t.Context()); err == nil {
		t.Error("a hundred thousand partitions were made")
	}
}

func TestMissingPartitionsAreToldOf(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	for _, tt := range []struct {
		now  time.Time
		want int
		bad  bool
	}{
		{time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), 26, false}, // the migrations made 36 from January on
		{time.Date(2028, 11, 24, 0, 0, 0, 0, time.UTC), 2, true},
		{time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), 0, true},
	} {
		s := metering.New(w.DB, func() time.Time { return tt.now })
		n, err := s.PartitionsAhead(t.Context())
		if err != nil || n != tt.want {
			t.Errorf("from %s on %d months have a partition, %v; want %d", tt.now, n, err, tt.want)
		}
		if err := s.CheckPartitions(t.Context()); (err != nil) != tt.bad {
			t.Errorf("on %s: %v", tt.now, err)
		}
		if err := s.MakePartitions(t.Context(), tt.now); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckPartitions(t.Context()); err != nil {
			t.Errorf("after they were made: %v", err)
		}
	}
}

func waiting(t *testing.T, w *pgtest.World) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var n int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM usage_event_other").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
