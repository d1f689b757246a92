package ductbill

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// lateFee is what a month charges for an invoice that was overdue.
type lateFee struct {
	InvoiceID  uuid.UUID
	Number     string
	OperatorID uuid.UUID
	DueOn      time.Time
	Total      money.Rupiah
	Base       money.Rupiah // that was open at the end of the month, without what the operator may give to the state and without fees
	Before     money.Rupiah // that was charged for it already
	Days       int
	amount     money.Rupiah
}

// late charges what was overdue at the end of the month, by the days of the month on which it was: never on a fee, nor on what only
// a withholding slip closes, and never more than the terms say altogether.
func (m bill) late(ctx context.Context, tx bun.Tx) error {
	end := m.month.AddDate(0, 1, 0)
	terms, ok := m.list.TermsOn(end.AddDate(0, 0, -1))
	if !ok || terms.Late == 0 {
		return nil
	}
	var all []lateFee
	err := tx.NewRaw(`SELECT * FROM (SELECT i.id AS invoice_id, i.number, d.operator_id, i.due_on, i.total,
			(SELECT coalesce(sum(e.amount), 0) FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.on_day < ?1)
				- greatest(i.withholdable + (SELECT coalesce(sum(w.amount), 0) FROM invoice_entry w WHERE w.tenant_id = i.tenant_id AND w.invoice_id = i.id AND w.kind = 'withheld' AND w.on_day < ?1), 0)
				- (SELECT coalesce(sum(l.amount), 0) FROM invoice_line l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id AND l.source ->> 'kind' = 'late') AS base,
			(SELECT coalesce(sum(x.amount), 0) FROM duct_late_fee x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id`+stands+`) AS before,
			(?1::date - greatest(i.due_on + 1, ?2::date)) AS days
		FROM invoice i JOIN duct_payer d ON d.tenant_id = i.tenant_id AND d.party_id = i.party_id
		WHERE i.tenant_id = ?0 AND d.operator_id IS NOT NULL AND i.kind = 'invoice' AND i.due_on + 1 < ?1::date) x WHERE base > 0 ORDER BY invoice_id`, tenancy.Must(ctx), end.Format(time.DateOnly), m.month.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return err
	}
	of := int64(end.Sub(m.month).Hours() / 24)
	for _, f := range all {
		if f.amount, err = f.fee(terms, of); err != nil {
			return err
		}
		if f.amount <= 0 {
			continue
		}
		if terms.PPNLate == "" {
			return fault.New(fault.Conflict, "ducttariff.no_terms")
		}
		c := invoice.Charge{Name: i18n.Text{}, Working: i18n.Text{}, Amount: f.amount, PPN: terms.PPNLate, Own: true, // whoever is late: a fine is no supply
			Source: map[string]any{"kind": "late", "invoice": f.InvoiceID, "number": f.Number, "base": int64(f.Base), "days": f.Days, "month": m.month.Format("2006-01"), "basis": terms.Basis}}
		for _, in := range i18n.All() {
			c.Name[in] = in.T("ductbill.late", "number", f.Number)
			c.Working[in] = in.T("ductbill.late_working", "base", f.Base, "share", ducttariff.Percent(in, terms.Late), "days", f.Days, "of", of, "amount", f.amount, "most", ducttariff.Percent(in, terms.LateMost))
		}
		o := m.operator(f.OperatorID)
		o.parts = append(o.parts, part{charges: []invoice.Charge{c}, late: &f})
	}
	return nil
}

// fee is the share of the base for the days of a month, as far as the most for the invoice is not reached.
func (f lateFee) fee(t ducttariff.Terms, of int64) (money.Rupiah, error) {
	amount, err := f.Base.FractionHalfUp(int64(t.Late)*int64(f.Days), 10_000*of)
	if err != nil {
		return 0, err
	}
	most, err := f.Total.FractionHalfUp(int64(t.LateMost), 10_000)
	return min(amount, most-f.Before), err
}
