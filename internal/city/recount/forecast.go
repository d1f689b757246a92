package recount

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// What of a case a calendar moves.
const (
	MovesApplication = "application" // the deadline of the whole
	MovesRequest     = "request"     // what another office was asked for
	MovesFee         = "fee"         // the last day to pay
	MovesStep        = "step"        // what the system does by itself
	MovesStay        = "stay"        // the time that the office gives itself for the state
)

// Forecast is what a calendar would move. Whole is false when there is more than was looked at.
type Forecast struct {
	Lines []ForecastLine
	Whole bool
}

// ForecastLine is how many deadlines of one kind and service would get one day.
type ForecastLine struct {
	Service, What string // What is a Moves… kind
	Name          i18n.Text
	Day           time.Time // in the city's zone
	N             int
}

// forecastMost bounds how many deadlines of each kind are looked at.
const forecastMost = 2000

// Total is how many deadlines of one kind are on its lines.
func (f Forecast) Total(what string) int {
	n := 0
	for _, l := range f.Lines {
		if l.What == what {
			n += l.N
		}
	}
	return n
}

// Forecast counts what the Counter would move by the calendars as tx sees them, of one agency or with "" of all; it
// writes nothing. Who may change a calendar may call it; the counts are of all areas, as the change is.
func (c *Counter) Forecast(ctx context.Context, tx bun.Tx, agency string) (Forecast, error) {
	f := forecast{c: c, tx: tx, agency: agency, cals: calendars{}, lines: map[string]*ForecastLine{}, whole: true}
	for _, look := range []func(context.Context) error{f.applications, f.requests, f.fees, f.steps, f.stays} {
		if err := look(ctx); err != nil {
			return Forecast{}, fmt.Errorf("recount: forecast: %w", err)
		}
	}
	out := Forecast{Whole: f.whole}
	for _, l := range f.lines {
		out.Lines = append(out.Lines, *l)
	}
	slices.SortFunc(out.Lines, func(a, b ForecastLine) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.What, b.What), a.Day.Compare(b.Day))
	})
	return out, nil
}

// forecast is one count on its way.
type forecast struct {
	c      *Counter
	tx     bun.Tx
	agency string
	cals   calendars
	lines  map[string]*ForecastLine
	whole  bool
}

// bounded leaves out the one row that was read above the bound.
func bounded[T any](f *forecast, rows []T) []T {
	if len(rows) <= forecastMost {
		return rows
	}
	f.whole = false
	return rows[:forecastMost]
}

// add counts a deadline that moves from was to due, where it does: as in the recount, none moves into the past.
func (f *forecast) add(app application.Application, what string, was, due time.Time, cal workcal.Calendar) {
	if due.Equal(was) || due.Before(was) && due.Before(f.c.Now()) {
		return
	}
	f.line(app, what, due, cal)
}

func (f *forecast) line(app application.Application, what string, due time.Time, cal workcal.Calendar) {
	day := due.In(cal.Zone)
	key := app.ServiceCode + " " + what + " " + day.Format(time.DateOnly)
	l, ok := f.lines[key]
	if !ok {
		l = &ForecastLine{Service: app.ServiceCode, What: what, Name: app.ServiceName, Day: day}
		f.lines[key] = l
	}
	l.N++
}

func (f *forecast) applications(ctx context.Context) error {
	var apps []application.Application
	q := f.tx.NewSelect().Model(&apps).Column("tenant_id", "id", "service_code", "service_name", "agency_code", "clock", "counting", "due_at", "term_amount", "term_unit").
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.counting IS NOT NULL").Where("a.clock = ?", workflow.Running)
	if f.agency != "" {
		q = q.Where("a.agency_code = ?", f.agency)
	}
	if err := q.OrderExpr("a.id").Limit(forecastMost + 1).Scan(ctx); err != nil {
		return err
	}
	for _, app := range bounded(f, apps) {
		cal, err := f.cals.of(ctx, f.tx, app.AgencyCode)
		if err != nil {
			return err
		}
		due, _, err := app.Counting.End(cal, app.Term())
		if err != nil {
			return err
		}
		f.add(app, MovesApplication, app.DueAt, due, cal)
	}
	return nil
}

func (f *forecast) requests(ctx context.Context) error {
	tasks, err := workflow.OpenTasks(ctx, f.tx, application.SubjectKind, uuid.Nil, forecastMost+1)
	if err != nil {
		return err
	}
	tasks = bounded(f, tasks)
	ids := make([]uuid.UUID, len(tasks))
	for i, t := range tasks {
		ids[i] = t.SubjectID
	}
	apps, err := f.subjects(ctx, ids)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		app, ok := apps[t.SubjectID]
		if !ok || f.agency != "" && t.AgencyCode != f.agency {
			continue
		}
		wf, err := f.c.Workflow(ctx, f.tx, app)
		if err != nil {
			return err
		}
		state, _ := wf.State(t.State)
		branch, ok := state.Branch(t.Branch)
		if !ok || branch.Term.IsZero() {
			continue
		}
		if err := f.counted(ctx, app, MovesRequest, t.AgencyCode, t.OpenedAt, t.DueAt, branch.Term); err != nil {
			return err
		}
	}
	return nil
}

func (f *forecast) fees(ctx context.Context) error {
	fees, err := fee.Dated(ctx, f.tx, application.SubjectKind, uuid.Nil, forecastMost+1)
	if err != nil {
		return err
	}
	fees = bounded(f, fees)
	ids := make([]uuid.UUID, len(fees))
	for i, one := range fees {
		ids[i] = one.SubjectID
	}
	apps, err := f.subjects(ctx, ids)
	if err != nil {
		return err
	}
	for _, one := range fees {
		app, ok := apps[one.SubjectID]
		if !ok || f.agency != "" && app.AgencyCode != f.agency {
			continue
		}
		wf, err := f.c.Workflow(ctx, f.tx, app)
		if err != nil {
			return err
		}
		state, _ := wf.State(app.State)
		if state.Fee == nil || state.Fee.Due.IsZero() {
			continue
		}
		if err := f.counted(ctx, app, MovesFee, app.AgencyCode, one.OpenedAt, one.DueAt, state.Fee.Due); err != nil {
			return err
		}
	}
	return nil
}

// steps are what the system does by itself after so many days.
func (f *forecast) steps(ctx context.Context) error {
	timers, err := workflow.CountedTimers(ctx, f.tx, application.SubjectKind, uuid.Nil, forecastMost+1)
	if err != nil {
		return err
	}
	timers = bounded(f, timers)
	ids := make([]uuid.UUID, len(timers))
	for i, t := range timers {
		ids[i] = t.SubjectID
	}
	apps, err := f.subjects(ctx, ids)
	if err != nil {
		return err
	}
	for _, t := range timers {
		app, ok := apps[t.SubjectID]
		if !ok || f.agency != "" && app.AgencyCode != f.agency {
			continue
		}
		wf, err := f.c.Workflow(ctx, f.tx, app)
		if err != nil {
			return err
		}
		timed := wf.Timed(app.State)
		i := slices.IndexFunc(timed, func(a workflow.Action) bool { return a.Code == t.Name })
		if i < 0 {
			continue
		}
		cal, err := f.cals.of(ctx, f.tx, app.AgencyCode)
		if err != nil {
			return err
		}
		at, moved, err := t.Recounted(timed[i], cal, f.c.Now())
		if err != nil {
			return err
		}
		if moved {
			f.line(app, MovesStep, at, cal)
		}
	}
	return nil
}

// stays are the deadlines that offices give themselves; one that waits for its applicant has none now.
func (f *forecast) stays(ctx context.Context) error {
	var apps []application.Application
	q := f.tx.NewSelect().Model(&apps).Column("tenant_id", "id", "service_code", "service_name", "agency_code", "stay", "step_due_at").
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.stay IS NOT NULL").Where("a.step_due_at IS NOT NULL")
	if f.agency != "" {
		q = q.Where("a.agency_code = ?", f.agency)
	}
	if err := q.OrderExpr("a.id").Limit(forecastMost + 1).Scan(ctx); err != nil {
		return err
	}
	for _, app := range bounded(f, apps) {
		if !app.Stay.Term.Unit.ByCalendar() {
			continue
		}
		cal, err := f.cals.of(ctx, f.tx, app.AgencyCode)
		if err != nil {
			return err
		}
		moved, err := app.CountStayAgain(cal, f.c.Now())
		if err != nil {
			return err
		}
		if moved && app.Stay.Counting.Paused.IsZero() {
			f.line(app, MovesStay, app.StepDueAt, cal)
		}
	}
	return nil
}

// counted adds a deadline that is counted from a moment by an agency's calendar.
func (f *forecast) counted(ctx context.Context, app application.Application, what, agency string, from, was time.Time, term workcal.Term) error {
	cal, err := f.cals.of(ctx, f.tx, agency)
	if err != nil {
		return err
	}
	due, err := cal.Due(from, term)
	if _, missing := workcal.MissingYear(err); err != nil && !missing {
		return err
	}
	f.add(app, what, was, due.UTC(), cal)
	return nil
}

// subjects reads what is needed of the applications with some ids.
func (f *forecast) subjects(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]application.Application, error) {
	out := make(map[uuid.UUID]application.Application, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var apps []application.Application
	err := f.tx.NewSelect().Model(&apps).Column("tenant_id", "id", "service_code", "service_name", "agency_code", "state", "workflow_code", "workflow_version").
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, a := range apps {
		out[a.ID] = a
	}
	return out, err
}
