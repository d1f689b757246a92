package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// ring adds a job for each timer whose time has come, once.
func (s *Service) ring(ctx context.Context, tx bun.Tx, _ time.Time) error {
	due, err := workflow.DueTimers(ctx, tx, application.SubjectKind, s.Now(), sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := jobs.Add(ctx, tx, timerKind, timerArgs{TimerID: id}); err != nil {
			return err
		}
	}
	return nil
}

// rang does what a timer is for. An application that has left the state meanwhile has no such timer any more, and one
// that rings again finds it spent.
func (s *Service) rang(ctx context.Context, _ uuid.UUID, args timerArgs) error {
	if err := s.Warm(ctx); err != nil {
		return err
	}
	var held workflow.Timer // the timer of a step that cannot be taken yet
	err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		t, ok, err := workflow.FindTimer(ctx, tx, args.TimerID)
		if err != nil || !ok {
			return err
		}
		app, err := application.LockAny(ctx, tx, t.SubjectID)
		if err != nil {
			return err
		}
		if t, ok, err = workflow.FindTimer(ctx, tx, t.ID); err != nil || !ok || t.At.After(s.Now()) {
			return err // spent, or moved by the calendar after this job was added: it rings again
		}
		if mine, err := workflow.SpendTimer(ctx, tx, t); err != nil || !mine {
			return err
		}
		wf, err := s.Workflow(ctx, tx, app)
		if err != nil {
			return err
		}
		if t.What == workflow.TimerLate {
			return s.taskLate(ctx, tx, app, t)
		}
		i := slices.IndexFunc(wf.Timed(app.State), func(a workflow.Action) bool { return a.Code == t.Name })
		if i < 0 {
			return nil
		}
		action := wf.Timed(app.State)[i]
		if t.What == workflow.TimerRemind {
			return s.remindOf(ctx, tx, app, action, t)
		}
		k, err := s.Know(ctx, tx, app, wf)
		if err != nil || !k.Standing.Holds(action) {
			return err
		}
		held = t
		return s.takeTimed(ctx, tx, &app, wf, action)
	})
	if unprintable(err) {
		return s.obstruct(ctx, held.SubjectID, held, err)
	}
	return err
}

// takeTimed takes a step of the system's, unless it decides and the document of the decision could not be printed: that can
// still be corrected.
func (s *Service) takeTimed(ctx context.Context, tx bun.Tx, app *application.Application, wf *workflow.Workflow, action workflow.Action) error {
	if err := clearObstacle(ctx, tx, app.ID); err != nil {
		return err
	}
	decided := !app.DecidedAt.IsZero()
	if err := s.TakeItself(ctx, tx, app, wf, action); err != nil || decided || app.DecidedAt.IsZero() || app.DocumentCode == "" {
		return err
	}
	if !wf.IssuesOn(workflow.Stage(app.Outcome)) {
		return nil
	}
	return s.printable(ctx, tx, app)
}

// remindOf tells the one whose turn it is that a step will be taken by itself.
func (s *Service) remindOf(ctx context.Context, tx bun.Tx, app application.Application, a workflow.Action, t workflow.Timer) error {
	now := s.Now()
	e := application.Event{At: now, Action: application.EventReminded, FromState: app.State, ToState: app.State, ActorKind: audit.System,
		Public: app.Clock == workflow.Paused, Message: a.Remind.Message.In(i18n.Locale(app.Locale))}
	if err := application.Record(ctx, tx, app, e); err != nil {
		return err
	}
	err := audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.remind", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "action": a.Code},
	})
	if err != nil {
		return err
	}
	n := workflow.Notice{To: workflow.ToHolder, Title: reminderTitle(), Body: a.Remind.Message}
	if app.Clock == workflow.Paused {
		n.To = workflow.ToApplicant
	}
	return s.Letter(ctx, tx, app, n, "remind:"+t.ID.String(), "")
}

// taskLate tells the head of an office that it has not answered in time, and the officer who has the task.
func (s *Service) taskLate(ctx context.Context, tx bun.Tx, app application.Application, timer workflow.Timer) error {
	id, err := uuid.Parse(timer.Name)
	if err != nil {
		return err
	}
	t, err := workflow.FindTask(ctx, tx, id)
	now := s.Now()
	if err != nil || !t.Late(now) {
		return err
	}
	e := application.Event{At: now, Action: application.EventTaskLate, FromState: app.State, ToState: app.State, ActorKind: audit.System, Message: t.AgencyName.In(i18n.ID)}
	if err := application.Record(ctx, tx, app, e); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application." + application.EventTaskLate, Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "task": t.ID, "agency": t.AgencyCode, "due": t.DueAt},
	})
	if err != nil {
		return err
	}
	if t.AssigneeID.Valid {
		to, ok, err := s.AtWork(ctx, tx, app, t.AssigneeID.UUID)
		if err != nil {
			return err
		}
		if !ok {
			to = t.AssigneeID.UUID
		}
		if err := s.TellOfficer(ctx, tx, app, to, "case_late", fmt.Sprintf("case_late:%s:%s:%d", t.ID, to, t.DueAt.Unix())); err != nil {
			return err
		}
	}
	n := workflow.Notice{To: application.RoleHead, Agency: t.AgencyCode, Title: application.BothTexts("casework.task_late.title"), Body: application.BothTexts("casework.task_late.body")}
	return s.Letter(ctx, tx, app, n, fmt.Sprintf("task_late:%s:%d", t.ID, t.DueAt.Unix()), "")
}

func reminderTitle() i18n.Text { return application.BothTexts("casework.reminder.title") }
