package jobs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// note is the payload and the effect of these tests: a row that counts how often its job took effect.
type note struct{ ID uuid.UUID }

var take = jobs.Kind[note]{Name: "note.take.v1", MaxRetry: 3, Timeout: 2 * time.Second}

// newWorld is a world with a table for effects, one row for each time a job's handler committed.
func newWorld(t *testing.T) *pgtest.World {
	t.Helper()
	w := pgtest.Open(t)
	conn, err := pgx.Connect(t.Context(), w.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `CREATE TABLE effect (tenant_id uuid NOT NULL, id uuid NOT NULL, note_id uuid NOT NULL, PRIMARY KEY (tenant_id, id))`)
	if err == nil {
		_, err = conn.Exec(t.Context(), "SELECT guard_tenant_table('effect')")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func addEffect(ctx context.Context, tx bun.IDB, n note) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO effect (tenant_id, id, note_id) VALUES (?, ?, ?)", tenancy.Must(ctx), uuid.New(), n.ID)
	return err
}

func effects(t *testing.T, w *pgtest.World, city tenancy.City, id uuid.UUID) int {
	t.Helper()
	var n int
	err := w.DB.App.NewRaw("SELECT count(*) FROM effect WHERE tenant_id = ? AND note_id = ?", city.ID, id).Scan(w.Ctx(city), &n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// job is a row of the outbox as a test reads it.
type job struct {
	State     string
	Attempts  int
	Sends     int
	LastError string
}

func theJob(t *testing.T, w *pgtest.World, city tenancy.City) job {
	t.Helper()
	var j job
	err := w.DB.App.NewRaw("SELECT state, attempts, sends, last_error FROM outbox WHERE tenant_id = ? ORDER BY id DESC LIMIT 1", city.ID).
		Scan(w.Ctx(city), &j)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func quick(redis string) jobs.Options {
	return jobs.Options{Redis: redis, Workers: 4, Drain: 10 * time.Second, Poll: 20 * time.Millisecond,
		Sweep: 50 * time.Millisecond, Lost: 300 * time.Millisecond,
		Retry: func(int) time.Duration { return 50 * time.Millisecond }}
}

func newRunner(t *testing.T, w *pgtest.World, o jobs.Options) *jobs.Runner {
	t.Helper()
	r, err := jobs.New(w.DB, o, tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.NewTextHandler(&testLog{t: t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func start(t *testing.T, r *jobs.Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(r) })
}

func stop(r *jobs.Runner) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r.Stop(ctx)
}

func add[P any](t *testing.T, w *pgtest.World, city tenancy.City, k jobs.Kind[P], args P, opts ...jobs.At) {
	t.Helper()
	err := tenancy.InTx(w.Ctx(city), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return jobs.Add(ctx, tx, k, args, opts...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a condition that other goroutines or processes bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("never: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// testLog sends the runner's lines to the test's output, while there is a test.
type testLog struct {
	mu   sync.Mutex
	t    *testing.T
	over bool
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over && l.t.Context().Err() == nil {
		l.t.Logf("%s", p)
	}
	return len(p), nil
}

// ownRedis is a redis-server that a test may stop and start again on the same port, with its data or without.
type ownRedis struct {
	addr string
	dir  string
	cmd  *exec.Cmd
}

func newRedis(t *testing.T) *ownRedis {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := &ownRedis{addr: addr, dir: t.TempDir()}
	t.Cleanup(r.kill)
	return r
}

func (r *ownRedis) start(t *testing.T) {
	t.Helper()
	_, port, err := net.SplitHostPort(r.addr)
	if err != nil {
		t.Fatal(err)
	}
	r.cmd = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", r.dir)
	r.cmd.Stdout = io.Discard
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: r.addr, MaxRetries: -1})
	defer c.Close()
	eventually(t, "Redis answers", func() bool { return c.Ping(t.Context()).Err() == nil })
}

// kill ends the server as a power cut would; what it held is gone.
func (r *ownRedis) kill() {
	if r.cmd != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		r.cmd = nil
	}
}

var errTest = errors.New("the handler says no to 2171010101900001")
