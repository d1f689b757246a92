package billing_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"bedelau/internal/kernel/pgtest"
)

func TestAPublishedVersionNeverChanges(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	for url, statements := range map[string][]string{
		w.AppURL: {
			"UPDATE plan_version SET components = '[]'", "DELETE FROM plan_version", "TRUNCATE plan_version",
			"INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('demo-kota', 2, now(), '[]')",
			"UPDATE plan SET name = '{}'", "DELETE FROM subscription",
		},
		w.PlatformURL: {
			"UPDATE plan_version SET components = '[]'", "DELETE FROM plan_version", "TRUNCATE plan_version", "DELETE FROM plan",
			"UPDATE subscription SET version = 2", "DELETE FROM subscription",
			"INSERT INTO subscription (tenant_id, id, plan, version, starts_on) SELECT id, id, 'demo-kota', 1, now() FROM tenant",
		},
	} {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
		for _, s := range statements {
			_, err := conn.Exec(t.Context(), s)
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "42501" {
				t.Errorf("%s: %v; want permission denied", s, err)
			}
		}
	}
}
