package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/uptrace/bun"
)

const (
	sweepBatch   = 200
	crashes      = 3                   // workers that may die under one job beyond its retries
	keepFailed   = 90 * 24 * time.Hour // a failed job waits that long for someone to look at it
	keepPlanned  = time.Hour           // beyond the plan's own rhythm: its row is what keeps a tick from running twice
	pruneEvery   = time.Hour
	pruneBatch   = 5000
	measureEvery = 10 * time.Second
	glances      = 10
	glance       = 7 * time.Millisecond
)

func (r *Runner) sweepLoop(ctx context.Context) {
	for wait(ctx, r.o.Sweep) {
		if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("jobs: sweep", "err", err)
		}
	}
}

// silent is a job that was sent and has given no sign of life in time.
type silent struct {
	row
	Attempts int  `bun:"attempts"`
	Leased   bool `bun:"leased"`
}

// sweep looks for each job that was sent and has given no sign of life in time. What is still queued in Redis is left
// there; what Redis has lost, archived or calls running although its worker's lease is over is sent once more.
//
// Redis is asked outside any transaction. Two processes may therefore ask about the same job, and a worker may take it
// up meanwhile: each change holds only for a row that is as silent as it was.
func (r *Runner) sweep(ctx context.Context) error {
	var due []silent
	err := r.db.Platform.NewSelect().TableExpr("outbox AS o").
		Column("tenant_id", "id", "kind", "queue", "max_retry", "sends", "attempts").
		ColumnExpr("coalesce(lease_until > now(), false) AS leased").
		Where("state = 'sent' AND check_at < now()").OrderExpr("check_at, id").Limit(sweepBatch).Scan(ctx, &due)
	if err != nil {
		return err
	}
	var alive, lost, failed []bun.TupleValues
	var down error
	looks := 0 // all jobs of a sweep share them
	for _, s := range due {
		key := bun.Tuple([]uuid.UUID{s.TenantID, s.ID})
		queued, active, err := r.queued(s.row)
		// What is called running may be on its way between a worker and the queue; what a dead worker holds stays so.
		for ; active && !s.Leased && err == nil && looks < glances && wait(ctx, glance); looks++ {
			queued, active, err = r.queued(s.row)
		}
		if down = errors.Join(err, ctx.Err()); down != nil {
			break // Redis is down: of the others nothing can be known or sent
		}
		switch {
		case queued || s.Leased:
			alive = append(alive, key)
		case s.Attempts > s.MaxRetry+crashes:
			failed = append(failed, key)
		default:
			lost = append(lost, key)
		}
	}
	return errors.Join(down,
		r.settle(ctx, alive, "", "check_at = now() + ?::interval", interval(r.o.Lost)),
		r.settle(ctx, lost, lostOutcome, "state = 'waiting'"),
		r.settle(ctx, failed, failedOutcome, "state = 'failed', ended_at = now(), last_error = 'crashed'"))
}

// settle changes those of keys that are silent still, and says of each what became of it.
func (r *Runner) settle(ctx context.Context, keys []bun.TupleValues, outcome, set string, args ...any) error {
	if len(keys) == 0 {
		return nil
	}
	var changed []silent
	_, err := r.db.Platform.NewUpdate().Model((*row)(nil)).Set(set, args...).
		Where("(tenant_id, id) IN (?) AND state = 'sent' AND check_at < now()", bun.List(keys)).
		Returning("tenant_id, id, kind, attempts").Exec(ctx, &changed)
	if err != nil || outcome == "" {
		return err
	}
	say := r.log.Warn
	if outcome == failedOutcome {
		say = r.log.Error
	}
	for _, s := range changed {
		say("job", "kind", s.Kind, "id", s.ID, "tenant", s.TenantID, "attempt", s.Attempts, "outcome", outcome)
		r.metrics.jobs.WithLabelValues(s.Kind, outcome).Inc()
	}
	return nil
}

// queued reports whether Redis will still deliver the job by itself, and if not, whether it calls it running.
func (r *Runner) queued(job row) (queued, active bool, err error) {
	info, err := r.inspector.GetTaskInfo(job.Queue, lastTaskID(job))
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound):
		return false, false, nil
	case err != nil:
		return false, false, err
	}
	switch info.State {
	case asynq.TaskStatePending, asynq.TaskStateScheduled, asynq.TaskStateRetry, asynq.TaskStateAggregating:
		return true, false, nil
	default: // active, yet no worker holds its lease; or archived or completed, yet not done
		return false, info.State == asynq.TaskStateActive, nil
	}
}

func (r *Runner) pruneLoop(ctx context.Context) {
	for {
		if err := r.prune(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("jobs: prune", "err", err)
		}
		if !wait(ctx, pruneEvery) {
			return
		}
	}
}

// prune deletes what has been kept long enough, in batches so that no transaction grows.
func (r *Runner) prune(ctx context.Context) error {
	for _, p := range []struct {
		sql  string
		keep time.Duration
	}{
		{"DELETE FROM outbox WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM outbox WHERE state = 'done' AND ended_at < now() - ?0::interval LIMIT ?1)", r.o.Keep},
		{"DELETE FROM outbox WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM outbox WHERE state = 'failed' AND ended_at < now() - ?0::interval LIMIT ?1)", keepFailed},
		{"DELETE FROM processed WHERE (tenant_id, task_id) IN (SELECT tenant_id, task_id FROM processed WHERE at < now() - ?0::interval LIMIT ?1)", r.o.Keep},
	} {
		if err := r.pruneBatches(ctx, p.sql, interval(p.keep), pruneBatch); err != nil {
			return err
		}
	}
	for _, p := range r.plans {
		err := r.pruneBatches(ctx, `DELETE FROM planned_run WHERE (tenant_id, name, planned_at) IN (SELECT tenant_id, name, planned_at
			FROM planned_run WHERE name = ?2 AND planned_at < now() - ?0::interval LIMIT ?1)`, interval(2*p.every+keepPlanned), pruneBatch, p.name)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) pruneBatches(ctx context.Context, sql string, args ...any) error {
	for {
		res, err := r.db.Platform.ExecContext(ctx, sql, args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n < pruneBatch {
			return err
		}
	}
}
