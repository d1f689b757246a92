package revenue

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// BookMonth is a month of the company's commercial book. None of it is the city's revenue.
type BookMonth struct {
	Month    time.Time
	Net      money.Rupiah // invoiced before tax, less what was voided in the month
	PPN      money.Rupiah // that it collects for the state
	Credited money.Rupiah // with its tax
	Received money.Rupiah // money; a deposit that was set off came in before
	Withheld money.Rupiah // that operators gave to the state for it
}

// Book is the company's commercial book of a year, month by month, and what is owed to it at the end of the last. It needs
// revenue:read.
func (s *Service) Book(ctx context.Context, actor identity.Actor, year int) (months []BookMonth, open money.Rupiah, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return nil, 0, err
	}
	tenant, from := tenancy.Must(ctx), time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	first, until := from.Format(time.DateOnly), from.AddDate(1, 0, 0).Format(time.DateOnly)
	err = s.d.DB.App.NewRaw(`SELECT m::date AS month, coalesce(i.net, 0) - coalesce(o.net, 0) AS net, coalesce(i.ppn, 0) - coalesce(o.ppn, 0) AS ppn, coalesce(i.credited, 0) AS credited, coalesce(y.received, 0) AS received, coalesce(y.withheld, 0) AS withheld
		FROM generate_series(?1::date, ?2::date - 1, interval '1 month') m
		LEFT JOIN (SELECT date_trunc('month', i.issued_on)::date AS month, sum(i.net) FILTER (WHERE i.kind = 'invoice')::bigint AS net, sum(i.tax) FILTER (WHERE i.kind = 'invoice')::bigint AS ppn, sum(i.total) FILTER (WHERE i.kind = 'credit_note')::bigint AS credited
			FROM invoice i JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id WHERE i.tenant_id = ?0 AND i.issued_on >= ?1 AND i.issued_on < ?2 GROUP BY 1) i ON i.month = m::date
		LEFT JOIN (SELECT date_trunc('month', e.on_day)::date AS month, sum(i.net)::bigint AS net, sum(i.tax)::bigint AS ppn FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id
			JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id WHERE e.tenant_id = ?0 AND e.kind = 'void' AND e.on_day >= ?1 AND e.on_day < ?2 GROUP BY 1) o ON o.month = m::date
		LEFT JOIN (SELECT date_trunc('month', y.received_on)::date AS month, sum(y.amount) FILTER (WHERE y.method NOT IN ('slip', 'deposit'))::bigint AS received, sum(y.amount) FILTER (WHERE y.method = 'slip')::bigint AS withheld
			FROM payment y JOIN duct_payer w ON w.tenant_id = y.tenant_id AND w.party_id = y.party_id WHERE y.tenant_id = ?0 AND y.received_on >= ?1 AND y.received_on < ?2
				AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id) GROUP BY 1) y ON y.month = m::date
		ORDER BY 1`, tenant, first, until).Scan(ctx, &months)
	if err != nil {
		return nil, 0, fmt.Errorf("revenue: book: %w", err)
	}
	err = s.d.DB.App.NewRaw("SELECT coalesce(sum(e.amount), 0)::bigint FROM invoice_entry e JOIN duct_payer w ON w.tenant_id = e.tenant_id AND w.party_id = e.party_id WHERE e.tenant_id = ? AND e.invoice_id IS NOT NULL AND e.on_day < ?", tenant, until).Scan(ctx, &open)
	if err != nil {
		return nil, 0, fmt.Errorf("revenue: book: %w", err)
	}
	return months, open, nil
}
