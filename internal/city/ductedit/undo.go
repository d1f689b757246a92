package ductedit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// byHand are the changes that Undo takes back; a file of a survey is undone as a file.
var byHand = map[string]bool{duct.BySplit: true, duct.ByCut: true, duct.ByState: true, duct.ByRemoval: true}

// ByHand reports whether a change of a kind is one that Undo takes back.
func ByHand(kind string) bool { return byHand[kind] }

// Undo takes a change by hand back, as if it had never been; it stays on record. It needs duct:manage. It refuses Invalid without a
// reason, NotFound "duct.no_change", Conflict "duct.not_by_hand" and "duct.undone" for what cannot be or was taken back, "duct.held_since"
// and "duct.cabled" once a part of what was split is let by itself, "duct.laid_since" where another unit lies in the place of one that was taken out, and
// "duct.built_upon" once a later change has touched what this one brought.
func (s *Service) Undo(ctx context.Context, actor identity.Actor, change uuid.UUID, why string) error {
	bad := fault.Fields(said(nil, why))
	_, err := s.act(ctx, actor, "duct.undo_change", duct.Change{Kind: duct.ByUndo, OnDay: s.today(ctx), Why: why}, func(ctx context.Context, tx bun.Tx, c *duct.Change) (map[string]any, error) {
		if bad != nil {
			return nil, bad
		}
		var all []duct.Change
		if err := tx.NewSelect().Model(&all).Where("c.tenant_id = ? AND c.id = ?", tenancy.Must(ctx), change).Scan(ctx); err != nil {
			return nil, fmt.Errorf("ductedit: undo: %w", err)
		}
		switch {
		case len(all) == 0:
			return nil, fault.New(fault.NotFound, "duct.no_change")
		case !byHand[all[0].Kind]:
			return nil, fault.New(fault.Conflict, "duct.not_by_hand")
		case all[0].UndoneBy.Valid:
			return nil, fault.New(fault.Conflict, "duct.undone")
		}
		was := all[0]
		if err := placesFree(ctx, tx, was); err != nil {
			return nil, err
		}
		c.OnDay, c.Undoes, c.Counts, c.Segment = was.OnDay, uuid.NullUUID{UUID: was.ID, Valid: true}, was.Counts, was.Segment
		if err := begin(ctx, tx, c); err != nil {
			return nil, err
		}
		if err := ductcable.Rejoin(ctx, tx, was.ID, c.ID); err != nil {
			return nil, err
		}
		if err := lease.Rejoin(ctx, tx, was.ID, c.ID, c.At); err != nil {
			return nil, err
		}
		return map[string]any{"day": c.OnDay.Format(time.DateOnly), "kind": was.Kind}, duct.TakeBack(ctx, tx, was, c.ID)
	})
	return err
}

// placesFree refuses Conflict "duct.laid_since" where something was laid in the place of what a change ended, and "duct.built_upon" where
// what it lay in is gone, or a file has said since how a segment that was split was until then.
func placesFree(ctx context.Context, tx bun.Tx, c duct.Change) error {
	var laid, gone bool
	err := tx.NewRaw(`SELECT
		EXISTS (SELECT FROM duct_unit u JOIN duct_unit x ON x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id AND x.parent_id IS NOT DISTINCT FROM u.parent_id AND x.position = u.position AND x.id <> u.id
			AND x.voided_by IS NULL AND x.until IS NULL WHERE u.tenant_id = ?0 AND u.ended_by = ?1),
		EXISTS (SELECT FROM duct_unit u LEFT JOIN duct_unit x ON x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id AND x.id = u.parent_id WHERE u.tenant_id = ?0 AND u.ended_by = ?1
			AND (x.voided_by IS NOT NULL OR x.until IS NOT NULL AND x.ended_by <> ?1 OR NOT EXISTS (SELECT FROM duct_segment_state c WHERE c.tenant_id = u.tenant_id AND c.segment_id = u.segment_id AND c.voided_by IS NULL AND (c.until IS NULL OR c.ended_by = ?1))))
			OR ?2 AND NOT EXISTS (SELECT FROM duct_segment_state c WHERE c.tenant_id = ?0 AND c.ended_by = ?1 AND c.voided_by IS NULL)`,
		c.TenantID, c.ID, c.Kind == duct.BySplit || c.Kind == duct.ByCut).Scan(ctx, &laid, &gone)
	switch {
	case err != nil:
		return fmt.Errorf("ductedit: undo: %w", err)
	case gone:
		return fault.New(fault.Conflict, "duct.built_upon")
	case laid:
		return fault.New(fault.Conflict, "duct.laid_since")
	}
	return nil
}
