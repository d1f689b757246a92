package finance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// FindDraft reads a draft that waits to be issued or was dropped, or NotFound "invoice.not_found". It needs invoice:issue on the platform.
func (s *Service) FindDraft(ctx context.Context, actor identity.Actor, id uuid.UUID) (Draft, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return Draft{}, err
	}
	var d Draft
	err := s.DB.App.NewSelect().Model(&d).ColumnExpr("d.*").ColumnExpr("y.name AS party").
		ColumnExpr("(SELECT sum((c->>'amount')::bigint) FROM jsonb_array_elements(d.charges) c)::bigint AS net").
		Join("JOIN party AS y ON y.tenant_id = d.tenant_id AND y.id = d.party_id").
		Where("d.tenant_id = ? AND d.id = ? AND d.invoice_id IS NULL", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "invoice.not_found")
	}
	return d, err
}

// Preview works out what a draft would be as an invoice of today, with its taxes. It needs invoice:issue on the platform; the refusals are those
// of the guard and of invoice.Preview.
func (s *Service) Preview(ctx context.Context, actor identity.Actor, d Draft) (invoice.Invoice, []invoice.Tax, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return invoice.Invoice{}, nil, err
	}
	return s.Book.Preview(ctx, s.DB.App, d.Draft, s.today(ctx))
}

// Replaced names the void invoice whose charges a draft bills anew; nil where it is none. It needs invoice:issue on the platform.
func (s *Service) Replaced(ctx context.Context, actor identity.Actor, d Draft) (*invoice.Ref, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.Book.Replaced(ctx, s.DB.App, d.Replaces)
}

// Adjust adds a line of its own to a draft, with the reason. It needs invoice:issue on the platform; the refusals are those of the
// guard and of invoice.Adjust.
func (s *Service) Adjust(ctx context.Context, actor identity.Actor, in invoice.AdjustInput) error {
	return s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Adjust(ctx, tx, actor, in)
		return err
	})
}

// Unadjust takes such a line out again, by its place from 1 on in the draft that was seen (invoice.Draft.Mark). It needs invoice:issue on the platform; the refusals are those of the guard
// and of invoice.Unadjust.
func (s *Service) Unadjust(ctx context.Context, actor identity.Actor, draft uuid.UUID, position int, seen string) error {
	return s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Unadjust(ctx, tx, actor, draft, position, seen)
		return err
	})
}

// Ask keeps a request for a credit note, a write-off, a void or that a draft be dropped, which another person decides. It needs invoice:issue on the
// platform; the refusals are those of the guard and of invoice.Ask.
func (s *Service) Ask(ctx context.Context, actor identity.Actor, in invoice.RequestInput) (q invoice.Request, err error) {
	err = s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		q, err = s.Book.Ask(ctx, tx, actor, in)
		return err
	})
	return q, err
}

// Decide approves or refuses a request of somebody else; approved, it takes effect today, the paper of a credit note follows, a void has
// the draft that was asked for, and what may now be open no longer holds the city back. It needs invoice:issue on the platform; the refusals are those of the guard
// and of invoice.Decide.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, request uuid.UUID, approve bool) (q invoice.Request, err error) {
	err = s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		if q, err = s.Book.Decide(ctx, tx, actor, request, approve, s.today(ctx)); err != nil || !approve || q.Kind == invoice.Drop {
			return err
		}
		if s.Collector != nil {
			if err := s.Collector.TakenOff(ctx, tx, q.InvoiceID); err != nil {
				return err
			}
		}
		if err := jobs.Add(ctx, tx, liftKind(), liftArgs{q.InvoiceID}); err != nil || q.Kind != string(invoice.CreditNote) {
			return err
		}
		var note uuid.UUID
		if err := tx.NewRaw("SELECT id FROM invoice WHERE tenant_id = ? AND credits = ? AND source = ?", q.TenantID, q.InvoiceID, q.ID.String()).Scan(ctx, &note); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, printKind(), paperArgs{Invoice: note})
	})
	return q, err
}

// Apply puts what a party has paid too much against one of its open invoices, and returns how much. It needs invoice:issue on the
// platform; the refusals are those of the guard and of invoice.Apply.
func (s *Service) Apply(ctx context.Context, actor identity.Actor, id uuid.UUID) (amount money.Rupiah, err error) {
	err = s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		if amount, err = s.Book.Apply(ctx, tx, actor, id, s.today(ctx)); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, liftKind(), liftArgs{id})
	})
	return amount, err
}

// act runs an act of the finance staff.
func (s *Service) act(ctx context.Context, actor identity.Actor, fn func(context.Context, bun.Tx) error) error {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, s.DB.App, fn); err != nil {
		return fmt.Errorf("finance: %w", err)
	}
	return nil
}

// Asked is a request in a list.
type Asked struct {
	bun.BaseModel `bun:"table:invoice_request,alias:q"`

	invoice.Request
	Number string `bun:"number"` // of the invoice, or what the draft is about
	Party  string `bun:"party"`
}

// Requests lists what was asked, the latest first, 100 at most: of one invoice or draft, or those that nobody has decided, or all. It
// needs invoice:issue on the platform.
func (s *Service) Requests(ctx context.Context, actor identity.Actor, of uuid.UUID, waiting bool) ([]Asked, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []Asked
	q := s.DB.App.NewSelect().Model(&all).ColumnExpr("q.*").ColumnExpr("coalesce(i.number, d.note) AS number").ColumnExpr("coalesce(i.party->>'name', y.name) AS party").
		Join("LEFT JOIN invoice AS i ON i.tenant_id = q.tenant_id AND i.id = q.invoice_id").
		Join("LEFT JOIN invoice_draft AS d ON d.tenant_id = q.tenant_id AND d.id = q.draft_id LEFT JOIN party AS y ON y.tenant_id = d.tenant_id AND y.id = d.party_id").
		Where("q.tenant_id = ?", tenancy.Must(ctx)).Order("q.id DESC").Limit(listMost)
	if of != uuid.Nil {
		q = q.Where("(q.invoice_id = ?0 OR q.draft_id = ?0)", of)
	}
	if waiting {
		q = q.Where("q.decided_by IS NULL")
	}
	return all, q.Scan(ctx)
}

// Booked is an entry of an invoice with what it is of: the payment or slip, or the credit note.
type Booked struct {
	bun.BaseModel `bun:"table:invoice_entry,alias:e"`

	invoice.Entry
	Method    string        `bun:"method"`
	Reference string        `bun:"reference"`
	NoteID    uuid.NullUUID `bun:"note_id"`
	Note      string        `bun:"note"`
}

// Entries lists what happened to an invoice in the books, in order. It needs invoice:read; one of another city is NotFound
// "invoice.not_found".
func (s *Service) Entries(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Booked, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, of, id); err != nil {
		return nil, err
	}
	var all []Booked
	err = s.DB.App.NewSelect().Model(&all).ColumnExpr("e.*").ColumnExpr("coalesce(y.method, '') AS method").ColumnExpr("coalesce(y.reference, '') AS reference").
		ColumnExpr("n.id AS note_id").ColumnExpr("coalesce(n.number, '') AS note").
		Join("LEFT JOIN payment AS y ON y.tenant_id = e.tenant_id AND y.id = e.payment_id").
		Join("LEFT JOIN invoice AS n ON n.tenant_id = e.tenant_id AND n.credits = e.invoice_id AND e.kind = ? AND n.source = e.request_id::text", invoice.EntryCredit).
		Where("e.tenant_id = ? AND e.invoice_id = ?", tenancy.Must(ctx), id).Order("e.id").Limit(500).Scan(ctx)
	return all, err
}

// KeepBack is what the buyer of an invoice may still give to the state instead of paying it. It needs invoice:read.
func (s *Service) KeepBack(ctx context.Context, actor identity.Actor, b Bill) (money.Rupiah, error) {
	ctx, _, err := s.books(ctx, actor)
	if err != nil {
		return 0, err
	}
	amount, _, err := s.Book.KeepBack(ctx, s.DB.App, b.Invoice, b.Standing)
	return amount, err
}

// Seller is who sends the invoices of a day, and where to pay them. It needs invoice:read.
func (s *Service) Seller(ctx context.Context, actor identity.Actor, day time.Time) (invoice.Seller, error) {
	ctx, _, err := s.books(ctx, actor)
	if err != nil {
		return invoice.Seller{}, err
	}
	return invoice.SellerOn(ctx, s.DB.App, day)
}

// Party is what a city is in the books: how it is taxed, and all that happened with it until today. The last result is false for a
// city that was never billed. It needs invoice:read; a city's own people are told of their own.
func (s *Service) Party(ctx context.Context, actor identity.Actor, city tenancy.ID) (p invoice.Party, b invoice.PartyBooks, known bool, err error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return p, b, false, err
	}
	if of != uuid.Nil {
		city = of
	}
	err = s.DB.App.NewSelect().Model(&p).Where("tenant_id = ? AND city = ?", tenancy.Must(ctx), city).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, b, false, nil
	}
	if err == nil {
		b, err = s.Book.BooksOf(ctx, p.ID, s.today(ctx))
	}
	return p, b, err == nil, err
}

// Age is what is open of invoices that are so many days past their day.
type Age struct {
	From, Until int // days late; until is the last, or zero for no end
	Many        int
	Open        money.Rupiah
}

// ages are how arrears are sorted: not due, then by thirty days.
func ages() []Age {
	return []Age{{}, {From: 1, Until: 30}, {From: 31, Until: 60}, {From: 61, Until: 90}, {From: 91}}
}

// Ages sorts what is open today by how late it is. It needs invoice:read.
func (s *Service) Ages(ctx context.Context, actor identity.Actor) ([]Age, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Bucket int
		Many   int
		Open   money.Rupiah
	}
	today := s.today(ctx).Format(time.DateOnly)
	q := s.DB.App.NewSelect().TableExpr("invoice AS i").
		ColumnExpr("CASE WHEN i.due_on >= ? THEN 0 WHEN i.due_on >= ?::date - 30 THEN 1 WHEN i.due_on >= ?::date - 60 THEN 2 WHEN i.due_on >= ?::date - 90 THEN 3 ELSE 4 END AS bucket", today, today, today, today).
		ColumnExpr("count(*) AS many").ColumnExpr("sum(s.open)::bigint AS open").
		Join("CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0)::bigint AS open FROM invoice_entry WHERE tenant_id = ? AND invoice_id = i.id) s", tenancy.Must(ctx)).
		Where("i.tenant_id = ? AND s.open > 0", tenancy.Must(ctx)).Group("bucket")
	if of != uuid.Nil {
		q = q.Where("i.party_id IN (SELECT y.id FROM party y WHERE y.tenant_id = i.tenant_id AND y.city = ?)", of)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("finance: ages: %w", err)
	}
	all := ages()
	for _, r := range rows {
		all[r.Bucket].Many, all[r.Bucket].Open = r.Many, r.Open
	}
	return all, nil
}

// Unsent lists invoices that nobody was told of, which is not right for long. It needs invoice:issue on the platform.
func (s *Service) Unsent(ctx context.Context, actor identity.Actor) ([]Row, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []Row
	err := s.DB.App.NewSelect().Model(&all).ColumnExpr("i.*").
		Where("i.tenant_id = ? AND i.kind = ?", tenancy.Must(ctx), invoice.Bill).
		Where("NOT EXISTS (SELECT FROM invoice_sending n WHERE n.tenant_id = i.tenant_id AND n.invoice_id = i.id)").
		Order("i.id DESC").Limit(listMost).Scan(ctx)
	return all, err
}
