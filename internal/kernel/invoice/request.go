package invoice

import (
	"context"
	"database/sql"
	"encoding/json"
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

// creditSeries is the series of credit notes.
const creditSeries = "CN"

// Request asks that something be taken off what an invoice charged. It takes effect when another person approves it.
type Request struct {
	bun.BaseModel `bun:"table:invoice_request,alias:q"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	Kind      string        `bun:"kind"`                        // CreditNote, WriteOff, Void or Drop
	InvoiceID uuid.UUID     `bun:"invoice_id,nullzero"`         // none of a Drop
	DraftID   uuid.NullUUID `bun:"draft_id"`                    // of a Drop
	Follows   string        `bun:"follows"`                     // of a Void: Replacement or Nothing
	Charges   []Charge      `bun:"charges,type:jsonb,nullzero"` // of a credit note: what is taken back, as positive amounts
	Reason    string        `bun:"reason"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	MadeAt    time.Time     `bun:"made_at"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	Approved  *bool         `bun:"approved"`
}

// The kinds of request besides CreditNote.
const (
	WriteOff = "write_off" // gives up what is open
	Void     = "void"      // takes back an invoice of which nothing was closed
	Drop     = "drop"      // of a draft, which is not issued then
)

// What follows a Void.
const (
	Replacement = "replacement" // a draft of the same charges, for the party as it is when that is issued
	Nothing     = "nothing"     // what it charged is not billed any more
)

// RequestInput asks that something be taken off an invoice, or that a draft be dropped. Charges are those of a credit note, and Follows
// is what comes after a void.
type RequestInput struct {
	Kind    string
	Invoice uuid.UUID
	Draft   uuid.UUID
	Charges []Charge
	Follows string
	Reason  string
}

// Ask keeps a request for a second person to decide, as part of tx; nothing changes before that. The caller has checked who may. It refuses
// Invalid without a reason or of a kind that there is not, of a void without a word of what follows, and of a credit note what Check refuses;
// NotFound "invoice.not_found" for an invoice or a draft that there is not; of a draft Conflict "invoice.final", "invoice.closed" and
// "invoice.dropped" for one that is none any more and "invoice.drop_asked" while nobody has decided about it; of an invoice Conflict
// "invoice.asked" while nobody has decided about an equal request; and, where nothing is to follow, Conflict "invoice.paid_ahead" of what is paid ahead.
func (b *Book) Ask(ctx context.Context, tx bun.Tx, actor identity.Actor, in RequestInput) (Request, error) {
	q := Request{TenantID: tenancy.Must(ctx), Kind: in.Kind, InvoiceID: in.Invoice, Reason: strings.TrimSpace(in.Reason), MadeBy: actor.ID,
		MadeAt: b.Now().UTC().Truncate(time.Microsecond)}
	if q.Reason == "" {
		return q, fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	}
	switch q.Kind {
	case WriteOff:
	case Void:
		if q.Follows = in.Follows; q.Follows != Replacement && q.Follows != Nothing {
			return q, fault.Fields([]fault.Field{{Name: "follows", Code: "required"}})
		}
	case Drop:
		return b.askDrop(ctx, tx, actor, q, in.Draft)
	case string(CreditNote):
		q.Charges = in.Charges
		if err := Check(in.Charges); err != nil {
			return q, err
		}
	default:
		return q, fault.Fields([]fault.Field{{Name: "kind", Code: "not_an_option"}})
	}
	i, _, err := b.lock(ctx, tx, in.Invoice)
	if err != nil {
		return q, err
	}
	if err := onlyOne(ctx, tx, q); err != nil {
		return q, err
	}
	if q.Follows == Nothing {
		d, err := draftOf(ctx, tx, i)
		if err == nil {
			err = d.paidAhead()
		}
		if err != nil {
			return q, err
		}
	}
	if q.ID, err = uuid.NewV7(); err != nil {
		return q, err
	}
	if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
		return q, fmt.Errorf("invoice: ask: %w", err)
	}
	return q, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.ask", Object: "invoice", ObjectID: i.ID, At: q.MadeAt,
		Detail: q.detail(map[string]any{"number": i.Number, "reason": q.Reason})})
}

// onlyOne refuses a request of which nobody has decided an equal one: a second write-off or void of the invoice, or a credit note over the same
// charges, which a form that was sent twice would have. Whoever asks holds the party's lock.
func onlyOne(ctx context.Context, tx bun.IDB, q Request) error {
	same := tx.NewSelect().Model((*Request)(nil)).Where("tenant_id = ? AND invoice_id = ? AND kind = ? AND approved IS NULL", q.TenantID, q.InvoiceID, q.Kind)
	if q.Kind == string(CreditNote) {
		charges, err := json.Marshal(q.Charges)
		if err != nil {
			return err
		}
		same = same.Where("charges = ?::jsonb", string(charges))
	}
	n, err := same.Count(ctx)
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "invoice.asked")
	}
	return err
}

// detail is what the audit trail says of a request, with more.
func (q Request) detail(more map[string]any) map[string]any {
	more["kind"] = q.Kind
	if q.Follows != "" {
		more["follows"] = q.Follows
	}
	return more
}

// Decide approves or refuses a request, as part of tx; approved, it takes effect on a day in the books. The caller has checked who may, but that
// they are two people is checked here. It refuses NotFound "invoice.no_request"; Conflict "invoice.decided" for one that was decided and
// "invoice.own_request" for whoever made it. Of what is approved it refuses Conflict: "invoice.final", "invoice.closed" and "invoice.dropped" of a
// draft that is none any more; "invoice.before_issue" for a day before the invoice's and "invoice.before_undo" for one before a payment of it was
// taken back; "invoice.nothing_open" for a write-off or a void of one that is closed; "invoice.not_untouched" for a void after a payment;
// "invoice.credit_too_large" for a credit note above what was charged and not taken off yet; and what Finalise refuses of its lines.
func (b *Book) Decide(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID, approve bool, on time.Time) (Request, error) {
	on = dayOf(on)
	var q Request
	// Whoever asks has the draft first and then its one open request; whoever decides takes them in the same order.
	_, err := tx.NewRaw("SELECT d.id FROM invoice_request q JOIN invoice_draft d ON d.tenant_id = q.tenant_id AND d.id = q.draft_id WHERE q.tenant_id = ? AND q.id = ? FOR UPDATE OF d", tenancy.Must(ctx), id).Exec(ctx)
	if err != nil {
		return q, fmt.Errorf("invoice: decide: %w", err)
	}
	err = tx.NewSelect().Model(&q).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if err := MayDecide(err, q.DecidedBy, q.MadeBy, actor); err != nil {
		return q, err
	}
	q.DecidedBy, q.DecidedAt, q.Approved = some(actor.ID), b.Now().UTC().Truncate(time.Microsecond), &approve
	if _, err := tx.NewUpdate().Model(&q).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
		return q, err
	}
	if q.Kind == Drop {
		return q, b.decideDrop(ctx, tx, actor, q)
	}
	i, s, err := b.lock(ctx, tx, q.InvoiceID)
	if err != nil {
		return q, err
	}
	if approve {
		err = b.takeOff(ctx, tx, actor, i, s, q, on)
	}
	if err != nil {
		return q, err
	}
	return q, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.decide", Object: "invoice", ObjectID: i.ID, At: q.DecidedAt,
		Detail: q.detail(map[string]any{"number": i.Number, "approved": approve})})
}

// MayDecide holds whoever decides a request, as it was read with an error or none, to the rule of two people. It refuses NotFound
// "invoice.no_request" for one that is not there, and Conflict "invoice.decided" and, for whoever made it, "invoice.own_request".
func MayDecide(read error, decided uuid.NullUUID, maker uuid.UUID, actor identity.Actor) error {
	switch {
	case errors.Is(read, sql.ErrNoRows):
		return fault.New(fault.NotFound, "invoice.no_request")
	case read != nil:
		return read
	case decided.Valid:
		return fault.New(fault.Conflict, "invoice.decided")
	case maker == actor.ID:
		return fault.New(fault.Conflict, "invoice.own_request")
	}
	return nil
}

// takeOff carries an approved request out.
func (b *Book) takeOff(ctx context.Context, tx bun.Tx, actor identity.Actor, i Invoice, s Standing, q Request, on time.Time) error {
	e := Entry{PartyID: i.PartyID, InvoiceID: some(i.ID), Kind: EntryWriteOff, Amount: -s.Open, OnDay: on, RequestID: some(q.ID), Reason: q.Reason}
	switch {
	case on.Before(i.IssuedOn):
		return fault.New(fault.Conflict, "invoice.before_issue")
	case on.Before(s.OpenSince):
		return fault.New(fault.Conflict, "invoice.before_undo", "day", s.OpenSince.Format(time.DateOnly))
	case q.Kind == string(CreditNote):
		return b.credit(ctx, tx, actor, i, s, q, on)
	case s.Open <= 0:
		return fault.New(fault.Conflict, "invoice.nothing_open")
	case q.Kind == Void && s.Open != s.Charged:
		return fault.New(fault.Conflict, "invoice.not_untouched")
	case q.Kind == Void:
		e.Kind = EntryVoid
		if err := b.follow(ctx, tx, i, q); err != nil {
			return err
		}
	}
	return b.enter(ctx, tx, actor, e)
}

// credit issues the credit note of an approved request, taxed by the rules of the invoice's own day. It closes what is open; what is
// beyond was paid already and goes to the party's balance. What the buyer gave to the state was never paid to the seller: as far as
// the note takes that back, the slip is less by it, which the buyer has corrected by the tax office.
func (b *Book) credit(ctx context.Context, tx bun.Tx, actor identity.Actor, i Invoice, s Standing, q Request, on time.Time) error {
	note := Invoice{Kind: CreditNote, Series: creditSeries, PartyID: i.PartyID, Credits: some(i.ID), Source: q.ID.String(), IssuedOn: on, DueOn: on, Note: q.Reason}
	left, err := b.left(ctx, tx, i)
	if err != nil {
		return err
	}
	mayKeep, err := b.mayKeepBack(ctx, tx, i, s)
	if err != nil {
		return err
	}
	if err := b.issue(ctx, tx, actor, &note, q.Charges, i.IssuedOn, left); err != nil {
		return err
	}
	var before money.Rupiah
	err = tx.NewRaw("SELECT coalesce(sum(total), 0)::bigint FROM invoice WHERE tenant_id = ? AND credits = ? AND id <> ?", i.TenantID, i.ID, note.ID).Scan(ctx, &before)
	if err != nil {
		return err
	}
	if note.Total > i.Total-before-s.WrittenOff-s.Voided {
		return fault.New(fault.Conflict, "invoice.credit_too_large", "most", i.Total-before-s.WrittenOff-s.Voided)
	}
	slipless := min(note.Withholdable, mayKeep) // of what no slip has come for yet
	entries, err := b.lessWithheld(ctx, tx, i, note, note.Withholdable-slipless, on)
	if err != nil {
		return err
	}
	against := slipless
	for _, e := range entries {
		against += e.Amount
	}
	against += min(note.Total-against, max(s.Open-mayKeep, 0))
	if against > 0 {
		entries = append(entries, Entry{PartyID: i.PartyID, InvoiceID: some(i.ID), Kind: EntryCredit, Amount: -against, OnDay: on, RequestID: some(q.ID)})
	}
	if rest := note.Total - against; rest > 0 {
		entries = append(entries, Entry{PartyID: i.PartyID, Kind: EntryCredit, Amount: -rest, OnDay: on, RequestID: some(q.ID)})
	}
	return b.enter(ctx, tx, actor, entries...)
}

// lessWithheld are the entries by which the slips of an invoice, the latest first, are less by as much as a credit note takes back of
// them and there is.
func (b *Book) lessWithheld(ctx context.Context, tx bun.IDB, i, note Invoice, most money.Rupiah, on time.Time) (out []Entry, err error) {
	var slips []Entry
	err = tx.NewRaw(`SELECT payment_id, -sum(amount)::bigint AS amount FROM invoice_entry WHERE tenant_id = ? AND invoice_id = ? AND kind = 'withheld'
		GROUP BY payment_id HAVING sum(amount) < 0 ORDER BY max(id::text) DESC`, i.TenantID, i.ID).Scan(ctx, &slips)
	for _, x := range slips {
		amount := min(x.Amount, most)
		if amount <= 0 {
			break
		}
		out, most = append(out, Entry{PartyID: i.PartyID, InvoiceID: some(i.ID), Kind: EntryWithheld, Amount: amount, OnDay: on, PaymentID: x.PaymentID, Reason: note.Number}), most-amount
	}
	return out, err
}

// left is what the credit notes of an invoice have left of it, by the code of each tax rule.
func (b *Book) left(ctx context.Context, tx bun.IDB, i Invoice) (map[string]taxRow, error) {
	var rows []taxRow
	err := tx.NewRaw(`SELECT o.code, o.amount - coalesce(sum(t.amount), 0)::bigint AS amount, o.base - coalesce(sum(t.base), 0)::bigint AS base, o.tax - coalesce(sum(t.tax), 0)::bigint AS tax
		FROM invoice_tax o
		LEFT JOIN invoice n ON n.tenant_id = o.tenant_id AND n.credits = o.invoice_id
		LEFT JOIN invoice_tax t ON t.tenant_id = n.tenant_id AND t.invoice_id = n.id AND t.code = o.code
		WHERE o.tenant_id = ? AND o.invoice_id = ? GROUP BY o.code, o.amount, o.base, o.tax`, i.TenantID, i.ID).Scan(ctx, &rows)
	out := map[string]taxRow{}
	for _, r := range rows {
		out[r.Code] = r
	}
	return out, err
}
