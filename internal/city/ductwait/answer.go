package ductwait

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Take ends the offer to the actor's company with what order makes of it, as part of the same transaction, which holds the ducts' turn:
// order gets the place in the line, whose LeaseID is reserved, and the segments of its way in their order. Conflict "ductwait.changed"
// where there is no offer any more, "lease.wrong_state" where its time is over, and "lease.not_approved" a company that may no longer lease.
func (s *Service) Take(ctx context.Context, actor identity.Actor, id uuid.UUID, order func(ctx context.Context, tx bun.Tx, w Wait, way []uuid.UUID) error) error {
	return s.answer(ctx, actor, id, Taken, "ductwait.take", func(ctx context.Context, tx bun.Tx, w Wait) error {
		if err := s.d.Leases.MayLease(ctx, tx, w.OperatorID); err != nil {
			return err
		}
		var way []uuid.UUID
		if err := tx.NewRaw("SELECT segment_id FROM duct_wait_segment WHERE tenant_id = ? AND wait_id = ? ORDER BY seq", w.TenantID, w.ID).Scan(ctx, &way); err != nil {
			return fmt.Errorf("ductwait: take: %w", err)
		}
		return order(ctx, tx, w, way)
	})
}

// Decline gives back what the actor's company was offered, so that the next in line has it at once. It refuses what Take does.
func (s *Service) Decline(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.answer(ctx, actor, id, Declined, "ductwait.decline", func(ctx context.Context, tx bun.Tx, w Wait) error {
		return s.d.Leases.Inside(tx, actor, uuid.Nil).Cancel(ctx, w.LeaseID.UUID, i18n.ID.T("ductwait.declined_why"))
	})
}

// answer ends an offer. Who holds what is locked before the place in the line, as Offer does.
func (s *Service) answer(ctx context.Context, actor identity.Actor, id uuid.UUID, state, action string, do func(ctx context.Context, tx bun.Tx, w Wait) error) error {
	_, w, err := s.own(ctx, actor, id)
	if err != nil {
		return err
	}
	if w.State != Offered {
		return fault.New(fault.Conflict, "ductwait.changed")
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Leases.Turn(ctx, tx); err != nil {
			return err
		}
		if err := do(ctx, tx, w); err != nil {
			return err
		}
		if err := s.end(ctx, tx, &w, state); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, action, w, nil))
	})
}

// tell writes to everybody of the company, once for what has become of its place.
func (s *Service) tell(ctx context.Context, tx bun.Tx, w Wait, template string) error {
	if s.d.Notify == nil {
		return nil
	}
	people, err := s.d.Operators.Readers(ctx, tx, w.OperatorID)
	if err != nil {
		return err
	}
	city, _ := tenancy.CityFrom(ctx)
	for _, who := range people {
		l := who.Locale
		data := map[string]string{"number": w.Number, "from": w.From, "to": w.To, "what": l.T("lease.units."+w.Kind, "n", w.Quantity), "path": "/mitra/antrean/" + w.ID.String()}
		if w.State == Offered {
			data["until"] = l.DateTime(w.OfferUntil.In(city.Location()))
		} else {
			data["state"], data["reason"] = l.T("ductwait.ended."+w.State), w.Why
		}
		err := s.d.Notify.Send(ctx, tx, notify.Message{To: who.ID, Template: template, Locale: l, Data: data, Key: fmt.Sprintf("%s:%s:%s:%s", template, w.ID, w.State, who.ID)})
		if err != nil {
			return fmt.Errorf("ductwait: tell: %w", err)
		}
	}
	return nil
}
