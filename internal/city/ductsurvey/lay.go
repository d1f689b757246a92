package ductsurvey

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/tenancy"
)

// place is where a unit lies.
type place struct {
	segment, parent uuid.UUID
	position        int
}

// layer lays units where none are.
type layer struct {
	since  time.Time
	tenant tenancy.ID
	change uuid.UUID
	has    map[place]uuid.UUID
	out    []duct.Unit
}

func (l *layer) lay(segment uuid.UUID, b Bank) error {
	return l.within(segment, uuid.NullUUID{}, duct.UnitKinds(), b.lots())
}

func (l *layer) within(segment uuid.UUID, parent uuid.NullUUID, kinds []string, lots []Lot) error {
	position := 0
	for _, lot := range lots {
		for range lot.Count {
			position++
			if lot.Gap {
				continue
			}
			at := place{segment, parent.UUID, position}
			id, lies := l.has[at]
			if !lies {
				var err error
				if id, err = uuid.NewV7(); err != nil {
					return err
				}
				l.has[at] = id
				l.out = append(l.out, duct.Unit{TenantID: l.tenant, ID: id, SegmentID: segment, ParentID: parent, Kind: kinds[0], Position: position, OuterMM: lot.Outer, InnerMM: lot.Inner, Since: l.since, ChangeID: l.change})
			}
			if err := l.within(segment, uuid.NullUUID{UUID: id, Valid: true}, kinds[1:], lot.In); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes what was laid, parents before what lies in them. As columns, because a statement with a value for each of a
// hundred thousand fields takes longer to read than to do.
func (l *layer) flush(ctx context.Context, tx bun.Tx) error {
	for part := range slices.Chunk(l.out, laidAtOnce) {
		var ids, segments, parents, kinds []string
		var positions, outer, inner []int64
		for _, u := range part {
			parent := ""
			if u.ParentID.Valid {
				parent = u.ParentID.UUID.String()
			}
			ids, segments, parents, kinds = append(ids, u.ID.String()), append(segments, u.SegmentID.String()), append(parents, parent), append(kinds, u.Kind)
			positions, outer, inner = append(positions, int64(u.Position)), append(outer, int64(u.OuterMM)), append(inner, int64(u.InnerMM))
		}
		_, err := tx.NewRaw(`INSERT INTO duct_unit (tenant_id, id, segment_id, parent_id, kind, position, outer_mm, inner_mm, since, change_id)
			SELECT ?, x.id::uuid, x.segment::uuid, nullif(x.parent, '')::uuid, x.kind, x.position, nullif(x.outer_mm, 0), nullif(x.inner_mm, 0), ?, ?
			FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::int[]) AS x(id, segment, parent, kind, position, outer_mm, inner_mm)`,
			l.tenant, l.since, l.change, pgdialect.Array(ids), pgdialect.Array(segments), pgdialect.Array(parents), pgdialect.Array(kinds),
			pgdialect.Array(positions), pgdialect.Array(outer), pgdialect.Array(inner)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	l.out = nil
	return nil
}

// laidAtOnce is how many units one statement lays.
const laidAtOnce = 5000
