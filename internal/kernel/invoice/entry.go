package invoice

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Entry changes what a party owes: a positive amount raises it. One without an invoice is of the party's balance.
type Entry struct {
	bun.BaseModel `bun:"table:invoice_entry,alias:e"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	PartyID   uuid.UUID     `bun:"party_id"`
	InvoiceID uuid.NullUUID `bun:"invoice_id"`
	Kind      string        `bun:"kind"`
	Amount    money.Rupiah  `bun:"amount"`
	OnDay     time.Time     `bun:"on_day"` // in the books
	PaymentID uuid.NullUUID `bun:"payment_id"`
	RequestID uuid.NullUUID `bun:"request_id"`
	Reason    string        `bun:"reason"`
	At        time.Time     `bun:"at"`
	By        uuid.UUID     `bun:"by"`
}

// The kinds of entries.
const (
	EntryCharge   = "charge"
	EntryPayment  = "payment"
	EntryWithheld = "withheld" // given to the state by the buyer, as a slip says
	EntryCredit   = "credit"
	EntryWriteOff = "write_off"
	EntryVoid     = "void"
	EntryRefund   = "refund" // of a balance
)

// enter adds entries as part of tx.
func (b *Book) enter(ctx context.Context, tx bun.IDB, actor identity.Actor, all ...Entry) error {
	for i := range all {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		all[i].TenantID, all[i].ID, all[i].At, all[i].By = tenancy.Must(ctx), id, b.Now().UTC().Truncate(time.Microsecond), actor.ID
	}
	if len(all) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&all).Exec(ctx); err != nil {
		return fmt.Errorf("invoice: enter: %w", err)
	}
	return nil
}

// Standing is how an invoice stands: what it charged and by what that has been closed, all as positive amounts.
type Standing struct {
	InvoiceID  uuid.UUID    `bun:"invoice_id"`
	Charged    money.Rupiah `bun:"charged"`
	Paid       money.Rupiah `bun:"paid"`
	Withheld   money.Rupiah `bun:"withheld"`
	Credited   money.Rupiah `bun:"credited"`
	WrittenOff money.Rupiah `bun:"written_off"`
	Voided     money.Rupiah `bun:"voided"`
	Open       money.Rupiah `bun:"open"`

	// OpenSince is the last day on which it was charged or a payment of it was taken back: what closes it counts from then.
	OpenSince time.Time `bun:"open_since,nullzero"`
}

// State is the word for it. Only what was received, as money or by a slip, pays an invoice: one that credit notes closed alone is credited,
// and one that they made smaller is as open as before. StateSQL says the same.
func (s Standing) State() string {
	switch received := s.Paid + s.Withheld; {
	case s.Voided > 0:
		return "void"
	case s.Open == 0 && s.WrittenOff > 0:
		return "written_off"
	case s.Open == 0 && s.Credited > 0 && received <= 0:
		return "credited"
	case s.Open == 0:
		return "paid"
	case received > 0:
		return "part_paid"
	}
	return "open"
}

// States are the words of State.
func States() []string {
	return []string{"open", "part_paid", "paid", "credited", "written_off", "void"}
}

// StateSQL is State over s, a row of StandingColumns.
const StateSQL = `CASE WHEN s.voided > 0 THEN 'void' WHEN s.open = 0 AND s.written_off > 0 THEN 'written_off' WHEN s.open = 0 AND s.credited > 0 AND s.paid + s.withheld <= 0 THEN 'credited'
	WHEN s.open = 0 THEN 'paid' WHEN s.paid + s.withheld > 0 THEN 'part_paid' ELSE 'open' END`

// sums are the columns of a Standing, over entries.
const sums = `coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0)::bigint AS charged,
	coalesce(-sum(amount) FILTER (WHERE kind = 'payment'), 0)::bigint AS paid,
	coalesce(-sum(amount) FILTER (WHERE kind = 'withheld'), 0)::bigint AS withheld,
	coalesce(-sum(amount) FILTER (WHERE kind = 'credit'), 0)::bigint AS credited,
	coalesce(-sum(amount) FILTER (WHERE kind = 'write_off'), 0)::bigint AS written_off,
	coalesce(-sum(amount) FILTER (WHERE kind = 'void'), 0)::bigint AS voided,
	coalesce(sum(amount), 0)::bigint AS open,
	max(on_day) FILTER (WHERE amount > 0) AS open_since`

// StandingColumns are the columns of a Standing over rows of invoice_entry, for a list that sums up many.
func StandingColumns() string { return sums }

// Standing sums up an invoice.
func (b *Book) Standing(ctx context.Context, db bun.IDB, id uuid.UUID) (Standing, error) {
	s := Standing{InvoiceID: id}
	err := db.NewSelect().TableExpr("invoice_entry").ColumnExpr(sums).Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), id).Scan(ctx, &s)
	return s, err
}

// lock reads an invoice with its standing for an entry against it: whoever is next waits until tx ends. Credit notes have
// no standing of their own and are NotFound here.
func (b *Book) lock(ctx context.Context, tx bun.IDB, id uuid.UUID) (Invoice, Standing, error) {
	var i Invoice
	err := tx.NewSelect().Model(&i).Where("tenant_id = ? AND id = ? AND kind = ?", tenancy.Must(ctx), id, Bill).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "invoice.not_found")
	}
	if err != nil {
		return i, Standing{}, err
	}
	if err := lockParty(ctx, tx, i.PartyID); err != nil {
		return i, Standing{}, err
	}
	s, err := b.Standing(ctx, tx, id)
	return i, s, err
}

// lockParty lets nobody else enter anything for a party until tx ends. The lock is not its row's: an invoice that is being
// finalised holds that by its foreign key.
func lockParty(ctx context.Context, tx bun.IDB, party uuid.UUID) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "party "+party.String()).Exec(ctx)
	return err
}

// LockParties is what makes an act on several parties wait for others on any of them, until tx ends: always in the same order, so that
// two such acts do not wait for each other.
func LockParties(ctx context.Context, tx bun.IDB, all ...uuid.UUID) error {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, party := range slices.Compact(all) {
		if err := lockParty(ctx, tx, party); err != nil {
			return err
		}
	}
	return nil
}

// PartyBooks is what happened with a party up to a day.
type PartyBooks struct {
	PartyID uuid.UUID `bun:"party_id"`
	Standing
	Balance  money.Rupiah `bun:"balance"`  // that it has paid beyond its invoices
	Refunded money.Rupiah `bun:"refunded"` // of that
	Kept     money.Rupiah `bun:"kept"`     // credit notes that became balance, since what they credit was paid
}

// Received is what the party has paid in, whatever it was put against, and AllCredited what was credited to it, whether that was open or paid:
// with Charged less Withheld, WrittenOff and Voided they make Open less Balance, once what was refunded is added.
func (p PartyBooks) Received() money.Rupiah { return p.Paid + p.Balance + p.Refunded - p.Kept }

// AllCredited: see Received.
func (p PartyBooks) AllCredited() money.Rupiah { return p.Credited + p.Kept }

// partySums are the columns of a PartyBooks, over entries.
const partySums = `coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0)::bigint AS charged,
			coalesce(-sum(amount) FILTER (WHERE kind = 'payment' AND invoice_id IS NOT NULL), 0)::bigint AS paid,
			coalesce(-sum(amount) FILTER (WHERE kind = 'withheld'), 0)::bigint AS withheld,
			coalesce(-sum(amount) FILTER (WHERE kind = 'credit' AND invoice_id IS NOT NULL), 0)::bigint AS credited,
			coalesce(-sum(amount) FILTER (WHERE kind = 'write_off'), 0)::bigint AS written_off,
			coalesce(-sum(amount) FILTER (WHERE kind = 'void'), 0)::bigint AS voided,
			coalesce(sum(amount) FILTER (WHERE invoice_id IS NOT NULL), 0)::bigint AS open,
			coalesce(-sum(amount) FILTER (WHERE invoice_id IS NULL), 0)::bigint AS balance,
			coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)::bigint AS refunded,
			coalesce(-sum(amount) FILTER (WHERE kind = 'credit' AND invoice_id IS NULL), 0)::bigint AS kept`

// BooksOf is Books of one party.
func (b *Book) BooksOf(ctx context.Context, party uuid.UUID, until time.Time) (PartyBooks, error) {
	one := PartyBooks{PartyID: party}
	err := b.DB.App.NewSelect().TableExpr("invoice_entry").ColumnExpr(partySums).
		Where("tenant_id = ? AND party_id = ? AND on_day <= ?", tenancy.Must(ctx), party, dayOf(until).Format(time.DateOnly)).Scan(ctx, &one)
	return one, err
}

// booksPage is how many parties Books sums up at once.
const booksPage = 500

// Books sums up the parties of the seller up to a day, page by page in the order of their ids: those after the party that
// the page before ended with, and next is zero on the last page. Open is of its invoices alone, and Paid of what was put
// against them.
func (b *Book) Books(ctx context.Context, until time.Time, after uuid.UUID) (page []PartyBooks, next uuid.UUID, err error) {
	err = b.DB.App.NewSelect().TableExpr("invoice_entry").ColumnExpr("party_id").
		ColumnExpr(partySums).
		Where("tenant_id = ? AND on_day <= ? AND party_id > ?", tenancy.Must(ctx), dayOf(until).Format(time.DateOnly), after).
		Group("party_id").Order("party_id").Limit(booksPage+1).Scan(ctx, &page)
	if len(page) > booksPage {
		page = page[:booksPage]
		next = page[booksPage-1].PartyID
	}
	return page, next, err
}
