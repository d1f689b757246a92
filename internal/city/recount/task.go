package recount

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

var taskKind = jobs.Kind[Batch]{Name: "casework.recount_task.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// Tasks is Applications for what offices were asked: each by the calendar of the office that was.
func (c *Counter) Tasks(ctx context.Context, tx bun.Tx, args Batch) error {
	return beside(ctx, tx, args, taskKind, workflow.OpenTasks, func(t workflow.Task) (id, of uuid.UUID) { return t.ID, t.SubjectID },
		func(t *workflow.Task, cals calendars, changes []calendar.Change) error {
			if len(args.Agencies) > 0 && !slices.Contains(args.Agencies, t.AgencyCode) {
				return nil
			}
			cal, err := cals.of(ctx, tx, t.AgencyCode)
			if err != nil {
				return err
			}
			return c.countTaskAgain(ctx, tx, t, cal, changes)
		})
}

// countTaskAgain moves the deadline of an open task and leaves a line in the story that the offices read.
func (c *Counter) countTaskAgain(ctx context.Context, tx bun.Tx, t *workflow.Task, cal workcal.Calendar, changes []calendar.Change) error {
	app, err := application.LockAny(ctx, tx, t.SubjectID) // before its task, as everyone who acts on one
	if err != nil {
		return err
	}
	if *t, err = workflow.LockTask(ctx, tx, t.ID); err != nil || t.Status != workflow.TaskOpen {
		return err
	}
	wf, err := c.Workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	state, _ := wf.State(t.State)
	branch, ok := state.Branch(t.Branch)
	if !ok || branch.Term.IsZero() {
		return nil
	}
	was, now, l := t.DueAt, c.Now(), i18n.ID
	moved, err := workflow.Reschedule(ctx, tx, t, branch.Term, cal, now)
	if err != nil || !moved {
		return err
	}
	because := calendar.Because(changes, t.AgencyCode, t.OpenedAt.In(cal.Zone), later(was, t.DueAt).In(cal.Zone), l)
	if because == "" {
		because = l.T("casework.recount.calendar")
	}
	text := l.T("casework.recount.task", "office", t.AgencyName.In(l), "from", l.Due(was.In(cal.Zone)), "to", l.Due(t.DueAt.In(cal.Zone)), "because", because)
	err = application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventDueChanged, FromState: app.State, ToState: app.State, ActorKind: audit.System, Message: text})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.recount_task", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "task": t.ID, "agency": t.AgencyCode, "before": was, "after": t.DueAt, "changes": idsOf(changes)},
	})
}
