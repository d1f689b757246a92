package bulk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
	Stalled             bool // it waits, and nothing has happened for so long that whoever asked may set it going again
}

// Over reports whether nothing waits any more.
func (p Progress) Over() bool { return p.Done+p.Failed == p.Total }

// stalledAfter is longer than a job rests between two attempts.
const stalledAfter = 90 * time.Minute

// Find returns a batch to whoever asked for it; any other is NotFound "bulk.not_found".
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Progress, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return Progress{}, err
	}
	var b Batch
	err := s.d.DB.App.NewSelect().Model(&b).Where("tenant_id = ? AND id = ? AND created_by = ?", tenancy.Must(ctx), id, actor.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Progress{}, fault.New(fault.NotFound, "bulk.not_found")
	}
	if err != nil {
		return Progress{}, fmt.Errorf("bulk: find: %w", err)
	}
	all, err := s.progress(ctx, []Batch{b})
	if err != nil {
		return Progress{}, err
	}
	return all[0], nil
}

// recentMost is how many batches Recent returns.
const recentMost = 20

// Recent returns the last batches that an actor has asked for, the latest first. It needs application:review.
func (s *Service) Recent(ctx context.Context, actor identity.Actor) ([]Progress, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return nil, err
	}
	var all []Batch
	err := s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND created_by = ?", tenancy.Must(ctx), actor.ID).
		OrderExpr("created_at DESC, id DESC").Limit(recentMost).Scan(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return s.progress(ctx, all)
}

// progress counts what has become of the applications of batches.
func (s *Service) progress(ctx context.Context, batches []Batch) ([]Progress, error) {
	out, place, ids := make([]Progress, len(batches)), map[uuid.UUID]int{}, []uuid.UUID{}
	for i, b := range batches {
		out[i].Batch, place[b.ID] = b, i
		ids = append(ids, b.ID)
	}
	var counts []struct {
		BatchID uuid.UUID
		State   string
		N       int
		Last    time.Time `bun:",nullzero"`
	}
	err := s.d.DB.App.NewSelect().Model((*Item)(nil)).ColumnExpr("batch_id, state, count(*) AS n, max(done_at) AS last").
		Where("tenant_id = ? AND batch_id IN (?)", tenancy.Must(ctx), bun.List(ids)).Group("batch_id", "state").Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("bulk: progress: %w", err)
	}
	last := map[uuid.UUID]time.Time{}
	for _, c := range counts {
		p := &out[place[c.BatchID]]
		p.Total += c.N
		switch c.State {
		case Done:
			p.Done = c.N
		case Failed:
			p.Failed = c.N
		}
		if c.Last.After(last[c.BatchID]) {
			last[c.BatchID] = c.Last
		}
	}
	for i := range out {
		since := out[i].Batch.CreatedAt
		if at := last[out[i].Batch.ID]; at.After(since) {
			since = at
		}
		out[i].Stalled = !out[i].Over() && s.now().Sub(since) > stalledAfter
	}
	return out, nil
}

// PageSize is how many applications of a batch a page shows.
const PageSize = 50

// Items returns a page of what became of a batch's applications, those in one state, after the application that the page
// before ended with; next is zero on the last page. It refuses what Find refuses.
func (s *Service) Items(ctx context.Context, actor identity.Actor, id uuid.UUID, state string, after uuid.UUID) (page []Item, next uuid.UUID, err error) {
	if _, err := s.Find(ctx, actor, id); err != nil {
		return nil, uuid.Nil, err
	}
	page, err = s.items(ctx, id, state, after, PageSize+1)
	if len(page) > PageSize {
		page = page[:PageSize]
		next = page[PageSize-1].ApplicationID
	}
	return page, next, err
}

func (s *Service) items(ctx context.Context, batch uuid.UUID, state string, after uuid.UUID, limit int64) ([]Item, error) {
	var all []Item
	err := s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND batch_id = ? AND state = ? AND application_id > ?", tenancy.Must(ctx), batch, state, after).
		OrderExpr("application_id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("bulk: items: %w", err)
	}
	return all, nil
}

// Retry tries again what failed, on the applications as they are now, and sets going what stands still. It refuses what
// Find refuses, and Conflict "bulk.nothing_failed".
func (s *Service) Retry(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	p, err := s.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	failed, err := s.items(ctx, id, Failed, uuid.Nil, Most)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, i := range failed {
		ids = append(ids, i.ApplicationID)
	}
	if len(ids) == 0 && !p.Stalled {
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
			_, err := tx.NewUpdate().Model((*Item)(nil)).Set("state = ?", Waiting).Set("version = ?", x.Version).Set("attempts = 0").
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
