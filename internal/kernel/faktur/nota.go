package faktur

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Return is what a buyer needs to take VAT back in Coretax: services that were cancelled have a nota pembatalan, which the buyer
// makes (PMK 81/2024 Pasal 289). There is one for each rule of PPN on a credit note.
type Return struct {
	Code          string // of the rule
	TrxCode       string
	Number        string // of the credit note
	Date          time.Time
	Reason        string
	NSFP          string // of the faktur
	FakturDate    time.Time
	InvoiceNumber string
	Buyer         invoice.Party
	Lines         []Returned // all of the faktur, as Coretax asks for
}

// Returned is a line of a faktur with what is taken back of it.
type Returned struct {
	Line
	Back Line
}

// Returns reads the returns of a credit note. It refuses NotFound "invoice.not_found" for what is none, and Conflict
// "faktur.not_approved" while its faktur has no serial number: then the faktur itself can still be put right.
func Returns(ctx context.Context, b *invoice.Book, note uuid.UUID) ([]Return, error) {
	n, back, taxes, err := b.Find(ctx, note)
	if err == nil && n.Kind != invoice.CreditNote {
		err = fault.New(fault.NotFound, "invoice.not_found")
	}
	if err != nil {
		return nil, err
	}
	i, lines, charged, err := b.Find(ctx, n.Credits.UUID)
	if err != nil {
		return nil, err
	}
	states, err := States(ctx, b.DB.App, Which{Invoice: i.ID})
	if err != nil {
		return nil, err
	}
	var out []Return
	for _, t := range taxes {
		k := slices.IndexFunc(charged, func(c invoice.Tax) bool { return c.Rule.Code == t.Rule.Code })
		if t.Rule.Kind != invoice.PPN || t.Rule.FakturCode == "" || t.Amount == 0 || k < 0 {
			continue
		}
		r := Return{Code: t.Rule.Code, TrxCode: t.Rule.FakturCode, Number: n.Number, Date: n.IssuedOn, Reason: n.Note, FakturDate: i.IssuedOn, InvoiceNumber: i.Number, Buyer: n.Party}
		for _, s := range states {
			if s.Code == r.Code && s.Status == "approved" {
				r.NSFP = s.Reference
			}
		}
		if r.NSFP == "" {
			return nil, fault.New(fault.Conflict, "faktur.not_approved", "number", i.Number)
		}
		whole, err := shares(i, lines, charged[k])
		if err != nil {
			return nil, fmt.Errorf("faktur: %s: %w", i.Number, err)
		}
		if r.Lines, err = takenBack(whole, back, t); err != nil {
			return nil, fmt.Errorf("faktur: %s: %w", n.Number, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// takenBack puts what a credit note takes back beside the lines of its faktur: where it names a line on that, the rest from the
// first line on.
func takenBack(whole []Line, back []invoice.Line, t invoice.Tax) ([]Returned, error) {
	weights := make([]int64, len(whole))
	var loose money.Rupiah
	for _, l := range back {
		if l.PPN != t.Rule.Code {
			continue
		}
		at, _ := l.Source["line"].(float64)
		if n := slices.IndexFunc(whole, func(x Line) bool { return at > 0 && x.Position == int(at) }); n >= 0 {
			weights[n] += int64(l.Amount)
		} else {
			loose += l.Amount
		}
	}
	for n := range whole {
		take := min(loose, max(whole[n].Amount-money.Rupiah(weights[n]), 0))
		weights[n], loose = weights[n]+int64(take), loose-take
	}
	bases, err := t.Base.Allocate(weights...)
	if err != nil {
		return nil, err
	}
	taxes, err := t.Tax.Allocate(weights...)
	if err != nil {
		return nil, err
	}
	var out []Returned
	for n, l := range whole {
		out = append(out, Returned{l, Line{Amount: money.Rupiah(weights[n]), Base: bases[n], Tax: taxes[n]}})
	}
	return out, nil
}

// WriteReturns writes a buyer's returns in the layout of a day. It refuses what Write refuses.
func WriteReturns(w io.Writer, layouts fs.FS, s invoice.Seller, all []Return, on time.Time) error {
	var buyer invoice.Party
	if len(all) > 0 {
		buyer = all[0].Buyer
	}
	return write(w, layouts, "coretax-nota-", s, on, struct {
		Seller  invoice.Seller
		Buyer   invoice.Party
		Returns []Return
	}{s, buyer, all})
}

// ReturnAnswer is what a buyer's return became: a Status of "approved" with its number and day, or "rejected".
type ReturnAnswer struct {
	Note   uuid.UUID // the credit note
	Code   string    // of the rule
	Status string
	Number string
	On     time.Time
}

// RecordReturn keeps it, as part of tx. It refuses Invalid for a status that there is not or an approved one without a number or a
// day, and NotFound "invoice.not_found" for a credit note without a tax under that rule.
func RecordReturn(ctx context.Context, tx bun.Tx, actor identity.Actor, a ReturnAnswer, now time.Time) error {
	a.Number = strings.TrimSpace(a.Number)
	var bad []fault.Field
	if a.Status != "approved" && a.Status != "rejected" {
		bad = append(bad, fault.Field{Name: "status", Code: "not_an_option"})
	}
	if a.Status == "approved" && a.Number == "" {
		bad = append(bad, fault.Field{Name: "reference", Code: "required"})
	}
	if len(a.Number) > 60 {
		bad = append(bad, fault.Field{Name: "reference", Code: "too_long", Args: []any{"max", 60}})
	}
	if a.Status == "approved" && a.On.IsZero() {
		bad = append(bad, fault.Field{Name: "on", Code: "required"})
	}
	if bad != nil {
		return fault.Fields(bad)
	}
	on := &a.On
	if a.On.IsZero() {
		on = nil
	}
	res, err := tx.NewRaw(`INSERT INTO faktur_return (tenant_id, invoice_id, code, status, number, made_on, changed_at, changed_by)
		SELECT t.tenant_id, t.invoice_id, t.code, ?, ?, ?::date, ?, ? FROM invoice_tax t JOIN invoice i ON i.tenant_id = t.tenant_id AND i.id = t.invoice_id
			WHERE t.tenant_id = ? AND t.invoice_id = ? AND t.code = ? AND i.kind = 'credit_note' AND t.rule->>'kind' = 'ppn'
		ON CONFLICT (tenant_id, invoice_id, code) DO UPDATE SET status = EXCLUDED.status, number = EXCLUDED.number, made_on = EXCLUDED.made_on, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
		a.Status, a.Number, on, now.UTC(), actor.ID, tenancy.Must(ctx), a.Note, a.Code).Exec(ctx)
	if err != nil {
		return fmt.Errorf("faktur: return: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.NotFound, "invoice.not_found", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "faktur.return", Object: "invoice", ObjectID: a.Note,
		Detail: map[string]any{"code": a.Code, "status": a.Status, "number": a.Number}})
}
