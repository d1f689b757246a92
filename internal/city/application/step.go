package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workflow"
)

// Step is one action of a workflow while it is taken.
type Step struct {
	Workflow *workflow.Workflow
	Action   workflow.Action
	Actor    identity.Actor
	Reason   string
	Fields   []string         // to correct, or corrected
	Answer   *workflow.Answer // what the officer filled in
	Sheet    *workflow.Sheet  // on which it stands
	From     string           // the state before
	At       time.Time
	decided  bool // this step is the decision
}

// corrects reports whether the applicant answers a request for correction by the step.
func (st Step) corrects() bool {
	from, _ := st.Workflow.State(st.From)
	return st.Actor.Kind == identity.Resident && from.Stage == workflow.StageNeedsCorrection
}

// Take moves a locked application along a step: state, clock, place in the queue, story, audit, fact and message.
func (s *Service) Take(ctx context.Context, tx bun.IDB, app *Application, st Step) error {
	to, ok := st.Workflow.State(st.Action.To)
	if !ok {
		return fmt.Errorf("workflow %s has no state %q", st.Workflow.Code, st.Action.To)
	}
	st.decided = app.DecidedAt.IsZero() && (to.Stage == workflow.StageApproved || to.Stage == workflow.StageRejected)
	if st.decided {
		kept := app.keptPromise(st.At)
		app.DecidedAt, app.Outcome, app.OnTime, app.Reason = st.At, string(to.Stage), &kept, st.Reason
	}
	missing, err := s.SetClock(ctx, tx, app, to.Clock, st.At)
	if err != nil {
		return err
	}
	more, err := s.extend(ctx, tx, app, st)
	if err != nil {
		return err
	}
	if err := s.Pace(ctx, tx, app, st.Workflow, to, more, st.At); err != nil {
		return err
	}
	app.enter(to, st)
	if err := Save(ctx, tx, *app); err != nil {
		return err
	}
	if st.Answer != nil {
		st.Answer.At, st.Answer.Version = st.At, app.Version
		if err := s.Records().Put(ctx, tx, app.Matter(), st.Sheet, *st.Answer); err != nil {
			return err
		}
	}
	if st.Action.Pays {
		if _, err := s.pay(ctx, tx, *app, st); err != nil {
			return err
		}
	}
	e := Event{At: st.At, Action: st.Action.Code, FromState: st.From, ToState: to.Code, Public: true, Message: st.Reason, Fields: st.Fields}
	if err := Record(ctx, tx, *app, By(*app, st.Actor, e)); err != nil {
		return err
	}
	if err := s.NoteMissingYear(ctx, tx, *app, missing); err != nil {
		return err
	}
	if err := s.announce(ctx, tx, *app, st); err != nil {
		return err
	}
	if err := s.Arrive(ctx, tx, app, st.Workflow); err != nil || !st.Action.Issues || app.DocumentCode != "" || app.State != to.Code {
		return err
	}
	return s.withoutDocument(ctx, tx, app, st.Workflow)
}

// withoutDocument takes the step that follows the document of a service which issues none.
func (s *Service) withoutDocument(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow) error {
	k, err := s.Know(ctx, tx, *app, wf)
	if err != nil {
		return err
	}
	if next, ok := wf.OnIssued(app.State, k.Standing.Holds); ok {
		return s.TakeItself(ctx, tx, app, wf, next)
	}
	return nil
}

// enter puts an application into the state that a step leads to.
func (a *Application) enter(to workflow.State, st Step) {
	a.Correction = nil
	if st.decided {
		a.BeforeAnswers, a.BeforeSealed = nil, nil
	}
	if to.Stage == workflow.StageNeedsCorrection {
		a.Correction = &Correction{Message: st.Reason, Fields: st.Fields, At: st.At}
		a.BeforeAnswers, a.BeforeSealed = a.Answers, a.Sealed
	}
	if st.Actor.Kind == identity.Staff && !a.AssigneeID.Valid && to.Stage == workflow.StageInReview {
		a.Assign(st.Actor.ID, st.Actor.Name) // whoever begins has it
	}
	a.State, a.Stage, a.UpdatedAt = to.Code, to.Stage, st.At
	a.Version++
	if to.Final {
		a.ClosedAt = st.At
	}
	a.SetQueue(st.At)
}

// announce writes what follows from a step: the audit record, the fact, the job that issues the document, the message.
func (s *Service) announce(ctx context.Context, tx bun.IDB, app Application, st Step) error {
	detail := map[string]any{"number": app.Number, "from": st.From, "to": app.State, "step": st.Action.Label.In(i18n.ID)}
	if st.decided {
		detail["on_time"] = *app.OnTime
	}
	err := audit.Record(ctx, tx, st.Actor.Did(audit.Entry{
		Action: "application." + st.Action.Code, Object: "application", ObjectID: app.ID, At: st.At, Detail: detail,
	}))
	if err != nil {
		return err
	}
	if err := s.publish(ctx, tx, app, st); err != nil {
		return err
	}
	if err := s.notices(ctx, tx, app, st); err != nil {
		return err
	}
	if st.Action.Issues && app.DocumentCode != "" {
		return jobs.Add(ctx, tx, IssueKind, IssueArgs{ApplicationID: app.ID}) // the applicant is told when it is there
	}
	if st.Actor.Kind == identity.Resident && app.Clock == workflow.Running {
		template := "case_stepped"
		if st.corrects() {
			template = "case_corrected"
		}
		if err := s.TellHolder(ctx, tx, app, st.Actor.ID, template); err != nil {
			return err
		}
	}
	switch { // applicants need no news of what they did themselves, but of what the city makes of it
	case app.Stage == workflow.StageNeedsCorrection:
		return s.Tell(ctx, tx, app, "correction_requested", st.Reason)
	case st.decided:
		return s.Tell(ctx, tx, app, "application_"+app.Outcome, st.Reason)
	case !st.Action.Message.Empty():
		return s.tellPlain(ctx, tx, app, st)
	}
	return nil
}

// publish announces the fact that a step makes true, if it makes one.
func (s *Service) publish(ctx context.Context, tx bun.IDB, app Application, st Step) error {
	switch {
	case st.decided:
		return event.Publish(ctx, tx, s.Deps.Bus, event.ApplicationDecided{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: st.Actor.ID, Outcome: app.Outcome, OnTime: *app.OnTime, Channel: app.Channel,
			SubmittedAt: app.SubmittedAt, At: st.At,
		})
	case app.Stage == workflow.StageNeedsCorrection:
		return event.Publish(ctx, tx, s.Deps.Bus, event.CorrectionRequested{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: st.Actor.ID, Channel: app.Channel, At: st.At,
		})
	case app.Stage == workflow.StageCancelled:
		return event.Publish(ctx, tx, s.Deps.Bus, event.ApplicationCancelled{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: st.At,
		})
	case st.corrects() && app.Clock == workflow.Running:
		return event.Publish(ctx, tx, s.Deps.Bus, event.ApplicationCorrected{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: st.At,
		})
	}
	return nil
}

// TellStep writes what the workflow says of a step that is recorded as part of something else: its letters, and its message
// to the applicant.
func (s *Service) TellStep(ctx context.Context, tx bun.IDB, app Application, st Step) error {
	if err := s.notices(ctx, tx, app, st); err != nil || st.Action.Message.Empty() {
		return err
	}
	return s.tellPlain(ctx, tx, app, st)
}

// notices sends the letters that the workflow asks for when an action is taken.
func (s *Service) notices(ctx context.Context, tx bun.IDB, app Application, st Step) error {
	for i, n := range st.Action.Notify {
		if err := s.Letter(ctx, tx, app, n, fmt.Sprintf("%s:%d:%d", st.Action.Code, app.Version, i), st.Reason); err != nil {
			return err
		}
	}
	return nil
}

// IssueArgs is the application whose document is to be issued.
type IssueArgs struct {
	ApplicationID uuid.UUID `json:"application_id"`
}

// IssueKind is the job that issues it.
var IssueKind = jobs.Kind[IssueArgs]{Name: "casework.issue.v1", Queue: jobs.Urgent, MaxRetry: 12, Timeout: time.Minute}
