package ductdamage

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"bedelau/internal/kernel/pgtest"
	"bedelau/migrations"
)

// TestNobodysTaxNumberIsKeptForAClaim runs the migration that forgets the tax numbers of third parties, as the tables' owner under row-level security:
// those of operators and of parties that the ducts do not charge stay, in every book.
func TestNobodysTaxNumberIsKeptForAClaim(t *testing.T) {
	t.Parallel()
	ctx, ownerURL := t.Context(), pgtest.Empty(t)
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	owner := sql.OpenDB(stdlib.GetConnector(*cfg))
	defer owner.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, owner, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(ctx, 389); err != nil {
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
	const number = "2171010101800001"
	type one struct {
		id   uuid.UUID
		want string
	}
	all := map[string]one{}
	for name, book := range map[string]uuid.UUID{"": uuid.New(), " in another book": uuid.New()} {
		for kind, x := range map[string]struct {
			payer    bool
			operator uuid.NullUUID
			want     string
		}{"a third party": {true, uuid.NullUUID{}, ""}, "an operator": {true, uuid.NullUUID{UUID: uuid.New(), Valid: true}, number}, "whom the ducts do not charge": {false, uuid.NullUUID{}, number}} {
			id := uuid.New()
			exec("INSERT INTO party (tenant_id, id, name, address, npwp) VALUES ($1, $2, 'Orang Contoh', 'Batam', $3)", book, id, number)
			if x.payer {
				exec("INSERT INTO duct_payer (tenant_id, party_id, operator_id) VALUES ($1, $2, $3)", book, id, x.operator)
			}
			all[kind+name] = one{id, x.want}
		}
	}
	if _, err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	for name, x := range all {
		var got string
		if err := super.QueryRow(ctx, "SELECT npwp FROM party WHERE id = $1", x.id).Scan(&got); err != nil || got != x.want {
			t.Errorf("%s has the number %q, %v; want %q", name, got, err, x.want)
		}
	}
	var open int
	err = super.QueryRow(ctx, "SELECT (SELECT count(*) FROM pg_class WHERE relname IN ('party', 'duct_payer') AND NOT relforcerowsecurity) + (SELECT count(*) FROM information_schema.columns WHERE table_name = 'duct_damage_bill' AND column_name = 'npwp')").Scan(&open)
	if err != nil || open != 0 {
		t.Errorf("%d tables are left open to their owner, or keep a number, %v", open, err)
	}
}
