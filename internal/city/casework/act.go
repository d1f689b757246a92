package casework

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// ActInput is one step of the workflow. Version is that of the application as the actor saw it; an applicant may leave
// it out. Fields names what is to be corrected, where the action asks the applicant for a correction.
type ActInput struct {
	ID      uuid.UUID
	Action  string
	Version int
	Reason  string
	Fields  []string
	Answers map[string][]string  // of the action's fields, typed or chosen
	Files   []application.Upload // of its fields that take files

	Also func(ctx context.Context, tx bun.Tx) error // what has to commit with the step; nil for nothing
}

const reasonMax = 2000

// Act takes a step: an officer's, with the permission that the workflow names, or the applicant's own. It refuses
// Conflict "application.changed" when the application is no longer the version that the actor saw, saying who did what;
// Conflict "application.no_action" when its state does not allow the step; Conflict "application.held" for an officer's
// step on what a colleague has, unless the actor has application:assign; Invalid for a reason that is missing, too
// long or not asked for, for fields that the form does not have, and for a request for correction that names none;
// for fields of the action that are missing or wrong; and for a correction, what Submit refuses. A payment that leaves
// something of the fee open is recorded and the step not taken: the application is returned as it stands. Forbidden
// "application.other_agency" is for officers who only read what their own was asked of it, and for roles and agencies that
// the action does not name. What issues a document is refused as document.Printable refuses it.
func (s *Service) Act(ctx context.Context, actor identity.Actor, in ActInput) (application.Application, error) {
	seen, err := s.Readable(ctx, actor, in.ID)
	if err != nil {
		return application.Application{}, err
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, seen)
	if err != nil {
		return application.Application{}, err
	}
	action, ok := wf.Action(in.Action)
	if !ok || seen.Draft() || action.Actor != actorOf(actor) {
		return application.Application{}, fault.New(fault.Conflict, "application.no_action")
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return application.Application{}, err
	}
	if err := s.mayTake(ctx, actor, r, seen, action); err != nil {
		return application.Application{}, err
	}
	stale := func(now application.Application) bool {
		return in.Version != now.Version && (in.Version != 0 || action.Actor == workflow.ByOfficer)
	}
	if stale(seen) { // before what was typed is looked at: a page that shows the mistakes shows the case as it is now
		return application.Application{}, s.changed(ctx, s.Deps.DB.App, actor, wf, seen, in.Version)
	}
	answer, sheet, err := s.checkAct(ctx, actor, seen, wf, action, &in)
	if err != nil {
		return application.Application{}, err
	}
	if err := s.Warm(ctx); err != nil {
		return application.Application{}, err
	}
	over, err := s.overHolder(ctx, actor, seen.AssigneeID)
	if err != nil {
		return application.Application{}, err
	}
	var app application.Application
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if app, err = application.Lock(ctx, tx, r, in.ID); err != nil {
			return err
		}
		if stale(app) {
			return s.changed(ctx, tx, actor, wf, app, in.Version)
		}
		if !slices.Contains(action.From, app.State) {
			return fault.New(fault.Conflict, "application.no_action")
		}
		if action.Actor == workflow.ByOfficer && !over && app.HeldByOther(actor.ID) {
			return fault.New(fault.Conflict, "application.held", "who", app.AssigneeName)
		}
		if k, err := s.Know(ctx, tx, app, wf); err != nil {
			return err
		} else if !k.Standing.Holds(action) {
			return fault.New(fault.Conflict, "application.no_action")
		}
		st := application.Step{
			Workflow: wf, Action: action, Actor: actor, Reason: in.Reason, Fields: in.Fields, From: app.State, At: s.Now(), Answer: answer, Sheet: sheet,
		}
		if err := s.Recheck(ctx, tx, &app, &st); err != nil {
			return err
		}
		whole := true
		if action.Pays {
			if whole, err = s.Pays(ctx, tx, app, st); err != nil {
				return err
			}
		}
		if !whole {
			return s.PayPart(ctx, tx, &app, st)
		}
		err := s.Take(ctx, tx, &app, st)
		if err == nil && action.Issues && app.DocumentCode != "" {
			err = s.printable(ctx, tx, &app)
		}
		if err == nil && in.Also != nil {
			err = in.Also(ctx, tx)
		}
		return err
	})
	if err != nil {
		return application.Application{}, fmt.Errorf("casework: %s: %w", in.Action, err)
	}
	return app, nil
}

// actorOf says which part an account plays in a workflow.
func actorOf(a identity.Actor) string {
	if a.Kind == identity.Resident {
		return workflow.ByApplicant
	}
	return workflow.ByOfficer
}

// overHolder reports whether the actor may take steps on what somebody else has, as those may who deal out the work, and
// who stands in for the holder today.
func (s *Service) overHolder(ctx context.Context, actor identity.Actor, holder uuid.NullUUID) (bool, error) {
	if s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign) == nil {
		return true, nil
	}
	if !holder.Valid || holder.UUID == actor.ID || actor.Kind != identity.Staff {
		return false, nil
	}
	stands, err := absence.StandsFor(ctx, s.Deps.DB.App, actor.ID, s.Now())
	return slices.Contains(stands, holder.UUID), err
}

// owns reports whether an application is an actor's to work on.
func owns(r access.Reach, app application.Application) bool {
	return r.Owns(app.AgencyCode, app.AccountID) && r.Covers(app.DistrictCode, app.SubdistrictCode)
}

// mayTake refuses an action to whom the workflow does not give it.
func (s *Service) mayTake(ctx context.Context, actor identity.Actor, r access.Reach, app application.Application, a workflow.Action) error {
	if a.Actor == workflow.ByApplicant {
		return s.Deps.Guard.Allow(ctx, actor, access.ApplicationOwn)
	}
	role := len(a.Roles) == 0 || slices.ContainsFunc(actor.Roles, func(r string) bool { return slices.Contains(a.Roles, r) })
	if !role || a.Agency != "" && actor.Agency != a.Agency || !owns(r, app) {
		return fault.New(fault.Forbidden, "application.other_agency")
	}
	if a.FourEyes {
		own, err := s.FiledBy(ctx, app, actor.ID)
		if err != nil {
			return err
		}
		if own {
			return fault.New(fault.Forbidden, "application.four_eyes")
		}
	}
	return s.Deps.Guard.Allow(ctx, actor, a.Permission)
}

// checkAct refuses words and fields that the action cannot use, before anything is locked, and returns what the officer
// filled in.
func (s *Service) checkAct(ctx context.Context, actor identity.Actor, app application.Application, wf *workflow.Workflow, action workflow.Action,
	in *ActInput) (*workflow.Answer, *workflow.Sheet, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	bad := checkReason(in.Reason, action.Reason)
	to, _ := wf.State(action.To)
	correct := to.Stage == workflow.StageNeedsCorrection
	if len(in.Fields) > 0 || correct {
		form, err := s.Form(ctx, s.Deps.DB.App, app)
		if err != nil {
			return nil, nil, err
		}
		if correct && len(in.Fields) == 0 && form.Correctable() {
			bad = append(bad, fault.Field{Name: "fields", Code: "fields_required"})
		}
		for _, f := range in.Fields {
			if !correct || !form.Answerable(f) {
				bad = append(bad, fault.Field{Name: "fields", Code: "unknown_field"})
				break
			}
		}
		slices.Sort(in.Fields)
		in.Fields = slices.Compact(in.Fields)
	}
	if len(action.Fields) == 0 && !action.Pays && len(in.Answers) == 0 && len(in.Files) == 0 {
		return nil, nil, fault.Fields(bad)
	}
	k, err := s.Know(ctx, s.Deps.DB.App, app, wf)
	if err != nil {
		return nil, nil, err
	}
	answer, wrong, err := s.ReadPage(ctx, actor, app, k, workflow.ActionPage(action.Code), in.Answers, in.Files)
	if err != nil {
		return nil, nil, err
	}
	bad = append(bad, wrong...)
	if action.Pays && len(bad) == 0 {
		if bad, err = s.checkPayment(ctx, app, answer); err != nil {
			return nil, nil, err
		}
	}
	return &answer, k.Sheet, fault.Fields(bad)
}

// changed refuses an act on an application that moved meanwhile, and says how. For its applicant, officers are their office.
func (s *Service) changed(ctx context.Context, tx bun.IDB, actor identity.Actor, wf *workflow.Workflow, app application.Application, seen int) error {
	var last application.Event
	err := tx.NewSelect().Model(&last).Where("tenant_id = ? AND application_id = ? AND version > ?", app.TenantID, app.ID, seen).
		OrderExpr("id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) { // the actor names a version that never was
		last, err = application.Event{At: app.UpdatedAt}, nil
	}
	if err != nil {
		return err
	}
	l := i18n.From(ctx)
	city, _ := tenancy.CityFrom(ctx)
	state, _ := wf.State(app.State)
	who := last.ActorName
	if who == "" {
		who = l.T("casework.system")
	}
	if actor.Kind == identity.Resident && last.ActorID != actor.ID {
		who = app.AgencyName.In(l)
	}
	at := l.DateTime(last.At.In(city.Location()))
	return fault.New(fault.Conflict, "application.changed", "who", who, "state", state.Label.In(l), "at", at)
}
