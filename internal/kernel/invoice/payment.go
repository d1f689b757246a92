package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Payment is money that came in, or a slip (bukti potong) by which a buyer shows what it gave to the state.
type Payment struct {
	bun.BaseModel `bun:"table:payment,alias:y"`

	TenantID   uuid.UUID    `bun:"tenant_id,pk"`
	ID         uuid.UUID    `bun:"id,pk"`
	PartyID    uuid.UUID    `bun:"party_id"`
	Method     string       `bun:"method"`
	Reference  string       `bun:"reference"` // of the bank; the number of a slip
	Amount     money.Rupiah `bun:"amount"`
	ReceivedOn time.Time    `bun:"received_on"`
	RecordedAt time.Time    `bun:"recorded_at"`
	RecordedBy uuid.UUID    `bun:"recorded_by"`
}

// The ways to pay.
const (
	Transfer       = "transfer"
	VirtualAccount = "virtual_account"
	Stripe         = "stripe"
	Cash           = "cash"
	Slip           = "slip"
	Deposit        = "deposit" // what the seller held for the buyer: it came in before, and Take alone records it
)

// PaymentInput is what came in for an invoice.
type PaymentInput struct {
	Invoice   uuid.UUID
	Method    string
	Reference string
	Amount    money.Rupiah
	On        time.Time
}

// Pay records what came in for an invoice as part of tx: it closes what is open, and what is beyond goes to the party's balance.
// A slip closes only what the buyer may keep back, and not before the invoice was issued. The caller has checked who may. The same reference of
// the same method counts once: telling it again is Conflict "payment.known". It refuses Invalid for an amount that is not positive, a method that
// there is not (that of a deposit is Take's), no reference or one above 140 bytes, and a slip of a day before the invoice's; NotFound
// "invoice.not_found"; and Conflict "payment.slip_too_large" for a slip above what may be kept back.
func (b *Book) Pay(ctx context.Context, tx bun.Tx, actor identity.Actor, in PaymentInput) (Payment, error) {
	in.Reference, in.On = strings.TrimSpace(in.Reference), dayOf(in.On)
	if err := in.check(); err != nil {
		return Payment{}, err
	}
	if in.Method == Deposit {
		return Payment{}, fault.Fields([]fault.Field{{Name: "method", Code: "not_an_option"}})
	}
	i, s, err := b.lock(ctx, tx, in.Invoice)
	if err != nil {
		return Payment{}, err
	}
	if in.Method == Slip && in.On.Before(i.IssuedOn) {
		return Payment{}, fault.Fields([]fault.Field{{Name: "on", Code: "before_issue"}})
	}
	if in.Method == Slip {
		most, err := b.mayKeepBack(ctx, tx, i, s)
		if err != nil {
			return Payment{}, err
		}
		if in.Amount > most {
			return Payment{}, fault.New(fault.Conflict, "payment.slip_too_large", "most", most)
		}
	}
	p := Payment{TenantID: i.TenantID, PartyID: i.PartyID, Method: in.Method, Reference: in.Reference, Amount: in.Amount, ReceivedOn: in.On,
		RecordedAt: b.Now().UTC().Truncate(time.Microsecond), RecordedBy: actor.ID}
	if err := p.insert(ctx, tx); err != nil {
		return p, err
	}
	if err := b.enter(ctx, tx, actor, closing(i, s, p)...); err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.record", Object: "invoice", ObjectID: i.ID, At: p.RecordedAt,
		Detail: map[string]any{"number": i.Number, "method": p.Method, "reference": p.Reference, "amount": int64(p.Amount), "on": in.On.Format(time.DateOnly)}})
}

// FindPayment reads a payment, and whether it was taken back; NotFound "payment.not_found" when there is none.
func (b *Book) FindPayment(ctx context.Context, db bun.IDB, id uuid.UUID) (p Payment, undone bool, err error) {
	err = db.NewSelect().Model(&p).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, fault.New(fault.NotFound, "payment.not_found")
	}
	if err == nil {
		undone, err = db.NewSelect().TableExpr("payment_undo").Where("tenant_id = ? AND payment_id = ?", p.TenantID, p.ID).Exists(ctx)
	}
	return p, undone, err
}

// Received lists the payments of an invoice that came in as money and were not taken back since, the earliest first, 500 at most. Each has one
// receipt, also where it is of several invoices.
func Received(ctx context.Context, db bun.IDB, id uuid.UUID) ([]Payment, error) {
	var all []Payment
	err := db.NewSelect().Model(&all).ColumnExpr("y.*").Where("y.tenant_id = ? AND y.method <> ?", tenancy.Must(ctx), Slip).
		Where("y.id IN (SELECT e.payment_id FROM invoice_entry e WHERE e.tenant_id = y.tenant_id AND e.invoice_id = ?)", id).
		Where("NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id)").Order("y.received_on", "y.id").Limit(500).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("invoice: received: %w", err)
	}
	return all, nil
}

// ReceiptTurn waits for its turn with the receipt of a payment, as part of tx: of two that print it, also from the pages of different invoices, the
// second finds the first one's.
func ReceiptTurn(ctx context.Context, tx bun.Tx, payment uuid.UUID) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "receipt of "+payment.String()).Exec(ctx)
	return err
}

// mayKeepBack is what the buyer may still give to the state: less for what was credited, and never more than is open.
func (b *Book) mayKeepBack(ctx context.Context, tx bun.IDB, i Invoice, s Standing) (money.Rupiah, error) {
	var credited money.Rupiah
	err := tx.NewRaw("SELECT coalesce(sum(withholdable), 0)::bigint FROM invoice WHERE tenant_id = ? AND credits = ?", i.TenantID, i.ID).Scan(ctx, &credited)
	return max(min(i.Withholdable-credited-s.Withheld, s.Open), 0), err
}

// closing are the entries of a payment. One that came before the invoice was issued, or before another payment of it was taken
// back, is a balance until that day, so that on no day an invoice is paid beyond what it charges. A slip has no money to keep.
func closing(i Invoice, s Standing, p Payment) []Entry {
	kind, against := EntryPayment, min(p.Amount, max(s.Open, 0))
	if p.Method == Slip {
		kind = EntryWithheld
	}
	of := func(invoice uuid.NullUUID, amount money.Rupiah, day time.Time) Entry {
		return Entry{PartyID: i.PartyID, InvoiceID: invoice, Kind: kind, Amount: amount, OnDay: day, PaymentID: some(p.ID)}
	}
	var all []Entry
	from := later(i.IssuedOn, s.OpenSince)
	early := p.Method != Slip && p.ReceivedOn.Before(from)
	rest := p.Amount - against
	if early {
		rest = p.Amount
	}
	if rest > 0 {
		all = append(all, of(uuid.NullUUID{}, -rest, p.ReceivedOn))
	}
	if against > 0 && early {
		all = append(all, of(uuid.NullUUID{}, against, from))
	}
	if against > 0 {
		all = append(all, of(some(i.ID), -against, later(p.ReceivedOn, from)))
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// referencesMost bounds the reference of a payment, in bytes.
const referencesMost = 140

func (in PaymentInput) check() error {
	var bad []fault.Field
	if in.Amount <= 0 {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	if in.Reference == "" {
		bad = append(bad, fault.Field{Name: "reference", Code: "required"})
	} else if len(in.Reference) > referencesMost {
		bad = append(bad, fault.Field{Name: "reference", Code: "too_long", Args: []any{"max", referencesMost}})
	}
	switch in.Method {
	case Transfer, VirtualAccount, Stripe, Cash, Slip, Deposit:
	default:
		bad = append(bad, fault.Field{Name: "method", Code: "not_an_option"})
	}
	return fault.Fields(bad)
}

// balance is what a party has paid beyond its invoices, and the first day on which all of it can be used. Its entries are locked
// by lock of any of its invoices.
func balance(ctx context.Context, tx bun.IDB, party uuid.UUID, on time.Time) (money.Rupiah, time.Time, error) {
	var row struct {
		Amount money.Rupiah `bun:"amount"`
		Last   time.Time    `bun:"last"`
	}
	err := tx.NewRaw("SELECT coalesce(-sum(amount), 0)::bigint AS amount, coalesce(max(on_day), ?::date) AS last FROM invoice_entry WHERE tenant_id = ? AND party_id = ? AND invoice_id IS NULL",
		on.Format(time.DateOnly), tenancy.Must(ctx), party).Scan(ctx, &row)
	return row.Amount, later(on, row.Last), err
}

// Apply puts a party's balance against an open invoice, as much as there is and as is open, and returns how much. It is
// booked on a day, or when the last of the balance came in if that was later. It refuses NotFound "invoice.not_found".
func (b *Book) Apply(ctx context.Context, tx bun.Tx, actor identity.Actor, invoice uuid.UUID, on time.Time) (money.Rupiah, error) {
	on = dayOf(on)
	i, s, err := b.lock(ctx, tx, invoice)
	if err != nil {
		return 0, err
	}
	have, on, err := balance(ctx, tx, i.PartyID, later(later(on, i.IssuedOn), s.OpenSince))
	amount := min(have, s.Open)
	if err != nil || amount <= 0 {
		return 0, err
	}
	err = b.enter(ctx, tx, actor,
		Entry{PartyID: i.PartyID, Kind: EntryPayment, Amount: amount, OnDay: on, Reason: i.Number},
		Entry{PartyID: i.PartyID, InvoiceID: some(i.ID), Kind: EntryPayment, Amount: -amount, OnDay: on})
	if err != nil {
		return 0, err
	}
	return amount, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.apply", Object: "invoice", ObjectID: i.ID,
		Detail: map[string]any{"number": i.Number, "amount": int64(amount), "on": on.Format(time.DateOnly)}})
}

// Refund gives some of a party's balance back; its day is that of Apply. It refuses Invalid without a reason or an amount, and Conflict "payment.no_balance" for
// more than there is.
func (b *Book) Refund(ctx context.Context, tx bun.Tx, actor identity.Actor, party uuid.UUID, amount money.Rupiah, on time.Time, reason string) error {
	reason, on = strings.TrimSpace(reason), dayOf(on)
	var bad []fault.Field
	if amount <= 0 {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	if reason == "" {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	}
	if bad != nil {
		return fault.Fields(bad)
	}
	if err := lockParty(ctx, tx, party); err != nil {
		return err
	}
	have, on, err := balance(ctx, tx, party, on)
	if err != nil {
		return err
	}
	if amount > have {
		return fault.New(fault.Conflict, "payment.no_balance", "most", have)
	}
	if err := b.enter(ctx, tx, actor, Entry{PartyID: party, Kind: EntryRefund, Amount: amount, OnDay: on, Reason: reason}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.refund", Object: "party", ObjectID: party,
		Detail: map[string]any{"amount": int64(amount), "reason": reason}})
}
