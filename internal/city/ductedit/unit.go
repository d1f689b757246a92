package ductedit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// State is how a unit is from a day on.
type State struct {
	Unit      uuid.UUID
	OnDay     time.Time
	Condition string // one of duct.Conditions
	Purpose   string // duct.Maintenance, duct.Government, or empty for one that can be let
	Within    bool   // so is all that lies in it
	Why       string
}

// Purposes are what a unit can be kept back for.
func Purposes() []string { return []string{duct.Maintenance, duct.Government} }

// daysAhead is how far to come the day of a state can be.
const daysAhead = 366

// SetState says how a unit is from a day on, until whatever is known of it later. It needs duct:manage. It refuses Invalid for what
// cannot be and for what is so already (field "condition"), NotFound "duct.no_unit" for one that does not lie there on the day, and
// Conflict "duct.held" to keep back what is let, or to know nothing of it: damage happens to what is let too.
func (s *Service) SetState(ctx context.Context, actor identity.Actor, in State) (change uuid.UUID, err error) {
	var bad []fault.Field
	if !slices.Contains(duct.Conditions(), in.Condition) {
		bad = append(bad, fault.Field{Name: "condition", Code: "not_an_option"})
	}
	if in.Purpose != "" && !slices.Contains(Purposes(), in.Purpose) {
		bad = append(bad, fault.Field{Name: "purpose", Code: "not_an_option"})
	}
	switch {
	case in.OnDay.IsZero():
		bad = append(bad, fault.Field{Name: "on_day", Code: "required"})
	case in.OnDay.After(s.today(ctx).AddDate(0, 0, daysAhead)):
		bad = append(bad, fault.Field{Name: "on_day", Code: "duct_too_far"})
	}
	bad = said(bad, in.Why)
	return s.act(ctx, actor, "duct.state", duct.Change{Kind: duct.ByState, OnDay: in.OnDay, Why: in.Why}, func(ctx context.Context, tx bun.Tx, c *duct.Change) (map[string]any, error) {
		if err := fault.Fields(bad); err != nil {
			return nil, err
		}
		units, err := tree(ctx, tx, in.Unit, c.OnDay)
		if err != nil {
			return nil, err
		}
		if in.Purpose != "" || in.Condition == duct.Unknown {
			if err := unheld(ctx, tx, in.Unit, c.OnDay); err != nil {
				return nil, err
			}
		}
		if !in.Within {
			units = units[:1]
		}
		n, err := setStates(ctx, tx, c, in, units)
		if err == nil && n == 0 {
			err = fault.Fields([]fault.Field{{Name: "condition", Code: "duct_same_state"}})
		}
		return map[string]any{"day": c.OnDay.Format(time.DateOnly), "condition": in.Condition, "purpose": in.Purpose, "units": n}, err
	})
}

// tree is a unit that lies there on a day and what lies in it, the unit first.
func tree(ctx context.Context, tx bun.IDB, unit uuid.UUID, day time.Time) ([]duct.Unit, error) {
	var segment []uuid.UUID
	if err := tx.NewRaw("SELECT segment_id FROM duct_unit WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), unit).Scan(ctx, &segment); err != nil {
		return nil, fmt.Errorf("ductedit: unit: %w", err)
	}
	if len(segment) == 0 {
		return nil, fault.New(fault.NotFound, "duct.no_unit")
	}
	all, err := unitsOf(ctx, tx, segment[0], day)
	if err != nil {
		return nil, err
	}
	in := within(all, unit)
	all = slices.DeleteFunc(all, func(u duct.Unit) bool { return !in[u.ID] })
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "duct.no_unit")
	}
	return all, nil
}

// setStates writes the state of units that are in another, and returns how many they are. One of which nothing was said is good: that
// it is so again is written down all the same, so that what was before can be given back.
func setStates(ctx context.Context, tx bun.Tx, c *duct.Change, in State, units []duct.Unit) (int, error) {
	was, err := statesOf(ctx, tx, units, c.OnDay)
	if err != nil {
		return 0, err
	}
	units = slices.DeleteFunc(slices.Clone(units), func(u duct.Unit) bool {
		b, ok := was[u.ID]
		if !ok {
			b.Condition = duct.Good
		}
		return b.Condition == in.Condition && b.Purpose == in.Purpose
	})
	if len(units) == 0 {
		return 0, nil
	}
	c.Segment = uuid.NullUUID{UUID: units[0].SegmentID, Valid: true}
	if err := begin(ctx, tx, c); err != nil {
		return 0, err
	}
	day := c.OnDay.Format(time.DateOnly)
	for _, u := range units {
		b, id := was[u.ID], uuid.UUID{}
		if id, err = uuid.NewV7(); err != nil {
			return 0, err
		}
		until := b.Until
		switch {
		case b.ID == uuid.Nil:
			var next struct {
				Since time.Time `bun:"since,nullzero"`
			}
			err = tx.NewRaw("SELECT min(since) AS since FROM duct_unit_state WHERE tenant_id = ? AND unit_id = ? AND voided_by IS NULL AND since > ?", u.TenantID, u.ID, day).Scan(ctx, &next)
			until = next.Since
		case b.Since.Before(c.OnDay):
			_, err = tx.NewRaw("UPDATE duct_unit_state SET until = ?, ended_by = ? WHERE tenant_id = ? AND id = ?", day, c.ID, u.TenantID, b.ID).Exec(ctx)
		default: // it was never so
			_, err = tx.NewRaw("UPDATE duct_unit_state SET voided_by = ? WHERE tenant_id = ? AND id = ?", c.ID, u.TenantID, b.ID).Exec(ctx)
		}
		if err == nil {
			_, err = tx.NewInsert().Model(&unitState{TenantID: u.TenantID, ID: id, UnitID: u.ID, Since: c.OnDay, Until: until, Condition: in.Condition, Purpose: in.Purpose, ChangeID: c.ID}).Exec(ctx)
		}
		if err != nil {
			return 0, fmt.Errorf("ductedit: state: %w", err)
		}
	}
	return len(units), nil
}

// TakeOut says that a unit, and all that lies in it, is no longer there from a day on. It needs duct:manage. It refuses Invalid for
// words that are missing, for a day to come and one on which something of it began or later (field "on_day"), NotFound "duct.no_unit",
// Conflict "duct.held" for what is let, and "duct.cabled" for that in which a cable lies.
func (s *Service) TakeOut(ctx context.Context, actor identity.Actor, unit uuid.UUID, day time.Time, why string) (change uuid.UUID, err error) {
	var bad []fault.Field
	switch {
	case day.IsZero():
		bad = append(bad, fault.Field{Name: "on_day", Code: "required"})
	case day.After(s.today(ctx)):
		bad = append(bad, fault.Field{Name: "on_day", Code: "date_future"})
	}
	bad = said(bad, why)
	return s.act(ctx, actor, "duct.take_out", duct.Change{Kind: duct.ByRemoval, OnDay: day, Why: why}, func(ctx context.Context, tx bun.Tx, c *duct.Change) (map[string]any, error) {
		if err := fault.Fields(bad); err != nil {
			return nil, err
		}
		units, err := tree(ctx, tx, unit, c.OnDay)
		if err != nil {
			return nil, err
		}
		if err := unheld(ctx, tx, unit, c.OnDay); err != nil {
			return nil, err
		}
		ids := make([]uuid.UUID, len(units))
		for i := range units {
			ids[i] = units[i].ID
		}
		if err := ductcable.Empty(ctx, tx, ids, c.OnDay); err != nil {
			return nil, err
		}
		var last struct {
			Day time.Time `bun:"day,nullzero"`
		}
		err = tx.NewRaw(`SELECT max(d) AS day FROM (SELECT unnest(ARRAY[since, until]) AS d FROM duct_unit_state WHERE tenant_id = ?0 AND unit_id IN (?1) AND voided_by IS NULL
			UNION ALL SELECT unnest(ARRAY[u.since, u.until]) FROM duct_unit u WHERE u.tenant_id = ?0 AND u.segment_id = ?2 AND u.voided_by IS NULL AND (u.id IN (?1) OR u.parent_id IN (?1))) x`,
			tenancy.Must(ctx), bun.List(ids), units[0].SegmentID).Scan(ctx, &last)
		if err != nil {
			return nil, fmt.Errorf("ductedit: take out: %w", err)
		}
		if !c.OnDay.After(last.Day) {
			return nil, fault.Fields([]fault.Field{{Name: "on_day", Code: "duct_not_after", Args: []any{"day", i18n.From(ctx).Date(last.Day)}}})
		}
		c.Segment = uuid.NullUUID{UUID: units[0].SegmentID, Valid: true}
		if err := begin(ctx, tx, c); err != nil {
			return nil, err
		}
		for _, sql := range []string{"UPDATE duct_unit_state SET until = ?1, ended_by = ?2 WHERE tenant_id = ?0 AND unit_id IN (?3) AND voided_by IS NULL AND until IS NULL",
			"UPDATE duct_unit SET until = ?1, ended_by = ?2 WHERE tenant_id = ?0 AND id IN (?3) AND until IS NULL"} {
			if _, err := tx.NewRaw(sql, tenancy.Must(ctx), c.OnDay.Format(time.DateOnly), c.ID, bun.List(ids)).Exec(ctx); err != nil {
				return nil, fmt.Errorf("ductedit: take out: %w", err)
			}
		}
		return map[string]any{"day": c.OnDay.Format(time.DateOnly), "units": len(ids)}, nil
	})
}
