package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// keptSearch is one search that an officer can return to.
type keptSearch struct {
	bun.BaseModel `bun:"table:kept_search,alias:k"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	CreatedBy uuid.UUID `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`
	Months    int       `bun:"months"`
	Sealed    []byte    `bun:"sealed"`
}

const (
	// keptFor is how long a search can be returned to: one goes through its results, and on to other work.
	keptFor   = 2 * time.Hour
	keptUse   = "inbox.kept_search"
	keptSweep = 10 * time.Minute
)

// Register lets r forget old searches.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "inbox.searches", keptSweep, s.forgetSearches)
}

func (s *Service) forgetSearches(ctx context.Context, tx bun.Tx, _ time.Time) error {
	_, err := tx.NewDelete().Model((*keptSearch)(nil)).Where("tenant_id = ? AND created_at <= ?", tenancy.Must(ctx), s.now().Add(-keptFor)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("inbox: forget searches: %w", err)
	}
	return nil
}

// KeepSearch keeps what an actor searches for, for two hours and them alone, and returns by which id SearchKept reads it.
// What is longer than a search can be is cut. It needs application:queue.
func (s *Service) KeepSearch(ctx context.Context, actor identity.Actor, in Query) (uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("inbox: keep search: %w", err)
	}
	sealed, err := s.d.Keys.Seal(ctx, []byte(readable(in.Search)), keptUse)
	if err != nil {
		return uuid.Nil, fmt.Errorf("inbox: keep search: %w", err)
	}
	k := keptSearch{TenantID: tenancy.Must(ctx), ID: id, CreatedBy: actor.ID, CreatedAt: s.now(), Months: in.Months, Sealed: sealed}
	if _, err := s.d.DB.App.NewInsert().Model(&k).Exec(tenancy.Prepared(ctx)); err != nil {
		return uuid.Nil, fmt.Errorf("inbox: keep search: %w", err)
	}
	return id, nil
}

// SearchKept returns what KeepSearch has kept, to who searched: Search and Months of a Query. Anything else, and what is
// older than two hours, is NotFound "inbox.no_search".
func (s *Service) SearchKept(ctx context.Context, actor identity.Actor, id uuid.UUID) (Query, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return Query{}, err
	}
	var k keptSearch
	err := s.d.DB.App.NewSelect().Model(&k).Where("k.tenant_id = ? AND k.id = ? AND k.created_by = ?", tenancy.Must(ctx), id, actor.ID).
		Where("k.created_at > ?", s.now().Add(-keptFor)).Scan(tenancy.Prepared(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return Query{}, fault.New(fault.NotFound, "inbox.no_search")
	}
	var typed []byte
	if err == nil {
		typed, err = s.d.Keys.Open(ctx, k.Sealed, keptUse)
	}
	if err != nil {
		return Query{}, fmt.Errorf("inbox: search kept: %w", err)
	}
	return Query{Filter: Filter{View: ViewAll}, Search: string(typed), Months: k.Months}, nil
}
