package application

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// List returns the applications of a list of work, in the order of ids and without their answers, for staff with
// application:queue. Those that are not, or no longer, within the actor's reach are left out.
func (s *Service) List(ctx context.Context, actor identity.Actor, ids []uuid.UUID) ([]Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil || len(ids) == 0 {
		return nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []Application
	q := WithoutAnswers(s.Deps.DB.App, &all).Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.id = ANY (?)", pgdialect.Array(ids))
	if err := r.Where(q).Scan(tenancy.Prepared(ctx)); err != nil {
		return nil, err
	}
	place := make(map[uuid.UUID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(all, func(a, b Application) int { return place[a.ID] - place[b.ID] })
	return all, nil
}

// WithoutAnswers selects what a list shows; the answers stay where they are.
func WithoutAnswers(db bun.IDB, into *[]Application) *bun.SelectQuery {
	return db.NewSelect().Model(into).ExcludeColumn("answers", "sealed", "before_answers", "before_sealed", "subject_hash", "phone_hash")
}
