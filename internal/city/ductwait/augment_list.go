package ductwait

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

func (s *Service) augments(ctx context.Context) *bun.SelectQuery {
	return s.d.DB.NewSelect().TableExpr("duct_augment AS a").ColumnExpr("a.*, (SELECT k.code FROM duct_segment AS k WHERE k.tenant_id = a.tenant_id AND k.id = a.segment_id) AS segment").
		ColumnExpr("(SELECT o.name FROM duct_operator AS o WHERE o.tenant_id = a.tenant_id AND o.id = a.operator_id) AS operator_name").Where("a.tenant_id = ?", tenancy.Must(ctx))
}

func scanAugments(ctx context.Context, q *bun.SelectQuery, most int) ([]Augment, error) {
	var all []Augment
	if err := q.Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwait: augments: %w", err)
	}
	return all, nil
}

// MyAugments are the requests of the actor's own company, the latest first: at most so many before one of them, uuid.Max to begin with.
func (s *Service) MyAugments(ctx context.Context, actor identity.Actor, before uuid.UUID, most int) ([]Augment, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	return scanAugments(ctx, s.augments(ctx).Where("a.operator_id = ? AND a.id < ?", self.Company.ID, before).OrderExpr("a.id DESC"), most)
}

// publishedMost is how many answers are looked through for those of segments that a company sees.
const publishedMost = 200

// PublishedAugments are the latest answers to other companies about segments that the actor's company sees today. Whose requests they
// were is not told.
func (s *Service) PublishedAugments(ctx context.Context, actor identity.Actor) ([]Augment, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	all, err := scanAugments(ctx, s.augments(ctx).Where("a.operator_id <> ? AND a.answered_at IS NOT NULL", self.Company.ID).OrderExpr("a.answered_at DESC"), publishedMost)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.SegmentID
	}
	seen, err := s.d.Operators.VisibleTo(ctx, self.Company.ID, s.today(ctx), ids...)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a Augment) bool { return !seen[a.SegmentID] })
	for i := range all {
		all[i].OperatorID, all[i].OperatorName, all[i].Note, all[i].AskedBy = uuid.Nil, "", "", uuid.Nil
	}
	return all, nil
}

// Augments are the requests of the city in a state, or any, for staff with duct:read: those to be answered with the nearest promise
// first, any others the latest first. At most so many after one of them, uuid.Max to begin with.
func (s *Service) Augments(ctx context.Context, actor identity.Actor, state string, after uuid.UUID, most int) ([]Augment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	q := s.augments(ctx)
	if state != "" {
		q = q.Where("a.state = ?", state)
	}
	if ToBeAnswered(state) {
		if after != uuid.Max {
			q = q.Where("(a.due_at, a.id) > (SELECT p.due_at, p.id FROM duct_augment AS p WHERE p.tenant_id = a.tenant_id AND p.id = ?)", after)
		}
		q = q.OrderExpr("a.due_at, a.id")
	} else {
		q = q.Where("a.id < ?", after).OrderExpr("a.id DESC")
	}
	return scanAugments(ctx, q, most)
}

// ToBeAnswered reports whether the city still owes an answer to requests in a state.
func ToBeAnswered(state string) bool { return state == Received || state == InReview }

// FindAugment is one request, for staff with duct:read; NotFound "ductwait.no_augment".
func (s *Service) FindAugment(ctx context.Context, actor identity.Actor, id uuid.UUID) (Augment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Augment{}, err
	}
	return s.augment(ctx, s.d.DB, id, false)
}

// AugmentFigures tell how requests are answered; Answered and OnTime are of the last year.
type AugmentFigures struct{ Open, Late, Answered, OnTime int }

// AugmentFigures are those of today, for staff with duct:read.
func (s *Service) AugmentFigures(ctx context.Context, actor identity.Actor) (f AugmentFigures, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return f, err
	}
	err = s.d.DB.NewRaw(`SELECT x.open, x.late, y.answered, y.on_time
		FROM (SELECT count(*) AS open, count(*) FILTER (WHERE due_at < ?1) AS late FROM duct_augment WHERE tenant_id = ?0 AND answered_at IS NULL) x,
			(SELECT count(*) AS answered, count(*) FILTER (WHERE answered_at <= due_at) AS on_time FROM duct_augment WHERE tenant_id = ?0 AND answered_at >= ?2) y`,
		tenancy.Must(ctx), s.now(), s.now().AddDate(-1, 0, 0)).Scan(ctx, &f.Open, &f.Late, &f.Answered, &f.OnTime)
	if err != nil {
		return f, fmt.Errorf("ductwait: augment figures: %w", err)
	}
	return f, nil
}
