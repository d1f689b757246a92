package lease

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Operators returns the operators in a state, or in any, by name: at most so many after one of them. For staff with duct:read.
func (s *Service) Operators(ctx context.Context, actor identity.Actor, state string, after uuid.UUID, most int) ([]Operator, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	q := s.d.DB.NewSelect().Where("o.tenant_id = ?", tenancy.Must(ctx))
	if state != "" {
		q = q.Where("o.state = ?", state)
	}
	if after != uuid.Nil {
		q = q.Where("(o.name, o.id) > ((SELECT p.name FROM duct_operator AS p WHERE p.tenant_id = ? AND p.id = ?), ?)", tenancy.Must(ctx), after, after)
	}
	var all []Operator
	if err := q.Model(&all).OrderExpr("o.name, o.id").Limit(int64(most)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("lease: operators: %w", err)
	}
	return all, nil
}

// Operator returns one; NotFound "lease.no_operator". For staff with duct:read.
func (s *Service) Operator(ctx context.Context, actor identity.Actor, id uuid.UUID) (Operator, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Operator{}, err
	}
	var all []Operator
	if err := s.d.DB.NewSelect().Model(&all).Where("o.tenant_id = ? AND o.id = ?", tenancy.Must(ctx), id).Scan(ctx); err != nil {
		return Operator{}, fmt.Errorf("lease: operator: %w", err)
	}
	if len(all) == 0 {
		return Operator{}, fault.New(fault.NotFound, "lease.no_operator")
	}
	return all[0], nil
}

// Filter narrows the leases down; what is empty asks for nothing.
type Filter struct {
	State    string
	Operator uuid.UUID
}

// Listed is a lease with whose it is.
type Listed struct {
	Lease        `bun:",extend"`
	OperatorName string
}

// Leases returns leases, the latest first, but reservations alone with the nearest expiry first: at most so many after one of them,
// uuid.Max to begin with. For staff with duct:read.
func (s *Service) Leases(ctx context.Context, actor identity.Actor, f Filter, after uuid.UUID, most int) ([]Listed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.LeasesOf(ctx, f, after, most)
}

// LeasesOf is Leases for whoever may see those that the filter lets through; that they may is the caller's concern.
func (s *Service) LeasesOf(ctx context.Context, f Filter, after uuid.UUID, most int) ([]Listed, error) {
	var all []Listed
	q := s.listed(ctx)
	if f.State == Reserved {
		if after != uuid.Max { // one that was ordered meanwhile expires no more, and the list begins anew
			q = q.Where("(l.expires_at, l.id) > (coalesce((SELECT p.expires_at FROM duct_lease AS p WHERE p.tenant_id = l.tenant_id AND p.id = ?), '-infinity'), ?)", after, after)
		}
		q = q.OrderExpr("l.expires_at, l.id")
	} else {
		q = q.Where("l.id < ?", after).OrderExpr("l.id DESC")
	}
	switch f.State {
	case "":
	case Active:
		q = q.Where("l.state = ? AND coalesce(l.until > ?, true)", Active, s.today(ctx).Format(time.DateOnly))
	case Over:
		q = q.Where("l.state = ? AND l.until <= ?", Active, s.today(ctx).Format(time.DateOnly))
	default:
		q = q.Where("l.state = ?", f.State)
	}
	if f.Operator != uuid.Nil {
		q = q.Where("l.operator_id = ?", f.Operator)
	}
	if err := q.Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("lease: leases: %w", err)
	}
	return all, nil
}

func (s *Service) listed(ctx context.Context) *bun.SelectQuery {
	return s.d.DB.NewSelect().TableExpr("duct_lease AS l").ColumnExpr("l.*, (SELECT o.name FROM duct_operator AS o WHERE o.tenant_id = l.tenant_id AND o.id = l.operator_id) AS operator_name").
		Where("l.tenant_id = ?", tenancy.Must(ctx))
}

// Part is one segment of a lease, as it was on the lease's first day, with the units of it that the lease takes.
type Part struct {
	ID        uuid.UUID
	Code      string
	Road      string
	Authority string
	LengthMM  int64    // billed
	Units     []string `bun:"units,array"`
}

// Lease returns one with its segments by code, each with its units as places from the ground inwards, such as "2.1" for the
// first subduct in the second duct. What was given back is still told. NotFound "lease.not_found". For staff with duct:read.
func (s *Service) Lease(ctx context.Context, actor identity.Actor, id uuid.UUID) (Listed, []Part, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Listed{}, nil, err
	}
	return s.LeaseOf(ctx, uuid.Nil, id)
}

// LeaseOf is Lease of one operator, or uuid.Nil of any; that the reader may see what is that one's is the caller's concern.
func (s *Service) LeaseOf(ctx context.Context, operator, id uuid.UUID) (Listed, []Part, error) {
	var all []Listed
	if err := s.listed(ctx).Where("l.id = ?", id).Scan(ctx, &all); err != nil {
		return Listed{}, nil, fmt.Errorf("lease: lease: %w", err)
	}
	if len(all) == 0 || operator != uuid.Nil && all[0].OperatorID != operator {
		return Listed{}, nil, fault.New(fault.NotFound, "lease.not_found")
	}
	var parts []Part
	err := s.d.DB.NewRaw(`SELECT k.id, k.code, c.road, c.authority, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm,
			array_agg(concat_ws('.', z.position, y.position, u.position) ORDER BY z.position, y.position, u.position) AS units
		FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id
		JOIN duct_segment k ON k.tenant_id = u.tenant_id AND k.id = u.segment_id
		JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
		LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
		WHERE h.tenant_id = ?0 AND h.lease_id = ?1 AND h.own GROUP BY k.id, k.code, c.id, c.road, c.authority, c.billed_mm, c.surveyed_mm, c.length_mm ORDER BY k.code`,
		tenancy.Must(ctx), id, all[0].Since).Scan(ctx, &parts)
	if err != nil {
		return Listed{}, nil, fmt.Errorf("lease: lease: %w", err)
	}
	return all[0], parts, nil
}

// Held is a lease that takes units of a segment.
type Held struct {
	ID           uuid.UUID
	Number       string
	OperatorID   uuid.UUID
	OperatorName string
	State        string
	Kind         string
	Units        int // on the segment
	Until        time.Time
}

// Stock is how many units of a kind lie in a segment. Each is counted once: what is held counts as that, however it is, because its lease
// goes on.
type Stock struct {
	Kind  string
	Units int
	Kept  int // damaged, blocked, unknown or kept back, itself or something that it lies in, or of a segment that is only planned
	Held  int // by a lease, or because of what it lies in or what lies in it
	Free  int
}

// Occupancy is what lies in a segment on a day and who holds it, the kinds from the ground inwards. For staff with duct:read.
func (s *Service) Occupancy(ctx context.Context, actor identity.Actor, segment uuid.UUID, day time.Time) ([]Stock, []Held, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, nil, err
	}
	day = duct.DayOf(day)
	next := day.AddDate(0, 0, 1)
	var stock []Stock
	err := s.d.DB.NewRaw(`SELECT x.kind, count(*) AS units, count(*) FILTER (WHERE NOT x.held AND x.kept) AS kept, count(*) FILTER (WHERE x.held) AS held, count(*) FILTER (WHERE NOT x.held AND NOT x.kept) AS free
		FROM (SELECT u.kind, `+isTaken+` AS held, p.planned OR `+isShut+` AS kept
			FROM duct_unit u CROSS JOIN (SELECT EXISTS (SELECT 1 FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.segment_id = ?1 AND c.voided_by IS NULL AND c.class = 'planned' AND c.since <= ?3 AND (c.until IS NULL OR c.until > ?3)) AS planned) p
			WHERE u.tenant_id = ?0 AND u.segment_id = ?1 AND u.voided_by IS NULL AND u.since <= ?3 AND (u.until IS NULL OR u.until > ?3)) x
		GROUP BY x.kind ORDER BY array_position(ARRAY['duct', 'subduct', 'microduct'], x.kind)`, tenancy.Must(ctx), segment, nil, day, next).Scan(ctx, &stock)
	if err != nil {
		return nil, nil, fmt.Errorf("lease: occupancy: %w", err)
	}
	var held []Held
	err = s.d.DB.NewRaw(`SELECT l.id, l.number, l.operator_id, o.name AS operator_name, l.state, l.kind, l.until, count(*) AS units
		FROM duct_unit u JOIN duct_hold h ON h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.released_at IS NULL AND h.own AND h.during @> ?2::date
		JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
		WHERE u.tenant_id = ?0 AND u.segment_id = ?1 GROUP BY l.tenant_id, l.id, o.tenant_id, o.id ORDER BY l.id`, tenancy.Must(ctx), segment, day).Scan(ctx, &held)
	if err != nil {
		return nil, nil, fmt.Errorf("lease: occupancy: %w", err)
	}
	return stock, held, nil
}
