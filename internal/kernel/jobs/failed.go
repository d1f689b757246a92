package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Failure is a job that is out of retries. LastError is a code: that of a fault, or one of this package.
type Failure struct {
	bun.BaseModel `bun:"table:outbox,alias:o"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	Attempts  int       `bun:"attempts"`
	LastError string    `bun:"last_error"`
	EndedAt   time.Time `bun:"ended_at"`
}

// failuresMost bounds the list of failures.
const failuresMost = 100

// Failures lists the failed jobs of all cities whose kind is one of packages', such as "billing", the latest first, 100 at most.
// The caller has checked who asks.
func Failures(ctx context.Context, db *storage.DB, packages ...string) ([]Failure, error) {
	var all []Failure
	err := db.Platform.NewSelect().Model(&all).Where("state = 'failed' AND ended_at IS NOT NULL").Where("split_part(kind, '.', 1) IN (?)", bun.List(packages)).
		Order("ended_at DESC", "id").Limit(failuresMost).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("jobs: failures: %w", err)
	}
	return all, nil
}

// Again lets a failed job of one of packages run once more, with all of its retries. It refuses NotFound "jobs.no_failure" for one
// that is not failed. The caller has checked who asks.
func Again(ctx context.Context, db *storage.DB, id uuid.UUID, packages ...string) (Failure, error) {
	var f Failure
	err := db.Platform.NewRaw(`UPDATE outbox SET state = 'waiting', run_at = now(), attempts = 0, ended_at = NULL, lease_until = NULL
		WHERE id = ? AND state = 'failed' AND split_part(kind, '.', 1) IN (?) RETURNING tenant_id, id, kind, last_error`, id, bun.List(packages)).Scan(tenancy.Platform(ctx), &f)
	if err != nil {
		return f, fault.Wrap(fault.NotFound, "jobs.no_failure", err)
	}
	return f, nil
}
