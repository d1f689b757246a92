package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workflow"
)

// step is one action of a workflow while it is taken.
type step struct {
	wf      *workflow.Workflow
	action  workflow.Action
	actor   identity.Actor
	reason  string
	fields  []string         // to correct, or corrected
	answer  *workflow.Answer // what the officer filled in
	sheet   *workflow.Sheet  // on which it stands
	from    string           // the state before
	at      time.Time
	decided bool // this step is the decision
}

// take moves a locked application along a step: state, clock, place in the queue, story, audit, fact and message.
func (s *Service) take(ctx context.Context, tx bun.IDB, app *Application, st step) error {
	to, ok := st.wf.State(st.action.To)
	if !ok {
		return fmt.Errorf("workflow %s has no state %q", st.wf.Code, st.action.To)
	}
	if app.Stage == workflow.StageNeedsCorrection && st.actor.Kind == identity.Resident && to.Stage != workflow.StageCancelled {
		if app.Correction.untouched() {
			return fault.New(fault.Invalid, "application.nothing_changed", "agency", app.AgencyName.In(i18n.From(ctx)))
		}
		if err := s.recheck(ctx, tx, app, st.actor); err != nil {
			return err
		}
		st.fields = app.Correction.Changed
	}
	st.decided = app.DecidedAt.IsZero() && (to.Stage == workflow.StageApproved || to.Stage == workflow.StageRejected)
	if st.decided {
		kept := app.keptPromise(st.at)
		app.DecidedAt, app.Outcome, app.OnTime, app.Reason = st.at, string(to.Stage), &kept, st.reason
	}
	missing, err := s.setClock(ctx, tx, app, to.Clock, st.at)
	if err != nil {
		return err
	}
	if err := s.extend(ctx, tx, app, st); err != nil {
		return err
	}
	app.enter(to, st)
	if err := save(ctx, tx, *app); err != nil {
		return err
	}
	if st.answer != nil {
		st.answer.At, st.answer.Version = st.at, app.Version
		if err := s.records().Put(ctx, tx, app.matter(), st.sheet, *st.answer); err != nil {
			return err
		}
	}
	if st.action.Pays {
		if err := s.pay(ctx, tx, *app, st); err != nil {
			return err
		}
	}
	e := Event{At: st.at, Action: st.action.Code, FromState: st.from, ToState: to.Code, Public: true, Message: st.reason, Fields: st.fields}
	if err := record(ctx, tx, *app, by(st.actor, e)); err != nil {
		return err
	}
	if err := s.noteMissingYear(ctx, tx, *app, missing); err != nil {
		return err
	}
	if err := s.announce(ctx, tx, *app, st); err != nil {
		return err
	}
	if err := s.arrive(ctx, tx, app, st.wf); err != nil || !st.action.Issues || app.DocumentCode != "" || app.State != to.Code {
		return err
	}
	return s.withoutDocument(ctx, tx, app, st.wf)
}

// withoutDocument takes the step that follows the document of a service which issues none.
func (s *Service) withoutDocument(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow) error {
	k, err := s.know(ctx, tx, *app, wf)
	if err != nil {
		return err
	}
	if next, ok := wf.OnIssued(app.State, k.standing.Holds); ok {
		return s.takeItself(ctx, tx, app, wf, next)
	}
	return nil
}

// enter puts an application into the state that a step leads to.
func (a *Application) enter(to workflow.State, st step) {
	a.Correction = nil
	if st.decided {
		a.BeforeAnswers, a.BeforeSealed = nil, nil
	}
	if to.Stage == workflow.StageNeedsCorrection {
		a.Correction = &Correction{Message: st.reason, Fields: st.fields, At: st.at}
		a.BeforeAnswers, a.BeforeSealed = a.Answers, a.Sealed
	}
	if st.actor.Kind == identity.Staff && !a.AssigneeID.Valid && to.Stage == workflow.StageInReview {
		a.assign(st.actor.ID, st.actor.Name) // whoever begins has it
	}
	a.State, a.Stage, a.UpdatedAt = to.Code, to.Stage, st.at
	a.Version++
	if to.Final {
		a.ClosedAt = st.at
	}
	a.setQueue(st.at)
}

// announce writes what follows from a step: the audit record, the fact, the job that issues the document, the message.
func (s *Service) announce(ctx context.Context, tx bun.IDB, app Application, st step) error {
	detail := map[string]any{"number": app.Number, "from": st.from, "to": app.State}
	if st.decided {
		detail["on_time"] = *app.OnTime
	}
	err := audit.Record(ctx, tx, audit.Entry{
		ActorID: st.actor.ID, ActorKind: string(st.actor.Kind), Action: "application." + st.action.Code, Object: "application",
		ObjectID: app.ID, At: st.at, Detail: detail,
	})
	if err != nil {
		return err
	}
	if err := s.publish(ctx, tx, app, st); err != nil {
		return err
	}
	if err := s.notices(ctx, tx, app, st); err != nil {
		return err
	}
	if st.action.Issues && app.DocumentCode != "" {
		return jobs.Add(ctx, tx, issueKind, issueArgs{ApplicationID: app.ID}) // the applicant is told when it is there
	}
	switch {
	case st.actor.Kind == identity.Resident && app.Clock == workflow.Running:
		return s.tellHolder(ctx, tx, app, st.actor.ID, "case_corrected")
	case st.actor.Kind == identity.Resident:
		return nil // needs no news of what they did themselves
	case app.Stage == workflow.StageNeedsCorrection:
		return s.tell(ctx, tx, app, "correction_requested", st.reason)
	case st.decided:
		return s.tell(ctx, tx, app, "application_"+app.Outcome, st.reason)
	case !st.action.Message.Empty():
		return s.tellPlain(ctx, tx, app, st.action)
	}
	return nil
}

// publish announces the fact that a step makes true, if it makes one.
func (s *Service) publish(ctx context.Context, tx bun.IDB, app Application, st step) error {
	switch {
	case st.decided:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationDecided{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: st.actor.ID, Outcome: app.Outcome, OnTime: *app.OnTime, Channel: app.Channel,
			SubmittedAt: app.SubmittedAt, At: st.at,
		})
	case app.Stage == workflow.StageNeedsCorrection:
		return event.Publish(ctx, tx, s.d.Bus, event.CorrectionRequested{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: st.actor.ID, Channel: app.Channel, At: st.at,
		})
	case app.Stage == workflow.StageCancelled:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationCancelled{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: st.at,
		})
	case st.actor.Kind == identity.Resident && app.Clock == workflow.Running:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationCorrected{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: st.at,
		})
	}
	return nil
}
