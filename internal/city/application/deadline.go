package application

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// SetClock moves the clock to what the new state says. It returns the year whose holidays were missing, or 0.
func (s *Service) SetClock(ctx context.Context, tx bun.IDB, app *Application, to workflow.Clock, now time.Time) (int, error) {
	from := app.Clock
	app.Clock = to
	if to != workflow.Running {
		app.NextAlertAt = time.Time{}
	}
	switch {
	case app.TermUnit == workcal.Date && to == workflow.Running && from == workflow.Paused:
		return 0, s.alertOnDay(ctx, tx, app)
	case app.TermUnit == workcal.Date && to == workflow.Paused: // a named day waits for nobody
	case from == workflow.Running && to == workflow.Paused && !app.DueAt.IsZero():
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return 0, err
		}
		left, err := cal.Remaining(now, app.DueAt, app.TermUnit)
		year, missing := workcal.MissingYear(err)
		if err != nil && !missing {
			return 0, err
		}
		app.Remaining, app.DueAt = &left, time.Time{}
		if app.Counting != nil {
			app.Counting.Paused = now
		}
		return year, nil
	case from == workflow.Paused && to == workflow.Running && app.Remaining != nil:
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return 0, err
		}
		due, err := cal.Resume(now, *app.Remaining)
		year, missing := workcal.MissingYear(err)
		if err != nil && !missing {
			return 0, err
		}
		app.Counting = CountingFrom(now, app.Remaining, app.TermUnit)
		app.Remaining, app.DueAt, app.DueProvisional = nil, due.UTC(), app.DueProvisional || missing
		return year, s.SetAlert(ctx, tx, app, cal)
	case to == workflow.Stopped:
		app.Counting = nil
	}
	return 0, nil
}

// alertOnDay sets the next alert of an application that is promised by a named day, and whose clock runs again.
func (s *Service) alertOnDay(ctx context.Context, tx bun.IDB, app *Application) error {
	if app.Clock != workflow.Running || app.DueAt.IsZero() {
		return nil
	}
	cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
	if err != nil {
		return err
	}
	return s.SetAlert(ctx, tx, app, cal)
}

// keptPromise reports whether an application that is decided at now was decided in time.
func (a Application) keptPromise(now time.Time) bool {
	if a.Clock == workflow.Paused && a.Remaining != nil {
		return !a.Remaining.Late()
	}
	return a.DueAt.IsZero() || !now.After(a.DueAt)
}

// NoteMissingYear leaves a note for the office when a deadline was counted without a year's holidays.
func (s *Service) NoteMissingYear(ctx context.Context, tx bun.IDB, app Application, year int) error {
	if year == 0 {
		return nil
	}
	s.Deps.Log.WarnContext(ctx, "application: deadline counted without the year's holidays", "year", year, "application", app.ID)
	return Record(ctx, tx, app, Event{At: s.Now(), Action: EventCalendarMissing, ActorKind: audit.System, Message: fmt.Sprint(year)})
}
