package ductmap

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/tenancy"
)

// network is a city's network in memory as it was read after a change: every state of every segment and node that was not voided, so
// that it serves any day.
type network struct {
	change   uuid.UUID
	segments []run // by code
	nodes    []spot

	mu   sync.Mutex
	seen map[string]map[uuid.UUID]bool // the states in the areas of each version of them
}

// run is a segment in one state.
type run struct {
	State, Segment                   uuid.UUID
	Code, Road, Condition, Authority string
	LengthMM                         int64
	Since, Until                     time.Time
	WKB                              []byte `bun:"wkb"`

	line orb.LineString
}

// spot is a node in one state.
type spot struct {
	State                 uuid.UUID
	Code, Kind, Condition string
	Since, Until          time.Time
	WKB                   []byte `bun:"wkb"`

	at orb.Point
}

// view is the network of a day with how full it is.
type view struct {
	version lease.Version
	day     time.Time
	net     *network
	runs    []*run
	boxes   []orb.Bound  // of the runs, side by side, because every tile goes through them
	fills   []lease.Fill // of the runs
	spots   []*spot
}

// city keeps what was last asked for of one city. Whoever needs what is being read waits for it.
type city struct {
	mu    sync.Mutex
	net   *network
	views []*view // the latest last
}

// daysKept are how many days of a city are kept at once, and sightsKept the areas of how many companies.
const (
	daysKept   = 4
	sightsKept = 64
)

func (s *Service) city(ctx context.Context) *city {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cities[tenancy.Must(ctx)]
	if c == nil {
		c = &city{}
		s.cities[tenancy.Must(ctx)] = c
	}
	return c
}

// view returns the network of a day, at least as new as v. Only what has changed is read anew.
func (s *Service) view(ctx context.Context, v lease.Version, day time.Time) (*view, error) {
	c, day := s.city(ctx), duct.DayOf(day)
	c.mu.Lock()
	defer c.mu.Unlock()
	if x := c.kept(v, day); x != nil {
		return x, nil
	}
	v, err := s.d.Leases.Version(ctx) // it may be another by now
	if err != nil {
		return nil, err
	}
	if x := c.kept(v, day); x != nil {
		return x, nil
	}
	if c.net == nil || c.net.change != v.Change {
		if c.net, err = readNetwork(ctx, s.d.DB, v.Change); err != nil {
			return nil, fmt.Errorf("ductmap: network: %w", err)
		}
	}
	fills, err := s.d.Leases.Fills(ctx, day)
	if err != nil {
		return nil, err
	}
	x := c.net.on(day, fills)
	x.version = v
	c.views = slices.DeleteFunc(c.views, func(o *view) bool { return o.version != v })
	c.views = append(c.views[max(len(c.views)-daysKept+1, 0):], x)
	return x, nil
}

func (c *city) kept(v lease.Version, day time.Time) *view {
	for _, x := range c.views {
		if x.version == v && x.day.Equal(day) {
			return x
		}
	}
	return nil
}

func readNetwork(ctx context.Context, db bun.IDB, change uuid.UUID) (*network, error) {
	n := &network{change: change, seen: map[string]map[uuid.UUID]bool{}}
	err := db.NewRaw(`SELECT c.id AS state, k.id AS segment, k.code, c.road, c.condition, c.authority, c.length_mm, c.since, c.until, ST_AsBinary(c.line) AS wkb
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL WHERE k.tenant_id = ?`, tenancy.Must(ctx)).Scan(ctx, &n.segments)
	if err != nil {
		return nil, err
	}
	err = db.NewRaw(`SELECT c.id AS state, k.code, c.kind, c.condition, c.since, c.until, ST_AsBinary(c.at) AS wkb
		FROM duct_node k JOIN duct_node_state c ON c.tenant_id = k.tenant_id AND c.node_id = k.id AND c.voided_by IS NULL WHERE k.tenant_id = ?`, tenancy.Must(ctx)).Scan(ctx, &n.nodes)
	if err != nil {
		return nil, err
	}
	for i := range n.segments {
		r := &n.segments[i]
		if err := wkb.Scanner(&r.line).Scan(r.WKB); err != nil {
			return nil, err
		}
		r.WKB = nil
	}
	for i := range n.nodes {
		p := &n.nodes[i]
		if err := wkb.Scanner(&p.at).Scan(p.WKB); err != nil {
			return nil, err
		}
		p.WKB = nil
	}
	slices.SortFunc(n.segments, func(a, b run) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), a.Since.Compare(b.Since))
	})
	return n, nil
}

// on is the network of a day.
func (n *network) on(day time.Time, fills map[uuid.UUID]lease.Fill) *view {
	x := &view{net: n, day: day}
	holds := func(since, until time.Time) bool { return !since.After(day) && (until.IsZero() || until.After(day)) }
	for i := range n.segments {
		if r := &n.segments[i]; holds(r.Since, r.Until) {
			x.runs, x.boxes, x.fills = append(x.runs, r), append(x.boxes, r.line.Bound()), append(x.fills, fills[r.Segment])
		}
	}
	for i := range n.nodes {
		if p := &n.nodes[i]; holds(p.Since, p.Until) {
			x.spots = append(x.spots, p)
		}
	}
	return x
}

// segment is one of the view as a list has it.
func (x *view) segment(i int) Segment {
	r, f := x.runs[i], x.fills[i]
	return Segment{Code: r.Code, Road: r.Road, Condition: r.Condition, Authority: r.Authority, LengthMM: r.LengthMM, Places: f.Places, Held: f.Held, Free: f.Free, Occupancy: percent(f)}
}

// percent is how full a segment is, in steps of ten; only an empty one has 0 and only a full one 100. One of which nothing is known
// has -1.
func percent(f lease.Fill) int {
	switch {
	case f.Places == 0:
		return -1
	case f.Held == 0:
		return 0
	case f.Held == f.Places:
		return 100
	}
	return min(max((f.Held*20+f.Places)/(2*f.Places)*10, 10), 90)
}
