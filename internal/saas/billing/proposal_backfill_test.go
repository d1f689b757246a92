package billing_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"bedelau/internal/kernel/pgtest"
	"bedelau/migrations"
)

// TestWhoWroteAProposalOfBeforeIsKnown runs the migration that keeps everybody's hand over the proposals of before, as their owner under row-level
// security: the audit record tells who began, changed and submitted what waits; what was decided stays.
func TestWhoWroteAProposalOfBeforeIsKnown(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg, err := pgx.ParseConfig(pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	owner := sql.OpenDB(stdlib.GetConnector(*cfg))
	defer owner.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, owner, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(ctx, 384); err != nil {
		t.Fatal(err)
	}
	cfg.User = "postgres" // past policies and foreign keys
	super, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.WithoutCancel(ctx))
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := super.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("SET session_replication_role = replica")
	platform, began, revised, submitted, reader := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	proposal := func(decidedBy *uuid.UUID) uuid.UUID {
		t.Helper()
		id := uuid.New()
		exec(`INSERT INTO plan_proposal (tenant_id, id, plan, name, summary, effective_from, components, entitlements, reason, made_by, made_at, submitted_at, decided_by, decided_at, approved)
			VALUES ($1, $2, 'uji', '{}', '{}', '2026-12-01', '[]', '{}', 'Uji', $3, now(), now(), $4::uuid, CASE WHEN $4::uuid IS NOT NULL THEN now() END, CASE WHEN $4::uuid IS NOT NULL THEN true END)`, platform, id, submitted, decidedBy)
		for who, act := range map[uuid.UUID]string{began: "plan.propose", revised: "plan.revise", submitted: "plan.submit", reader: "plan.read"} {
			exec("INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id) VALUES ($1, $2, now(), $3, 'staff', $4, 'plan', $5)", platform, uuid.New(), who, act, id)
		}
		return id
	}
	waits, decided := proposal(nil), proposal(&began) // by who wrote it, as it could be
	if _, err := p.UpTo(ctx, 385); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[uuid.UUID][]uuid.UUID{waits: {began, revised, submitted}, decided: {}} {
		var got []uuid.UUID
		if err := super.QueryRow(ctx, "SELECT written_by FROM plan_proposal WHERE id = $1", id).Scan(&got); err != nil {
			t.Fatal(err)
		}
		order := func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if !slices.Equal(got, want) {
			t.Errorf("written by %v, want %v", got, want)
		}
	}
	var open int
	err = super.QueryRow(ctx, "SELECT count(*) FROM pg_class WHERE relname IN ('plan_proposal', 'audit_entry') AND NOT relforcerowsecurity").Scan(&open)
	if err != nil || open != 0 {
		t.Errorf("%d tables are left open to their owner, %v", open, err)
	}
	if _, err := p.Up(ctx); err != nil {
		t.Errorf("and on to the newest: %v", err)
	}
}
