package calendar

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// errTried takes back what was only tried.
var errTried = errors.New("calendar: tried")

// TryDay lets look see the calendars as AddDay would make them, in a transaction that keeps nothing: for whoever may add
// the day and wants to know first what it moves. Nobody else's deadline waits for it, so a day that another administrator
// adds meanwhile is not in what look sees.
func (s *Service) TryDay(ctx context.Context, actor identity.Actor, in DayInput, look func(context.Context, bun.Tx) error) error {
	if err := in.Validate(); err != nil {
		return err
	}
	return s.try(ctx, actor, look, func(ctx context.Context, tx bun.Tx) error { return addDay(ctx, tx, in) })
}

// TryRemoveDay is TryDay for RemoveDay; the ground is asked when the day is removed.
func (s *Service) TryRemoveDay(ctx context.Context, actor identity.Actor, agency, day string, look func(context.Context, bun.Tx) error) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fault.New(fault.NotFound, "calendar.no_day")
	}
	return s.try(ctx, actor, look, func(ctx context.Context, tx bun.Tx) error { return removeDay(ctx, tx, agency, day) })
}

// TryHours is TryDay for SetHours.
func (s *Service) TryHours(ctx context.Context, actor identity.Actor, in HoursInput, look func(context.Context, bun.Tx) error) error {
	if err := in.Validate(); err != nil {
		return err
	}
	in = in.complete()
	return s.try(ctx, actor, look, func(ctx context.Context, tx bun.Tx) error { return setHours(ctx, tx, in) })
}

// TryImport is TryDay for Import, and refuses what Import refuses.
func (s *Service) TryImport(ctx context.Context, actor identity.Actor, in ImportInput, look func(context.Context, bun.Tx) error) error {
	y, err := in.whole()
	if err != nil {
		return err
	}
	return s.try(ctx, actor, look, func(ctx context.Context, tx bun.Tx) error { return saveYear(ctx, tx, y) })
}

// TryUndo is TryDay for Undo, refuses what Undo refuses, and returns the import that would be taken back.
func (s *Service) TryUndo(ctx context.Context, actor identity.Actor, id uuid.UUID, look func(context.Context, bun.Tx) error) (done Change, err error) {
	err = s.try(ctx, actor, look, func(ctx context.Context, tx bun.Tx) error {
		if done, err = s.undoable(ctx, tx, id); err != nil {
			return err
		}
		return restore(ctx, tx, done)
	})
	return done, err
}

// try lets look see what edit makes of the calendars, and takes it back.
func (s *Service) try(ctx context.Context, actor identity.Actor, look, edit func(context.Context, bun.Tx) error) error {
	if err := s.guard.Allow(ctx, actor, access.CalendarManage); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := edit(ctx, tx); err != nil {
			return err
		}
		if err := look(ctx, tx); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return wrap("try", err)
}
