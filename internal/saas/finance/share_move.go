package finance

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Move is the money that an invoice held before a month and after it: what was paid for it, less what credit notes put into the
// party's balance again.
type Move struct {
	Party         uuid.UUID
	City          uuid.NullUUID
	Name          string
	Invoice       uuid.UUID
	Number        string
	Before, After money.Rupiah
	Cash          money.Rupiah // of its total, what no buyer keeps back
	Charged       money.Rupiah // PPN in that
	Withheld      money.Rupiah // PPN that the buyer keeps back, or pays after all
}

// moved reads the invoices whose money changed in a month, by party; of one party, or of all.
func (s *Service) moved(ctx context.Context, month time.Time, party uuid.UUID) ([]Move, error) {
	city, _ := tenancy.CityFrom(ctx)
	from := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, city.Location())
	until := from.AddDate(0, 1, 0)
	var all []Move
	err := s.DB.App.NewRaw(`WITH held AS (
			SELECT coalesce(e.invoice_id, q.invoice_id) AS invoice, e.at, CASE e.kind WHEN 'payment' THEN -e.amount ELSE e.amount END AS amount
			  FROM invoice_entry e LEFT JOIN invoice_request q ON q.tenant_id = e.tenant_id AND q.id = e.request_id
			 WHERE e.tenant_id = ?0 AND e.at < ?1 AND (e.kind = 'payment' AND e.invoice_id IS NOT NULL OR e.kind = 'credit' AND e.invoice_id IS NULL)
			   AND coalesce(e.invoice_id, q.invoice_id) IN (SELECT coalesce(x.invoice_id, y.invoice_id) FROM invoice_entry x LEFT JOIN invoice_request y ON y.tenant_id = x.tenant_id AND y.id = x.request_id
				WHERE x.tenant_id = ?0 AND x.at >= ?2 AND x.at < ?1 AND x.kind IN ('payment', 'credit')))
		SELECT i.party_id AS party, p.city, p.name, i.id AS invoice, i.number, h.before, h.after, i.total - i.withholdable AS cash, t.charged, t.withheld
		  FROM (SELECT invoice, coalesce(sum(amount) FILTER (WHERE at < ?2), 0)::bigint AS before, sum(amount)::bigint AS after FROM held GROUP BY invoice) h
		  JOIN invoice i ON i.tenant_id = ?0 AND i.id = h.invoice
		  JOIN party p ON p.tenant_id = i.tenant_id AND p.id = i.party_id
		 CROSS JOIN LATERAL (SELECT coalesce(sum(x.tax) FILTER (WHERE x.rule->>'treatment' = 'charged'), 0)::bigint AS charged,
				coalesce(sum(x.tax) FILTER (WHERE x.rule->>'treatment' = 'withheld'), 0)::bigint AS withheld
			FROM invoice_tax x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id AND x.rule->>'kind' = 'ppn') t
		 WHERE h.before <> h.after AND (?3 = '00000000-0000-0000-0000-000000000000' OR i.party_id = ?3::uuid) ORDER BY p.name, p.id, i.number`,
		tenancy.Must(ctx), until.UTC(), from.UTC(), party).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("finance: shares: %w", err)
	}
	return all, nil
}

// MovedIn lists the invoices behind a party's line of DividedIn, by number. It needs invoice:issue on the platform.
func (s *Service) MovedIn(ctx context.Context, actor identity.Actor, month time.Time, party uuid.UUID) ([]Move, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.moved(ctx, month, party)
}

// vat is the state's part of what came in.
func (m Move) vat() (money.Rupiah, error) {
	before, err := m.vatOf(m.Before)
	if err != nil {
		return 0, err
	}
	after, err := m.vatOf(m.After)
	return after - before, err
}

// VAT is the state's part of what came in, which fitted.
func (m Move) VAT() money.Rupiah {
	vat, _ := m.vat()
	return vat
}

// vatOf is the PPN in the money of an invoice: in proportion until all is paid that the buyer does not keep back, and beyond that the
// PPN which it should have kept.
func (m Move) vatOf(held money.Rupiah) (money.Rupiah, error) {
	switch {
	case held <= 0:
		return 0, nil
	case held < m.Cash:
		return held.FractionHalfUp(int64(m.Charged), int64(m.Cash))
	}
	return m.Charged + min(held-m.Cash, m.Withheld), nil
}
