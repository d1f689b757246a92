// Package ductmap is how a city's shared ducts look on a map: where the network of a day runs, and how full each segment of it
// is. It reads what duct and lease keep, and changes nothing.
//
// A segment is as full as its places are held. A place is what one cable goes into: a subduct, or a duct in which no subduct
// lies. It is held when it, the duct around it or a microduct in it is.
package ductmap

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Now   func() time.Time // time.Now when nil
}

// Service is the maps of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}
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

// tile is the square as some readers see it.
func (s *Service) tile(ctx context.Context, of sight, day time.Time, z, x, y int, known []string) (Tile, error) {
	if z < 0 || z > Closest || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return Tile{}, fault.New(fault.NotFound, "duct.no_tile")
	}
	about := layout + "." + day.Format(time.DateOnly) + "."
	var t Tile
	err := s.d.DB.NewRaw(tileSQL(z), tenancy.Must(ctx), day, z, x, y, about, uuid.Nil, pgdialect.Array(append([]string{}, known...)), Resolution(z), of.of("c.line"), of.of("c.at"), of.version).Scan(ctx, &t.Version, &t.Known, &t.Data)
	if err != nil {
		return Tile{}, fmt.Errorf("ductmap: tile: %w", err)
	}
	return t, nil
}

// layout changes when the layers of a tile do, so that no browser keeps one of before.
const layout = "1"

// Resolution is how long half a pixel of a tile is, in metres of the projection; bends that are smaller are left out. Close by
// every bend is drawn.
func Resolution(z int) float64 {
	const around, pixels = 40075016.68, 512
	if z >= NodesFrom {
		return 0
	}
	return around / pixels / 2 / float64(int(1)<<z)
}

// version is read in the same statement as what it is of, so that no tile can be older than it says.
const version = `SELECT ?5 || coalesce((SELECT id FROM duct_change WHERE tenant_id = ?0 ORDER BY at DESC, id DESC LIMIT 1), ?6)::text
	|| '.' || coalesce((SELECT holds FROM duct_version WHERE tenant_id = ?0), 0)::text || ?11 AS version`

func tileSQL(z int) string {
	layers := "(" + segmentLayer + ")"
	if z >= NodesFrom {
		layers += " || (" + nodeLayer + ")"
	}
	return "WITH v AS (" + version + ") SELECT v.version, v.version = ANY(?7) AS known, CASE WHEN v.version = ANY(?7) THEN ''::bytea ELSE " + layers + " END AS data FROM v"
}

// onDay are the conditions under which a state c holds on the day.
const onDay = `c.tenant_id = ?0 AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)`

// square is the tile with a margin for the width of a line. It is written out, and not joined, because only a constant reaches
// the index of places.
const square = `ST_Transform(ST_TileEnvelope(?2, ?3, ?4, margin => 0.015625), 4326)`

var segmentLayer = `WITH seg AS (SELECT c.segment_id, c.line, c.road, c.condition, c.authority FROM duct_segment_state c WHERE ` + onDay + ` AND c.line && ` + square + ` ?9),` +
	occupancy + `
	SELECT coalesce(ST_AsMVT(t, 'segments', 4096, 'geom'), '') FROM (
		SELECT k.code, seg.road, seg.condition, seg.authority, ` + percent + ` AS occupancy, f.free,
			ST_AsMVTGeom(ST_Simplify(ST_Transform(seg.line, 3857), ?8), ST_TileEnvelope(?2, ?3, ?4), 4096, 64) AS geom
		FROM seg JOIN duct_segment k ON k.tenant_id = ?0 AND k.id = seg.segment_id LEFT JOIN fill f ON f.segment_id = seg.segment_id) t
	WHERE t.geom IS NOT NULL`

const nodeLayer = `SELECT coalesce(ST_AsMVT(t, 'nodes', 4096, 'geom'), '') FROM (
		SELECT k.code, c.kind, c.condition, ST_AsMVTGeom(ST_Transform(c.at, 3857), ST_TileEnvelope(?2, ?3, ?4), 4096, 64) AS geom
		FROM duct_node_state c JOIN duct_node k ON k.tenant_id = c.tenant_id AND k.id = c.node_id WHERE ` + onDay + ` AND c.at && ` + square + ` ?10) t
	WHERE t.geom IS NOT NULL`

// occupancy counts the places of the segments of seg: from units to places with their microducts, to ducts with their places, to
// segments. It groups and never joins with itself, because of how many units there are the planner knows nothing; for the same
// reason OFFSET 0 keeps each read by its key: joined, it has taken 20 seconds before the tables had statistics, and not 0.1.
var occupancy = strings.ReplaceAll(`
	unit AS (SELECT c.segment_id, c.id, c.parent_id, c.kind,
			EXISTS (SELECT FROM duct_hold h WHERE h.tenant_id = ?0 AND h.unit_id = c.id AND h.released_at IS NULL AND h.during @> ?1::date OFFSET 0) AS held,
			EXISTS (SELECT FROM duct_unit_state x WHERE x.tenant_id = ?0 AND x.unit_id = c.id AND x.voided_by IS NULL AND x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)
				AND (x.condition <> 'good' OR x.purpose <> '') OFFSET 0) AS kept
		FROM seg CROSS JOIN LATERAL (SELECT c.* FROM duct_unit c WHERE c.segment_id = seg.segment_id AND {day} OFFSET 0) c),
	place AS (SELECT segment_id, CASE kind WHEN 'microduct' THEN parent_id ELSE id END AS id, (array_agg(parent_id) FILTER (WHERE kind = 'subduct'))[1] AS duct,
			bool_or(kind <> 'duct') AS sub, bool_or(held) AS held, coalesce(bool_or(kept) FILTER (WHERE kind <> 'microduct'), false) AS kept
		FROM unit GROUP BY 1, 2),
	bank AS (SELECT segment_id, greatest(count(*) FILTER (WHERE sub), 1) AS places, count(*) FILTER (WHERE sub AND held) AS held, count(*) FILTER (WHERE sub AND NOT held AND NOT kept) AS free,
			coalesce(bool_or(held) FILTER (WHERE NOT sub), false) AS taken, coalesce(bool_or(kept) FILTER (WHERE NOT sub), false) AS shut
		FROM place GROUP BY segment_id, coalesce(duct, id)),
	fill AS (SELECT segment_id, sum(places)::int AS places, sum(CASE WHEN taken THEN places ELSE held END)::int AS held, sum(CASE WHEN taken OR shut THEN 0 ELSE free END)::int AS free
		FROM bank GROUP BY segment_id)`, "{day}", onDay)

// percent is how full a segment is, in steps of ten; only an empty one has 0 and only a full one 100. One of which nothing is
// known has none.
const percent = `CASE WHEN f.places IS NULL THEN NULL WHEN f.held = 0 THEN 0 WHEN f.held = f.places THEN 100 ELSE least(greatest(round(f.held * 10.0 / f.places) * 10, 10), 90)::int END`
