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
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var rows []struct {
		Node  `bun:",extend"`
		shape `bun:",extend"`
	}
	q := s.d.DB.NewSelect().TableExpr("duct_node AS k").Join("JOIN duct_node_state AS c ON c.tenant_id = k.tenant_id AND c.node_id = k.id").
		ColumnExpr("k.id, k.code, c.kind, ST_AsBinary(c.at) AS wkb, c.authority, c.free_trade, c.condition, c.address, c.note, c.since").
		Where("k.tenant_id = ? AND k.code > ?", tenancy.Must(ctx), after)
	if err := onDay(q, "c", dayOf(day)).OrderExpr("k.code").Limit(int64(most)).Scan(ctx, &rows); err != nil {
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

// Segments returns the segments of the network on a day by code, at most so many after the code of the last one, for staff
// with duct:read.
func (s *Service) Segments(ctx context.Context, actor identity.Actor, day time.Time, after string, most int) ([]Segment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.segments(ctx, day, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("k.code > ?", after).OrderExpr("k.code").Limit(int64(most))
	})
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
	if err := onDay(q, "u", dayOf(day)).OrderExpr("array_position(ARRAY['duct', 'subduct', 'microduct'], u.kind), u.parent_id, u.position").Scan(ctx); err != nil {
		return Segment{}, nil, fmt.Errorf("duct: segment: %w", err)
	}
	return all[0], units, nil
}

func (s *Service) segments(ctx context.Context, day time.Time, part func(*bun.SelectQuery) *bun.SelectQuery) ([]Segment, error) {
	var rows []struct {
		Segment `bun:",extend"`
		shape   `bun:",extend"`
	}
	q := s.d.DB.NewSelect().TableExpr("duct_segment AS k").Join("JOIN duct_segment_state AS c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id").
		ColumnExpr(`k.id, k.code, k.from_node AS "from", k.to_node AS "to", ST_AsBinary(c.line) AS wkb, c.length_mm, c.surveyed_mm, c.billed_mm, c.road, c.class, c.authority, c.free_trade,
			c.condition, c.depth_mm, c.note, c.since`).Where("k.tenant_id = ?", tenancy.Must(ctx))
	if err := part(onDay(q, "c", dayOf(day))).Scan(ctx, &rows); err != nil {
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
