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
	City     tenancy.ID
	Party    uuid.UUID
	From     time.Time // issued on that day or later
	Until    time.Time // issued before that day
	DueFrom  time.Time // due on that day or later
	DueUntil time.Time // due before that day
	Open     bool      // of which something is open
	State    string    // one of States
	Sent     string    // SentYes or SentNo; any when empty
	Number   string    // part of the number
	Before   uuid.UUID // the last of the page before
}

// Whether a list holds what somebody was written to about, or what nobody was.
const (
	SentYes = "yes"
	SentNo  = "no"
)

// States are the words of Row.State.
func States() []string {
	return append(invoice.States(), creditNote)
}

const creditNote = "credit_note"

// stateSQL is Row.State over i, an invoice, and s, its standing.
const stateSQL = "CASE WHEN i.kind = 'credit_note' THEN 'credit_note' ELSE " + invoice.StateSQL + " END"

// Row is an invoice in a list, with how it stands.
type Row struct {
	bun.BaseModel `bun:"table:invoice,alias:i"`

	invoice.Invoice
	invoice.Standing
	Sent int `bun:"sent"` // to how many people
}

// State is the word for how it stands; a credit note is one.
func (r Row) State() string {
	if r.Kind == invoice.CreditNote {
		return creditNote
	}
	return r.Standing.State()
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
		ColumnExpr("s.charged, s.paid, s.withheld, s.credited, s.written_off, s.voided, s.open").
		ColumnExpr("(SELECT count(*) FROM invoice_sending n WHERE n.tenant_id = i.tenant_id AND n.invoice_id = i.id) AS sent").
		Join("CROSS JOIN LATERAL (SELECT "+invoice.StandingColumns()+" FROM invoice_entry WHERE tenant_id = ? AND invoice_id = i.id) s", tenancy.Must(ctx)).
		Where("i.tenant_id = ?", tenancy.Must(ctx)).Order("i.id DESC").Limit(listMost)
	if f.City != uuid.Nil {
		q = q.Where("i.party_id IN (SELECT y.id FROM party y WHERE y.tenant_id = i.tenant_id AND y.city = ?)", f.City)
	}
	if f.Party != uuid.Nil {
		q = q.Where("i.party_id = ?", f.Party)
	}
	for _, day := range []struct {
		where string
		of    time.Time
	}{{"i.issued_on >= ?", f.From}, {"i.issued_on < ?", f.Until}, {"i.due_on >= ?", f.DueFrom}, {"i.due_on < ?", f.DueUntil}} {
		if !day.of.IsZero() {
			q = q.Where(day.where, day.of.Format(time.DateOnly))
		}
	}
	if f.Before != uuid.Nil {
		q = q.Where("i.id < ?", f.Before)
	}
	if f.Open {
		q = q.Where("s.open > 0")
	}
	if f.State != "" {
		q = q.Where(stateSQL+" = ?", f.State)
	}
	if f.Sent != "" {
		q = q.Where("EXISTS (SELECT FROM invoice_sending n WHERE n.tenant_id = i.tenant_id AND n.invoice_id = i.id) = ?", f.Sent == SentYes)
	}
	if f.Number != "" {
		q = q.Where("position(upper(?) IN i.number) > 0", f.Number)
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
		Where("d.tenant_id = ? AND d.invoice_id IS NULL AND d.closed_at IS NULL AND d.dropped_at IS NULL", tenancy.Must(ctx)).Order("d.id").Limit(listMost).Scan(ctx)
	return all, err
}

// Receipts lists the payments of an invoice that came in as money, from the moment they are booked until they are taken back;
// Open gives their receipts. It needs invoice:read.
func (s *Service) Receipts(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]invoice.Payment, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, of, id); err != nil {
		return nil, err
	}
	return invoice.Received(ctx, s.DB.App, id)
}
