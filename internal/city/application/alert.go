package application

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// SetAlert notes when the next reminder or level of app is to be told; whoever sets a deadline calls it.
func (s *Service) SetAlert(ctx context.Context, tx bun.IDB, app *Application, cal workcal.Calendar) error {
	app.NextAlertAt = time.Time{}
	if app.Clock != workflow.Running || app.DueAt.IsZero() {
		return nil
	}
	wf, err := s.Workflow(ctx, tx, *app)
	if err != nil {
		return err
	}
	next, ok, err := wf.Next(cal, app.DueAt, app.Term(), app.Reminded, app.EscalationLevel)
	if err != nil || !ok {
		return err
	}
	app.NextAlertAt = next.At.UTC()
	return nil
}

// SetLaterAlert is SetAlert for an application that has more time than it had: what was told of the deadline before, and is
// to come by the new one, is told again, and one that is not late any more has no level.
func (s *Service) SetLaterAlert(ctx context.Context, tx bun.IDB, app *Application, cal workcal.Calendar, now time.Time) error {
	if !app.Late(now) {
		app.EscalationLevel = 0
	}
	wf, err := s.Workflow(ctx, tx, *app)
	if err != nil {
		return err
	}
	for told := app.Reminded; app.EscalationLevel == 0 && told > 0; told-- {
		r, ok, err := wf.Next(cal, app.DueAt, app.Term(), told-1, 0)
		if err != nil {
			return err
		}
		if ok && r.At.After(now) {
			app.Reminded = told - 1
		}
	}
	return s.SetAlert(ctx, tx, app, cal)
}

// SetFirstAlert is SetAlert for an application that was sent at now: a reminder whose time is that, or before, is left out.
func (s *Service) SetFirstAlert(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, cal workcal.Calendar, now time.Time) error {
	for {
		if err := s.SetAlert(ctx, tx, app, cal); err != nil {
			return err
		}
		if app.Reminded == len(wf.Reminders) || app.NextAlertAt.After(now) {
			return nil
		}
		app.Reminded++
	}
}
