package lease

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/tenancy"
)

// Version is that of a city's network and of who holds what in it: another one after every change of either.
type Version struct {
	Change uuid.UUID // the last one of the network; uuid.Nil before the first
	Holds  int64     // how often who holds what has changed
}

// Version is the present one.
func (s *Service) Version(ctx context.Context) (v Version, err error) {
	err = s.d.DB.NewRaw(`SELECT coalesce((SELECT id FROM duct_change WHERE tenant_id = ?0 ORDER BY at DESC, id DESC LIMIT 1), ?1) AS change, coalesce((SELECT holds FROM duct_version WHERE tenant_id = ?0), 0) AS holds`,
		tenancy.Must(ctx), uuid.Nil).Scan(tenancy.Prepared(ctx), &v.Change, &v.Holds)
	if err != nil {
		return Version{}, fmt.Errorf("lease: version: %w", err)
	}
	return v, nil
}

// Fill is how full a segment is on a day. A place is what one cable goes into: a subduct, or a duct in which no subduct lies. It is
// held when it, the duct around it or a microduct in it is.
type Fill struct {
	Places, Held int
	Free         int // subducts that can be had
}

// Fills are those of all segments that are there on a day, and not only planned, and in which something lies, by segment, at least as new
// as the Version of before. Whoever shows them checks who may see them.
func (s *Service) Fills(ctx context.Context, day time.Time) (map[uuid.UUID]Fill, error) {
	g, err := s.graph(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Fill, len(g.of))
	for id, e := range g.of {
		if !g.on(id, days(day)) {
			continue
		}
		if f := g.fill(&g.edges[e], days(day)); f.Places > 0 {
			out[id] = f
		}
	}
	return out, nil
}

// Lies returns whether a unit of a kind lies in a segment on a day or later, as the graph has it, at least as new as the Version of before.
func (s *Service) Lies(ctx context.Context, day time.Time) (func(segment uuid.UUID, kind string) bool, error) {
	g, err := s.graph(ctx)
	if err != nil {
		return nil, err
	}
	return func(segment uuid.UUID, kind string) bool {
		e, ok := g.of[segment]
		if !ok {
			return false
		}
		return slices.ContainsFunc(g.units[g.edges[e].units:g.edges[e].last], func(u unit) bool { return u.kind == kind[0] && days(day) < u.days.until })
	}, nil
}

// fill counts the places of a segment. Its units are in the order ducts, subducts, microducts, and so are gone through from behind:
// what lies in a duct is known before it comes.
func (g *graph) fill(e *edge, day int32) (f Fill) {
	on, parted := span{day, day + 1}, make([]bool, e.last-e.units) // ducts in which a subduct lies
	for i := e.last - 1; i >= e.units; i-- {
		u := &g.units[i]
		if u.kind == 'm' || !u.days.has(day) || parted[i-e.units] {
			continue
		}
		f.Places++
		sub := u.kind == 's' && u.within >= 0
		if sub {
			parted[u.within-e.units] = true
		}
		switch {
		case g.isHeld(i, on):
			f.Held++
		case sub && !g.isShut(i, on):
			f.Free++
		}
	}
	return f
}
