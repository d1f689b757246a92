package payin

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// rematchMost bounds the lines that are looked at again, the latest first.
const rematchMost = 500

// Rematch looks again at the lines that nobody has decided, as part of tx: a transfer may have come before its invoice was issued. What
// a person took back is left to people. It returns the lines that changed.
func (s *Service) Rematch(ctx context.Context, tx bun.Tx, actor identity.Actor) (Result, error) {
	var r Result
	var all []Line
	if err := InTurn(ctx, tx); err != nil {
		return r, fmt.Errorf("payin: rematch: %w", err)
	}
	err := tx.NewSelect().Model(&all).Where("tenant_id = ? AND state IN (?, ?)", tenancy.Must(ctx), Open, Proposed).
		Where("NOT EXISTS (SELECT FROM bank_match m WHERE m.tenant_id = l.tenant_id AND m.line_id = l.id) AND NOT EXISTS (SELECT FROM bank_hold h WHERE h.tenant_id = l.tenant_id AND h.line_id = l.id)").Order("id DESC").Limit(rematchMost).Scan(ctx)
	if err != nil {
		return r, fmt.Errorf("payin: rematch: %w", err)
	}
	if len(all) == 0 {
		return r, nil
	}
	m, err := s.matcher(ctx, tx, "", all)
	if err != nil {
		return r, fmt.Errorf("payin: rematch: %w", err)
	}
	for _, l := range all {
		err := tx.NewRaw("SELECT format FROM bank_statement WHERE tenant_id = ? AND id = ?", l.TenantID, l.StatementID).Scan(ctx, &m.format)
		if err != nil {
			return r, fmt.Errorf("payin: rematch: %w", err)
		}
		now, err := s.lock(ctx, tx, l.ID)
		if err != nil {
			return r, err
		}
		if now.State != Open && now.State != Proposed {
			continue // a person was quicker
		}
		if err := s.settle(ctx, tx, actor, m, &now); err != nil {
			return r, fmt.Errorf("payin: rematch: %w", err)
		}
		if now.State != l.State {
			r.Lines = append(r.Lines, now)
		}
	}
	return r, nil
}
