// Package recount counts promises again when a city's calendar changes under them: a holiday that is decreed late moves
// the deadline of each open application, of what other offices were asked, of steps that the system takes by itself, of
// fees and of the time that offices give themselves, each with an audit note and word to the applicant.
package recount

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Counter counts again for every city.
type Counter struct{ *application.Service }

// New returns a Counter of the applications of s. Register binds its jobs.
func New(s *application.Service) *Counter { return &Counter{s} }

// Register binds the look for changed calendars and the runs that follow one; call it once, before the runner starts.
func (c *Counter) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "casework.calendar", time.Minute, c.Follow)
	return errors.Join(
		jobs.Handle(r, applicationKind, c.Applications),
		jobs.Handle(r, taskKind, c.Tasks),
		jobs.Handle(r, timerKind, c.Timers),
		jobs.Handle(r, feeKind, c.Fees),
		jobs.Handle(r, stayKind, c.Stays),
	)
}

// Batch is one piece of a run.
type Batch struct {
	Changes  []uuid.UUID `json:"changes"`            // whose run this is
	Agencies []string    `json:"agencies,omitempty"` // of agencies' changes alone; empty is every agency
	After    uuid.UUID   `json:"after"`              // the last application of the batch before
}

// of narrows a query on application AS a down to the next piece of those that have something.
func (b Batch) of(what string) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if q = q.Where(what).Where("a.id > ?", b.After); len(b.Agencies) > 0 {
			q = q.Where("a.agency_code IN (?)", bun.List(b.Agencies))
		}
		return q
	}
}

var applicationKind = jobs.Kind[Batch]{Name: "casework.recount.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// Follow begins to count again what the latest changes of the city's calendars touch.
func (c *Counter) Follow(ctx context.Context, tx bun.Tx, _ time.Time) error {
	changes, err := calendar.Take(ctx, tx)
	if err != nil || len(changes) == 0 {
		return err
	}
	var args Batch
	all := false
	for _, ch := range changes {
		args.Changes = append(args.Changes, ch.ID)
		args.Agencies = append(args.Agencies, ch.Agency)
		all = all || ch.Agency == ""
	}
	if all {
		args.Agencies = nil
	}
	for _, kind := range []jobs.Kind[Batch]{taskKind, timerKind, feeKind, stayKind} {
		if err := jobs.Add(ctx, tx, kind, args); err != nil {
			return err
		}
	}
	return jobs.Add(ctx, tx, applicationKind, args)
}

// BatchSize bounds how many rows one transaction holds.
const BatchSize = 200

// Applications counts one batch again and adds the job of the next, in one transaction with the mark that it is done: a
// crash repeats a batch that has left nothing, and no batch is left out. The calendars stand still meanwhile, so that
// the reason names every change that moved a date.
func (c *Counter) Applications(ctx context.Context, tx bun.Tx, args Batch) error {
	if err := calendar.Still(ctx, tx); err != nil {
		return err
	}
	changes, err := calendar.Open(ctx, tx)
	if err != nil {
		return err
	}
	apps, err := application.LockAll(ctx, tx, BatchSize, args.of("a.counting IS NOT NULL"))
	if err != nil {
		return fmt.Errorf("recount: %w", err)
	}
	cals, err := c.CalendarsOf(ctx, tx, apps)
	if err != nil {
		return err
	}
	moved := 0
	for i := range apps {
		did, err := c.countAgain(ctx, tx, &apps[i], cals[apps[i].AgencyCode], changes)
		if err != nil {
			return fmt.Errorf("recount %s: %w", apps[i].ID, err)
		}
		if did {
			moved++
		}
	}
	last := len(apps) < BatchSize
	if err := calendar.Note(ctx, tx, args.Changes, len(apps), moved, last, c.Now()); err != nil || last {
		return err
	}
	args.After = apps[len(apps)-1].ID
	return jobs.Add(ctx, tx, applicationKind, args)
}

// countAgain sets the deadline of a locked application by the calendar as it is now, and says so where it moved. A date
// that would have passed by it already stays: a day that turns out to have been a working day makes nobody late.
func (c *Counter) countAgain(ctx context.Context, tx bun.Tx, app *application.Application, cal workcal.Calendar, changes []calendar.Change) (bool, error) {
	due, provisional, err := app.Counting.End(cal, app.Term())
	if err != nil {
		return false, err
	}
	l, now := i18n.Locale(app.Locale), c.Now()
	m := moved{first: app.Counting.From.In(cal.Zone)}
	switch {
	case app.Clock == workflow.Running, app.Clock == workflow.Paused && app.TermUnit == workcal.Date: // which runs on
		if due.Equal(app.DueAt) || due.Before(app.DueAt) && due.Before(now) {
			known := due.Equal(app.DueAt) && provisional != app.DueProvisional
			if known {
				app.DueProvisional = provisional
			}
			return false, c.alertAgain(ctx, tx, app, cal, known)
		}
		more := due.After(app.DueAt)
		m.was, m.is = l.Due(app.DueAt.In(cal.Zone)), l.Due(due.In(cal.Zone))
		m.last, m.key = later(app.DueAt, due).In(cal.Zone), "casework.recount.due"
		m.before, m.after = app.DueAt, due
		app.DueAt, app.DueProvisional = due, provisional
		app.SetQueue(now)
		alert := c.SetAlert
		if more {
			alert = func(ctx context.Context, tx bun.IDB, app *application.Application, cal workcal.Calendar) error {
				return c.SetLaterAlert(ctx, tx, app, cal, now)
			}
		}
		if err := alert(ctx, tx, app, cal); err != nil {
			return false, err
		}
	case app.Clock == workflow.Paused:
		left, err := cal.Remaining(app.Counting.Paused, due, app.TermUnit)
		if _, missing := workcal.MissingYear(err); err != nil && !missing {
			return false, err
		}
		if app.Remaining == nil || left.Late() && !app.Remaining.Late() {
			return false, nil
		}
		known := provisional != app.DueProvisional
		app.DueProvisional = provisional
		if left == *app.Remaining {
			if !known {
				return false, nil
			}
			return false, application.Save(ctx, tx, *app)
		}
		m.was, m.is = leftText(*app.Remaining, l), leftText(left, l)
		m.last, m.key = later(app.Counting.Paused, due).In(cal.Zone), "casework.recount.left"
		m.before, m.after = app.Remaining, left
		app.Remaining = &left
	default:
		return false, nil
	}
	m.because = calendar.Because(changes, app.AgencyCode, m.first, m.last, l)
	if m.because == "" {
		m.because = l.T("casework.recount.calendar")
	}
	app.UpdatedAt = now
	return true, c.announceMoved(ctx, tx, *app, m, changes, now)
}

// alertAgain moves the next reminder or level of an application whose deadline stays: the days around it changed. With
// changed there is something else to keep of it.
func (c *Counter) alertAgain(ctx context.Context, tx bun.Tx, app *application.Application, cal workcal.Calendar, changed bool) error {
	if was := app.NextAlertAt; !was.IsZero() { // else it was told, or is just being told
		if err := c.SetAlert(ctx, tx, app, cal); err != nil {
			return err
		}
		changed = changed || !app.NextAlertAt.Equal(was)
	}
	if !changed {
		return nil
	}
	return application.Save(ctx, tx, *app)
}

// moved is how a promise changed, in the words of its applicant.
type moved struct {
	first, last   time.Time
	key           string
	was, is       string
	because       string
	before, after any
}

func (c *Counter) announceMoved(ctx context.Context, tx bun.Tx, app application.Application, m moved, changes []calendar.Change, now time.Time) error {
	if err := application.Save(ctx, tx, app); err != nil {
		return err
	}
	l := i18n.Locale(app.Locale)
	text := l.T(m.key, "from", m.was, "to", m.is, "because", m.because)
	err := application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventDueChanged, FromState: app.State, ToState: app.State, ActorKind: audit.System,
		Public: true, Message: text})
	if err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.recount", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "before": m.before, "after": m.after, "changes": idsOf(changes)},
	})
	if err != nil {
		return err
	}
	err = c.Deps.Notify.Send(ctx, tx, notify.Message{
		To: app.AccountID, Template: "deadline_changed", Locale: l, Key: fmt.Sprintf("deadline_changed:%s:%d", app.ID, now.UnixMicro()),
		Data: map[string]string{"number": app.Number, "service": app.ServiceName.In(l), "body": text, "path": "/permohonan/" + app.ID.String()},
	})
	if err != nil {
		return fmt.Errorf("casework: tell: %w", err)
	}
	return nil
}

// leftText is what remains of a paused promise, in whole units.
func leftText(r workcal.Remaining, l i18n.Locale) string {
	t := workcal.Term{Amount: r.Count(), Unit: r.Unit}
	return l.T(t.TextKey(), "n", t.Amount)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
