package faktur

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// founded reports whether a code needs a legal basis: PPN that is not collected or exempt.
func founded(code string) bool { return code == "07" || code == "08" }

// facility is what Coretax asks of a rule of an invoice: as the invoice was issued, or as was filled in since for that day.
func facility(ctx context.Context, b *invoice.Book, i invoice.Invoice, r invoice.Rule) (invoice.Facility, error) {
	if r.Facility != (invoice.Facility{}) || !founded(r.FakturCode) {
		return r.Facility, nil
	}
	all, err := b.Rules(ctx, invoice.PPN, i.IssuedOn)
	if err != nil {
		return invoice.Facility{}, err
	}
	n := slices.IndexFunc(all, func(x invoice.Rule) bool { return x.Code == r.Code })
	if n < 0 {
		return invoice.Facility{}, nil
	}
	return all[n].Facility, nil
}

// documents are the customs documents that were recorded after invoices were issued.
func documents(ctx context.Context, db bun.IDB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		InvoiceID uuid.UUID
		Number    string
	}
	err := db.NewRaw("SELECT invoice_id, number FROM faktur_document WHERE tenant_id = ? AND invoice_id IN (?)", tenancy.Must(ctx), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("faktur: documents: %w", err)
	}
	for _, r := range rows {
		out[r.InvoiceID] = r.Number
	}
	return out, nil
}

// spend marks the faktur that name a customs document of an approved faktur of another invoice: one is of one faktur.
func spend(ctx context.Context, db bun.IDB, all []Faktur) error {
	var numbers []string
	for _, f := range all {
		if f.Documented && f.CustomDoc != "" {
			numbers = append(numbers, f.CustomDoc)
		}
	}
	if numbers == nil {
		return nil
	}
	var rows []struct {
		InvoiceID uuid.UUID
		Number    string
	}
	err := db.NewRaw(`SELECT x.invoice_id, x.number FROM (SELECT f.invoice_id, coalesce(o.number, i.purchase->>'custom_doc') AS number
			FROM faktur f JOIN invoice i ON i.tenant_id = f.tenant_id AND i.id = f.invoice_id JOIN invoice_tax t ON t.tenant_id = f.tenant_id AND t.invoice_id = f.invoice_id AND t.code = f.code
			LEFT JOIN faktur_document o ON o.tenant_id = f.tenant_id AND o.invoice_id = f.invoice_id
			WHERE f.tenant_id = ? AND f.status = 'approved' AND t.rule->>'faktur_code' IN ('07', '08')) x WHERE x.number IN (?)`, tenancy.Must(ctx), bun.List(numbers)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("faktur: documents: %w", err)
	}
	for n, f := range all {
		for _, r := range rows {
			all[n].spent = all[n].spent || f.Documented && r.Number == f.CustomDoc && r.InvoiceID != f.Invoice
		}
	}
	return nil
}

// complete refuses faktur that Coretax would not take, naming the rule, or the first invoices without a document, or with that of another.
func complete(all []Faktur) error {
	var lack, twice []string
	of := map[string]uuid.UUID{} // the invoice of a document
	for _, f := range all {
		if f.unfounded() {
			return fault.New(fault.Conflict, "faktur.no_basis", "rule", f.Code, "code", f.TrxCode, "number", f.Number)
		}
		if !f.Documented {
			continue
		}
		other, known := of[f.CustomDoc]
		switch {
		case f.CustomDoc == "":
			lack = append(lack, f.Number)
		case f.spent, known && other != f.Invoice:
			twice = append(twice, f.Number)
		}
		of[f.CustomDoc] = f.Invoice
	}
	const shown = 5
	if lack != nil {
		return fault.New(fault.Conflict, "faktur.no_document", "numbers", strings.Join(lack[:min(len(lack), shown)], ", "))
	}
	if twice != nil {
		return fault.New(fault.Conflict, "faktur.document_used", "numbers", strings.Join(twice[:min(len(twice), shown)], ", "))
	}
	return nil
}

// numbered reports whether the tax office has approved a faktur of an invoice that names its customs document; whoever records an answer at
// the same time waits until tx ends.
func numbered(ctx context.Context, tx bun.Tx, id uuid.UUID) (bool, error) {
	var states []string
	err := tx.NewRaw(`SELECT f.status FROM faktur f JOIN invoice_tax t ON t.tenant_id = f.tenant_id AND t.invoice_id = f.invoice_id AND t.code = f.code
		WHERE f.tenant_id = ? AND f.invoice_id = ? AND t.rule->>'faktur_code' IN ('07', '08') ORDER BY f.code FOR UPDATE OF f`, tenancy.Must(ctx), id).Scan(ctx, &states)
	if err != nil {
		return false, fmt.Errorf("faktur: document: %w", err)
	}
	return slices.Contains(states, "approved"), nil
}

// RecordDocument keeps the number of the customs document (PPBJ) of an invoice, as part of tx; it takes the place of that on the invoice. The
// caller has checked who may. It refuses Invalid for none or one above a hundred letters, NotFound "invoice.not_found", and Conflict
// "faktur.approved" once the tax office has numbered the faktur that names it: that one has to be cancelled first.
func RecordDocument(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID, number string, now time.Time) error {
	switch number = strings.TrimSpace(number); {
	case number == "":
		return fault.Fields([]fault.Field{{Name: "custom_doc", Code: "required"}})
	case utf8.RuneCountInString(number) > 100:
		return fault.Fields([]fault.Field{{Name: "custom_doc", Code: "too_long", Args: []any{"max", 100}}})
	}
	done, err := numbered(ctx, tx, id)
	if err != nil {
		return err
	}
	if done {
		return fault.New(fault.Conflict, "faktur.approved")
	}
	res, err := tx.NewRaw(`INSERT INTO faktur_document (tenant_id, invoice_id, number, changed_at, changed_by) SELECT tenant_id, id, ?, ?, ? FROM invoice WHERE tenant_id = ? AND id = ? AND kind = 'invoice'
		ON CONFLICT (tenant_id, invoice_id) DO UPDATE SET number = EXCLUDED.number, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
		number, now.UTC(), actor.ID, tenancy.Must(ctx), id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("faktur: document: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return fault.Wrap(fault.NotFound, "invoice.not_found", err)
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "faktur.document", Object: "invoice", ObjectID: id, At: now.UTC(),
		Detail: map[string]any{"number": number}})
}
