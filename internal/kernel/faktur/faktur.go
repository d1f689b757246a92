// Package faktur hands the tax office what it needs for a faktur pajak of each invoice, and keeps what came back. The faktur itself
// is made in Coretax: the seller's staff import the file and record the serial number (NSFP) of each.
//
// An invoice has a faktur for each rule of PPN on it; a rule without a code of one, such as that of a fine, has none. The layout of the file is data with the day from which it is in force.
// Credit notes have none: what is taken back is a return (nota pembatalan), which the buyer makes from what Returns hands over.
package faktur

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Faktur is one faktur pajak before the tax office has numbered it.
type Faktur struct {
	Invoice uuid.UUID
	Code    string // of the rule
	TrxCode string // 01 to 10
	Number  string // of the invoice
	Date    time.Time
	Buyer   invoice.Party
	Lines   []Line

	AddInfo, FacilityStamp string // the legal basis of codes 07 and 08, by Coretax's own codes
	Documented             bool   // it has to name a customs document
	CustomDoc              string // of one of code 07 or 08, or that has to name one
	spent                  bool   // which an approved faktur of another invoice names
}

// unfounded reports whether f lacks the legal basis that its code needs.
func (f Faktur) unfounded() bool {
	return founded(f.TrxCode) && (f.AddInfo == "" || f.FacilityStamp == "")
}

// Line is a charge with its share of the base and of the tax; Rate is in percent.
type Line struct {
	Position int // on the invoice; zero where all of its lines are one
	Name     string
	Amount   money.Rupiah
	Base     money.Rupiah
	Tax      money.Rupiah
	Rate     string
}

// Most bounds the invoices of a file.
const Most = 1000

// List reads the faktur of the invoices that were issued from one day to before another and have none that is approved, the
// earliest first. It refuses Invalid "faktur.too_many" above Most invoices.
func List(ctx context.Context, b *invoice.Book, from, until time.Time) ([]Faktur, error) {
	var ids []uuid.UUID
	err := b.DB.App.NewRaw(`SELECT i.id FROM invoice i WHERE i.tenant_id = ? AND i.kind = 'invoice' AND i.issued_on >= ? AND i.issued_on < ?
			AND NOT EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind = 'void')
		ORDER BY i.issued_on, i.seq LIMIT ?`, tenancy.Must(ctx), from.Format(time.DateOnly), until.Format(time.DateOnly), Most+1).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("faktur: list: %w", err)
	}
	if len(ids) > Most {
		return nil, fault.New(fault.Invalid, "faktur.too_many", "most", Most)
	}
	var approved []string
	err = b.DB.App.NewRaw("SELECT invoice_id::text || code FROM faktur WHERE tenant_id = ? AND status = 'approved'", tenancy.Must(ctx)).Scan(ctx, &approved)
	if err != nil {
		return nil, fmt.Errorf("faktur: list: %w", err)
	}
	done := map[string]bool{}
	for _, a := range approved {
		done[a] = true
	}
	filed, err := documents(ctx, b.DB.App, ids)
	if err != nil {
		return nil, err
	}
	var out []Faktur
	for _, id := range ids {
		i, lines, taxes, err := b.Find(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, t := range taxes {
			if t.Rule.Kind != invoice.PPN || t.Rule.FakturCode == "" || done[id.String()+t.Rule.Code] {
				continue
			}
			f := Faktur{Invoice: id, Code: t.Rule.Code, TrxCode: t.Rule.FakturCode, Number: i.Number, Date: i.IssuedOn, Buyer: i.Party}
			of, err := facility(ctx, b, i, t.Rule)
			if err != nil {
				return nil, err
			}
			f.AddInfo, f.FacilityStamp, f.Documented = of.AddInfo, of.FacilityStamp, of.CustomDoc
			if f.Documented || founded(f.TrxCode) {
				f.CustomDoc = cmp.Or(filed[id], i.Purchase.CustomDoc)
			}
			if f.Lines, err = shares(i, lines, t); err != nil {
				return nil, fmt.Errorf("faktur: %s: %w", i.Number, err)
			}
			out = append(out, f)
		}
	}
	return out, spend(ctx, b.DB.App, out)
}

// shares divides base and tax among the lines under a rule, to the rupiah. A faktur has no line below zero: where there is a
// discount all lines are one.
func shares(i invoice.Invoice, lines []invoice.Line, t invoice.Tax) ([]Line, error) {
	rate := percent(t.Rule.RateNum, t.Rule.RateDen)
	var out []Line
	var weights []int64
	for _, l := range lines {
		if l.PPN != t.Rule.Code {
			continue
		}
		if l.Amount < 0 {
			name := i.Note
			if name == "" {
				name = l.Name.In(i18n.ID)
			}
			return []Line{{Name: name, Amount: t.Amount, Base: t.Base, Tax: t.Tax, Rate: rate}}, nil
		}
		out, weights = append(out, Line{Position: l.Position, Name: l.Name.In(i18n.ID), Amount: l.Amount, Rate: rate}), append(weights, int64(l.Amount))
	}
	if t.Amount == 0 {
		return out, nil
	}
	bases, err := t.Base.Allocate(weights...)
	if err != nil {
		return nil, err
	}
	taxes, err := t.Tax.Allocate(weights...)
	if err != nil {
		return nil, err
	}
	for n := range out {
		out[n].Base, out[n].Tax = bases[n], taxes[n]
	}
	return out, nil
}

// percent is num ÷ den in percent with a dot before its decimals.
func percent(num, den int64) string {
	thousandths := num * 100_000 / den
	text := fmt.Sprintf("%d.%03d", thousandths/1000, thousandths%1000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

var layoutPattern = regexp.MustCompile(`^(coretax-(?:nota-)?)(\d{4}-\d{2}-\d{2})\.xml$`)

// layout is the one of a kind that is in force on a day.
func layout(layouts fs.FS, kind string, on time.Time) (*template.Template, error) {
	names, err := fs.Glob(layouts, kind+"*.xml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	found := ""
	for _, name := range names {
		if m := layoutPattern.FindStringSubmatch(name); m != nil && m[1] == kind && m[2] <= on.Format(time.DateOnly) {
			found = name
		}
	}
	if found == "" {
		return nil, fault.New(fault.Conflict, "faktur.no_layout", "day", on.Format(time.DateOnly))
	}
	raw, err := fs.ReadFile(layouts, found)
	if err != nil {
		return nil, err
	}
	return template.New(found).Funcs(template.FuncMap{
		"xml": func(text string) (string, error) {
			var b strings.Builder
			err := xml.EscapeText(&b, []byte(text))
			return b.String(), err
		},
		"day":    func(t time.Time) string { return t.Format(time.DateOnly) },
		"rupiah": func(r money.Rupiah) string { return fmt.Sprint(int64(r)) },
	}).Option("missingkey=error").Parse(string(raw))
}

// Write writes a file for Coretax in the layout of its last day. It refuses Conflict "faktur.no_npwp" while the seller's tax
// number is not known, "faktur.no_basis" for one of code 07 or 08 whose rule says nothing of its legal basis, "faktur.no_document" for
// one that has to name a customs document and does not, "faktur.document_used" for one that names that of another invoice, and
// "faktur.no_layout" before the first layout.
func Write(w io.Writer, layouts fs.FS, s invoice.Seller, all []Faktur, on time.Time) error {
	if err := complete(all); err != nil && s.NPWP != "" {
		return err
	}
	return write(w, layouts, "coretax-", s, on, struct {
		Seller invoice.Seller
		Faktur []Faktur
	}{s, all})
}

func write(w io.Writer, layouts fs.FS, kind string, s invoice.Seller, on time.Time, data any) error {
	if s.NPWP == "" {
		return fault.New(fault.Conflict, "faktur.no_npwp")
	}
	t, err := layout(layouts, kind, on)
	if err != nil {
		return fmt.Errorf("faktur: layout: %w", err)
	}
	return t.Execute(w, data)
}

// Exported marks what was handed over, as part of tx; what is approved stays so.
func Exported(ctx context.Context, tx bun.Tx, actor identity.Actor, all []Faktur, now time.Time) error {
	for _, f := range all {
		_, err := tx.NewRaw(`INSERT INTO faktur (tenant_id, invoice_id, code, status, changed_at, changed_by) VALUES (?, ?, ?, 'exported', ?, ?)
			ON CONFLICT (tenant_id, invoice_id, code) DO UPDATE SET status = 'exported', changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by WHERE faktur.status <> 'approved'`,
			tenancy.Must(ctx), f.Invoice, f.Code, now.UTC(), actor.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("faktur: exported: %w", err)
		}
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "faktur.export", Object: "faktur", ObjectID: tenancy.Must(ctx),
		Detail: map[string]any{"faktur": len(all)}})
}

// Answer is what the tax office says of a faktur: a Status of "approved" with its NSFP, "rejected" or "cancelled".
type Answer struct {
	Number string // of the invoice
	Code   string // of the rule; empty where the invoice has one faktur alone
	Status string
	NSFP   string
	Note   string
}

var nsfpPattern = regexp.MustCompile(`^[0-9]{16,17}$`)

// Record keeps an answer, as part of tx. It refuses Invalid for a status that there is not or an NSFP that is none, NotFound
// "faktur.not_found" for one that was never handed over, and Conflict "faktur.known" for an NSFP that is another's.
func Record(ctx context.Context, tx bun.Tx, actor identity.Actor, a Answer, now time.Time) error {
	a.NSFP = strings.NewReplacer(".", "", "-", "", " ", "").Replace(a.NSFP)
	var bad []fault.Field
	if !slices.Contains([]string{"approved", "rejected", "cancelled"}, a.Status) {
		bad = append(bad, fault.Field{Name: "status", Code: "not_an_option"})
	}
	if (a.Status == "approved" || a.NSFP != "") && !nsfpPattern.MatchString(a.NSFP) {
		bad = append(bad, fault.Field{Name: "nsfp", Code: "required"})
	}
	if bad != nil {
		return fault.Fields(bad)
	}
	var taken bool
	err := tx.NewRaw(`SELECT EXISTS (SELECT FROM faktur f JOIN invoice i ON i.tenant_id = f.tenant_id AND i.id = f.invoice_id
		WHERE f.tenant_id = ? AND f.nsfp = ? AND f.nsfp <> '' AND (i.number <> ? OR ? <> '' AND f.code <> ?))`, tenancy.Must(ctx), a.NSFP, a.Number, a.Code, a.Code).Scan(ctx, &taken)
	if err != nil {
		return fmt.Errorf("faktur: record: %w", err)
	}
	if taken {
		return fault.New(fault.Conflict, "faktur.known")
	}
	var of []uuid.UUID
	err = tx.NewRaw(`UPDATE faktur f SET status = ?, nsfp = CASE ? WHEN '' THEN f.nsfp ELSE ? END, note = ?, changed_at = ?, changed_by = ?
		FROM invoice i WHERE i.tenant_id = f.tenant_id AND i.id = f.invoice_id AND f.tenant_id = ? AND i.number = ?
		  AND (f.code = ? OR ? = '' AND (SELECT count(*) FROM faktur x WHERE x.tenant_id = f.tenant_id AND x.invoice_id = f.invoice_id) = 1) RETURNING f.invoice_id`,
		a.Status, a.NSFP, a.NSFP, a.Note, now.UTC(), actor.ID, tenancy.Must(ctx), a.Number, a.Code, a.Code).Scan(ctx, &of)
	if err != nil {
		return fmt.Errorf("faktur: record: %w", err)
	}
	if len(of) == 0 {
		return fault.New(fault.NotFound, "faktur.not_found")
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "faktur.record", Object: "invoice", ObjectID: of[0],
		Detail: map[string]any{"number": a.Number, "status": a.Status, "nsfp": a.NSFP}})
}
