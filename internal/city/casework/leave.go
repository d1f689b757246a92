package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workflow"
)

// Subscribe makes casework hear of the staff who leave, and of what becomes of its documents. Call it once, before the
// bus publishes.
func (s *Service) Subscribe() {
	event.On(s.Deps.Bus, "casework", s.onStaffDeactivated)
	s.subscribeDocuments()
}

type leftArgs struct {
	AccountID uuid.UUID `json:"account_id"`
}

var leftKind = jobs.Kind[leftArgs]{Name: "casework.left.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// leftBatch bounds how much is put back in one transaction.
const leftBatch = 200

// onStaffDeactivated puts the open applications of an officer who has left back for everyone. One who is back before
// this runs keeps what they have; a repeated delivery finds nothing.
func (s *Service) onStaffDeactivated(ctx context.Context, tx bun.Tx, f event.StaffDeactivated) error {
	return s.putAllBack(ctx, tx, leftArgs{AccountID: f.AccountID})
}

// putAllBack puts a batch back and adds the job of the next while there is more.
func (s *Service) putAllBack(ctx context.Context, tx bun.Tx, args leftArgs) error {
	active, err := identity.IsActive(ctx, tx, args.AccountID)
	if err != nil || active {
		return err
	}
	left, err := application.LockAll(ctx, tx, leftBatch, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("a.closed_at IS NULL").Where("a.assignee_id = ?", args.AccountID)
	})
	if err != nil {
		return fmt.Errorf("casework: of one who left: %w", err)
	}
	for _, app := range left {
		if err := s.putBack(ctx, tx, app); err != nil {
			return err
		}
	}
	tasks := 0
	if len(left) == 0 { // else in a transaction of their own: applications are locked in the order of their ids
		if tasks, err = s.putBackTasks(ctx, tx, args.AccountID); err != nil {
			return err
		}
	}
	if len(left) == 0 && tasks < leftBatch {
		return nil
	}
	return jobs.Add(ctx, tx, leftKind, args)
}

// putBackTasks takes a batch of what offices were asked out of the hands of an officer who has left, and returns how many
// it looked at.
func (s *Service) putBackTasks(ctx context.Context, tx bun.Tx, officer uuid.UUID) (int, error) {
	tasks, err := workflow.HeldTasks(ctx, tx, application.SubjectKind, officer, leftBatch)
	if err != nil {
		return 0, err
	}
	for _, t := range tasks {
		app, err := application.LockAny(ctx, tx, t.SubjectID) // before its task, as everyone who acts on one
		if err != nil {
			return 0, err
		}
		if t, err = workflow.LockTask(ctx, tx, t.ID); err != nil {
			return 0, err
		}
		if t.Status != workflow.TaskOpen || t.AssigneeID.UUID != officer {
			continue
		}
		name := t.AssigneeName
		t.Assign(uuid.Nil, "")
		if err := workflow.SaveTask(ctx, tx, &t); err != nil {
			return 0, err
		}
		if err := s.tellLeft(ctx, tx, app, name, map[string]any{"number": app.Number, "task": t.ID, "before": officer}); err != nil {
			return 0, err
		}
	}
	return len(tasks), nil
}

// putBack takes a locked application out of the hands of an officer who cannot work on it any more.
func (s *Service) putBack(ctx context.Context, tx bun.Tx, app application.Application) error {
	name, before := app.AssigneeName, app.AssigneeID
	app.Assign(uuid.Nil, "")
	app.UpdatedAt = s.Now()
	app.Version++
	if err := application.Save(ctx, tx, app); err != nil {
		return err
	}
	return s.tellLeft(ctx, tx, app, name, map[string]any{"number": app.Number, "before": before})
}

// tellLeft says in the story and the audit record that work was put back because its officer has left.
func (s *Service) tellLeft(ctx context.Context, tx bun.Tx, app application.Application, name string, detail map[string]any) error {
	now := s.Now()
	e := application.Event{At: now, Action: application.EventHolderLeft, FromState: app.State, ToState: app.State, ActorKind: audit.System, Message: name}
	if err := application.Record(ctx, tx, app, e); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application." + application.EventHolderLeft, Object: "application", ObjectID: app.ID, At: now, Detail: detail,
	})
}
