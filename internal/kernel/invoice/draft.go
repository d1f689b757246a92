package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// chargesMost bounds the lines of an invoice.
const chargesMost = 500

// Check refuses charges that no invoice can have, with Invalid naming each place: "charges.2.name".
func Check(all []Charge) error {
	var bad []fault.Field
	refuse := func(i int, name, code string) {
		bad = append(bad, fault.Field{Name: fmt.Sprintf("charges.%d.%s", i, name), Code: code})
	}
	if len(all) == 0 {
		bad = append(bad, fault.Field{Name: "charges", Code: "required"})
	}
	if len(all) > chargesMost {
		bad = append(bad, fault.Field{Name: "charges", Code: "too_many", Args: []any{"max", chargesMost}})
	}
	var amounts []money.Rupiah
	for i, c := range all {
		if c.Name.Empty() {
			refuse(i, "name", "required")
		}
		if c.PPN == "" {
			refuse(i, "ppn", "required")
		}
		if c.Amount == money.Min {
			refuse(i, "amount", "too_small")
		}
		amounts = append(amounts, c.Amount)
	}
	if _, err := money.Sum(amounts...); err != nil {
		bad = append(bad, fault.Field{Name: "charges", Code: "amount_range"})
	}
	return fault.Fields(bad)
}

// SaveParty keeps whom the seller charges; one with an id is changed, for invoices to come. A city is one party. It refuses
// NotFound "invoice.no_party" for an id that there is not.
func SaveParty(ctx context.Context, tx bun.IDB, actor identity.Actor, p Party) (Party, error) {
	p.TenantID = tenancy.Must(ctx)
	what := "party.change"
	if p.ID == uuid.Nil {
		var err error
		if p.ID, err = uuid.NewV7(); err != nil {
			return p, err
		}
		if _, err = tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return p, fmt.Errorf("invoice: party: %w", err)
		}
		what = "party.add"
	} else {
		res, err := tx.NewUpdate().Model(&p).Column("name", "address", "email", "npwp", "free_zone", "collector", "ppn", "pph", "basis", "verified").Set("updated_at = now()").WherePK().Exec(ctx)
		if err != nil {
			return p, fmt.Errorf("invoice: party: %w", err)
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return p, fault.Wrap(fault.NotFound, "invoice.no_party", err)
		}
	}
	return p, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "party", ObjectID: p.ID,
		Detail: map[string]any{"free_zone": p.FreeZone, "collector": p.Collector, "ppn": p.PPN, "pph": p.PPh}})
}

// Write keeps a new draft as part of tx. A second one of the same source is the first, unchanged: what a job bills twice is
// billed once. It refuses what Check refuses.
func (b *Book) Write(ctx context.Context, tx bun.IDB, d Draft) (Draft, error) {
	if err := Check(d.Charges); err != nil {
		return d, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return d, err
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	d.TenantID, d.ID, d.CreatedAt, d.UpdatedAt = tenancy.Must(ctx), id, now, now
	res, err := tx.NewInsert().Model(&d).On("CONFLICT (tenant_id, source) WHERE source <> '' DO NOTHING").Exec(ctx)
	if err != nil {
		return d, fmt.Errorf("invoice: draft: %w", err)
	}
	if n, err := res.RowsAffected(); n == 1 || err != nil {
		return d, err
	}
	var kept Draft
	err = tx.NewSelect().Model(&kept).Where("tenant_id = ? AND source = ?", d.TenantID, d.Source).Scan(ctx)
	return kept, err
}

// lockDraft reads a draft for a change; Conflict "invoice.final" when it has become an invoice, "invoice.closed" when it was closed without
// one, and "invoice.dropped" when it was dropped.
func lockDraft(ctx context.Context, tx bun.IDB, id uuid.UUID) (Draft, error) {
	var d Draft
	err := tx.NewSelect().Model(&d).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "invoice.not_found")
	}
	if err == nil && d.InvoiceID.Valid {
		return d, fault.New(fault.Conflict, "invoice.final")
	}
	if err == nil && d.ClosedBy.Valid {
		return d, fault.New(fault.Conflict, "invoice.closed")
	}
	if err == nil && !d.DroppedAt.IsZero() {
		return d, fault.New(fault.Conflict, "invoice.dropped")
	}
	return d, err
}

// Nothing reports whether nothing is to be paid by d: what is charged under each tax is taken off again.
func (d Draft) Nothing() bool {
	sums := map[string]money.Rupiah{}
	for _, c := range d.Charges {
		sums[c.PPN] += c.Amount
	}
	for _, sum := range sums {
		if sum != 0 {
			return false
		}
	}
	return len(d.Charges) > 0
}

// Close ends a draft by which nothing is to be paid, as part of tx: it takes no number, because an invoice of nothing is none, and what it
// charged and took off stays on record. The caller has checked who may. It refuses NotFound "invoice.not_found"; Conflict "invoice.final",
// "invoice.closed" and "invoice.dropped" for one that is over, "invoice.something_due" where something is to be paid, and "invoice.own_adjustment" for
// whoever lowered it by hand, as Finalise does.
func (b *Book) Close(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, on time.Time) (Draft, error) {
	d, err := lockDraft(ctx, tx, draft)
	if err != nil {
		return d, err
	}
	if !d.Nothing() {
		return d, fault.New(fault.Conflict, "invoice.something_due")
	}
	if err := twoPeople(ctx, tx, actor, d, dayOf(on)); err != nil {
		return d, err
	}
	d.ClosedAt, d.ClosedBy = b.Now().UTC().Truncate(time.Microsecond), some(actor.ID)
	d.UpdatedAt = d.ClosedAt
	if _, err := tx.NewUpdate().Model(&d).Column("closed_at", "closed_by", "updated_at").WherePK().Exec(ctx); err != nil {
		return d, fmt.Errorf("invoice: close: %w", err)
	}
	return d, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.close_draft", Object: "invoice_draft", ObjectID: d.ID, At: d.ClosedAt,
		Detail: map[string]any{"source": d.Source}})
}

// adjustment marks a line that somebody wrote into a draft.
const adjustment = "adjustment"

// Mark tells one state of a draft's lines from another: what a page has shown of it, or since.
func (d Draft) Mark() string {
	return fmt.Sprintf("%d-%d", d.UpdatedAt.UnixMicro(), len(d.Charges))
}

// Adjusted reports whether a charge was written by hand into the draft that a month left.
func (c Charge) Adjusted() bool { return c.Source["kind"] == adjustment }

// Lowered is by how much d was lowered by hand in all, as a positive amount, and by whom.
func (d Draft) Lowered() (less money.Rupiah, by []uuid.UUID) {
	for _, c := range d.Charges {
		if !c.Adjusted() || c.Amount >= 0 {
			continue
		}
		less -= c.Amount
		if id, err := uuid.Parse(fmt.Sprint(c.Source["by"])); err == nil {
			by = append(by, id)
		}
	}
	return less, by
}

// AdjustInput is a line that is added to a draft by hand. It is taxed as the lines before it.
type AdjustInput struct {
	Draft  uuid.UUID
	Name   string       // what the invoice calls it
	Amount money.Rupiah // before tax; negative lowers the bill
	Reason string       // printed as the working of the line, and kept
}

// namesMost and reasonsMost bound the words of an adjustment, in characters.
const (
	namesMost   = 120
	reasonsMost = 500
)

// Adjust adds a line of its own to a draft as part of tx; what the month left is never changed. The caller has checked who may. It
// refuses Invalid for a name, a reason or an amount that is missing or too long and for more lines or rupiah than an invoice can have, NotFound
// "invoice.not_found", and Conflict "invoice.final" for a draft that has become an invoice, "invoice.closed" for one that was closed without,
// "invoice.dropped" for one that was dropped and "invoice.adjustment_known" for what the same person has added in the same words: a form that was sent twice.
func (b *Book) Adjust(ctx context.Context, tx bun.Tx, actor identity.Actor, in AdjustInput) (Draft, error) {
	in.Name, in.Reason = strings.TrimSpace(in.Name), strings.TrimSpace(in.Reason)
	var bad []fault.Field
	for _, f := range []struct {
		name, text string
		most       int
	}{{"name", in.Name, namesMost}, {"reason", in.Reason, reasonsMost}} {
		if f.text == "" {
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		} else if utf8.RuneCountInString(f.text) > f.most {
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", f.most}})
		}
	}
	if in.Amount == 0 || in.Amount == money.Min {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_some"})
	}
	if bad != nil {
		return Draft{}, fault.Fields(bad)
	}
	d, err := lockDraft(ctx, tx, in.Draft)
	if err != nil {
		return d, err
	}
	for _, c := range d.Charges {
		if c.Adjusted() && c.Amount == in.Amount && c.Name.In(i18n.ID) == in.Name && c.Source["reason"] == in.Reason && fmt.Sprint(c.Source["by"]) == actor.ID.String() {
			return d, fault.New(fault.Conflict, "invoice.adjustment_known")
		}
	}
	same := func(text string) i18n.Text { return i18n.Text{i18n.ID: text, i18n.EN: text} }
	c := Charge{Name: same(in.Name), Working: same(in.Reason), Amount: in.Amount, PPN: d.Charges[0].PPN, PPh: d.Charges[0].PPh, Own: d.Charges[0].Own,
		Source: map[string]any{"kind": adjustment, "by": actor.ID, "at": b.Now().UTC().Truncate(time.Second), "reason": in.Reason}}
	d.Charges = append(d.Charges, c)
	if err := b.rewrite(ctx, tx, d); err != nil {
		return d, err
	}
	return d, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.adjust", Object: "invoice_draft", ObjectID: d.ID,
		Detail: map[string]any{"name": in.Name, "amount": int64(in.Amount), "reason": in.Reason}})
}

// Unadjust takes a line out of a draft again that Adjust has added, as part of tx; position counts from 1, and seen is the Mark of the draft in which it
// was chosen: behind a line that went, the places are others. The caller has checked who may. It refuses Conflict "invoice.draft_changed" when the draft
// is another by now, NotFound "invoice.no_adjustment" for a line that the month left and for none, and what Adjust refuses of the draft.
func (b *Book) Unadjust(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, position int, seen string) (Draft, error) {
	d, err := lockDraft(ctx, tx, draft)
	if err != nil {
		return d, err
	}
	if seen != d.Mark() {
		return d, fault.New(fault.Conflict, "invoice.draft_changed")
	}
	if position < 1 || position > len(d.Charges) || !d.Charges[position-1].Adjusted() {
		return d, fault.New(fault.NotFound, "invoice.no_adjustment")
	}
	c := d.Charges[position-1]
	d.Charges = append(d.Charges[:position-1:position-1], d.Charges[position:]...)
	if err := b.rewrite(ctx, tx, d); err != nil {
		return d, err
	}
	return d, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.unadjust", Object: "invoice_draft", ObjectID: d.ID,
		Detail: map[string]any{"name": c.Name.In(i18n.ID), "amount": int64(c.Amount)}})
}

func (b *Book) rewrite(ctx context.Context, tx bun.Tx, d Draft) error {
	if err := Check(d.Charges); err != nil {
		return err
	}
	d.UpdatedAt = b.Now().UTC().Truncate(time.Microsecond)
	_, err := tx.NewUpdate().Model(&d).Column("charges", "updated_at").WherePK().Exec(ctx)
	return err
}
