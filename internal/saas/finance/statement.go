package finance

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// issuing runs fn in a transaction of the platform for whoever holds invoice:issue there.
func (s *Service) issuing(ctx context.Context, actor identity.Actor, what string, fn func(ctx context.Context, tx bun.Tx) error) error {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, s.DB.App, fn); err != nil {
		return fmt.Errorf("finance: %s: %w", what, err)
	}
	return nil
}

// paid is what follows a payment of a statement: the receipt, and an end to what held its city back.
func (s *Service) paid(ctx context.Context, tx bun.Tx, of []uuid.UUID, p invoice.Payment) error {
	if len(of) == 0 {
		return nil // it is a balance, and no invoice has a receipt for it
	}
	return s.Receipt(ctx, tx, of[0], p)
}

// Amend puts the order, budget document, year, acceptance record and catalogue number of a government buyer on a draft, and the PPBJ of one in the
// free-trade area, in the place of what was there. It needs invoice:issue on the platform; the refusals are those of the guard and of invoice.Amend.
func (s *Service) Amend(ctx context.Context, actor identity.Actor, draft uuid.UUID, p invoice.Purchase) error {
	return s.issuing(ctx, actor, "amend", func(ctx context.Context, tx bun.Tx) error { return s.Book.Amend(ctx, tx, actor, draft, p) })
}

// StampReceipt records the serial number of the stamp (meterai) on a receipt. It needs invoice:issue on the platform; the refusals are those of the
// guard and of invoice.StampReceipt.
func (s *Service) StampReceipt(ctx context.Context, actor identity.Actor, payment uuid.UUID, serial string) error {
	return s.issuing(ctx, actor, "stamp", func(ctx context.Context, tx bun.Tx) error {
		return s.Book.StampReceipt(ctx, tx, actor, payment, serial)
	})
}
