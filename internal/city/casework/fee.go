package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// checkPayment refuses a payment of another amount than was asked for.
func (s *Service) checkPayment(ctx context.Context, app application.Application, a workflow.Answer) ([]fault.Field, error) {
	due, err := fee.DueOf(ctx, s.Deps.DB.App, application.SubjectKind, app.ID)
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

// RefundFee records that what was paid for an application has been given back, and why; its applicant is told. Officers of
// its agency with application:decide call it, whatever has become of the application. It refuses Invalid without a
// reason and Conflict "fee.not_paid".
func (s *Service) RefundFee(ctx context.Context, actor identity.Actor, id, which uuid.UUID, reason string) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationDecide); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := fault.Fields(checkReason(reason, workflow.ReasonRequired)); err != nil {
		return err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.Lock(ctx, tx, r, id)
		if err != nil {
			return err
		}
		now := s.Now()
		if err := fee.Refund(ctx, tx, application.SubjectKind, app.ID, which, reason, actor.ID, actor.Name, now); err != nil {
			return err
		}
		e := application.Event{At: now, Action: application.EventRefunded, FromState: app.State, ToState: app.State, Public: true, Message: reason}
		if err := application.Record(ctx, tx, app, application.By(actor, e)); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.refund", Object: "application", ObjectID: app.ID, At: now,
			Detail: map[string]any{"number": app.Number, "fee": which},
		})
		if err != nil {
			return err
		}
		n := workflow.Notice{To: workflow.ToApplicant, Title: application.BothTexts("casework.refund.title"), Body: application.BothTexts("casework.refund.body")}
		return s.Letter(ctx, tx, app, n, "refund:"+which.String(), reason)
	})
	if err != nil {
		return fmt.Errorf("casework: refund: %w", err)
	}
	return nil
}
