package intake

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
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
		err = s.moves(ctx, tx, app, offer, form, answers)
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

// moves keeps where a corrected application lies now. One that has left the areas of the officer who has it goes back for
// everyone: they could not open it any more.
func (s *Service) moves(ctx context.Context, tx bun.IDB, app *application.Application, o application.Offer, f *form.Form, answers form.Answers) error {
	if err := s.LiesIn(ctx, tx, app, o, f, answers); err != nil || !app.AssigneeID.Valid {
		return err
	}
	holder := app.AssigneeID
	reach, err := access.Covering(ctx, tx, []uuid.UUID{holder.UUID}, app.DistrictCode, app.SubdistrictCode)
	if err != nil || len(reach) > 0 {
		return err
	}
	e := application.Event{At: s.Now(), Action: application.EventReleased, FromState: app.State, ToState: app.State, ActorKind: audit.System,
		Message: "\n" + i18n.ID.T("casework.lies_elsewhere", "name", app.AssigneeName)}
	app.Assign(uuid.Nil, "")
	if err := application.Record(ctx, tx, *app, e); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application." + e.Action, Object: "application", ObjectID: app.ID, At: e.At,
		Detail: map[string]any{"number": app.Number, "before": holder},
	})
}
