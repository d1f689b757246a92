package ductmap

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// Level is a range of occupancy that a map draws alike and a list calls by one word.
type Level struct {
	Code     string
	From, To int // percent, in steps of ten
}

// Levels are all of them, the emptiest first. Unrecorded is a segment of which nobody has said what lies in it.
func Levels() []Level {
	return []Level{{"empty", 0, 0}, {"light", 10, 40}, {"busy", 50, 70}, {"tight", 80, 90}, {"full", 100, 100}, {Unrecorded, -1, -1}}
}

const Unrecorded = "unrecorded"

// LevelOf is the level of a percentage; below zero it is Unrecorded.
func LevelOf(occupancy int) string {
	for _, l := range Levels() {
		if l.From <= occupancy && occupancy <= l.To {
			return l.Code
		}
	}
	return Unrecorded
}

// Segment is one segment of a day with how full it is.
type Segment struct {
	Code, Road, Condition, Authority string
	LengthMM                         int64
	Places, Held, Free               int // Free are subducts that can be had
	Occupancy                        int // percent, in steps of ten; -1 where nothing is known to lie
}

// Filter narrows a list down; empty parts do not.
type Filter struct {
	Road, Level, Code string
	Roads             []string // any of them
	Around            geo.Box  // what lies in it or reaches into it
}

// Empty reports whether nothing is narrowed down.
func (f Filter) Empty() bool {
	return f.Road == "" && f.Level == "" && f.Code == "" && len(f.Roads) == 0 && f.Around.Empty()
}

// takes reports whether the i-th segment of the network passes, whatever its level.
func (f Filter) takes(x *view, i int) bool {
	r := x.runs[i]
	return (f.Road == "" || r.Road == f.Road) && (f.Code == "" || r.Code == f.Code) && (len(f.Roads) == 0 || slices.Contains(f.Roads, r.Road)) &&
		(f.Around.Empty() || x.boxes[i].Intersects(orb.Bound{Min: orb.Point{f.Around.West, f.Around.South}, Max: orb.Point{f.Around.East, f.Around.North}}))
}

// Segments lists the network of a day by code, from after a code on, at most limit. For staff with duct:read.
func (s *Service) Segments(ctx context.Context, actor identity.Actor, day time.Time, f Filter, after string, limit int) ([]Segment, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.segments(ctx, everything, day, f, after, limit)
}

func (s *Service) segments(ctx context.Context, of sight, day time.Time, f Filter, after string, limit int) ([]Segment, error) {
	from, to := -1, 100
	for _, l := range Levels() {
		if l.Code == f.Level {
			from, to = l.From, l.To
		}
	}
	x, shown, err := s.now(ctx, of, day)
	if err != nil {
		return nil, err
	}
	first, found := slices.BinarySearchFunc(x.runs, after, func(r *run, code string) int { return strings.Compare(r.Code, code) })
	if found {
		first++
	}
	var all []Segment
	for i := first; i < len(x.runs) && len(all) < limit; i++ {
		if !f.takes(x, i) || !shown(x.runs[i].State) {
			continue
		}
		if one := x.segment(i); from <= one.Occupancy && one.Occupancy <= to {
			all = append(all, one)
		}
	}
	return all, nil
}

// Total is what there is of a level.
type Total struct {
	Level    string
	Segments int
	LengthMM int64
}

// Totals sums up the network of a day by level, in their order, and returns the box around it; an empty one for no network. With roads
// it is what runs along them. For staff with duct:read.
func (s *Service) Totals(ctx context.Context, actor identity.Actor, day time.Time, roads ...string) ([]Total, geo.Box, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, geo.Box{}, err
	}
	return s.totals(ctx, everything, day, Filter{Roads: roads})
}

func (s *Service) totals(ctx context.Context, of sight, day time.Time, f Filter) ([]Total, geo.Box, error) {
	x, shown, err := s.now(ctx, of, day)
	if err != nil {
		return nil, geo.Box{}, err
	}
	by, around, some := map[string]Total{}, orb.Bound{}, false
	for i, r := range x.runs {
		if !f.takes(x, i) || !shown(r.State) {
			continue
		}
		level := LevelOf(percent(x.fills[i]))
		t := by[level]
		t.Segments, t.LengthMM = t.Segments+1, t.LengthMM+r.LengthMM
		by[level] = t
		if !some {
			around, some = x.boxes[i], true
		}
		around = around.Union(x.boxes[i])
	}
	box := geo.Box{South: around.Bottom(), West: around.Left(), North: around.Top(), East: around.Right()}
	if some && box.Empty() { // one road that runs due east or north, which a map still has to show
		const air = 0.001 // degrees
		box = geo.Box{South: box.South - air, West: box.West - air, North: box.North + air, East: box.East + air}
	}
	var out []Total
	for _, l := range Levels() {
		t := by[l.Code]
		t.Level = l.Code
		out = append(out, t)
	}
	return out, box, nil
}
