package duct

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Node returns a node as it is on a day with the segments that meet there, by code. NotFound "duct.no_node" for one that is not there
// on that day. For staff with duct:read.
func (s *Service) Node(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) (Node, []Segment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Node{}, nil, err
	}
	all, err := s.nodes(ctx, actor, day, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.id = ?", id) })
	if err != nil {
		return Node{}, nil, err
	}
	if len(all) == 0 {
		return Node{}, nil, fault.New(fault.NotFound, "duct.no_node")
	}
	meet, err := s.segments(ctx, day, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("(k.from_node = ?0 OR k.to_node = ?0)", id).OrderExpr("k.code")
	})
	return all[0], meet, err
}
