package finance

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// listMost bounds a list.
const listMost = 100

// Filter narrows a list of invoices down; its zero value is every one. A city's own people get its own whatever it says.
type Filter struct {
	City   tenancy.ID
	From   time.Time // issued on that day or later
	Until  time.Time // issued before that day
	Open   bool      // of which something is open
	Before uuid.UUID // the last of the page before
}

// Row is an invoice in a list.
type Row struct {
	bun.BaseModel `bun:"table:invoice,alias:i"`

	invoice.Invoice
	Open money.Rupiah `bun:"open"`
	Sent int          `bun:"sent"` // to how many people
}

// List lists invoices from the latest on, 100 at most. It needs invoice:read.
func (s *Service) List(ctx context.Context, actor identity.Actor, f Filter) ([]Row, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	if of != uuid.Nil {
		f.City = of
	}
	var all []Row
	q := s.DB.App.NewSelect().Model(&all).ColumnExpr("i.*").
		ColumnExpr("(SELECT coalesce(sum(e.amount), 0) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id)::bigint AS open").
		ColumnExpr("(SELECT count(*) FROM invoice_sending n WHERE n.tenant_id = i.tenant_id AND n.invoice_id = i.id) AS sent").
		Where("i.tenant_id = ?", tenancy.Must(ctx)).Order("i.id DESC").Limit(listMost)
	if f.City != uuid.Nil {
		q = q.Where("i.party_id IN (SELECT y.id FROM party y WHERE y.tenant_id = i.tenant_id AND y.city = ?)", f.City)
	}
	if !f.From.IsZero() {
		q = q.Where("i.issued_on >= ?", f.From.Format(time.DateOnly))
	}
	if !f.Until.IsZero() {
		q = q.Where("i.issued_on < ?", f.Until.Format(time.DateOnly))
	}
	if f.Before != uuid.Nil {
		q = q.Where("i.id < ?", f.Before)
	}
	if f.Open {
		q = q.Where("EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id HAVING sum(e.amount) > 0)")
	}
	return all, q.Scan(ctx)
}

// Draft is a draft in a list.
type Draft struct {
	bun.BaseModel `bun:"table:invoice_draft,alias:d"`

	invoice.Draft
	Party string       `bun:"party"`
	Net   money.Rupiah `bun:"net"`
}

// Drafts lists what waits to be issued, the earliest first, 100 at most. It needs invoice:issue on the platform.
func (s *Service) Drafts(ctx context.Context, actor identity.Actor) ([]Draft, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []Draft
	err := s.DB.App.NewSelect().Model(&all).ColumnExpr("d.*").ColumnExpr("y.name AS party").
		ColumnExpr("(SELECT sum((c->>'amount')::bigint) FROM jsonb_array_elements(d.charges) c)::bigint AS net").
		Join("JOIN party AS y ON y.tenant_id = d.tenant_id AND y.id = d.party_id").
		Where("d.tenant_id = ? AND d.invoice_id IS NULL", tenancy.Must(ctx)).Order("d.id").Limit(listMost).Scan(ctx)
	return all, err
}

// Receipts lists the payments of an invoice that came in as money, whose receipts Open gives. It needs invoice:read.
func (s *Service) Receipts(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]invoice.Payment, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, of, id); err != nil {
		return nil, err
	}
	var all []invoice.Payment
	err = s.DB.App.NewSelect().Model(&all).ColumnExpr("y.*").
		Where("y.tenant_id = ? AND y.method <> ?", tenancy.Must(ctx), invoice.Slip).
		Where("y.id IN (SELECT p.payment_id FROM invoice_paper p WHERE p.tenant_id = y.tenant_id AND p.invoice_id = ?)", id).
		Order("y.received_on", "y.id").Limit(listMost).Scan(ctx)
	return all, err
}
