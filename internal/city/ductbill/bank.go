package ductbill

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// matchArgs is empty: whatever waits is looked at again.
type matchArgs struct{}

func matchKind() jobs.Kind[matchArgs] {
	return jobs.Kind[matchArgs]{Name: "ductbill.match.v1", Queue: jobs.Low, MaxRetry: 8, Timeout: 5 * time.Minute}
}

// match looks again for what transfers pay that came before their invoice was issued.
func (s *Service) match(ctx context.Context, tx bun.Tx) error {
	_, err := s.payin.Rematch(ctx, tx, system)
	return err
}

// Payer is whom the book charges: an operator, or somebody who leases nothing.
type Payer struct {
	PartyID    uuid.UUID
	OperatorID uuid.UUID // uuid.Nil for that one
	Name       string    // of the operator
}

// Payers lists them by their names, 500 at most. It needs duct:read.
func (s *Service) Payers(ctx context.Context, actor identity.Actor) ([]Payer, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Payer
	err := s.d.DB.App.NewRaw("SELECT w.party_id, w.operator_id, coalesce(o.name, y.name) AS name FROM duct_payer w JOIN party y ON y.tenant_id = w.tenant_id AND y.id = w.party_id LEFT JOIN duct_operator o ON o.tenant_id = w.tenant_id AND o.id = w.operator_id WHERE w.tenant_id = ? AND y.erased_at IS NULL ORDER BY 3, w.party_id LIMIT 500", tenancy.Must(ctx)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: payers: %w", err)
	}
	return all, nil
}

// Export is the Book's of that name for who holds duct:read.
func (s *Service) Export(ctx context.Context, actor identity.Actor, in i18n.Locale, table string, from, until time.Time, row func([]any) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return err
	}
	return s.Book.Export(ctx, uuid.Nil, in, table, from, until, row)
}
