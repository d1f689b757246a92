package casework

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// setClock moves the clock to what the new state says. It returns the year whose holidays were missing, or 0.
func (s *Service) setClock(ctx context.Context, tx bun.IDB, app *Application, to workflow.Clock, now time.Time) (int, error) {
	from := app.Clock
	app.Clock = to
	switch {
	case from == workflow.Running && to == workflow.Paused && !app.DueAt.IsZero():
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return 0, err
		}
		left, err := cal.Remaining(now, app.DueAt, app.TermUnit)
		year, missing := workcal.MissingYear(err)
		if err != nil && !missing {
			return 0, err
		}
		app.Remaining, app.DueAt = &left, time.Time{}
		if app.Counting != nil {
			app.Counting.Paused = now
		}
		return year, nil
	case from == workflow.Paused && to == workflow.Running && app.Remaining != nil:
		cal, err := calendar.Hold(ctx, tx, app.AgencyCode)
		if err != nil {
			return 0, err
		}
		due, err := cal.Resume(now, *app.Remaining)
		year, missing := workcal.MissingYear(err)
		if err != nil && !missing {
			return 0, err
		}
		app.Counting = countingFrom(now, app.Remaining, app.TermUnit)
		app.Remaining, app.DueAt, app.DueProvisional = nil, due.UTC(), app.DueProvisional || missing
		return year, nil
	case to == workflow.Stopped:
		app.Counting = nil
	}
	return 0, nil
}

// keptPromise reports whether an application that is decided at now was decided in time.
func (a Application) keptPromise(now time.Time) bool {
	if a.Clock == workflow.Paused && a.Remaining != nil {
		return !a.Remaining.Late()
	}
	return a.DueAt.IsZero() || !now.After(a.DueAt)
}

// sweepBatch bounds one look for late applications; the next tick finds the rest.
const sweepBatch = 500

// sweep adds a job for each application whose deadline has passed, once per level. Rows that someone is working on are
// left to the next tick.
func (s *Service) sweep(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var late []uuid.UUID
	err := tx.NewRaw(`UPDATE application SET escalation_sent = 1 WHERE tenant_id = ? AND id IN (
			SELECT id FROM application WHERE tenant_id = ? AND clock = 'running' AND escalation_sent = 0 AND due_at < ?
			ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING id`,
		tenancy.Must(ctx), tenancy.Must(ctx), s.now(), sweepBatch).Scan(ctx, &late)
	if err != nil {
		return err
	}
	for _, id := range late {
		if err := jobs.Add(ctx, tx, escalateKind, escalateArgs{ApplicationID: id, Level: 1}); err != nil {
			return err
		}
	}
	return nil
}

// escalate raises a late application by one level, once: it is told in the audit record, in its story, to the bus, to
// the head of the agency and to the officer who has it. An application that has been dealt with meanwhile is left alone.
func (s *Service) escalate(ctx context.Context, _ uuid.UUID, args escalateArgs) error {
	if err := s.warm(ctx); err != nil {
		return err
	}
	before, err := get(ctx, s.d.DB.App, args.ApplicationID)
	if err != nil {
		return err
	}
	wf, err := s.workflow(ctx, s.d.DB.App, before)
	if err != nil {
		return err
	}
	if args.Level > len(wf.Escalation) {
		return nil
	}
	step := wf.Escalation[args.Level-1]
	heads, standin, err := s.toldAt(ctx, step, before)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := lockAny(ctx, tx, args.ApplicationID)
		if err != nil || app.EscalationLevel >= args.Level {
			return err
		}
		now := s.now()
		if !app.Late(now) {
			app.EscalationSent = app.EscalationLevel // late again, it is found again
			return save(ctx, tx, app)
		}
		app.EscalationLevel, app.UpdatedAt = args.Level, now
		if err := save(ctx, tx, app); err != nil {
			return err
		}
		return s.announceEscalated(ctx, tx, app, heads, standin, now)
	})
}

// roleAdmin is the built-in role whose holders answer for an agency that has no head.
const roleAdmin = "city_admin"

// toldAt returns who is told: the holders of the step's role in the agency, or, standing in for them, the administrators
// of a city whose agency has none.
func (s *Service) toldAt(ctx context.Context, step workflow.Escalation, app Application) (told []uuid.UUID, standin bool, err error) {
	told, err = s.d.Staff.Holders(ctx, step.Tell, app.AgencyCode)
	if err != nil || len(told) > 0 {
		return told, false, err
	}
	told, err = s.d.Staff.Holders(ctx, roleAdmin, "")
	return told, true, err
}

func (s *Service) announceEscalated(ctx context.Context, tx bun.Tx, app Application, heads []uuid.UUID, standin bool, now time.Time) error {
	err := record(ctx, tx, app, Event{At: now, Action: EventEscalated, FromState: app.State, ToState: app.State, ActorKind: audit.System})
	if err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.escalate", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "level": app.EscalationLevel, "due": app.DueAt, "told": len(heads)},
	})
	if err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.d.Bus, event.ApplicationEscalated{
		ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		Level: app.EscalationLevel, Channel: app.Channel, DueAt: app.DueAt, At: now,
	})
	if err != nil {
		return err
	}
	for _, head := range heads {
		if err := s.tellStaff(ctx, tx, app, head, standin); err != nil {
			return err
		}
	}
	if slices.Contains(heads, app.AssigneeID.UUID) {
		return nil // told already
	}
	return s.tellHolder(ctx, tx, app, uuid.Nil, "case_late")
}
