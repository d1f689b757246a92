package jobs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

const planTimeout = 5 * time.Minute // for one city's run

// plan is work that every city needs at a fixed rhythm.
type plan struct {
	name     string
	every    time.Duration
	platform bool
	fn       func(ctx context.Context, tx bun.Tx, at time.Time) error
}

var planPattern = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$`)

// EachCity runs fn for every city once per tick of every, whichever of the running processes gets to it first. fn
// runs in a transaction of the city with the City in ctx; at is the tick, the same in all processes. A tick that
// fails is tried again until the next one; ticks missed while nothing ran are not made up for, so fn must look at
// what is due rather than at the clock. It panics on a malformed or repeated name, which is a bug at start. Call it
// before Start.
func EachCity(r *Runner, name string, every time.Duration, fn func(ctx context.Context, tx bun.Tx, at time.Time) error) {
	r.plan(plan{name: name, every: every, fn: fn})
}

// EachTenant is EachCity for work that the platform's own tenant needs too, such as sealing the audit record.
func EachTenant(r *Runner, name string, every time.Duration, fn func(ctx context.Context, tx bun.Tx, at time.Time) error) {
	r.plan(plan{name: name, every: every, platform: true, fn: fn})
}

func (r *Runner) plan(p plan) {
	if !planPattern.MatchString(p.name) || p.every < 100*time.Millisecond {
		panic(fmt.Sprintf("jobs: plan %q every %s: want <package>.<verb> and at least 100ms", p.name, p.every))
	}
	for _, other := range r.plans {
		if other.name == p.name {
			panic(fmt.Sprintf("jobs: plan %q is declared twice", p.name))
		}
	}
	r.plans = append(r.plans, p)
}

// planLoop runs p at each tick, and within a tick again for the cities where it has not succeeded anywhere yet.
func (r *Runner) planLoop(ctx context.Context, p plan) {
	for ctx.Err() == nil {
		at := time.Now().UTC().Truncate(p.every)
		done := map[tenancy.ID]bool{}
		for !r.tick(ctx, p, at, done) && time.Now().Before(at.Add(p.every)) {
			if !wait(ctx, min(max(p.every/10, r.o.Poll), 10*time.Second)) {
				return
			}
		}
		if !wait(ctx, time.Until(at.Add(p.every))) {
			return
		}
	}
}

// tick runs p for every tenant that is not in done, and reports whether all are now.
func (r *Runner) tick(ctx context.Context, p plan, at time.Time, done map[tenancy.ID]bool) bool {
	all, err := r.dir.All(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Error("jobs: plan cannot list cities", "kind", p.name, "err", err)
		}
		return false
	}
	complete := true
	for _, city := range all {
		if done[city.ID] || (city.Kind == tenancy.KindPlatform && !p.platform) {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		start := time.Now()
		// A stop waits for the run at hand, as it does for a job.
		ran, err := r.runPlan(context.WithoutCancel(ctx), p, city, at)
		switch {
		case errors.Is(err, errElsewhere):
			complete = false
			continue
		case err != nil:
			complete = false
			r.report(p.name, envelope{Tenant: city.ID}, claim{}, retryOutcome, start, err)
			continue
		case ran:
			r.report(p.name, envelope{Tenant: city.ID}, claim{}, doneOutcome, start, nil)
		}
		done[city.ID] = true
	}
	return complete
}

var errElsewhere = errors.New("jobs: another process is at this run")

// runPlan does one city's run of the tick, unless a process has done it. The row of the run commits with its effect.
func (r *Runner) runPlan(ctx context.Context, p plan, city tenancy.City, at time.Time) (ran bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicError{value: v, stack: debug.Stack()}
		}
	}()
	ctx, cancel := context.WithTimeout(tenancy.With(ctx, city), planTimeout)
	defer cancel()
	err = tenancy.InTx(ctx, r.db.App, func(ctx context.Context, tx bun.Tx) error {
		var mine bool
		key := "plan " + city.ID.String() + " " + p.name
		if err := tx.NewRaw("SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))", key).Scan(ctx, &mine); err != nil {
			return err
		}
		if !mine {
			return errElsewhere
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO planned_run (tenant_id, name, planned_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			city.ID, p.name, at)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		ran = true
		return p.fn(ctx, tx, at)
	})
	return ran && err == nil, err
}
