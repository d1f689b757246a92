package ductcable

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Cable is a cable as it is on a day.
type Cable struct {
	ID         uuid.UUID
	Code       string
	Owner      string
	OperatorID uuid.UUID // uuid.Nil for none
	Whose      string    // name of the operator or of somebody else; empty for nobody known
	Use        string
	Condition  string
	Fibres     int
	OuterTenth int
	Note       string
	Since      time.Time // the day from which it is so
	LengthMM   int64     // billed, of the segments through which it runs on the day
	Segments   int
	Unleased   int // units in which it lies on the day and that its operator does not hold
}

// cableSQL reads cables on the day ?1; whoever uses it goes on after WHERE.
const cableSQL = `SELECT k.id, k.code, s.owner, coalesce(s.operator_id, '00000000-0000-0000-0000-000000000000') AS operator_id, coalesce(o.name, s.owner_name) AS whose, s.use, s.condition,
		coalesce(s.fibres, 0) AS fibres, coalesce(s.outer_tenth, 0) AS outer_tenth, s.note, s.since, r.length_mm, r.segments, r.unleased
	FROM duct_cable k JOIN duct_cable_state s ON s.tenant_id = k.tenant_id AND s.cable_id = k.id AND s.voided_at IS NULL AND s.since <= ?1 AND (s.until IS NULL OR s.until > ?1)
	LEFT JOIN duct_operator o ON o.tenant_id = s.tenant_id AND o.id = s.operator_id
	CROSS JOIN LATERAL (SELECT coalesce(sum(coalesce(c.billed_mm, c.surveyed_mm, c.length_mm)), 0)::bigint AS length_mm, count(*) AS segments,
			count(*) FILTER (WHERE s.operator_id IS NOT NULL AND NOT EXISTS (SELECT FROM duct_hold h JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id AND l.operator_id = s.operator_id
				WHERE h.tenant_id = x.tenant_id AND h.unit_id = x.unit_id AND h.released_at IS NULL AND h.during @> ?1::date)) AS unleased
		FROM duct_cable_run x JOIN duct_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		JOIN duct_segment_state c ON c.tenant_id = u.tenant_id AND c.segment_id = u.segment_id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		WHERE x.tenant_id = k.tenant_id AND x.cable_id = k.id AND x.voided_by IS NULL AND x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)) r
	WHERE k.tenant_id = ?0`

// Filter narrows cables down; what is empty asks for nothing.
type Filter struct {
	Owner    string
	Operator uuid.UUID
	Use      string
	Unleased bool // those with a unit that their operator does not hold, or without an owner
}

// Cables lists those of a day by code, at most so many after the code of the last one. It needs duct:read.
func (s *Service) Cables(ctx context.Context, actor identity.Actor, day time.Time, f Filter, after string, most int) ([]Cable, error) {
	sql, args := cableSQL+" AND k.code > ?2", []any{tenancy.Must(ctx), duct.DayOf(day).Format(time.DateOnly), after, f.Owner, f.Operator, f.Use, most}
	if f.Owner != "" {
		sql += " AND s.owner = ?3"
	}
	if f.Operator != uuid.Nil {
		sql += " AND s.operator_id = ?4"
	}
	if f.Use != "" {
		sql += " AND s.use = ?5"
	} else {
		sql += " AND s.use <> 'removed'"
	}
	if f.Unleased {
		sql += " AND (s.owner = 'unknown' OR r.unleased > 0)"
	}
	return s.read(ctx, actor, sql+" ORDER BY k.code LIMIT ?6", args...)
}

// In lists the cables of a day in some units, such as all of a segment, by code. It needs duct:read.
func (s *Service) In(ctx context.Context, actor identity.Actor, segment uuid.UUID, day time.Time) ([]Cable, map[uuid.UUID][]string, error) {
	on := duct.DayOf(day).Format(time.DateOnly)
	all, err := s.read(ctx, actor, cableSQL+` AND k.id IN (SELECT x.cable_id FROM duct_unit u JOIN duct_cable_run x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id AND x.voided_by IS NULL AND x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)
		WHERE u.tenant_id = ?0 AND u.segment_id = ?2) ORDER BY k.code`, tenancy.Must(ctx), on, segment)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	var at []struct {
		CableID uuid.UUID
		Place   string
	}
	err = s.d.DB.NewRaw(`SELECT x.cable_id, concat_ws('.', z.position, y.position, u.position) AS place FROM duct_unit u JOIN duct_cable_run x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id AND x.voided_by IS NULL AND x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)
		LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
		WHERE u.tenant_id = ?0 AND u.segment_id = ?2 ORDER BY 2`, tenancy.Must(ctx), on, segment).Scan(ctx, &at)
	if err != nil {
		return nil, nil, fmt.Errorf("ductcable: in: %w", err)
	}
	places := map[uuid.UUID][]string{}
	for _, x := range at {
		places[x.CableID] = append(places[x.CableID], x.Place)
	}
	return all, places, nil
}

func (s *Service) read(ctx context.Context, actor identity.Actor, sql string, args ...any) ([]Cable, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Cable
	if err := s.d.DB.NewRaw(sql, args...).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductcable: read: %w", err)
	}
	return all, nil
}

// Run is a unit in which a cable lies or lay, and since when.
type Run struct {
	Segment, Road, Place string
	UnitID               uuid.UUID
	LengthMM             int64
	Since, Until         time.Time // Until is zero for what goes on
	Held                 bool      // today, by the cable's operator
}

// Was is how a cable was for a span of days, and who says so.
type Was struct {
	State
	Whose  string
	ByName string
}

// Cable returns one as it is on a day, where it lies and lay, and how it was, the latest first. NotFound "duct.no_cable" for one that is
// not there then. It needs duct:read.
func (s *Service) Cable(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) (Cable, []Run, []Was, error) {
	on := duct.DayOf(day).Format(time.DateOnly)
	all, err := s.read(ctx, actor, cableSQL+" AND k.id = ?2", tenancy.Must(ctx), on, id)
	if err != nil {
		return Cable{}, nil, nil, err
	}
	if len(all) == 0 {
		return Cable{}, nil, nil, fault.New(fault.NotFound, "duct.no_cable")
	}
	var runs []Run
	err = s.d.DB.NewRaw(`SELECT k.code AS segment, coalesce(c.road, '') AS road, concat_ws('.', z.position, y.position, u.position) AS place, u.id AS unit_id, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm, 0) AS length_mm, x.since, x.until,
			EXISTS (SELECT FROM duct_hold h JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id AND l.operator_id = ?3 WHERE h.tenant_id = x.tenant_id AND h.unit_id = x.unit_id AND h.released_at IS NULL AND h.during @> ?1::date) AS held
		FROM duct_cable_run x JOIN duct_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id JOIN duct_segment k ON k.tenant_id = u.tenant_id AND k.id = u.segment_id
		LEFT JOIN duct_segment_state c ON c.tenant_id = u.tenant_id AND c.segment_id = u.segment_id AND c.voided_by IS NULL AND c.since <= x.since AND (c.until IS NULL OR c.until > x.since)
		LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
		WHERE x.tenant_id = ?0 AND x.cable_id = ?2 AND x.voided_by IS NULL ORDER BY x.until NULLS FIRST, k.code, place LIMIT ?4`, tenancy.Must(ctx), on, id, all[0].OperatorID, placesMost).Scan(ctx, &runs)
	if err != nil {
		return Cable{}, nil, nil, fmt.Errorf("ductcable: cable: %w", err)
	}
	var was []Was
	err = s.d.DB.NewRaw(`SELECT s.since, s.until, s.owner, s.use, s.condition, s.why, s.at, s.by_id, coalesce(o.name, s.owner_name) AS whose, coalesce(a.name, '') AS by_name FROM duct_cable_state s
		LEFT JOIN duct_operator o ON o.tenant_id = s.tenant_id AND o.id = s.operator_id LEFT JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.by_id
		WHERE s.tenant_id = ? AND s.cable_id = ? AND s.voided_at IS NULL ORDER BY s.since DESC LIMIT 100`, tenancy.Must(ctx), id).Scan(ctx, &was)
	if err != nil {
		return Cable{}, nil, nil, fmt.Errorf("ductcable: cable: %w", err)
	}
	return all[0], runs, was, nil
}

// Filled is how much of its inner cross-section is taken by the cables of a unit on a day, in percent rounded up; none where its size
// is not known.
func (s *Service) Filled(ctx context.Context, actor identity.Actor, segment uuid.UUID, day time.Time) (map[uuid.UUID]int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []struct {
		ID   uuid.UUID
		Fill int
	}
	err := s.d.DB.NewRaw(`SELECT u.id, ceil(sum(coalesce(s.outer_tenth, 0)::numeric * coalesce(s.outer_tenth, 0)) / (u.inner_mm::numeric * u.inner_mm))::int AS fill FROM duct_unit u
		JOIN duct_cable_run x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id AND x.voided_by IS NULL AND x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)
		JOIN duct_cable_state s ON s.tenant_id = x.tenant_id AND s.cable_id = x.cable_id AND s.voided_at IS NULL AND s.since <= ?1 AND (s.until IS NULL OR s.until > ?1)
		WHERE u.tenant_id = ?0 AND u.segment_id = ?2 AND u.inner_mm IS NOT NULL GROUP BY u.id, u.inner_mm`, tenancy.Must(ctx), duct.DayOf(day).Format(time.DateOnly), segment).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductcable: fill: %w", err)
	}
	out := make(map[uuid.UUID]int, len(all))
	for _, x := range all {
		out[x.ID] = x.Fill
	}
	return out, nil
}
