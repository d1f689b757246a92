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
)

func (r *Runner) sweepLoop(ctx context.Context) {
	for wait(ctx, r.o.Sweep) {
		if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("jobs: sweep", "err", err)
		}
	}
}

// sweep looks for each job that was sent and has given no sign of life in time. What is still queued in Redis is left
// there; what Redis has lost, archived or calls running although its worker's lease is over is sent once more.
func (r *Runner) sweep(ctx context.Context) error {
	return r.db.Platform.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var silent []struct {
			row
			Attempts int  `bun:"attempts"`
			Leased   bool `bun:"leased"`
		}
		err := tx.NewSelect().TableExpr("outbox AS o").
			Column("tenant_id", "id", "kind", "queue", "max_retry", "sends", "attempts").
			ColumnExpr("coalesce(lease_until > now(), false) AS leased").
			Where("state = 'sent' AND check_at < now()").OrderExpr("check_at, id").Limit(sweepBatch).
			For("UPDATE SKIP LOCKED").Scan(ctx, &silent)
		if err != nil {
			return err
		}
		var alive, lost, failed []bun.TupleValues
		for _, s := range silent {
			key := bun.Tuple([]uuid.UUID{s.TenantID, s.ID})
			queued, err := r.queued(s.row)
			switch {
			case err != nil:
				return err // Redis is down: nothing can be known or sent
			case queued || s.Leased:
				alive = append(alive, key)
			case s.Attempts > s.MaxRetry+crashes:
				failed = append(failed, key)
				r.log.Error("job", "kind", s.Kind, "id", s.ID, "tenant", s.TenantID, "attempt", s.Attempts, "outcome", failedOutcome, "code", "crashed")
				r.metrics.jobs.WithLabelValues(s.Kind, failedOutcome).Inc()
			default:
				lost = append(lost, key)
				r.log.Warn("job", "kind", s.Kind, "id", s.ID, "tenant", s.TenantID, "attempt", s.Attempts, "outcome", lostOutcome)
				r.metrics.jobs.WithLabelValues(s.Kind, lostOutcome).Inc()
			}
		}
		for _, change := range []struct {
			keys []bun.TupleValues
			set  string
		}{
			{alive, "check_at = now() + '" + interval(r.o.Lost) + "'"},
			{lost, "state = 'waiting'"},
			{failed, "state = 'failed', ended_at = now(), last_error = 'crashed'"},
		} {
			if len(change.keys) == 0 {
				continue
			}
			if _, err := tx.NewUpdate().Model((*row)(nil)).Set(change.set).
				Where("(tenant_id, id) IN (?)", bun.List(change.keys)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// queued reports whether Redis will still deliver the job by itself.
func (r *Runner) queued(job row) (bool, error) {
	info, err := r.inspector.GetTaskInfo(job.Queue, lastTaskID(job))
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	switch info.State {
	case asynq.TaskStatePending, asynq.TaskStateScheduled, asynq.TaskStateRetry, asynq.TaskStateAggregating:
		return true, nil
	default: // active, yet no worker holds its lease; or archived or completed, yet not done
		return false, nil
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
