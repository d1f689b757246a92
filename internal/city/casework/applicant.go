package casework

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// Correct sends an applicant's corrections back to the office: the workflow's one applicant action that leads on from a
// correction. It refuses Conflict "application.no_action" where no correction was asked for, Invalid
// "application.nothing_changed" when the officer named fields and none of them was touched, and what Submit refuses.
func (s *Service) Correct(ctx context.Context, actor identity.Actor, id uuid.UUID) (application.Application, error) {
	return s.actAs(ctx, actor, id, "", func(app application.Application, w *workflow.Workflow, a workflow.Action) bool {
		to, _ := w.State(a.To)
		return app.Stage == workflow.StageNeedsCorrection && to.Stage != workflow.StageCancelled
	})
}

// Step takes another step that the workflow leaves to the applicant, such as to agree to what a survey found. It refuses
// Conflict "application.no_action" for a correction and for a withdrawal, which Correct and Cancel are for, and what Act does.
func (s *Service) Step(ctx context.Context, actor identity.Actor, in ActInput) (application.Application, error) {
	app, err := s.Own(ctx, actor, in.ID)
	if err != nil {
		return application.Application{}, err
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	if err != nil {
		return application.Application{}, err
	}
	if a, ok := wf.Action(in.Action); !ok || !app.Steps(wf, a) {
		return application.Application{}, fault.New(fault.Conflict, "application.no_action")
	}
	return s.Act(ctx, actor, in)
}

// Cancel withdraws an applicant's own application: the workflow's applicant action that leads to a cancelled state.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) (application.Application, error) {
	return s.actAs(ctx, actor, id, reason, func(_ application.Application, w *workflow.Workflow, a workflow.Action) bool {
		to, _ := w.State(a.To)
		return to.Stage == workflow.StageCancelled
	})
}

// actAs takes the applicant action that fits, or refuses Conflict "application.no_action".
func (s *Service) actAs(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string,
	fits func(application.Application, *workflow.Workflow, workflow.Action) bool) (application.Application, error) {
	app, err := s.Own(ctx, actor, id)
	if err != nil {
		return application.Application{}, err
	}
	wf, err := s.Workflow(ctx, s.Deps.DB.App, app)
	if err != nil {
		return application.Application{}, err
	}
	for _, a := range wf.Offered(app.State, workflow.ByApplicant) {
		if fits(app, wf, a) {
			return s.Act(ctx, actor, ActInput{ID: id, Action: a.Code, Reason: reason})
		}
	}
	return application.Application{}, fault.New(fault.Conflict, "application.no_action")
}
