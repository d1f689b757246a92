package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"
)

const (
	relayBatch = 200
	relayLanes = 8              // concurrent enqueues of one batch
	retention  = 24 * time.Hour // for which Asynq refuses a task id it has already finished
)

// envelope is what travels through Redis: which job, for which city, and its arguments.
type envelope struct {
	Tenant uuid.UUID       `json:"tenant"`
	ID     uuid.UUID       `json:"id"`
	Args   json.RawMessage `json:"args"`
}

// taskID is a job's name in Redis. The first send has the job's own id, so that a relay which died between Redis and
// its commit repeats itself harmlessly; a later send, ordered by the sweep, must get past the remains of the first.
func taskID(r row) string {
	if r.Sends == 0 {
		return r.ID.String()
	}
	return fmt.Sprintf("%s~%d", r.ID, r.Sends+1)
}

// lastTaskID is the name under which r was sent last.
func lastTaskID(r row) string {
	r.Sends--
	return taskID(r)
}

// relayLoop polls instead of listening: NOTIFY would make every business transaction queue for one lock at its commit.
func (r *Runner) relayLoop(ctx context.Context) {
	down := false
	for {
		n, err := r.relay(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !down:
			down = true
			r.log.Error("jobs: relay stalled; jobs wait in the outbox", "err", err)
		case err == nil && down:
			down = false
			r.log.Info("jobs: relay runs again")
		}
		if n == relayBatch && err == nil {
			continue
		}
		if !wait(ctx, r.o.Poll) {
			return
		}
	}
}

// relay hands one batch of waiting jobs to Redis and returns how many went. It holds their rows locked meanwhile: that is
// what makes relays of several processes take different ones, and a row waits again by itself when its relay dies. A
// crash on the way repeats a job's send and loses nothing. Nobody else writes a waiting row, but a transaction that lies
// open keeps PostgreSQL from tidying up, so a Redis that hangs may hold it for Options.Hold and no longer.
func (r *Runner) relay(ctx context.Context) (int, error) {
	sent := 0
	err := r.db.Platform.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var due []row
		err := tx.NewSelect().Model(&due).
			Column("tenant_id", "id", "kind", "queue", "payload", "max_retry", "timeout_ms", "sends").
			Where("state = 'waiting' AND run_at <= now()").OrderExpr("run_at, id").Limit(relayBatch).
			For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		send, cancel := context.WithTimeout(ctx, r.o.Hold)
		defer cancel()
		ok := make([]bool, len(due))
		var lanes errgroup.Group
		lanes.SetLimit(relayLanes)
		for i, job := range due {
			lanes.Go(func() error {
				err := r.enqueue(send, job)
				ok[i] = err == nil
				return err
			})
		}
		sendErr := lanes.Wait()
		var keys []bun.TupleValues
		for i, job := range due {
			if ok[i] {
				keys = append(keys, bun.Tuple([]uuid.UUID{job.TenantID, job.ID}))
			}
		}
		if len(keys) == 0 {
			return sendErr
		}
		_, err = tx.NewUpdate().Model((*row)(nil)).
			Set("state = 'sent', sends = sends + 1, sent_at = now(), check_at = now() + ?::interval", interval(r.o.Lost)).
			Where("(tenant_id, id) IN (?)", bun.List(keys)).Exec(ctx)
		if err != nil {
			return errors.Join(err, sendErr)
		}
		sent = len(keys)
		if sendErr != nil {
			r.log.Warn("jobs: part of a batch stays in the outbox", "sent", sent, "err", sendErr)
		}
		return nil
	})
	return sent, err
}

func (r *Runner) enqueue(ctx context.Context, job row) error {
	payload, err := json.Marshal(envelope{Tenant: job.TenantID, ID: job.ID, Args: job.Payload})
	if err != nil {
		return err
	}
	// Asynq counts timeouts in whole seconds; the handler's own, exact one is set from the claim and ends before this.
	timeout := time.Duration(job.TimeoutMS)*time.Millisecond + 2*time.Second
	_, err = r.client.EnqueueContext(ctx, asynq.NewTask(job.Kind, payload), asynq.TaskID(taskID(job)), asynq.Queue(job.Queue),
		asynq.MaxRetry(job.MaxRetry), asynq.Timeout(timeout), asynq.Retention(retention))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// interval spells d as PostgreSQL reads it.
func interval(d time.Duration) string { return fmt.Sprintf("%d milliseconds", d.Milliseconds()) }

// wait returns false when ctx ends before d has passed.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
