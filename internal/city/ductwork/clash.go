package ductwork

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// perDegree is less than any degree is long in Indonesia, in metres: a box of so many degrees more holds all that is near.
const perDegree = 100_000

// What works meet is found by distances along the ellipsoid. A segment is not to be used while works go on where they run along it:
// where more than they would cover by crossing it, or half of it, lies in the ground that they meet; and at an emergency anyway, unless one from
// before is longer than the city lets an emergency be.
const (
	meetsSegments = `INSERT INTO duct_work_clash (tenant_id, work_id, kind, thing_id, distance_mm, overlap_mm, shuts, gap_days)
		SELECT x.tenant_id, x.id, 'segment', x.segment_id, x.distance, x.overlap, x.emergency AND x.outline <= ?5 OR x.overlap > ?2 * 2500 OR x.overlap * 2 >= x.length_mm, 0
		FROM (SELECT w.tenant_id, w.id, w.emergency, ST_Length(w.place::geography) + ST_Perimeter(w.place::geography) AS outline, c.segment_id, c.length_mm, round(ST_Distance(c.line::geography, w.place::geography) * 1000)::bigint AS distance,
				round(ST_Length(ST_Intersection(c.line, ST_Buffer(w.place::geography, ?2)::geometry)::geography) * 1000)::bigint AS overlap
			FROM duct_work w JOIN duct_segment_state c ON c.tenant_id = w.tenant_id AND c.voided_by IS NULL AND c.since <= greatest(w.from_day, ?4) AND (c.until IS NULL OR c.until > greatest(w.from_day, ?4))
				AND c.line && ST_Expand(w.place, ?3) AND ST_DWithin(c.line::geography, w.place::geography, ?2)
			WHERE w.tenant_id = ?0 AND w.id = ?1) x`
	meetsNodes = `INSERT INTO duct_work_clash (tenant_id, work_id, kind, thing_id, distance_mm, overlap_mm, shuts, gap_days)
		SELECT w.tenant_id, w.id, 'node', c.node_id, round(ST_Distance(c.at::geography, w.place::geography) * 1000)::bigint, 0, false, 0
		FROM duct_work w JOIN duct_node_state c ON c.tenant_id = w.tenant_id AND c.voided_by IS NULL AND c.since <= greatest(w.from_day, ?4) AND (c.until IS NULL OR c.until > greatest(w.from_day, ?4))
			AND c.at && ST_Expand(w.place, ?3) AND ST_DWithin(c.at::geography, w.place::geography, ?2)
		WHERE w.tenant_id = ?0 AND w.id = ?1`
	meetsWorks = `INSERT INTO duct_work_clash (tenant_id, work_id, kind, thing_id, distance_mm, overlap_mm, shuts, gap_days)
		SELECT w.tenant_id, p.this, 'work', p.other, round(ST_Distance(o.place::geography, w.place::geography) * 1000)::bigint, 0, false, greatest(0, o.from_day - w.to_day, w.from_day - o.to_day)
		FROM duct_work w JOIN duct_work o ON o.tenant_id = w.tenant_id AND o.id <> w.id AND o.state IN (?5)
			AND o.from_day <= (w.to_day + make_interval(months => ?4))::date AND w.from_day <= (o.to_day + make_interval(months => ?4))::date
			AND o.place && ST_Expand(w.place, ?3) AND ST_DWithin(o.place::geography, w.place::geography, ?2)
		CROSS JOIN LATERAL (VALUES (w.id, o.id), (o.id, w.id)) AS p (this, other)
		WHERE w.tenant_id = ?0 AND w.id = ?1`
)

// check holds works against the network as it is when they begin and against all others that are open, and keeps what it finds
// with its day. What the others meet is kept right too. Works that are over meet no others; what ducts they met stays known.
func (s *Service) check(ctx context.Context, tx bun.Tx, w *Work, rule Rule) error {
	today := s.Today(ctx)
	w.CheckedOn = today
	steps := []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM duct_work_clash WHERE tenant_id = ?0 AND kind = 'work' AND (work_id = ?1 OR thing_id = ?1)", nil},
		{"UPDATE duct_work SET checked_on = ?2 WHERE tenant_id = ?0 AND id = ?1", []any{today}},
	}
	if w.Open() {
		near, together := rule.NearM, rule.TogetherM
		steps = append(steps, []struct {
			sql  string
			args []any
		}{
			{"DELETE FROM duct_work_clash WHERE tenant_id = ?0 AND work_id = ?1 AND kind <> 'work'", nil},
			{meetsSegments, []any{near, float64(near) / perDegree, today, rule.EmergencyM}},
			{meetsNodes, []any{near, float64(near) / perDegree, today}},
			{meetsWorks, []any{together, float64(together) / perDegree, rule.TogetherMonths, bun.List(open)}},
		}...)
	}
	for _, step := range steps {
		if _, err := tx.NewRaw(step.sql, append([]any{w.TenantID, w.ID}, step.args...)...).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: check: %w", err)
		}
	}
	return nil
}

// Recheck holds works against everything again, for staff with duct:manage.
func (s *Service) Recheck(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.mayWrite(ctx, actor, uuid.Nil); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		w, err := s.locked(ctx, tx, uuid.Nil, id)
		if err != nil {
			return err
		}
		rule, err := ruleOn(ctx, tx, s.Today(ctx))
		if err == nil {
			err = s.check(ctx, tx, &w, rule)
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.recheck", id, map[string]any{"number": w.Number}))
	})
}

// recheckMost is how many works are checked in one turn of the daily check; the next turn finds the rest.
const recheckMost = 200

// recheck checks open works that were last checked before today, because the network and the rule change too.
func (s *Service) recheck(ctx context.Context, tx bun.Tx) error {
	today := s.Today(ctx)
	var due []Work
	err := tx.NewSelect().Model(&due).Where("w.tenant_id = ? AND w.state IN (?) AND w.checked_on < ?", tenancy.Must(ctx), bun.List(open), today).OrderExpr("w.id").Limit(recheckMost).Scan(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	rule, err := ruleOn(ctx, tx, today)
	if err != nil {
		return err
	}
	for i := range due {
		// It may have been cancelled while this waited for the lock.
		w, err := s.locked(ctx, tx, uuid.Nil, due[i].ID)
		if err == nil {
			err = s.check(ctx, tx, &w, rule)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Met is a part of the network that works meet.
type Met struct {
	Kind      string // segment or node
	Code      string
	Road      string // of a segment
	Distance  int64  // millimetres
	OverlapMM int64
	Shuts     bool
}

// Beside is other works near in place and time.
type Beside struct {
	Work     `bun:",extend"`
	Distance int64 // millimetres
	Gap      int   // days between the two
	Joins    bool  // the reader's company has asked to lay there too
}

// Chance reports whether two could be dug as one: the other has not begun, and it is the road that is opened, or it is offered.
func (b Beside) Chance() bool {
	return (b.State == Planned || b.State == Permitted) && (b.Colay || b.Kind == Road)
}

// metMost bounds what is shown of what works meet.
const metMost = 300

// Clashes are what works met on the day of their check: parts of the network by code, and other works, the nearest in time
// first. For staff with duct:read, and for people of the company whose the works are, who do not see the network, and of the works
// of others see what is published.
func (s *Service) Clashes(ctx context.Context, actor identity.Actor, company, id uuid.UUID) ([]Met, []Beside, error) {
	if _, err := s.Work(ctx, actor, company, id); err != nil {
		return nil, nil, err
	}
	tenant := tenancy.Must(ctx)
	var met []Met
	if company == uuid.Nil {
		err := s.d.DB.NewRaw(`SELECT x.kind, coalesce(k.code, n.code) AS code, coalesce(c.road, '') AS road, x.distance_mm AS distance, x.overlap_mm, x.shuts FROM duct_work_clash x
			LEFT JOIN duct_segment k ON x.kind = 'segment' AND k.tenant_id = x.tenant_id AND k.id = x.thing_id
			LEFT JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)
			LEFT JOIN duct_node n ON x.kind = 'node' AND n.tenant_id = x.tenant_id AND n.id = x.thing_id
			WHERE x.tenant_id = ?0 AND x.work_id = ?1 AND x.kind <> 'work' ORDER BY x.kind DESC, 2 LIMIT ?3`, tenant, id, s.Today(ctx), metMost).Scan(ctx, &met)
		if err != nil {
			return nil, nil, fmt.Errorf("ductwork: clashes: %w", err)
		}
	}
	near := s.d.DB.NewSelect().TableExpr("duct_work AS w")
	if company != uuid.Nil {
		var err error
		if near, err = s.known(ctx, company); err != nil {
			return nil, nil, err
		}
	}
	var beside []Beside
	err := near.ColumnExpr(columns).ColumnExpr("x.distance_mm AS distance, x.gap_days AS gap").
		ColumnExpr("EXISTS (SELECT 1 FROM duct_work_join j WHERE j.tenant_id = w.tenant_id AND j.work_id = w.id AND j.operator_id = ?) AS joins", company).
		Join("JOIN duct_work_clash AS x ON x.tenant_id = w.tenant_id AND x.kind = 'work' AND x.thing_id = w.id").
		Where("x.tenant_id = ? AND x.work_id = ?", tenant, id).OrderExpr("x.gap_days, x.distance_mm, w.id").Limit(metMost).Scan(ctx, &beside)
	if err != nil {
		return nil, nil, fmt.Errorf("ductwork: clashes: %w", err)
	}
	for i := range beside {
		if err := s.openContact(ctx, &beside[i].Work); err != nil {
			return nil, nil, err
		}
	}
	return met, beside, nil
}

// vouched is true of works that staff know of, not only the company whose they are: of all but an emergency that a company entered,
// which is running at once, and on which staff have taken no step. A company changes nothing of what runs, so a revision is theirs.
const vouched = `(NOT w.emergency OR w.operator_id IS NULL OR w.state <> 'running' OR w.permit <> '' OR w.revision > 0
	OR EXISTS (SELECT 1 FROM duct_work_visit v WHERE v.tenant_id = w.tenant_id AND v.work_id = w.id)
	OR EXISTS (SELECT 1 FROM account a WHERE a.tenant_id = w.tenant_id AND a.id = w.created_by AND a.kind = 'staff'))`

// Under are the segments that works shut on a day from one to before another, with the number of those works: the days in which a cable
// is pulled into a way (lease.PulledBy), and not all those for which it lies there.
// Works that are planned and not permitted, or whose permit was withdrawn before they began, shut nothing, and no more does the emergency of a company on its word alone: staff have
// entered it, changed it, been there or written down its permit before others plan around it. It is for whoever plans a way; who may is the planner's concern.
func (s *Service) Under(ctx context.Context, from, until time.Time) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID     uuid.UUID
		Number string
	}
	today := s.Today(ctx)
	err := s.d.DB.NewRaw(`SELECT x.thing_id AS id, min(w.number) AS number FROM duct_work w JOIN duct_work_clash x ON x.tenant_id = w.tenant_id AND x.work_id = w.id AND x.kind = 'segment' AND x.shuts
		WHERE w.tenant_id = ?0 AND w.state IN ('permitted', 'running', 'reinstating') AND (w.state <> 'permitted' OR w.permit_ended_at IS NULL) AND `+vouched+` AND coalesce(w.began_on, w.from_day) < ?3::date
			AND (w.to_day >= ?1::date OR w.state <> 'permitted' AND ?1::date <= ?2::date) GROUP BY x.thing_id`, tenancy.Must(ctx), from, today, until).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductwork: under: %w", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Number
	}
	return out, nil
}
