package ductorder

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// falling are the orders that renew one, the next one first, whose leases are agreed on and have not begun: they end with it. The
// second result says that another renewal is in the way: one that is still dealt with is withdrawn or refused first, and one that
// has begun is itself given notice.
func (s *Service) falling(ctx context.Context, db bun.IDB, id uuid.UUID) (all []Order, stuck bool, err error) {
	for {
		by, err := s.renewal(ctx, db, id)
		if err != nil || by == nil {
			return all, false, err
		}
		l, err := s.leaseOf(ctx, db, *by)
		if err != nil {
			return nil, false, err
		}
		if l.State != lease.Active && l.State != lease.Ended || !s.today(ctx).Before(l.Since) {
			return nil, true, nil
		}
		all, id = append(all, *by), by.ID
	}
}

// fall ends the renewals that would have followed an order to which notice is given, in the same step: their units are free, they
// are never charged, and what is held for them goes back. The caller holds the ducts' turn and the order.
func (s *Service) fall(ctx context.Context, tx bun.Tx, o Order, st *step) error {
	all, _, err := s.falling(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	with := o
	for _, r := range all {
		if err := s.fell(ctx, tx, r.ID, with, st.actor, st.in.Reason); err != nil {
			return fmt.Errorf("renewal %s: %w", r.Number, err)
		}
		with = r
	}
	return nil
}

// fell closes one renewal where those end that are withdrawn, which every reading of its flow has a state for.
func (s *Service) fell(ctx context.Context, tx bun.Tx, id uuid.UUID, with Order, actor identity.Actor, reason string) error {
	r, err := s.lock(ctx, tx, id)
	if err != nil {
		return err
	}
	f, err := s.flows.Find(ctx, tx, r.FlowVersion)
	if err != nil {
		return err
	}
	to, ok := f.Dropped()
	if !ok {
		return fmt.Errorf("flow %d has no state for it", r.FlowVersion)
	}
	if err := s.d.Leases.Inside(tx, actor, r.ID).Withdraw(ctx, r.LeaseID.UUID, clip(reason)); err != nil {
		return err
	}
	from := r.State
	r.Reason, r.EndsOn = reason, time.Time{}
	r.Version++
	if err := s.enter(ctx, tx, f, &r, to); err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	if err := record(ctx, tx, r, actor, EventFell, from, reason, map[string]any{"order": with.Number}); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, actor.Did(audit.Entry{Action: "ductorder.fall", Object: "duct_order", ObjectID: r.ID, At: r.UpdatedAt,
		Detail: map[string]any{"number": r.Number, "from": from, "to": r.State, "renews": with.Number}}))
	if err != nil || actor.Kind == identity.Partner {
		return err
	}
	return s.letter(ctx, tx, r, fmt.Sprintf("step:%d", r.Version), "fell", func(i18n.Locale) map[string]string {
		return map[string]string{"with": with.Number, "reason": reason}
	})
}
