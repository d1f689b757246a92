package invoice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Off is how much of a charge was credited, written off or adjusted away, before tax.
type Off struct {
	Then money.Rupiah // until an instant
	Now  money.Rupiah
}

// Closing is the key of the source of a credit note's line that gives back what the end of a subscription left; it takes nothing off what
// was charged, since what was left is counted there already.
const Closing = "closing"

// OffCharge is how much of what a city was charged under a source, by some of its keys and values, was taken off, until an instant and until
// now; before now the zero instant is now. A credit note takes off the lines that it names. What was taken off an invoice as a whole,
// by an adjustment of its draft, a credit note that names no line or a write-off, was taken off each of its lines by its share. A draft
// that was dropped charges nothing, and for a void invoice what stands in its place counts. ctx is of the seller.
func (b *Book) OffCharge(ctx context.Context, db bun.IDB, city tenancy.ID, source map[string]any, then time.Time) (Off, error) {
	var off Off
	var drafts []Draft
	having, err := json.Marshal([]map[string]any{{"source": source}})
	if err != nil {
		return off, err
	}
	err = db.NewSelect().Model(&drafts).Where("tenant_id = ? AND party_id IN (SELECT y.id FROM party y WHERE y.tenant_id = ? AND y.city = ?)", tenancy.Must(ctx), tenancy.Must(ctx), city).
		Where("charges @> ?::jsonb", string(having)).Scan(ctx)
	if err != nil {
		return off, fmt.Errorf("invoice: off a charge: %w", err)
	}
	for _, d := range drafts {
		t, err := takings(ctx, db, d)
		if err != nil {
			return off, fmt.Errorf("invoice: off a charge: %w", err)
		}
		now, err := d.off(source, t, time.Time{})
		if err != nil {
			return off, err
		}
		before := now
		if !then.IsZero() {
			if before, err = d.off(source, t, then); err != nil {
				return off, err
			}
		}
		off.Then, off.Now = off.Then+before, off.Now+now
	}
	return off, nil
}

// taking is what took something off an invoice, before tax: off a line of it by its position, or off the whole.
type taking struct {
	Line   int
	Amount money.Rupiah
	At     time.Time
	Void   bool
}

// takings reads what was taken off the invoice that a draft became.
func takings(ctx context.Context, db bun.IDB, d Draft) (all []taking, err error) {
	if !d.InvoiceID.Valid {
		return nil, nil
	}
	err = db.NewRaw(`SELECT coalesce((l.source->>'line')::int, 0) AS line, l.amount, n.finalised_at AS at, false AS void
			FROM invoice n JOIN invoice_line l ON l.tenant_id = n.tenant_id AND l.invoice_id = n.id
			WHERE n.tenant_id = ?0 AND n.credits = ?1 AND l.source->>?2 IS NULL
		UNION ALL SELECT 0, round(-e.amount::numeric * i.net / i.total)::bigint, e.at, e.kind = 'void' FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id
			WHERE e.tenant_id = ?0 AND e.invoice_id = ?1 AND e.kind IN ('write_off', 'void')`, d.TenantID, d.InvoiceID.UUID, Closing).Scan(ctx, &all)
	return all, err
}

// off is how much of what d charges under a source was taken off until an instant, the zero one being now.
func (d Draft) off(source map[string]any, takings []taking, until time.Time) (money.Rupiah, error) {
	by := map[int]money.Rupiah{}
	for _, t := range takings {
		if t.Void && d.DroppedAt.IsZero() {
			return 0, nil // what stands in its place is looked at instead
		}
		if !t.Void && (until.IsZero() || !t.At.After(until)) {
			by[t.Line] += t.Amount
		}
	}
	var charged, left, all money.Rupiah // of the source, as charged and without what credit notes took of its lines; and so of all lines
	whole := by[0]
	for n, c := range d.Charges {
		rest := c.Amount - by[n+1]
		switch {
		case c.Adjusted():
			if at, err := time.Parse(time.RFC3339, fmt.Sprint(c.Source["at"])); err != nil || until.IsZero() || !at.After(until) {
				whole -= rest
			}
		case c.of(source):
			charged, left, all = charged+c.Amount, left+rest, all+max(rest, 0)
		default:
			all += max(rest, 0)
		}
	}
	if !d.DroppedAt.IsZero() {
		return charged, nil
	}
	whole = min(max(whole, 0), all)
	if whole == 0 {
		return charged - left, nil
	}
	share, err := max(left, 0).FractionHalfUp(int64(whole), int64(all))
	return charged - left + share, err
}

// of reports whether what a charge was computed from has these keys and values.
func (c Charge) of(source map[string]any) bool {
	for k, v := range source {
		if fmt.Sprint(c.Source[k]) != fmt.Sprint(v) {
			return false
		}
	}
	return true
}
