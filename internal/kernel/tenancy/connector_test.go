package tenancy_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// world is a migrated database with one guarded table that holds one row per city.
func world(t *testing.T) *pgtest.World {
	t.Helper()
	w := pgtest.Open(t)
	owner, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	if _, err := owner.Exec(t.Context(), `
		CREATE TABLE secret (tenant_id uuid NOT NULL, id int NOT NULL, note text, at timestamptz, flag bool, raw bytea,
			PRIMARY KEY (tenant_id, id));
		SELECT guard_tenant_table('secret');`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []tenancy.City{w.Batam, w.Other} {
		if _, err := w.DB.App.NewRaw("INSERT INTO secret VALUES (?, 1, ?, now(), true, ?)", c.ID, c.Slug, []byte{1, 2}).Exec(w.Ctx(c)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func notes(ctx context.Context, db bun.IDB) (out []string, err error) {
	err = db.NewRaw("SELECT note FROM secret ORDER BY note").Scan(ctx, &out)
	return out, err
}

func TestSingleStatementSeesItsCityAlone(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, tt := range []struct {
		name string
		ctx  context.Context
		want string
		err  error
	}{
		{"own city", w.Ctx(w.Batam), "batam", nil},
		{"the other city", w.Ctx(w.Other), "tanjungpinang", nil},
		{"a city that does not exist", tenancy.WithID(t.Context(), uuid.New()), "", nil},
		{"platform marker", tenancy.Platform(t.Context()), "", nil},
		{"no city", t.Context(), "", tenancy.ErrNone},
		{"nil city", tenancy.WithID(t.Context(), uuid.Nil), "", tenancy.ErrNone},
	} {
		got, err := notes(tt.ctx, w.DB.App)
		if !errors.Is(err, tt.err) || strings.Join(got, ",") != tt.want {
			t.Errorf("%s: notes = %q, %v; want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

func TestWritesCannotReachAnotherCity(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := w.Ctx(w.Batam)
	if _, err := w.DB.App.NewRaw("INSERT INTO secret VALUES (?, 9, 'x')", w.Other.ID).Exec(ctx); err == nil {
		t.Error("an insert for another city was accepted")
	}
	res, err := w.DB.App.NewRaw("UPDATE secret SET note = 'stolen' WHERE tenant_id = ?", w.Other.ID).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n != 0 {
		t.Errorf("an update reached %d rows of another city", n)
	}
	if _, err := w.DB.App.NewRaw("UPDATE secret SET tenant_id = ? WHERE tenant_id = ?", w.Other.ID, w.Batam.ID).Exec(ctx); err == nil {
		t.Error("a row was moved to another city")
	}
	if _, err := w.DB.App.NewRaw("TRUNCATE secret").Exec(ctx); err == nil {
		t.Error("the application role may truncate")
	}
}

func TestFailedStatementLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.DB.App.SetMaxOpenConns(1) // every statement below meets the connection that failed
	for range 3 {
		if _, err := w.DB.App.NewRaw("SELECT 1/0").Exec(w.Ctx(w.Batam)); err == nil {
			t.Fatal("division by zero succeeded")
		}
		if got, err := notes(tenancy.Platform(t.Context()), w.DB.App); err != nil || len(got) != 0 {
			t.Errorf("after a failure the connection shows %q, %v", got, err)
		}
		if got, err := notes(w.Ctx(w.Other), w.DB.App); err != nil || strings.Join(got, "") != "tanjungpinang" {
			t.Errorf("after a failure the other city reads %q, %v", got, err)
		}
	}
}

func TestCancelledStatementDoesNotPoisonThePool(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.DB.App.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(w.Ctx(w.Batam), 50*time.Millisecond)
	defer cancel()
	if _, err := w.DB.App.NewRaw("SELECT pg_sleep(5)").Exec(ctx); err == nil {
		t.Fatal("the statement outlived its context")
	}
	if got, err := notes(w.Ctx(w.Other), w.DB.App); err != nil || strings.Join(got, "") != "tanjungpinang" {
		t.Errorf("next statement reads %q, %v", got, err)
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := w.Ctx(w.Batam)
	if err := tenancy.InTx(t.Context(), w.DB.App, func(context.Context, bun.Tx) error { return nil }); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("InTx without a city = %v", err)
	}
	boom := errors.New("boom")
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("INSERT INTO secret VALUES (?, 2, 'lost')", w.Batam.ID).Exec(ctx); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("InTx = %v, want the function's error", err)
	}
	err = tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO secret VALUES (?, 3, 'kept')", w.Batam.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := notes(ctx, w.DB.App)
	if err != nil || strings.Join(got, ",") != "batam,kept" {
		t.Errorf("after rollback and commit: %q, %v", got, err)
	}
	// A swallowed failure must not look like a success.
	err = tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, _ = tx.NewRaw("SELECT 1/0").Exec(ctx)
		return nil
	})
	if err == nil {
		t.Error("a commit after a failed statement reported success")
	}
}

func TestSideDoorsAreShut(t *testing.T) {
	t.Parallel()
	w := world(t)
	if _, err := w.DB.App.DB.PrepareContext(w.Ctx(w.Batam), "SELECT 1"); err == nil {
		t.Error("a prepared statement outside a transaction was accepted")
	}
	if _, err := w.DB.App.DB.BeginTx(t.Context(), nil); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("a bare transaction = %v, want ErrNone", err)
	}
	if _, err := w.DB.App.NewRaw("SELECT 1; SELECT note FROM secret").Exec(w.Ctx(w.Batam)); err == nil {
		t.Error("two statements in one text were accepted")
	}
}

func TestScanIsTheSameInsideAndOutside(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := w.Ctx(w.Batam)
	type row struct {
		TenantID uuid.UUID
		ID       int
		Note     sql.NullString
		At       time.Time
		Flag     bool
		Raw      []byte
		List     []string `bun:",array"`
		Doc      map[string]any
	}
	const q = `SELECT tenant_id, id, note, at, flag, raw, ARRAY['a','b'] AS list, '{"k": 1}'::jsonb AS doc FROM secret`
	var out, in row
	if err := w.DB.App.NewRaw(q).Scan(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return tx.NewRaw(q).Scan(ctx, &in) }); err != nil {
		t.Fatal(err)
	}
	if out.TenantID != w.Batam.ID || out.ID != 1 || out.Note.String != "batam" || !out.Flag || string(out.Raw) != "\x01\x02" ||
		len(out.List) != 2 || out.Doc["k"] != float64(1) || !out.At.Equal(in.At) || out.TenantID != in.TenantID {
		t.Errorf("outside %+v, inside %+v", out, in)
	}
}

// TestPooledConnectionsNeverMix asks for both cities from many goroutines over few connections.
func TestPooledConnectionsNeverMix(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.DB.App.SetMaxOpenConns(3)
	var wg sync.WaitGroup
	for i := range 8 {
		c := w.Batam
		if i%2 == 1 {
			c = w.Other
		}
		wg.Go(func() {
			for range 100 {
				got, err := notes(w.Ctx(c), w.DB.App)
				if err != nil || strings.Join(got, "") != c.Slug {
					t.Errorf("%s reads %q, %v", c.Slug, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestPreparedStatements are planned once on each connection and still see the city of each request alone.
func TestPreparedStatements(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.DB.App.SetMaxOpenConns(1)
	kept := func() (n int) {
		if err := w.DB.App.NewRaw("SELECT count(*) FROM pg_prepared_statements").Scan(tenancy.Platform(t.Context()), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	note := func(ctx context.Context, db bun.IDB, c tenancy.City) (out string, err error) {
		err = db.NewRaw("SELECT note FROM secret WHERE tenant_id = ? AND note <> ? AND at <= ?", c.ID, "it's", time.Now().Add(time.Hour)).Scan(ctx, &out)
		return out, err
	}
	for range 8 { // from the sixth on PostgreSQL uses one plan for all
		for _, c := range []tenancy.City{w.Batam, w.Other} {
			ctx := tenancy.Prepared(w.Ctx(c))
			if got, err := note(ctx, w.DB.App, c); err != nil || got != c.Slug {
				t.Fatalf("alone, %s: %q, %v", c.Slug, got, err)
			}
			err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
				if got, err := note(ctx, tx, c); err != nil || got != c.Slug {
					t.Errorf("in a transaction, %s: %q, %v", c.Slug, got, err)
				}
				res, err := tx.NewRaw("UPDATE secret SET raw = ? WHERE tenant_id = ?", []byte{9}, c.ID).Exec(ctx)
				if err != nil {
					return err
				}
				if n, _ := res.RowsAffected(); n != 1 {
					t.Errorf("%d rows were written", n)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx := tenancy.Prepared(w.Ctx(w.Batam))
	if _, err := note(ctx, w.DB.App, w.Other); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("a row of another city: %v", err)
	}
	if n := kept(); n != 2 {
		t.Errorf("%d statements are prepared, want 2", n)
	}
	if _, err := note(w.Ctx(w.Batam), w.DB.App, w.Batam); err != nil || kept() != 2 {
		t.Error("a statement was prepared that nobody asked to")
	}
	for i := range 300 {
		if _, err := w.DB.App.NewRaw("SELECT ?, 'x'", i).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := kept(); n < 100 || n > 200 {
		t.Errorf("%d statements are prepared after 300 of them", n)
	}
}

// TestPreparedStatementsOutliveAMigration changes what a statement returns, under a connection that has it prepared.
func TestPreparedStatementsOutliveAMigration(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.DB.App.SetMaxOpenConns(1)
	ctx := tenancy.Prepared(w.Ctx(w.Batam))
	owner, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	read := func(db bun.IDB) error {
		var all []map[string]any
		return db.NewRaw("SELECT * FROM secret WHERE tenant_id = ?", w.Batam.ID).Scan(ctx, &all)
	}
	change := func(sql string) {
		t.Helper()
		if err := read(w.DB.App); err != nil {
			t.Fatal(err)
		}
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	change("ALTER TABLE secret ADD COLUMN more text")
	if err := read(w.DB.App); err != nil {
		t.Errorf("a single statement: %v", err)
	}
	change("ALTER TABLE secret ADD COLUMN yet text")
	inTx := func() error {
		return tenancy.InTx(ctx, w.DB.App, func(_ context.Context, tx bun.Tx) error { return read(tx) })
	}
	if err := inTx(); err == nil {
		t.Error("the first transaction after the change cannot have known of it")
	}
	if err := inTx(); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

// TestNothingIsPreparedThroughAPooler connects through something that answers with a key of its own, as PgBouncer does.
func TestNothingIsPreparedThroughAPooler(t *testing.T) {
	t.Parallel()
	w := world(t)
	cfg, err := pgx.ParseConfig(w.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // as storage.Open does
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return &pooler{Conn: c}, err
	}
	db := bun.NewDB(sql.OpenDB(tenancy.NewConnector(*cfg)), pgdialect.New())
	defer db.Close()
	db.SetMaxOpenConns(1)
	ctx := tenancy.Prepared(w.Ctx(w.Batam))
	for range 3 {
		if got, err := notes(ctx, db); err != nil || len(got) != 1 {
			t.Fatalf("%q, %v", got, err)
		}
	}
	var n int
	if err := db.NewRaw("SELECT count(*) FROM pg_prepared_statements").Scan(w.Ctx(w.Batam), &n); err != nil || n != 0 {
		t.Errorf("%d statements are prepared, %v", n, err)
	}
}

// pooler changes the number of the process in BackendKeyData, the message K of twelve bytes.
type pooler struct {
	net.Conn
	done bool
}

func (p *pooler) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if i := bytes.Index(b[:n], []byte{'K', 0, 0, 0, 12}); !p.done && i >= 0 && i+9 <= n {
		b[i+8] ^= 1
		p.done = true
	}
	return n, err
}

// TestLaterWrites are sent with what comes after them, in their order, and undone with it.
func TestLaterWrites(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := w.Ctx(w.Batam)
	write := func(ctx context.Context, tx bun.Tx, id int, note string) {
		t.Helper()
		if _, err := tx.NewRaw("INSERT INTO secret (tenant_id, id, note) VALUES (?, ?, ?)", w.Batam.ID, id, note).Exec(tenancy.Later(ctx)); err != nil {
			t.Errorf("%s: %v", note, err)
		}
	}
	for _, tt := range []struct {
		name string
		fn   func(ctx context.Context, tx bun.Tx) error
		fail bool
		want string
	}{
		{"nothing", func(context.Context, bun.Tx) error { return nil }, false, "batam"},
		{"one before the commit", func(ctx context.Context, tx bun.Tx) error { write(ctx, tx, 2, "b"); return nil }, false, "b,batam"},
		{"two before a read", func(ctx context.Context, tx bun.Tx) error {
			write(tenancy.Prepared(ctx), tx, 3, "c")
			write(tenancy.Prepared(ctx), tx, 4, "d")
			got, err := notes(ctx, tx)
			if strings.Join(got, ",") != "b,batam,c,d" {
				t.Errorf("the read saw %q", got)
			}
			return err
		}, false, "b,batam,c,d"},
		{"one that fails at the commit", func(ctx context.Context, tx bun.Tx) error {
			write(ctx, tx, 5, "e")
			write(ctx, tx, 5, "twice")
			return nil
		}, true, "b,batam,c,d"},
		{"one that fails at a read", func(ctx context.Context, tx bun.Tx) error {
			write(ctx, tx, 1, "twice")
			_, err := notes(ctx, tx)
			return err
		}, true, "b,batam,c,d"},
		{"one for another city", func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("INSERT INTO secret (tenant_id, id) VALUES (?, 9)", w.Other.ID).Exec(tenancy.Later(ctx))
			return err
		}, true, "b,batam,c,d"},
		{"one that is given up", func(ctx context.Context, tx bun.Tx) error { write(ctx, tx, 6, "f"); return errors.New("given up") }, true, "b,batam,c,d"},
		{"more than are kept back", func(ctx context.Context, tx bun.Tx) error {
			for i := range 120 {
				write(ctx, tx, 100+i, "x")
			}
			_, err := tx.NewRaw("DELETE FROM secret WHERE note = 'x'").Exec(ctx)
			return err
		}, false, "b,batam,c,d"},
	} {
		if err := tenancy.InTx(ctx, w.DB.App, tt.fn); (err != nil) != tt.fail {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got, err := notes(ctx, w.DB.App); err != nil || strings.Join(got, ",") != tt.want {
			t.Errorf("%s: %q, want %q, %v", tt.name, got, tt.want, err)
		}
	}
	if _, err := w.DB.App.NewRaw("DELETE FROM secret WHERE note = 'b'").Exec(tenancy.Later(ctx)); err != nil {
		t.Fatal(err)
	}
	if got, _ := notes(ctx, w.DB.App); strings.Join(got, ",") != "batam,c,d" {
		t.Errorf("outside a transaction Later left %q", got)
	}
}

// TestOpenConnectorOpensNothing to the application role: without the door row-level security hides every row.
func TestOpenConnectorOpensNothing(t *testing.T) {
	t.Parallel()
	w := world(t)
	for url, want := range map[string]int{w.AppURL: 0, w.SuperURL: 2} {
		cfg, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
		db := bun.NewDB(sql.OpenDB(tenancy.NewOpenConnector(*cfg)), pgdialect.New())
		defer db.Close()
		ctx := tenancy.Prepared(w.Ctx(w.Batam))
		if got, err := notes(ctx, db); err != nil || len(got) != want {
			t.Errorf("alone: %q, %v; want %d", got, err, want)
		}
		err = tenancy.InTx(ctx, db, func(ctx context.Context, tx bun.Tx) error {
			got, err := notes(ctx, tx)
			if len(got) != want {
				t.Errorf("in a transaction: %q, want %d", got, want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
