package ductmap

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// sight is what of the network a reader sees: everything, or what lies in the areas that their company was granted. version sets a
// tile of it apart from one of another sight.
type sight struct {
	granted bool
	areas   operator.Areas
	version string
}

// everything is what staff see.
var everything = sight{}

// of narrows a query down to what is seen.
func (v sight) of(place string) schema.QueryAppender {
	if !v.granted {
		return bun.Safe("")
	}
	return v.areas.Meet(place)
}

// sightOf is what somebody of a company sees today, for whom duct:own is meant. Who is of no company sees nothing. The grants of a
// version are of one company and change only in being in force: a browser that keeps a tile of before has another version from the
// moment at which a grant ends, and nobody has that of another company.
func (s *Service) sightOf(ctx context.Context, actor identity.Actor) (sight, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctOwn); err != nil {
		return sight{}, err
	}
	areas, err := operator.AreasOf(ctx, s.d.DB, actor.ID, s.d.Now())
	return sight{granted: true, areas: areas, version: "." + areas.Version()}, err
}

// GrantedTile is Tile of what the actor's company was granted and may see today, whatever the day that it shows.
func (s *Service) GrantedTile(ctx context.Context, actor identity.Actor, day time.Time, z, x, y int, known []string) (Tile, error) {
	of, err := s.sightOf(ctx, actor)
	if err != nil {
		return Tile{}, err
	}
	return s.tile(ctx, of, day, z, x, y, known)
}

// GrantedSegments is Segments of what GrantedTile shows.
func (s *Service) GrantedSegments(ctx context.Context, actor identity.Actor, day time.Time, f Filter, after string, limit int) ([]Segment, error) {
	of, err := s.sightOf(ctx, actor)
	if err != nil {
		return nil, err
	}
	return s.segments(ctx, of, day, f, after, limit)
}

// GrantedTotals is Totals of what GrantedTile shows.
func (s *Service) GrantedTotals(ctx context.Context, actor identity.Actor, day time.Time) ([]Total, geo.Box, error) {
	of, err := s.sightOf(ctx, actor)
	if err != nil {
		return nil, geo.Box{}, err
	}
	return s.totals(ctx, of, day)
}
