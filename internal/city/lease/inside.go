package lease

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Inside is the steps of the lease of one order, as part of a transaction that has taken the Turn. Who may is the caller's concern;
// what each refuses is described at the Service's own.
type Inside struct {
	s     *Service
	tx    bun.Tx
	actor identity.Actor
	order uuid.UUID
}

// Inside lets an order take the steps of its lease in its own transaction.
func (s *Service) Inside(tx bun.Tx, actor identity.Actor, order uuid.UUID) Inside {
	return Inside{s, tx, actor, order}
}

// Turn makes whoever changes holds of ctx's city wait for the other until tx ends. It is the first lock of a transaction that does.
func (s *Service) Turn(ctx context.Context, tx bun.Tx) error {
	_, err := duct.Turn(ctx, tx, 0)
	return err
}

// Reserve is Service.Reserve.
func (i Inside) Reserve(ctx context.Context, in ReserveInput) (Lease, error) {
	return i.s.reserve(ctx, i.tx, i.actor, in, i.order)
}

// Order is Service.Order.
func (i Inside) Order(ctx context.Context, lease uuid.UUID) error {
	return i.take(ctx, lease, i.s.ordering())
}

// Accept is Service.AcceptOn.
func (i Inside) Accept(ctx context.Context, lease uuid.UUID, day time.Time) error {
	return i.take(ctx, lease, i.s.accepting(day))
}

// Adopt makes a reservation that follows no order follow this one; it runs out when it would have. Conflict "lease.wrong_state" for one that
// follows another, or is not kept any more. The caller holds the Turn.
func (i Inside) Adopt(ctx context.Context, lease uuid.UUID) error {
	err := i.s.change(ctx, i.tx, i.actor, lease, uuid.Nil, change{action: "lease.adopt", from: []string{Reserved}, do: func(ctx context.Context, tx bun.Tx, l *Lease) error {
		_, err := tx.NewRaw("UPDATE duct_lease SET order_id = ? WHERE tenant_id = ? AND id = ?", i.order, l.TenantID, l.ID).Exec(ctx)
		return err
	}})
	if fault.Is(err, "lease.of_order") {
		return fault.New(fault.Conflict, "lease.wrong_state")
	}
	return err
}

// Keep lets what is reserved for the order run out so many days from now.
func (i Inside) Keep(ctx context.Context, lease uuid.UUID, days int) error {
	return i.take(ctx, lease, change{action: "lease.keep", from: []string{Reserved}, do: func(_ context.Context, _ bun.Tx, l *Lease) error {
		l.ExpiresAt = i.s.now().AddDate(0, 0, days)
		return nil
	}})
}

// Lapse gives back what was reserved for the order and has run out, which the next expire would do. The caller holds the Turn.
func (i Inside) Lapse(ctx context.Context, lease uuid.UUID) error {
	var due []Lease
	err := i.tx.NewSelect().Model(&due).Where("l.tenant_id = ? AND l.id = ? AND l.order_id = ? AND l.state = ? AND l.expires_at <= ?", tenancy.Must(ctx), lease, i.order, Reserved, i.s.now()).Scan(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	return i.s.lapse(ctx, i.tx, due[0])
}

// Refuse is Service.Refuse.
func (i Inside) Refuse(ctx context.Context, lease uuid.UUID, refusal, note string) error {
	return i.take(ctx, lease, i.s.refusing(refusal, note))
}

// Cancel is Service.Cancel.
func (i Inside) Cancel(ctx context.Context, lease uuid.UUID, why string) error {
	return i.take(ctx, lease, i.s.cancelling(why))
}

// Withdraw cancels a lease that is agreed on and has not begun, a renewal, because what it renews ends: it never is charged. Conflict
// "lease.wrong_state" from its first day on, and Invalid field "day" once a month was charged in which that lies.
func (i Inside) Withdraw(ctx context.Context, lease uuid.UUID, why string) error {
	return i.take(ctx, lease, i.s.withdrawing(why))
}

// End is Service.End.
func (i Inside) End(ctx context.Context, lease uuid.UUID, day time.Time, why string) error {
	return i.take(ctx, lease, i.s.ending(day, why))
}

func (i Inside) take(ctx context.Context, lease uuid.UUID, c change) error {
	if c.check != nil {
		if err := c.check(ctx); err != nil {
			return err
		}
	}
	return i.s.change(ctx, i.tx, i.actor, lease, i.order, c)
}
