package invoice

import (
	"context"
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

// TakeInput is money of a party that came in for some of its invoices, or for none that is known.
type TakeInput struct {
	Party     uuid.UUID
	Against   []Share // in the order in which they are closed
	Method    string  // not Slip
	Reference string
	Amount    money.Rupiah
	On        time.Time
}

// Share is an invoice that a payment closes: what is open of it, or Most of that where it is above zero.
type Share struct {
	Invoice uuid.UUID    `json:"invoice"`
	Most    money.Rupiah `json:"most,omitempty"`
}

// Take records what a party paid as part of tx: it closes what is open of the invoices, one after the other, and what is beyond
// goes to the party's balance. The caller has checked who may. It refuses what Pay refuses, Invalid for a slip, which is of one invoice, and
// Conflict "payment.other_party" for an invoice of somebody else, whoever chose it.
func (b *Book) Take(ctx context.Context, tx bun.Tx, actor identity.Actor, in TakeInput) (Payment, error) {
	in.Reference, in.On = strings.TrimSpace(in.Reference), dayOf(in.On)
	if err := (PaymentInput{Method: in.Method, Reference: in.Reference, Amount: in.Amount}).check(); err != nil {
		return Payment{}, err
	}
	if in.Method == Slip {
		return Payment{}, fault.Fields([]fault.Field{{Name: "method", Code: "not_an_option"}})
	}
	if err := lockParty(ctx, tx, in.Party); err != nil {
		return Payment{}, err
	}
	p := Payment{TenantID: tenancy.Must(ctx), PartyID: in.Party, Method: in.Method, Reference: in.Reference, Amount: in.Amount, ReceivedOn: in.On,
		RecordedAt: b.Now().UTC().Truncate(time.Microsecond), RecordedBy: actor.ID}
	if err := p.insert(ctx, tx); err != nil {
		return p, err
	}
	left := p.Amount
	var entries []Entry
	var numbers []string
	seen := map[uuid.UUID]bool{}
	for _, to := range in.Against {
		if seen[to.Invoice] {
			continue
		}
		seen[to.Invoice] = true
		i, s, err := b.lock(ctx, tx, to.Invoice)
		if err != nil {
			return p, err
		}
		if i.PartyID != in.Party {
			return p, fault.New(fault.Conflict, "payment.other_party", "number", i.Number)
		}
		part := p
		part.Amount = min(left, max(s.Open, 0))
		if to.Most > 0 {
			part.Amount = min(part.Amount, to.Most)
		}
		if part.Amount == 0 {
			continue
		}
		left -= part.Amount
		entries, numbers = append(entries, closing(i, s, part)...), append(numbers, i.Number)
	}
	if left > 0 {
		entries = append(entries, Entry{PartyID: in.Party, Kind: EntryPayment, Amount: -left, OnDay: in.On, PaymentID: some(p.ID)})
	}
	if err := b.enter(ctx, tx, actor, entries...); err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.record", Object: "party", ObjectID: in.Party, At: p.RecordedAt,
		Detail: map[string]any{"numbers": numbers, "method": p.Method, "reference": p.Reference, "amount": int64(p.Amount), "to_balance": int64(left), "on": in.On.Format(time.DateOnly)}})
}

// insert gives the payment its id; one that was told before is Conflict "payment.known".
func (p *Payment) insert(ctx context.Context, tx bun.IDB) error {
	var err error
	if p.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	res, err := tx.NewInsert().Model(p).On("CONFLICT (tenant_id, method, reference) DO NOTHING").Exec(ctx)
	if err != nil {
		return fmt.Errorf("invoice: payment: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.Conflict, "payment.known", err)
	}
	return nil
}

// UndoPayment takes a payment or a slip back that was booked by mistake, as part of tx: by entries against its own, on a day or
// on that of the last of them if it is later. What was open before is open again. It refuses Invalid without a reason, NotFound
// "payment.not_found", and Conflict "payment.undone" for one that was taken back and "payment.balance_used" while what it
// brought to the balance is used: that must be undone first.
func (b *Book) UndoPayment(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID, on time.Time, reason string) error {
	reason, on = strings.TrimSpace(reason), dayOf(on)
	if reason == "" {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	}
	p, _, err := b.FindPayment(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := lockParty(ctx, tx, p.PartyID); err != nil {
		return err
	}
	var made []Entry
	err = tx.NewRaw(`SELECT invoice_id, min(kind) AS kind, -sum(amount)::bigint AS amount, max(on_day) AS on_day FROM invoice_entry
		WHERE tenant_id = ? AND payment_id = ? GROUP BY invoice_id HAVING sum(amount) <> 0`, p.TenantID, p.ID).Scan(ctx, &made)
	if err != nil {
		return err
	}
	have, last, err := balance(ctx, tx, p.PartyID, on)
	if err != nil {
		return err
	}
	for i, e := range made {
		if !e.InvoiceID.Valid {
			if e.Amount > have {
				return fault.New(fault.Conflict, "payment.balance_used", "used", e.Amount-have)
			}
			on = later(on, last)
		}
		on = later(on, e.OnDay)
		made[i].PartyID, made[i].PaymentID, made[i].Reason = p.PartyID, some(p.ID), reason
	}
	for i := range made {
		made[i].OnDay = on
	}
	res, err := tx.NewRaw("INSERT INTO payment_undo (tenant_id, payment_id, on_day, reason, at, by) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		p.TenantID, p.ID, on.Format(time.DateOnly), reason, b.Now().UTC(), actor.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("invoice: undo: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.Conflict, "payment.undone", err)
	}
	if err := b.enter(ctx, tx, actor, made...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payment.undo", Object: "party", ObjectID: p.PartyID,
		Detail: map[string]any{"reference": p.Reference, "amount": int64(p.Amount), "on": on.Format(time.DateOnly), "reason": reason}})
}

// KeepBack is what the buyer of an invoice may still give to the state instead of paying it, tax by tax: what a payment that is
// less than what is open may have been lessened by.
func (b *Book) KeepBack(ctx context.Context, db bun.IDB, i Invoice, s Standing) (all money.Rupiah, each []money.Rupiah, err error) {
	if all, err = b.mayKeepBack(ctx, db, i, s); err != nil || all == 0 {
		return 0, nil, err
	}
	var rows []taxRow
	if err := db.NewSelect().Model(&rows).Where("tenant_id = ? AND invoice_id = ?", i.TenantID, i.ID).Order("code").Scan(ctx); err != nil {
		return 0, nil, err
	}
	for _, r := range rows {
		if kept := (Tax{Rule: r.Rule, Tax: r.Tax}).KeptBack(); kept > 0 && kept <= all {
			each = append(each, kept)
		}
	}
	return all, each, nil
}
