package lease

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// Place is a node at which a segment ends, with the roads of those that do.
type Place struct {
	Code    string
	Roads   []string
	Address string // where one is recorded
	Away    int    // from the point that was typed, in metres
}

// nearest is how far a node may be from a point that was typed: further away nobody would lead a cable to it.
const nearest = 5000 // metres

// Places returns nodes at which a segment of a day ends, by code: the one whose code is what was typed, else the nearest one within
// five kilometres of the point that was typed in degrees ("1.1301, 104.0529" or "1,1301; 104,0529", WGS84), else at most so many whose code, address or road
// has it in it. For staff with duct:read.
func (s *Service) Places(ctx context.Context, actor identity.Actor, day time.Time, typed string, most int) ([]Place, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.PlacesOn(ctx, day, typed, most, nil)
}

// PlacesOn is Places for whoever may see the segments of only, nil being all; that they may is the caller's concern.
func (s *Service) PlacesOn(ctx context.Context, day time.Time, typed string, most int, only map[uuid.UUID]bool) ([]Place, error) {
	g, err := s.graph(ctx)
	if err != nil {
		return nil, err
	}
	return g.places(duct.DayOf(day), typed, most, only), nil
}

func (g *graph) places(day time.Time, typed string, most int, only map[uuid.UUID]bool) []Place {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" {
		return nil
	}
	point, isPoint := geo.Typed(typed)
	closest := Place{Away: nearest + 1}
	var found []Place
	for n, code := range g.codes {
		p := Place{Code: code, Roads: g.roads(int32(n), day, only)}
		if len(p.Roads) == 0 {
			continue
		}
		if strings.EqualFold(code, typed) {
			return []Place{p}
		}
		node := g.nodeOn(int32(n), days(day))
		p.Address = node.address
		if isPoint && node.kind != "" {
			if p.Away = int(geo.Metres(point, node.at) + 0.5); p.Away < closest.Away {
				closest = p
			}
			continue
		}
		has := func(text string) bool { return strings.Contains(strings.ToLower(text), typed) }
		if has(code) || has(p.Address) || slices.ContainsFunc(p.Roads, has) {
			found = append(found, p)
		}
	}
	if closest.Away <= nearest {
		return []Place{closest}
	}
	slices.SortFunc(found, func(a, b Place) int { return strings.Compare(a.Code, b.Code) })
	return found[:min(len(found), most)]
}

// roads are those of the segments that end at a node on a day, of only or of all where that is nil.
func (g *graph) roads(n int32, day time.Time, only map[uuid.UUID]bool) []string {
	var out []string
	for _, a := range g.out[g.first[n]:g.first[n+1]] {
		if e := &g.edges[a.edge]; e.days.has(days(day)) && (only == nil || only[e.ID]) && !slices.Contains(out, e.Road) {
			out = append(out, e.Road)
		}
	}
	return out
}

// isThere reports whether a segment, of only or of all, ends at a node on a day.
func (g *graph) isThere(n int32, day time.Time, only map[uuid.UUID]bool) bool {
	return len(g.roads(n, duct.DayOf(day), only)) > 0
}
