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
	NoteTable    = "notes" // credit notes
	PaymentTable = "payments"
	RefundTable  = "refunds"  // of balances
	BalanceTable = "balances" // what each party has paid beyond its invoices, before the days and after them
	TaxTable     = "taxes"
)

// Tables lists them.
func Tables() []string {
	return []string{InvoiceTable, NoteTable, PaymentTable, RefundTable, BalanceTable, TaxTable}
}

// Day is a calendar day in a table, as 2026-11-26.
type Day string

// exportPage is how many rows are read at once; a table of any length is written with no more in memory.
const exportPage = 1000

// Export hands the rows of a table to row, the heading first, of what was issued, received or given back from one day to before another, in
// the order of their ids; with a city of that city alone. Amounts are int64, days a Day. Whether the caller may read them is the
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
		// The marks of the queries are always the same: tenant, page, days, city; those that use one twice count them from 0.
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
				switch h {
				case "method":
					cells[i] = in.T("invoice.method." + fmt.Sprint(cells[i]))
				case "issued", "due", "received", "given_back", "undone":
					cells[i] = Day(fmt.Sprint(cells[i]))
				case "state":
					cells[i] = in.T("bill.state." + fmt.Sprint(cells[i]))
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
		InvoiceTable: {[]string{"number", "party", "npwp", "issued", "due", "net", "tax", "total", "paid", "withheld", "credited", "off", "open", "state"},
			`SELECT i.id::text AS after, i.number, i.party->>'name' AS party, coalesce(i.party->>'npwp', '') AS npwp, i.issued_on::text AS issued, i.due_on::text AS due, i.net, i.tax, i.total,
				s.paid, s.withheld, s.credited, s.written_off + s.voided AS off, s.open, ` + StateSQL + ` AS state
			FROM invoice i JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id CROSS JOIN LATERAL (SELECT ` + sums + ` FROM invoice_entry x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id) s
			WHERE i.kind = 'invoice' AND i.tenant_id = ? AND i.id > ?::uuid AND i.issued_on >= ? AND i.issued_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY i.id LIMIT ?`},
		PaymentTable: {[]string{"received", "party", "method", "reference", "amount", "undone", "stamp"},
			`SELECT p.id::text AS after, p.received_on::text AS received, y.name AS party, p.method, p.reference, p.amount, coalesce(u.on_day::text, '') AS undone, coalesce(m.serial, '') AS stamp
			FROM payment p JOIN party y ON y.tenant_id = p.tenant_id AND y.id = p.party_id LEFT JOIN payment_undo u ON u.tenant_id = p.tenant_id AND u.payment_id = p.id
				LEFT JOIN payment_stamp m ON m.tenant_id = p.tenant_id AND m.payment_id = p.id
			WHERE p.tenant_id = ? AND p.id > ?::uuid AND p.received_on >= ? AND p.received_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY p.id LIMIT ?`},
		NoteTable: {[]string{"note", "number", "party", "npwp", "issued", "net", "tax", "total", "against", "to_balance", "reason"},
			`SELECT n.id::text AS after, n.number AS note, i.number, n.party->>'name' AS party, coalesce(n.party->>'npwp', '') AS npwp, n.issued_on::text AS issued, n.net, n.tax, n.total,
				n.total - e.balance AS against, e.balance AS to_balance, n.note AS reason
			FROM invoice n JOIN invoice i ON i.tenant_id = n.tenant_id AND i.id = n.credits JOIN party y ON y.tenant_id = n.tenant_id AND y.id = n.party_id
				CROSS JOIN LATERAL (SELECT coalesce(-sum(x.amount), 0)::bigint AS balance FROM invoice_entry x WHERE x.tenant_id = n.tenant_id AND x.party_id = n.party_id AND x.kind = 'credit' AND x.invoice_id IS NULL AND x.request_id::text = n.source) e
			WHERE n.kind = 'credit_note' AND n.tenant_id = ? AND n.id > ?::uuid AND n.issued_on >= ? AND n.issued_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY n.id LIMIT ?`},
		RefundTable: {[]string{"given_back", "party", "amount", "reason"},
			`SELECT e.id::text AS after, e.on_day::text AS given_back, y.name AS party, e.amount, e.reason
			FROM invoice_entry e JOIN party y ON y.tenant_id = e.tenant_id AND y.id = e.party_id
			WHERE e.kind = 'refund' AND e.tenant_id = ? AND e.id > ?::uuid AND e.on_day >= ? AND e.on_day < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY e.id LIMIT ?`},
		BalanceTable: {[]string{"party", "npwp", "before", "came", "used", "refunded", "taken_back", "balance"},
			`SELECT y.id::text AS after, y.name AS party, y.npwp, b.before, b.came, b.used, b.refunded, b.taken_back, b.before + b.came - b.used - b.refunded - b.taken_back AS balance
			FROM party y JOIN (SELECT party_id, coalesce(-sum(amount) FILTER (WHERE on_day < ?2), 0)::bigint AS before, coalesce(-sum(amount) FILTER (WHERE on_day >= ?2 AND amount < 0), 0)::bigint AS came,
					coalesce(sum(amount) FILTER (WHERE on_day >= ?2 AND amount > 0 AND kind <> 'refund' AND NOT back), 0)::bigint AS used, coalesce(sum(amount) FILTER (WHERE on_day >= ?2 AND amount > 0 AND back), 0)::bigint AS taken_back, coalesce(sum(amount) FILTER (WHERE on_day >= ?2 AND kind = 'refund'), 0)::bigint AS refunded
				FROM (SELECT e.*, u.payment_id IS NOT NULL AS back FROM invoice_entry e
					LEFT JOIN payment_undo u ON u.tenant_id = e.tenant_id AND u.payment_id = e.payment_id AND u.reason = e.reason) e
				WHERE tenant_id = ?0 AND invoice_id IS NULL AND on_day < ?3 GROUP BY party_id) b ON b.party_id = y.id
			WHERE y.tenant_id = ?0 AND y.id > ?1::uuid AND (b.before <> 0 OR b.came <> 0 OR b.used <> 0 OR b.taken_back <> 0) AND (?4::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?5::uuid) ORDER BY y.id LIMIT ?6`},
		TaxTable: {[]string{"number", "party", "npwp", "issued", "rule", "code", "amount", "base", "tax", "exempt", "nsfp", "status", "undone"},
			`SELECT i.id::text || t.code AS after, i.number, i.party->>'name' AS party, coalesce(i.party->>'npwp', '') AS npwp, i.issued_on::text AS issued, t.code AS rule,
				coalesce(t.rule->>'faktur_code', '') AS code, t.amount * s.sign AS amount, t.base * s.sign AS base, CASE WHEN t.rule->>'treatment' = 'exempt' THEN 0 ELSE t.tax * s.sign END AS tax,
				CASE WHEN t.rule->>'treatment' = 'exempt' THEN t.tax * s.sign ELSE 0 END AS exempt, coalesce(f.nsfp, r.number, '') AS nsfp, coalesce(f.status, r.status, '') AS status,
				coalesce((SELECT min(x.on_day)::text FROM invoice_entry x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id AND x.kind = 'void'), '') AS undone
			FROM invoice_tax t JOIN invoice i ON i.tenant_id = t.tenant_id AND i.id = t.invoice_id JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id
				CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END::bigint AS sign) s
				LEFT JOIN faktur f ON f.tenant_id = t.tenant_id AND f.invoice_id = t.invoice_id AND f.code = t.code
				LEFT JOIN faktur_return r ON r.tenant_id = t.tenant_id AND r.invoice_id = t.invoice_id AND r.code = t.code
			WHERE t.tenant_id = ? AND i.id::text || t.code > ? AND i.issued_on >= ? AND i.issued_on < ? AND (?::uuid = '00000000-0000-0000-0000-000000000000' OR y.city = ?::uuid) ORDER BY 1 LIMIT ?`},
	}
}
