package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// openFee asks the applicant to pay what the state costs. The amount is the answer to the field that the workflow names;
// without one the step that leads here is refused, Conflict "fee.no_amount". What costs nothing counts as paid at once.
func (s *Service) openFee(ctx context.Context, tx bun.IDB, app *Application, wf *workflow.Workflow, f workflow.Fee, k known, cal workcal.Calendar) error {
	amount := money.Rupiah(f.Amount)
	if f.Field != "" {
		n, err := strconv.ParseInt(k.value(f.Field), 10, 64)
		if err != nil || n < 0 {
			return fault.New(fault.Conflict, "fee.no_amount")
		}
		amount = money.Rupiah(n)
	}
	for _, a := range wf.Offered(app.State, workflow.ByOfficer) {
		if amount == 0 && a.Pays {
			a.Pays = false
			return s.takeItself(ctx, tx, app, wf, a)
		}
	}
	return s.askFee(ctx, tx, *app, f, amount, cal)
}

func (s *Service) askFee(ctx context.Context, tx bun.IDB, app Application, f workflow.Fee, amount money.Rupiah, cal workcal.Calendar) error {
	now := app.UpdatedAt
	one := fee.Fee{SubjectKind: subjectKind, SubjectID: app.ID, Round: app.Version, AgencyCode: app.AgencyCode, Title: f.Title, Basis: f.Basis,
		Code: app.Number, Amount: amount, How: i18n.Text{}}
	if !f.Due.IsZero() {
		due, err := cal.Due(now, f.Due)
		if _, missing := workcal.MissingYear(err); err != nil && !missing {
			return err
		}
		one.DueAt = due.UTC()
	}
	city, _ := tenancy.CityFrom(ctx)
	for _, l := range i18n.All() {
		values := map[string]string{"code": one.Code, "number": app.Number, "amount": amount.String(), "due": l.T("casework.no_due")}
		if !one.DueAt.IsZero() {
			values["due"] = l.DateTime(one.DueAt.In(city.Location()))
		}
		one.How[l] = workflow.Fill(f.How.In(l), values)
	}
	if _, err := fee.Open(ctx, tx, one, now); err != nil {
		return err
	}
	n := workflow.Notice{To: workflow.ToApplicant, Title: bothTexts("casework.fee.title"), Body: i18n.Text{}}
	for _, l := range i18n.All() {
		n.Body[l] = l.T("casework.fee.body", "title", f.Title.In(l), "amount", amount.String(), "how", one.How.In(l))
	}
	return s.letter(ctx, tx, app, n, fmt.Sprintf("fee:%d", app.Version), "")
}

// checkPayment refuses a payment of another amount than was asked for.
func (s *Service) checkPayment(ctx context.Context, app Application, a workflow.Answer) ([]fault.Field, error) {
	due, err := fee.DueOf(ctx, s.d.DB.App, subjectKind, app.ID)
	if fault.Is(err, "fee.not_due") {
		return nil, nil // paid meanwhile: the step itself says what happened
	}
	if err != nil {
		return nil, err
	}
	if a.Answers.Get(workflow.PaidAmount) != strconv.FormatInt(int64(due.Amount), 10) {
		return []fault.Field{{Name: workflow.PaidAmount, Code: "amount_differs", Args: []any{"amount", due.Amount.String()}}}, nil
	}
	return nil, nil
}

// pay records the payment with which an officer takes a step.
func (s *Service) pay(ctx context.Context, tx bun.IDB, app Application, st step) error {
	due, err := fee.DueOf(ctx, tx, subjectKind, app.ID)
	if err != nil {
		return err
	}
	a := st.answer.Answers
	err = fee.Pay(ctx, tx, due.ID, fee.Payment{On: a.Get(workflow.PaidOn), Reference: a.Get(workflow.PaidReference), By: st.actor.ID, ByName: st.actor.Name, At: st.at})
	if f := fault.From(err); len(f.Fields) > 0 {
		return fault.Fields([]fault.Field{{Name: workflow.PaidReference, Code: f.Fields[0].Code}})
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: st.actor.ID, ActorKind: string(st.actor.Kind), Action: "application.pay", Object: "application", ObjectID: app.ID, At: st.at,
		Detail: map[string]any{"number": app.Number, "fee": due.ID, "amount": int64(due.Amount), "reference": a.Get(workflow.PaidReference), "on": a.Get(workflow.PaidOn)},
	})
}

// RefundFee records that what was paid for an application has been given back, and why; its applicant is told. Officers of
// its agency with application:decide call it, whatever has become of the application. It refuses Invalid without a
// reason and Conflict "fee.not_paid".
func (s *Service) RefundFee(ctx context.Context, actor identity.Actor, id, which uuid.UUID, reason string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationDecide); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := fault.Fields(checkReason(reason, workflow.ReasonRequired)); err != nil {
		return err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := lock(ctx, tx, r, id)
		if err != nil {
			return err
		}
		now := s.now()
		if err := fee.Refund(ctx, tx, subjectKind, app.ID, which, reason, actor.ID, actor.Name, now); err != nil {
			return err
		}
		e := Event{At: now, Action: EventRefunded, FromState: app.State, ToState: app.State, Public: true, Message: reason}
		if err := record(ctx, tx, app, by(actor, e)); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.refund", Object: "application", ObjectID: app.ID, At: now,
			Detail: map[string]any{"number": app.Number, "fee": which},
		})
		if err != nil {
			return err
		}
		n := workflow.Notice{To: workflow.ToApplicant, Title: bothTexts("casework.refund.title"), Body: bothTexts("casework.refund.body")}
		return s.letter(ctx, tx, app, n, "refund:"+which.String(), reason)
	})
	if err != nil {
		return fmt.Errorf("casework: refund: %w", err)
	}
	return nil
}
