package jobs_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pgtest"
)

// hangingRedis takes every command and never answers.
type hangingRedis struct {
	addr  string
	heard chan struct{} // gets something with each command
	end   func()        // hangs up, which a stop would else wait for
}

func newHangingRedis(t *testing.T) hangingRedis {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	context.AfterFunc(ctx, func() { _ = ln.Close() })
	heard := make(chan struct{}, 1)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			go func() {
				for buf := make([]byte, 4096); ; {
					if _, err := conn.Read(buf); err != nil {
						return
					}
					select {
					case heard <- struct{}{}:
					default:
					}
				}
			}()
		}
	}()
	return hangingRedis{addr: ln.Addr().String(), heard: heard, end: cancel}
}

// lockable fails when another transaction holds the outbox's rows for longer than that.
func lockable(t *testing.T, w *pgtest.World, within time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	err := w.DB.Platform.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var n []int
		return tx.NewRaw("SELECT 1 FROM outbox FOR UPDATE").Scan(ctx, &n)
	})
	if err != nil {
		t.Errorf("the outbox is held: %v", err)
	}
}

func TestARedisThatHangsDoesNotHoldTheOutboxForLong(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), newHangingRedis(t)
	o := quick(redis.addr)
	o.Hold = 300 * time.Millisecond
	add(t, w, w.Batam, take, note{uuid.New()})
	start(t, newRunner(t, w, o))
	defer redis.end()
	<-redis.heard
	lockable(t, w, 2*time.Second)
	if j := theJob(t, w, w.Batam); j.State != "waiting" || j.Sends != 0 {
		t.Errorf("%+v", j)
	}
}

// asked gets something when the sweep has read what is silent.
type asked chan struct{}

func (a asked) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (a asked) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	if !strings.Contains(e.Query, "AS leased") {
		return
	}
	select {
	case a <- struct{}{}:
	default:
	}
}

// TestTheSweepAsksWithoutHoldingRows: what Redis is slow to tell of keeps no worker from its row.
func TestTheSweepAsksWithoutHoldingRows(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), newHangingRedis(t)
	add(t, w, w.Batam, take, note{uuid.New()})
	_, err := w.DB.Platform.ExecContext(t.Context(), "UPDATE outbox SET state = 'sent', sends = 1, check_at = now() - interval '1 hour'")
	if err != nil {
		t.Fatal(err)
	}
	read := make(asked, 1)
	w.DB.Platform = w.DB.Platform.WithQueryHook(read)
	start(t, newRunner(t, w, quick(redis.addr)))
	defer redis.end()
	<-read
	lockable(t, w, time.Second)
	if j := theJob(t, w, w.Batam); j.State != "sent" {
		t.Errorf("%+v", j)
	}
}

// TestTheSweepLeavesARowThatHasSpoken: between the question to Redis and the answer a worker has taken the job up.
func TestTheSweepLeavesARowThatHasSpoken(t *testing.T) {
	t.Parallel()
	w, addr := newWorld(t), pgtest.Redis(t)
	add(t, w, w.Batam, take, note{uuid.New()})
	_, err := w.DB.Platform.ExecContext(t.Context(), "UPDATE outbox SET state = 'sent', sends = 1, check_at = now() - interval '1 hour'")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = w.DB.Platform.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		// The worker's claim, not committed yet: the sweep sees the row as it was, and waits for it before it writes.
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET attempts = 1, check_at = now() + interval '1 hour'"); err != nil {
			return err
		}
		start(t, newRunner(t, w, quick(addr)))
		for waits := 0; waits == 0; {
			err := w.DB.Platform.NewRaw(`SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE %waiting%'`).Scan(ctx, &waits)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if j := theJob(t, w, w.Batam); j.State != "sent" || j.Sends != 1 || j.Attempts != 1 {
		t.Errorf("%+v", j)
	}
}
