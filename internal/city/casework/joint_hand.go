package casework

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// ClaimTask takes a task of the officer's agency that nobody has or, with takeOver, whoever has it, saying why. Officers
// with application:review call it; the refusals are those of AnswerTask, "task.held" when takeOver is false, and Invalid,
// field "reason".
func (s *Service) ClaimTask(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, takeOver bool, reason string) error {
	return s.handTask(ctx, actor, access.ApplicationReview, id, version, func(t *workflow.Task) (application.Event, error) {
		e := application.Event{Action: application.EventTaskAssigned, Message: ofOffice(actor.Name, *t)}
		if t.HeldByOther(actor.ID) {
			if !takeOver {
				return application.Event{}, fault.New(fault.Conflict, "task.held", "who", t.AssigneeName)
			}
			e = application.Event{Action: application.EventTaskTakenOver, Message: ofOffice(t.AssigneeName, *t)}
		}
		if err := because(&e, reason, t.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		t.Assign(actor.ID, actor.Name)
		return e, nil
	})
}

// ReleaseTask puts a task back for everyone of its agency: the officer's own, or with application:assign anyone's, saying
// why.
func (s *Service) ReleaseTask(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, reason string) error {
	over, err := s.overHolder(ctx, actor, uuid.NullUUID{})
	if err != nil {
		return err
	}
	return s.handTask(ctx, actor, access.ApplicationReview, id, version, func(t *workflow.Task) (application.Event, error) {
		if !over && t.AssigneeID.UUID != actor.ID {
			return application.Event{}, fault.New(fault.Conflict, "task.held", "who", orNobody(ctx, t.AssigneeName))
		}
		e := application.Event{Action: application.EventTaskReleased, Message: t.AgencyName.In(i18n.ID)}
		if err := because(&e, reason, t.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		t.Assign(uuid.Nil, "")
		return e, nil
	})
}

// AssignTask gives a task to an officer of the agency that was asked, as Assign does with an application, and tells them.
// Those with application:assign call it, within their reach.
func (s *Service) AssignTask(ctx context.Context, actor identity.Actor, id, officer uuid.UUID, version int, reason string) error {
	seen, of, _, err := s.task(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return err
	}
	to, told, err := s.receiver(ctx, seen.AgencyCode, of, officer)
	if err != nil {
		return err
	}
	return s.handTask(ctx, actor, access.ApplicationAssign, id, version, func(t *workflow.Task) (application.Event, error) {
		e := application.Event{Action: application.EventTaskAssigned, Message: ofOffice(told, *t)}
		if err := because(&e, reason, t.AssigneeID, actor.ID); err != nil {
			return application.Event{}, err
		}
		t.Assign(to.ID, to.Name)
		return e, nil
	})
}

// ofOffice names an officer with the office that was asked.
func ofOffice(name string, t workflow.Task) string {
	return name + " (" + t.AgencyName.In(i18n.ID) + ")"
}

func (s *Service) handTask(ctx context.Context, actor identity.Actor, need access.Permission, id uuid.UUID, version int,
	fn func(*workflow.Task) (application.Event, error)) error {
	if _, _, _, err := s.task(ctx, actor, id); err != nil {
		return err
	}
	if err := s.Deps.Guard.Allow(ctx, actor, need); err != nil {
		return err
	}
	return s.onTask(ctx, actor, id, version, "hand task", func(_ context.Context, _ bun.Tx, _ *application.Application, t *workflow.Task) (application.Event, error) {
		return fn(t)
	}, func(ctx context.Context, tx bun.Tx, app *application.Application, t workflow.Task) error {
		if !t.HeldByOther(actor.ID) {
			return nil
		}
		return s.TellOfficer(ctx, tx, *app, t.AssigneeID.UUID, "case_assigned", fmt.Sprintf("case_assigned:%s:%s:%d", t.ID, t.AssigneeID.UUID, t.Version))
	})
}

// LookTasks returns those of some tasks that the actor's office was asked, for lists that act on many.
func (s *Service) LookTasks(ctx context.Context, actor identity.Actor, ids []uuid.UUID) ([]TaskRow, error) {
	if err := s.MayRead(ctx, actor); err != nil || len(ids) == 0 {
		return nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil || !r.City() && r.Agency() == "" {
		return nil, err
	}
	var rows []TaskRow
	q := s.taskRows(&rows).Where("k.tenant_id = ? AND k.id IN (?)", tenancy.Must(ctx), bun.List(ids)).Where("k.subject_kind = ?", application.SubjectKind)
	if !r.City() {
		q = q.Where("k.agency_code = ?", r.Agency())
	}
	if err := r.Placed(q, "a").OrderExpr("k.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("casework: look at tasks: %w", err)
	}
	return rows, s.nameTasks(ctx, rows)
}
