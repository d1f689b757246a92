package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// RefundAsked is a request to pay some of a company's balance back, in a list.
type RefundAsked struct {
	bun.BaseModel `bun:"table:refund_request,alias:q"`

	invoice.RefundRequest
	OperatorID uuid.UUID `bun:"operator_id"`
	Operator   string    `bun:"operator"`
}

// Refunds lists what was asked to be paid back, the latest first, 100 at most: of one operator, or with uuid.Nil what nobody has decided.
// It needs duct:read.
func (s *Service) Refunds(ctx context.Context, actor identity.Actor, operator uuid.UUID) ([]RefundAsked, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []RefundAsked
	q := s.d.DB.App.NewSelect().Model(&all).ColumnExpr("q.*").ColumnExpr("w.operator_id, coalesce(o.name, y.name) AS operator").Join("JOIN duct_payer AS w ON w.tenant_id = q.tenant_id AND w.party_id = q.party_id").
		Join("JOIN party AS y ON y.tenant_id = q.tenant_id AND y.id = q.party_id").Join("LEFT JOIN duct_operator AS o ON o.tenant_id = w.tenant_id AND o.id = w.operator_id").Where("q.tenant_id = ?", tenancy.Must(ctx)).Order("q.id DESC").Limit(listMost)
	if operator != uuid.Nil {
		q = q.Where("w.operator_id = ?", operator)
	} else {
		q = q.Where("q.decided_by IS NULL")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductbill: refunds: %w", err)
	}
	return all, nil
}

// AskRefund keeps a request to pay some of an operator's balance back, or with uuid.Nil that of in.Party, which another person decides. It
// needs duct:bill. It refuses Conflict "payment.no_balance" for one who was never charged, and what invoice.AskRefund does.
func (s *Service) AskRefund(ctx context.Context, actor identity.Actor, operator uuid.UUID, in invoice.RefundInput) error {
	return s.act(ctx, actor, "refund", func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewRaw("SELECT party_id FROM duct_payer WHERE tenant_id = ?0 AND CASE WHEN ?1 = ?2 THEN party_id = ?3 ELSE operator_id = ?1 END", tenancy.Must(ctx), operator, uuid.Nil, in.Party).Scan(ctx, &in.Party)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "payment.no_balance", "most", 0)
		}
		if err != nil {
			return err
		}
		_, err = s.Book.AskRefund(ctx, tx, actor, in, s.today(ctx))
		return err
	})
}

// Books is what a payer of the book owes today, and what it has paid too much. It needs duct:read.
func (s *Service) Books(ctx context.Context, actor identity.Actor, party uuid.UUID) (invoice.PartyBooks, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return invoice.PartyBooks{}, err
	}
	return s.Book.BooksOf(ctx, party, s.today(ctx))
}

// DecideRefund approves or refuses the request of somebody else, and returns whose it was, uuid.Nil of who is no operator; approved, the balance is less by it from today
// on, and the transfer itself is made at the bank. It needs duct:bill; the refusals are those of invoice.DecideRefund.
func (s *Service) DecideRefund(ctx context.Context, actor identity.Actor, request uuid.UUID, approve bool) (operator uuid.UUID, err error) {
	err = s.act(ctx, actor, "refund", func(ctx context.Context, tx bun.Tx) error {
		q, err := s.Book.DecideRefund(ctx, tx, actor, request, approve, s.today(ctx))
		if err != nil {
			return err
		}
		return tx.NewRaw("SELECT operator_id FROM duct_payer WHERE tenant_id = ? AND party_id = ?", q.TenantID, q.PartyID).Scan(ctx, &operator)
	})
	return operator, err
}
