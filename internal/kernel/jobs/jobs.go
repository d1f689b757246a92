// Package jobs is work that commits with the data it follows from, and is then done once.
//
// Add writes a row of the outbox in the caller's transaction: if that rolls back, there was never a job. A relay hands
// waiting rows to Asynq over Redis; a worker claims the row, runs the handler and writes the effect and processed(id)
// in one transaction. PostgreSQL is the truth and Redis a transport: a sweep sends again whatever was sent and neither
// finished nor is still alive in Redis, so a lost Redis, a killed worker or a crash between two steps delays a job and
// never loses or doubles its effect.
//
// A payload carries ids and small values, never personal data: it lies in Redis in clear.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// The queues. Workers take from them in the proportion of their weights, so none starves.
const (
	Urgent  = "urgent"  // a person is waiting for it: sign-in mail
	Default = "default" // everything else; the zero Queue
	Low     = "low"     // roll-ups and clean-ups
)

// weights lists every queue with its share of a worker's attention.
func weights() map[string]int { return map[string]int{Urgent: 6, Default: 3, Low: 1} }

// Kind names a job and fixes the type of its payload. Name is "<package>.<verb>.v<n>"; a payload that changes its
// meaning is a new version. Timeout bounds one attempt; MaxRetry counts the attempts after the first.
type Kind[P any] struct {
	Name     string
	Queue    string
	MaxRetry int
	Timeout  time.Duration
	Closed   bool // also done for a city that is closed, whose Status says so; any other job fails then as "city.unknown"
}

const maxTimeout = 30 * time.Minute // above it Asynq's own lease keeping has not been tested

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*\.v[1-9][0-9]*$`)

func (k Kind[P]) validate() error {
	switch _, queue := weights()[k.queue()]; {
	case !namePattern.MatchString(k.Name):
		return fmt.Errorf("jobs: %q is not named <package>.<verb>.v<n>", k.Name)
	case !queue:
		return fmt.Errorf("jobs: %s: no queue %q", k.Name, k.Queue)
	case k.MaxRetry < 0:
		return fmt.Errorf("jobs: %s: MaxRetry is negative", k.Name)
	case k.Timeout <= 0 || k.Timeout >= maxTimeout:
		return fmt.Errorf("jobs: %s: Timeout must be above 0 and below %s", k.Name, maxTimeout)
	}
	return nil
}

func (k Kind[P]) queue() string {
	if k.Queue == "" {
		return Default
	}
	return k.Queue
}

// At is the earliest time a job may run; without one it runs as soon as the transaction has committed.
type At time.Time

// row is one job in the outbox.
type row struct {
	bun.BaseModel `bun:"table:outbox,alias:o"`

	TenantID  uuid.UUID       `bun:"tenant_id,pk"`
	ID        uuid.UUID       `bun:"id,pk"`
	Kind      string          `bun:"kind"`
	Queue     string          `bun:"queue"`
	Payload   json.RawMessage `bun:"payload,type:jsonb"`
	MaxRetry  int             `bun:"max_retry"`
	TimeoutMS int64           `bun:"timeout_ms"`
	State     string          `bun:"state,nullzero,default:'waiting'"`
	RunAt     time.Time       `bun:"run_at,nullzero,default:now()"`
	Sends     int             `bun:"sends"`
}

// Add writes a job for ctx's city into the outbox as part of tx; the job exists if and only if tx commits. Any code
// may call it, also in a process that runs no worker. It returns tenancy.ErrNone without a city in ctx.
func Add[P any](ctx context.Context, tx bun.IDB, k Kind[P], args P, opts ...At) error {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	if err := k.validate(); err != nil {
		return err
	}
	payload, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("jobs: add %s: %w", k.Name, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("jobs: add %s: %w", k.Name, err)
	}
	r := row{TenantID: tenant, ID: id, Kind: k.Name, Queue: k.queue(), Payload: payload, MaxRetry: k.MaxRetry,
		TimeoutMS: k.Timeout.Milliseconds()}
	for _, at := range opts {
		r.RunAt = time.Time(at).UTC()
	}
	_, err = tx.NewInsert().Model(&r).
		Column("tenant_id", "id", "kind", "queue", "payload", "max_retry", "timeout_ms", "run_at").
		Returning("NULL").Exec(tenancy.Later(ctx))
	if err != nil {
		return fmt.Errorf("jobs: add %s: %w", k.Name, err)
	}
	return nil
}
