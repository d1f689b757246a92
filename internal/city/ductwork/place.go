package ductwork

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Place says where works are, in one of three ways: by points, by segments of the ducts, or by a whole road of them.
type Place struct {
	Points   []geo.Point // one is a hole, more are a line, and an area with Area
	Area     bool
	Segments []string // codes
	Road     string   // along which ducts run
}

// Empty reports whether nothing was said.
func (p Place) Empty() bool { return len(p.Points) == 0 && len(p.Segments) == 0 && p.Road == "" }

// byDucts reports whether a place is the line of the ducts themselves, not one that somebody drew.
func (p Place) byDucts() bool { return len(p.Points) == 0 }

const (
	pointsMost   = 60
	segmentsMost = 200
	longest      = 50_000 // metres of one work; a longer one is a programme
)

// most is how long the outline of works may be, in metres. That of an emergency shuts every segment that it touches, so it is the city's
// to bound, whoever enters or confirms it.
func most(emergency bool, rule Rule) int {
	if emergency {
		return rule.EmergencyM
	}
	return longest
}

// abroad names each point that lies outside the map of the city on a day, field "place.N" for the Nth from 1: everybody would read of works
// there in the calendar of this city. Where the city has no map nothing is known of that. A point outside the country is shape's to name.
func (p Place) abroad(ctx context.Context, tx bun.Tx, day time.Time) (bad []fault.Field, err error) {
	if len(p.Points) == 0 {
		return nil, nil
	}
	ground, err := pack.LoadMap(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	for i, at := range p.Points {
		if geo.Indonesia.Holds(at) && ground.Outside(at) {
			bad = append(bad, fault.Field{Name: "place." + strconv.Itoa(i+1), Code: "work_outside_city"})
		}
	}
	return bad, nil
}

// standing are the segments of the network on a day that a place names, by their codes or by their road.
func (p Place) standing(ctx context.Context, q *bun.SelectQuery, today time.Time) *bun.SelectQuery {
	q = q.TableExpr("duct_segment AS k").Join("JOIN duct_segment_state AS c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id").
		Where("k.tenant_id = ? AND c.voided_by IS NULL AND c.since <= ? AND (c.until IS NULL OR c.until > ?)", tenancy.Must(ctx), today, today)
	if len(p.Segments) > 0 {
		return q.Where("k.code IN (?)", bun.List(p.Segments))
	}
	return q.Where("c.road = ?", p.Road)
}

// unknown names the codes that are no segments of the network on a day, all in one field "segments".
func (p Place) unknown(ctx context.Context, tx bun.Tx, today time.Time) ([]fault.Field, error) {
	if len(p.Segments) == 0 || len(p.Segments) > segmentsMost {
		return nil, nil
	}
	var there, none []string
	if err := p.standing(ctx, tx.NewSelect(), today).ColumnExpr("k.code").Scan(ctx, &there); err != nil {
		return nil, fmt.Errorf("ductwork: place: %w", err)
	}
	for _, code := range p.Segments {
		if !slices.Contains(there, code) && !slices.Contains(none, code) {
			none = append(none, code)
		}
	}
	if len(none) == 0 {
		return nil, nil
	}
	return []fault.Field{{Name: "segments", Code: "work_no_segment", Args: []any{"segment", strings.Join(none, ", ")}}}, nil
}

// shape is the geometry of a place in the database's own format (EWKB in hex). It names what is no place, and an outline of more than
// so many metres, field "place"; and codes that are not in the network, field "segments", whatever else is wrong.
func (p Place) shape(ctx context.Context, tx bun.Tx, s *Service, most int) (shape string, nowhere []fault.Field, err error) {
	today := s.Today(ctx)
	unknown, err := p.unknown(ctx, tx, today)
	if err != nil {
		return "", nil, err
	}
	bad := func(code string, args ...any) (string, []fault.Field, error) {
		return "", fault.Also(unknown, fault.Field{Name: "place", Code: code, Args: args}), nil
	}
	given := 0
	for _, said := range []bool{len(p.Points) > 0, len(p.Segments) > 0, p.Road != ""} {
		if said {
			given++
		}
	}
	var found []struct {
		Shape string
		OK    bool
		Long  float64
	}
	measured := "SELECT g::text AS shape, ST_IsValid(g) AS ok, ST_Length(g::geography) + ST_Perimeter(g::geography) AS long FROM "
	switch {
	case given == 0:
		return bad("required")
	case given > 1:
		return bad("work_one_place")
	case len(p.Points) > 0:
		g, code := p.drawn()
		if code != "" {
			return bad(code, "max", pointsMost)
		}
		raw, err := wkb.Marshal(g)
		if err != nil {
			return "", nil, fmt.Errorf("ductwork: place: %w", err)
		}
		if err := tx.NewRaw(measured+"(SELECT ST_GeomFromWKB(?, 4326) AS g) x", raw).Scan(ctx, &found); err != nil {
			return "", nil, fmt.Errorf("ductwork: place: %w", err)
		}
	default:
		if len(p.Segments) > segmentsMost {
			return bad("too_many", "max", segmentsMost)
		}
		if len(unknown) > 0 {
			return "", unknown, nil
		}
		lines := p.standing(ctx, tx.NewSelect(), today).ColumnExpr("ST_LineMerge(ST_Collect(c.line)) AS g").Having("count(*) > 0")
		if err := tx.NewRaw(measured+"(?) x", lines).Scan(ctx, &found); err != nil {
			return "", nil, fmt.Errorf("ductwork: place: %w", err)
		}
	}
	switch {
	case len(found) == 0 && p.Road != "":
		return bad("no_such_road")
	case len(found) != 1 || !found[0].OK:
		return bad("work_crosses_itself")
	case found[0].Long > float64(most) && most < longest:
		return bad("work_emergency_long", "max", most)
	case found[0].Long > longest:
		return bad("work_too_long", "max", longest/1000)
	}
	return found[0].Shape, nil, nil
}

// drawn is what the points make, or the code of what is wrong with them.
func (p Place) drawn() (orb.Geometry, string) {
	if len(p.Points) > pointsMost {
		return nil, "too_many"
	}
	var line orb.LineString
	for _, at := range p.Points {
		if !geo.Indonesia.Holds(at) {
			return nil, "point_far"
		}
		if next := (orb.Point{at.Lon, at.Lat}); len(line) == 0 || line[len(line)-1] != next {
			line = append(line, next)
		}
	}
	switch {
	case p.Area:
		ring := orb.Ring(line)
		if len(ring) > 0 && !ring.Closed() {
			ring = append(ring, ring[0])
		}
		if len(ring) < 4 {
			return nil, "work_area_points"
		}
		return orb.Polygon{ring}, ""
	case len(line) == 1:
		return line[0], ""
	}
	return line, ""
}

// Tracks are lines for a drawing: a hole is one of a single point.
type Tracks [][]geo.Point

// tracksOf reads a geometry of the database.
func tracksOf(raw []byte) (Tracks, error) {
	g, err := wkb.Unmarshal(raw)
	if err != nil {
		return nil, fmt.Errorf("ductwork: place: %w", err)
	}
	var out Tracks
	add := func(line orb.LineString) {
		var t []geo.Point
		for _, p := range line {
			t = append(t, geo.Point{Lat: p.Lat(), Lon: p.Lon()})
		}
		out = append(out, t)
	}
	switch g := g.(type) {
	case orb.Point:
		add(orb.LineString{g})
	case orb.LineString:
		add(g)
	case orb.MultiLineString:
		for _, l := range g {
			add(l)
		}
	case orb.Polygon:
		for _, r := range g {
			add(orb.LineString(r))
		}
	}
	return out, nil
}

// PlacesOf are where some works are, by their ids. That the reader may see them is the caller's concern. With coarse they are
// given to about ten metres, or to a hundred where they are the line of ducts, as everybody may know them: the ducts themselves are
// nobody's to find.
func (s *Service) PlacesOf(ctx context.Context, ids []uuid.UUID, coarse bool) (map[uuid.UUID]Tracks, error) {
	out := map[uuid.UUID]Tracks{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID  uuid.UUID
		WKB []byte `bun:"wkb"`
	}
	shape := "ST_AsBinary(w.place)"
	if coarse {
		shape = "ST_AsBinary(" + coarsely + ")"
	}
	err := s.d.DB.NewSelect().TableExpr("duct_work AS w").ColumnExpr("w.id, "+shape+" AS wkb").Where("w.tenant_id = ? AND w.id IN (?)", tenancy.Must(ctx), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductwork: places: %w", err)
	}
	for _, r := range rows {
		if out[r.ID], err = tracksOf(r.WKB); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// coarsely is a place to a ten-thousandth of a degree, and to a thousandth where it is the line of ducts; what would vanish by that
// stays as one point.
const (
	coarsely = `CASE WHEN ST_IsEmpty(ST_SnapToGrid(w.place, ` + grid + `)) THEN ST_SnapToGrid(ST_PointOnSurface(w.place), ` + grid + `) ELSE ST_SnapToGrid(w.place, ` + grid + `) END`
	grid     = `CASE WHEN w.by_ducts AND ST_Dimension(w.place) = 1 THEN 0.001 ELSE 0.0001 END`
)
