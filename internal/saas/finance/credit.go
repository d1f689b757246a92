package finance

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// CreditLines lists the lines of an invoice for a credit note. It needs invoice:issue on the platform; the refusals are those of Find.
func (s *Service) CreditLines(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]invoice.CreditLine, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	b, err := s.Find(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.Book.CreditLines(ctx, id, b.Lines)
}

// AskCredit asks for a credit note that takes back so much of each line, by its position. It refuses what Ask and invoice.Crediting
// refuse.
func (s *Service) AskCredit(ctx context.Context, actor identity.Actor, id uuid.UUID, back map[int]money.Rupiah, reason string) (invoice.Request, error) {
	all, err := s.CreditLines(ctx, actor, id)
	if err != nil {
		return invoice.Request{}, err
	}
	q, err := invoice.Crediting(id, all, back, reason)
	if err != nil {
		return invoice.Request{}, err
	}
	return s.Ask(ctx, actor, q)
}
