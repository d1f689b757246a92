package ductwait

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Listed is a place in the line with whose it is, and how many stand before it where its way is short.
type Listed struct {
	Wait         `bun:",extend"`
	OperatorName string
	Ahead        int // zero for one that no longer waits
}

// listed are places of one company, or uuid.Nil of all.
func (s *Service) listed(ctx context.Context, operator uuid.UUID) *bun.SelectQuery {
	q := s.d.DB.NewSelect().TableExpr("duct_wait AS w").
		ColumnExpr("w.*, (SELECT o.name FROM duct_operator AS o WHERE o.tenant_id = w.tenant_id AND o.id = w.operator_id) AS operator_name").
		ColumnExpr(`CASE WHEN w.state = 'waiting' THEN (SELECT count(DISTINCT e.id) FROM duct_wait_segment g
				JOIN duct_wait_segment h ON h.tenant_id = g.tenant_id AND h.segment_id = g.segment_id AND h.short
				JOIN duct_wait e ON e.tenant_id = h.tenant_id AND e.id = h.wait_id AND e.state = 'waiting' AND `+touching("e.kind", "w.kind")+` AND e.place < w.place AND daterange(e.since, e.until) && daterange(w.since, w.until)
			WHERE g.tenant_id = w.tenant_id AND g.wait_id = w.id AND g.short) ELSE 0 END AS ahead`).
		Where("w.tenant_id = ?", tenancy.Must(ctx))
	if operator != uuid.Nil {
		q = q.Where("w.operator_id = ?", operator)
	}
	return q
}

// Mine returns places of the actor's own company, the latest first: at most so many before one of them, zero to begin with.
func (s *Service) Mine(ctx context.Context, actor identity.Actor, before int64, most int) ([]Listed, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	return s.page(ctx, s.listed(ctx, self.Company.ID), before, most)
}

// Offers are the ways that the actor's company was offered and has not answered, the first to end first.
func (s *Service) Offers(ctx context.Context, actor identity.Actor) ([]Listed, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []Listed
	err = s.listed(ctx, self.Company.ID).Where("w.state = ? AND w.offer_until > ?", Offered, s.now()).OrderExpr("w.offer_until").Limit(10).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductwait: offers: %w", err)
	}
	return all, nil
}

// Filter narrows the line down; what is empty asks for nothing.
type Filter struct {
	State    string
	Operator uuid.UUID
}

// Waits returns places in the line, the latest first, as Mine does for one company; for staff with duct:read.
func (s *Service) Waits(ctx context.Context, actor identity.Actor, f Filter, before int64, most int) ([]Listed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	q := s.listed(ctx, f.Operator)
	if f.State != "" {
		q = q.Where("w.state = ?", f.State)
	}
	return s.page(ctx, q, before, most)
}

func (s *Service) page(ctx context.Context, q *bun.SelectQuery, before int64, most int) ([]Listed, error) {
	if before > 0 {
		q = q.Where("w.place < ?", before)
	}
	var all []Listed
	if err := q.OrderExpr("w.place DESC").Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwait: list: %w", err)
	}
	return all, nil
}

// Stretch is a segment of the way that is waited for.
type Stretch struct {
	ID        uuid.UUID
	Code      string
	Road      string
	Authority string
	LengthMM  int64 // billed
	Short     bool  // less is free than is wanted
}

// Find returns one place with the way that is waited for; for people of its company, who see of the way what they may see today, and
// for staff with duct:read. NotFound "ductwait.not_found".
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Listed, []Stretch, error) {
	company := uuid.Nil
	if actor.Kind == identity.Partner {
		self, err := s.d.Operators.Self(ctx, actor)
		if err != nil {
			return Listed{}, nil, err
		}
		company = self.Company.ID
	} else if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Listed{}, nil, err
	}
	var all []Listed
	if err := s.listed(ctx, company).Where("w.id = ?", id).Scan(ctx, &all); err != nil {
		return Listed{}, nil, fmt.Errorf("ductwait: find: %w", err)
	}
	if len(all) == 0 {
		return Listed{}, nil, notFound()
	}
	var way []Stretch
	err := s.d.DB.NewRaw(`SELECT k.id, k.code, c.road, c.authority, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm, g.short
		FROM duct_wait_segment g JOIN duct_segment k ON k.tenant_id = g.tenant_id AND k.id = g.segment_id
		JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
		WHERE g.tenant_id = ?0 AND g.wait_id = ?1 ORDER BY g.seq`, tenancy.Must(ctx), id, s.today(ctx)).Scan(ctx, &way)
	if err != nil {
		return Listed{}, nil, fmt.Errorf("ductwait: find: %w", err)
	}
	if company == uuid.Nil || len(way) == 0 {
		return all[0], way, nil
	}
	ids := make([]uuid.UUID, len(way))
	for i, x := range way {
		ids[i] = x.ID
	}
	only, err := s.d.Operators.VisibleTo(ctx, company, s.today(ctx), ids...)
	if err != nil {
		return Listed{}, nil, err
	}
	return all[0], slices.DeleteFunc(way, func(x Stretch) bool { return !only[x.ID] }), nil
}

// Demand is what is waited for on a segment where less is free than is wanted.
type Demand struct {
	Code      string
	Road      string
	Kind      string // of the units
	Companies int
	Units     int // wanted, of all who wait
	Since     time.Time
	LengthMM  int64 // billed
}

// Demands are the segments on which the most is waited for, at most so many; for staff with duct:read.
func (s *Service) Demands(ctx context.Context, actor identity.Actor, most int) ([]Demand, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Demand
	err := s.d.DB.NewRaw(`SELECT k.code, c.road, x.kind, x.companies, x.units, x.since, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm
		FROM (SELECT g.segment_id, w.kind, count(DISTINCT w.operator_id) AS companies, sum(w.quantity) AS units, min(w.joined_at) AS since
			FROM duct_wait w
			CROSS JOIN LATERAL (SELECT g.segment_id FROM duct_wait_segment g WHERE g.tenant_id = ?0 AND g.wait_id = w.id AND g.short OFFSET 0) g
			WHERE w.tenant_id = ?0 AND w.state = 'waiting' GROUP BY g.segment_id, w.kind ORDER BY units DESC, since LIMIT ?2) x
		CROSS JOIN LATERAL (SELECT k.code FROM duct_segment k WHERE k.tenant_id = ?0 AND k.id = x.segment_id OFFSET 0) k
		CROSS JOIN LATERAL (SELECT c.road, c.billed_mm, c.surveyed_mm, c.length_mm FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.segment_id = x.segment_id AND c.voided_by IS NULL AND c.since <= ?1
			AND (c.until IS NULL OR c.until > ?1) OFFSET 0) c
		ORDER BY x.units DESC, x.since, k.code`, tenancy.Must(ctx), s.today(ctx), most).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductwait: demands: %w", err)
	}
	return all, nil
}

// Figures tell how the line does. Answered and Taken are of the offers of the last year.
type Figures struct {
	Waiting   int
	Companies int // that wait
	Offered   int // and not answered yet
	Answered  int // taken, lapsed or declined
	Taken     int
	Days      float64   // median from joining to the offer, of the last year; zero where nothing was offered
	Oldest    time.Time // since when the first in line waits; zero where nobody does
}

// Figures are those of today, for staff with duct:read.
func (s *Service) Figures(ctx context.Context, actor identity.Actor) (f Figures, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return f, err
	}
	var row struct {
		Waiting, Companies, Offered, Answered, Taken int
		Days                                         float64
		Oldest                                       time.Time `bun:"oldest,nullzero"`
	}
	err = s.d.DB.NewRaw(`SELECT a.waiting, a.companies, a.offered, a.oldest, b.answered, b.taken, b.days
		FROM (SELECT count(*) FILTER (WHERE w.state = 'waiting') AS waiting, count(DISTINCT w.operator_id) FILTER (WHERE w.state = 'waiting') AS companies,
				count(*) FILTER (WHERE w.state = 'offered') AS offered, min(w.joined_at) FILTER (WHERE w.state = 'waiting') AS oldest
			FROM duct_wait w WHERE w.tenant_id = ?0 AND w.state IN ('waiting', 'offered')) a,
			(SELECT count(*) FILTER (WHERE w.state IN ('taken', 'lapsed', 'declined')) AS answered, count(*) FILTER (WHERE w.state = 'taken') AS taken,
				coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM w.offered_at - w.joined_at) / 86400), 0)::float8 AS days
			FROM duct_wait w WHERE w.tenant_id = ?0 AND w.offered_at >= ?1) b`, tenancy.Must(ctx), s.now().AddDate(-1, 0, 0)).Scan(ctx, &row)
	if err != nil {
		return f, fmt.Errorf("ductwait: figures: %w", err)
	}
	return Figures{row.Waiting, row.Companies, row.Offered, row.Answered, row.Taken, row.Days, row.Oldest}, nil
}
