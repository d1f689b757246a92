package ductsurvey

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Undo takes a file out of the network again, as if it had never been applied; it stays on record, and what it had ended or
// voided is in force again. For staff with duct:manage. It refuses Conflict "duct.not_applied", "duct.held_since" and "duct.cabled" where
// a lease or a cable rests on what the file brought, and "duct.built_upon" once a later change has touched that or laid something in
// it: undo that first.
func (s *Service) Undo(ctx context.Context, actor identity.Actor, importID uuid.UUID, why string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		// Whoever leases a unit meanwhile comes before or after, and not between what is asked and what is voided.
		if _, err := duct.Turn(ctx, tx, 0); err != nil {
			return err
		}
		i, err := find(ctx, tx, importID, true)
		if err != nil {
			return err
		}
		if i.State != Applied {
			return fault.New(fault.Conflict, "duct.not_applied")
		}
		if err := duct.Lock(ctx, tx); err != nil {
			return err
		}
		var c duct.Change
		err = tx.NewSelect().Model(&c).Where("c.tenant_id = ? AND c.import_id = ? AND c.kind = ? AND c.undone_by IS NULL", i.TenantID, i.ID, duct.ByImport).Scan(ctx)
		if err != nil {
			return fmt.Errorf("ductsurvey: undo: %w", err)
		}
		undo, err := duct.Begin(ctx, tx, duct.Change{Kind: duct.ByUndo, OnDay: c.OnDay, Why: why, ImportID: c.ImportID, Undoes: uuid.NullUUID{UUID: c.ID, Valid: true}, Counts: c.Counts, At: s.now(), ByID: actor.ID})
		if err != nil {
			return fmt.Errorf("ductsurvey: undo: %w", err)
		}
		if err := duct.TakeBack(ctx, tx, c, undo); err != nil {
			return err
		}
		i.State = Undone
		if _, err := tx.NewUpdate().Model(&i).Column("state").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductsurvey: undo: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.undo", Object: "duct_import", ObjectID: i.ID})
	})
}
