package faktur

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// State is how the faktur of an invoice stands, or the return of a credit note: empty, exported, approved, rejected or cancelled.
type State struct {
	InvoiceID uuid.UUID
	Kind      invoice.Kind
	Number    string
	IssuedOn  time.Time
	Party     string
	Code      string // of the rule
	TrxCode   string
	Amount    money.Rupiah
	Base      money.Rupiah
	Tax       money.Rupiah
	Exempt    bool // the tax is stated, and nobody pays it
	Status    string
	Reference string    // the NSFP, or the number of the return
	MadeOn    time.Time // of a return
	Note      string    // why one was refused
	CustomDoc string    // that it names
	Founded   bool      // of code 07 or 08, which needs a legal basis
	Unproven  bool      // and no tax adviser has confirmed its rule
	Void      bool      // the invoice was taken back whole, and so must its faktur be
}

// Which names invoices: one, or those of the days from one to before another.
type Which struct {
	Invoice     uuid.UUID
	From, Until time.Time
}

// States lists how the faktur and returns of invoices stand, the earliest first, 1,000 at most.
func States(ctx context.Context, db bun.IDB, w Which) ([]State, error) {
	q := db.NewSelect().TableExpr("invoice_tax AS t").
		ColumnExpr("i.id AS invoice_id, i.kind, i.number, i.issued_on, i.party->>'name' AS party, t.code, t.rule->>'faktur_code' AS trx_code, t.amount, t.base, t.tax, t.rule->>'treatment' = 'exempt' AS exempt").
		ColumnExpr("coalesce(f.status, r.status, '') AS status, coalesce(f.nsfp, r.number, '') AS reference, r.made_on, coalesce(f.note, '') AS note").
		ColumnExpr("coalesce((SELECT o.number FROM faktur_document o WHERE o.tenant_id = i.tenant_id AND o.invoice_id = i.id), i.purchase->>'custom_doc', '') AS custom_doc").
		ColumnExpr("i.kind = 'invoice' AND t.rule->>'faktur_code' IN ('07', '08') AS founded, NOT coalesce((t.rule->>'verified')::boolean, false) AS unproven").
		ColumnExpr("EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind = 'void') AS void").
		Join("JOIN invoice AS i ON i.tenant_id = t.tenant_id AND i.id = t.invoice_id").
		Join("LEFT JOIN faktur AS f ON f.tenant_id = t.tenant_id AND f.invoice_id = t.invoice_id AND f.code = t.code").
		Join("LEFT JOIN faktur_return AS r ON r.tenant_id = t.tenant_id AND r.invoice_id = t.invoice_id AND r.code = t.code").
		Where("t.tenant_id = ? AND t.rule->>'kind' = 'ppn' AND t.rule->>'faktur_code' <> ''", tenancy.Must(ctx)).Order("i.issued_on", "i.kind DESC", "i.seq", "t.code").Limit(Most)
	if w.Invoice != uuid.Nil {
		q = q.Where("i.id = ?", w.Invoice)
	} else {
		q = q.Where("i.issued_on >= ? AND i.issued_on < ?", w.From.Format(time.DateOnly), w.Until.Format(time.DateOnly))
	}
	var all []State
	if err := q.Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("faktur: states: %w", err)
	}
	return all, nil
}
