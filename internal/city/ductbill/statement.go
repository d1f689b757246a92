package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Movement is one thing that changed what an operator owes.
type Movement struct {
	Day       time.Time    `bun:"on_day"`
	Kind      string       `bun:"kind"` // of the entry, or MovedBalance
	InvoiceID uuid.UUID    `bun:"invoice_id"`
	Number    string       `bun:"number"`    // of the invoice, or the one that the credit note credits; empty for the rest of the balance
	NoteID    uuid.UUID    `bun:"note_id"`   // of the credit note that it is of
	Note      string       `bun:"note"`      // its number
	Reference string       `bun:"reference"` // of the payment
	Amount    money.Rupiah `bun:"amount"`    // positive raises what is owed
	Owed      money.Rupiah `bun:"-"`         // after it
}

// MovedBalance is money of the balance that is put against an invoice: two movements of nothing together, and no payment.
const MovedBalance = "balance"

// Statement is the account of an operator from one day to before another.
type Statement struct {
	Known     bool         // the operator was charged or has paid at least once
	Before    money.Rupiah // owed when it begins
	After     money.Rupiah // and when it ends
	Movements []Movement
	Books     invoice.PartyBooks // of all time until its end
	Deposit   money.Rupiah       // that the company holds for it when it ends, beside what is owed
	More      bool               // there is more than a page can show
}

// movementsMost bounds a statement.
const movementsMost = 1000

// Statement reads the account of an operator. It needs duct:read.
func (s *Service) Statement(ctx context.Context, actor identity.Actor, operator uuid.UUID, from, until time.Time) (Statement, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Statement{}, err
	}
	return s.account(ctx, operator, from, until)
}

// StatementOf is the account of the actor's company; the refusals are those of operator.Of.
func (s *Service) StatementOf(ctx context.Context, actor identity.Actor, from, until time.Time) (Statement, error) {
	of, err := operator.Of(ctx, s.d.DB.App, actor)
	if err != nil {
		return Statement{}, err
	}
	return s.account(ctx, of, from, until)
}

func (s *Service) account(ctx context.Context, operator uuid.UUID, from, until time.Time) (out Statement, err error) {
	tenant := tenancy.Must(ctx)
	var party uuid.UUID
	err = s.d.DB.App.NewRaw("SELECT w.party_id FROM duct_payer w WHERE w.tenant_id = ? AND w.operator_id = ? AND EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = w.tenant_id AND e.party_id = w.party_id)", tenant, operator).Scan(ctx, &party)
	if errors.Is(err, sql.ErrNoRows) { // it was never charged and paid for nothing, but may have left a deposit
		out.Deposit, err = s.depositOf(ctx, operator, until.Format(time.DateOnly))
		return out, err
	}
	if err != nil {
		return out, fmt.Errorf("ductbill: statement: %w", err)
	}
	out.Known = true
	first, last := from.Format(time.DateOnly), until.Format(time.DateOnly)
	err = s.d.DB.App.NewRaw("SELECT coalesce(sum(amount), 0)::bigint FROM invoice_entry WHERE tenant_id = ? AND party_id = ? AND on_day < ?", tenant, party, first).Scan(ctx, &out.Before)
	if err != nil {
		return out, fmt.Errorf("ductbill: statement: %w", err)
	}
	err = s.d.DB.App.NewRaw(`SELECT e.on_day, CASE WHEN e.kind = ? AND e.payment_id IS NULL THEN ? ELSE e.kind END AS kind, coalesce(e.invoice_id, ?) AS invoice_id, coalesce(i.number, '') AS number,
			coalesce(n.id, ?) AS note_id, coalesce(n.number, '') AS note, coalesce(y.reference, e.reason, '') AS reference, e.amount
		FROM invoice_entry e LEFT JOIN payment y ON y.tenant_id = e.tenant_id AND y.id = e.payment_id
			LEFT JOIN invoice n ON n.tenant_id = e.tenant_id AND n.party_id = e.party_id AND n.kind = ? AND e.kind = ? AND n.source = e.request_id::text
			LEFT JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = coalesce(e.invoice_id, n.credits)
		WHERE e.tenant_id = ? AND e.party_id = ? AND e.on_day >= ? AND e.on_day < ? ORDER BY e.on_day, e.id LIMIT ?`, invoice.EntryPayment, MovedBalance, uuid.Nil, uuid.Nil, invoice.CreditNote, invoice.EntryCredit, tenant, party, first, last, movementsMost+1).Scan(ctx, &out.Movements)
	if err != nil {
		return out, fmt.Errorf("ductbill: statement: %w", err)
	}
	if out.More = len(out.Movements) > movementsMost; out.More {
		out.Movements = out.Movements[:movementsMost]
	}
	owed := out.Before
	for i := range out.Movements {
		owed += out.Movements[i].Amount
		out.Movements[i].Owed = owed
	}
	if err = s.d.DB.App.NewRaw("SELECT coalesce(sum(amount), 0)::bigint FROM invoice_entry WHERE tenant_id = ? AND party_id = ? AND on_day < ?", tenant, party, last).Scan(ctx, &out.After); err != nil {
		return out, fmt.Errorf("ductbill: statement: %w", err)
	}
	if out.Books, err = s.Book.BooksOf(ctx, party, until.AddDate(0, 0, -1)); err != nil {
		return out, err
	}
	out.Deposit, err = s.depositOf(ctx, operator, last)
	return out, err
}

// depositOf is what is held for an operator before a day.
func (s *Service) depositOf(ctx context.Context, operator uuid.UUID, before string) (sum money.Rupiah, err error) {
	err = s.d.DB.App.NewRaw(`SELECT coalesce(sum(CASE WHEN e.kind IN ('received', 'taken_over') THEN e.amount ELSE -e.amount END), 0)::bigint FROM duct_deposit_entry e JOIN duct_lease l ON l.tenant_id = e.tenant_id AND l.id = e.lease_id
		WHERE e.tenant_id = ? AND l.operator_id = ? AND e.on_day < ? AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = e.tenant_id AND u.payment_id = e.payment_id AND u.on_day < ?)
			AND NOT EXISTS (SELECT FROM bank_hold h WHERE h.tenant_id = e.tenant_id AND h.id = e.hold_id AND h.undone_on < ?)`, tenancy.Must(ctx), operator, before, before, before).Scan(ctx, &sum)
	if err != nil {
		return 0, fmt.Errorf("ductbill: deposit: %w", err)
	}
	return sum, nil
}
