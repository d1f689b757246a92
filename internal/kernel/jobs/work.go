package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// The outcomes of one delivery, as the log and the counter name them.
const (
	doneOutcome    = "done"
	skippedOutcome = "skipped" // it had been done before
	busyOutcome    = "busy"    // another worker has it
	retryOutcome   = "retry"
	failedOutcome  = "failed" // out of retries, or unreadable; the row stays, visible
	stoppedOutcome = "stopped"
	unknownOutcome = "unknown" // this program is older than the job
	lostOutcome    = "lost"    // the sweep sent it again
)

var errUnknown = errors.New("jobs: this program has no handler for the kind")

const bookkeeping = 5 * time.Second // for the rows about an attempt, after its own time is over

// delivery is how an attempt that did not succeed is reported to Asynq. Its text is stored in Redis, so it is a code.
type delivery struct {
	code    string
	delay   time.Duration
	failure bool // counts against the retries
	final   bool
}

func (d delivery) Error() string { return d.code }

// Is makes Asynq archive a job that will not be tried again.
func (d delivery) Is(target error) bool { return d.final && target == asynq.SkipRetry }

// process is Asynq's handler for every kind.
func (r *Runner) process(ctx context.Context, t *asynq.Task) error {
	r.running.Add(1)
	defer r.running.Done()
	start := time.Now()
	var e envelope
	if err := json.Unmarshal(t.Payload(), &e); err != nil {
		r.report(t.Type(), e, claim{}, failedOutcome, start, errUnreadable)
		return delivery{code: errorCode(errUnreadable), final: true}
	}
	outcome, c, err := r.attempt(ctx, t.Type(), e)
	r.report(t.Type(), e, c, outcome, start, err)
	if err == nil {
		return nil
	}
	d := delivery{code: errorCode(err), delay: r.o.Retry(max(c.Attempts, 1)), final: outcome == failedOutcome}
	var busy busyError
	switch {
	case errors.As(err, &busy):
		d.delay = busy.left
	case outcome == unknownOutcome:
		d.delay = r.o.Sweep
	default:
		d.failure = outcome != stoppedOutcome
	}
	return d
}

// report writes the one line of a delivery and counts it.
func (r *Runner) report(kind string, e envelope, c claim, outcome string, start time.Time, err error) {
	r.metrics.jobs.WithLabelValues(kind, outcome).Inc()
	attrs := []any{"kind", kind, "id", e.ID, "tenant", e.Tenant, "attempt", c.Attempts, "outcome", outcome,
		"duration", time.Since(start)}
	var p panicError
	if errors.As(err, &p) {
		attrs = append(attrs, "stack", string(p.stack))
	}
	switch {
	case err == nil || outcome == busyOutcome:
		r.log.Info("job", attrs...)
	case outcome == failedOutcome:
		r.log.Error("job", append(attrs, "code", errorCode(err), "err", err)...)
	default:
		r.log.Warn("job", append(attrs, "code", errorCode(err), "err", err)...)
	}
}

// attempt delivers one job and returns the outcome and what Asynq has to know.
func (r *Runner) attempt(ctx context.Context, kind string, e envelope) (outcome string, c claim, err error) {
	h, ok := r.handlers[kind]
	if !ok {
		return unknownOutcome, c, errUnknown
	}
	ctx = tenancy.WithID(ctx, e.Tenant)
	c, err = r.take(ctx, e)
	var busy busyError
	switch {
	case errors.Is(err, errOver):
		return skippedOutcome, c, nil
	case errors.As(err, &busy):
		return busyOutcome, c, err
	case err != nil:
		return retryOutcome, c, err // PostgreSQL did not answer; nothing was claimed
	}
	run, cancel := context.WithTimeout(ctx, c.timeout())
	err = r.run(run, h, e)
	timedOut := errors.Is(run.Err(), context.DeadlineExceeded)
	cancel()

	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookkeeping)
	defer cancel()
	switch {
	case err == nil:
		return doneOutcome, c, nil
	case errors.Is(err, errOver):
		return skippedOutcome, c, nil
	case ctx.Err() != nil && !timedOut:
		return stoppedOutcome, c, errors.Join(err, r.release(after, e, c))
	}
	final := c.Attempts > c.MaxRetry || errors.Is(err, errUnreadable)
	if lost := r.giveBack(after, e, c, errorCode(err), r.o.Retry(c.Attempts), final); lost != nil {
		return retryOutcome, c, errors.Join(err, lost)
	}
	if final {
		return failedOutcome, c, err
	}
	return retryOutcome, c, err
}

// run calls the handler with the City in ctx, and marks the job done.
func (r *Runner) run(ctx context.Context, h handler, e envelope) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError{value: p, stack: debug.Stack()}
		}
	}()
	city, err := r.dir.ByID(ctx, e.Tenant)
	if h.closed && fault.Is(err, "city.unknown") {
		city, err = r.dir.Closed(ctx, e.Tenant)
	}
	if err != nil {
		return err
	}
	ctx = tenancy.With(ctx, city)
	if h.call != nil {
		if err := h.call(ctx, e.ID, e.Args); err != nil {
			return err
		}
		// The call has been made: its mark must not fail for want of the call's own time.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookkeeping)
		defer cancel()
		return r.once(ctx, e, func(context.Context, bun.Tx) error { return nil })
	}
	return r.once(ctx, e, func(ctx context.Context, tx bun.Tx) error { return h.inTx(ctx, tx, e.Args) })
}

// once commits effect together with the mark that forbids it a second time.
func (r *Runner) once(ctx context.Context, e envelope, effect func(ctx context.Context, tx bun.Tx) error) error {
	return tenancy.InTx(ctx, r.db.App, func(ctx context.Context, tx bun.Tx) error {
		if err := mark(ctx, tx, e); err != nil {
			return err
		}
		if err := effect(ctx, tx); err != nil {
			return err
		}
		return finish(ctx, tx, e)
	})
}

type panicError struct {
	value any
	stack []byte
}

func (e panicError) Error() string { return fmt.Sprintf("jobs: panic: %v", e.value) }

// errorCode names err for the row, for Redis and for whoever looks, without any of its text.
func errorCode(err error) string {
	var f *fault.Error
	var pg *pgconn.PgError
	var network net.Error
	switch {
	case errors.As(err, new(panicError)):
		return "panic"
	case errors.Is(err, errUnreadable):
		return "unreadable"
	case errors.Is(err, errUnknown):
		return "unknown"
	case errors.As(err, new(busyError)):
		return "busy"
	case errors.As(err, &f) && f.Kind != fault.Internal:
		return f.Code
	case errors.As(err, &pg):
		return "postgres." + pg.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.As(err, &network):
		return "network"
	default:
		return "internal"
	}
}
