package document

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

const (
	reasonLeast = 5
	reasonMost  = 500
)

// readReason refuses a reason that says nothing, or too much.
func readReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return "", fault.Fields([]fault.Field{{Name: "reason", Code: "invalid"}})
	case n < reasonLeast:
		return "", fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	case n > reasonMost:
		return "", fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	return s, nil
}

// Revoke ends a document, or one that still waits for its signature, for a reason that its holder is told. It needs
// document:revoke in the office that issued it. It refuses Invalid for a reason of fewer than five or more than 500
// characters, and Conflict "document.ended" for a document that is over already.
func (s *Service) Revoke(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) (Document, error) {
	d, err := s.within(ctx, actor, access.DocumentRevoke, id)
	if err != nil {
		return Document{}, err
	}
	if reason, err = readReason(reason); err != nil {
		return Document{}, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if d, err = lock(ctx, tx, id); err != nil {
			return err
		}
		if d.Status != Valid && d.Status != Unsigned {
			return fault.New(fault.Conflict, "document.ended")
		}
		now := s.now()
		if d.Status == Unsigned && d.Replaces.Valid { // the one that it was to replace stays in force after all
			_, err := tx.NewUpdate().Model((*Document)(nil)).Set("end_reason = '', ended_by = NULL").
				Where("tenant_id = ? AND id = ? AND status = ?", d.TenantID, d.Replaces.UUID, Valid).Exec(ctx)
			if err != nil {
				return err
			}
		}
		d.Status, d.EndedAt, d.EndedBy, d.EndReason = Revoked, now, uuid.NullUUID{UUID: actor.ID, Valid: true}, reason
		if _, err := tx.NewUpdate().Model(&d).Column("status", "ended_at", "ended_by", "end_reason").WherePK().Exec(ctx); err != nil {
			return err
		}
		e := actBy(actor, "document.revoke", d)
		e.At = now
		if err := audit.Record(ctx, tx, e); err != nil {
			return err
		}
		return event.Publish(ctx, tx, s.d.Bus, event.DocumentRevoked{
			DocumentID: d.ID, SubjectKind: d.SubjectKind, SubjectID: d.SubjectID, ActorID: actor.ID, At: now,
		})
	})
	if err != nil {
		return Document{}, fmt.Errorf("document: revoke: %w", err)
	}
	return d, nil
}

// Replaceable returns a document that the actor may have replaced, for the owner of its subject to call Replace with
// what the new one says. It needs document:revoke in the office that issued it.
func (s *Service) Replaceable(ctx context.Context, actor identity.Actor, id uuid.UUID) (Document, error) {
	return s.within(ctx, actor, access.DocumentRevoke, id)
}

// Replace makes a new document with a new number in the place of old, which Replaceable has returned. The old one stays
// in force until the new one is, and then shows which took its place. It refuses what Revoke refuses of the reason,
// Conflict "document.ended" for a document that was replaced, and Conflict "document.unsigned" while one for the same
// subject waits for its signature. A revoked one has a successor only when the owner of its subject says so with
// Request.Reissue; it is Conflict "document.revoked" else.
func (s *Service) Replace(ctx context.Context, tx bun.Tx, actor identity.Actor, old Document, reason string, r Request) (Document, error) {
	reason, err := readReason(reason)
	if err != nil {
		return Document{}, err
	}
	if old, err = lock(ctx, tx, old.ID); err != nil {
		return Document{}, err
	}
	all, err := s.Of(ctx, tx, Subject{old.SubjectKind, old.SubjectID})
	if err != nil {
		return Document{}, err
	}
	for _, d := range all {
		if d.Status == Unsigned {
			return Document{}, fault.New(fault.Conflict, "document.unsigned")
		}
		if d.Status == Valid && d.ID != old.ID {
			return Document{}, fault.New(fault.Conflict, "document.ended")
		}
	}
	if old.Status == Replaced || old.ReplacedBy.Valid {
		return Document{}, fault.New(fault.Conflict, "document.ended")
	}
	if old.Status == Revoked && !r.Reissue {
		return Document{}, fault.New(fault.Conflict, "document.revoked")
	}
	if old.Status == Valid {
		old.EndReason, old.EndedBy = reason, uuid.NullUUID{UUID: actor.ID, Valid: true}
		if _, err := tx.NewUpdate().Model(&old).Column("end_reason", "ended_by").WherePK().Exec(ctx); err != nil {
			return Document{}, fmt.Errorf("document: replace: %w", err)
		}
	}
	e := actBy(actor, "document.replace", old)
	e.At = s.now()
	if err := audit.Record(ctx, tx, e); err != nil {
		return Document{}, err
	}
	r.Replaces = uuid.NullUUID{UUID: old.ID, Valid: true}
	return s.Make(ctx, tx, r)
}

// retire ends what d takes the place of. A revoked one stays revoked; it only learns of its successor.
func (s *Service) retire(ctx context.Context, tx bun.Tx, d Document) error {
	old, err := lock(ctx, tx, d.Replaces.UUID)
	if err != nil {
		return err
	}
	old.ReplacedBy = uuid.NullUUID{UUID: d.ID, Valid: true}
	if old.Status == Valid {
		old.Status, old.EndedAt = Replaced, s.now()
	}
	if _, err := tx.NewUpdate().Model(&old).Column("status", "replaced_by", "ended_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("document: retire: %w", err)
	}
	return nil
}
