package metering_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

func TestPlannedWork(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	record(ctx, t, w, submitted("a", noon), submitted("b", noon.Add(time.Hour)))
	if _, err := w.DB.App.NewRaw(`INSERT INTO file (tenant_id, id, owner_id, purpose, name, mime, size, sha256, key, created_at)
		VALUES (?, ?, ?, 'test', 'a.pdf', 'application/pdf', 2000001, sha256(''), 'aa/' || repeat('a', 26), now())`,
		w.Batam.ID, uuid.New(), uuid.New()).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	segments(ctx, t, w)
	owner, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(context.Background()) })
	missing := "usage_event_" + time.Now().UTC().AddDate(0, 3, 1-time.Now().UTC().Day()).Format("2006_01")
	if _, err := owner.Exec(t.Context(), "DROP TABLE IF EXISTS "+missing); err != nil {
		t.Fatal(err)
	}

	r, err := jobs.New(w.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond},
		tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := metering.New(w.DB, time.Now)
	s.Plan(r)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Stop(context.Background()) })

	done := func() bool {
		var rolled, made int
		if err := w.DB.App.NewRaw("SELECT count(*) FROM usage_hour WHERE tenant_id = ? AND type = 'application_submitted'", w.Batam.ID).Scan(ctx, &rolled); err != nil {
			t.Fatal(err)
		}
		if err := owner.QueryRow(t.Context(), "SELECT count(*) FROM pg_class WHERE relname = $1", missing).Scan(&made); err != nil {
			t.Fatal(err)
		}
		hour := time.Now().Truncate(time.Hour) // the tick may lie in another month than now
		used, err := s.Quantities(ctx, w.Batam, hour.AddDate(0, 0, -1), hour.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return rolled == 2 && made == 1 && used["storage"] == 3 && used["storage_gb"] == 1 && // a started gigabyte counts
			used["duct_segments"] == 2
	}
	deadline := time.Now().Add(90 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("the events are not rolled up, the files not weighed, the ducts not counted, or the month ahead not made")
		}
	}
}

// segments lays five segments of duct: of two nothing else is said, one is only planned, one is no more, and one was laid by mistake.
func segments(ctx context.Context, t *testing.T, w *pgtest.World) {
	t.Helper()
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`WITH act AS (INSERT INTO duct_change (tenant_id, id, kind, on_day, why, at, by_id) VALUES (?0, gen_random_uuid(), 'edit', '2026-01-01', 'Uji', now(), gen_random_uuid()) RETURNING tenant_id, id),
			owner AS (INSERT INTO duct_authority (tenant_id, code, name, free_trade, source) VALUES (?0, 'pemko', '{}', false, 'Uji') RETURNING code),
			node AS (INSERT INTO duct_node (tenant_id, id, code) VALUES (?0, gen_random_uuid(), 'A') RETURNING id),
			segment AS (INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) SELECT ?0, gen_random_uuid(), n::text, node.id, node.id FROM node, generate_series(1, 5) n RETURNING id, code)
			INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, until, line, road, class, authority, free_trade, condition, change_id, voided_by)
			SELECT ?0, gen_random_uuid(), segment.id, '2026-01-01', CASE segment.code WHEN '4' THEN '2026-02-01'::date END, 'SRID=4326;LINESTRING(104 1, 104.01 1)'::geometry, 'Jl. Uji',
				CASE segment.code WHEN '3' THEN 'planned' ELSE 'as_built' END, owner.code, false, 'good', act.id, CASE segment.code WHEN '5' THEN act.id END FROM segment, act, owner`, w.Batam.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
