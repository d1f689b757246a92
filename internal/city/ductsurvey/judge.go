package ductsurvey

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"bedelau/internal/kernel/geo"
)

// subject is a feature under judgement: what PostGIS says of its shape, and what it turns out to be about.
type subject struct {
	N                        int
	ID                       uuid.UUID
	Kind, Code               string
	Body                     Body
	Shape                    string // as ST_GeometryType; empty without a place
	Metres                   float64
	Simple                   bool
	West, South, East, North float64
	Start, End, Middle       *orb.Point
	Cross                    *orb.Point // where the line meets itself
	Form                     string     // a fingerprint of the shape

	known    bool
	act      string
	was      uuid.NullUUID
	until    time.Time
	from, to uuid.NullUUID
}

// MarshalJSON is what is written down of the judgement.
func (f subject) MarshalJSON() ([]byte, error) {
	row := map[string]any{"n": f.N, "id": f.ID, "known": f.known, "act": f.act, "was": f.was, "from_node": f.from, "to_node": f.to}
	if !f.until.IsZero() {
		row["until"] = f.until.Format(time.DateOnly)
	}
	return json.Marshal(row)
}

func (j *judgement) resolveNode(f *subject) {
	n, ok := j.known.nodes[f.Code]
	if ok {
		f.known, f.ID, f.until = true, n.ID, n.Until
	}
	f.act = actNew
	if n.State != uuid.Nil {
		f.was, f.act = uuid.NullUUID{UUID: n.State, Valid: true}, actChanged
		b := f.Body
		if (f.Shape == "" || f.Form == n.Form) && same(b.NodeKind, n.Kind) && same(b.Authority, n.Authority) && sameFlag(b.FreeTrade, n.FreeTrade) && same(b.Condition, n.Condition) &&
			same(b.Address, n.Address) && same(b.Note, n.Note) {
			f.act = actSame
		}
	}
	if f.Start == nil && n.State != uuid.Nil {
		at := n.At
		f.Start = &at
	}
}

// same reports whether a file says nothing of a value, or what is known.
func same(said, is string) bool { return said == "" || said == is }

func sameFlag(said *bool, is bool) bool { return said == nil || *said == is }

func sameLength(said int64, is *int64) bool { return said == 0 || is != nil && *is == said }

// node finds what can be wrong with a node, beside what can be with any feature.
func (j *judgement) node(f *subject) {
	if f.Start == nil || f.Shape != "" && f.Shape != "ST_Point" {
		return
	}
	if other, ok := j.near.find(*f.Start, onePlace); ok && other.code != f.Code {
		j.fault(f, "geometry", "same_place", map[string]any{"node": other.code})
	}
	j.near.put(spot{f.Code, f.ID, *f.Start})
}

func (j *judgement) resolveSegment(f *subject) {
	s, ok := j.known.segments[f.Code]
	if ok {
		f.known, f.ID, f.until = true, s.ID, s.Until
		f.from, f.to = uuid.NullUUID{UUID: s.From, Valid: true}, uuid.NullUUID{UUID: s.To, Valid: true}
	}
	f.act = actNew
	if s.Parted {
		j.fault(f, "code", "was_split", nil)
	}
	b := f.Body
	if s.State != uuid.Nil {
		f.was, f.act = uuid.NullUUID{UUID: s.State, Valid: true}, actChanged
		if (f.Shape == "" || f.Form == s.Form) && same(b.Road, s.Road) && same(b.Class, s.Class) && same(b.Authority, s.Authority) && sameFlag(b.FreeTrade, s.FreeTrade) &&
			same(b.Condition, s.Condition) && same(b.Note, s.Note) && sameLength(b.Surveyed, s.SurveyedMM) && sameLength(b.Billed, s.BilledMM) && sameLength(b.Depth, s.DepthMM) {
			f.act = actSame
		}
	}
}

// segment finds which nodes a line joins, and what can be wrong with it.
func (j *judgement) segment(f *subject) {
	b := f.Body
	if f.act == actNew && b.Road == "" {
		j.fault(f, "road", "required", nil)
	}
	if k := b.Bank; k.Subducts > 0 && k.Ducts == 0 || k.Microducts > 0 && k.Subducts == 0 {
		j.fault(f, "subducts", "no_parent", nil)
	}
	if f.offEarth() {
		return
	}
	j.end(f, "from_node", b.From, f.Start, &f.from)
	j.end(f, "to_node", b.To, f.End, &f.to)
	if f.from.Valid && f.from == f.to {
		j.fault(f, "to_node", "loop", nil)
	}
	if f.Shape != "ST_LineString" {
		return
	}
	if f.Metres < 0.1 {
		j.fault(f, "geometry", "no_length", nil)
	} else if !f.Simple {
		j.at(f, f.Cross, "geometry", "crosses_itself", nil)
	}
	j.length(f)
}

// length compares what was measured with the line: a duct winds and dips, so it may be longer, but not by half.
func (j *judgement) length(f *subject) {
	if f.Body.Surveyed == 0 {
		return
	}
	said := float64(f.Body.Surveyed) / 1000
	off, args := math.Abs(said-f.Metres), map[string]any{"said": math.Round(said), "line": math.Round(f.Metres)}
	switch {
	case off > max(20, f.Metres/2):
		j.fault(f, "surveyed_m", "wrong_length", args)
	case off > max(5, f.Metres/10):
		j.fault(f, "surveyed_m", "other_length", args)
		j.found[len(j.found)-1].Doubt = true
	}
}

// end finds the node at one end of a line: the one that the file names, else the one that lies there.
func (j *judgement) end(f *subject, column, name string, tip *orb.Point, id *uuid.NullUUID) {
	line := f.Shape == "ST_LineString" && tip != nil
	var node spot
	switch {
	case f.known:
		node = j.known.spot(id.UUID)
		if name != "" && name != node.code {
			j.at(f, tip, column, "other_ends", map[string]any{"value": name, "node": node.code})
			return
		}
		if n := j.byCode[node.code]; n != nil && n.Start != nil {
			node.at = *n.Start
		} else if j.known.nodes[node.code].State == uuid.Nil {
			j.at(f, tip, column, "unknown_node", map[string]any{"value": node.code})
			return
		}
	case name != "":
		if n := j.byCode[name]; n != nil && n.Start != nil {
			node = spot{name, n.ID, *n.Start}
		} else if n, ok := j.known.nodes[name]; ok && n.State != uuid.Nil {
			node = spot{name, n.ID, n.At}
		} else {
			j.at(f, tip, column, "unknown_node", map[string]any{"value": name})
			return
		}
	case !line:
		return
	default:
		var ok bool
		if node, ok = j.near.find(*tip, touching); !ok {
			j.at(f, tip, column, "dangling", nil)
			return
		}
	}
	*id = uuid.NullUUID{UUID: node.id, Valid: true}
	if d := metres(node.at, f.tip(tip)); line && d > touching {
		j.at(f, tip, column, "apart", apart(f.Code, node.code, d))
	}
}

func apart(segment, node string, metres float64) map[string]any {
	return map[string]any{"segment": segment, "node": node, "metres": math.Round(metres*10) / 10}
}

// left finds the nodes that the file moves away from segments of the day that end there: what ends at a node that moves, and whose line the
// file does not give anew, has to end within reach of its new place. A node is told of the first of them by code.
func (j *judgement) left() {
	moved := map[uuid.UUID]*subject{}
	for _, f := range j.byCode {
		if f.known && f.was.Valid && f.Shape == "ST_Point" && f.Form != j.known.nodes[f.Code].Form {
			moved[f.ID] = f
		}
	}
	if len(moved) == 0 {
		return
	}
	drawn, told := map[string]bool{}, map[*subject]bool{}
	for k := range j.all {
		if f := &j.all[k]; f.Kind == SegmentFeature && f.Shape != "" {
			drawn[f.Code] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(j.known.segments)) {
		s := j.known.segments[code]
		if s.State == uuid.Nil || drawn[code] {
			continue
		}
		for _, end := range []struct {
			node uuid.UUID
			at   orb.Point
		}{{s.From, orb.Point{s.StartX, s.StartY}}, {s.To, orb.Point{s.EndX, s.EndY}}} {
			if f := moved[end.node]; f != nil && !told[f] {
				if d := metres(end.at, *f.Start); d > touching {
					told[f] = true
					j.fault(f, "geometry", "apart", apart(code, f.Code, d))
				}
			}
		}
	}
}

func (f *subject) tip(p *orb.Point) orb.Point {
	if p == nil {
		return orb.Point{}
	}
	return *p
}

// metres is how far two places are apart, on a sphere: true to half a per cent, which decides nothing here.
func metres(a, b orb.Point) float64 {
	return geo.Metres(geo.Point{Lat: a.Lat(), Lon: a.Lon()}, geo.Point{Lat: b.Lat(), Lon: b.Lon()})
}
