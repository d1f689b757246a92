package ductsurvey

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pack"
)

// How near is near, in metres.
const (
	touching = 1.0 // the end of a line and its node
	onePlace = 0.5 // two nodes that are one
)

// What a feature does to the network.
const (
	actNew     = "new"
	actChanged = "changed"
	actSame    = "same"
)

// check finds what is wrong with a file and what it would change. Running again, it finds the same.
func (s *Service) check(ctx context.Context, tx bun.Tx, args importArgs) error {
	if err := unhurried(ctx, tx, checkKind); err != nil {
		return err
	}
	i, err := find(ctx, tx, args.ImportID, true)
	if err != nil || i.State != Read && i.State != Checked && i.State != Refused {
		return err // applied or undone meanwhile
	}
	if err := s.judge(ctx, tx, &i); err != nil {
		return fmt.Errorf("ductsurvey: check: %w", err)
	}
	i.State = Checked
	if i.Faults > 0 {
		i.State = Refused
	}
	_, err = tx.NewUpdate().Model(&i).Column("state", "faults", "doubts", "counts").WherePK().Exec(ctx)
	return err
}

// judge compares a file with the network of its day, feature by feature, and writes down every fault and what each would do.
func (s *Service) judge(ctx context.Context, tx bun.Tx, i *Import) error {
	if err := duct.Lock(ctx, tx); err != nil {
		return err
	}
	m, err := pack.LoadMap(ctx, tx, i.OnDay)
	if err != nil {
		return err
	}
	all, err := subjects(ctx, tx, i)
	if err != nil {
		return err
	}
	n, err := loadKnown(ctx, tx, i.OnDay)
	if err != nil {
		return err
	}
	j := judgement{ground: m, known: n, all: all, byCode: map[string]*subject{}, near: newGrid()}
	j.run()
	i.Counts, i.Faults, i.Doubts = j.counts, 0, 0
	for _, f := range j.found {
		if f.Doubt {
			i.Doubts++
		} else {
			i.Faults++
		}
	}
	return j.save(ctx, tx, i)
}

// judgement is one comparison of a file with the network.
type judgement struct {
	ground geo.Map
	known  known
	all    []subject
	byCode map[string]*subject // nodes of the file
	near   grid                // of nodes: those of the file, and those of the network that the file does not name
	counts duct.Counts
	found  []Fault
}

func (j *judgement) run() {
	for k := range j.all {
		if f := &j.all[k]; f.Kind == NodeFeature {
			j.resolveNode(f)
			if j.byCode[f.Code] == nil {
				j.byCode[f.Code] = f
			}
		}
	}
	for code, n := range j.known.nodes {
		if n.State != uuid.Nil && j.byCode[code] == nil {
			j.near.put(spot{code, n.ID, n.At})
		}
	}
	seen := map[string]int{}
	for _, kind := range []string{NodeFeature, SegmentFeature} { // a line may come before the nodes at its ends
		for k := range j.all {
			f := &j.all[k]
			if f.Kind != kind {
				continue
			}
			if kind == SegmentFeature {
				j.resolveSegment(f)
			}
			j.common(f, seen)
			if kind == NodeFeature {
				j.node(f)
			} else {
				j.segment(f)
			}
			j.count(f)
		}
	}
	j.left()
}

var codePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// common finds what can be wrong with any feature.
func (j *judgement) common(f *subject, seen map[string]int) {
	if f.offEarth() {
		f.Middle = f.impossible()
	}
	switch first := seen[f.Kind+" "+f.Code]; {
	case f.Code == "":
		j.fault(f, "code", "required", nil)
	case !codePattern.MatchString(f.Code):
		j.fault(f, "code", "bad_code", nil)
	case first > 0:
		j.fault(f, "code", "twice", map[string]any{"n": first})
	default:
		seen[f.Kind+" "+f.Code] = f.N
	}
	for column, text := range f.Body.Unread {
		j.fault(f, column, "unreadable", map[string]any{"value": text})
	}
	b := f.Body
	for _, x := range []struct {
		column, value string
		all           []string
		needed        bool
	}{
		{"authority", b.Authority, j.known.authorities, true}, {"condition", b.Condition, duct.Conditions(), false}, {"class", b.Class, duct.Classes(), false},
		{"kind", b.NodeKind, duct.NodeKinds(), f.Kind == NodeFeature},
	} {
		switch {
		case x.column == "kind" && f.Kind != NodeFeature:
		case x.value != "" && !slices.Contains(x.all, x.value):
			j.fault(f, x.column, "unknown_code", map[string]any{"value": x.value})
		case x.value == "" && x.needed && f.act == actNew:
			j.fault(f, x.column, "required", nil)
		}
	}
	switch want := map[string]string{NodeFeature: "ST_Point", SegmentFeature: "ST_LineString"}[f.Kind]; {
	case f.Shape == "" && f.act == actNew:
		j.fault(f, "geometry", "required", nil)
	case f.Shape == "":
	case f.Shape != want:
		j.fault(f, "geometry", "bad_shape", nil)
	case f.offEarth():
		j.fault(f, "geometry", "off_earth", nil)
	case j.ground.Known() && (j.ground.Outside(geo.Point{Lat: f.South, Lon: f.West}) || j.ground.Outside(geo.Point{Lat: f.North, Lon: f.East})):
		j.fault(f, "geometry", "outside", nil)
	}
}

// offEarth is a shape with coordinates that no place has. It is said once: such a shape is nowhere on a map, and of course its ends meet
// nothing and its length is wrong.
func (f *subject) offEarth() bool {
	return f.Shape != "" && (f.West < -180 || f.East > 180 || f.South < -90 || f.North > 90)
}

// impossible is the end of a shape off the earth that lies there, or where it begins, to be found by in the file; nil for an area. Its
// middle may be beyond all numbers.
func (f *subject) impossible() *orb.Point {
	for _, at := range []*orb.Point{f.Start, f.End} {
		if at != nil && (math.Abs(at.Lon()) > 180 || math.Abs(at.Lat()) > 90) {
			return at
		}
	}
	return f.Start
}

func (j *judgement) fault(f *subject, column, code string, args map[string]any) {
	j.at(f, f.Middle, column, code, args)
}

func (j *judgement) at(f *subject, where *orb.Point, column, code string, args map[string]any) {
	j.found = append(j.found, Fault{N: f.N, Field: column, Code: code, Args: args, Place: where})
}

func (j *judgement) count(f *subject) {
	of := &j.counts.Segments
	if f.Kind == NodeFeature {
		of = &j.counts.Nodes
	} else {
		j.counts.LengthMM += int64(f.Metres*1000 + 0.5)
	}
	switch f.act {
	case actNew:
		of.New++
		j.counts.Units += f.Body.Bank.Units()
	case actChanged:
		of.Changed++
	default:
		of.Same++
	}
}

// save writes down what was found, in place of what was found before.
func (j *judgement) save(ctx context.Context, tx bun.Tx, i *Import) error {
	if _, err := tx.NewRaw("DELETE FROM duct_fault WHERE tenant_id = ? AND import_id = ?", i.TenantID, i.ID).Exec(ctx); err != nil {
		return err
	}
	for part := range slices.Chunk(j.found, keptAtOnce) {
		rows := make([]map[string]any, len(part))
		for k, f := range part {
			rows[k] = map[string]any{"n": f.N, "field": f.Field, "code": f.Code, "doubt": f.Doubt, "args": f.Args}
			if f.Args == nil {
				rows[k]["args"] = map[string]any{}
			}
			if f.Place != nil {
				rows[k]["x"], rows[k]["y"] = f.Place[0], f.Place[1]
			}
		}
		raw, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO duct_fault (tenant_id, import_id, n, field, code, doubt, args, place)
			SELECT ?, ?, x.n, x.field, x.code, x.doubt, x.args, ST_SetSRID(ST_MakePoint(x.x, x.y), 4326)
			FROM jsonb_to_recordset(?::jsonb) AS x(n int, field text, code text, doubt boolean, args jsonb, x double precision, y double precision)`,
			i.TenantID, i.ID, string(raw)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for part := range slices.Chunk(j.all, keptAtOnce) {
		raw, err := json.Marshal(part)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`UPDATE duct_feature f SET id = x.id, known = x.known, act = x.act, was = x.was, until = x.until, from_node = x.from_node, to_node = x.to_node
			FROM jsonb_to_recordset(?::jsonb) AS x(n int, id uuid, known boolean, act text, was uuid, until date, from_node uuid, to_node uuid)
			WHERE f.tenant_id = ? AND f.import_id = ? AND f.n = x.n`, string(raw), i.TenantID, i.ID).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
