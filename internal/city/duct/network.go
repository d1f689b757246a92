package duct

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Node is a place of the network as it is on a day.
type Node struct {
	ID        uuid.UUID
	Code      string
	Kind      string
	At        orb.Point // longitude and latitude
	Authority string
	FreeTrade bool
	Condition string
	Address   string
	Note      string
	Since     time.Time // the day from which it is so
}

// Segment is the way between two nodes as it is on a day. Lengths and depths are millimetres; nil is not known.
type Segment struct {
	ID         uuid.UUID
	Code       string
	From, To   uuid.UUID
	Line       orb.LineString
	LengthMM   int64 // on the ellipsoid
	SurveyedMM *int64
	BilledMM   *int64
	Road       string
	Class      string
	Authority  string
	FreeTrade  bool
	Condition  string
	DepthMM    *int64
	Note       string
	Since      time.Time
}

// Billed is the length that is charged for: the agreed one, else the surveyed, else that of the line.
func (s Segment) Billed() int64 {
	switch {
	case s.BilledMM != nil:
		return *s.BilledMM
	case s.SurveyedMM != nil:
		return *s.SurveyedMM
	}
	return s.LengthMM
}

// shape is what a row says of where it is.
type shape struct {
	WKB []byte `bun:"wkb"`
}

// onDay keeps the states, under an alias, that hold on a day.
func onDay(q *bun.SelectQuery, alias string, day time.Time) *bun.SelectQuery {
	a := bun.Ident(alias)
	return q.Where("?.voided_by IS NULL AND ?.since <= ? AND (?.until IS NULL OR ?.until > ?)", a, a, day, a, a, day)
}

// Nodes returns the nodes of the network on a day by code, at most so many after the code of the last one, for staff with
// duct:read.
func (s *Service) Nodes(ctx context.Context, actor identity.Actor, day time.Time, after string, most int) ([]Node, error) {
	return s.nodes(ctx, actor, day, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.code > ?", after).Limit(int64(most)) })
}

// NodesCalled returns those of some codes that are there on a day, by code, for staff with duct:read.
func (s *Service) NodesCalled(ctx context.Context, actor identity.Actor, day time.Time, codes ...string) ([]Node, error) {
	return s.nodes(ctx, actor, day, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.code IN (?)", bun.List(codes)) })
}

func (s *Service) nodes(ctx context.Context, actor identity.Actor, day time.Time, part func(*bun.SelectQuery) *bun.SelectQuery) ([]Node, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var rows []struct {
		Node  `bun:",extend"`
		shape `bun:",extend"`
	}
	q := s.d.DB.NewSelect().TableExpr("duct_node AS k").Join("JOIN duct_node_state AS c ON c.tenant_id = k.tenant_id AND c.node_id = k.id").
		ColumnExpr("k.id, k.code, c.kind, ST_AsBinary(c.at) AS wkb, c.authority, c.free_trade, c.condition, c.address, c.note, c.since").
		Where("k.tenant_id = ?", tenancy.Must(ctx))
	if err := part(onDay(q, "c", DayOf(day))).OrderExpr("k.code").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("duct: nodes: %w", err)
	}
	out := make([]Node, len(rows))
	for i := range rows {
		out[i] = rows[i].Node
		if err := wkb.Scanner(&out[i].At).Scan(rows[i].WKB); err != nil {
			return nil, fmt.Errorf("duct: nodes: %w", err)
		}
	}
	return out, nil
}

// Filter narrows the segments of a day down; what is empty asks for nothing.
type Filter struct{ Road, Authority, Class, Condition string }

func (f Filter) where(q *bun.SelectQuery) *bun.SelectQuery {
	for column, value := range map[string]string{"road": f.Road, "authority": f.Authority, "class": f.Class, "condition": f.Condition} {
		if value != "" {
			q = q.Where("c.? = ?", bun.Ident(column), value)
		}
	}
	return q
}

// Segments returns the segments of the network on a day by code, at most so many after the code of the last one, for staff
// with duct:read.
func (s *Service) Segments(ctx context.Context, actor identity.Actor, day time.Time, f Filter, after string, most int) ([]Segment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.segments(ctx, day, func(q *bun.SelectQuery) *bun.SelectQuery {
		return f.where(q).Where("k.code > ?", after).OrderExpr("k.code").Limit(int64(most))
	})
}

// SegmentsOf returns those of some ids that are in the network on a day, by code, for staff with duct:read.
func (s *Service) SegmentsOf(ctx context.Context, actor identity.Actor, day time.Time, ids []uuid.UUID) ([]Segment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil || len(ids) == 0 {
		return nil, err
	}
	return s.segments(ctx, day, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("k.id IN (?)", bun.List(ids)).OrderExpr("k.code")
	})
}

// Authorities are who has the city's ground in hand, by code.
func (s *Service) Authorities(ctx context.Context) (all []Authority, err error) {
	err = s.d.DB.NewSelect().Model(&all).Where("a.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("a.code").Scan(ctx)
	return all, err
}

// History are the states of a segment, those that were voided left out, the latest first, for staff with duct:read.
func (s *Service) History(ctx context.Context, actor identity.Actor, segment uuid.UUID) ([]State, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []State
	err := s.d.DB.NewRaw(`SELECT c.since, c.until, c.condition, c.class, c.length_mm, h.why, h.kind, h.at FROM duct_segment_state c
		JOIN duct_change h ON h.tenant_id = c.tenant_id AND h.id = c.change_id
		WHERE c.tenant_id = ? AND c.segment_id = ? AND c.voided_by IS NULL ORDER BY c.since DESC`, tenancy.Must(ctx), segment).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("duct: history: %w", err)
	}
	return all, nil
}

// State is how a segment was for a span of days, and the change that says so.
type State struct {
	Since, Until     time.Time // Until is zero for the state that goes on
	Condition, Class string
	LengthMM         int64
	Why, Kind        string
	At               time.Time
}

// Segment returns a segment as it is on a day with the units that lie in it, parents before what lies in them. NotFound
// "duct.no_segment" for one that is not there on that day. For staff with duct:read.
func (s *Service) Segment(ctx context.Context, actor identity.Actor, code string, day time.Time) (Segment, []Unit, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Segment{}, nil, err
	}
	all, err := s.segments(ctx, day, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.code = ?", code) })
	if err != nil {
		return Segment{}, nil, err
	}
	if len(all) == 0 {
		return Segment{}, nil, fault.New(fault.NotFound, "duct.no_segment")
	}
	var units []Unit
	q := s.d.DB.NewSelect().Model(&units).Where("u.tenant_id = ? AND u.segment_id = ?", tenancy.Must(ctx), all[0].ID)
	if err := onDay(q, "u", DayOf(day)).OrderExpr("array_position(ARRAY['duct', 'subduct', 'microduct'], u.kind), u.parent_id, u.position").Scan(ctx); err != nil {
		return Segment{}, nil, fmt.Errorf("duct: segment: %w", err)
	}
	return all[0], units, nil
}

// UnitsIn is what lies in some segments on a day, by segment and in the order of the places, for staff with duct:read.
func (s *Service) UnitsIn(ctx context.Context, actor identity.Actor, in []Segment, day time.Time) (map[uuid.UUID][]Unit, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]Unit, len(in))
	if len(in) == 0 {
		return out, nil
	}
	ids := make([]uuid.UUID, len(in))
	for i := range in {
		ids[i] = in[i].ID
	}
	var units []Unit
	q := s.d.DB.NewSelect().Model(&units).Where("u.tenant_id = ? AND u.segment_id IN (?)", tenancy.Must(ctx), bun.List(ids))
	if err := onDay(q, "u", DayOf(day)).OrderExpr("u.segment_id, u.position").Scan(ctx); err != nil {
		return nil, fmt.Errorf("duct: units: %w", err)
	}
	for _, u := range units {
		out[u.SegmentID] = append(out[u.SegmentID], u)
	}
	return out, nil
}

func (s *Service) segments(ctx context.Context, day time.Time, part func(*bun.SelectQuery) *bun.SelectQuery) ([]Segment, error) {
	var rows []struct {
		Segment `bun:",extend"`
		shape   `bun:",extend"`
	}
	q := s.d.DB.NewSelect().TableExpr("duct_segment AS k").Join("JOIN duct_segment_state AS c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id").
		ColumnExpr(`k.id, k.code, k.from_node AS "from", k.to_node AS "to", ST_AsBinary(c.line) AS wkb, c.length_mm, c.surveyed_mm, c.billed_mm, c.road, c.class, c.authority, c.free_trade,
			c.condition, c.depth_mm, c.note, c.since`).Where("k.tenant_id = ?", tenancy.Must(ctx))
	if err := part(onDay(q, "c", DayOf(day))).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("duct: segments: %w", err)
	}
	out := make([]Segment, len(rows))
	for i := range rows {
		out[i] = rows[i].Segment
		if err := wkb.Scanner(&out[i].Line).Scan(rows[i].WKB); err != nil {
			return nil, fmt.Errorf("duct: segments: %w", err)
		}
	}
	return out, nil
}
