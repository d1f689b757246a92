package pgtest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"bedelau/migrations"
)

// Past is a database as it was before a migration, in which a test writes what there was by then and sees what the migration makes of
// it. Migrations run as the owner under row-level security; the test writes and reads past policies and foreign keys.
type Past struct {
	t       testing.TB
	migrate *goose.Provider
	super   *pgx.Conn
}

// Before opens a database of the test's own with every migration before one.
func Before(t testing.TB, version int64) *Past {
	t.Helper()
	cfg, err := pgx.ParseConfig(Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &Past{t: t}
	owner := sql.OpenDB(stdlib.GetConnector(*cfg))
	t.Cleanup(func() { _ = owner.Close() })
	if p.migrate, err = goose.NewProvider(goose.DialectPostgres, owner, migrations.FS); err != nil {
		t.Fatal(err)
	}
	p.To(version - 1)
	cfg.User = "postgres"
	if p.super, err = pgx.ConnectConfig(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.super.Close(context.WithoutCancel(t.Context())) })
	p.Exec("SET session_replication_role = replica")
	return p
}

// To runs the migrations up to one.
func (p *Past) To(version int64) {
	p.t.Helper()
	if _, err := p.migrate.UpTo(p.t.Context(), version); err != nil {
		p.t.Fatal(err)
	}
}

// Exec writes what there was.
func (p *Past) Exec(sql string, args ...any) {
	p.t.Helper()
	if _, err := p.super.Exec(p.t.Context(), sql, args...); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
}

// Row reads a row.
func (p *Past) Row(sql string, args ...any) pgx.Row {
	return p.super.QueryRow(p.t.Context(), sql, args...)
}

// Ends holds tables that migrations opened to their owner to being shut again, and goes on to the newest schema.
func (p *Past) Ends(tables ...string) {
	p.t.Helper()
	var open []string
	err := p.Row("SELECT coalesce(array_agg(relname::text), '{}') FROM pg_class WHERE relname = ANY ($1) AND NOT relforcerowsecurity", tables).Scan(&open)
	if err != nil || len(open) > 0 {
		p.t.Errorf("left open to their owner: %v, %v", open, err)
	}
	if _, err := p.migrate.Up(p.t.Context()); err != nil {
		p.t.Errorf("and on to the newest: %v", err)
	}
}
