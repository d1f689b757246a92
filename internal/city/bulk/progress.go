package bulk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Progress is how far a batch is.
type Progress struct {
	Batch               Batch
	Total, Done, Failed int
	Failures            []Item // the first of them
}

// Over reports whether nothing waits any more.
func (p Progress) Over() bool { return p.Done+p.Failed == p.Total }

// failuresShown bounds the failures on one page.
const failuresShown = 200

// Find returns a batch to whoever asked for it; any other is NotFound "bulk.not_found".
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Progress, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return Progress{}, err
	}
	var p Progress
	err := s.d.DB.App.NewSelect().Model(&p.Batch).Where("tenant_id = ? AND id = ? AND created_by = ?", tenancy.Must(ctx), id, actor.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Progress{}, fault.New(fault.NotFound, "bulk.not_found")
	}
	if err != nil {
		return Progress{}, fmt.Errorf("bulk: find: %w", err)
	}
	var counts []struct {
		State string
		N     int
	}
	err = s.d.DB.App.NewSelect().Model((*Item)(nil)).ColumnExpr("state, count(*) AS n").Where("tenant_id = ? AND batch_id = ?", tenancy.Must(ctx), id).
		Group("state").Scan(ctx, &counts)
	if err != nil {
		return Progress{}, fmt.Errorf("bulk: find: %w", err)
	}
	for _, c := range counts {
		p.Total += c.N
		switch c.State {
		case Done:
			p.Done = c.N
		case Failed:
			p.Failed = c.N
		}
	}
	if p.Failed > 0 {
		p.Failures, err = s.items(ctx, id, Failed, failuresShown)
	}
	return p, err
}

// Retry tries again what failed, on the applications as they are now. It refuses what Find refuses, and Conflict
// "bulk.nothing_failed".
func (s *Service) Retry(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if _, err := s.Find(ctx, actor, id); err != nil {
		return err
	}
	failed, err := s.items(ctx, id, Failed, most)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, i := range failed {
		ids = append(ids, i.ApplicationID)
	}
	if len(ids) == 0 {
		return fault.New(fault.Conflict, "bulk.nothing_failed")
	}
	seen, err := s.d.Steps.Look(ctx, actor, ids)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, i := range failed {
			x, ok := seen[i.ApplicationID]
			if !ok {
				continue // no longer theirs to read
			}
			_, err := tx.NewUpdate().Model((*Item)(nil)).Set("state = ?", Waiting).Set("version = ?", x.Version).
				Where("tenant_id = ? AND batch_id = ? AND application_id = ? AND state = ?", i.TenantID, i.BatchID, i.ApplicationID, Failed).Exec(ctx)
			if err != nil {
				return err
			}
		}
		err := audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "case_batch.retry", Object: "case_batch", ObjectID: id, At: s.now(),
			Detail: map[string]any{"applications": len(failed)},
		})
		if err != nil {
			return err
		}
		return jobs.Add(ctx, tx, runKind, runArgs{BatchID: id})
	})
	if err != nil {
		return fmt.Errorf("bulk: retry: %w", err)
	}
	return nil
}
