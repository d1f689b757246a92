package lease

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Line is who waits for what is full.
type Line interface {
	// Before refuses Conflict "lease.others_wait" a reservation of segments on which others wait in these days for units of
	// the kind, or of one that such units contain or lie in, and have waited for longer than the operator has.
	Before(ctx context.Context, tx bun.Tx, in ReserveInput) error
}

// Still keeps everybody from changing who holds what until tx ends, and changes nothing itself. It is the first lock of a
// transaction, as a turn is.
func (s *Service) Still(ctx context.Context, tx bun.Tx) error {
	if _, err := tx.NewRaw("SELECT holds FROM duct_version WHERE tenant_id = ? FOR UPDATE", tenancy.Must(ctx)).Exec(ctx); err != nil {
		return fmt.Errorf("lease: still: %w", err)
	}
	return nil
}
