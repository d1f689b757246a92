package storage_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/storage"
)

func owner(t *testing.T, w *pgtest.World, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTableIsGuarded(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	if err := w.DB.VerifyTables(t.Context()); err != nil {
		t.Error(err)
	}
	if err := w.DB.VerifyRoles(t.Context()); err != nil {
		t.Error(err)
	}
	for _, operators := range [][]string{storage.LeakproofNeeded, storage.LeakproofToCome} {
		if err := w.DB.VerifyLeakproof(t.Context(), operators); err != nil {
			t.Error(err)
		}
	}
}

func TestVerifyTablesFindsEachHole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sql, want string }{
		{"no policy", "CREATE TABLE hole (tenant_id uuid, id int, PRIMARY KEY (tenant_id, id))", "no forced row-level security"},
		{"not forced", "CREATE TABLE hole (tenant_id uuid, id int); SELECT guard_tenant_table('hole'); ALTER TABLE hole NO FORCE ROW LEVEL SECURITY", "no forced"},
		{"global key", "CREATE TABLE hole (tenant_id uuid, id int PRIMARY KEY); SELECT guard_tenant_table('hole')", "hole_pkey"},
		{"global unique index", "CREATE TABLE hole (tenant_id uuid, mail text); CREATE UNIQUE INDEX mail ON hole (mail); SELECT guard_tenant_table('hole')", "mail"},
		{"open partition", `CREATE TABLE hole (tenant_id uuid, at date) PARTITION BY RANGE (at); SELECT guard_tenant_table('hole');
			CREATE TABLE hole_1 PARTITION OF hole DEFAULT; GRANT SELECT ON hole_1 TO bedelau_app`, "hole_1 is a partition"},
		{"view of its owner", "CREATE VIEW hole AS SELECT id FROM account; GRANT SELECT ON hole TO bedelau_app", "view hole is not security_invoker"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := pgtest.Open(t)
			owner(t, w, tt.sql)
			if err := w.DB.VerifyTables(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("VerifyTables = %v, want %q named", err, tt.want)
			}
		})
	}
}

// TestVerifyTablesReadsPoliciesAndGrants: a table may be guarded in name and open all the same.
func TestVerifyTablesReadsPoliciesAndGrants(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sql, want string }{
		{"every row is seen", "ALTER POLICY tenant ON account USING (true)", "policy tenant on account"},
		{"every row may be written", "ALTER POLICY tenant ON account WITH CHECK (true)", "policy tenant on account"},
		{"the condition has a way around", `ALTER POLICY tenant ON account
			USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid) OR kind = 'staff')`, "policy tenant on account"},
		{"another setting decides", `ALTER POLICY tenant ON account
			USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))`, "policy tenant on account"},
		{"a second policy opens what the first closes", "CREATE POLICY wide ON account TO bedelau_app USING (true)", "policy wide on account"},
		{"a policy for everybody", "CREATE POLICY wide ON account USING (true)", "policy wide on account lets public"},
		{"a narrow policy is no reason either", "CREATE POLICY staff ON account FOR SELECT TO bedelau_platform USING (kind = 'staff')", "policy staff on account"},
		{"the platform is let at a city's people", "SELECT allow_platform('account', 'SELECT')", "bedelau_platform may SELECT on account"},
		{"a grant before its policy", "GRANT SELECT ON account TO bedelau_platform", "bedelau_platform may SELECT on account"},
		{"a grant on one column", "GRANT SELECT (email) ON account TO bedelau_platform", "bedelau_platform may SELECT on account"},
		{"a grant to PUBLIC", "GRANT SELECT ON account TO PUBLIC", "bedelau_platform may SELECT on account"},
		{"a view over a city's people", "CREATE VIEW peek AS SELECT name FROM account; GRANT SELECT ON peek TO bedelau_platform", "bedelau_platform may SELECT on peek"},
		{"more than its reason says", "GRANT INSERT ON outbox TO bedelau_platform", "bedelau_platform may SELECT,INSERT,UPDATE,DELETE on outbox"},
		{"less than it needs", "REVOKE ALL ON outbox FROM bedelau_platform", "nothing on outbox"},
		{"a city may edit the directory", "GRANT UPDATE (hosts) ON tenant TO bedelau_app", "bedelau_app may SELECT,UPDATE on tenant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := pgtest.Open(t)
			owner(t, w, tt.sql)
			if err := w.DB.VerifyTables(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("VerifyTables = %v, want %q named", err, tt.want)
			}
		})
	}
}

func TestVerifyRolesRefusesPower(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	super, err := storage.Open(t.Context(), w.SuperURL, w.SuperURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close()
	if err := super.VerifyRoles(t.Context()); err == nil || !strings.Contains(err.Error(), "superuser") {
		t.Errorf("VerifyRoles as a superuser = %v", err)
	}
	own, err := storage.Open(t.Context(), w.OwnerURL, w.OwnerURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if err := own.VerifyRoles(t.Context()); err == nil || !strings.Contains(err.Error(), "owns tables") {
		t.Errorf("VerifyRoles as the owner = %v", err)
	}
	owner(t, w, "CREATE TABLE x (tenant_id uuid); SELECT guard_tenant_table('x'); GRANT TRUNCATE ON x TO bedelau_app")
	if err := w.DB.VerifyRoles(t.Context()); err == nil || !strings.Contains(err.Error(), "TRUNCATE") {
		t.Errorf("VerifyRoles with TRUNCATE = %v", err)
	}
}

// TestMigrateFromManyProcesses starts from an empty database: each file must run once.
func TestMigrateFromManyProcesses(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	var wg sync.WaitGroup
	counts := make([]int, 4)
	for i := range counts {
		wg.Go(func() {
			n, err := storage.Migrate(t.Context(), url, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Errorf("migrate: %v", err)
			}
			counts[i] = n
		})
	}
	wg.Wait()
	workers := 0
	for _, n := range counts {
		if n > 0 {
			workers++
		}
	}
	if workers != 1 {
		t.Errorf("%d of %d runners applied migrations (%v), want one", workers, len(counts), counts)
	}
}
