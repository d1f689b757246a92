package ductsurvey

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/tenancy"
)

// known is the network of a day, as a file is compared with it. State is uuid.Nil for what is on record and not there on the
// day; Until is when the next state begins, where there is one already.
type known struct {
	authorities []string
	nodes       map[string]knownNode
	segments    map[string]knownSegment
	codes       map[uuid.UUID]string // of nodes
}

type knownNode struct {
	duct.Node
	State uuid.UUID
	Until time.Time
	Form  string
}

type knownSegment struct {
	duct.Segment
	State  uuid.UUID
	Until  time.Time
	Form   string
	Parted bool // it is not there on the day because it was split

	StartX float64 `bun:"start_x"` // of its line on the day
	StartY float64 `bun:"start_y"`
	EndX   float64 `bun:"end_x"`
	EndY   float64 `bun:"end_y"`
}

func (k known) spot(id uuid.UUID) spot {
	code := k.codes[id]
	return spot{code, id, k.nodes[code].At}
}

// spot is a node where it lies.
type spot struct {
	code string
	id   uuid.UUID
	at   orb.Point
}

func loadKnown(ctx context.Context, tx bun.Tx, day time.Time) (known, error) {
	out := known{nodes: map[string]knownNode{}, segments: map[string]knownSegment{}, codes: map[uuid.UUID]string{}}
	tenant := tenancy.Must(ctx)
	if err := tx.NewRaw("SELECT code FROM duct_authority WHERE tenant_id = ?", tenant).Scan(ctx, &out.authorities); err != nil {
		return known{}, err
	}
	var nodes []struct {
		knownNode `bun:",extend"`
		WKB       []byte `bun:"wkb"`
	}
	err := tx.NewRaw(`SELECT k.id, k.code, coalesce(c.kind, '') AS kind, ST_AsBinary(c.at) AS wkb, md5(ST_AsBinary(c.at)) AS form, coalesce(c.authority, '') AS authority, coalesce(c.free_trade, false) AS free_trade,
			coalesce(c.condition, '') AS condition, coalesce(c.address, '') AS address, coalesce(c.note, '') AS note, coalesce(c.id, ?) AS state,
			coalesce(c.until, (SELECT min(n.since) FROM duct_node_state n WHERE n.tenant_id = k.tenant_id AND n.node_id = k.id AND n.voided_by IS NULL AND n.since > ?)) AS until
		FROM duct_node k LEFT JOIN duct_node_state c ON c.tenant_id = k.tenant_id AND c.node_id = k.id AND c.voided_by IS NULL AND c.since <= ? AND (c.until IS NULL OR c.until > ?)
		WHERE k.tenant_id = ?`, uuid.Nil, day, day, day, tenant).Scan(ctx, &nodes)
	if err != nil {
		return known{}, err
	}
	for _, n := range nodes {
		if n.WKB != nil {
			if err := wkb.Scanner(&n.At).Scan(n.WKB); err != nil {
				return known{}, err
			}
		}
		out.nodes[n.Code], out.codes[n.ID] = n.knownNode, n.Code
	}
	var segments []struct {
		knownSegment `bun:",extend"`
	}
	err = tx.NewRaw(`SELECT k.id, k.code, k.from_node AS "from", k.to_node AS "to", md5(ST_AsBinary(c.line)) AS form,
			coalesce(ST_X(ST_StartPoint(c.line)), 0) AS start_x, coalesce(ST_Y(ST_StartPoint(c.line)), 0) AS start_y, coalesce(ST_X(ST_EndPoint(c.line)), 0) AS end_x, coalesce(ST_Y(ST_EndPoint(c.line)), 0) AS end_y, c.surveyed_mm, c.billed_mm, c.depth_mm, coalesce(c.road, '') AS road,
			coalesce(c.class, '') AS class, coalesce(c.authority, '') AS authority, coalesce(c.free_trade, false) AS free_trade, coalesce(c.condition, '') AS condition, coalesce(c.note, '') AS note,
			coalesce(c.id, ?) AS state,
			CASE WHEN c.id IS NULL THEN EXISTS (SELECT FROM duct_segment_state p JOIN duct_change h ON h.tenant_id = p.tenant_id AND h.id = p.ended_by AND h.kind IN ('split', 'cut') AND h.undone_by IS NULL
				WHERE p.tenant_id = k.tenant_id AND p.segment_id = k.id AND p.voided_by IS NULL AND p.until <= ?) ELSE false END AS parted,
			coalesce(c.until, (SELECT min(n.since) FROM duct_segment_state n WHERE n.tenant_id = k.tenant_id AND n.segment_id = k.id AND n.voided_by IS NULL AND n.since > ?)) AS until
		FROM duct_segment k LEFT JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ? AND (c.until IS NULL OR c.until > ?)
		WHERE k.tenant_id = ?`, uuid.Nil, day, day, day, day, tenant).Scan(ctx, &segments)
	if err != nil {
		return known{}, err
	}
	for _, s := range segments {
		out.segments[s.Code] = s.knownSegment
	}
	return out, nil
}

// subjects are the features of a file, with what PostGIS says of their shapes: lengths are on the ellipsoid.
func subjects(ctx context.Context, tx bun.Tx, i *Import) ([]subject, error) {
	var rows []struct {
		subject                               `bun:",extend"`
		Said                                  json.RawMessage
		StartWKB, EndWKB, MiddleWKB, CrossWKB []byte
	}
	err := tx.NewRaw(`SELECT n, id, kind, code, body AS said, coalesce(ST_GeometryType(geom), '') AS shape, md5(ST_AsBinary(geom)) AS form,
			coalesce(ST_XMin(geom), 0) AS west, coalesce(ST_YMin(geom), 0) AS south, coalesce(ST_XMax(geom), 0) AS east, coalesce(ST_YMax(geom), 0) AS north,
			CASE WHEN ST_GeometryType(geom) = 'ST_LineString' AND on_earth THEN ST_Length(geom::geography) ELSE 0 END AS metres,
			CASE WHEN ST_GeometryType(geom) = 'ST_LineString' THEN ST_IsSimple(geom) ELSE true END AS simple,
			ST_AsBinary(CASE ST_GeometryType(geom) WHEN 'ST_LineString' THEN ST_StartPoint(geom) WHEN 'ST_Point' THEN geom END) AS start_wkb,
			ST_AsBinary(CASE ST_GeometryType(geom) WHEN 'ST_LineString' THEN ST_EndPoint(geom) END) AS end_wkb,
			ST_AsBinary(CASE ST_GeometryType(geom) WHEN 'ST_LineString' THEN ST_LineInterpolatePoint(geom, 0.5) WHEN 'ST_Point' THEN geom ELSE ST_PointOnSurface(geom) END) AS middle_wkb,
			CASE WHEN ST_GeometryType(geom) = 'ST_LineString' AND NOT ST_IsSimple(geom) THEN (SELECT ST_AsBinary(ST_StartPoint(d.geom)) FROM ST_Dump(ST_Node(geom)) d ORDER BY d.path LIMIT 1 OFFSET 1) END AS cross_wkb
		FROM (SELECT *, ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90 AS on_earth FROM duct_feature WHERE tenant_id = ? AND import_id = ?) f
		ORDER BY n`, i.TenantID, i.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	out := make([]subject, len(rows))
	for k, r := range rows {
		f := r.subject
		if err := json.Unmarshal(r.Said, &f.Body); err != nil {
			return nil, err
		}
		for at, raw := range map[**orb.Point][]byte{&f.Start: r.StartWKB, &f.End: r.EndWKB, &f.Middle: r.MiddleWKB, &f.Cross: r.CrossWKB} {
			if raw == nil {
				continue
			}
			*at = new(orb.Point)
			if err := wkb.Scanner(*at).Scan(raw); err != nil {
				return nil, err
			}
		}
		out[k] = f
	}
	return out, nil
}

// grid finds the nearest of many places within a few metres, by squares of about two.
type grid map[[2]int32][]spot

const square = 0.00002 // degrees

func newGrid() grid { return grid{} }

func cell(p orb.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p[0] / square)), int32(math.Floor(p[1] / square))}
}

func (g grid) put(p spot) { g[cell(p.at)] = append(g[cell(p.at)], p) }

// find returns the nearest place within some metres, at most as many as a square is wide.
func (g grid) find(at orb.Point, within float64) (best spot, ok bool) {
	c, least := cell(at), within
	for x := c[0] - 1; x <= c[0]+1; x++ {
		for y := c[1] - 1; y <= c[1]+1; y++ {
			for _, p := range g[[2]int32{x, y}] {
				if d := metres(p.at, at); d <= least {
					best, ok, least = p, true, d
				}
			}
		}
	}
	return best, ok
}
