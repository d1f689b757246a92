package intake

import (
	"bytes"
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// Recheck holds what a resident sends back after a correction to what a new application is held to, and notes in the step
// what has changed. Any other step it lets pass.
func (s *Service) Recheck(ctx context.Context, tx bun.IDB, app *application.Application, st *application.Step) error {
	to, _ := st.Workflow.State(st.Action.To)
	if app.Stage != workflow.StageNeedsCorrection || st.Actor.Kind != identity.Resident || to.Stage == workflow.StageCancelled {
		return nil
	}
	if app.Correction.Untouched() {
		return fault.New(fault.Invalid, "application.nothing_changed", "agency", app.AgencyName.In(i18n.From(ctx)))
	}
	st.Fields = app.Correction.Changed
	return s.sameRules(ctx, tx, app, st.Actor)
}

// sameRules asks of a corrected application what Submit asks of a new one.
func (s *Service) sameRules(ctx context.Context, tx bun.IDB, app *application.Application, actor identity.Actor) error {
	answers, form, _, err := s.complete(ctx, tx, *app)
	if err != nil {
		return err
	}
	if err := s.Cosign.Settle(ctx, tx, *app); err != nil {
		return err
	}
	if err := s.identify(ctx, tx, *app, form, answers); err != nil {
		return err
	}
	if err := s.keepWords(ctx, tx, *app, form, answers); err != nil {
		return err
	}
	offer, err := s.Deps.Standards.InForce(ctx, tx, app.ServiceCode, s.Local(ctx))
	if err == nil {
		err = s.LiesIn(ctx, tx, app, offer, form, answers)
	}
	if fault.From(err).Kind == fault.Internal { // of a service that is no longer offered it lies where it did
		return err
	}
	refused := err
	before := app.SubjectHash
	if err := s.applicant(ctx, app, actor, form, answers); err != nil {
		return err
	}
	if bytes.Equal(app.SubjectHash, before) {
		return nil
	}
	if refused != nil {
		return refused
	}
	return s.mayApply(ctx, tx, *app, form, offer)
}
