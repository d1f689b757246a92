package lease

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// PlanInput asks for ways between two nodes on which enough is free for the whole time.
type PlanInput struct {
	From, To string // codes of nodes
	Kind     string // duct.Duct, duct.Subduct or duct.Microduct
	Quantity int    // on each segment
	Since    time.Time
	Until    time.Time              // zero goes on
	Price    func(Step) float64     // what a segment costs; nil plans by length
	Avoid    func(uuid.UUID) string // why a segment is not to be used, such as works; empty lets it be used
	Only     map[uuid.UUID]bool     // the segments that may be used; nil lets all be
	Ways     int                    // at most so many, at most 3
}

// Step is one segment of a way.
type Step struct {
	ID        uuid.UUID
	Code      string
	Road      string
	Authority string // who must permit
	LengthMM  int64  // billed
	From, To  string // codes of nodes, in the direction of the way
	Free      int    // units of the kind that can be had
}

// Way is one way, the steps in order.
type Way struct {
	Steps       []Step
	LengthMM    int64
	Cost        float64
	Authorities []string // in the order in which the way crosses their ground
}

// Plan returns up to three ways, the cheapest first; none where there is no way with enough free. For staff with duct:read. It
// refuses NotFound "lease.no_node" a code that no segment of that day ends at.
func (s *Service) Plan(ctx context.Context, actor identity.Actor, in PlanInput) ([]Way, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.PlanOn(ctx, in)
}

// PlanOn is Plan for whoever may see the segments of Only; that they may is the caller's concern. What is not among them is not
// there.
func (s *Service) PlanOn(ctx context.Context, in PlanInput) ([]Way, error) {
	if in.Kind != duct.Duct && in.Kind != duct.Subduct && in.Kind != duct.Microduct {
		return nil, fault.Fields([]fault.Field{{Name: "kind", Code: "not_an_option"}})
	}
	g, err := s.graph(ctx, dayOf(in.Since))
	if err != nil {
		return nil, err
	}
	from, ok := g.node[in.From]
	to, also := g.node[in.To]
	if !ok || !also || !g.shown(from, in.Only) || !g.shown(to, in.Only) {
		return nil, fault.New(fault.NotFound, "lease.no_node")
	}
	return g.ways(from, to, in), nil
}

// shown reports whether a segment ends at a node that is among some.
func (g *graph) shown(n int32, only map[uuid.UUID]bool) bool {
	return only == nil || slices.ContainsFunc(g.out[g.first[n]:g.first[n+1]], func(a arc) bool { return only[g.edges[a.edge].ID] })
}

// Where more than one way is asked for, each segment of a way that was found looks this much longer to the next search, which
// so finds another where there is one that is not very much longer. The first way is the cheapest; the others are good ways,
// not the second and third of all, which mostly differ from the first by a detour around one manhole.
const (
	again    = 1.6
	searches = 6
)

func (g *graph) ways(from, to int32, in PlanInput) []Way {
	asked := span{days(dayOf(in.Since)), days(spanEnd(dayOf(in.Until)))}
	cost := make([]float64, len(g.edges)) // NaN is not looked at yet, infinity is closed
	for i := range cost {
		cost[i] = math.NaN()
	}
	price := func(e int32) float64 {
		if c := cost[e]; !math.IsNaN(c) {
			return c
		}
		c, x := math.Inf(1), &g.edges[e]
		if x.sound && (in.Only == nil || in.Only[x.ID]) && (in.Avoid == nil || in.Avoid(x.ID) == "") && x.free(in.Kind[0], asked) >= max(in.Quantity, 1) {
			c = float64(x.LengthMM)
			if in.Price != nil {
				c = in.Price(g.step(e))
			}
		}
		cost[e] = c
		return c
	}
	heavier := map[int32]float64{}
	weigh := func(e int32) float64 {
		c := price(e)
		if h, ok := heavier[e]; ok {
			return c * h
		}
		return c
	}
	var out []Way
	for range searches {
		path := g.shortest(from, to, weigh)
		if path == nil {
			break
		}
		w := g.way(from, path, price, in.Kind[0], asked)
		if !slices.ContainsFunc(out, func(o Way) bool { return slices.Equal(codes(o), codes(w)) }) {
			out = append(out, w)
		}
		if len(out) == min(max(in.Ways, 1), 3) {
			break
		}
		for _, e := range path {
			heavier[e] = max(heavier[e], 1) * again
		}
	}
	slices.SortStableFunc(out, func(a, b Way) int {
		switch {
		case a.Cost < b.Cost:
			return -1
		case a.Cost > b.Cost:
			return 1
		}
		return 0
	})
	return out
}

func codes(w Way) []string {
	out := make([]string, len(w.Steps))
	for i, s := range w.Steps {
		out[i] = s.Code
	}
	return out
}

func (g *graph) step(e int32) Step {
	x := g.edges[e]
	return Step{ID: x.ID, Code: x.Code, Road: x.Road, Authority: x.Authority, LengthMM: x.LengthMM}
}

// way describes the segments of a path.
func (g *graph) way(from int32, path []int32, price func(int32) float64, kind byte, asked span) Way {
	var w Way
	at := from
	for _, e := range path {
		s := g.step(e)
		for _, a := range g.out[g.first[at]:g.first[at+1]] {
			if a.edge == e {
				s.From, s.To = g.codes[at], g.codes[a.to]
				at = a.to
				break
			}
		}
		s.Free = g.edges[e].free(kind, asked)
		w.Steps, w.LengthMM, w.Cost = append(w.Steps, s), w.LengthMM+s.LengthMM, w.Cost+price(e)
		if n := len(w.Authorities); n == 0 || w.Authorities[n-1] != s.Authority {
			w.Authorities = append(w.Authorities, s.Authority)
		}
	}
	return w
}

// shortest is Dijkstra's algorithm with a heap of its own: the segments of the way of least weight from one node to another in
// order, nil where there is none. Weights are never negative.
func (g *graph) shortest(from, to int32, weigh func(int32) float64) []int32 {
	best := make([]float64, len(g.codes))
	for i := range best {
		best[i] = math.Inf(1)
	}
	type came struct{ node, edge int32 }
	back := make([]came, len(g.codes))
	best[from] = 0
	h := heap{{0, from}}
	for len(h) > 0 {
		x := h.pop()
		if x.node == to {
			break
		}
		if x.cost > best[x.node] {
			continue
		}
		for _, a := range g.out[g.first[x.node]:g.first[x.node+1]] {
			if c := x.cost + weigh(a.edge); c < best[a.to] {
				best[a.to], back[a.to] = c, came{x.node, a.edge}
				h.push(entry{c, a.to})
			}
		}
	}
	if math.IsInf(best[to], 1) || from == to {
		return nil
	}
	var path []int32
	for n := to; n != from; n = back[n].node {
		path = append(path, back[n].edge)
	}
	slices.Reverse(path)
	return path
}

// heap is a binary heap of what is still to be looked at; container/heap boxes each entry, which takes twice as long.
type heap []entry

type entry struct {
	cost float64
	node int32
}

func (h *heap) push(e entry) {
	*h = append(*h, e)
	a, i := *h, len(*h)-1
	for i > 0 {
		up := (i - 1) / 2
		if a[up].cost <= a[i].cost {
			break
		}
		a[up], a[i] = a[i], a[up]
		i = up
	}
}

func (h *heap) pop() entry {
	a := *h
	top, last := a[0], len(a)-1
	a[0] = a[last]
	a = a[:last]
	*h = a
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && a[child+1].cost < a[child].cost {
			child++
		}
		if a[i].cost <= a[child].cost {
			break
		}
		a[i], a[child] = a[child], a[i]
		i = child
	}
	return top
}
