package ductwork

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// contact is whom to speak to about works, as it is sealed: copied into another row it does not open.
type contact struct {
	Contact string `json:"contact"`
	Phone   string `json:"phone"`
	Email   string `json:"email"`
}

func (w Work) contactUse() string { return "duct_work.contact:" + w.ID.String() }

// sealContact seals whom to speak to; whoever writes the row leaves the columns in clear empty.
func (s *Service) sealContact(ctx context.Context, w *Work) (err error) {
	w.Sealed, w.ErasedAt = nil, time.Time{}
	w.Sealed, err = s.d.Keys.SealJSON(ctx, contact{w.Contact, w.Phone, w.Email}, w.contactUse())
	return err
}

// openContact reads whom to speak to. A row that no run of sealContacts has come to yet has it in clear.
func (s *Service) openContact(ctx context.Context, w *Work) error {
	if w.Sealed == nil {
		return nil
	}
	var c contact
	if err := s.d.Keys.OpenJSON(ctx, w.Sealed, &c, w.contactUse()); err != nil {
		return fmt.Errorf("ductwork: contact of %s: %w", w.ID, err)
	}
	w.Contact, w.Phone, w.Email = c.Contact, c.Phone, c.Email
	return nil
}

func (s *Service) openContacts(ctx context.Context, all []Work) error {
	for i := range all {
		if err := s.openContact(ctx, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// contactsMost is how many works one run seals, or erases the contacts of; the next run finds the rest.
const contactsMost = 500

// sealContacts seals the contacts that stand in clear from before. A repetition finds none.
func (s *Service) sealContacts(ctx context.Context, tx bun.Tx) error {
	var all []Work
	err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.sealed IS NULL AND w.erased_at IS NULL", tenancy.Must(ctx)).OrderExpr("w.id").Limit(contactsMost).For("UPDATE SKIP LOCKED").Scan(ctx)
	if err != nil {
		return fmt.Errorf("ductwork: seal contacts: %w", err)
	}
	for i := range all {
		if err := s.sealContact(ctx, &all[i]); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&all[i]).Column("sealed").Set("contact = '', phone = '', email = ''").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: seal contacts: %w", err)
		}
	}
	return nil
}

// eraseContacts erases whom to speak to once the city's days are over after anybody answered for the road: after the last day of works
// that were given up or never begun, after the maintenance period of the others. Works that go on keep theirs.
func (s *Service) eraseContacts(ctx context.Context, tx bun.Tx) error {
	before, ok, err := pack.KeptBefore(ctx, tx, pack.KeptContacts, s.Today(ctx))
	if err != nil || !ok {
		return err
	}
	var all []Work
	err = tx.NewRaw(`UPDATE duct_work SET sealed = NULL, contact = '', phone = '', email = '', erased_at = ?1 WHERE tenant_id = ?0 AND id IN (
			SELECT id FROM duct_work WHERE tenant_id = ?0 AND erased_at IS NULL AND state NOT IN ('running', 'reinstating') AND to_day < ?2 AND coalesce(upkeep_until, to_day) < ?2 AND coalesce(released_on, to_day) < ?2
			ORDER BY to_day, id LIMIT ?3 FOR UPDATE SKIP LOCKED) RETURNING id, number`, tenancy.Must(ctx), s.now(), before, contactsMost).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductwork: erase contacts: %w", err)
	}
	for _, w := range all {
		err := audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "ductwork.contact_erase", Object: "duct_work", ObjectID: w.ID, At: s.now(),
			Detail: map[string]any{"number": w.Number, "kept_before": before.Format(time.DateOnly)}})
		if err != nil {
			return err
		}
	}
	return nil
}
