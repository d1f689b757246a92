package ductmap

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
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

// seen returns the network of a day and which of its states a sight shows. The areas of a version are always the same, and so is
// what lies in them until the network changes.
func (s *Service) seen(ctx context.Context, of sight, v lease.Version, day time.Time) (*view, func(state uuid.UUID) bool, error) {
	x, err := s.view(ctx, v, day)
	if err != nil || !of.granted {
		return x, func(uuid.UUID) bool { return true }, err
	}
	n := x.net
	n.mu.Lock()
	defer n.mu.Unlock()
	in, ok := n.seen[of.version]
	if !ok {
		if in, err = within(ctx, s.d.DB, of.areas); err != nil {
			return nil, nil, err
		}
		if len(n.seen) >= sightsKept {
			clear(n.seen)
		}
		n.seen[of.version] = in
	}
	return x, func(state uuid.UUID) bool { return in[state] }, nil
}

// now is seen with the version of now.
func (s *Service) now(ctx context.Context, of sight, day time.Time) (*view, func(state uuid.UUID) bool, error) {
	v, err := s.d.Leases.Version(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s.seen(ctx, of, v, day)
}

// within are the states of segments and nodes that lie in areas or touch them.
func within(ctx context.Context, db bun.IDB, areas operator.Areas) (map[uuid.UUID]bool, error) {
	var ids []uuid.UUID
	err := db.NewRaw(`SELECT c.id FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.voided_by IS NULL ?1
		UNION ALL SELECT c.id FROM duct_node_state c WHERE c.tenant_id = ?0 AND c.voided_by IS NULL ?2`, tenancy.Must(ctx), areas.Meet("c.line"), areas.Meet("c.at")).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("ductmap: areas: %w", err)
	}
	in := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		in[id] = true
	}
	return in, nil
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
func (s *Service) GrantedTotals(ctx context.Context, actor identity.Actor, day time.Time, roads ...string) ([]Total, geo.Box, error) {
	of, err := s.sightOf(ctx, actor)
	if err != nil {
		return nil, geo.Box{}, err
	}
	return s.totals(ctx, of, day, Filter{Roads: roads})
}
