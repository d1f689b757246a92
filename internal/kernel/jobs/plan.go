package jobs

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"
)

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
