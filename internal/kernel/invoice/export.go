package invoice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// The tables that Export writes.
const (
	InvoiceTable = "invoices"
	PaymentTable = "payments"
	TaxTable     = "taxes"
)

// Tables lists them.
func Tables() []string { return []string{InvoiceTable, PaymentTable, TaxTable} }

// exportPage is how many rows are read at once; a table of any length is written with no more in memory.
const exportPage = 1000

// Export hands the rows of a table to row, the heading first, of what was issued or received from one day to before another, in
// the order of their ids; with a city of that city alone. Amounts are int64, days text. Whether the caller may read them is the
// caller's to check.
func (b *Book) Export(ctx context.Context, of tenancy.ID, in i18n.Locale, table string, from, until time.Time, row func([]any) error) error {
	t, ok := exports()[table]
	if !ok {
		return fmt.Errorf("invoice: there is no table %q", table)
	}
	var heading []any
	for _, h := range t.heading {
		heading = append(heading, in.T("finance.export."+h))
	}
	if err := row(heading); err != nil {
		return err
	}
	after := uuid.Nil.String()
	for {
		var page []map[string]any
		// The marks of the queries are always the same: tenant, page, days, city.
		err := b.DB.App.NewRaw(t.query, tenancy.Must(ctx), after, from.Format(time.DateOnly), until.Format(time.DateOnly), of, of, exportPage).Scan(ctx, &page)
		if err != nil {
			return fmt.Errorf("invoice: export: %w", err)
		}
		for _, r := range page {
			cells := make([]any, len(t.heading))
			for i, h := range t.heading {
				switch v := r[h].(type) {
				case []byte:
					cells[i] = string(v)
				case nil:
					cells[i] = ""
				default:
					cells[i] = v
				}
				if h == "method" {
					cells[i] = in.T("invoice.method." + fmt.Sprint(cells[i]))
				}
			}
			if err := row(cells); err != nil {
				return err
			}
			after = fmt.Sprint(r["after"])
			if raw, ok := r["after"].([]byte); ok {
				after = string(raw)
			}
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

type export struct {
	heading []string
	query   string
}

func exports() map[string]export {
	return map[string]export{
		InvoiceTable: {[]string{"number", "party", "npwp", "issued", "due", "net", "tax", "total", "paid", "withheld", "credited", "off", "open"},
			`SELECT i.id::text AS after, i.number, i.party->>'name' AS party, coalesce(i.party->>'npwp', '') AS npwp, i.issued_on::text AS issued, i.due_on::text AS due, i.net, i.tax, i.total,
				e.paid, e.withheld, e.credited, e.off, e.open
			FROM invoice i JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id CROSS JOIN LATERAL (SELECT coalesce(-sum(x.amount) FILTER (WHERE x.kind = 'payment'), 0)::bigint AS paid,
				coalesce(-sum(x.amount) FILTER (WHERE x.kind = 'withheld'), 0)::bigint AS withheld, coalesce(-sum(x.amount) FILTER (WHERE x.kind = 'credit'), 0)::bigint AS credited,
				coalesce(-sum(x.amount) FILTER (WHERE x.kind IN ('write_off', 'void')), 0)::bigint AS off, coalesce(sum(x.amount), 0)::bigint AS open
				FROM invoice_entry x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id) e
			WHERE i.kind = 'invoice' AND i.tenant_id = ? AND i.id > ?::uuid AND i.issued_on >= ? AND i.issued_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY i.id LIMIT ?`},
		PaymentTable: {[]string{"received", "party", "method", "reference", "amount", "undone", "stamp"},
			`SELECT p.id::text AS after, p.received_on::text AS received, y.name AS party, p.method, p.reference, p.amount, coalesce(u.on_day::text, '') AS undone, coalesce(m.serial, '') AS stamp
			FROM payment p JOIN party y ON y.tenant_id = p.tenant_id AND y.id = p.party_id LEFT JOIN payment_undo u ON u.tenant_id = p.tenant_id AND u.payment_id = p.id
				LEFT JOIN payment_stamp m ON m.tenant_id = p.tenant_id AND m.payment_id = p.id
			WHERE p.tenant_id = ? AND p.id > ?::uuid AND p.received_on >= ? AND p.received_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY p.id LIMIT ?`},
		TaxTable: {[]string{"number", "party", "npwp", "issued", "rule", "code", "amount", "base", "tax", "nsfp", "status"},
			`SELECT i.id::text || t.code AS after, i.number, i.party->>'name' AS party, coalesce(i.party->>'npwp', '') AS npwp, i.issued_on::text AS issued, t.code AS rule,
				coalesce(t.rule->>'faktur_code', '') AS code, t.amount * s.sign AS amount, t.base * s.sign AS base, t.tax * s.sign AS tax, coalesce(f.nsfp, r.number, '') AS nsfp, coalesce(f.status, r.status, '') AS status
			FROM invoice_tax t JOIN invoice i ON i.tenant_id = t.tenant_id AND i.id = t.invoice_id JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id
				CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END::bigint AS sign) s
				LEFT JOIN faktur f ON f.tenant_id = t.tenant_id AND f.invoice_id = t.invoice_id AND f.code = t.code
				LEFT JOIN faktur_return r ON r.tenant_id = t.tenant_id AND r.invoice_id = t.invoice_id AND r.code = t.code
			WHERE t.tenant_id = ? AND i.id::text || t.code > ? AND i.issued_on >= ? AND i.issued_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY 1 LIMIT ?`},
	}
}
