package ductdamage

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Where staff and companies read about a damage.
const (
	staffPath   = "/petugas/ducting/gangguan/"
	companyPath = "/mitra/gangguan/"
)

// tellArgs names the event that is told.
type tellArgs struct {
	Event uuid.UUID `json:"event"`
}

// roleOnDuty is who is told where the shift list is empty.
const roleOnDuty = "duct_manager"

// tell writes to whom an event concerns: those on duty of reports and of what is late, the people of a company that its leases were
// hit, and those of every company that was told of that what is news. Each person is written to once of an event.
func (s *Service) tell(ctx context.Context, tx bun.Tx, args tellArgs) error {
	tenant := tenancy.Must(ctx)
	var events []Event
	if err := tx.NewSelect().Model(&events).Where("e.tenant_id = ? AND e.id = ?", tenant, args.Event).Scan(ctx); err != nil || len(events) == 0 {
		return err
	}
	e := events[0]
	var all []Damage
	if err := tx.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.id = ?", tenant, e.DamageID).Scan(ctx); err != nil || len(all) == 0 {
		return err
	}
	d := all[0]
	text := func(key string) string { name, _ := e.Detail[key].(string); return name }
	m := notify.Message{Data: map[string]string{"number": d.Number, "kind": d.Kind}}
	var who []uuid.UUID
	var err error
	switch {
	case e.What == Reported:
		m.Template, m.Data["path"], m.Data["source"] = "duct_damage_new", staffPath+d.ID.String(), d.Source
		who, err = s.onDuty(ctx, tx)
	case e.What == late:
		m.Template, m.Data["path"], m.Data["clock"] = "duct_damage_late", staffPath+d.ID.String(), text("clock")
		who, err = s.onDuty(ctx, tx)
	case e.What == affected:
		m.Template, m.Data["path"] = "duct_damage_hit", companyPath+d.ID.String()
		who, err = people(ctx, tx, e, text("operator"))
	case e.Shared:
		m.Template, m.Data["path"], m.Data["what"] = "duct_damage_news", companyPath+d.ID.String(), e.What
		if e.Words != "" {
			m.Data["body"] = e.Words
		}
		who, err = people(ctx, tx, e, "")
	}
	if err != nil {
		return err
	}
	for _, m.To = range who {
		m.Key = fmt.Sprintf("duct_damage:%s:%s", e.ID, m.To)
		if err := s.d.Notify.Send(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// people are who acts for the companies that had been told of a damage when something happened, or for one of them. What happened
// before they read on their pages.
func people(ctx context.Context, tx bun.Tx, e Event, company string) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`SELECT p.account_id FROM duct_damage_notice n JOIN duct_person p ON p.tenant_id = n.tenant_id AND p.operator_id = n.operator_id AND p.ended_at IS NULL
			JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id AND a.status = 'active'
		WHERE n.tenant_id = ?0 AND n.damage_id = ?1 AND (?2 = '' OR n.operator_id::text = ?2)
			AND EXISTS (SELECT 1 FROM duct_damage_event x WHERE x.tenant_id = ?0 AND x.damage_id = ?1 AND x.what = 'affected' AND x.detail ->> 'operator' = n.operator_id::text AND x.id <= ?3)
		ORDER BY p.account_id`, tenancy.Must(ctx), e.DamageID, company, e.ID).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: people: %w", err)
	}
	return ids, nil
}

// onDuty are the people of the shift list, or all who keep the ducts where it is empty.
func (s *Service) onDuty(ctx context.Context, db bun.IDB) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.NewRaw(`SELECT f.account_id FROM duct_damage_shift f JOIN account a ON a.tenant_id = f.tenant_id AND a.id = f.account_id AND a.status = 'active'
		WHERE f.tenant_id = ? ORDER BY f.account_id`, tenancy.Must(ctx)).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: shift: %w", err)
	}
	if len(ids) > 0 {
		return ids, nil
	}
	return identity.Holders(ctx, db, roleOnDuty, "")
}

// raiseMost bounds what one run raises; the next takes the rest.
const raiseMost = 200

// raise tells those on duty of each promise that was not kept, once.
func (s *Service) raise(ctx context.Context, tx bun.Tx) error {
	now := s.now()
	var due []Clock
	err := tx.NewRaw(`UPDATE duct_damage_clock SET raised_at = ?1 WHERE tenant_id = ?0 AND (damage_id, clock) IN (
			SELECT damage_id, clock FROM duct_damage_clock WHERE tenant_id = ?0 AND due_at < ?1 AND done_at IS NULL AND stopped_at IS NULL AND raised_at IS NULL
			ORDER BY due_at LIMIT ?2 FOR UPDATE SKIP LOCKED) RETURNING damage_id, clock, due_at`, tenancy.Must(ctx), now, raiseMost).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("ductdamage: raise: %w", err)
	}
	for _, k := range due {
		d := Damage{TenantID: tenancy.Must(ctx), ID: k.DamageID}
		if err := s.happened(ctx, tx, identity.Actor{}, d, Event{What: late, At: now, Detail: map[string]any{"clock": k.Clock}}, true); err != nil {
			return err
		}
		err := audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "ductdamage.late", Object: "duct_damage", ObjectID: k.DamageID, Detail: map[string]any{"clock": k.Clock}})
		if err != nil {
			return err
		}
	}
	return nil
}

// Shift are the people on duty who are told of reports and of what is late, with their names: those of the list, and false where it
// is empty and everybody who keeps the ducts is. For staff with duct:read.
func (s *Service) Shift(ctx context.Context, actor identity.Actor) (who []uuid.UUID, listed bool, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, false, err
	}
	n, err := s.d.DB.NewSelect().TableExpr("duct_damage_shift AS f").Where("f.tenant_id = ?", tenancy.Must(ctx)).Count(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("ductdamage: shift: %w", err)
	}
	who, err = s.onDuty(ctx, s.d.DB)
	return who, n > 0, err
}

// OnDuty are the staff who can be put on the shift list.
func (s *Service) OnDuty(ctx context.Context, actor identity.Actor) ([]uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return identity.Holders(ctx, s.d.DB, roleOnDuty, "")
}

// SetShift says who is on the shift list, for staff with duct:manage; nobody is everybody who keeps the ducts. It refuses Invalid
// field "who" somebody who does not.
func (s *Service) SetShift(ctx context.Context, actor identity.Actor, who []uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		may, err := identity.Holders(ctx, tx, roleOnDuty, "")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("DELETE FROM duct_damage_shift WHERE tenant_id = ?", tenancy.Must(ctx)).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: shift: %w", err)
		}
		known := map[uuid.UUID]bool{}
		for _, id := range may {
			known[id] = true
		}
		for _, id := range who {
			if !known[id] {
				return fault.Fields([]fault.Field{{Name: "who", Code: "not_an_option"}})
			}
			if _, err := tx.NewRaw("INSERT INTO duct_damage_shift (tenant_id, account_id, added_at, added_by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", tenancy.Must(ctx), id, s.now(), actor.ID).Exec(ctx); err != nil {
				return fmt.Errorf("ductdamage: shift: %w", err)
			}
		}
		return audit.Record(ctx, tx, acted(actor, "shift", tenancy.Must(ctx), map[string]any{"people": len(who)}))
	})
}
