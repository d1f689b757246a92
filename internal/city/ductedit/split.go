package ductedit

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Split is a new node on a segment, which becomes two.
type Split struct {
	Segment  string    // code
	OnDay    time.Time // from when it is so; not to come
	MM       int64     // along the line from its first node, on the ellipsoid
	Node     string    // code of the node
	Kind     string    // of the node
	First    string    // codes of the parts, from the first node on
	Second   string
	Why      string
	Cut      uuid.UUID // a unit that goes on beyond the node no more; none for uuid.Nil
	Backward bool      // the sound part is the second one, and beyond is the first
	CutAs    string    // duct.Damaged, duct.Blocked or Gone
}

// Gone is what becomes of a unit that was cut and is no longer there.
const Gone = "gone"

// CutAs are the things that can become of it.
func CutAs() []string { return []string{duct.Damaged, duct.Blocked, Gone} }

// nearest is how close to the end of a segment it can be split: at less, the node is the one that is there.
const nearest = 1000 // millimetres

// codeShape is that of the codes of things of the network, as files have them.
var codeShape = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,60}$`)

func (in Split) check(today time.Time) []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	for _, x := range []struct{ name, code string }{{"node", in.Node}, {"first", in.First}, {"second", in.Second}} {
		switch {
		case x.code == "":
			add(x.name, "required")
		case !codeShape.MatchString(x.code):
			add(x.name, "duct_bad_code")
		}
	}
	if in.First != "" && in.First == in.Second {
		add("second", "twice")
	}
	if !slices.Contains(duct.NodeKinds(), in.Kind) {
		add("kind", "not_an_option")
	}
	switch {
	case in.OnDay.IsZero():
		add("on_day", "required")
	case in.OnDay.After(today):
		add("on_day", "date_future")
	}
	if in.MM <= 0 {
		add("metres", "required")
	}
	if in.Cut != uuid.Nil && !slices.Contains(CutAs(), in.CutAs) {
		add("cut_as", "not_an_option")
	}
	return said(bad, in.Why)
}

// whole is a segment that is to be split, as it is on the day.
type whole struct {
	ID, StateID, From, To uuid.UUID
	Since                 time.Time
	LengthMM              int64
	SurveyedMM, BilledMM  *int64
	WKB                   []byte    `bun:"wkb"`
	Legs                  []float64 `bun:"legs,array"` // metres between its points
	After                 time.Time // the last day on which something of it began or ended

	line  orb.LineString
	units []duct.Unit // parents before what lies in them
}

// Split makes two segments of one at a new node on its line: what lies in it lies in both, who holds it holds both, and what is
// billed for both is what was billed for it. With a Cut, one unit and what lies in it is damaged or gone beyond the node. It needs
// duct:manage. It refuses Invalid for words and codes that cannot be, for a day to come and one on which something of the segment
// began or later (field "on_day"), and for a place outside its line (field "metres"); NotFound "duct.no_segment" and "duct.no_unit";
// Conflict "duct.held" where what would be gone is let, and
// "duct.cabled" where a cable lies in it.
func (s *Service) Split(ctx context.Context, actor identity.Actor, in Split) (change uuid.UUID, err error) {
	in.Node, in.First, in.Second, in.OnDay = strings.TrimSpace(in.Node), strings.TrimSpace(in.First), strings.TrimSpace(in.Second), duct.DayOf(in.OnDay)
	kind, action := duct.BySplit, "duct.split"
	if in.Cut != uuid.Nil {
		kind, action = duct.ByCut, "duct.cut"
	}
	bad := in.check(s.today(ctx))
	return s.act(ctx, actor, action, duct.Change{Kind: kind, OnDay: in.OnDay, Why: in.Why}, func(ctx context.Context, tx bun.Tx, c *duct.Change) (map[string]any, error) {
		if in.OnDay.IsZero() {
			return nil, fault.Fields(bad)
		}
		w, err := find(ctx, tx, in.Segment, in.OnDay)
		if err != nil {
			return nil, err
		}
		if !in.OnDay.After(w.After) {
			bad = append(bad, fault.Field{Name: "on_day", Code: "duct_not_after", Args: []any{"day", i18n.From(ctx).Date(w.After)}})
		}
		if in.MM > 0 && (in.MM < nearest || in.MM > w.LengthMM-nearest) {
			bad = append(bad, fault.Field{Name: "metres", Code: "duct_off_line", Args: []any{"max", (w.LengthMM - nearest) / 1000}})
		}
		node, taken, err := known(ctx, tx, "duct_node", in.Node, uuid.Nil, uuid.Nil)
		if err != nil {
			return nil, err
		}
		if taken {
			bad = append(bad, fault.Field{Name: "node", Code: "duct_code_taken"})
		}
		var parts [2]uuid.UUID
		for i, x := range []struct{ field, code string }{{"first", in.First}, {"second", in.Second}} {
			ends := [2][2]uuid.UUID{{w.From, node}, {node, w.To}}[i]
			if parts[i], taken, err = known(ctx, tx, "duct_segment", x.code, ends[0], ends[1]); err != nil {
				return nil, err
			}
			if taken {
				bad = append(bad, fault.Field{Name: x.field, Code: "duct_code_taken"})
			}
		}
		if err := fault.Fields(bad); err != nil {
			return nil, err
		}
		if err := w.part(ctx, tx, c, in, node, parts); err != nil {
			return nil, err
		}
		return map[string]any{"segment": in.Segment, "day": in.OnDay.Format(time.DateOnly), "node": in.Node, "first": in.First, "second": in.Second, "metres": float64(in.MM) / 1000}, nil
	})
}

// find reads a segment with all that is known of it from a day on.
func find(ctx context.Context, tx bun.Tx, code string, day time.Time) (whole, error) {
	var all []whole
	err := tx.NewRaw(`SELECT k.id, c.id AS state_id, k.from_node AS "from", k.to_node AS "to", c.since, c.length_mm, c.surveyed_mm, c.billed_mm, ST_AsBinary(c.line) AS wkb,
			ARRAY(SELECT ST_Distance(ST_PointN(c.line, i)::geography, ST_PointN(c.line, i + 1)::geography) FROM generate_series(1, ST_NPoints(c.line) - 1) i ORDER BY i) AS legs,
			(SELECT max(d) FROM (SELECT unnest(ARRAY[x.since, x.until]) AS d FROM duct_segment_state x WHERE x.tenant_id = k.tenant_id AND x.segment_id = k.id AND x.voided_by IS NULL
				UNION ALL SELECT unnest(ARRAY[u.since, u.until]) FROM duct_unit u WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.voided_by IS NULL
				UNION ALL SELECT unnest(ARRAY[b.since, b.until]) FROM duct_unit u JOIN duct_unit_state b ON b.tenant_id = u.tenant_id AND b.unit_id = u.id AND b.voided_by IS NULL
					WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.voided_by IS NULL) x) AS after
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
		WHERE k.tenant_id = ?0 AND k.code = ?1`, tenancy.Must(ctx), code, day.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return whole{}, fmt.Errorf("ductedit: find: %w", err)
	}
	if len(all) == 0 {
		return whole{}, fault.New(fault.NotFound, "duct.no_segment")
	}
	w := all[0]
	if err := wkb.Scanner(&w.line).Scan(w.WKB); err != nil {
		return w, fmt.Errorf("ductedit: find: %w", err)
	}
	last, err := ductcable.Last(ctx, tx, w.ID)
	if err != nil {
		return w, err
	}
	if last.After(w.After) {
		w.After = last
	}
	w.units, err = unitsOf(ctx, tx, w.ID, day)
	return w, err
}

// unitsOf is what lies in a segment on a day, parents before what lies in them.
func unitsOf(ctx context.Context, tx bun.IDB, segment uuid.UUID, day time.Time) (all []duct.Unit, err error) {
	err = tx.NewSelect().Model(&all).Where("u.tenant_id = ? AND u.segment_id = ? AND u.voided_by IS NULL AND u.since <= ? AND (u.until IS NULL OR u.until > ?)", tenancy.Must(ctx), segment, day, day).
		OrderExpr("array_position(ARRAY['duct', 'subduct', 'microduct'], u.kind), u.parent_id, u.position").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductedit: units: %w", err)
	}
	return all, nil
}

// known is the id of a node or a segment of a code that was there once and is to be again, such as after an undo; else a new one.
// taken reports one that is there, was there, or lies between other nodes.
func known(ctx context.Context, tx bun.Tx, table, code string, from, to uuid.UUID) (id uuid.UUID, taken bool, err error) {
	var all []struct {
		ID       uuid.UUID
		From, To uuid.UUID
		Lives    bool
	}
	ends, of := `?2 AS "from", ?3 AS "to"`, "node_id"
	if table == "duct_segment" {
		ends, of = `k.from_node AS "from", k.to_node AS "to"`, "segment_id"
	}
	err = tx.NewRaw("SELECT k.id, "+ends+", EXISTS (SELECT FROM "+table+"_state c WHERE c.tenant_id = k.tenant_id AND c."+of+" = k.id AND c.voided_by IS NULL) AS lives FROM "+table+" k WHERE k.tenant_id = ?0 AND k.code = ?1",
		tenancy.Must(ctx), code, from, to).Scan(ctx, &all)
	if err != nil {
		return id, false, fmt.Errorf("ductedit: known: %w", err)
	}
	if len(all) > 0 {
		return all[0].ID, all[0].Lives || all[0].From != from || all[0].To != to, nil
	}
	id, err = uuid.NewV7()
	return id, false, err
}

// part writes the two segments and ends the one.
func (w whole) part(ctx context.Context, tx bun.Tx, c *duct.Change, in Split, node uuid.UUID, parts [2]uuid.UUID) error {
	lines, err := w.lines(float64(in.MM) / 1000)
	if err != nil {
		return err
	}
	tenant, day := tenancy.Must(ctx), c.OnDay.Format(time.DateOnly)
	var length [2]int64
	for i, l := range lines {
		if err := tx.NewRaw("SELECT round(ST_Length(ST_GeomFromWKB(?, 4326)::geography) * 1000)::bigint", l).Scan(ctx, &length[i]); err != nil {
			return fmt.Errorf("ductedit: split: %w", err)
		}
	}
	c.Counts = duct.Counts{Nodes: duct.Count{New: 1}, Segments: duct.Count{New: 2}, LengthMM: length[0] + length[1]}
	surveyed, billed := lengths(w, length)
	halves, states, err := w.copy(ctx, tx, c, in, parts)
	if err != nil {
		return err
	}
	c.Counts.Units, c.Segment = len(halves), uuid.NullUUID{UUID: w.ID, Valid: true}
	var ids [3]uuid.UUID // of the states of the parts and of the node
	for i := range ids {
		if ids[i], err = uuid.NewV7(); err != nil {
			return err
		}
	}
	if err := begin(ctx, tx, c); err != nil {
		return err
	}
	run := func(sql string, args ...any) {
		if err == nil {
			_, err = tx.NewRaw(sql, args...).Exec(ctx)
		}
	}
	run("INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tenant, node, in.Node)
	run(`INSERT INTO duct_node_state (tenant_id, id, node_id, since, kind, at, authority, free_trade, condition, change_id)
		SELECT tenant_id, ?7, ?1, ?2, ?3, ST_StartPoint(ST_GeomFromWKB(?4, 4326)), authority, free_trade, 'good', ?5 FROM duct_segment_state WHERE tenant_id = ?0 AND id = ?6`,
		tenant, node, day, in.Kind, lines[1], c.ID, w.StateID, ids[2])
	run("UPDATE duct_unit_state b SET until = ?2, ended_by = ?3 FROM duct_unit u WHERE u.tenant_id = b.tenant_id AND u.id = b.unit_id AND u.segment_id = ?1 AND b.tenant_id = ?0 AND b.voided_by IS NULL AND b.until IS NULL", tenant, w.ID, day, c.ID)
	run("UPDATE duct_unit SET until = ?2, ended_by = ?3 WHERE tenant_id = ?0 AND segment_id = ?1 AND voided_by IS NULL AND until IS NULL", tenant, w.ID, day, c.ID)
	run("UPDATE duct_segment_state SET until = ?2, ended_by = ?3 WHERE tenant_id = ?0 AND id = ?1", tenant, w.StateID, day, c.ID)
	for i, code := range []string{in.First, in.Second} {
		ends := [2][2]uuid.UUID{{w.From, node}, {node, w.To}}[i]
		run("INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", tenant, parts[i], code, ends[0], ends[1])
		run(`INSERT INTO duct_segment_state (tenant_id, id, segment_id, since, line, surveyed_mm, billed_mm, road, class, authority, free_trade, condition, depth_mm, note, change_id)
			SELECT tenant_id, ?8, ?1, ?2, ST_GeomFromWKB(?3, 4326), ?4, ?5, road, class, authority, free_trade, condition, depth_mm, note, ?6 FROM duct_segment_state WHERE tenant_id = ?0 AND id = ?7`,
			tenant, parts[i], day, lines[i], surveyed[i], billed[i], c.ID, w.StateID, ids[i])
	}
	if err != nil {
		return fmt.Errorf("ductedit: split: %w", err)
	}
	for i := range halves {
		halves[i].ChangeID = c.ID
	}
	for part := range slices.Chunk(halves, 500) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("ductedit: split: %w", err)
		}
	}
	for i := range states {
		states[i].ChangeID = c.ID
	}
	for part := range slices.Chunk(states, 500) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("ductedit: split: %w", err)
		}
	}
	if err := ductcable.Divide(ctx, tx, c.ID, c.OnDay); err != nil {
		return err
	}
	return lease.Divide(ctx, tx, c.ID, c.OnDay, c.At)
}

// lines are those of the parts, up to so many metres and from there on.
func (w whole) lines(metres float64) (out [2][]byte, err error) {
	for i, leg := range w.Legs {
		if metres > leg && i < len(w.Legs)-1 {
			metres -= leg
			continue
		}
		a, b, f := w.line[i], w.line[i+1], min(metres/leg, 1)
		at := orb.Point{a[0] + (b[0]-a[0])*f, a[1] + (b[1]-a[1])*f}
		first := append(slices.Clone(w.line[:i+1]), at)
		second := orb.LineString{at}
		if at != b {
			second = append(second, b)
		}
		second = append(second, w.line[i+2:]...)
		if len(first) > 2 && first[len(first)-2] == at {
			first = first[:len(first)-1]
		}
		if out[0], err = wkb.Marshal(first); err == nil {
			out[1], err = wkb.Marshal(second)
		}
		return out, err
	}
	return out, fmt.Errorf("ductedit: %v metres of a line of %d legs", metres, len(w.Legs))
}

// lengths are what of the whole was surveyed and is billed of each part, so that both come to it: what was measured or agreed on by
// the length of the parts, and where nothing was, the rounding of a millimetre.
func lengths(w whole, length [2]int64) (surveyed, billed [2]*int64) {
	share := func(mm *int64) (out [2]*int64) {
		if mm == nil {
			return out
		}
		first := min(max((*mm*length[0]+(length[0]+length[1])/2)/(length[0]+length[1]), 1), *mm-1)
		second := *mm - first
		return [2]*int64{&first, &second}
	}
	surveyed, billed = share(w.SurveyedMM), share(w.BilledMM)
	if w.SurveyedMM == nil && w.BilledMM == nil && length[0]+length[1] != w.LengthMM {
		second := w.LengthMM - length[0]
		billed[1] = &second
	}
	return surveyed, billed
}
