package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Who is charged without being an operator has no page here: what a company reads there goes with the letters to the address on the invoice.

// thirdLocale is the language of these letters: nothing says which one such a debtor reads, and their papers are in this one.
const thirdLocale = i18n.ID

// Third reports whether an invoice charges somebody who is no operator.
func (b Bill) Third() bool { return b.OperatorID == uuid.Nil }

// Paper reports whether what is to be said of an invoice has to be sent on paper: nobody can be written to.
func (b Bill) Paper() bool { return b.Third() && b.Party.Email == "" }

// Contact is the address on an invoice of who is no operator, for notify; NotFound "invoice.not_found" for every other id.
func Contact(ctx context.Context, db bun.IDB, id uuid.UUID) (notify.Contact, error) {
	var to notify.Contact
	err := db.NewRaw("SELECT i.party ->> 'name' AS name, coalesce(i.party ->> 'email', '') AS email FROM invoice i JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id WHERE i.tenant_id = ? AND i.id = ? AND w.operator_id IS NULL",
		tenancy.Must(ctx), id).Scan(ctx, &to.Name, &to.Email)
	if errors.Is(err, sql.ErrNoRows) {
		return to, fault.New(fault.NotFound, "invoice.not_found")
	}
	if err != nil {
		return to, fmt.Errorf("ductbill: contact: %w", err)
	}
	to.Locale = thirdLocale
	return to, nil
}

// mailThird writes a letter to the address on an invoice with its paper, or with payment the receipt for it. There is none without an address.
func (s *Service) mailThird(ctx context.Context, tx bun.Tx, b Bill, payment uuid.UUID, template, key string, data map[string]string) ([]uuid.UUID, error) {
	if s.d.Notify == nil || b.Paper() {
		return nil, nil
	}
	seller, err := invoice.SellerOn(ctx, tx, b.IssuedOn)
	if err != nil {
		return nil, err
	}
	row, ok, err := s.paper(ctx, tx, paperArgs{b.ID, payment})
	if err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("ductbill: %s has no paper", b.Number))
	}
	said := maps.Clone(data)
	said["file"], said["body"] = row.FileID.String(), seller.Called()
	if b.Kind == invoice.Bill && payment == uuid.Nil {
		kept, _, err := s.Book.KeepBack(ctx, tx, b.Invoice, b.Standing)
		if err != nil {
			return nil, err
		}
		said["body"] = strings.TrimSpace(seller.HowToPay(thirdLocale, b.Invoice, b.Standing.Open-kept) + "\n\n" + seller.Called())
		said["due"] = thirdLocale.Date(b.DueOn)
	}
	if err := s.d.Notify.Send(ctx, tx, notify.Message{To: b.ID, Template: template, Locale: thirdLocale, Data: said, Key: key + ":party"}); err != nil {
		return nil, fmt.Errorf("ductbill: mail: %w", err)
	}
	return []uuid.UUID{b.ID}, nil
}

// receiptArgs names a payment for an invoice.
type receiptArgs struct {
	Invoice uuid.UUID `json:"invoice"`
	Payment uuid.UUID `json:"payment"`
}

func receiptKind() jobs.Kind[receiptArgs] {
	return jobs.Kind[receiptArgs]{Name: "ductbill.receipt.v1", MaxRetry: 12, Timeout: time.Minute}
}

// paid has a receipt sent for money that came in from who cannot fetch it. Its signature is that of payin.Service.Paid.
func (s *Service) paid(ctx context.Context, tx bun.Tx, of []uuid.UUID, p invoice.Payment) error {
	if len(of) == 0 || p.Method == invoice.Slip {
		return nil
	}
	third, err := tx.NewSelect().TableExpr("duct_payer AS w").Where("w.tenant_id = ? AND w.party_id = ? AND w.operator_id IS NULL", p.TenantID, p.PartyID).Exists(ctx)
	if err != nil || !third {
		return err
	}
	return jobs.Add(ctx, tx, receiptKind(), receiptArgs{of[0], p.ID})
}

// receipt sends a receipt to who cannot fetch it, once; not of what was taken back meanwhile.
func (s *Service) receipt(ctx context.Context, a receiptArgs) error {
	b, err := s.find(ctx, a.Invoice)
	if err != nil || b.Paper() {
		return err
	}
	p, undone, err := s.Book.FindPayment(ctx, s.d.DB.App, a.Payment)
	if err != nil || undone {
		return err
	}
	if err := s.printed(ctx, paperArgs(a)); err != nil {
		return err
	}
	data := map[string]string{"number": b.Number, "amount": p.Amount.String(), "date": thirdLocale.Date(p.ReceivedOn)}
	if b.Standing.Open > 0 {
		data["open"] = b.Standing.Open.String()
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.mailThird(ctx, tx, b, a.Payment, "duct_bill_paid", "duct_receipt:"+a.Payment.String(), data)
		return err
	})
}

// toldKey is the key of the letter by which who is no operator is told of an invoice.
func toldKey(id uuid.UUID) string { return "duct_bill:" + id.String() + ":party" }

// ToldThird says what became of the letter by which somebody who is no operator was told of an invoice; false where none was written, or it is
// forgotten by now. It needs duct:read.
func (s *Service) ToldThird(ctx context.Context, actor identity.Actor, id uuid.UUID) (notify.Became, bool, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil || s.d.Notify == nil {
		return notify.Became{}, false, err
	}
	all, err := s.d.Notify.Became(ctx, toldKey(id))
	x, ok := all[toldKey(id)]
	return x, ok, err
}

// OnPaper lists who owe something without being operators and can be told of it on paper alone, by their names, 500 at most. It needs duct:read.
func (s *Service) OnPaper(ctx context.Context, actor identity.Actor) ([]Payer, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Payer
	err := s.d.DB.App.NewRaw(`SELECT w.party_id, w.operator_id, y.name FROM duct_payer w JOIN party y ON y.tenant_id = w.tenant_id AND y.id = w.party_id
		WHERE w.tenant_id = ? AND w.operator_id IS NULL AND y.email = '' AND y.erased_at IS NULL
		  AND (SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = w.tenant_id AND e.party_id = w.party_id AND e.invoice_id IS NOT NULL) > 0
		ORDER BY y.name, w.party_id LIMIT 500`, tenancy.Must(ctx)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: on paper: %w", err)
	}
	return all, nil
}
