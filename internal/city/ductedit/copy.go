package ductedit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// unitState is how a unit is for a span of days: not good, or kept back.
type unitState struct {
	bun.BaseModel `bun:"table:duct_unit_state,alias:b"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	UnitID    uuid.UUID     `bun:"unit_id"`
	Since     time.Time     `bun:"since"`
	Until     time.Time     `bun:"until,nullzero"`
	Condition string        `bun:"condition"`
	Purpose   string        `bun:"purpose"`
	ChangeID  uuid.UUID     `bun:"change_id"`
	EndedBy   uuid.NullUUID `bun:"ended_by"`
	VoidedBy  uuid.NullUUID `bun:"voided_by"`
}

// statesOf are the states of some units that hold on a day.
func statesOf(ctx context.Context, tx bun.IDB, units []duct.Unit, day time.Time) (map[uuid.UUID]unitState, error) {
	out := map[uuid.UUID]unitState{}
	if len(units) == 0 {
		return out, nil
	}
	ids := make([]uuid.UUID, len(units))
	for i := range units {
		ids[i] = units[i].ID
	}
	var all []unitState
	err := tx.NewSelect().Model(&all).Where("b.tenant_id = ? AND b.unit_id IN (?) AND b.voided_by IS NULL AND b.since <= ? AND (b.until IS NULL OR b.until > ?)", tenancy.Must(ctx), bun.List(ids), day, day).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductedit: states: %w", err)
	}
	for _, b := range all {
		out[b.UnitID] = b
	}
	return out, nil
}

// copy is what lies in the whole, once more for each part, and how it is there. A unit that is cut is damaged or left out beyond
// the node, with what lies in it.
func (w whole) copy(ctx context.Context, tx bun.Tx, c *duct.Change, in Split, parts [2]uuid.UUID) ([]duct.Unit, []unitState, error) {
	beyond := 1
	if in.Backward {
		beyond = 0
	}
	cut := within(w.units, in.Cut)
	if in.Cut != uuid.Nil && len(cut) == 0 {
		return nil, nil, fault.New(fault.NotFound, "duct.no_unit")
	}
	if in.Cut != uuid.Nil && in.CutAs == Gone {
		if err := unheld(ctx, tx, in.Cut, c.OnDay); err != nil {
			return nil, nil, err
		}
		if err := ductcable.Empty(ctx, tx, slices.Collect(maps.Keys(cut)), c.OnDay); err != nil {
			return nil, nil, err
		}
	}
	was, err := statesOf(ctx, tx, w.units, c.OnDay)
	if err != nil {
		return nil, nil, err
	}
	var units []duct.Unit
	var states []unitState
	for i, segment := range parts {
		now := map[uuid.UUID]uuid.UUID{}
		for _, u := range w.units {
			hit := i == beyond && cut[u.ID]
			if hit && in.CutAs == Gone {
				continue
			}
			id, err := uuid.NewV7()
			if err != nil {
				return nil, nil, err
			}
			n := duct.Unit{TenantID: u.TenantID, ID: id, SegmentID: segment, Kind: u.Kind, Position: u.Position, OuterMM: u.OuterMM, InnerMM: u.InnerMM, Since: c.OnDay, WasID: uuid.NullUUID{UUID: u.ID, Valid: true}}
			if u.ParentID.Valid {
				n.ParentID = uuid.NullUUID{UUID: now[u.ParentID.UUID], Valid: true}
			}
			now[u.ID] = id
			units = append(units, n)
			b, ok := was[u.ID]
			if hit {
				b.Condition, ok = in.CutAs, true
			}
			if !ok {
				continue
			}
			sid, err := uuid.NewV7()
			if err != nil {
				return nil, nil, err
			}
			states = append(states, unitState{TenantID: u.TenantID, ID: sid, UnitID: id, Since: c.OnDay, Condition: b.Condition, Purpose: b.Purpose})
		}
	}
	return units, states, nil
}

// within are a unit and all that lies in it, of units whose parents come first; none where it is not among them.
func within(units []duct.Unit, unit uuid.UUID) map[uuid.UUID]bool {
	in := map[uuid.UUID]bool{}
	for _, u := range units {
		if u.ID == unit || u.ParentID.Valid && in[u.ParentID.UUID] {
			in[u.ID] = true
		}
	}
	return in
}

// unheld refuses Conflict "duct.held" for a unit that is let on a day or after it, with the first lease that it is let by.
func unheld(ctx context.Context, tx bun.Tx, unit uuid.UUID, day time.Time) error {
	by, err := lease.Holders(ctx, tx, unit, day)
	if err != nil || len(by) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "duct.held", "lease", by[0])
}
