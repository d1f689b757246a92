package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// TestMain lets this binary be a worker process too, so that a test can kill a real one.
func TestMain(m *testing.M) {
	if addr := os.Getenv("TEST_WORKER_REDIS"); addr != "" {
		if err := childWorker(addr); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var call = jobs.Kind[note]{Name: "note.call.v1", MaxRetry: 3, Timeout: 2 * time.Second}

// childWorker runs jobs until it is killed. With TEST_WORKER_HANG it never leaves a handler: it says "began" in the
// middle of one and waits there for its death.
func childWorker(addr string) error {
	ctx := context.Background()
	db, err := storage.Open(ctx, os.Getenv("TEST_WORKER_APP"), os.Getenv("TEST_WORKER_PLATFORM"), 8)
	if err != nil {
		return err
	}
	r, err := jobs.New(db, quick(addr), tenancy.NewDirectory(db.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	hang := os.Getenv("TEST_WORKER_HANG") != ""
	middle := func() {
		fmt.Println("began")
		if hang {
			select {}
		}
	}
	err = jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error {
		if err := addEffect(ctx, tx, n); err != nil {
			return err
		}
		middle()
		return nil
	})
	if err != nil {
		return err
	}
	err = jobs.HandleCall(r, call, func(ctx context.Context, id uuid.UUID, n note) error {
		if err := callOut(ctx, db, id, n); err != nil {
			return err
		}
		middle()
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	select {}
}

// callOut stands for another system that heeds our idempotency key.
func callOut(ctx context.Context, db *storage.DB, id uuid.UUID, n note) error {
	_, err := db.App.ExecContext(ctx, "INSERT INTO effect (tenant_id, id, note_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		tenancy.Must(ctx), id, n.ID)
	return err
}

// child is a worker in a process of its own; began yields a line for each job it is in the middle of.
func child(t *testing.T, w *pgtest.World, redis string, env ...string) (kill func(), began <-chan string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), append(env, "TEST_WORKER_REDIS="+redis, "TEST_WORKER_APP="+w.AppURL, "TEST_WORKER_PLATFORM="+w.PlatformURL)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 10000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	dead := false
	kill = func() {
		if !dead {
			dead = true
			_ = cmd.Process.Kill() // SIGKILL: no goodbye
			for line := range lines {
				if strings.HasPrefix(line, "error") {
					t.Error(line)
				}
			}
			_ = cmd.Wait()
		}
	}
	t.Cleanup(kill)
	return kill, lines
}

func handleBoth(t *testing.T, w *pgtest.World, r *jobs.Runner) {
	t.Helper()
	if err := jobs.Handle(r, take, func(ctx context.Context, tx bun.Tx, n note) error { return addEffect(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
	err := jobs.HandleCall(r, call, func(ctx context.Context, id uuid.UUID, n note) error { return callOut(ctx, w.DB, id, n) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestWorkerKilledInMidTaskLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []jobs.Kind[note]{take, call} {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			w, redis := newWorld(t), pgtest.Redis(t)
			kill, began := child(t, w, redis, "TEST_WORKER_HANG=1")
			id := uuid.New()
			add(t, w, w.Batam, kind, note{id})
			if line, ok := <-began; !ok || line != "began" {
				t.Fatalf("the worker says %q", line)
			}
			kill()
			if j := theJob(t, w, w.Batam); j.State != "sent" || j.Attempts != 1 {
				t.Fatalf("after the kill: %+v", j)
			}

			second := newRunner(t, w, quick(redis))
			handleBoth(t, w, second)
			killed := time.Now()
			start(t, second)
			eventually(t, "a second worker finishes the job", func() bool { return theJob(t, w, w.Batam).State == "done" })
			t.Logf("recovered %s after the second worker came up", time.Since(killed).Round(time.Millisecond))
			if n := effects(t, w, w.Batam, id); n != 1 {
				t.Errorf("%d effects, want 1", n)
			}
		})
	}
}

// Workers are killed one after another in the middle of a load; in the end each job has had its effect exactly once.
func TestEveryJobOfALoadTakesEffectOnceThoughWorkersDie(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), pgtest.Redis(t)
	const load = 150
	err := tenancy.InTx(w.Ctx(w.Batam), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for i := range load {
			kind := take
			if i%3 == 0 {
				kind = call
			}
			if err := jobs.Add(ctx, tx, kind, note{uuid.New()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		kill, began := child(t, w, redis)
		for range 25 {
			<-began
		}
		kill()
	}
	last := newRunner(t, w, quick(redis))
	handleBoth(t, w, last)
	start(t, last)
	var done, notes, distinct int
	eventually(t, "all are done", func() bool {
		err := w.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE state = 'done'").Scan(w.Ctx(w.Batam), &done)
		return err == nil && done == load
	})
	err = w.DB.App.NewRaw("SELECT count(*), count(DISTINCT note_id) FROM effect").Scan(w.Ctx(w.Batam), &notes, &distinct)
	if err != nil || notes != load || distinct != load {
		t.Errorf("%d effects of %d jobs, %v; want %d of %d", notes, distinct, err, load, load)
	}
}

func TestRedisDownAtCommitLosesNothing(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), newRedis(t)
	r := newRunner(t, w, quick(redis.addr))
	handleBoth(t, w, r)
	start(t, r) // Redis is not there yet
	id := uuid.New()
	add(t, w, w.Batam, take, note{id})
	if j := theJob(t, w, w.Batam); j.State != "waiting" {
		t.Fatalf("%+v", j)
	}
	redis.start(t)
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if n := effects(t, w, w.Batam, id); n != 1 {
		t.Errorf("%d effects", n)
	}
}

// Redis dies with jobs that it has acknowledged and comes back empty: the sweep sends them again.
func TestRedisLosingEverythingLosesNothing(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), newRedis(t)
	redis.start(t)
	sender := newRunner(t, w, quick(redis.addr)) // knows no kind: what it sends stays in Redis
	start(t, sender)
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	for _, id := range ids {
		add(t, w, w.Batam, take, note{id})
	}
	eventually(t, "all are sent", func() bool {
		var n int
		err := w.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE state = 'sent'").Scan(w.Ctx(w.Batam), &n)
		return err == nil && n == len(ids)
	})
	redis.kill()
	stop(sender)
	redis.start(t)
	worker := newRunner(t, w, quick(redis.addr))
	handleBoth(t, w, worker)
	start(t, worker)
	for _, id := range ids {
		eventually(t, "the effect", func() bool { return effects(t, w, w.Batam, id) == 1 })
	}
}

// A job delivered again while it runs takes effect once: the lease turns the second delivery away, and where the lease
// has been lost, the mark does.
func TestDeliveriesAtOnceTakeEffectOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, again string
		attempts    int
	}{
		{"while leased", "UPDATE outbox SET state = 'waiting'", 1},
		{"after the lease", "UPDATE outbox SET state = 'waiting', lease_until = NULL", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := newRunner(t, w, quick(pgtest.Redis(t)))
			slow := jobs.Kind[note]{Name: take.Name, Timeout: 30 * time.Second}
			inside, leave := make(chan bool, 9), make(chan bool)
			err := jobs.Handle(r, slow, func(ctx context.Context, tx bun.Tx, n note) error {
				inside <- true
				<-leave
				return addEffect(ctx, tx, n)
			})
			if err != nil {
				t.Fatal(err)
			}
			start(t, r)
			id := uuid.New()
			add(t, w, w.Batam, slow, note{id})
			<-inside
			if _, err := w.DB.Platform.ExecContext(t.Context(), tt.again); err != nil {
				t.Fatal(err)
			}
			eventually(t, "delivered again", func() bool {
				j := theJob(t, w, w.Batam)
				return j.Sends == 2 && j.Attempts == tt.attempts
			})
			close(leave)
			eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
			stop(r)
			if n := effects(t, w, w.Batam, id); n != 1 || len(inside) > 0 {
				t.Errorf("%d effects, %d more handlers inside", n, len(inside))
			}
		})
	}
}
