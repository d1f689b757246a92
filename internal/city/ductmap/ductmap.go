// Package ductmap is how a city's shared ducts look on a map: where the network of a day runs, and how full each segment of it
// is. It reads what duct and lease keep, and changes nothing of it; its own is the outside map that a city may lay underneath.
//
// Every page and tile asks for the same, so the network of the days that were last asked for stays in memory; what is asked each
// time is whether it still holds, and what the reader may see of it.
package ductmap

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb/maptile"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB     *bun.DB // the application role's
	Guard  *access.Guard
	Leases *lease.Service
	Now    func() time.Time // time.Now when nil
}

// Service is the maps of every city.
type Service struct {
	d      Deps
	mu     sync.Mutex
	cities map[tenancy.ID]*city
}

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d, cities: map[tenancy.ID]*city{}}
}

// A tile is asked for at these zooms of the Web Mercator grid (EPSG:3857); closer by, a map enlarges the closest. Nodes are
// in those from NodesFrom on, because further away they would cover the lines.
const (
	Closest   = 16
	NodesFrom = 14
)

// Tile is a square of the map as a Mapbox Vector Tile 2.1: a layer "segments" with code, road, condition, authority, occupancy
// (percent, in steps of ten; absent where nothing is known to lie) and free (subducts that can be had), and a layer "nodes" with
// code, kind and condition.
type Tile struct {
	Version string // of what it shows; it changes with the network, with who holds what and with the day
	Known   bool   // the reader has it already, and Data is empty
	Data    []byte // empty where nothing runs
}

// Tile returns the square x, y of a zoom on a day, unless its version is among those that the reader knows. For staff with
// duct:read. It refuses NotFound "duct.no_tile" where the grid has no such square.
func (s *Service) Tile(ctx context.Context, actor identity.Actor, day time.Time, z, x, y int, known []string) (Tile, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Tile{}, err
	}
	return s.tile(ctx, everything, day, z, x, y, known)
}

// tile is the square as some readers see it. What is drawn was read after the version, so that no tile is older than it says.
func (s *Service) tile(ctx context.Context, of sight, day time.Time, z, x, y int, known []string) (Tile, error) {
	if z < 0 || z > Closest || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return Tile{}, fault.New(fault.NotFound, "duct.no_tile")
	}
	v, err := s.d.Leases.Version(ctx)
	if err != nil {
		return Tile{}, err
	}
	t := Tile{Version: fmt.Sprintf("%s.%s.%s.%d%s", layout, day.Format(time.DateOnly), v.Change, v.Holds, of.version)}
	if t.Known = slices.Contains(known, t.Version); t.Known {
		return t, nil
	}
	now, shown, err := s.seen(ctx, of, v, day)
	if err != nil {
		return Tile{}, err
	}
	if t.Data, err = now.draw(maptile.New(uint32(x), uint32(y), maptile.Zoom(z)), shown); err != nil {
		return Tile{}, fmt.Errorf("ductmap: tile: %w", err)
	}
	return t, nil
}

// layout changes when the layers of a tile do, so that no browser keeps one of before.
const layout = "1"
