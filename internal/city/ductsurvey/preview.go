package ductsurvey

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Difference is a feature of a file that is not in the network of the file's day as the file says it.
type Difference struct {
	N      int
	Kind   string // node, segment
	Code   string
	New    bool
	Said   Body         // what the file says of it
	Values []Changed    // of one that is not new, in the order of the columns
	Place  orb.Geometry // its point or line, as the file has it or else as it is; nil where neither does
	MM     int64        // length of a line
}

// Changed is one value that a file gives otherwise. Was and Will are codes, words, bools, or millimetres by the column; both are nil for
// "geometry". Was is nil where nothing was known.
type Changed struct {
	Field     string // node_kind, road, class, authority, free_trade, condition, address, note, surveyed, billed, depth, geometry
	Was, Will any
}

// Differences lists what a file would change, or has changed, what is changed before what is new, in the order of the file: after so many
// of them and at most so many, for staff with duct:read. What is to change is settled once the file is checked.
func (s *Service) Differences(ctx context.Context, actor identity.Actor, id uuid.UUID, after, most int) ([]Difference, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var rows []struct {
		N          int
		Kind, Code string
		New, Moved bool
		Body       Body  `bun:"body,type:jsonb"`
		Was        stood `bun:"was,type:jsonb"`
		Place      []byte
		MM         int64 `bun:"mm"`
	}
	err := s.d.DB.NewRaw(`SELECT f.n, f.kind, f.code, f.act = ?2 AS new, f.body, g.moved, coalesce(to_jsonb(w), to_jsonb(k), '{}') AS was, ST_AsBinary(g.place) AS place, round(ST_Length(g.place::geography) * 1000)::bigint AS mm
		FROM duct_feature f
		LEFT JOIN duct_node_state w ON w.tenant_id = f.tenant_id AND w.id = f.was AND f.kind = 'node'
		LEFT JOIN duct_segment_state k ON k.tenant_id = f.tenant_id AND k.id = f.was AND f.kind = 'segment'
		CROSS JOIN LATERAL (SELECT coalesce(f.geom, w.at, k.line) AS place, coalesce(ST_AsBinary(f.geom) <> ST_AsBinary(coalesce(w.at, k.line)), false) AS moved) g
		WHERE f.tenant_id = ?0 AND f.import_id = ?1 AND f.act IN (?2, ?3) ORDER BY f.act, f.n OFFSET ?4 LIMIT ?5`, tenancy.Must(ctx), id, actNew, actChanged, after, most).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductsurvey: differences: %w", err)
	}
	out := make([]Difference, 0, len(rows))
	for _, r := range rows {
		d := Difference{N: r.N, Kind: r.Kind, Code: r.Code, New: r.New, Said: r.Body, MM: r.MM}
		if r.Place != nil {
			if d.Place, err = wkb.Unmarshal(r.Place); err != nil {
				return nil, fmt.Errorf("ductsurvey: differences: %w", err)
			}
		}
		if !r.New {
			d.Values = r.Was.against(r.Body, r.Moved)
		}
		out = append(out, d)
	}
	return out, nil
}

// stood is the state of a node or a segment on the day of a file.
type stood struct {
	Kind       string `json:"kind"`
	Road       string `json:"road"`
	Class      string `json:"class"`
	Authority  string `json:"authority"`
	FreeTrade  bool   `json:"free_trade"`
	Condition  string `json:"condition"`
	Address    string `json:"address"`
	Note       string `json:"note"`
	SurveyedMM *int64 `json:"surveyed_mm"`
	BilledMM   *int64 `json:"billed_mm"`
	DepthMM    *int64 `json:"depth_mm"`
}

// against lists what a file gives otherwise; what it says nothing of stays.
func (w stood) against(b Body, moved bool) (out []Changed) {
	for _, x := range []struct{ field, was, will string }{{"node_kind", w.Kind, b.NodeKind}, {"road", w.Road, b.Road}, {"class", w.Class, b.Class}, {"authority", w.Authority, b.Authority},
		{"condition", w.Condition, b.Condition}, {"address", w.Address, b.Address}, {"note", w.Note, b.Note}} {
		if !same(x.will, x.was) {
			out = append(out, Changed{x.field, x.was, x.will})
		}
	}
	if !sameFlag(b.FreeTrade, w.FreeTrade) {
		out = append(out, Changed{"free_trade", w.FreeTrade, *b.FreeTrade})
	}
	for _, x := range []struct {
		field string
		was   *int64
		will  int64
	}{{"surveyed", w.SurveyedMM, b.Surveyed}, {"billed", w.BilledMM, b.Billed}, {"depth", w.DepthMM, b.Depth}} {
		if !sameLength(x.will, x.was) {
			c := Changed{Field: x.field, Will: x.will}
			if x.was != nil {
				c.Was = *x.was
			}
			out = append(out, c)
		}
	}
	if moved {
		out = append(out, Changed{Field: "geometry"})
	}
	return out
}
