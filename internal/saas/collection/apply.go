package collection

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// apply deals with an event that was stored, by reading what it is about again. What it said then does not matter, so events
// may come in any order, twice, or in the words of another version.
func (s *Service) apply(ctx context.Context, id string) error {
	e, err := s.event(ctx, id)
	if err != nil || !e.ProcessedAt.IsZero() {
		return err
	}
	outcome, err := s.deal(ctx, e)
	if err != nil {
		return err
	}
	_, err = s.DB.App.NewRaw("UPDATE stripe_event SET processed_at = ?, outcome = ? WHERE tenant_id = ? AND id = ? AND processed_at IS NULL",
		s.Now().UTC(), outcome, e.TenantID, e.ID).Exec(ctx)
	return err
}

// The outcomes of an event.
const (
	applied   = "applied"
	ignored   = "ignored"
	otherMode = "other_mode" // of test money for a program on real money, or the other way round
)

func (s *Service) deal(ctx context.Context, e eventRow) (string, error) {
	about := incident{Object: e.ObjectID, Note: e.Type}
	switch {
	case e.Live != s.stripe.live:
		return otherMode, nil
	case e.Type == "invoice.upcoming", e.Type == "invoice.deleted", e.ObjectID == "":
		return ignored, nil
	case strings.HasPrefix(e.Type, "invoice."):
		_, err := s.read(ctx, e.ObjectID)
		return applied, err
	case e.Type == "checkout.session.completed":
		return applied, s.leave(ctx, e.ObjectID)
	case strings.HasPrefix(e.Type, "customer.subscription."):
		return applied, s.readSubscription(ctx, e.ObjectID)
	case e.Type == "charge.refunded":
		about.Kind = refunded
		return applied, s.note(ctx, about)
	case e.Type == "charge.dispute.created":
		about.Kind = disputed
		return applied, s.note(ctx, about)
	}
	return ignored, nil
}

// leave has what is charged to a city go to what it has left on Stripe's page.
func (s *Service) leave(ctx context.Context, session string) error {
	customer, method, err := s.stripe.left(ctx, session)
	if err != nil || method == "" {
		return err
	}
	if err := s.stripe.charge(ctx, customer, method); err != nil {
		return err
	}
	_, err = s.DB.App.NewRaw("UPDATE stripe_account SET method_at = coalesce(method_at, ?) WHERE tenant_id = ? AND customer_id = ?",
		s.Now().UTC(), tenancy.Must(ctx), customer).Exec(ctx)
	return err
}

// readSubscription notices that a subscription was ended there and not here.
func (s *Service) readSubscription(ctx context.Context, id string) error {
	var a Account
	err := s.DB.App.NewSelect().Model(&a).Where("tenant_id = ? AND subscription_id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if isNone(err) {
		return nil // one that we have ended, or have not kept yet
	}
	if err != nil {
		return err
	}
	ended, err := s.stripe.ended(ctx, id)
	if err != nil || !ended {
		return err
	}
	if err := s.note(ctx, incident{Kind: subscriptionEnded, Object: id, City: some(a.City)}); err != nil {
		return err
	}
	a.SubscriptionID, a.Mirrors, a.MirroredAt, a.Revision = "", "", time.Time{}, a.Revision+1
	return s.keep(ctx, a, "subscription_id", "mirrors", "mirrored_at", "revision") // the next look makes another
}

// billRow is an invoice of Stripe's as it was last read.
type billRow struct {
	bun.BaseModel `bun:"table:stripe_invoice,alias:x"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        string        `bun:"id,pk"`
	City      uuid.NullUUID `bun:"city"`
	InvoiceID uuid.NullUUID `bun:"invoice_id"`
	Status    string        `bun:"status"`
	Total     int64         `bun:"total"`
	Due       int64         `bun:"due"`
	Paid      int64         `bun:"paid"`
	Booked    int64         `bun:"booked"`
	Attempts  int           `bun:"attempts"`
	Failed    bool          `bun:"failed"`
	URL       string        `bun:"url"`
	Reads     int64         `bun:"reads"`
	Applied   int64         `bun:"applied"`
	ReadAt    time.Time     `bun:"read_at,nullzero"`
}

// read takes over what an invoice of Stripe's is now. Readings are numbered before they begin, and one that began before the
// last that was taken over is dropped: whatever happened last has been seen by the one with the highest number.
func (s *Service) read(ctx context.Context, id string) (document, error) {
	var n int64
	err := s.DB.App.NewRaw(`INSERT INTO stripe_invoice AS x (tenant_id, id, reads) VALUES (?, ?, 1)
		ON CONFLICT (tenant_id, id) DO UPDATE SET reads = x.reads + 1 RETURNING reads`, tenancy.Must(ctx), id).Scan(ctx, &n)
	if err != nil {
		return document{}, err
	}
	doc, err := s.stripe.invoice(ctx, id)
	if err != nil {
		return document{}, err
	}
	err = tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error { return s.take(ctx, tx, doc, n) })
	if err != nil {
		return doc, fmt.Errorf("collection: read %s: %w", id, err)
	}
	return doc, nil
}

// take writes a reading and books what was paid since the one before.
func (s *Service) take(ctx context.Context, tx bun.Tx, doc document, n int64) error {
	row := billRow{TenantID: tenancy.Must(ctx), ID: doc.ID}
	if err := tx.NewSelect().Model(&row).WherePK().For("UPDATE").Scan(ctx); err != nil {
		return err
	}
	if n <= row.Applied {
		return nil
	}
	if err := s.own(ctx, tx, &row, doc); err != nil {
		return err
	}
	row.Status, row.Total, row.Due, row.Attempts, row.URL = string(doc.Status), doc.Total, doc.AmountRemaining, int(doc.AttemptCount), doc.HostedInvoiceURL
	row.Failed = doc.Status == stripe.InvoiceStatusOpen && doc.Attempted && doc.AttemptCount > 0 && doc.AmountRemaining > 0
	row.Applied, row.ReadAt = n, s.Now().UTC().Truncate(time.Microsecond)
	if !doc.PaidOutOfBand {
		row.Paid = max(row.Paid, doc.AmountPaid)
	}
	about := incident{Object: row.ID, City: row.City, InvoiceID: row.InvoiceID}
	if err := s.bookPaid(ctx, tx, &row, doc); err != nil {
		return err
	}
	x := about
	x.Kind, x.Expected = paymentFailed, row.Due
	if err := s.noteIfTx(ctx, tx, x, row.Failed); err != nil {
		return err
	}
	x = about
	x.Kind, x.Found = unknownInvoice, row.Total // of a customer that is no city we know nothing: the account may serve others too
	if err := s.noteIfTx(ctx, tx, x, row.City.Valid && !row.InvoiceID.Valid && doc.Status != stripe.InvoiceStatusDraft && doc.Status != stripe.InvoiceStatusVoid && row.Total != 0); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model(&row).ExcludeColumn("reads").WherePK().Exec(ctx)
	return err
}

// own finds out whose an invoice is, and which of the books' it collects, when the row does not say.
func (s *Service) own(ctx context.Context, tx bun.IDB, row *billRow, doc document) error {
	if !row.City.Valid && doc.Customer != nil {
		err := tx.NewRaw("SELECT city FROM stripe_account WHERE tenant_id = ? AND customer_id = ?", row.TenantID, doc.Customer.ID).Scan(ctx, &row.City)
		if err != nil && !isNone(err) {
			return err
		}
	}
	if row.InvoiceID.Valid || doc.of() == uuid.Nil || !row.City.Valid {
		return nil
	}
	// Whoever has the account can write anything there: it is ours if it is this city's, and not collected by another.
	err := tx.NewRaw(`SELECT i.id FROM invoice i JOIN party p ON p.tenant_id = i.tenant_id AND p.id = i.party_id
		WHERE i.tenant_id = ? AND i.id = ? AND p.city = ? AND NOT EXISTS (SELECT FROM stripe_invoice x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id)`,
		row.TenantID, doc.of(), row.City).Scan(ctx, &row.InvoiceID)
	if isNone(err) {
		return nil
	}
	return err
}

// bookPaid records in the books what Stripe has been paid and they do not have yet.
func (s *Service) bookPaid(ctx context.Context, tx bun.Tx, row *billRow, doc document) error {
	more := row.Paid - row.Booked
	if more <= 0 || !row.InvoiceID.Valid {
		return nil
	}
	if more%hundredths != 0 {
		return s.noteTx(ctx, tx, incident{Kind: notWhole, Object: row.ID, City: row.City, InvoiceID: row.InvoiceID, Expected: more - more%hundredths, Found: more})
	}
	// A payment is named by how much has been paid with it, so that it counts once whoever reads it.
	in := invoice.PaymentInput{Invoice: row.InvoiceID.UUID, Method: invoice.Stripe, Reference: row.ID + "/" + strconv.FormatInt(row.Paid/hundredths, 10),
		Amount: money.Rupiah(more / hundredths), On: s.dayOf(ctx, paidAt(doc, s.Now()))}
	p, err := s.book.Pay(ctx, tx, system(), in)
	if fault.Is(err, "payment.known") {
		row.Booked = row.Paid
		return nil
	}
	if err != nil {
		return err
	}
	row.Booked = row.Paid
	return s.Receipts.Receipt(ctx, tx, in.Invoice, p)
}

func paidAt(doc document, now time.Time) time.Time {
	if t := doc.StatusTransitions; t != nil && t.PaidAt > 0 {
		return time.Unix(t.PaidAt, 0)
	}
	return now
}
