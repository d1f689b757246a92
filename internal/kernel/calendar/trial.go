package calendar

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
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
	if err := s.guard.Allow(ctx, actor, access.CalendarManage); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := addDay(ctx, tx, in); err != nil {
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
	return wrap("try day", err)
}
