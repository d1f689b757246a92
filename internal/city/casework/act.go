package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// ActInput is one step of the workflow. Version is that of the application as the actor saw it; an applicant may leave
// it out. Fields names what is to be corrected, where the action asks the applicant for a correction.
type ActInput struct {
	ID      uuid.UUID
	Action  string
	Version int
	Reason  string
	Fields  []string
}

const reasonMax = 2000

// Act takes a step: an officer's, with the permission that the workflow names, or the applicant's own. It refuses
// Conflict "application.changed" when the application is no longer the version that the actor saw, saying who did what;
// Conflict "application.no_action" when its state does not allow the step; Invalid for a reason that is missing, too
// long or not asked for, and for fields that the form does not have; and for a correction, what Submit refuses.
func (s *Service) Act(ctx context.Context, actor identity.Actor, in ActInput) (Application, error) {
	seen, err := s.readable(ctx, actor, in.ID)
	if err != nil {
		return Application{}, err
	}
	wf, err := s.workflow(ctx, s.d.DB.App, seen)
	if err != nil {
		return Application{}, err
	}
	action, ok := wf.action(in.Action)
	if !ok || seen.Draft() || action.Actor != actorOf(actor) {
		return Application{}, fault.New(fault.Conflict, "application.no_action")
	}
	need := access.ApplicationOwn
	if action.Actor == ByOfficer {
		need = action.Permission
	}
	if err := s.d.Guard.Allow(ctx, actor, need); err != nil {
		return Application{}, err
	}
	if err := s.checkAct(ctx, seen, wf, action, &in); err != nil {
		return Application{}, err
	}
	if err := s.warm(ctx); err != nil {
		return Application{}, err
	}
	var app Application
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if app, err = lock(ctx, tx, actor, in.ID); err != nil {
			return err
		}
		if in.Version != app.Version && (in.Version != 0 || action.Actor == ByOfficer) {
			return s.changed(ctx, tx, wf, app, in.Version)
		}
		if !slices.Contains(action.From, app.State) {
			return fault.New(fault.Conflict, "application.no_action")
		}
		return s.take(ctx, tx, &app, wf, action, actor, in)
	})
	if err != nil {
		return Application{}, fmt.Errorf("casework: %s: %w", in.Action, err)
	}
	return app, nil
}

// actorOf says which part an account plays in a workflow.
func actorOf(a identity.Actor) string {
	if a.Kind == identity.Resident {
		return ByApplicant
	}
	return ByOfficer
}

// checkAct refuses words and fields that the action cannot use, before anything is locked.
func (s *Service) checkAct(ctx context.Context, app Application, wf *Workflow, action Action, in *ActInput) error {
	var bad []fault.Field
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case !utf8.ValidString(in.Reason) || strings.ContainsRune(in.Reason, 0):
		bad = append(bad, fault.Field{Name: "reason", Code: "invalid"})
	case utf8.RuneCountInString(in.Reason) > reasonMax:
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMax}})
	case in.Reason == "" && action.Reason == ReasonRequired:
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	case in.Reason != "" && action.Reason == ReasonNone:
		bad = append(bad, fault.Field{Name: "reason", Code: "not_answerable"})
	}
	if len(in.Fields) > 0 {
		form, err := s.form(ctx, s.d.DB.App, app)
		if err != nil {
			return err
		}
		to, _ := wf.State(action.To)
		for _, f := range in.Fields {
			if to.Stage != StageNeedsCorrection || !form.answerable(f) {
				bad = append(bad, fault.Field{Name: "fields", Code: "unknown_field"})
				break
			}
		}
		slices.Sort(in.Fields)
		in.Fields = slices.Compact(in.Fields)
	}
	return fault.Fields(bad)
}

// changed refuses an act on an application that moved meanwhile, and says how.
func (s *Service) changed(ctx context.Context, tx bun.IDB, wf *Workflow, app Application, seen int) error {
	var last Event
	err := tx.NewSelect().Model(&last).Where("tenant_id = ? AND application_id = ? AND version > ?", app.TenantID, app.ID, seen).
		OrderExpr("id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return orNotFound(err)
	}
	l := i18n.From(ctx)
	city, _ := tenancy.CityFrom(ctx)
	state, _ := wf.State(app.State)
	who := last.ActorName
	if who == "" {
		who = l.T("casework.system")
	}
	return fault.New(fault.Conflict, "application.changed", "who", who, "state", state.Label.In(l), "at", l.DateTime(last.At.In(city.Location())))
}

// take moves a locked application along action: state, clock, place in the queue, story, audit, fact and message.
func (s *Service) take(ctx context.Context, tx bun.Tx, app *Application, wf *Workflow, action Action, actor identity.Actor, in ActInput) error {
	to, ok := wf.State(action.To)
	if !ok {
		return fmt.Errorf("workflow %s has no state %q", wf.Code, action.To)
	}
	now := s.now()
	from, corrected := app.State, []string(nil)
	if app.Stage == StageNeedsCorrection && actor.Kind == identity.Resident && to.Stage != StageCancelled {
		if err := s.recheck(ctx, tx, app, actor); err != nil {
			return err
		}
		corrected = app.Correction.Changed
	}
	decided := app.DecidedAt.IsZero() && (to.Stage == StageApproved || to.Stage == StageRejected)
	if decided {
		kept := app.keptPromise(now)
		app.DecidedAt, app.Outcome, app.OnTime, app.Reason = now, string(to.Stage), &kept, in.Reason
	}
	missing, err := s.setClock(ctx, tx, app, to.Clock, now)
	if err != nil {
		return err
	}
	app.Correction = nil
	if to.Stage == StageNeedsCorrection {
		app.Correction = &Correction{Message: in.Reason, Fields: in.Fields, At: now}
	}
	if actor.Kind == identity.Staff && !app.AssigneeID.Valid && to.Stage == StageInReview {
		app.assign(actor.ID, actor.Name) // whoever begins has it
	}
	app.State, app.Stage, app.UpdatedAt = to.Code, to.Stage, now
	app.Version++
	if to.Final {
		app.ClosedAt = now
	}
	app.setQueue(now)
	if err := save(ctx, tx, *app); err != nil {
		return err
	}
	e := Event{At: now, Action: action.Code, FromState: from, ToState: to.Code, Public: true, Message: in.Reason, Fields: in.Fields}
	if corrected != nil {
		e.Fields = corrected
	}
	if err := record(ctx, tx, *app, by(actor, e)); err != nil {
		return err
	}
	if err := s.noteMissingYear(ctx, tx, *app, missing); err != nil {
		return err
	}
	return s.announce(ctx, tx, *app, action, from, decided, actor, now)
}

// announce writes what follows from a step: the audit record, the fact, the job that issues the document, the message.
func (s *Service) announce(ctx context.Context, tx bun.Tx, app Application, action Action, from string, decided bool, actor identity.Actor, now time.Time) error {
	detail := map[string]any{"number": app.Number, "from": from, "to": app.State}
	if decided {
		detail["on_time"] = *app.OnTime
	}
	err := audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application." + action.Code, Object: "application",
		ObjectID: app.ID, At: now, Detail: detail,
	})
	if err != nil {
		return err
	}
	if err := s.publish(ctx, tx, app, action, from, decided, actor, now); err != nil {
		return err
	}
	if action.Issues && app.DocumentCode != "" {
		return jobs.Add(ctx, tx, issueKind, issueArgs{ApplicationID: app.ID}) // the applicant is told when it is there
	}
	if actor.Kind == identity.Resident {
		return nil
	}
	switch {
	case app.Stage == StageNeedsCorrection:
		return s.tell(ctx, tx, app, "correction_requested", app.Correction.Message)
	case decided:
		return s.tell(ctx, tx, app, "application_"+app.Outcome, app.Reason)
	case !action.Message.Empty():
		return s.tellPlain(ctx, tx, app, action)
	}
	return nil
}

func (s *Service) publish(ctx context.Context, tx bun.Tx, app Application, action Action, from string, decided bool, actor identity.Actor, now time.Time) error {
	switch {
	case decided:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationDecided{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: actor.ID, Outcome: app.Outcome, OnTime: *app.OnTime, Channel: app.Channel,
			SubmittedAt: app.SubmittedAt, At: now,
		})
	case app.Stage == StageNeedsCorrection:
		return event.Publish(ctx, tx, s.d.Bus, event.CorrectionRequested{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, ActorID: actor.ID, Channel: app.Channel, At: now,
		})
	case app.Stage == StageCancelled:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationCancelled{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: now,
		})
	case actor.Kind == identity.Resident && from != app.State && app.Clock == Running:
		return event.Publish(ctx, tx, s.d.Bus, event.ApplicationCorrected{
			ApplicationID: app.ID, Number: app.Number, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
			AccountID: app.AccountID, Channel: app.Channel, At: now,
		})
	}
	return nil
}

// recheck holds a corrected application to what a new one is held to.
func (s *Service) recheck(ctx context.Context, tx bun.IDB, app *Application, actor identity.Actor) error {
	answers, form, err := s.complete(ctx, tx, *app)
	if err != nil {
		return err
	}
	before := string(app.SubjectHash)
	if err := s.applicant(ctx, app, actor, form, answers); err != nil {
		return err
	}
	if string(app.SubjectHash) == before {
		return nil
	}
	offer, err := s.d.Standards.InForce(ctx, tx, app.ServiceCode, s.local(ctx))
	if err != nil {
		return err
	}
	return s.mayApply(ctx, tx, *app, offer)
}

// Correct sends an applicant's corrections back to the office: the workflow's one applicant action that leads on from a
// correction.
func (s *Service) Correct(ctx context.Context, actor identity.Actor, id uuid.UUID) (Application, error) {
	return s.actAs(ctx, actor, id, "", func(w *Workflow, a Action) bool {
		to, _ := w.State(a.To)
		return to.Stage != StageCancelled
	})
}

// Cancel withdraws an applicant's own application: the workflow's applicant action that leads to a cancelled state.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) (Application, error) {
	return s.actAs(ctx, actor, id, reason, func(w *Workflow, a Action) bool {
		to, _ := w.State(a.To)
		return to.Stage == StageCancelled
	})
}

// actAs takes the applicant action that fits, or refuses Conflict "application.no_action".
func (s *Service) actAs(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string, fits func(*Workflow, Action) bool) (Application, error) {
	app, err := s.own(ctx, actor, id)
	if err != nil {
		return Application{}, err
	}
	wf, err := s.workflow(ctx, s.d.DB.App, app)
	if err != nil {
		return Application{}, err
	}
	for _, a := range wf.actions(app.State, ByApplicant) {
		if fits(wf, a) {
			return s.Act(ctx, actor, ActInput{ID: id, Action: a.Code, Reason: reason})
		}
	}
	return Application{}, fault.New(fault.Conflict, "application.no_action")
}
