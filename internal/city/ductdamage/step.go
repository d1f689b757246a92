package ductdamage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// StepInput is a step with a damage: the state that it comes to.
type StepInput struct {
	ID       uuid.UUID
	Revision int       // of what was read
	State    string    // Acknowledged, OnSite, Temporary or Repaired
	At       time.Time // when it was so; now when zero
	Words    string    // for the companies that are affected; may be empty
}

// stops are the promises that a state keeps, those before it too.
var stops = map[string]int{Acknowledged: 1, OnSite: 2, Temporary: 3, Repaired: 4}

// Next are the steps that can be taken from a state: each of those that come later, as a crew may be there before anybody has
// answered.
func Next(state string) []string {
	var out []string
	for _, x := range []string{Acknowledged, OnSite, Temporary, Repaired} {
		if stops[x] > stops[state] {
			out = append(out, x)
		}
	}
	if state == Closed || state == Dismissed {
		return nil
	}
	return out
}

// Step takes a step with a damage, for staff with duct:manage: it ends the promises up to it, at the moment when it was so. What is
// so is told to the companies that are affected. It refuses Invalid field "at" a moment to come, or before the last step, field
// "state" a step that does not come next, Conflict "ductdamage.changed" where somebody else was quicker, "ductdamage.over" one that
// is closed, and NotFound "ductdamage.not_found".
func (s *Service) Step(ctx context.Context, actor identity.Actor, in StepInput) error {
	in.Words = strings.TrimSpace(in.Words)
	if err := fault.Fields(said("words", in.Words, false, wordsMost)); err != nil {
		return err
	}
	return s.change(ctx, actor, access.DuctManage, in.ID, &in.Revision, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		if !slices.Contains(Next(d.State), in.State) {
			return fault.Fields([]fault.Field{{Name: "state", Code: "not_an_option"}})
		}
		now := s.now()
		if in.At.IsZero() {
			in.At = now
		}
		in.At = in.At.UTC().Truncate(time.Microsecond)
		last, err := lastStep(ctx, tx, *d)
		switch {
		case err != nil:
			return err
		case in.At.After(now):
			return fault.Fields([]fault.Field{{Name: "at", Code: "date_future"}})
		case in.At.Before(last):
			return fault.Fields([]fault.Field{{Name: "at", Code: "before_last_step"}})
		}
		from := d.State
		d.State = in.State
		if stops[in.State] >= stops[Temporary] && d.RestoredAt.IsZero() {
			d.RestoredAt = in.At
		}
		if _, err := tx.NewRaw("UPDATE duct_damage_clock SET done_at = ? WHERE tenant_id = ? AND damage_id = ? AND clock IN (?) AND done_at IS NULL", in.At, d.TenantID, d.ID, bun.List(Clocks()[:stops[in.State]])).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: step: %w", err)
		}
		if err := s.happened(ctx, tx, actor, *d, Event{What: in.State, Words: in.Words, Shared: true, At: in.At}, true); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "step", d.ID, map[string]any{"number": d.Number, "from": from, "to": d.State, "at": in.At}))
	})
}

// lastStep is when the last step was taken, or it was reported.
func lastStep(ctx context.Context, tx bun.Tx, d Damage) (time.Time, error) {
	var row struct {
		At time.Time `bun:"at,nullzero"`
	}
	err := tx.NewRaw("SELECT max(at) AS at FROM duct_damage_event WHERE tenant_id = ? AND damage_id = ? AND what IN (?)", d.TenantID, d.ID, bun.List([]string{Acknowledged, OnSite, Temporary, Repaired})).Scan(ctx, &row)
	if err != nil {
		return d.ReportedAt, fmt.Errorf("ductdamage: step: %w", err)
	}
	if row.At.Before(d.ReportedAt) {
		row.At = d.ReportedAt
	}
	return row.At, nil
}

// Update tells the companies that are affected what is new, for staff with duct:manage; a note that is not shared stays with the
// staff. It refuses Invalid without words, and what Step refuses of the damage.
func (s *Service) Update(ctx context.Context, actor identity.Actor, id uuid.UUID, words string, shared bool) error {
	words = strings.TrimSpace(words)
	if err := fault.Fields(said("words", words, true, wordsMost)); err != nil {
		return err
	}
	return s.change(ctx, actor, access.DuctManage, id, nil, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		if err := s.happened(ctx, tx, actor, *d, Event{What: "update", Words: words, Shared: shared, At: s.now()}, shared); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "update", id, map[string]any{"number": d.Number, "shared": shared}))
	})
}

// Dismiss ends a report that was none, or is known by another number, for staff with duct:manage, with the reason. Its promises
// stop. It refuses Conflict "ductdamage.hit" one of which a lease is affected, "ductdamage.billed" one whose repair somebody is charged or asked
// to be, and what Step refuses of the damage.
func (s *Service) Dismiss(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int, why string) error {
	why = strings.TrimSpace(why)
	if err := fault.Fields(said("why", why, true, wordsMost)); err != nil {
		return err
	}
	return s.change(ctx, actor, access.DuctManage, id, &revision, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		hit, err := tx.NewSelect().TableExpr("duct_damage_lease AS x").Where("x.tenant_id = ? AND x.damage_id = ?", d.TenantID, id).Exists(ctx)
		if err != nil {
			return err
		}
		if hit {
			return fault.New(fault.Conflict, "ductdamage.hit")
		}
		billed, err := tx.NewSelect().Model((*Bill)(nil)).Where("b.tenant_id = ? AND b.damage_id = ? AND b.undone_at IS NULL AND b.approved IS NOT FALSE", d.TenantID, id).Exists(ctx)
		if err != nil {
			return err
		}
		if billed {
			return fault.New(fault.Conflict, "ductdamage.billed")
		}
		d.State, d.Closing = Dismissed, why
		if _, err := tx.NewRaw("UPDATE duct_damage_clock SET stopped_at = ? WHERE tenant_id = ? AND damage_id = ? AND done_at IS NULL", s.now(), d.TenantID, id).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: dismiss: %w", err)
		}
		if err := s.happened(ctx, tx, actor, *d, Event{What: Dismissed, Words: why, At: s.now()}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "dismiss", id, map[string]any{"number": d.Number}))
	})
}

// change changes a damage that is not over. It refuses Conflict "ductdamage.changed" one that is at another revision than was read; nil is for what
// holds at any.
func (s *Service) change(ctx context.Context, actor identity.Actor, needs access.Permission, id uuid.UUID, revision *int, fn func(context.Context, bun.Tx, *Damage) error) error {
	return s.changeAs(ctx, actor, needs, id, revision, Damage.Over, fn)
}

// errSame ends a change that has nothing to write.
var errSame = errors.New("ductdamage: nothing is changed")

// changeAs is change with its own word for what is over.
func (s *Service) changeAs(ctx context.Context, actor identity.Actor, needs access.Permission, id uuid.UUID, revision *int, over func(Damage) bool, fn func(context.Context, bun.Tx, *Damage) error) error {
	if err := s.d.Guard.Allow(ctx, actor, needs); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		d, err := lock(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case over(d):
			return fault.New(fault.Conflict, "ductdamage.over")
		case revision != nil && *revision != d.Revision:
			return fault.New(fault.Conflict, "ductdamage.changed")
		}
		if err := fn(ctx, tx, &d); err != nil {
			return err
		}
		d.Revision, d.UpdatedAt = d.Revision+1, s.now()
		_, err = tx.NewUpdate().Model(&d).Column("state", "restored_at", "cause", "liable", "liable_operator", "liable_name", "third", "root_cause", "cost", "closing", "revision", "updated_at").WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: change: %w", err)
		}
		return nil
	})
}

// lock reads a damage for a change; NotFound "ductdamage.not_found".
func lock(ctx context.Context, tx bun.Tx, id uuid.UUID) (Damage, error) {
	var all []Damage
	if err := tx.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx); err != nil {
		return Damage{}, fmt.Errorf("ductdamage: %w", err)
	}
	if len(all) == 0 {
		return Damage{}, fault.New(fault.NotFound, "ductdamage.not_found")
	}
	return all[0], nil
}
