package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// listMost bounds a list.
const listMost = 100

// Month is a month that has been charged.
type Month struct {
	Month     time.Time
	ChargedAt time.Time
	Leases    int
	Amount    money.Rupiah // before tax
}

// Months lists the months that have been charged, the latest first, 36 at most. It needs duct:read.
func (s *Service) Months(ctx context.Context, actor identity.Actor) ([]Month, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Month
	err := s.d.DB.App.NewRaw("SELECT month, charged_at, leases, amount FROM duct_bill_month WHERE tenant_id = ? ORDER BY month DESC LIMIT 36", tenancy.Must(ctx)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: months: %w", err)
	}
	return all, nil
}

// Draft is a draft with whom it charges.
type Draft struct {
	bun.BaseModel `bun:"table:invoice_draft,alias:d"`

	invoice.Draft
	OperatorID uuid.UUID    `bun:"operator_id"` // uuid.Nil for somebody who leases nothing
	Operator   string       `bun:"operator"`
	Net        money.Rupiah `bun:"net"`
}

// DraftsMost is how many drafts a page shows and issues at once.
const DraftsMost = 100

// Drafts lists what waits to be issued, the earliest first, DraftsMost and one at most. It needs duct:read.
func (s *Service) Drafts(ctx context.Context, actor identity.Actor) ([]Draft, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Draft
	err := s.drafts(&all).Where("d.tenant_id = ? AND d.invoice_id IS NULL AND d.closed_at IS NULL AND d.dropped_at IS NULL", tenancy.Must(ctx)).Order("d.id").Limit(DraftsMost + 1).Scan(ctx)
	return all, err
}

func (s *Service) drafts(into any) *bun.SelectQuery {
	return s.d.DB.App.NewSelect().Model(into).ColumnExpr("d.*").ColumnExpr("w.operator_id, coalesce(o.name, y.name) AS operator").
		ColumnExpr("(SELECT sum((c->>'amount')::bigint) FROM jsonb_array_elements(d.charges) c)::bigint AS net").
		Join("JOIN duct_payer AS w ON w.tenant_id = d.tenant_id AND w.party_id = d.party_id").Join("JOIN party AS y ON y.tenant_id = d.tenant_id AND y.id = d.party_id").
		Join("LEFT JOIN duct_operator AS o ON o.tenant_id = w.tenant_id AND o.id = w.operator_id")
}

// Draft reads one that waits, was closed without an invoice or was dropped, or NotFound "invoice.not_found". It needs duct:read.
func (s *Service) Draft(ctx context.Context, actor identity.Actor, id uuid.UUID) (Draft, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Draft{}, err
	}
	var d Draft
	err := s.drafts(&d).Where("d.tenant_id = ? AND d.id = ? AND d.invoice_id IS NULL", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "invoice.not_found")
	}
	return d, err
}

// Replaced names the void invoice whose charges a draft bills anew; nil where it is none. It needs duct:read.
func (s *Service) Replaced(ctx context.Context, actor identity.Actor, d Draft) (*invoice.Ref, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.Book.Replaced(ctx, s.d.DB.App, d.Replaces)
}

// Adjust adds a line of its own to a draft, with the reason, and Unadjust takes such a line out again, by its place from 1 on in the draft that was seen (invoice.Draft.Mark). Both
// need duct:bill; the refusals are those of the book's methods of that name.
func (s *Service) Adjust(ctx context.Context, actor identity.Actor, in invoice.AdjustInput) error {
	return s.act(ctx, actor, "adjust", func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Adjust(ctx, tx, actor, in)
		return err
	})
}

// Amend puts on a draft by what its operator pays and the customs document (PPBJ) of its faktur, in the place of what was there. It needs
// duct:bill; the refusals are those of the book's method of that name.
func (s *Service) Amend(ctx context.Context, actor identity.Actor, draft uuid.UUID, p invoice.Purchase) error {
	return s.act(ctx, actor, "amend", func(ctx context.Context, tx bun.Tx) error { return s.Book.Amend(ctx, tx, actor, draft, p) })
}

// Unadjust is described at Adjust.
func (s *Service) Unadjust(ctx context.Context, actor identity.Actor, draft uuid.UUID, position int, seen string) error {
	return s.act(ctx, actor, "unadjust", func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Unadjust(ctx, tx, actor, draft, position, seen)
		return err
	})
}

// Preview works out what a draft would be as an invoice of today, with its taxes. It needs duct:read; the refusals are those of invoice.Preview.
func (s *Service) Preview(ctx context.Context, actor identity.Actor, d Draft) (invoice.Invoice, []invoice.Tax, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return invoice.Invoice{}, nil, err
	}
	return s.Book.Preview(ctx, s.d.DB.App, d.Draft, s.today(ctx))
}

// Issue makes an invoice of a draft, today in the city: from now on it has its number and does not change, and the people of its
// company are told. It needs duct:bill; the refusals are those of invoice.Finalise.
func (s *Service) Issue(ctx context.Context, actor identity.Actor, draft uuid.UUID) (invoice.Invoice, error) {
	return s.issue(ctx, actor, draft, func(context.Context, bun.Tx) error { return nil })
}

// IssueSeen is Issue of the draft that was seen, by its Mark; it refuses what invoice.Unchanged does as well.
func (s *Service) IssueSeen(ctx context.Context, actor identity.Actor, draft uuid.UUID, seen string) (invoice.Invoice, error) {
	return s.issue(ctx, actor, draft, func(ctx context.Context, tx bun.Tx) error { return s.Book.Unchanged(ctx, tx, draft, seen) })
}

func (s *Service) issue(ctx context.Context, actor identity.Actor, draft uuid.UUID, first func(context.Context, bun.Tx) error) (i invoice.Invoice, err error) {
	err = s.act(ctx, actor, "issue", func(ctx context.Context, tx bun.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		if i, err = s.Book.Finalise(ctx, tx, actor, draft, s.today(ctx)); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, matchKind(), matchArgs{}); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, tellKind(), tellArgs{i.ID})
	})
	return i, err
}

// Close ends a draft by which nothing is to be paid, because what the company owes is as much as the month charges: no invoice is issued.
// What it took off of each credit is no more than it charged, and the rest waits for the months to come. It needs duct:bill; the
// refusals are those of the book's method of that name.
func (s *Service) Close(ctx context.Context, actor identity.Actor, draft uuid.UUID) error {
	return s.act(ctx, actor, "close", func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Close(ctx, tx, actor, draft, s.today(ctx))
		return err
	})
}

// Receive records what came in for an invoice: money or a withholding slip. It needs duct:bill; the refusals are those of invoice.Pay, and
// Invalid "on" for a day that is still to come.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, in invoice.PaymentInput) (p invoice.Payment, err error) {
	if in.On.Format(time.DateOnly) > s.today(ctx).Format(time.DateOnly) {
		return p, fault.Fields([]fault.Field{{Name: "on", Code: "date_future"}})
	}
	err = s.act(ctx, actor, "receive", func(ctx context.Context, tx bun.Tx) error {
		if p, err = s.Book.Pay(ctx, tx, actor, in); err != nil {
			return err
		}
		return s.paid(ctx, tx, []uuid.UUID{in.Invoice}, p)
	})
	return p, err
}

// Undo takes a payment or a slip back that was recorded for an invoice by mistake, with the reason: what it closed is open again. It
// needs duct:bill. It refuses NotFound "payment.not_found" for one that came in for no such invoice, and what payin.UndoPayment
// refuses.
func (s *Service) Undo(ctx context.Context, actor identity.Actor, id, payment uuid.UUID, reason string) error {
	return s.act(ctx, actor, "undo", func(ctx context.Context, tx bun.Tx) error {
		var known bool
		err := tx.NewRaw(`SELECT EXISTS (SELECT FROM payment y JOIN duct_payer w ON w.tenant_id = y.tenant_id AND w.party_id = y.party_id
				JOIN invoice_entry e ON e.tenant_id = y.tenant_id AND e.payment_id = y.id AND e.invoice_id = ?2
			WHERE y.tenant_id = ?0 AND y.id = ?1)`, tenancy.Must(ctx), payment, id).Scan(ctx, &known)
		if err != nil {
			return err
		}
		if !known {
			return fault.New(fault.NotFound, "payment.not_found")
		}
		return s.payin.UndoPayment(ctx, tx, actor, payment, reason)
	})
}

// Apply puts what an operator has paid too much against one of its open invoices. It needs duct:bill; the refusals are those of
// invoice.Apply.
func (s *Service) Apply(ctx context.Context, actor identity.Actor, id uuid.UUID) (amount money.Rupiah, err error) {
	err = s.act(ctx, actor, "apply", func(ctx context.Context, tx bun.Tx) error {
		amount, err = s.Book.Apply(ctx, tx, actor, id, s.today(ctx))
		return err
	})
	return amount, err
}

// Ask keeps a request for a write-off, a void, a credit note (see AskCredit) or that a draft be dropped, which another person decides. It
// needs duct:bill; the refusals are those of invoice.Ask.
func (s *Service) Ask(ctx context.Context, actor identity.Actor, in invoice.RequestInput) (q invoice.Request, err error) {
	err = s.act(ctx, actor, "ask", func(ctx context.Context, tx bun.Tx) error {
		q, err = s.Book.Ask(ctx, tx, actor, in)
		return err
	})
	return q, err
}

// AskCredit asks for a credit note that takes back so much of each line of an invoice, by its position. It needs duct:bill; the refusals
// are those of Find, invoice.Crediting and invoice.Ask.
func (s *Service) AskCredit(ctx context.Context, actor identity.Actor, id uuid.UUID, back map[int]money.Rupiah, reason string) (invoice.Request, error) {
	b, err := s.Find(ctx, actor, id)
	if err != nil {
		return invoice.Request{}, err
	}
	in, err := invoice.Crediting(id, b.Credit, back, reason)
	if err != nil {
		return invoice.Request{}, err
	}
	return s.Ask(ctx, actor, in)
}

// Decide approves or refuses the request of somebody else; approved, it takes effect today, and of a credit note the people of the
// company are told. It needs duct:bill; the refusals are those of invoice.Decide.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, request uuid.UUID, approve bool) (q invoice.Request, err error) {
	err = s.act(ctx, actor, "decide", func(ctx context.Context, tx bun.Tx) error {
		if q, err = s.Book.Decide(ctx, tx, actor, request, approve, s.today(ctx)); err != nil || !approve || q.Kind != string(invoice.CreditNote) {
			return err
		}
		var note uuid.UUID
		if err := tx.NewRaw("SELECT id FROM invoice WHERE tenant_id = ? AND credits = ? AND source = ?", q.TenantID, q.InvoiceID, q.ID.String()).Scan(ctx, &note); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, tellKind(), tellArgs{note})
	})
	return q, err
}

// Asked is a request in a list.
type Asked struct {
	bun.BaseModel `bun:"table:invoice_request,alias:q"`

	invoice.Request
	Number   string `bun:"number"` // of the invoice, or what the draft is about
	Operator string `bun:"operator"`
}

// Requests lists what was asked, the latest first, 100 at most: of one invoice or draft, or with uuid.Nil what nobody has decided. It needs
// duct:read.
func (s *Service) Requests(ctx context.Context, actor identity.Actor, of uuid.UUID) ([]Asked, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Asked
	q := s.d.DB.App.NewSelect().Model(&all).ColumnExpr("q.*").ColumnExpr("coalesce(i.number, d.note) AS number").ColumnExpr("coalesce(i.party->>'name', y.name) AS operator").
		Join("LEFT JOIN invoice AS i ON i.tenant_id = q.tenant_id AND i.id = q.invoice_id").
		Join("LEFT JOIN invoice_draft AS d ON d.tenant_id = q.tenant_id AND d.id = q.draft_id LEFT JOIN party AS y ON y.tenant_id = d.tenant_id AND y.id = d.party_id").
		Where("q.tenant_id = ?", tenancy.Must(ctx)).Order("q.id DESC").Limit(listMost)
	if of != uuid.Nil {
		q = q.Where("(q.invoice_id = ?0 OR q.draft_id = ?0)", of)
	} else {
		q = q.Where("q.decided_by IS NULL")
	}
	return all, q.Scan(ctx)
}

// Filter narrows invoices down; what is empty asks for nothing.
type Filter struct {
	Operator uuid.UUID
	Party    uuid.UUID // of an operator
	Open     bool      // of which something is open
	Late     bool      // of which something is open after its day
	Number   string    // part of the number
	Before   uuid.UUID // the last of the page before
}

// Row is an invoice in a list, with how it stands.
type Row struct {
	bun.BaseModel `bun:"table:invoice,alias:i"`

	invoice.Invoice
	invoice.Standing
	OperatorID uuid.UUID `bun:"operator_id"` // uuid.Nil for somebody who leases nothing
}

// State is the word for how it stands; a credit note is one.
func (r Row) State() string {
	if r.Kind == invoice.CreditNote {
		return string(invoice.CreditNote)
	}
	return r.Standing.State()
}

// Bills lists invoices and credit notes, the latest first: at most so many. It needs duct:read.
func (s *Service) Bills(ctx context.Context, actor identity.Actor, f Filter, most int) ([]Row, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.bills(ctx, f, most)
}

// BillsOf are those of the actor's company, whatever operator f names; the refusals are those of operator.Of.
func (s *Service) BillsOf(ctx context.Context, actor identity.Actor, f Filter, most int) (all []Row, err error) {
	if f.Operator, err = operator.Of(ctx, s.d.DB.App, actor); err != nil {
		return nil, err
	}
	f.Party = uuid.Nil
	return s.bills(ctx, f, most)
}

func (s *Service) bills(ctx context.Context, f Filter, most int) ([]Row, error) {
	var all []Row
	q := s.d.DB.App.NewSelect().Model(&all).ColumnExpr("i.*").ColumnExpr("w.operator_id, s.charged, s.paid, s.withheld, s.credited, s.written_off, s.voided, s.open").
		Join("JOIN duct_payer AS w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id").
		Join("CROSS JOIN LATERAL (SELECT "+invoice.StandingColumns()+" FROM invoice_entry WHERE tenant_id = ? AND invoice_id = i.id) s", tenancy.Must(ctx)).
		Where("i.tenant_id = ?", tenancy.Must(ctx)).Order("i.id DESC").Limit(int64(most))
	if f.Operator != uuid.Nil {
		q = q.Where("w.operator_id = ?", f.Operator)
	}
	if f.Party != uuid.Nil {
		q = q.Where("i.party_id = ?", f.Party)
	}
	if f.Before != uuid.Nil {
		q = q.Where("i.id < ?", f.Before)
	}
	if f.Open || f.Late {
		q = q.Where("s.open > 0")
	}
	if f.Late {
		q = q.Where("i.due_on < ?", s.today(ctx).Format(time.DateOnly))
	}
	if f.Number != "" {
		q = q.Where("position(upper(?) IN i.number) > 0", f.Number)
	}
	return all, q.Scan(ctx)
}

// Bill is an invoice with everything that a page shows of it.
type Bill struct {
	invoice.Invoice
	OperatorID uuid.UUID
	Lines      []invoice.Line
	Taxes      []invoice.Tax
	Standing   invoice.Standing
	KeepBack   money.Rupiah // of what is open, that its buyer may give to the state instead
	Entries    []invoice.Entry
	Receipts   []invoice.Payment
	Related    invoice.Related
	Undoable   []invoice.Payment    // what came in for it, slips too, and was not taken back
	Credit     []invoice.CreditLine // its lines with what was taken back of each
}

// Find reads an invoice of an operator, or NotFound "invoice.not_found". It needs duct:read.
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (b Bill, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return b, err
	}
	return s.whole(ctx, id)
}

// FindOf is Find of the actor's company; an invoice of another is NotFound. The refusals are those of operator.Of too.
func (s *Service) FindOf(ctx context.Context, actor identity.Actor, id uuid.UUID) (Bill, error) {
	if err := s.own(ctx, actor, id); err != nil {
		return Bill{}, err
	}
	return s.whole(ctx, id)
}

// own refuses an invoice that is not of the actor's company with NotFound "invoice.not_found", as one that is not there.
func (s *Service) own(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	of, err := operator.Of(ctx, s.d.DB.App, actor)
	if err != nil {
		return err
	}
	b, err := s.find(ctx, id)
	if err == nil && b.OperatorID != of {
		err = fault.New(fault.NotFound, "invoice.not_found")
	}
	return err
}

// whole is an invoice with everything that a page shows of it.
func (s *Service) whole(ctx context.Context, id uuid.UUID) (b Bill, err error) {
	if b, err = s.find(ctx, id); err != nil {
		return Bill{}, err
	}
	if b.KeepBack, _, err = s.Book.KeepBack(ctx, s.d.DB.App, b.Invoice, b.Standing); err != nil {
		return b, err
	}
	tenant := tenancy.Must(ctx)
	if err = s.d.DB.App.NewSelect().Model(&b.Entries).Where("tenant_id = ? AND invoice_id = ?", tenant, id).Order("id").Limit(500).Scan(ctx); err != nil {
		return b, err
	}
	b.Receipts, err = invoice.Received(ctx, s.d.DB.App, id)
	if err != nil {
		return b, err
	}
	err = s.d.DB.App.NewSelect().Model(&b.Undoable).ColumnExpr("y.*").Where("y.tenant_id = ?", tenant).
		Where("y.id IN (SELECT e.payment_id FROM invoice_entry e WHERE e.tenant_id = y.tenant_id AND e.invoice_id = ?)", id).
		Where("NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id)").Order("y.received_on", "y.id").Limit(listMost).Scan(ctx)
	if err != nil {
		return b, err
	}
	if b.Related, err = s.Book.Related(ctx, s.d.DB.App, b.Invoice); err != nil {
		return b, err
	}
	b.Credit, err = s.Book.CreditLines(ctx, id, b.Lines)
	return b, err
}

// find reads an invoice of an operator, whoever asks.
func (s *Service) find(ctx context.Context, id uuid.UUID) (b Bill, err error) {
	if b.Invoice, b.Lines, b.Taxes, err = s.Book.Find(ctx, id); err != nil {
		return Bill{}, err
	}
	err = s.d.DB.App.NewRaw("SELECT operator_id FROM duct_payer WHERE tenant_id = ? AND party_id = ?", b.TenantID, b.PartyID).Scan(ctx, &b.OperatorID)
	if errors.Is(err, sql.ErrNoRows) {
		return Bill{}, fault.New(fault.NotFound, "invoice.not_found") // of another business
	}
	if err != nil {
		return Bill{}, fmt.Errorf("ductbill: find: %w", err)
	}
	b.Standing, err = s.Book.Standing(ctx, s.d.DB.App, id)
	return b, err
}

// Arrears sums up what every operator owes today by how long it is overdue, page by page. It needs duct:read.
func (s *Service) Arrears(ctx context.Context, actor identity.Actor, after uuid.UUID) (page []arrears.Aged, next uuid.UUID, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, uuid.Nil, err
	}
	return arrears.Age(ctx, s.d.DB.App, s.today(ctx), after)
}
