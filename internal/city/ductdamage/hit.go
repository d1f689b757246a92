package ductdamage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// HitInput says what of the network was hit.
type HitInput struct {
	ID       uuid.UUID
	Revision int
	Segment  string   // its code
	Units    []string // as places from the ground inwards, such as "2.1"; none for all that lies in the segment
}

type hitRow struct {
	bun.BaseModel `bun:"table:duct_damage_hit,alias:x"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	DamageID  uuid.UUID  `bun:"damage_id,pk"`
	UnitID    uuid.UUID  `bun:"unit_id,pk"`
	SegmentID uuid.UUID  `bun:"segment_id"`
	Named     bool       `bun:"named"`
}

// Hit puts down what was hit, for staff with duct:manage, and finds the leases that run through it on the day of the report. The
// company of each is told at once, and once however much of it is found later. What has been put down stays. It refuses Invalid
// field "segment" one that is not in the network on that day, field "units" a place where nothing lies, and what Step refuses of the
// damage.
func (s *Service) Hit(ctx context.Context, actor identity.Actor, in HitInput) error {
	return s.change(ctx, actor, access.DuctManage, in.ID, &in.Revision, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		day := s.day(ctx, d.ReportedAt)
		segment, units, err := s.d.Ducts.Segment(ctx, actor, strings.TrimSpace(in.Segment), day)
		if fault.Is(err, "duct.no_segment") {
			return fault.Fields([]fault.Field{{Name: "segment", Code: "no_segment"}})
		}
		if err != nil {
			return err
		}
		hit, bad := within(units, in.Units)
		if bad != "" {
			return fault.Fields([]fault.Field{{Name: "units", Code: "no_unit", Args: []any{"place", bad}}})
		}
		if len(hit) == 0 {
			return fault.Fields([]fault.Field{{Name: "segment", Code: "nothing_there"}})
		}
		for i := range hit {
			hit[i].TenantID, hit[i].DamageID, hit[i].SegmentID = d.TenantID, d.ID, segment.ID
		}
		if _, err := tx.NewInsert().Model(&hit).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: hit: %w", err)
		}
		err = s.happened(ctx, tx, actor, *d, Event{What: "hit", At: s.now(), Detail: map[string]any{"segment": segment.Code, "units": strings.Join(in.Units, ", ")}}, false)
		if err != nil {
			return err
		}
		found, err := s.affect(ctx, tx, actor, *d, day)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "hit", d.ID, map[string]any{"number": d.Number, "segment": segment.Code, "units": in.Units, "leases": found}))
	})
}

// within are the units at some places, or all without any, with what lies in them, and the first place where nothing lies.
func within(units []duct.Unit, places []string) (hit []hitRow, bad string) {
	place, of := map[uuid.UUID]string{}, map[string]bool{}
	for _, u := range units { // parents come before what lies in them
		place[u.ID] = strconv.Itoa(u.Position)
		if u.ParentID.Valid {
			place[u.ID] = place[u.ParentID.UUID] + "." + place[u.ID]
		}
		of[place[u.ID]] = true
	}
	for _, p := range places {
		if !of[p] {
			return nil, p
		}
	}
	for _, u := range units {
		at := place[u.ID]
		named := slices.Contains(places, at) || len(places) == 0 && u.Kind == duct.Duct
		if named || len(places) == 0 || slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(at, p+".") }) {
			hit = append(hit, hitRow{UnitID: u.ID, Named: named})
		}
	}
	return hit, ""
}

// affect finds the leases that run through what was hit on a day, keeps them, and has their companies told that were not yet. It
// returns how many leases there are.
func (s *Service) affect(ctx context.Context, tx bun.Tx, actor identity.Actor, d Damage, day time.Time) (int, error) {
	_, err := tx.NewRaw(`INSERT INTO duct_damage_lease AS t (tenant_id, damage_id, lease_id, operator_id, units, of_units, found_at)
		SELECT DISTINCT ON (x.lease_id) ?0, ?1, x.lease_id, x.operator_id, x.units, x.of_units, ?3 FROM (
			SELECT h.lease_id, l.operator_id, u.segment_id, count(*) AS of_units, count(*) FILTER (WHERE EXISTS (
				SELECT 1 FROM duct_damage_hit k JOIN duct_unit y ON y.tenant_id = k.tenant_id AND y.id = k.unit_id LEFT JOIN duct_unit p ON p.tenant_id = y.tenant_id AND p.id = y.parent_id
				WHERE k.tenant_id = ?0 AND k.damage_id = ?1 AND k.segment_id = u.segment_id AND (y.id = u.id OR y.parent_id = u.id OR p.parent_id = u.id))) AS units
			FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
			WHERE h.tenant_id = ?0 AND h.own AND h.released_at IS NULL AND h.during @> ?2::date AND l.state IN ('active', 'ended')
				AND u.segment_id IN (SELECT k.segment_id FROM duct_damage_hit k WHERE k.tenant_id = ?0 AND k.damage_id = ?1)
			GROUP BY h.lease_id, l.operator_id, u.segment_id) x
		WHERE x.units > 0 ORDER BY x.lease_id, x.units::numeric / x.of_units DESC
		ON CONFLICT (tenant_id, damage_id, lease_id) DO UPDATE SET units = EXCLUDED.units, of_units = EXCLUDED.of_units
			WHERE EXCLUDED.units::numeric / EXCLUDED.of_units > t.units::numeric / t.of_units`, d.TenantID, d.ID, day, s.now()).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("ductdamage: affected: %w", err)
	}
	var who []struct {
		OperatorID uuid.UUID
		Leases     int
	}
	err = tx.NewRaw("SELECT operator_id, count(*) AS leases FROM duct_damage_lease WHERE tenant_id = ? AND damage_id = ? GROUP BY operator_id ORDER BY operator_id", d.TenantID, d.ID).Scan(ctx, &who)
	if err != nil {
		return 0, fmt.Errorf("ductdamage: affected: %w", err)
	}
	leases := 0
	for _, x := range who {
		leases += x.Leases
		res, err := tx.NewRaw("INSERT INTO duct_damage_notice (tenant_id, damage_id, operator_id, told_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", d.TenantID, d.ID, x.OperatorID, s.now()).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("ductdamage: notice: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return 0, err
		} else if n == 0 {
			continue // told already
		}
		if err := s.happened(ctx, tx, actor, d, Event{What: affected, At: s.now(), Detail: map[string]any{"operator": x.OperatorID, "leases": x.Leases}}, true); err != nil {
			return 0, err
		}
	}
	return leases, nil
}

// affected is the event of a company that is told that its leases were hit, and late that of a promise that was not kept.
const (
	affected = "affected"
	late     = "late"
)
