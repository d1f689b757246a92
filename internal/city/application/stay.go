package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Stay is how an application stands in a state of a workflow that gives its office time by the state. While it is the
// applicant's turn the stay waits: one that comes back to its state goes on with what was left, one that goes elsewhere
// has ended. A step that leads back to the same state goes on with it too.
type Stay struct {
	State    string             `json:"state"`
	Since    time.Time          `json:"since"`          // when it first came here
	Stood    int64              `json:"stood"`          // seconds before Counting.From that were the office's
	Term     workcal.Term       `json:"term,omitzero"`  // zero: the office gives itself no time here
	Counting Counting           `json:"counting"`       // of the term; Paused while it is the applicant's turn
	Left     *workcal.Remaining `json:"left,omitempty"` // of the term while it is paused
}

// StepDue is by when the office is to be done with the state: never after the promised time, unless that had ended when
// the application came here. Zero where the office gives itself no time, or it is the applicant's turn.
func (a Application) StepDue() time.Time {
	if a.Stay != nil && !a.StepDueAt.IsZero() && a.DueAt.After(a.Stay.Since) && a.DueAt.Before(a.StepDueAt) {
		return a.DueAt
	}
	return a.StepDueAt
}

// StepLate reports whether that had passed at now.
func (a Application) StepLate(now time.Time) bool {
	due := a.StepDue()
	return !due.IsZero() && now.After(due)
}

// Pace moves the office's own time along when an application comes from one state to another at now, with its promise
// counted already; more is by how much the step has extended it.
func (s *Service) Pace(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, to workflow.State, more workcal.Term, now time.Time) error {
	old := app.Stay
	if old == nil && !wf.Paced() {
		return nil
	}
	if to.Clock == workflow.Paused {
		if old == nil || !old.Counting.Paused.IsZero() {
			return nil
		}
		return s.pauseStay(ctx, tx, app, now)
	}
	if old != nil && old.State == to.Code && to.Clock == workflow.Running {
		return s.goOnStaying(ctx, tx, app, more, now)
	}
	if err := s.endStay(ctx, tx, app, now); err != nil || to.Clock != workflow.Running {
		return err
	}
	app.Stay = &Stay{State: to.Code, Since: now, Term: to.Within, Counting: Counting{From: now}}
	return s.countStay(ctx, tx, app)
}

// countStay sets the deadline of the state by the office's calendar. That a year's holidays are missing is noted at the
// promised time.
func (s *Service) countStay(ctx context.Context, tx bun.IDB, app *Application) error {
	app.StepDueAt = time.Time{}
	if app.Stay.Term.IsZero() {
		return nil
	}
	cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
	if err != nil {
		return err
	}
	app.StepDueAt, _, err = app.Stay.Counting.End(cal, app.Stay.Term)
	return err
}

func (s *Service) pauseStay(ctx context.Context, tx bun.IDB, app *Application, now time.Time) error {
	next := *app.Stay
	if !app.StepDueAt.IsZero() {
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return err
		}
		left, err := leftUntil(cal, now, app.StepDueAt, next.Term.Unit)
		if err != nil {
			return err
		}
		next.Left = &left
	}
	next.Stood += int64(now.Sub(next.Counting.From) / time.Second)
	next.Counting.Paused = now
	app.Stay, app.StepDueAt = &next, time.Time{}
	return nil
}

func (s *Service) goOnStaying(ctx context.Context, tx bun.IDB, app *Application, more workcal.Term, now time.Time) error {
	next := *app.Stay
	switch {
	case !next.Counting.Paused.IsZero():
		next.Counting, next.Left = Counting{From: now, Left: next.Left}, nil
	case !more.IsZero() && !app.StepDueAt.IsZero() && !now.After(app.StepDueAt): // an extension is no pardon
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return err
		}
		due, err := cal.Due(app.StepDueAt, more)
		if _, missing := workcal.MissingYear(err); err != nil && !missing {
			return err
		}
		left, err := leftUntil(cal, now, due, next.Term.Unit)
		if err != nil {
			return err
		}
		next.Stood += int64(now.Sub(next.Counting.From) / time.Second)
		next.Counting = Counting{From: now, Left: &left}
	default:
		return nil
	}
	app.Stay = &next
	return s.countStay(ctx, tx, app)
}

// leftUntil is what remains of a term until due. Holidays that are not known count as working days.
func leftUntil(cal workcal.Calendar, now, due time.Time, u workcal.Unit) (workcal.Remaining, error) {
	left, err := cal.Remaining(now, due, u)
	if _, missing := workcal.MissingYear(err); missing {
		err = nil
	}
	return left, err
}

// endStay writes down how long the application stood, and whether within the state's own time, for the office to see which
// step takes the time.
func (s *Service) endStay(ctx context.Context, tx bun.IDB, app *Application, now time.Time) error {
	old := app.Stay
	if old == nil {
		return nil
	}
	stood, late := old.Stood, now.After(app.StepDueAt)
	if old.Counting.Paused.IsZero() {
		stood += int64(now.Sub(old.Counting.From) / time.Second)
	} else {
		late = old.Left != nil && old.Left.Late()
	}
	var kept *bool
	if !old.Term.IsZero() {
		in := !late
		kept = &in
	}
	_, err := tx.NewRaw(`INSERT INTO application_stay (tenant_id, id, agency_code, service_code, workflow_code, state, since, left_at, stood, kept,
			district_code, subdistrict_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''))`, tenancy.Must(ctx), uuid.Must(uuid.NewV7()),
		app.AgencyCode, app.ServiceCode, app.WorkflowCode, old.State, old.Since, now, stood, kept, app.DistrictCode, app.SubdistrictCode).Exec(tenancy.Later(ctx))
	if err != nil {
		return fmt.Errorf("application: stay: %w", err)
	}
	app.Stay, app.StepDueAt = nil, time.Time{}
	return nil
}

// CountStayAgain sets the deadline of the state by the calendar as it is now, and reports whether it moved. One that
// would have passed by it already stays: a day that turns out to have been a working day makes nobody late.
func (a *Application) CountStayAgain(cal workcal.Calendar, now time.Time) (bool, error) {
	due, _, err := a.Stay.Counting.End(cal, a.Stay.Term)
	if err != nil {
		return false, err
	}
	if a.Stay.Counting.Paused.IsZero() {
		if due.Equal(a.StepDueAt) || due.Before(a.StepDueAt) && due.Before(now) {
			return false, nil
		}
		a.StepDueAt = due
		return true, nil
	}
	left, err := leftUntil(cal, a.Stay.Counting.Paused, due, a.Stay.Term.Unit)
	if err != nil || a.Stay.Left == nil || left == *a.Stay.Left || left.Late() && !a.Stay.Left.Late() {
		return false, err
	}
	next := *a.Stay
	next.Left, a.Stay = &left, &next
	return true, nil
}
