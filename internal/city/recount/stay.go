package recount

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workcal"
)

var stayKind = jobs.Kind[Batch]{Name: "casework.recount_stay.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// Stays is Applications for the time that offices give themselves in the state where an application stands.
func (c *Counter) Stays(ctx context.Context, tx bun.Tx, args Batch) error {
	if err := calendar.Still(ctx, tx); err != nil {
		return err
	}
	changes, err := calendar.Named(ctx, tx, args.Changes)
	if err != nil {
		return err
	}
	apps, err := application.LockAll(ctx, tx, BatchSize, args.of("a.stay IS NOT NULL"))
	if err != nil {
		return fmt.Errorf("recount stays: %w", err)
	}
	if len(apps) == 0 {
		return nil
	}
	cals, err := c.CalendarsOf(ctx, tx, apps)
	if err != nil {
		return err
	}
	for i := range apps {
		if err := c.countStayAgain(ctx, tx, apps[i], cals[apps[i].AgencyCode], changes); err != nil {
			return fmt.Errorf("recount stay of %s: %w", apps[i].ID, err)
		}
	}
	if len(apps) < BatchSize {
		return nil
	}
	args.After = apps[len(apps)-1].ID
	return jobs.Add(ctx, tx, stayKind, args)
}

// countStayAgain moves when the office is to be done with the state of a locked application. It is the office's own
// affair: its applicant is not told.
func (c *Counter) countStayAgain(ctx context.Context, tx bun.Tx, app application.Application, cal workcal.Calendar, changes []calendar.Change) error {
	if !app.Stay.Term.Unit.ByCalendar() {
		return nil
	}
	was, left, now := app.StepDueAt, app.Stay.Left, c.Now()
	moved, err := app.CountStayAgain(cal, now)
	if err != nil || !moved {
		return err
	}
	app.UpdatedAt = now
	if err := application.Save(ctx, tx, app); err != nil {
		return err
	}
	detail := map[string]any{"number": app.Number, "state": app.Stay.State, "changes": idsOf(changes)}
	if was.IsZero() { // it is the applicant's turn: what the office will have left has changed
		detail["before"], detail["after"] = left, app.Stay.Left
	} else {
		detail["before"], detail["after"] = was, app.StepDueAt
		because := calendar.Because(changes, app.AgencyCode, app.Stay.Counting.From.In(cal.Zone), later(was, app.StepDueAt).In(cal.Zone), i18n.ID)
		if because == "" {
			because = i18n.ID.T("casework.recount.calendar")
		}
		text := i18n.ID.T("pace.recount", "from", i18n.ID.Due(was.In(cal.Zone)), "to", i18n.ID.Due(app.StepDueAt.In(cal.Zone)), "because", because)
		err := application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventDueChanged, FromState: app.State, ToState: app.State,
			ActorKind: audit.System, Message: text})
		if err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "application.recount_stay", Object: "application", ObjectID: app.ID, At: now, Detail: detail})
}
