package ductmap

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
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
type Filter struct{ Road, Level, Code string }

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
	// Without a level only the segments of the page have to be counted.
	narrow := " ORDER BY code LIMIT ?3"
	if f.Level != "" {
		narrow = ""
	}
	var all []Segment
	err := s.d.DB.NewRaw(`WITH seg AS (SELECT c.segment_id, k.code, c.road, c.condition, c.authority, c.length_mm FROM duct_segment k JOIN duct_segment_state c ON c.segment_id = k.id AND `+onDay+`
			WHERE k.tenant_id = ?0 AND k.code > ?2 AND (?4 = '' OR c.road = ?4) AND (?8 = '' OR k.code = ?8) ?7`+narrow+`),`+occupancy+`
		SELECT * FROM (SELECT seg.code, seg.road, seg.condition, seg.authority, seg.length_mm, coalesce(f.places, 0) AS places, coalesce(f.held, 0) AS held, coalesce(f.free, 0) AS free,
			coalesce(`+percent+`, -1) AS occupancy FROM seg LEFT JOIN fill f ON f.segment_id = seg.segment_id) x
		WHERE occupancy BETWEEN ?5 AND ?6 ORDER BY code LIMIT ?3`, tenancy.Must(ctx), day, after, limit, f.Road, from, to, of.of("c.line"), f.Code).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductmap: segments: %w", err)
	}
	return all, nil
}

// Total is what there is of a level.
type Total struct {
	Level    string
	Segments int
	LengthMM int64
}

// Totals sums up the network of a day by level, in their order, and returns the box around it; an empty one for no network. For
// staff with duct:read.
func (s *Service) Totals(ctx context.Context, actor identity.Actor, day time.Time) ([]Total, geo.Box, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, geo.Box{}, err
	}
	return s.totals(ctx, everything, day)
}

func (s *Service) totals(ctx context.Context, of sight, day time.Time) ([]Total, geo.Box, error) {
	var rows []struct {
		Occupancy, Segments      int
		LengthMM                 int64
		South, West, North, East float64
	}
	err := s.d.DB.NewRaw(`WITH seg AS (SELECT c.segment_id, c.line, c.length_mm FROM duct_segment_state c WHERE `+onDay+` ?2),`+occupancy+`
		SELECT coalesce(`+percent+`, -1) AS occupancy, count(*) AS segments, sum(seg.length_mm)::bigint AS length_mm,
			min(ST_YMin(seg.line)) AS south, min(ST_XMin(seg.line)) AS west, max(ST_YMax(seg.line)) AS north, max(ST_XMax(seg.line)) AS east
		FROM seg LEFT JOIN fill f ON f.segment_id = seg.segment_id GROUP BY 1`, tenancy.Must(ctx), day, of.of("c.line")).Scan(ctx, &rows)
	if err != nil {
		return nil, geo.Box{}, fmt.Errorf("ductmap: totals: %w", err)
	}
	by, box := map[string]Total{}, geo.Box{}
	for i, r := range rows {
		t := by[LevelOf(r.Occupancy)]
		t.Segments, t.LengthMM = t.Segments+r.Segments, t.LengthMM+r.LengthMM
		by[LevelOf(r.Occupancy)] = t
		if i == 0 {
			box = geo.Box{South: r.South, West: r.West, North: r.North, East: r.East}
		}
		box = geo.Box{South: min(box.South, r.South), West: min(box.West, r.West), North: max(box.North, r.North), East: max(box.East, r.East)}
	}
	if len(rows) > 0 && box.Empty() { // one road that runs due east or north, which a map still has to show
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
