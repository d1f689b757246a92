package lease

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/tenancy"
)

// graph is a city's network in memory, as it was when it was read. Nodes and segments go by their place in the lists, so that
// a way is found without a map.
type graph struct {
	version version
	codes   []string // of nodes
	node    map[string]int32
	edges   []edge
	first   []int32 // where the edges of a node begin in out
	out     []arc
}

// version says what a graph rests on.
type version struct {
	change uuid.UUID // the last one of the network
	holds  int64
	day    time.Time
}

// arc leads along a segment to a node.
type arc struct{ edge, to int32 }

// edge is a segment with what can be let in it.
type edge struct {
	ID        uuid.UUID
	Code      string
	Road      string
	Authority string
	LengthMM  int64 // billed
	sound     bool  // neither damaged nor blocked
	units     []unit
}

// unit is one of the kind that is asked for, with the days on which it cannot be had.
type unit struct {
	kind  byte // d, s or m
	taken []span
}

// span is days from one to before another, as days since 1970.
type span struct{ from, until int32 }

func days(t time.Time) int32 { return int32(t.Unix() / 86400) }

// free is how many units of a kind can be had from a day to before another.
func (e edge) free(kind byte, s span) int {
	n := 0
	for _, u := range e.units {
		if u.kind == kind && !slices.ContainsFunc(u.taken, func(t span) bool { return t.from < s.until && s.from < t.until }) {
			n++
		}
	}
	return n
}

// graphs keeps the latest graph of each city.
type graphs struct {
	mu sync.Mutex
	of map[tenancy.ID]*graph
}

// graph returns the network of a day with what is free in it, read anew when it or a hold has changed.
func (s *Service) graph(ctx context.Context, day time.Time) (*graph, error) {
	v := version{day: day}
	err := s.d.DB.NewRaw(`SELECT coalesce((SELECT id FROM duct_change WHERE tenant_id = ?0 ORDER BY at DESC, id DESC LIMIT 1), ?1), coalesce((SELECT holds FROM duct_version WHERE tenant_id = ?0), 0)`,
		tenancy.Must(ctx), uuid.Nil).Scan(ctx, &v.change, &v.holds)
	if err != nil {
		return nil, fmt.Errorf("lease: graph: %w", err)
	}
	s.graphs.mu.Lock()
	g := s.graphs.of[tenancy.Must(ctx)]
	s.graphs.mu.Unlock()
	if g != nil && g.version == v {
		return g, nil
	}
	if g, err = readGraph(ctx, s.d.DB, v); err != nil {
		return nil, fmt.Errorf("lease: graph: %w", err)
	}
	s.graphs.mu.Lock()
	s.graphs.of[tenancy.Must(ctx)] = g
	s.graphs.mu.Unlock()
	return g, nil
}

func readGraph(ctx context.Context, db bun.IDB, v version) (*graph, error) {
	tenant := tenancy.Must(ctx)
	var rows []struct {
		edge      `bun:",extend"`
		From      string
		To        string
		Condition string
	}
	err := db.NewRaw(`SELECT k.id, k.code, a.code AS "from", b.code AS "to", c.road, c.authority, c.condition, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		JOIN duct_node a ON a.tenant_id = k.tenant_id AND a.id = k.from_node JOIN duct_node b ON b.tenant_id = k.tenant_id AND b.id = k.to_node
		WHERE k.tenant_id = ?0 ORDER BY k.code`, tenant, v.day).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	g := &graph{version: v, node: map[string]int32{}}
	ends := make([][2]int32, len(rows))
	at := map[uuid.UUID]int32{}
	for i, r := range rows {
		r.edge.sound = r.Condition != duct.Damaged && r.Condition != duct.Blocked
		g.edges = append(g.edges, r.edge)
		at[r.ID] = int32(i)
		ends[i] = [2]int32{g.nodeOf(r.From), g.nodeOf(r.To)}
	}
	g.link(ends)
	return g, g.readUnits(ctx, db, at)
}

func (g *graph) nodeOf(code string) int32 {
	n, ok := g.node[code]
	if !ok {
		n = int32(len(g.codes))
		g.node[code], g.codes = n, append(g.codes, code)
	}
	return n
}

// link lists the segments of each node.
func (g *graph) link(ends [][2]int32) {
	g.first = make([]int32, len(g.codes)+1)
	for _, e := range ends {
		g.first[e[0]+1]++
		g.first[e[1]+1]++
	}
	for i := range g.codes {
		g.first[i+1] += g.first[i]
	}
	g.out = make([]arc, 2*len(ends))
	next := slices.Clone(g.first)
	for i, e := range ends {
		g.out[next[e[0]]] = arc{int32(i), e[1]}
		next[e[0]]++
		g.out[next[e[1]]] = arc{int32(i), e[0]}
		next[e[1]]++
	}
}

// readUnits reads what lies in the segments and when it cannot be had: while it or something it lies in or that lies in it is
// held, is bad or kept back, and before it was laid and after it was taken out.
func (g *graph) readUnits(ctx context.Context, db bun.IDB, at map[uuid.UUID]int32) error {
	tenant := tenancy.Must(ctx)
	var units []struct {
		ID, SegmentID, ParentID uuid.UUID
		Kind                    string
		Since, Until            time.Time
	}
	err := db.NewRaw("SELECT id, segment_id, coalesce(parent_id, ?) AS parent_id, kind, since, until FROM duct_unit WHERE tenant_id = ? AND voided_by IS NULL ORDER BY segment_id", uuid.Nil, tenant).Scan(ctx, &units)
	if err != nil {
		return err
	}
	var taken []struct {
		UnitID      uuid.UUID
		From, Until time.Time
		Held        bool
	}
	err = db.NewRaw(`SELECT unit_id, lower(during) AS "from", upper(during) AS until, true AS held FROM duct_hold WHERE tenant_id = ?0 AND released_at IS NULL AND own
		UNION ALL SELECT unit_id, since, until, false FROM duct_unit_state WHERE tenant_id = ?0 AND voided_by IS NULL AND (condition <> 'good' OR purpose <> '')`, tenant).Scan(ctx, &taken)
	if err != nil {
		return err
	}
	place, parent := map[uuid.UUID]*unit{}, map[uuid.UUID]uuid.UUID{}
	within := map[uuid.UUID][]uuid.UUID{}
	counts := make([]int, len(g.edges))
	for _, u := range units {
		if e, ok := at[u.SegmentID]; ok {
			counts[e]++
		}
	}
	for e, n := range counts {
		g.edges[e].units = make([]unit, 0, n)
	}
	for _, u := range units {
		e, ok := at[u.SegmentID]
		if !ok {
			continue
		}
		x := unit{kind: u.Kind[0]}
		if since := days(u.Since); since > days(g.version.day) {
			x.taken = append(x.taken, span{0, since})
		}
		if !u.Until.IsZero() {
			x.taken = append(x.taken, span{days(u.Until), days(forever)})
		}
		list := append(g.edges[e].units, x)
		g.edges[e].units = list
		place[u.ID] = &list[len(list)-1]
		if u.ParentID != uuid.Nil {
			parent[u.ID], within[u.ParentID] = u.ParentID, append(within[u.ParentID], u.ID)
		}
	}
	for _, t := range taken {
		s := span{days(t.From), days(spanEnd(t.Until))}
		mark := func(id uuid.UUID) {
			if u := place[id]; u != nil {
				u.taken = append(u.taken, s)
			}
		}
		mark(t.UnitID)
		if !t.Held {
			continue
		}
		for up, ok := parent[t.UnitID]; ok; up, ok = parent[up] {
			mark(up)
		}
		for _, child := range within[t.UnitID] {
			mark(child)
			for _, grand := range within[child] {
				mark(grand)
			}
		}
	}
	return nil
}
