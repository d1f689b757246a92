package application

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// LadderOf is who is told of app, and when: as its service had it when app was sent, or else as its workflow does. It is
// pinned as the workflow is, so that a change of either holds for what is sent from then on and nobody is told twice, or
// left out, of what is under way.
func (s *Service) LadderOf(ctx context.Context, tx bun.IDB, app Application) (workflow.Ladder, error) {
	if app.Ladder != nil {
		return *app.Ladder, nil
	}
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return workflow.Ladder{}, err
	}
	return wf.Ladder(), nil
}

// SetAlert notes when the next reminder or level of app is to be told; whoever sets a deadline calls it.
func (s *Service) SetAlert(ctx context.Context, tx bun.IDB, app *Application, cal workcal.Calendar) error {
	app.NextAlertAt = time.Time{}
	if app.Clock != workflow.Running || app.DueAt.IsZero() {
		return nil
	}
	ladder, err := s.LadderOf(ctx, tx, *app)
	if err != nil {
		return err
	}
	term, err := app.Counted(cal)
	if err != nil {
		return err
	}
	next, ok, err := ladder.Next(cal, app.DueAt, term, app.Reminded, app.EscalationLevel)
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
	ladder, err := s.LadderOf(ctx, tx, *app)
	if err != nil {
		return err
	}
	term, err := app.Counted(cal)
	if err != nil {
		return err
	}
	for told := app.Reminded; app.EscalationLevel == 0 && told > 0; told-- {
		r, ok, err := ladder.Next(cal, app.DueAt, term, told-1, 0)
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
func (s *Service) SetFirstAlert(ctx context.Context, tx bun.IDB, app *Application, cal workcal.Calendar, now time.Time) error {
	ladder, err := s.LadderOf(ctx, tx, *app)
	if err != nil {
		return err
	}
	for {
		if err := s.SetAlert(ctx, tx, app, cal); err != nil {
			return err
		}
		if app.Reminded == len(ladder.Reminders) || app.NextAlertAt.After(now) {
			return nil
		}
		app.Reminded++
	}
}
