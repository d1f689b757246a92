package booking

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

func errNotFound() error { return fault.New(fault.NotFound, "booking.not_found") }

// own locks a resident's own booking, or refuses NotFound "booking.not_found".
func own(ctx context.Context, tx bun.IDB, actor identity.Actor, id uuid.UUID) (Booking, error) {
	return lockWhere(ctx, tx, "b.id = ? AND b.account_id = ?", id, actor.ID)
}

func lockWhere(ctx context.Context, tx bun.IDB, where string, args ...any) (Booking, error) {
	var b Booking
	err := columns(tx.NewSelect().Model(&b)).Where("b.tenant_id = ?", tenancy.Must(ctx)).Where(where, args...).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return b, errNotFound()
	}
	if err != nil {
		return b, fmt.Errorf("booking: lock: %w", err)
	}
	return b, nil
}

func save(ctx context.Context, tx bun.IDB, b Booking) error {
	if _, err := tx.NewUpdate().Model(&b).WherePK().Exec(ctx); err != nil {
		return err
	}
	return nil
}

// Reschedule puts a resident's own booking to another time at the same counter. It refuses Conflict "booking.over" when it
// can no longer be changed, and what Book refuses. The old place is given back only when the new one is taken.
func (s *Service) Reschedule(ctx context.Context, actor identity.Actor, id uuid.UUID, to time.Time) (Booking, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingOwn); err != nil {
		return Booking{}, err
	}
	var b Booking
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if b, err = own(ctx, tx, actor, id); err != nil {
			return err
		}
		return s.move(ctx, tx, actor, &b, to)
	})
	switch {
	case err == nil:
		return b, nil
	case fault.Is(err, "booking.full"):
		return Booking{}, s.refuseFull(ctx, b.Counter, to)
	case violates(err, "booking_live"):
		return Booking{}, s.refuseLive(ctx, actor, b.Service)
	}
	return Booking{}, fmt.Errorf("booking: reschedule: %w", err)
}

func (s *Service) move(ctx context.Context, tx bun.Tx, actor identity.Actor, b *Booking, to time.Time) error {
	now := s.now()
	if !b.Changeable(now) {
		return fault.New(fault.Conflict, "booking.over")
	}
	if b.State == Booked && b.StartsAt.Equal(to) {
		return nil
	}
	c, err := counter(ctx, tx, b.Counter)
	if err != nil {
		return err
	}
	slot, rule, err := s.slotOf(ctx, tx, c, to, now)
	if err != nil {
		return err
	}
	before := *b
	steps := []func() error{
		func() error { return takeSlot(ctx, tx, c, rule, slot) },
		func() error { return takeDay(ctx, tx, c, rule, slot.StartsAt.Format(time.DateOnly)) },
	}
	if before.State == Booked {
		back, day := func() error { return releaseSlot(ctx, tx, before) }, func() error { return releaseDay(ctx, tx, before) }
		if before.StartsAt.Before(to) {
			steps = []func() error{back, steps[0], day, steps[1]}
		} else {
			steps = []func() error{steps[0], back, steps[1], day}
		}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	b.StartsAt, b.EndsAt, b.Day = slot.StartsAt.UTC(), slot.EndsAt.UTC(), slot.StartsAt.Format(time.DateOnly)
	b.State, b.Reason, b.RemindedAt, b.UpdatedAt = Booked, "", time.Time{}, now
	b.Moves++
	if err := save(ctx, tx, *b); err != nil {
		return err
	}
	if err := s.note(ctx, tx, actor, *b, "booking.reschedule", map[string]any{"before": before.StartsAt}); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, *b, "appointment_moved")
}

// Cancel gives a resident's own place back. It refuses Conflict "booking.over" when there is nothing to cancel any more.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, id uuid.UUID) (Booking, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingOwn); err != nil {
		return Booking{}, err
	}
	var b Booking
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if b, err = own(ctx, tx, actor, id); err != nil {
			return err
		}
		if b.State == Cancelled {
			return nil // sent twice
		}
		if !b.Changeable(s.now()) {
			return fault.New(fault.Conflict, "booking.over")
		}
		if b.State == Booked {
			if err := release(ctx, tx, b); err != nil {
				return err
			}
		}
		b.State, b.UpdatedAt = Cancelled, s.now()
		if err := save(ctx, tx, b); err != nil {
			return err
		}
		if err := s.note(ctx, tx, actor, b, "booking.cancel", nil); err != nil {
			return err
		}
		c, err := counter(ctx, tx, b.Counter)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, c, b, "appointment_cancelled")
	})
	if err != nil {
		return Booking{}, fmt.Errorf("booking: cancel: %w", err)
	}
	return b, nil
}

// mineLimit bounds a resident's list.
const mineLimit = 100

// Mine lists a resident's own bookings, the newest first.
func (s *Service) Mine(ctx context.Context, actor identity.Actor) ([]Booking, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingOwn); err != nil {
		return nil, err
	}
	var out []Booking
	err := columns(s.d.DB.App.NewSelect().Model(&out)).Where("b.tenant_id = ? AND b.account_id = ?", tenancy.Must(ctx), actor.ID).
		OrderExpr("b.id DESC").Limit(mineLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("booking: mine: %w", err)
	}
	return out, nil
}

// Get returns a booking with its counter to its holder, or refuses NotFound "booking.not_found".
func (s *Service) Get(ctx context.Context, actor identity.Actor, id uuid.UUID) (Booking, Counter, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingOwn); err != nil {
		return Booking{}, Counter{}, err
	}
	var b Booking
	err := columns(s.d.DB.App.NewSelect().Model(&b)).Where("b.tenant_id = ? AND b.id = ? AND b.account_id = ?", tenancy.Must(ctx), id, actor.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Booking{}, Counter{}, errNotFound()
	}
	if err != nil {
		return Booking{}, Counter{}, fmt.Errorf("booking: get: %w", err)
	}
	c, err := s.Counter(ctx, b.Counter)
	return b, c, err
}
