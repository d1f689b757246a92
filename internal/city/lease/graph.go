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

// graph is a city's network in memory, as it was when it was read: all that is, was or is to be there, so that it serves any day. What is
// only planned is not there until the day from which its state says that it was built.
// Nodes, segments and units go by their place in the lists, so that a way is found without a map.
type graph struct {
	change uuid.UUID // the last one of the network that it knows
	codes  []string  // of nodes
	node   map[string]int32
	edges  []edge
	ends   [][2]int32 // of each segment, the nodes at its ends
	first  []int32    // where the edges of a node begin in out
	out    []arc
	units  []unit              // in the order of their segments
	of     map[uuid.UUID]int32 // the last edge of each segment; the others are before it
	kinds  [][]kindDays        // of each node
	spare  sync.Pool           // of *scratch

	held *holds
}

// holds is who holds units when. It is read anew when that changes, and the network is not.
type holds struct {
	version int64
	first   []int32 // where the spans of a unit begin; nil while nothing is held
	spans   []span
}

// arc leads along a segment to a node.
type arc struct{ edge, to int32 }

// edge is a segment in one state, with what can be let in it.
type edge struct {
	ID          uuid.UUID
	Code        string
	Road        string
	Authority   string
	LengthMM    int64 // billed
	sound       bool  // neither damaged nor blocked
	days        span  // on which it is so
	fit         int32 // before this day it is there and sound without a break, in whatever states
	units, last int32 // its part of the units
}

// unit is one that can be let, and the days on which it lies there.
type unit struct {
	id     uuid.UUID
	within int32 // its place of what it lies in, -1 for the ground
	kind   byte  // d, s or m
	days   span
	shut   []span // on which it, or something that it lies in, is bad or kept back
}

// span is days from one to before another, as days since 1970.
type span struct{ from, until int32 }

func (s span) meets(t span) bool { return s.from < t.until && t.from < s.until }

func (s span) has(day int32) bool { return s.from <= day && day < s.until }

func days(t time.Time) int32 { return int32(t.Unix() / 86400) }

func spanOf(from, until time.Time) span { return span{days(from), days(spanEnd(until))} }

// fits reports whether a segment, in the state of an edge on the first day, is there and sound all the time.
func (e *edge) fits(s span) bool { return e.sound && e.days.has(s.from) && s.until <= e.fit }

// on reports whether a segment is there on a day, in any of its states.
func (g *graph) on(segment uuid.UUID, day int32) bool {
	last, ok := g.of[segment]
	for e := last; ok && e >= 0 && g.edges[e].ID == segment; e-- {
		if g.edges[e].days.has(day) {
			return true
		}
	}
	return false
}

// free is how many units of a kind can be had in a segment from a day to before another.
func (g *graph) free(e int32, kind byte, s span) int {
	n := 0
	for i := g.edges[e].units; i < g.edges[e].last; i++ {
		u := &g.units[i]
		if u.kind == kind && u.days.from <= s.from && s.until <= u.days.until && !g.isShut(i, s) && !g.isHeld(i, s) {
			n++
		}
	}
	return n
}

func (g *graph) isShut(unit int32, s span) bool {
	return slices.ContainsFunc(g.units[unit].shut, s.meets)
}

func (g *graph) isHeld(unit int32, s span) bool {
	h := g.held
	return h.first != nil && slices.ContainsFunc(h.spans[h.first[unit]:h.first[unit+1]], s.meets)
}

// graphs keeps the latest graph of each city.
type graphs struct {
	mu sync.Mutex
	of map[tenancy.ID]*graph
}

// graph returns the network with what is free in it. Only what has changed is read anew: the network after a change of it, who
// holds what after a change of that.
func (s *Service) graph(ctx context.Context) (*graph, error) {
	v, err := s.Version(ctx)
	if err != nil {
		return nil, err
	}
	s.graphs.mu.Lock()
	g := s.graphs.of[tenancy.Must(ctx)]
	s.graphs.mu.Unlock()
	if g != nil && g.change == v.Change && g.held.version == v.Holds {
		return g, nil
	}
	if g == nil || g.change != v.Change {
		if g, err = readGraph(ctx, s.d.DB, v.Change); err != nil {
			return nil, fmt.Errorf("lease: graph: %w", err)
		}
	}
	if g, err = g.withHolds(ctx, s.d.DB, v.Holds); err != nil {
		return nil, fmt.Errorf("lease: graph: %w", err)
	}
	s.graphs.mu.Lock()
	s.graphs.of[tenancy.Must(ctx)] = g
	s.graphs.mu.Unlock()
	return g, nil
}

func readGraph(ctx context.Context, db bun.IDB, change uuid.UUID) (*graph, error) {
	tenant := tenancy.Must(ctx)
	var rows []struct {
		edge      `bun:",extend"`
		From      string
		To        string
		Condition string
		Since     time.Time
		Until     time.Time
	}
	err := db.NewRaw(`SELECT k.id, k.code, a.code AS "from", b.code AS "to", c.road, c.authority, c.condition, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm, c.since, c.until
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL
		JOIN duct_node a ON a.tenant_id = k.tenant_id AND a.id = k.from_node JOIN duct_node b ON b.tenant_id = k.tenant_id AND b.id = k.to_node
		WHERE k.tenant_id = ? AND c.class <> ? ORDER BY k.id, c.since`, tenant, duct.Planned).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	g := newGraph()
	g.change = change
	for _, r := range rows {
		r.edge.sound, r.edge.days = r.Condition != duct.Damaged && r.Condition != duct.Blocked, spanOf(r.Since, r.Until)
		g.edges, g.ends = append(g.edges, r.edge), append(g.ends, [2]int32{g.nodeOf(r.From), g.nodeOf(r.To)})
	}
	g.link()
	if err := g.readKinds(ctx, db); err != nil {
		return nil, err
	}
	return g, g.readUnits(ctx, db)
}

func newGraph() *graph {
	return &graph{node: map[string]int32{}, of: map[uuid.UUID]int32{}, held: &holds{}}
}

func (g *graph) nodeOf(code string) int32 {
	n, ok := g.node[code]
	if !ok {
		n = int32(len(g.codes))
		g.node[code], g.codes = n, append(g.codes, code)
	}
	return n
}

// link lists the segments of each node, and says until when each is fit: its states are side by side, in their order.
func (g *graph) link() {
	for i := len(g.edges) - 1; i >= 0; i-- {
		e := &g.edges[i]
		if e.fit = e.days.until; i+1 < len(g.edges) {
			if next := &g.edges[i+1]; next.ID == e.ID && next.sound && next.days.from == e.days.until {
				e.fit = next.fit
			}
		}
	}
	g.first = make([]int32, len(g.codes)+1)
	for _, e := range g.ends {
		g.first[e[0]+1]++
		g.first[e[1]+1]++
	}
	for i := range g.codes {
		g.first[i+1] += g.first[i]
	}
	g.out = make([]arc, 2*len(g.ends))
	next := slices.Clone(g.first)
	for i, e := range g.ends {
		g.out[next[e[0]]] = arc{int32(i), e[1]}
		next[e[0]]++
		g.out[next[e[1]]] = arc{int32(i), e[0]}
		next[e[1]]++
	}
}

// readUnits reads what lies in the segments, and on which days it is bad or kept back.
func (g *graph) readUnits(ctx context.Context, db bun.IDB) error {
	tenant := tenancy.Must(ctx)
	var rows []struct {
		ID, SegmentID, ParentID uuid.UUID
		Kind                    string
		Since, Until            time.Time
	}
	err := db.NewRaw(`SELECT id, segment_id, coalesce(parent_id, ?) AS parent_id, kind, since, until FROM duct_unit WHERE tenant_id = ? AND voided_by IS NULL
		ORDER BY segment_id, array_position(ARRAY['duct', 'subduct', 'microduct'], kind)`, uuid.Nil, tenant).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	g.units = make([]unit, len(rows))
	from := map[uuid.UUID]int32{} // where the units of a segment begin
	for i, u := range rows {
		if i == 0 || rows[i-1].SegmentID != u.SegmentID {
			from[u.SegmentID] = int32(i)
		}
		g.units[i] = unit{id: u.ID, within: -1, kind: u.Kind[0], days: spanOf(u.Since, u.Until)}
		for k := from[u.SegmentID]; u.ParentID != uuid.Nil && k < int32(i); k++ {
			if g.units[k].id == u.ParentID {
				g.units[i].within = k
			}
		}
	}
	for i := range g.edges {
		e := &g.edges[i]
		g.of[e.ID] = int32(i)
		first, ok := from[e.ID]
		if !ok {
			continue
		}
		e.units, e.last = first, first
		for int(e.last) < len(rows) && rows[e.last].SegmentID == e.ID {
			e.last++
		}
	}
	var shut []struct {
		UnitID, SegmentID uuid.UUID
		Since, Until      time.Time
	}
	err = db.NewRaw(`SELECT x.unit_id, u.segment_id, x.since, x.until FROM duct_unit_state x JOIN duct_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		WHERE x.tenant_id = ? AND x.voided_by IS NULL AND (x.condition <> 'good' OR x.purpose <> '')`, tenant).Scan(ctx, &shut)
	if err != nil {
		return err
	}
	for _, x := range shut {
		if i := g.unitOf(x.SegmentID, x.UnitID); i >= 0 {
			g.units[i].shut = append(g.units[i].shut, spanOf(x.Since, x.Until))
		}
	}
	g.shutInside()
	return nil
}

// shutInside shuts what lies in a unit whenever that is shut, as isShut says it to the database. What a unit lies in comes before it.
func (g *graph) shutInside() {
	for i := range g.units {
		if u := &g.units[i]; u.within >= 0 && u.within < int32(i) {
			u.shut = append(u.shut, g.units[u.within].shut...)
		}
	}
}

// unitOf is the place of a unit in the list, -1 for one that is not there.
func (g *graph) unitOf(segment, id uuid.UUID) int32 {
	e, ok := g.of[segment]
	if !ok {
		return -1
	}
	for i := g.edges[e].units; i < g.edges[e].last; i++ {
		if g.units[i].id == id {
			return i
		}
	}
	return -1
}

// withHolds is the same network with who holds what now. A unit cannot be had while it, something it lies in or something that
// lies in it is held.
func (g *graph) withHolds(ctx context.Context, db bun.IDB, version int64) (*graph, error) {
	var rows []struct {
		UnitID, SegmentID uuid.UUID
		From, Until       time.Time
	}
	err := db.NewRaw(`SELECT h.unit_id, u.segment_id, lower(h.during) AS "from", upper(h.during) AS until FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id
		WHERE h.tenant_id = ? AND h.released_at IS NULL AND h.own`, tenancy.Must(ctx)).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	var marks []mark
	for _, r := range rows {
		if i := g.unitOf(r.SegmentID, r.UnitID); i >= 0 {
			marks = g.mark(marks, g.of[r.SegmentID], i, spanOf(r.From, r.Until))
		}
	}
	return &graph{change: g.change, codes: g.codes, node: g.node, edges: g.edges, ends: g.ends, first: g.first, out: g.out, units: g.units, of: g.of, kinds: g.kinds, held: heldBy(version, len(g.units), marks)}, nil
}

// mark is a unit that cannot be had for some days.
type mark struct {
	unit int32
	days span
}

// mark adds a unit of a segment, all that it lies in and all that lies in it.
func (g *graph) mark(marks []mark, e, unit int32, s span) []mark {
	for i := unit; i >= 0; i = g.units[i].within {
		marks = append(marks, mark{i, s})
	}
	for i := g.edges[e].units; i < g.edges[e].last; i++ {
		for up := g.units[i].within; up >= 0; up = g.units[up].within {
			if up == unit {
				marks = append(marks, mark{i, s})
				break
			}
		}
	}
	return marks
}

// heldBy lists marks by unit.
func heldBy(version int64, units int, marks []mark) *holds {
	h := &holds{version: version}
	if len(marks) == 0 {
		return h
	}
	h.first, h.spans = make([]int32, units+1), make([]span, len(marks))
	for _, m := range marks {
		h.first[m.unit+1]++
	}
	for i := range units {
		h.first[i+1] += h.first[i]
	}
	next := slices.Clone(h.first)
	for _, m := range marks {
		h.spans[next[m.unit]] = m.days
		next[m.unit]++
	}
	return h
}
