package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// Finalise makes an invoice of a draft on a day, as part of tx: from now on it does not change. It takes the next number of the series in
// that day's year, copies the party and the tax rules as they are on the day, and charges the party. What is said of the party from a day on
// decides the tax of every charge that has none of its Own. The caller has checked who may.
// It refuses NotFound "invoice.not_found"; Conflict "invoice.final" for a draft that has become one, "invoice.closed" for one that was closed
// without, "invoice.dropped" for one that shall not, "invoice.own_adjustment" for whoever lowered it by hand, "invoice.no_tax_rule" for a
// charge whose rule is not in force, "invoice.negative" where less than nothing is charged under a rule, "invoice.nothing_due" when there is
// nothing to pay, "invoice.party_erased" for whom nobody knows any more, and "invoice.unprintable" for letters that no paper can show.
func (b *Book) Finalise(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, on time.Time) (Invoice, error) {
	on = dayOf(on)
	d, err := lockDraft(ctx, tx, draft)
	if err != nil {
		return Invoice{}, err
	}
	if err := twoPeople(ctx, tx, actor, d, on); err != nil {
		return Invoice{}, err
	}
	out, charges, err := d.on(ctx, tx, on)
	if err != nil {
		return Invoice{}, err
	}
	if err := b.issue(ctx, tx, actor, &out, charges, on, nil); err != nil {
		return Invoice{}, fmt.Errorf("invoice: finalise: %w", err)
	}
	charge := Entry{PartyID: d.PartyID, InvoiceID: some(out.ID), Kind: EntryCharge, Amount: out.Total, OnDay: on}
	if err := b.enter(ctx, tx, actor, charge); err != nil {
		return Invoice{}, err
	}
	_, err = tx.NewUpdate().Model(&d).Set("invoice_id = ?, updated_at = ?", out.ID, out.FinalisedAt).WherePK().Exec(ctx)
	return out, err
}

// Preview works out what Finalise would make of a draft on a day, its taxes among it, and writes nothing: the invoice has no number. The
// caller has checked who may. It refuses what Finalise refuses of the charges.
func (b *Book) Preview(ctx context.Context, db bun.IDB, d Draft, day time.Time) (Invoice, []Tax, error) {
	day = dayOf(day)
	i, charges, err := d.on(ctx, db, day)
	if err != nil {
		return i, nil, err
	}
	w, err := i.work(ctx, db, charges, day, nil)
	return i, w.taxes, err
}

// Unchanged refuses Conflict "invoice.draft_changed" when a draft is another than the one that was seen, by its Mark, and what Finalise refuses
// of one that is over. It stays so until tx ends: issued in it, the draft is the one that was seen.
func (b *Book) Unchanged(ctx context.Context, tx bun.Tx, draft uuid.UUID, seen string) error {
	d, err := lockDraft(ctx, tx, draft)
	if err == nil && seen != d.Mark() {
		err = fault.New(fault.Conflict, "invoice.draft_changed")
	}
	return err
}

// on is the invoice of a day that d would be, not worked out yet, and its charges as they are taxed on the day.
func (d Draft) on(ctx context.Context, db bun.IDB, day time.Time) (Invoice, []Charge, error) {
	party, err := partyOn(ctx, db, d.PartyID, day)
	if err != nil {
		return Invoice{}, nil, err
	}
	charges := slices.Clone(d.Charges)
	if party.Version.Valid { // it is taxed as is said of it on this day, whatever was known when the draft was written
		for i := range charges {
			if !charges[i].Own {
				charges[i].PPN, charges[i].PPh = party.PPN, party.PPh
			}
		}
	}
	return Invoice{Kind: Bill, Series: d.Series, PartyID: d.PartyID, Source: d.Source, IssuedOn: day, DueOn: day.AddDate(0, 0, d.DueDays), Note: d.Note, Purchase: d.Purchase, Replaces: d.Replaces}, charges, nil
}

// twoPeople refuses to issue a draft to whoever has lowered it by hand by more than the seller of the day leaves to one person: taken
// off afterwards, the same amount would be a credit note, which two decide about.
func twoPeople(ctx context.Context, tx bun.IDB, actor identity.Actor, d Draft, on time.Time) error {
	less, by := d.Lowered()
	if !slices.Contains(by, actor.ID) {
		return nil
	}
	alone := money.Rupiah(0)
	switch s, err := SellerOn(ctx, tx, on); {
	case err == nil:
		alone = s.AdjustAlone
	case !fault.Is(err, "invoice.no_seller"):
		return err
	}
	if less > alone {
		return fault.New(fault.Conflict, "invoice.own_adjustment")
	}
	return nil
}

// worked is what an invoice comes to: its charges by the rules that they fall under, the taxes, and what of them falls on each charge.
type worked struct {
	charges []Charge
	taxes   []Tax
	shares  []money.Rupiah
}

// work sums an invoice or credit note up, with its party as it is on the day. It is taxed by the rules of taxed; with left, which
// a credit note has, by no more than is left of the invoice.
func (i *Invoice) work(ctx context.Context, db bun.IDB, charges []Charge, taxed time.Time, left map[string]taxRow) (w worked, err error) {
	if left == nil { // a credit note names the rules by which its invoice was taxed
		if charges, err = settle(ctx, db, charges, taxed); err != nil {
			return w, err
		}
	}
	w.charges = charges
	if w.taxes, w.shares, err = taxes(ctx, db, charges, taxed, left); err != nil {
		return w, err
	}
	if i.Party, err = i.asCharged(ctx, db); err != nil {
		return w, err
	}
	if err := i.printable(charges); err != nil {
		return w, err
	}
	if err := i.add(charges, w.taxes); err != nil {
		return w, err
	}
	if i.Total <= 0 {
		return w, fault.New(fault.Conflict, "invoice.nothing_due")
	}
	return w, nil
}

// issue works an invoice or credit note out, writes its rows and takes its number.
func (b *Book) issue(ctx context.Context, tx bun.Tx, actor identity.Actor, i *Invoice, charges []Charge, taxed time.Time, left map[string]taxRow) error {
	w, err := i.work(ctx, tx, charges, taxed, left)
	if err != nil {
		return err
	}
	i.TenantID, i.FinalisedAt, i.FinalisedBy = tenancy.Must(ctx), b.Now().UTC().Truncate(time.Microsecond), actor.ID
	if i.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	i.Year = i.IssuedOn.Year()
	if i.Seq, err = nextNumber(ctx, tx, i.Series, i.Year); err != nil {
		return err
	}
	i.Number = fmt.Sprintf("%s/%d/%06d", i.Series, i.Year, i.Seq)
	if i.Kind == Bill {
		if i.VirtualAccount, err = virtualAccount(ctx, tx, *i); err != nil {
			return err
		}
	}
	if _, err := tx.NewInsert().Model(i).Exec(ctx); err != nil {
		return err
	}
	lines := make([]Line, 0, len(w.charges))
	for n, c := range w.charges {
		l := Line{TenantID: i.TenantID, InvoiceID: i.ID, Position: n + 1, Name: c.Name, Working: c.Working, Source: c.Source, Amount: c.Amount, PPN: c.PPN, Tax: w.shares[n], PPh: c.PPh}
		if l.Source == nil {
			l.Source = map[string]any{}
		}
		lines = append(lines, l)
	}
	if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
		return err
	}
	rows := make([]taxRow, 0, len(w.taxes))
	for _, t := range w.taxes {
		rows = append(rows, taxRow{TenantID: i.TenantID, InvoiceID: i.ID, Code: t.Rule.Code, Rule: t.Rule, Amount: t.Amount, Base: t.Base, Tax: t.Tax})
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.finalise", Object: "invoice", ObjectID: i.ID, At: i.FinalisedAt,
		Detail: map[string]any{"number": i.Number, "kind": i.Kind, "total": int64(i.Total)}})
}

// printable refuses what could not be read on paper, because an invoice does not change any more.
func (i *Invoice) printable(charges []Charge) error {
	texts := []string{i.Party.Name, i.Party.Address, i.Note}
	for _, c := range charges {
		texts = append(texts, c.Name.In(paperIn), c.Working.In(paperIn))
	}
	var what []string
	for _, s := range texts {
		if lacks := sheet.Unprintable(s); len(lacks) > 0 {
			what = append(what, `"`+s+`": `+sheet.Spelled(lacks))
		}
	}
	if what == nil {
		return nil
	}
	return fault.New(fault.Conflict, "invoice.unprintable", "what", strings.Join(what, "; "))
}

// add sums the charges and their taxes.
func (i *Invoice) add(charges []Charge, all []Tax) error {
	sums := []struct {
		into *money.Rupiah
		each func(Tax) money.Rupiah
	}{{&i.Tax, Tax.Billed}, {&i.Withholdable, Tax.KeptBack}}
	var err error
	for _, c := range charges {
		if i.Net, err = i.Net.Add(c.Amount); err != nil {
			return err
		}
	}
	for _, t := range all {
		for _, s := range sums {
			if *s.into, err = s.into.Add(s.each(t)); err != nil {
				return err
			}
		}
	}
	if i.Net < 0 {
		return fault.New(fault.Conflict, "invoice.nothing_due")
	}
	i.Total, err = i.Net.Add(i.Tax)
	return err
}

// nextNumber takes the next number of a series in a year, as part of tx: whoever asks next waits until tx ends, and gets the same
// number when it fails.
func nextNumber(ctx context.Context, tx bun.Tx, series string, year int) (int, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO invoice_counter AS c (tenant_id, series, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = c.last + 1 RETURNING last`, tenancy.Must(ctx), series, year).Scan(ctx, &n)
	return n, err
}

// Find reads an invoice with its lines and its taxes, or NotFound "invoice.not_found".
func (b *Book) Find(ctx context.Context, id uuid.UUID) (Invoice, []Line, []Tax, error) {
	var i Invoice
	err := b.DB.App.NewSelect().Model(&i).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return i, nil, nil, fault.New(fault.NotFound, "invoice.not_found")
	}
	var lines []Line
	if err == nil {
		err = b.DB.App.NewSelect().Model(&lines).Where("tenant_id = ? AND invoice_id = ?", i.TenantID, id).Order("position").Scan(ctx)
	}
	var rows []taxRow
	if err == nil {
		err = b.DB.App.NewSelect().Model(&rows).Where("tenant_id = ? AND invoice_id = ?", i.TenantID, id).Order("code").Scan(ctx)
	}
	var all []Tax
	for _, r := range rows {
		all = append(all, Tax{Rule: r.Rule, Amount: r.Amount, Base: r.Base, Tax: r.Tax})
	}
	return i, lines, all, err
}

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }
