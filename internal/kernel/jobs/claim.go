package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// claim is a worker's hold on a job for one attempt.
type claim struct {
	Attempts  int   `bun:"attempts"`
	MaxRetry  int   `bun:"max_retry"`
	TimeoutMS int64 `bun:"timeout_ms"`
}

func (c claim) timeout() time.Duration { return time.Duration(c.TimeoutMS) * time.Millisecond }

var errOver = errors.New("jobs: the job has ended")

// busyError says that another worker holds the job, or held it when it died, for that long.
type busyError struct{ left time.Duration }

func (e busyError) Error() string { return fmt.Sprintf("jobs: held by another worker for %s", e.left) }

// take claims the job of e until its timeout has passed: errOver if it has ended, busyError if another worker has it.
func (r *Runner) take(ctx context.Context, e envelope) (claim, error) {
	var c claim
	err := r.db.App.NewRaw(`UPDATE outbox SET attempts = attempts + 1,
			lease_until = now() + timeout_ms * interval '1 millisecond',
			check_at = now() + timeout_ms * interval '1 millisecond' + ?::interval
		WHERE tenant_id = ? AND id = ? AND state IN ('waiting', 'sent') AND (lease_until IS NULL OR lease_until < now())
		RETURNING attempts, max_retry, timeout_ms`, interval(r.o.Lost), e.Tenant, e.ID).Scan(ctx, &c)
	if !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	var left int64
	err = r.db.App.NewRaw(`SELECT coalesce(greatest(extract(epoch FROM lease_until - now()) * 1000, 0), 0)::bigint
		FROM outbox WHERE tenant_id = ? AND id = ? AND state IN ('waiting', 'sent')`, e.Tenant, e.ID).Scan(ctx, &left)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return c, errOver
	case err != nil:
		return c, err
	}
	return c, busyError{left: time.Duration(left) * time.Millisecond}
}

// mark writes processed(id) in tx, ahead of the effect that commits with it. It returns errOver when an earlier attempt
// has done so; while that attempt is still undecided, it waits.
func mark(ctx context.Context, tx bun.Tx, e envelope) error {
	res, err := tx.ExecContext(ctx, "INSERT INTO processed (tenant_id, task_id) VALUES (?, ?) ON CONFLICT DO NOTHING", e.Tenant, e.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errOver, err)
	}
	return nil
}

// finish ends the job's row in tx, after the effect.
func finish(ctx context.Context, tx bun.Tx, e envelope) error {
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'done', ended_at = now(), lease_until = NULL, last_error = ''
		WHERE tenant_id = ? AND id = ?`, e.Tenant, e.ID)
	return err
}

// giveBack ends a claim after a failure: the job is tried again after delay, or has failed for good. A claim that
// another worker has taken over meanwhile is left alone.
func (r *Runner) giveBack(ctx context.Context, e envelope, c claim, code string, delay time.Duration, final bool) error {
	_, err := r.db.App.ExecContext(ctx, `UPDATE outbox SET lease_until = NULL, last_error = ?,
			check_at = now() + ?::interval,
			state = CASE WHEN ? THEN 'failed' ELSE state END,
			ended_at = CASE WHEN ? THEN now() END
		WHERE tenant_id = ? AND id = ? AND state IN ('waiting', 'sent') AND attempts = ?`,
		code, interval(delay+r.o.Lost), final, final, e.Tenant, e.ID, c.Attempts)
	return err
}

// release undoes a claim whose attempt was cut short by a stop, so that it does not count.
func (r *Runner) release(ctx context.Context, e envelope, c claim) error {
	_, err := r.db.App.ExecContext(ctx, `UPDATE outbox SET lease_until = NULL, attempts = attempts - 1
		WHERE tenant_id = ? AND id = ? AND state IN ('waiting', 'sent') AND attempts = ?`, e.Tenant, e.ID, c.Attempts)
	return err
}
