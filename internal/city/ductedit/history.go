package ductedit

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

// Entry is a change as the record of a thing tells it.
type Entry struct {
	ID       uuid.UUID
	Kind     string
	OnDay    time.Time
	Why      string
	At       time.Time
	ByID     uuid.UUID
	ByName   string // empty for an account that is gone
	ImportID uuid.UUID
	Import   string // title of the file
	Undone   bool
	Units    int // of the thing, that it brought, ended or said something of
}

const entryColumns = `h.id, h.kind, h.on_day, h.why, h.at, h.by_id, coalesce(a.name, '') AS by_name, coalesce(h.import_id, '00000000-0000-0000-0000-000000000000') AS import_id, coalesce(i.title, '') AS import, h.undone_by IS NOT NULL AS undone`

const entryJoins = ` LEFT JOIN account a ON a.tenant_id = h.tenant_id AND a.id = h.by_id LEFT JOIN duct_import i ON i.tenant_id = h.tenant_id AND i.id = h.import_id`

// historyMost is how many changes the history of a segment tells.
const historyMost = 100

// History are the changes that touched a segment, its line or what lies in it, the latest first and 100 at most: who made them, when,
// and by which file. It needs duct:read.
func (s *Service) History(ctx context.Context, actor identity.Actor, segment uuid.UUID) ([]Entry, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Entry
	err := s.d.DB.NewRaw(`WITH touched AS (
			SELECT unnest(ARRAY[c.change_id, c.ended_by, c.voided_by]) AS id, NULL::uuid AS unit FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.segment_id = ?1
			UNION ALL SELECT h.id, NULL FROM duct_change h WHERE h.tenant_id = ?0 AND h.segment_id = ?1
			UNION ALL SELECT unnest(ARRAY[u.change_id, u.ended_by, u.voided_by]), u.id FROM duct_unit u WHERE u.tenant_id = ?0 AND u.segment_id = ?1
			UNION ALL SELECT unnest(ARRAY[b.change_id, b.ended_by, b.voided_by]), b.unit_id FROM duct_unit u CROSS JOIN LATERAL (SELECT b.change_id, b.ended_by, b.voided_by, b.unit_id FROM duct_unit_state b WHERE b.tenant_id = u.tenant_id AND b.unit_id = u.id OFFSET 0) b
				WHERE u.tenant_id = ?0 AND u.segment_id = ?1)
		SELECT `+entryColumns+`, t.units FROM (SELECT id, count(DISTINCT unit) AS units FROM touched WHERE id IS NOT NULL GROUP BY id) t
		JOIN duct_change h ON h.tenant_id = ?0 AND h.id = t.id`+entryJoins+` ORDER BY h.at DESC, h.id DESC LIMIT ?2`, tenancy.Must(ctx), segment, historyMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductedit: history: %w", err)
	}
	return all, nil
}

// Change is one of the network and the segments that it touched, by code. NotFound "duct.no_change". It needs duct:read.
func (s *Service) Change(ctx context.Context, actor identity.Actor, id uuid.UUID) (Entry, []Touched, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Entry{}, nil, err
	}
	var all []Entry
	err := s.d.DB.NewRaw("SELECT "+entryColumns+" FROM duct_change h"+entryJoins+" WHERE h.tenant_id = ? AND h.id = ?", tenancy.Must(ctx), id).Scan(ctx, &all)
	if err != nil {
		return Entry{}, nil, fmt.Errorf("ductedit: change: %w", err)
	}
	if len(all) == 0 {
		return Entry{}, nil, fault.New(fault.NotFound, "duct.no_change")
	}
	var touched []Touched
	err = s.d.DB.NewRaw(`SELECT k.code, t.brought, t.ended, t.units FROM (
			SELECT x.segment_id, bool_or(x.brought) AS brought, bool_or(x.ended) AS ended, count(DISTINCT x.unit) AS units FROM (
				SELECT c.segment_id, c.change_id = ?1 AS brought, c.ended_by IS NOT DISTINCT FROM ?1 AS ended, NULL::uuid AS unit FROM duct_segment_state c WHERE c.tenant_id = ?0 AND (c.change_id = ?1 OR c.ended_by = ?1)
				UNION ALL SELECT u.segment_id, false, false, u.id FROM duct_unit u WHERE u.tenant_id = ?0 AND (u.change_id = ?1 OR u.ended_by = ?1)
				UNION ALL SELECT u.segment_id, false, false, u.id FROM duct_unit_state b JOIN duct_unit u ON u.tenant_id = b.tenant_id AND u.id = b.unit_id WHERE b.tenant_id = ?0 AND b.change_id = ?1) x
			GROUP BY x.segment_id) t JOIN duct_segment k ON k.tenant_id = ?0 AND k.id = t.segment_id ORDER BY k.code LIMIT ?2`, tenancy.Must(ctx), id, historyMost).Scan(ctx, &touched)
	if err != nil {
		return Entry{}, nil, fmt.Errorf("ductedit: change: %w", err)
	}
	return all[0], touched, nil
}

// Touched is a segment that a change brought or ended, or of whose units it said something.
type Touched struct {
	Code    string
	Brought bool
	Ended   bool
	Units   int
}

// Kin is a segment before it was split, or after.
type Kin struct {
	ID           uuid.UUID
	Code         string
	Since, Until time.Time // Until is zero for one that goes on
}

// Family are the segment that another is a part of, and the parts that it became; nothing of what was undone. It needs duct:read.
func (s *Service) Family(ctx context.Context, actor identity.Actor, segment uuid.UUID) (of, parts []Kin, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, nil, err
	}
	const sql = `SELECT k.id, k.code, min(c.since) AS since, CASE WHEN bool_or(c.until IS NULL) THEN NULL ELSE max(c.until) END AS until
		FROM duct_segment_state x JOIN duct_change h ON h.tenant_id = x.tenant_id AND h.id = x.%s AND h.kind IN ('split', 'cut') AND h.undone_by IS NULL
		JOIN duct_segment_state y ON y.tenant_id = x.tenant_id AND y.%s = h.id AND y.segment_id <> x.segment_id AND y.voided_by IS NULL JOIN duct_segment k ON k.tenant_id = y.tenant_id AND k.id = y.segment_id
		JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL
		WHERE x.tenant_id = ? AND x.segment_id = ? AND x.voided_by IS NULL GROUP BY k.id, k.code ORDER BY k.id`
	if err = s.d.DB.NewRaw(fmt.Sprintf(sql, "change_id", "ended_by"), tenancy.Must(ctx), segment).Scan(ctx, &of); err == nil {
		err = s.d.DB.NewRaw(fmt.Sprintf(sql, "ended_by", "change_id"), tenancy.Must(ctx), segment).Scan(ctx, &parts)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("ductedit: family: %w", err)
	}
	return of, parts, nil
}

// Past is a segment that is not in the network on a day, as it was last, with the day before it was over. NotFound "duct.no_segment"
// for one that never was.
func (s *Service) Past(ctx context.Context, actor identity.Actor, code string) (Kin, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Kin{}, err
	}
	var all []Kin
	err := s.d.DB.NewRaw(`SELECT k.id, k.code, min(c.since) AS since, CASE WHEN bool_or(c.until IS NULL) THEN NULL ELSE max(c.until) END AS until FROM duct_segment k
		JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL WHERE k.tenant_id = ? AND k.code = ? GROUP BY k.id, k.code`, tenancy.Must(ctx), code).Scan(ctx, &all)
	if err != nil {
		return Kin{}, fmt.Errorf("ductedit: past: %w", err)
	}
	if len(all) == 0 {
		return Kin{}, fault.New(fault.NotFound, "duct.no_segment")
	}
	return all[0], nil
}

// One is a unit as it is on a day.
type One struct {
	duct.Unit
	Condition string
	Purpose   string
	Place     string // from the ground inwards, such as 2.1
	Segment   string // code
	Road      string
	In        int // units that lie in it
}

// Unit returns a unit of a day with the states that it has had, the latest first. NotFound "duct.no_unit". It needs duct:read.
func (s *Service) Unit(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) (One, []Was, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return One{}, nil, err
	}
	units, err := tree(ctx, s.d.DB, id, duct.DayOf(day))
	if err != nil {
		return One{}, nil, err
	}
	one := One{Unit: units[0], Condition: duct.Good, In: len(units) - 1}
	states, err := statesOf(ctx, s.d.DB, units[:1], duct.DayOf(day))
	if err != nil {
		return One{}, nil, err
	}
	if b, ok := states[id]; ok {
		one.Condition, one.Purpose = b.Condition, b.Purpose
	}
	err = s.d.DB.NewRaw(`SELECT concat_ws('.', z.position, y.position, u.position) AS place, k.code AS segment, coalesce(c.road, '') AS road FROM duct_unit u JOIN duct_segment k ON k.tenant_id = u.tenant_id AND k.id = u.segment_id
		LEFT JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
		LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
		WHERE u.tenant_id = ?0 AND u.id = ?1`, tenancy.Must(ctx), id, duct.DayOf(day).Format(time.DateOnly)).Scan(ctx, &one.Place, &one.Segment, &one.Road)
	if err != nil {
		return One{}, nil, fmt.Errorf("ductedit: unit: %w", err)
	}
	var was []Was
	err = s.d.DB.NewRaw(`SELECT b.since, b.until, b.condition, b.purpose, h.id AS change_id, h.why, h.at, coalesce(a.name, '') AS by_name FROM duct_unit_state b JOIN duct_change h ON h.tenant_id = b.tenant_id AND h.id = b.change_id
		LEFT JOIN account a ON a.tenant_id = h.tenant_id AND a.id = h.by_id WHERE b.tenant_id = ? AND b.unit_id = ? AND b.voided_by IS NULL ORDER BY b.since DESC LIMIT 100`, tenancy.Must(ctx), id).Scan(ctx, &was)
	if err != nil {
		return One{}, nil, fmt.Errorf("ductedit: unit: %w", err)
	}
	return one, was, nil
}

// Was is how a unit was for a span of days, and the change that says so.
type Was struct {
	Since, Until       time.Time // Until is zero for what goes on
	Condition, Purpose string
	ChangeID           uuid.UUID
	Why, ByName        string
	At                 time.Time
}

// Standing is how a unit is on a day.
type Standing struct{ Condition, Purpose string }

// Standings are those of units of a segment on a day that are not good or are kept back, by unit. It needs duct:read.
func (s *Service) Standings(ctx context.Context, actor identity.Actor, units []duct.Unit, day time.Time) (map[uuid.UUID]Standing, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	all, err := statesOf(ctx, s.d.DB, units, duct.DayOf(day))
	out := make(map[uuid.UUID]Standing, len(all))
	for id, b := range all {
		if b.Condition != duct.Good || b.Purpose != "" {
			out[id] = Standing{b.Condition, b.Purpose}
		}
	}
	return out, err
}

// Ends are the codes of the nodes between which a segment lies, in the direction of its line. It needs duct:read.
func (s *Service) Ends(ctx context.Context, actor identity.Actor, x duct.Segment) (from, to string, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return "", "", err
	}
	err = s.d.DB.NewRaw("SELECT (SELECT code FROM duct_node WHERE tenant_id = ?0 AND id = ?1), (SELECT code FROM duct_node WHERE tenant_id = ?0 AND id = ?2)", tenancy.Must(ctx), x.From, x.To).Scan(ctx, &from, &to)
	return from, to, err
}
