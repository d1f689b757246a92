package casework

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// checkPayment refuses a payment of more than is open, before anything is locked.
func (s *Service) checkPayment(ctx context.Context, app application.Application, a workflow.Answer) ([]fault.Field, error) {
	due, err := fee.DueOf(ctx, s.Deps.DB.App, application.SubjectKind, app.ID)
	if fault.Is(err, "fee.not_due") {
		return nil, nil // paid meanwhile: the step itself says what happened
	}
	if err != nil {
		return nil, err
	}
	if amount, err := money.Parse(a.Answers.Get(workflow.PaidAmount)); err != nil || amount > due.Open() {
		return []fault.Field{{Name: workflow.PaidAmount, Code: "amount_over", Args: []any{"amount", due.Open().String()}}}, nil
	}
	return nil, nil
}

// RefundInput is what an officer records of a fee of an application that was given back.
type RefundInput struct {
	ID, Fee uuid.UUID
	Seen    money.Rupiah // what had been given back of it when the officer looked
	Amount  money.Rupiah // 0 for all that the city has of it
	Reason  string       // the applicant reads it
}

// RefundFee records that some of what was paid for an application has been given back, and why; its applicant is told.
// Officers of its agency with application:decide call it, whatever has become of the application. It refuses Invalid
// without a reason and, field "amount", for more than the city has of it; Conflict "fee.not_paid", and "fee.changed" when
// more has been given back than the officer saw. What is given back of a fee that is still due is asked for again.
func (s *Service) RefundFee(ctx context.Context, actor identity.Actor, in RefundInput) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationDecide); err != nil {
		return err
	}
	reason := strings.TrimSpace(in.Reason)
	if err := fault.Fields(checkReason(reason, workflow.ReasonRequired)); err != nil {
		return err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.Lock(ctx, tx, r, in.ID)
		if err != nil {
			return err
		}
		now := s.Now()
		f, back, err := fee.GiveBack(ctx, tx, application.SubjectKind, app.ID, in.Fee, in.Seen, fee.Entry{Amount: in.Amount, Reason: reason, At: now, ByID: actor.ID, ByName: actor.Name})
		if err != nil {
			return err
		}
		wf, err := s.Workflow(ctx, tx, app)
		if err != nil {
			return err
		}
		if err := s.AskRest(ctx, tx, app, wf, &f); err != nil {
			return err
		}
		told := back.Amount.String() + ": " + reason
		e := application.Event{At: now, Action: application.EventRefunded, FromState: app.State, ToState: app.State, Public: true, Message: told}
		if err := application.Record(ctx, tx, app, application.By(app, actor, e)); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.refund", Object: "application", ObjectID: app.ID, At: now,
			Detail: map[string]any{"number": app.Number, "fee": in.Fee, "amount": int64(back.Amount), "kept": int64(f.Kept())},
		})
		if err != nil {
			return err
		}
		n := workflow.Notice{To: workflow.ToApplicant, Title: application.BothTexts("casework.refund.title"), Body: application.BothTexts("casework.refund.body")}
		if f.Status == fee.Due { // it is owed again
			for l, body := range n.Body {
				n.Body[l] = body + "\n\n" + f.How.In(l)
			}
		}
		return s.Letter(ctx, tx, app, n, fmt.Sprintf("refund:%s:%d", in.Fee, f.Refunded), told)
	})
	if err != nil {
		return fmt.Errorf("casework: refund: %w", err)
	}
	return nil
}
