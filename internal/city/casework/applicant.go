package casework

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// recheck holds a corrected application to what a new one is held to.
func (s *Service) recheck(ctx context.Context, tx bun.IDB, app *Application, actor identity.Actor) error {
	answers, form, err := s.complete(ctx, tx, *app)
	if err != nil {
		return err
	}
	if err := s.identify(ctx, tx, *app, form, answers); err != nil {
		return err
	}
	before := app.SubjectHash
	if err := s.applicant(ctx, app, actor, form, answers); err != nil {
		return err
	}
	if bytes.Equal(app.SubjectHash, before) {
		return nil
	}
	offer, err := s.d.Standards.InForce(ctx, tx, app.ServiceCode, s.local(ctx))
	if err != nil {
		return err
	}
	return s.mayApply(ctx, tx, *app, form, offer)
}

// Correct sends an applicant's corrections back to the office: the workflow's one applicant action that leads on from a
// correction. It refuses Invalid "application.nothing_changed" when the officer named fields and none of them was touched,
// and what Submit refuses.
func (s *Service) Correct(ctx context.Context, actor identity.Actor, id uuid.UUID) (Application, error) {
	return s.actAs(ctx, actor, id, "", func(w *workflow.Workflow, a workflow.Action) bool {
		to, _ := w.State(a.To)
		return to.Stage != workflow.StageCancelled
	})
}

// Cancel withdraws an applicant's own application: the workflow's applicant action that leads to a cancelled state.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) (Application, error) {
	return s.actAs(ctx, actor, id, reason, func(w *workflow.Workflow, a workflow.Action) bool {
		to, _ := w.State(a.To)
		return to.Stage == workflow.StageCancelled
	})
}

// actAs takes the applicant action that fits, or refuses Conflict "application.no_action".
func (s *Service) actAs(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string,
	fits func(*workflow.Workflow, workflow.Action) bool) (Application, error) {
	app, err := s.own(ctx, actor, id)
	if err != nil {
		return Application{}, err
	}
	wf, err := s.workflow(ctx, s.d.DB.App, app)
	if err != nil {
		return Application{}, err
	}
	for _, a := range wf.Offered(app.State, workflow.ByApplicant) {
		if fits(wf, a) {
			return s.Act(ctx, actor, ActInput{ID: id, Action: a.Code, Reason: reason})
		}
	}
	return Application{}, fault.New(fault.Conflict, "application.no_action")
}
