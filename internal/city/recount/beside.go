package recount

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workcal"
)

// calendars are those of agencies, each read once a batch.
type calendars map[string]workcal.Calendar

func (c calendars) of(ctx context.Context, tx bun.Tx, agency string) (workcal.Calendar, error) {
	cal, ok := c[agency]
	if ok {
		return cal, nil
	}
	cal, err := calendar.Load(ctx, tx, agency)
	if err == nil {
		c[agency] = cal
	}
	return cal, err
}

// beside counts again what hangs on applications, beside the run over the applications themselves, which tells when the
// changes are done: one batch, and the job of the next in the same transaction. key is the thing's own id, by which it was
// read, and that of its application.
func beside[T any](ctx context.Context, tx bun.Tx, args Batch, kind jobs.Kind[Batch], read func(context.Context, bun.IDB, string, uuid.UUID, int64) ([]T, error),
	key func(T) (id, of uuid.UUID), again func(*T, calendars, []calendar.Change) error) error {
	if err := calendar.Still(ctx, tx); err != nil {
		return err
	}
	changes, err := calendar.Named(ctx, tx, args.Changes)
	if err != nil {
		return err
	}
	all, err := read(ctx, tx, application.SubjectKind, args.After, BatchSize)
	if err != nil || len(all) == 0 {
		return err
	}
	last, _ := key(all[len(all)-1])
	// Applications locks them in the order of their ids.
	slices.SortFunc(all, func(a, b T) int {
		_, x := key(a)
		_, y := key(b)
		return bytes.Compare(x[:], y[:])
	})
	cals := calendars{}
	for i := range all {
		if err := again(&all[i], cals, changes); err != nil {
			id, _ := key(all[i])
			return fmt.Errorf("%s %s: %w", kind.Name, id, err)
		}
	}
	if len(all) < BatchSize {
		return nil
	}
	args.After = last
	return jobs.Add(ctx, tx, kind, args)
}

// waits is beside for what an application waits for: it is counted by the calendar of the application's agency.
func (c *Counter) waits(ctx context.Context, tx bun.Tx, args Batch, of uuid.UUID, cals calendars, changes []calendar.Change) error {
	app, err := application.LockAny(ctx, tx, of)
	if err != nil || len(args.Agencies) > 0 && !slices.Contains(args.Agencies, app.AgencyCode) {
		return err
	}
	cal, err := cals.of(ctx, tx, app.AgencyCode)
	if err != nil {
		return err
	}
	return c.countWaitAgain(ctx, tx, app, cal, changes)
}
