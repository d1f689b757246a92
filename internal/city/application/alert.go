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
