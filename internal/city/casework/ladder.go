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
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// sweepBatch bounds one look for late applications; the next tick finds the rest.
const sweepBatch = 500

// sweep adds a job for each application of which something is to be told, once. Rows that someone is working on are left
// to the next tick.
func (s *Service) sweep(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var due []uuid.UUID
	err := tx.NewRaw(`UPDATE application SET next_alert_at = NULL WHERE tenant_id = ? AND id IN (
			SELECT id FROM application WHERE tenant_id = ? AND next_alert_at IS NOT NULL AND next_alert_at < ?
			ORDER BY next_alert_at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING id`,
		tenancy.Must(ctx), tenancy.Must(ctx), s.Now(), sweepBatch).Scan(ctx, &due)
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := jobs.Add(ctx, tx, escalateKind, escalateArgs{ApplicationID: id}); err != nil {
			return err
		}
	}
	return nil
}

// escalate tells the next reminder or level of an application, each once. An application that has been dealt with
// meanwhile is left alone; of one that is late, reminders that are left are no longer told.
func (s *Service) escalate(ctx context.Context, _ uuid.UUID, args escalateArgs) error {
	if err := s.Warm(ctx); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.LockAny(ctx, tx, args.ApplicationID)
		if err != nil || app.Clock != workflow.Running || app.DueAt.IsZero() {
			return err
		}
		ladder, err := s.LadderOf(ctx, tx, app)
		if err != nil {
			return err
		}
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return err
		}
		now := s.Now()
		if app.Late(now) {
			app.Reminded = len(ladder.Reminders)
		}
		term, err := app.Counted(cal)
		if err != nil {
			return err
		}
		next, ok, err := ladder.Next(cal, app.DueAt, term, app.Reminded, app.EscalationLevel)
		if err != nil || !ok {
			return err
		}
		if !now.After(next.At) {
			app.NextAlertAt = next.At.UTC() // the deadline has moved; it is found again
			return application.Save(ctx, tx, app)
		}
		if next.Reminder > 0 {
			app.Reminded = next.Reminder
		} else {
			app.EscalationLevel = next.Level
		}
		app.UpdatedAt = now
		if err := s.SetAlert(ctx, tx, &app, cal); err != nil {
			return err
		}
		if err := application.Save(ctx, tx, app); err != nil {
			return err
		}
		if next.Reminder > 0 {
			return s.announceReminded(ctx, tx, app, next, now)
		}
		return s.announceEscalated(ctx, tx, app, next, now)
	})
}

// announceReminded tells of a deadline that is to come: in the story, the audit record, and to whom the workflow names.
func (s *Service) announceReminded(ctx context.Context, tx bun.Tx, app application.Application, r workflow.Rung, now time.Time) error {
	e := application.Event{At: now, Action: application.EventReminded, FromState: app.State, ToState: app.State, ActorKind: audit.System}
	if err := application.Record(ctx, tx, app, e); err != nil {
		return err
	}
	err := audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.remind", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "reminder": r.Reminder, "due": app.DueAt},
	})
	if err != nil {
		return err
	}
	n := workflow.Notice{To: r.Tell, Title: application.BothTexts("casework.due_soon.title"), Body: application.BothTexts("casework.due_soon.body")}
	return s.Letter(ctx, tx, app, n, fmt.Sprintf("due_soon:%d:%d", r.Reminder, app.DueAt.Unix()), "")
}

// announceEscalated tells that a deadline has passed: in the story, the audit record, to the bus, to whom the workflow
// names, and to the officer who has the application.
func (s *Service) announceEscalated(ctx context.Context, tx bun.Tx, app application.Application, r workflow.Rung, now time.Time) error {
	to, standin, err := s.Told(ctx, tx, app, r.Tell, "")
	if err != nil {
		return err
	}
	err = application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventEscalated, FromState: app.State, ToState: app.State, ActorKind: audit.System})
	if err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.escalate", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "level": app.EscalationLevel, "due": app.DueAt, "told": len(to)},
	})
	if err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.Deps.Bus, event.ApplicationEscalated{
		ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		Level: app.EscalationLevel, Channel: app.Channel, DueAt: app.DueAt, At: now,
	})
	if err != nil {
		return err
	}
	for _, one := range to {
		if err := s.TellStaff(ctx, tx, app, one, standin); err != nil {
			return err
		}
	}
	if !app.AssigneeID.Valid {
		return nil
	}
	holder, ok, err := s.AtWork(ctx, tx, app, app.AssigneeID.UUID)
	if err != nil || ok && slices.Contains(to, holder) {
		return err // told already
	}
	return s.TellHolder(ctx, tx, app, uuid.Nil, "case_late")
}
