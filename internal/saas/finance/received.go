package finance

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
)

// Received is a payment with what became of it.
type Received struct {
	invoice.Payment
	Undone  bool
	Stamp   string // on its receipt
	Stamped bool   // the law of its day asks for one
	Numbers map[string]uuid.UUID
}

// FindReceived reads a payment or a slip, with the invoices it went against by number. It needs invoice:issue on the platform, and
// refuses NotFound "payment.not_found".
func (s *Service) FindReceived(ctx context.Context, actor identity.Actor, id uuid.UUID) (r Received, err error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return r, err
	}
	if r.Payment, r.Undone, err = s.Book.FindPayment(ctx, s.DB.App, id); err != nil {
		return r, err
	}
	seller, err := invoice.SellerOn(ctx, s.DB.App, r.ReceivedOn)
	if err != nil {
		return r, err
	}
	r.Stamped = r.Method != invoice.Slip && seller.Stamped(r.Amount)
	err = s.DB.App.NewRaw("SELECT coalesce((SELECT serial FROM payment_stamp WHERE tenant_id = ? AND payment_id = ?), '')", r.TenantID, id).Scan(ctx, &r.Stamp)
	if err != nil {
		return r, err
	}
	var rows []struct {
		Number string
		ID     uuid.UUID
	}
	err = s.DB.App.NewRaw("SELECT DISTINCT i.number, i.id FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id WHERE e.tenant_id = ? AND e.payment_id = ?",
		r.TenantID, id).Scan(ctx, &rows)
	r.Numbers = map[string]uuid.UUID{}
	for _, x := range rows {
		r.Numbers[x.Number] = x.ID
	}
	return r, err
}
