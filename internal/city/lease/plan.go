package lease

import (
	"cmp"
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
	Avoid    func(uuid.UUID) string // why a segment is not to be used, beside works that shut it while the cable is pulled (see PulledBy); empty lets it be used
	Only     map[uuid.UUID]bool     // the segments that may be used; nil lets all be
	Ways     int                    // at most so many, at most 3
	Full     bool                   // goes through what is full too: where a way would be
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

	Ends [2]string // kinds of the nodes at its ends, for PlanInput.Price
}

// Way is one way, the steps in order.
type Way struct {
	Steps       []Step
	LengthMM    int64
	Cost        float64
	Authorities []string // in the order in which the way crosses their ground
}

// PullDays is for how long after the first day of a lease its cable may be pulled in: as long as a crew may at most be let into a
// manhole at once.
const PullDays = 31

// PulledBy is the day before which the cable of a lease is pulled in, or its end where that is sooner. Works that shut a segment on a day
// until then are in the way; later ones are not, because a cable that lies in its duct stays there while the road is dug up.
func PulledBy(since, until time.Time) time.Time {
	by := since.AddDate(0, 0, PullDays)
	if !until.IsZero() && until.Before(by) {
		return until
	}
	return by
}

// Plan returns up to three ways, the cheapest first; none where there is no way with enough free. Every
// segment of a way is there, built and neither damaged nor blocked for the whole time, as far as is known. For staff with duct:read. It
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
	g, err := s.graph(ctx)
	if err != nil {
		return nil, err
	}
	from, ok := g.node[in.From]
	to, also := g.node[in.To]
	if !ok || !also || !g.isThere(from, in.Since, in.Only) || !g.isThere(to, in.Since, in.Only) {
		return nil, fault.New(fault.NotFound, "lease.no_node")
	}
	if s.d.Works != nil {
		under, err := s.d.Works.Under(ctx, in.Since, PulledBy(in.Since, in.Until))
		if err != nil {
			return nil, err
		}
		if len(under) > 0 {
			also := in.Avoid
			in.Avoid = func(segment uuid.UUID) string {
				if why := under[segment]; why != "" || also == nil {
					return why
				}
				return also(segment)
			}
		}
	}
	return g.ways(from, to, in), nil
}

// Where more than one way is asked for, each segment of a way that was found looks this much longer to the next search, which
// so finds another where there is one that is not very much longer. The first way is the cheapest; the others are good ways,
// not the second and third of all, which mostly differ from the first by a detour around one manhole.
const (
	again    = 1.6
	searches = 6
)

func (g *graph) ways(from, to int32, in PlanInput) []Way {
	asked := spanOf(duct.DayOf(in.Since), duct.DayOf(in.Until))
	work, _ := g.spare.Get().(*scratch)
	if work == nil {
		work = newScratch(len(g.edges), len(g.codes))
	}
	defer g.spare.Put(work)
	p := plan{scratch: work, g: g, open: func(e int32) float64 {
		x := &g.edges[e]
		if !x.fits(asked) || in.Only != nil && !in.Only[x.ID] || in.Avoid != nil && in.Avoid(x.ID) != "" || !in.Full && g.free(e, in.Kind[0], asked) < max(in.Quantity, 1) {
			return math.Inf(1)
		}
		if in.Price != nil {
			step := g.step(e)
			step.Ends = g.kindsOf(e, asked.from)
			return in.Price(step)
		}
		return float64(x.LengthMM)
	}}
	p.begins()
	var out []Way
	path := p.least(from, to)
	for n := 1; path != nil; n++ {
		w := g.way(from, path, p.cost, in.Kind[0], asked)
		if !slices.ContainsFunc(out, func(o Way) bool { return slices.Equal(codes(o), codes(w)) }) {
			out = append(out, w)
		}
		if len(out) == min(max(in.Ways, 1), 3) || n == searches {
			break
		}
		for _, e := range path {
			p.weight[e] *= again
		}
		path = p.other(from, to)
	}
	slices.SortStableFunc(out, func(a, b Way) int { return cmp.Compare(a.Cost, b.Cost) })
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
		s.From = g.codes[at]
		at = g.over(at, e)
		s.To = g.codes[at]
		s.Free = g.free(e, kind, asked)
		w.Steps, w.LengthMM, w.Cost = append(w.Steps, s), w.LengthMM+s.LengthMM, w.Cost+price(e)
		if n := len(w.Authorities); n == 0 || w.Authorities[n-1] != s.Authority {
			w.Authorities = append(w.Authorities, s.Authority)
		}
	}
	return w
}
