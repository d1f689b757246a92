package application

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workcal"
)

// extend gives an office the more time that a step brings, such as the seven working days of UU 14/2008 Pasal 22, and
// returns it; the zero Term when the step brings none, or where nothing was promised that could grow. It is counted from
// the end of the promised time, and refused (Conflict "application.extended_late") once that has passed: an extension is no
// pardon.
func (s *Service) extend(ctx context.Context, tx bun.IDB, app *Application, st Step) (workcal.Term, error) {
	more := st.Action.Extends
	if more.IsZero() || app.DueAt.IsZero() {
		return workcal.Term{}, nil
	}
	if app.Late(st.At) {
		return workcal.Term{}, fault.New(fault.Conflict, "application.extended_late")
	}
	return more, s.extendBy(ctx, tx, app, more, st)
}

func (s *Service) extendBy(ctx context.Context, tx bun.IDB, app *Application, more workcal.Term, st Step) error {
	cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
	if err != nil {
		return err
	}
	due, err := cal.Due(app.DueAt, more)
	_, missing := workcal.MissingYear(err)
	if err != nil && !missing {
		return err
	}
	if app.TermUnit == workcal.Date {
		return s.extendDay(ctx, tx, app, cal, due.In(cal.Zone), st)
	}
	left, err := cal.Remaining(st.At, due, app.TermUnit)
	if _, far := workcal.MissingYear(err); err != nil && !far {
		return err
	}
	if more.Unit == app.TermUnit {
		app.TermAmount += more.Amount
	}
	app.DueAt, app.DueProvisional = due.UTC(), app.DueProvisional || missing
	app.Counting = CountingFrom(st.At, &left, app.TermUnit)
	return s.SetLaterAlert(ctx, tx, app, cal, st.At)
}

// extendDay names the later day on which an application that is promised by one is due.
func (s *Service) extendDay(ctx context.Context, tx bun.IDB, app *Application, cal workcal.Calendar, day time.Time, st Step) error {
	app.TermAmount = workcal.UntilDay(day).Amount
	due, err := cal.Due(st.At, app.Term())
	_, missing := workcal.MissingYear(err)
	if err != nil && !missing {
		return err
	}
	app.DueAt, app.DueProvisional = due.UTC(), missing
	return s.SetLaterAlert(ctx, tx, app, cal, st.At)
}
