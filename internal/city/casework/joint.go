package casework

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// AnswerInput is what an office answers of a task. Version is the task's as the officer saw it; Answers and Files are of
// the branch's fields.
type AnswerInput struct {
	Task    uuid.UUID
	Version int
	Outcome string
	Reason  string
	Answers map[string][]string
	Files   []application.Upload
}

// AnswerTask gives an office's answer to what it was asked of an application; the step by which the branches join, if
// they do now, follows at once. Officers of the task's agency call it, with the permission that the branch names. It
// refuses NotFound "task.not_found"; Conflict "task.closed" when it was answered or the application has gone on,
// "task.changed" when it is no longer the version that the officer saw, and "task.held" when a colleague has it and the
// actor may not deal out work; Invalid for an outcome that the branch does not have, for a reason as Act does, and for
// fields.
func (s *Service) AnswerTask(ctx context.Context, actor identity.Actor, in AnswerInput) (application.Application, error) {
	t, app, wf, err := s.task(ctx, actor, in.Task)
	if err != nil {
		return application.Application{}, err
	}
	state, _ := wf.State(t.State)
	branch, ok := state.Branch(t.Branch)
	if !ok {
		return application.Application{}, fault.New(fault.NotFound, "task.not_found") // not of this version of the workflow
	}
	if err := s.Deps.Guard.Allow(ctx, actor, branch.Permission); err != nil {
		return application.Application{}, err
	}
	if t.Status != workflow.TaskOpen {
		return application.Application{}, s.taskClosed(ctx, s.Deps.DB.App, app, t)
	}
	if t.Version != in.Version { // before what is typed is judged, which others may meanwhile have made pointless
		return application.Application{}, taskChanged(ctx, t)
	}
	k, err := s.Know(ctx, s.Deps.DB.App, app, wf)
	if err != nil {
		return application.Application{}, err
	}
	typed := map[string][]string{}
	for code, v := range in.Answers {
		typed[code] = v
	}
	typed[branch.Code] = []string{in.Outcome}
	answer, bad, err := s.ReadPage(ctx, actor, app, k, workflow.BranchPage(branch.Code), typed, in.Files)
	if err != nil {
		return application.Application{}, err
	}
	for i := range bad {
		if bad[i].Name == branch.Code {
			bad[i].Name = "outcome"
		}
	}
	outcome, _ := branch.Outcome(in.Outcome)
	in.Reason = strings.TrimSpace(in.Reason)
	bad = append(bad, checkReason(in.Reason, outcome.Reason)...)
	if err := fault.Fields(bad); err != nil {
		return application.Application{}, err
	}
	if err := s.Warm(ctx); err != nil {
		return application.Application{}, err
	}
	over, err := s.overHolder(ctx, actor, t.AssigneeID)
	if err != nil {
		return application.Application{}, err
	}
	err = s.onTask(ctx, actor, t.ID, in.Version, "answer task", func(ctx context.Context, tx bun.Tx, found *application.Application, t *workflow.Task) (application.Event, error) {
		if !over && t.HeldByOther(actor.ID) {
			return application.Event{}, fault.New(fault.Conflict, "task.held", "who", t.AssigneeName)
		}
		now := s.Now()
		t.Status, t.Outcome, t.Refused, t.Reason = workflow.TaskAnswered, outcome.Code, outcome.Refuses, in.Reason
		t.ClosedAt, t.ClosedBy, t.ClosedName = now, uuid.NullUUID{UUID: actor.ID, Valid: true}, actor.Name
		answer.At, answer.Version = now, found.Version
		if err := s.Records().Put(ctx, tx, found.Matter(), k.Sheet, answer); err != nil {
			return application.Event{}, err
		}
		err := event.Publish(ctx, tx, s.Deps.Bus, event.TaskAnswered{
			TaskID: t.ID, ApplicationID: found.ID, ServiceCode: found.ServiceCode, AgencyCode: t.AgencyCode, ActorID: actor.ID, Refused: t.Refused,
			OnTime: !t.Late(now) && (t.DueAt.IsZero() || !now.After(t.DueAt)), At: now,
		})
		message := branch.Label.In(i18n.ID) + ": " + outcome.Label.In(i18n.ID)
		if in.Reason != "" {
			message += "\n" + in.Reason
		}
		return application.Event{Action: application.EventTaskAnswered, Message: message}, err
	}, func(ctx context.Context, tx bun.Tx, found *application.Application, t workflow.Task) error {
		app = *found
		err := s.Joined(ctx, tx, &app, wf, t.Round)
		return err
	})
	return app, err
}

// checkReason refuses words that cannot be used, and those that are missing or not asked for.
func checkReason(words, asked string) []fault.Field {
	switch {
	case !utf8.ValidString(words) || strings.ContainsRune(words, 0):
		return []fault.Field{{Name: "reason", Code: "invalid"}}
	case utf8.RuneCountInString(words) > reasonMax:
		return []fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMax}}}
	case words == "" && asked == workflow.ReasonRequired:
		return []fault.Field{{Name: "reason", Code: "required"}}
	case words != "" && asked == workflow.ReasonNone:
		return []fault.Field{{Name: "reason", Code: "not_answerable"}}
	}
	return nil
}

// task reads a task that the actor's office was asked, with its application.
func (s *Service) task(ctx context.Context, actor identity.Actor, id uuid.UUID) (workflow.Task, application.Application, *workflow.Workflow, error) {
	if err := s.MayRead(ctx, actor); err != nil {
		return workflow.Task{}, application.Application{}, nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return workflow.Task{}, application.Application{}, nil, err
	}
	t, err := workflow.FindTask(ctx, s.Deps.DB.App, id)
	if err != nil {
		return t, application.Application{}, nil, err
	}
	if !r.City() && (r.Agency() == "" || r.Agency() != t.AgencyCode) || t.SubjectKind != application.SubjectKind {
		return t, application.Application{}, nil, fault.New(fault.NotFound, "task.not_found")
	}
	app, err := application.Get(ctx, s.Deps.DB.App, t.SubjectID)
	if err != nil {
		return t, application.Application{}, nil, err
	}
	if !r.Covers(app.DistrictCode, app.SubdistrictCode) {
		return t, application.Application{}, nil, fault.New(fault.NotFound, "task.not_found")
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	return t, app, wf, err
}

// onTask changes an open task of the version that the actor saw; fn says what is told of it, then runs when it is told.
func (s *Service) onTask(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, what string,
	fn func(context.Context, bun.Tx, *application.Application, *workflow.Task) (application.Event, error),
	then func(context.Context, bun.Tx, *application.Application, workflow.Task) error) error {
	err := tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		seen, err := workflow.FindTask(ctx, tx, id)
		if err != nil {
			return err
		}
		app, err := application.LockAny(ctx, tx, seen.SubjectID)
		if err != nil {
			return err
		}
		t, err := workflow.LockTask(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.Status != workflow.TaskOpen {
			return s.taskClosed(ctx, tx, app, t)
		}
		if t.Version != version {
			return taskChanged(ctx, t)
		}
		e, err := fn(ctx, tx, &app, &t)
		if err != nil {
			return err
		}
		if err := workflow.SaveTask(ctx, tx, &t); err != nil {
			return err
		}
		e.At, e.FromState, e.ToState = s.Now(), app.State, app.State
		if err := application.Record(ctx, tx, app, application.By(app, actor, e)); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application." + e.Action, Object: "application", ObjectID: app.ID, At: e.At,
			Detail: map[string]any{"number": app.Number, "task": t.ID, "branch": t.Branch, "agency": t.AgencyCode, "outcome": t.Outcome, "officer": t.AssigneeID},
		})
		if err != nil || then == nil {
			return err
		}
		return then(ctx, tx, &app, t)
	})
	if err != nil {
		return fmt.Errorf("casework: %s: %w", what, err)
	}
	return nil
}

// taskClosed refuses an act on a task that is no longer open, and says what became of it.
func (s *Service) taskClosed(ctx context.Context, tx bun.IDB, app application.Application, t workflow.Task) error {
	l := i18n.From(ctx)
	wf, err := s.Workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	if t.Status == workflow.TaskWithdrawn {
		state, _ := wf.State(app.State)
		return fault.New(fault.Conflict, "task.withdrawn", "state", state.Label.In(l))
	}
	state, _ := wf.State(t.State)
	branch, _ := state.Branch(t.Branch)
	outcome, _ := branch.Outcome(t.Outcome)
	city, _ := tenancy.CityFrom(ctx)
	return fault.New(fault.Conflict, "task.closed", "who", t.ClosedName, "outcome", outcome.Label.In(l), "at", l.DateTime(t.ClosedAt.In(city.Location())))
}

func orNobody(ctx context.Context, name string) string {
	if name == "" {
		return i18n.From(ctx).T("casework.nobody")
	}
	return name
}

// taskChanged refuses an act on a task that somebody else has moved on since it was seen.
func taskChanged(ctx context.Context, t workflow.Task) error {
	return fault.New(fault.Conflict, "task.changed", "who", orNobody(ctx, t.AssigneeName))
}
