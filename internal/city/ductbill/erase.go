package ductbill

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// eraseMost is how many debtors one run erases; the next run finds the rest.
const eraseMost = 500

// eraseDebtors forgets who was charged without being an operator, often a private person, once nothing of them is open, nobody has anything to decide
// about it, and the city's days since the last of it are over. Who leases ducts is known by its own record.
func (s *Service) eraseDebtors(ctx context.Context, tx bun.Tx, _ time.Time) error {
	before, ok, err := pack.KeptBefore(ctx, tx, pack.KeptDebtors, s.today(ctx))
	if err != nil || !ok {
		return err
	}
	if err := turn(ctx, tx); err != nil { // somebody may be charging one of them again
		return err
	}
	var all []uuid.UUID
	// OFFSET 0 keeps each of these a look at one party by its index: most have something that is open or young.
	err = tx.NewRaw(`SELECT p.id FROM duct_payer w JOIN party p ON p.tenant_id = w.tenant_id AND p.id = w.party_id
		WHERE w.tenant_id = ?0 AND w.operator_id IS NULL AND p.erased_at IS NULL AND p.version IS NULL AND p.updated_at < ?1::date
		  AND NOT EXISTS (SELECT FROM invoice_draft d WHERE d.tenant_id = ?0 AND d.party_id = p.id AND (d.updated_at >= ?1::date OR d.invoice_id IS NULL AND d.closed_at IS NULL AND d.dropped_at IS NULL
			OR EXISTS (SELECT FROM invoice_request q WHERE q.tenant_id = ?0 AND q.draft_id = d.id AND q.decided_by IS NULL OFFSET 0)) OFFSET 0)
		  AND NOT EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = ?0 AND e.party_id = p.id AND e.on_day >= ?1::date OFFSET 0)
		  AND NOT EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = ?0 AND e.party_id = p.id GROUP BY e.invoice_id HAVING sum(e.amount) <> 0)
		  AND NOT EXISTS (SELECT FROM invoice i WHERE i.tenant_id = ?0 AND i.party_id = p.id AND EXISTS (SELECT FROM invoice_request q WHERE q.tenant_id = ?0 AND q.invoice_id = i.id AND q.decided_by IS NULL OFFSET 0) OFFSET 0)
		  AND NOT EXISTS (SELECT FROM refund_request q WHERE q.tenant_id = ?0 AND q.party_id = p.id AND q.decided_by IS NULL OFFSET 0)
		ORDER BY p.id LIMIT ?2 FOR UPDATE OF p SKIP LOCKED`, tenancy.Must(ctx), before.Format(time.DateOnly), eraseMost).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductbill: erase: %w", err)
	}
	for _, id := range all {
		if err := s.Book.EraseParty(ctx, tx, id, before); err != nil {
			return err
		}
	}
	return nil
}
