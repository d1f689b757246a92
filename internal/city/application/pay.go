package application

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/workflow"
)

// pay records the payment with which an officer takes a step, or that is a part of what the step takes, and returns the
// fee as it is then.
func (s *Service) pay(ctx context.Context, tx bun.IDB, app Application, st Step) (fee.Fee, error) {
	due, err := fee.DueOf(ctx, tx, SubjectKind, app.ID)
	if err != nil {
		return due, err
	}
	a := st.Answer.Answers
	amount, err := money.Parse(a.Get(workflow.PaidAmount))
	if err != nil {
		return due, fault.Fields([]fault.Field{{Name: workflow.PaidAmount, Code: "money"}})
	}
	e := fee.Entry{Amount: amount, Day: a.Get(workflow.PaidOn), Reference: a.Get(workflow.PaidReference), At: st.At, ByID: st.Actor.ID, ByName: st.Actor.Name}
	if proof := st.Answer.Files[workflow.PaidProof]; len(proof) > 0 {
		e.ProofID = uuid.NullUUID{UUID: proof[0].ID, Valid: true}
	}
	paid, err := fee.Pay(ctx, tx, due.ID, e)
	if f := fault.From(err); len(f.Fields) > 0 {
		bad := slices.Clone(f.Fields)
		for i := range bad {
			bad[i].Name = "paid_" + bad[i].Name
		}
		return due, fault.Fields(bad)
	}
	if err != nil {
		return due, err
	}
	return paid, audit.Record(ctx, tx, st.Actor.Did(audit.Entry{
		Action: "application.pay", Object: "application", ObjectID: app.ID, At: st.At,
		Detail: map[string]any{"number": app.Number, "fee": due.ID, "amount": int64(amount), "open": int64(paid.Open()), "reference": e.Reference, "on": e.Day},
	}))
}

// Pays reports whether the payment of a step leaves nothing of the fee open, so that the step is taken with it.
func (s *Service) Pays(ctx context.Context, tx bun.IDB, app Application, st Step) (bool, error) {
	due, err := fee.DueOf(ctx, tx, SubjectKind, app.ID)
	if err != nil {
		return false, err
	}
	amount, err := money.Parse(st.Answer.Answers.Get(workflow.PaidAmount))
	return err != nil || amount >= due.Open(), nil
}

// PayPart records a payment that leaves something of the fee open: the locked application stays where it is, and its
// applicant is told what is left.
func (s *Service) PayPart(ctx context.Context, tx bun.IDB, app *Application, st Step) error {
	app.Version++
	app.UpdatedAt = st.At
	if err := Save(ctx, tx, *app); err != nil {
		return err
	}
	st.Answer.At, st.Answer.Version = st.At, app.Version
	if err := s.Records().Put(ctx, tx, app.Matter(), st.Sheet, *st.Answer); err != nil {
		return err
	}
	paid, err := s.pay(ctx, tx, *app, st)
	if err != nil {
		return err
	}
	if err := s.AskRest(ctx, tx, *app, st.Workflow, &paid); err != nil {
		return err
	}
	last := paid.Entries[len(paid.Entries)-1]
	told := []any{"amount", last.Amount.String(), "rest", paid.Open().String()}
	e := Event{At: st.At, Action: EventPaidPart, FromState: app.State, ToState: app.State, Public: true,
		Message: i18n.Locale(app.Locale).T("casework.paid_part", told...)}
	if err := Record(ctx, tx, *app, By(*app, st.Actor, e)); err != nil {
		return err
	}
	n := workflow.Notice{To: workflow.ToApplicant, Title: BothTexts("casework.paid_part.title"), Body: i18n.Text{}}
	for _, l := range i18n.All() {
		n.Body[l] = l.T("casework.paid_part", told...) + "\n\n" + paid.How.In(l)
	}
	return s.Letter(ctx, tx, *app, n, fmt.Sprintf("paid_part:%d", app.Version), "")
}

// AskRest lets a fee of a locked application that is still due say how what is open of it now is paid.
func (s *Service) AskRest(ctx context.Context, tx bun.IDB, app Application, wf *workflow.Workflow, f *fee.Fee) error {
	state, _ := wf.State(app.State)
	if state.Fee == nil || f.Status != fee.Due {
		return nil
	}
	f.How = HowToPay(ctx, app, *state.Fee, *f)
	return fee.Move(ctx, tx, *f, f.DueAt, f.How)
}
