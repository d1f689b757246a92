package duct

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Total is what the network has on a day.
type Total struct {
	Nodes    int
	Segments int
	Units    int // ducts, subducts and microducts
	LengthMM int64
	BilledMM int64
	Bad      int      // segments that are damaged or blocked
	Roads    []string // by name
}

// totals keeps what was counted, because every view of the network asks for it and only a change makes it another.
type totals struct {
	mu sync.Mutex
	of map[counted]Total
}

// counted is what a total is of: one day and filter after one change of one city.
type counted struct {
	tenant tenancy.ID
	change uuid.UUID
	day    time.Time
	f      Filter
}

// totalsKept is how many are kept before all are counted anew.
const totalsKept = 512

// Total returns what the network has on a day, of its segments those of the filter, for staff with duct:read.
func (s *Service) Total(ctx context.Context, actor identity.Actor, day time.Time, f Filter) (Total, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Total{}, err
	}
	of := counted{tenant: tenancy.Must(ctx), day: DayOf(day), f: f}
	err := s.d.DB.NewRaw("SELECT coalesce((SELECT id FROM duct_change WHERE tenant_id = ? ORDER BY at DESC, id DESC LIMIT 1), ?)", of.tenant, uuid.Nil).Scan(tenancy.Prepared(ctx), &of.change)
	if err != nil {
		return Total{}, fmt.Errorf("duct: total: %w", err)
	}
	s.totals.mu.Lock()
	t, ok := s.totals.of[of]
	s.totals.mu.Unlock()
	if ok {
		return t, nil
	}
	if t, err = s.count(ctx, of.day, f); err != nil {
		return Total{}, fmt.Errorf("duct: total: %w", err)
	}
	s.totals.mu.Lock()
	defer s.totals.mu.Unlock()
	if len(s.totals.of) >= totalsKept {
		clear(s.totals.of)
	}
	s.totals.of[of] = t
	return t, nil
}

func (s *Service) count(ctx context.Context, day time.Time, f Filter) (t Total, err error) {
	segments := func() *bun.SelectQuery {
		return onDay(s.d.DB.NewSelect().TableExpr("duct_segment_state AS c").Where("c.tenant_id = ?", tenancy.Must(ctx)), "c", day)
	}
	err = f.where(segments()).ColumnExpr("count(*), coalesce(sum(c.length_mm), 0)::bigint, coalesce(sum(coalesce(c.billed_mm, c.surveyed_mm, c.length_mm)), 0)::bigint, count(*) FILTER (WHERE c.condition IN (?, ?))", Damaged, Blocked).
		Scan(ctx, &t.Segments, &t.LengthMM, &t.BilledMM, &t.Bad)
	if err != nil {
		return Total{}, err
	}
	nodes := onDay(s.d.DB.NewSelect().TableExpr("duct_node_state AS c").Where("c.tenant_id = ?", tenancy.Must(ctx)), "c", day)
	if err := nodes.ColumnExpr("count(*)").Scan(ctx, &t.Nodes); err != nil {
		return Total{}, err
	}
	units := onDay(s.d.DB.NewSelect().TableExpr("duct_unit AS u").Where("u.tenant_id = ?", tenancy.Must(ctx)), "u", day)
	if f != (Filter{}) {
		units = units.Where("u.segment_id IN (?)", f.where(segments()).ColumnExpr("c.segment_id"))
	}
	if err := units.ColumnExpr("count(*)").Scan(ctx, &t.Units); err != nil {
		return Total{}, err
	}
	err = segments().ColumnExpr("DISTINCT c.road").OrderExpr("c.road").Scan(ctx, &t.Roads)
	return t, err
}
