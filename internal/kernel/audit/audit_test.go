package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

func record(t *testing.T, w *pgtest.World, city tenancy.City, n int) uuid.UUID {
	t.Helper()
	object := uuid.New()
	for i := range n {
		err := audit.Record(w.Ctx(city), w.DB.App, audit.Entry{ActorID: uuid.New(), ActorKind: "staff",
			Action: fmt.Sprintf("application.step_%d", i), Object: "application", ObjectID: object,
			Detail: map[string]any{"b": i, "a": map[string]any{"z": 1.5, "y": "<&>"}, "long": int64(9007199254740993)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return object
}

func seal(t *testing.T, w *pgtest.World, city tenancy.City, want int) {
	t.Helper()
	n, err := audit.Seal(w.Ctx(city), w.DB.App)
	if err != nil || n != want {
		t.Fatalf("Seal = %d, %v; want %d", n, err, want)
	}
}

func asSuperuser(t *testing.T, w *pgtest.World, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "SET session_replication_role = replica"); err != nil { // past foreign keys
		t.Fatal(err)
	}
	tag, err := conn.Exec(t.Context(), sql, args...)
	if err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("%s: %v, %v", sql, tag, err)
	}
}

func TestRecordCommitsWithTheAct(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	object, undone := uuid.New(), errors.New("undone")
	err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		e := audit.Entry{ActorKind: audit.System, Action: "a.b", Object: "application", ObjectID: object}
		if err := audit.Record(ctx, tx, e); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if got, err := audit.List(w.Ctx(w.Batam), w.DB.App, audit.Filter{Object: "application"}); err != nil || len(got.Entries) != 0 {
		t.Errorf("%d entries of an act that never happened, %v", len(got.Entries), err)
	}
}

func TestRecordRefusesAndBears(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	whole := audit.Entry{ActorKind: "staff", Action: "a.b", Object: "application", ObjectID: uuid.New()}
	with := func(change func(*audit.Entry)) audit.Entry { e := whole; change(&e); return e }
	for _, tt := range []struct {
		name string
		e    audit.Entry
		ok   bool
	}{
		{"whole", whole, true},
		{"hostile text", with(func(e *audit.Entry) {
			e.Detail = map[string]any{"reason": "\x00\xff'; DROP TABLE audit_entry; --?"}
		}), true},
		{"no action", with(func(e *audit.Entry) { e.Action = "" }), false},
		{"no object", with(func(e *audit.Entry) { e.Object = "" }), false},
		{"no kind of actor", with(func(e *audit.Entry) { e.ActorKind = "" }), false},
		{"no JSON", with(func(e *audit.Entry) { e.Detail = map[string]any{"f": func() {}} }), false},
		{"too much", with(func(e *audit.Entry) { e.Detail = map[string]any{"x": strings.Repeat("x", 9000)} }), false},
	} {
		if err := audit.Record(w.Ctx(w.Batam), w.DB.App, tt.e); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := audit.Record(t.Context(), w.DB.App, whole); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("without a city: %v", err)
	}
	seal(t, w, w.Batam, 2)
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); err != nil {
		t.Error(err)
	}
}

func TestApplicationRoleCannotEditTheRecord(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(t, w, w.Batam, 1)
	seal(t, w, w.Batam, 1)
	for _, sql := range []string{
		"UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry",
		"UPDATE audit_link SET seq = 9", "DELETE FROM audit_link", "TRUNCATE audit_link",
	} {
		_, err := w.DB.App.ExecContext(w.Ctx(w.Batam), sql)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: %v, want permission denied", sql, err)
		}
		if _, err := w.DB.Platform.ExecContext(t.Context(), sql); err == nil {
			t.Errorf("the platform role may %s", sql)
		}
	}
}

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	const at = " WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_link WHERE tenant_id = $1 AND seq = 3)"
	for _, tt := range []struct{ name, sql, how string }{
		{"another actor", "UPDATE audit_entry SET actor_id = gen_random_uuid()" + at, audit.Changed},
		{"another detail", "UPDATE audit_entry SET detail = '{\"b\": 7}'" + at, audit.Changed},
		{"another time", "UPDATE audit_entry SET at = at + interval '1 microsecond'" + at, audit.Changed},
		{"another city's", "UPDATE audit_entry SET tenant_id = (SELECT id FROM tenant WHERE slug = 'tanjungpinang')" + at, audit.Missing},
		{"entry deleted", "DELETE FROM audit_entry" + at, audit.Missing},
		{"link deleted", "DELETE FROM audit_link WHERE tenant_id = $1 AND seq = 3", audit.Missing},
		{"hash replaced", "UPDATE audit_link SET hash = sha256('x') WHERE tenant_id = $1 AND seq = 3", audit.Changed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := pgtest.Open(t)
			record(t, w, w.Batam, 5)
			record(t, w, w.Other, 5)
			seal(t, w, w.Batam, 5)
			seal(t, w, w.Other, 5)
			asSuperuser(t, w, tt.sql, w.Batam.ID)
			var broken *audit.Broken
			if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); !errors.As(err, &broken) || broken.How != tt.how || broken.Seq != 3 {
				t.Errorf("Verify = %v, want %s at link 3", err, tt.how)
			}
			if _, err := audit.Verify(w.Ctx(w.Other), w.DB.App); err != nil {
				t.Errorf("the other city: %v", err)
			}
		})
	}
}

func TestAnchorsFindACutEndAndVerifyABackdatedEntry(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	record(t, w, w.Batam, 5)
	seal(t, w, w.Batam, 5)
	head, err := audit.Head(w.Ctx(w.Batam), w.DB.App)
	if err != nil || head.Seq != 5 {
		t.Fatalf("Head = %d, %v", head.Seq, err)
	}
	record(t, w, w.Batam, 2)
	seal(t, w, w.Batam, 2)
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App, head); err != nil {
		t.Fatal(err)
	}

	asSuperuser(t, w, `INSERT INTO audit_entry (tenant_id, id, at, actor_id, actor_kind, action, object, object_id)
		VALUES ($1, '01000000-0000-7000-8000-000000000000', '2020-01-01', gen_random_uuid(), 'staff', 'x.y', 'application', gen_random_uuid())`, w.Batam.ID)
	seal(t, w, w.Batam, 0)
	var broken *audit.Broken
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); !errors.As(err, &broken) || broken.How != audit.Inserted {
		t.Errorf("after a backdated entry: %v", err)
	}
	asSuperuser(t, w, "DELETE FROM audit_entry WHERE tenant_id = $1 AND action = 'x.y'", w.Batam.ID)

	asSuperuser(t, w, "DELETE FROM audit_link WHERE tenant_id = $1 AND seq > 4", w.Batam.ID)
	asSuperuser(t, w, "DELETE FROM audit_entry e WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)", w.Batam.ID)
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); err != nil {
		t.Errorf("a shorter chain is whole in itself: %v", err)
	}
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App, head); !errors.As(err, &broken) || broken.How != audit.Cut || broken.Seq != 5 {
		t.Errorf("with the anchor: %v, want cut at 5", err)
	}
}

func TestSealAtOnceAndUnderWriters(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	const writers, each = 3, 40
	var all errgroup.Group
	for range writers {
		all.Go(func() error {
			for range each {
				err := audit.Record(w.Ctx(w.Batam), w.DB.App, audit.Entry{ActorKind: audit.System, Action: "a.b", Object: "o"})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	sealed := make(chan int, 1000)
	for range 3 {
		all.Go(func() error {
			for range 20 {
				n, err := audit.Seal(w.Ctx(w.Batam), w.DB.App)
				if err != nil {
					return err
				}
				sealed <- n
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	n, err := audit.Seal(w.Ctx(w.Batam), w.DB.App)
	if err != nil {
		t.Fatal(err)
	}
	close(sealed)
	for s := range sealed {
		n += s
	}
	if n != writers*each {
		t.Errorf("%d entries sealed of %d", n, writers*each)
	}
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); err != nil {
		t.Error(err)
	}
}

// A caller may seal inside a transaction it already has, as a planned run does; and an entry of a slow transaction is
// sealed after faster ones.
func TestSealInsideATransactionAndLateEntries(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, slow bun.Tx) error {
		if err := audit.Record(ctx, slow, audit.Entry{ActorKind: audit.System, Action: "slow.act", Object: "o"}); err != nil {
			return err
		}
		record(t, w, w.Batam, 2)
		seal(t, w, w.Batam, 2)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if n, err := audit.Seal(ctx, tx); err != nil || n != 1 {
			return fmt.Errorf("sealed %d: %w", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(w.Ctx(w.Batam), w.DB.App); err != nil {
		t.Error(err)
	}
}

func TestListPagesAndFilters(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	actor, at := uuid.New(), time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	for i := range 7 {
		e := audit.Entry{ActorID: actor, ActorKind: "staff", Action: "staff.view", Object: "application", ObjectID: uuid.New(), At: at}
		if i%2 == 1 {
			e.Action, e.At = "staff.reveal", at.Add(time.Duration(i)*time.Hour)
		}
		if err := audit.Record(w.Ctx(w.Batam), w.DB.App, e); err != nil {
			t.Fatal(err)
		}
	}
	record(t, w, w.Other, 2)
	for _, tt := range []struct {
		name string
		f    audit.Filter
		want int
	}{
		{"all", audit.Filter{}, 7},
		{"action", audit.Filter{Action: "staff.reveal"}, 3},
		{"actor", audit.Filter{ActorID: actor}, 7},
		{"another actor", audit.Filter{ActorID: uuid.New()}, 0},
		{"object", audit.Filter{Object: "service"}, 0},
		{"from", audit.Filter{From: at.Add(3 * time.Hour)}, 2},
		{"to, exclusive", audit.Filter{To: at.Add(3 * time.Hour)}, 5},
	} {
		seen, cursor := map[uuid.UUID]bool{}, ""
		var newest time.Time
		for pages := 0; pages == 0 || cursor != ""; pages++ {
			f := tt.f
			f.Limit, f.Cursor = 2, cursor
			p, err := audit.List(w.Ctx(w.Batam), w.DB.App, f)
			if err != nil || pages > 7 {
				t.Fatalf("%s: %v after %d pages", tt.name, err, pages)
			}
			for _, e := range p.Entries {
				if seen[e.ID] || (!newest.IsZero() && e.At.After(newest)) {
					t.Errorf("%s: entry %s comes twice or out of order", tt.name, e.ID)
				}
				seen[e.ID], newest = true, e.At
			}
			cursor = p.Next
		}
		if len(seen) != tt.want {
			t.Errorf("%s: %d entries, want %d", tt.name, len(seen), tt.want)
		}
	}
	for _, bad := range []string{"x", "!!", "MjAyNg", strings.Repeat("A", 3000)} {
		if _, err := audit.List(w.Ctx(w.Batam), w.DB.App, audit.Filter{Cursor: bad}); !fault.Is(err, "audit.cursor") {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}
