package casework

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

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
}

const reasonMax = 2000

// Act takes a step: an officer's, with the permission that the workflow names, or the applicant's own. It refuses
// Conflict "application.changed" when the application is no longer the version that the actor saw, saying who did what;
// Conflict "application.no_action" when its state does not allow the step; Conflict "application.held" for an officer's
// step on what a colleague has, unless the actor has application:assign; Invalid for a reason that is missing, too
// long or not asked for, for fields that the form does not have, and for a request for correction that names none;
// and for a correction, what Submit refuses.
func (s *Service) Act(ctx context.Context, actor identity.Actor, in ActInput) (Application, error) {
	seen, err := s.readable(ctx, actor, in.ID)
	if err != nil {
		return Application{}, err
	}
	wf, err := s.workflow(ctx, s.d.DB.App, seen)
	if err != nil {
		return Application{}, err
	}
	action, ok := wf.Action(in.Action)
	if !ok || seen.Draft() || action.Actor != actorOf(actor) {
		return Application{}, fault.New(fault.Conflict, "application.no_action")
	}
	need := access.ApplicationOwn
	if action.Actor == workflow.ByOfficer {
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
	r, err := s.within(ctx, actor)
	if err != nil {
		return Application{}, err
	}
	over := s.overHolder(ctx, actor)
	var app Application
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if app, err = lock(ctx, tx, r, in.ID); err != nil {
			return err
		}
		if in.Version != app.Version && (in.Version != 0 || action.Actor == workflow.ByOfficer) {
			return s.changed(ctx, tx, wf, app, in.Version)
		}
		if !slices.Contains(action.From, app.State) {
			return fault.New(fault.Conflict, "application.no_action")
		}
		if action.Actor == workflow.ByOfficer && !over && app.heldByOther(actor.ID) {
			return fault.New(fault.Conflict, "application.held", "who", app.AssigneeName)
		}
		return s.take(ctx, tx, &app, step{
			wf: wf, action: action, actor: actor, reason: in.Reason, fields: in.Fields, from: app.State, at: s.now(),
		})
	})
	if err != nil {
		return Application{}, fmt.Errorf("casework: %s: %w", in.Action, err)
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

// overHolder reports whether the actor may take steps on what somebody else has, as those may who deal out the work.
func (s *Service) overHolder(ctx context.Context, actor identity.Actor) bool {
	return s.d.Guard.Allow(ctx, actor, access.ApplicationAssign) == nil
}

// checkAct refuses words and fields that the action cannot use, before anything is locked.
func (s *Service) checkAct(ctx context.Context, app Application, wf *workflow.Workflow, action workflow.Action, in *ActInput) error {
	var bad []fault.Field
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case !utf8.ValidString(in.Reason) || strings.ContainsRune(in.Reason, 0):
		bad = append(bad, fault.Field{Name: "reason", Code: "invalid"})
	case utf8.RuneCountInString(in.Reason) > reasonMax:
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMax}})
	case in.Reason == "" && action.Reason == workflow.ReasonRequired:
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	case in.Reason != "" && action.Reason == workflow.ReasonNone:
		bad = append(bad, fault.Field{Name: "reason", Code: "not_answerable"})
	}
	to, _ := wf.State(action.To)
	correct := to.Stage == workflow.StageNeedsCorrection
	if len(in.Fields) > 0 || correct {
		form, err := s.form(ctx, s.d.DB.App, app)
		if err != nil {
			return err
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
	return fault.Fields(bad)
}

// changed refuses an act on an application that moved meanwhile, and says how.
func (s *Service) changed(ctx context.Context, tx bun.IDB, wf *workflow.Workflow, app Application, seen int) error {
	var last Event
	err := tx.NewSelect().Model(&last).Where("tenant_id = ? AND application_id = ? AND version > ?", app.TenantID, app.ID, seen).
		OrderExpr("id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) { // the actor names a version that never was
		last, err = Event{At: app.UpdatedAt}, nil
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
	at := l.DateTime(last.At.In(city.Location()))
	return fault.New(fault.Conflict, "application.changed", "who", who, "state", state.Label.In(l), "at", at)
}
