//go:build !race

package app

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// watcher notes the statements that are sent while something is watched.
type watcher struct {
	mu   sync.Mutex
	name string
	sent []*statement
	idle []string // what was watched and sent nothing
}

// statement is one that was sent, by its text before the arguments.
type statement struct {
	name, text, template string
	city                 tenancy.ID // nil for none
	platform             bool       // sent by the platform role
	prepared             bool
}

type roleHook struct {
	*watcher
	platform bool
}

func (w *watcher) hook(platform bool) bun.QueryHook { return roleHook{w, platform} }

func (h roleHook) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (h roleHook) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.name == "" || !slices.Contains([]string{"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}, strings.ToUpper(e.Operation())) {
		return
	}
	s := &statement{name: h.name, text: e.Query, template: e.QueryTemplate, platform: h.platform, prepared: tenancy.IsPrepared(ctx)}
	s.city, _ = tenancy.From(ctx)
	if s.template == "" {
		s.template = s.text
	}
	for _, other := range h.sent {
		if other.name == s.name && other.template == s.template {
			return // the same with other arguments
		}
	}
	h.sent = append(h.sent, s)
}

func (w *watcher) watch(name string, run func()) {
	set := func(to string) (sent int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.name = to
		return len(w.sent)
	}
	before := set(name)
	run()
	if set("") == before {
		w.idle = append(w.idle, name)
	}
}

func (w *watcher) has(name, part string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.sent, func(s *statement) bool { return s.name == name && strings.Contains(s.text, part) })
}

// drop forgets statements that are not this test's.
func (w *watcher) drop(which func(*statement) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = slices.DeleteFunc(w.sent, which)
}

func (w *watcher) all() []*statement {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

// tenantTables are the tables, and their partitions, that hold a city's rows.
func tenantTables(t *testing.T, w *pgtest.World) map[string]bool {
	t.Helper()
	var names []string
	err := w.DB.App.NewRaw(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'`).Scan(tenancy.Platform(t.Context()), &names)
	if err != nil || len(names) < 30 {
		t.Fatalf("%d tables, %v", len(names), err)
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

var (
	scanned = regexp.MustCompile(`Seq Scan on (\w+)`)
	removed = regexp.MustCompile(`Rows Removed by (?:Join )?Filter: (\d+)`)
)

// mostRemoved is how many rows a plan may read and throw away; a city of the crowd has twenty times that.
const mostRemoved = 500

// judge reads the statement's plan; what writes nothing is run as well, to count what it throws away.
func (s *statement) judge(t *testing.T, w *pgtest.World, cities map[string]bool) {
	t.Helper()
	how, db, ctx := "EXPLAIN ", w.DB.App, tenancy.Platform(t.Context())
	if first := strings.Fields(s.text)[0]; (first == "SELECT" || first == "WITH") && !strings.Contains(s.text, "INSERT INTO") {
		how = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
	}
	if s.platform {
		db = w.DB.Platform
	}
	if s.city != uuid.Nil {
		ctx = tenancy.WithID(ctx, s.city)
	}
	var lines []string
	if err := db.NewRaw(how+strings.ReplaceAll(s.text, "?", "??")).Scan(ctx, &lines); err != nil {
		t.Errorf("%s: %v\n%s", s.name, err, s.text)
		return
	}
	s.weigh(t, cities, strings.Join(lines, "\n"))
	if s.prepared && !strings.HasPrefix(s.text, "INSERT") { // which has but one plan
		s.weigh(t, cities, s.general(t, w, ctx))
	}
}

// general is the plan of a prepared statement for whatever values, which PostgreSQL may choose from the sixth use on.
func (s *statement) general(t *testing.T, w *pgtest.World, ctx context.Context) string {
	t.Helper()
	cfg, err := pgx.ParseConfig(w.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := bun.NewDB(sql.OpenDB(tenancy.NewConnector(*cfg)), pgdialect.New()) // of its own: nothing else is prepared there
	defer db.Close()
	var lines []string
	undone := errors.New("undone")
	err = tenancy.InTx(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SET LOCAL plan_cache_mode = force_generic_plan").Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw(strings.ReplaceAll(s.text, "?", "??")).Exec(tenancy.Prepared(ctx)); err != nil {
			return err
		}
		var last struct {
			Name   string
			Values int
		}
		if err := tx.NewRaw(`SELECT name, coalesce(cardinality(parameter_types), 0) AS "values" FROM pg_prepared_statements`).Scan(ctx, &last); err != nil {
			return err
		}
		values := ""
		if last.Values > 0 {
			values = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", last.Values), ", ") + ")"
		}
		if err := tx.NewRaw("EXPLAIN EXECUTE ?"+values, bun.Ident(last.Name)).Scan(ctx, &lines); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) || len(lines) == 0 {
		t.Errorf("%s, prepared: %v\n%s", s.name, err, s.text)
	}
	return strings.Join(lines, "\n")
}

// weigh looks for what a plan may not do.
func (s *statement) weigh(t *testing.T, cities map[string]bool, plan string) {
	t.Helper()
	var bad []string
	for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
		if cities[m[1]] {
			bad = append(bad, "reads all of "+m[1])
		}
	}
	for _, m := range removed.FindAllStringSubmatch(plan, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n > mostRemoved {
			bad = append(bad, "throws "+m[1]+" rows away")
		}
	}
	if len(bad) > 0 {
		t.Errorf("%s %s:\n%s\n%s", s.name, strings.Join(bad, ", "), s.text, plan)
	}
}
