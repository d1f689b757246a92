package metering_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

func TestAnotherCitySeesNothing(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(w.Ctx(w.Batam), t, w, batch(10)...)
	record(w.Ctx(w.Batam), t, w, submitted("live", noon))
	if n := rollup(w.Ctx(w.Other), t, w); n != 0 {
		t.Errorf("the other city rolled up %d hours of Batam", n)
	}
	rollup(w.Ctx(w.Batam), t, w)
	record(w.Ctx(w.Batam), t, w, submitted("touched", noon))

	for _, table := range []string{"usage_key", "usage_event", "usage_touch", "usage_hour"} {
		for _, tt := range []struct {
			name string
			ctx  context.Context
			some bool
		}{{"own city", w.Ctx(w.Batam), true}, {"other city", w.Ctx(w.Other), false}, {"platform marker", tenancy.Platform(t.Context()), false}} {
			var n int
			// The table is asked for every row on purpose: row-level security alone must hold.
			if err := w.DB.App.NewRaw("SELECT count(*) FROM ?", bunIdent(table)).Scan(tt.ctx, &n); err != nil {
				t.Fatal(err)
			}
			if (n > 0) != tt.some {
				t.Errorf("%s through %s: %d rows", table, tt.name, n)
			}
		}
	}

	s := metering.New(w.DB, clock)
	for name, err := range map[string]error{
		"Month":      second(s.Month(w.Ctx(w.Other), w.Batam, noon)),
		"Quantities": second(s.Quantities(w.Ctx(w.Other), w.Batam, noon, noon.AddDate(0, 0, 1))),
		"Verify":     second(s.Verify(w.Ctx(w.Other), w.Batam, noon)),
		"Cities":     second(s.Cities(w.Ctx(w.Other), []tenancy.City{w.Batam}, noon)),
		// An id alone does not make a caller the platform.
		"Month by id": second(s.Month(tenancy.WithID(w.Ctx(w.Platform), w.Other.ID), w.Batam, noon)),
	} {
		if !fault.Is(err, "city.unknown") {
			t.Errorf("%s of Batam from Tanjungpinang: %v; want city.unknown", name, err)
		}
	}
	if _, err := s.Month(t.Context(), w.Batam, noon); err != tenancy.ErrNone {
		t.Errorf("Month without a city: %v; want ErrNone", err)
	}
}

func TestPlatformReadsTotalsAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(w.Ctx(w.Batam), t, w, batch(30)...)
	rollup(w.Ctx(w.Batam), t, w)
	record(w.Ctx(w.Batam), t, w, submitted("live", noon))
	record(w.Ctx(w.Other), t, w, submitted("theirs", noon))

	s := metering.New(w.DB, clock)
	all, err := s.Cities(w.Ctx(w.Platform), []tenancy.City{w.Other, w.Batam}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{1, 31} {
		if n := quantity(t, all[i], "applications_submitted"); n != want {
			t.Errorf("city %d: %d applications; want %d", i, n, want)
		}
	}
	u, err := s.Month(w.Ctx(w.Platform), w.Batam, noon)
	if err != nil || quantity(t, u, "applications_submitted") != 31 {
		t.Errorf("the platform reads Batam's month: %v", err)
	}
	if none, err := s.Cities(w.Ctx(w.Platform), nil, noon); err != nil || len(none) != 0 {
		t.Errorf("no cities: %v, %v", none, err)
	}

	for _, statement := range []string{
		"INSERT INTO usage_event (tenant_id, time, source, id, type, subject, agency, service, channel, quantity) SELECT tenant_id, time, source, id || '!', type, subject, agency, service, channel, quantity FROM usage_event",
		"UPDATE usage_event SET quantity = 0", "DELETE FROM usage_event", "TRUNCATE usage_event",
		"UPDATE usage_hour SET total = 0", "DELETE FROM usage_hour", "DELETE FROM usage_touch",
		"SELECT * FROM usage_key", "UPDATE meter SET type = ''",
	} {
		refused(t, w.PlatformURL, "", statement)
	}
}

// Row-level security stands on the parents; a partition asked directly would answer without it.
func TestPartitionsAndHistoryAreOutOfReach(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(w.Ctx(w.Batam), t, w, submitted("a", noon))
	for _, statement := range []string{
		"SELECT * FROM usage_event_2026_10", "SELECT * FROM usage_event_other", "SELECT * FROM usage_key_0",
		"INSERT INTO usage_event_other SELECT * FROM usage_event",
		"UPDATE usage_event SET quantity = 0", "DELETE FROM usage_event", "DELETE FROM usage_key", "UPDATE usage_key SET time = now()",
		"TRUNCATE usage_event", "UPDATE usage_hour SET total = 0", "UPDATE meter SET aggregation = 'sum'",
		"SELECT make_usage_partitions('2040-01-01', 1)",
	} {
		refused(t, w.AppURL, w.Batam.ID.String(), statement)
	}
	for _, statement := range []string{"SELECT * FROM usage_event_2026_10", "SELECT * FROM usage_key_0"} {
		refused(t, w.PlatformURL, "", statement)
	}
}

func TestAForeignEventIsRefused(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	refused(t, w.AppURL, w.Batam.ID.String(), "INSERT INTO usage_key (tenant_id, source, id, time) VALUES ('"+w.Other.ID.String()+"', 's', 'i', now())")
	refused(t, w.AppURL, w.Batam.ID.String(), "INSERT INTO usage_hour (tenant_id, hour, type, agency, service, channel, subject, events, total, peak) VALUES ('"+w.Other.ID.String()+"', now(), '', '', '', '', '', 1, 1, 1)")
}

// refused runs a statement as a role, inside a tenant when one is named, and wants permission denied (42501).
func refused(t *testing.T, url, tenant, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "SELECT set_config('app.tenant_id', $1, false)", tenant); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), statement); code(err) != "42501" {
		t.Errorf("%s: %v; want it refused", statement, err)
	}
}
