package ductbill

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

// passDeposits lets what is held of leases that are over pass to their renewals, as far as something is missing there: on the day on which
// the renewal follows. What is beyond what the renewal is asked for is free, and what is asked to be returned stays.
func (s *Service) passDeposits(ctx context.Context, tx bun.Tx) error {
	today := s.today(ctx).Format(time.DateOnly)
	var all []struct{ Old, Next uuid.UUID }
	err := tx.NewRaw(`SELECT l.id AS old, r.id AS next FROM duct_lease r JOIN duct_lease l ON l.tenant_id = r.tenant_id AND l.id = r.renews_id
			JOIN duct_deposit d ON d.tenant_id = l.tenant_id AND d.lease_id = l.id JOIN duct_deposit n ON n.tenant_id = r.tenant_id AND n.lease_id = r.id
		WHERE r.tenant_id = ?0 AND l.until <= ?1 AND (r.state = 'active' OR r.state = 'ended' AND r.until > ?1) AND n.amount > 0 ORDER BY r.since, r.id`, tenancy.Must(ctx), today).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductbill: deposits: %w", err)
	}
	if len(all) > 0 { // a line of the bank may be booked on several of them at once
		if err := payin.InTurn(ctx, tx); err != nil {
			return fmt.Errorf("ductbill: deposits: %w", err)
		}
	}
	for _, p := range all {
		if err := s.passDeposit(ctx, tx, p.Old, p.Next); err != nil {
			return fmt.Errorf("ductbill: deposit: %w", err)
		}
	}
	return nil
}

func (s *Service) passDeposit(ctx context.Context, tx bun.Tx, old, next uuid.UUID) error {
	from, err := s.lockDeposit(ctx, tx, old)
	if err != nil {
		return err
	}
	to, err := s.lockDeposit(ctx, tx, next)
	if err != nil {
		return err
	}
	amount := min(from.Held()-from.Waiting, to.Missing())
	if amount <= 0 {
		return nil
	}
	for _, e := range []DepositEntry{{LeaseID: old, Kind: DepositPassedOn, Reference: to.Number}, {LeaseID: next, Kind: DepositTakenOver, Reference: from.Number}} {
		e.Amount, e.OnDay = amount, s.today(ctx)
		if err := s.enterDeposit(ctx, tx, system, e); err != nil {
			return err
		}
	}
	return nil
}
