package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// runs counts the runs of each tick of each tenant over all runners.
type runs struct {
	mu sync.Mutex
	n  map[string]map[time.Time]int
}

func (r *runs) add(ctx context.Context, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, _ := tenancy.CityFrom(ctx)
	if r.n == nil {
		r.n = map[string]map[time.Time]int{}
	}
	if r.n[c.Slug] == nil {
		r.n[c.Slug] = map[time.Time]int{}
	}
	r.n[c.Slug][at]++
}

func (r *runs) ticks(slug string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.n[slug])
}

func TestPlannedRunHappensOnceOverAllProcesses(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), pgtest.Redis(t)
	var cities, tenants runs
	for range 3 {
		r := newRunner(t, w, quick(redis))
		jobs.EachCity(r, "note.sweep", 500*time.Millisecond, func(ctx context.Context, _ bun.Tx, at time.Time) error {
			cities.add(ctx, at)
			return nil
		})
		jobs.EachTenant(r, "note.seal", 500*time.Millisecond, func(ctx context.Context, _ bun.Tx, at time.Time) error {
			tenants.add(ctx, at)
			return nil
		})
		start(t, r)
	}
	eventually(t, "three ticks everywhere", func() bool {
		return cities.ticks("batam") >= 3 && cities.ticks("tanjungpinang") >= 3 && tenants.ticks("platform") >= 3
	})
	if cities.ticks("platform") > 0 {
		t.Error("EachCity ran for the platform")
	}
	for _, r := range []*runs{&cities, &tenants} {
		r.mu.Lock()
		for slug, ticks := range r.n {
			for at, n := range ticks {
				if n != 1 || !at.Equal(at.Truncate(500*time.Millisecond)) {
					t.Errorf("%s: tick %s ran %d times", slug, at, n)
				}
			}
		}
		r.mu.Unlock()
	}
}

func TestFailedRunIsTriedAgainWithinItsTickAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	var calls atomic.Int64
	jobs.EachCity(r, "note.sweep", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		if c, _ := tenancy.CityFrom(ctx); c.Slug != "batam" {
			return nil
		}
		if err := addEffect(ctx, tx, note{}); err != nil {
			return err
		}
		switch calls.Add(1) {
		case 1:
			return errors.New("not now")
		case 2:
			panic("not now either")
		}
		return nil
	})
	// A tick of an hour would be tried again after six minutes; the retry itself is what is tested here.
	start(t, r)
	eventually(t, "the first run", func() bool { return calls.Load() >= 1 })
	r2 := newRunner(t, w, quick(pgtest.Redis(t)))
	jobs.EachCity(r2, "note.sweep", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		return addEffect(ctx, tx, note{})
	})
	start(t, r2)
	var n int
	eventually(t, "another process does the run", func() bool {
		err := w.DB.App.NewRaw("SELECT count(*) FROM planned_run").Scan(w.Ctx(w.Batam), &n)
		return err == nil && n == 1
	})
	if err := w.DB.App.NewRaw("SELECT count(*) FROM effect").Scan(w.Ctx(w.Batam), &n); err != nil || n != 1 {
		t.Errorf("%d effects, %v", n, err)
	}
}

func TestPlanRefusesUnclearNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := newRunner(t, w, quick("127.0.0.1:1"))
	nothing := func(context.Context, bun.Tx, time.Time) error { return nil }
	jobs.EachCity(r, "note.sweep", time.Minute, nothing)
	for _, tt := range []struct {
		name  string
		every time.Duration
	}{{"note.sweep", time.Minute}, {"sweep", time.Minute}, {"note.other", 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q every %s was taken", tt.name, tt.every)
				}
			}()
			jobs.EachCity(r, tt.name, tt.every, nothing)
		}()
	}
}
