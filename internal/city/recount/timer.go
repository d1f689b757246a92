package recount

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

var timerKind = jobs.Kind[Batch]{Name: "casework.recount_timer.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// Timers is Applications for the steps that the system takes by itself after so many working days.
func (c *Counter) Timers(ctx context.Context, tx bun.Tx, args Batch) error {
	return beside(ctx, tx, args, timerKind, workflow.CountedTimers, func(t workflow.Timer) (id, of uuid.UUID) { return t.ID, t.SubjectID },
		func(t *workflow.Timer, cals calendars, changes []calendar.Change) error {
			return c.waits(ctx, tx, args, t.SubjectID, cals, changes)
		})
}

// countWaitAgain moves what a locked application waits for: the last day of its fee, and the steps that the system takes by
// itself. The job of either does both, so that its applicant gets one letter; the other job then finds nothing to move.
func (c *Counter) countWaitAgain(ctx context.Context, tx bun.Tx, app application.Application, cal workcal.Calendar, changes []calendar.Change) error {
	var said []string
	text, err := c.countFeeAgain(ctx, tx, app, cal, changes)
	if err != nil {
		return err
	}
	if text != "" {
		said = append(said, text)
	}
	timers, err := workflow.CountedTimersOf(ctx, tx, app.Matter()) // what was taken meanwhile is not among them
	if err != nil {
		return err
	}
	for _, t := range timers {
		if text, err = c.countTimerAgain(ctx, tx, app, t, cal, changes); err != nil {
			return err
		}
		if text != "" {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return nil
	}
	err = c.Deps.Notify.Send(ctx, tx, notify.Message{
		To: app.AccountID, Template: "deadline_changed", Locale: i18n.Locale(app.Locale), Key: fmt.Sprintf("deadline_changed:wait:%s:%d", app.ID, c.Now().UnixMicro()),
		Data: map[string]string{"number": app.Number, "service": app.ServiceName.In(i18n.Locale(app.Locale)), "body": strings.Join(said, " "), "path": "/permohonan/" + app.ID.String()},
	})
	if err != nil {
		return fmt.Errorf("casework: tell: %w", err)
	}
	return nil
}

// countTimerAgain moves a step of a locked application, and returns what its applicant is to be told where the step waits
// for them.
func (c *Counter) countTimerAgain(ctx context.Context, tx bun.Tx, app application.Application, t workflow.Timer, cal workcal.Calendar, changes []calendar.Change) (string, error) {
	wf, err := c.Workflow(ctx, tx, app)
	if err != nil {
		return "", err
	}
	timed := wf.Timed(app.State)
	i := slices.IndexFunc(timed, func(a workflow.Action) bool { return a.Code == t.Name })
	if i < 0 {
		return "", nil
	}
	was, now := t.At, c.Now()
	moved, err := workflow.RescheduleTimer(ctx, tx, &t, timed[i], cal, now)
	if err != nil || !moved {
		return "", err
	}
	theirs, l := app.Clock == workflow.Paused, i18n.ID
	if theirs {
		l = i18n.Locale(app.Locale)
	}
	because := calendar.Because(changes, app.AgencyCode, t.From.In(cal.Zone), later(was, t.At).In(cal.Zone), l)
	if because == "" {
		because = l.T("casework.recount.calendar")
	}
	text := l.T("casework.recount.step", "step", timed[i].Label.In(l), "from", l.Due(was.In(cal.Zone)), "to", l.Due(t.At.In(cal.Zone)), "because", because)
	err = application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventDueChanged, FromState: app.State, ToState: app.State,
		ActorKind: audit.System, Public: theirs, Message: text})
	if err != nil {
		return "", err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.recount_timer", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "action": t.Name, "before": was, "after": t.At, "changes": idsOf(changes)},
	})
	if err != nil || !theirs {
		return "", err
	}
	return text, nil
}

// idsOf names the changes of a calendar for the audit record.
func idsOf(changes []calendar.Change) []uuid.UUID {
	ids := make([]uuid.UUID, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	return ids
}
