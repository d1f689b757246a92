package ductbill

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Unagreed is a lease that the last month charged although its company had no master agreement in force. What is held is charged; that it
// rests on no agreement is a finding of the run.
type Unagreed struct {
	LeaseID    uuid.UUID
	Number     string
	OperatorID uuid.UUID
	Operator   string
	Amount     money.Rupiah // for the month, before tax
}

// Unagreed lists them for the last month that was charged, by operator, 100 at most. It needs duct:read.
func (s *Service) Unagreed(ctx context.Context, actor identity.Actor) (all []Unagreed, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	err = s.d.DB.App.NewRaw(`SELECT a.lease_id, l.number, a.operator_id, o.name AS operator, a.amount FROM v_duct_unagreed a JOIN duct_lease l ON l.tenant_id = a.tenant_id AND l.id = a.lease_id
			JOIN duct_operator o ON o.tenant_id = a.tenant_id AND o.id = a.operator_id
		WHERE a.tenant_id = ?0 AND a.month = (SELECT max(month) FROM duct_bill_month WHERE tenant_id = ?0) ORDER BY o.name, l.number LIMIT ?1`, tenancy.Must(ctx), listMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: unagreed: %w", err)
	}
	return all, nil
}
