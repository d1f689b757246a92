package invoice

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// CreditLine is a line of an invoice with what was taken back of it by credit notes, and what is asked to be.
type CreditLine struct {
	Line
	Credited money.Rupiah
	Asked    money.Rupiah
}

// Left is what can still be taken back of the line; it has the sign of its amount.
func (l CreditLine) Left() money.Rupiah { return l.Amount - l.Credited - l.Asked }

// CreditLines says of the lines of an invoice what credit notes have taken back of each, and what nobody has decided about.
func (b *Book) CreditLines(ctx context.Context, id uuid.UUID, lines []Line) ([]CreditLine, error) {
	var rows []struct {
		Line     int
		Credited money.Rupiah
		Asked    money.Rupiah
	}
	err := b.DB.App.NewRaw(`SELECT line, sum(credited)::bigint AS credited, sum(asked)::bigint AS asked FROM (
			SELECT (l.source->>'line')::int AS line, l.amount AS credited, 0::bigint AS asked FROM invoice n JOIN invoice_line l ON l.tenant_id = n.tenant_id AND l.invoice_id = n.id
				WHERE n.tenant_id = ?0 AND n.credits = ?1 AND l.source->>'line' IS NOT NULL
			UNION ALL SELECT (c->'source'->>'line')::int, 0, (c->>'amount')::bigint FROM invoice_request q, jsonb_array_elements(q.charges) c
				WHERE q.tenant_id = ?0 AND q.invoice_id = ?1 AND q.kind = 'credit_note' AND q.decided_by IS NULL AND c->'source'->>'line' IS NOT NULL) x GROUP BY line`,
		tenancy.Must(ctx), id).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("invoice: credit lines: %w", err)
	}
	out := make([]CreditLine, 0, len(lines))
	for _, l := range lines {
		x := CreditLine{Line: l}
		for _, r := range rows {
			if r.Line == l.Position {
				x.Credited, x.Asked = r.Credited, r.Asked
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// Crediting is the request for a credit note that takes back so much of each line of an invoice, by its position. It refuses Invalid
// "lines" when nothing is taken back, and "line-3" for more than is left of that line.
func Crediting(id uuid.UUID, all []CreditLine, back map[int]money.Rupiah, reason string) (RequestInput, error) {
	q := RequestInput{Kind: string(CreditNote), Invoice: id, Reason: reason}
	var bad []fault.Field
	for _, l := range all {
		x := back[l.Position]
		switch left := l.Left(); {
		case x == 0:
			continue
		case left >= 0 && (x < 0 || x > left), left < 0 && (x > 0 || x < left):
			bad = append(bad, fault.Field{Name: fmt.Sprintf("line-%d", l.Position), Code: "credit_line", Args: []any{"most", left}})
		}
		q.Charges = append(q.Charges, Charge{Name: l.Name, Working: i18n.Text{i18n.ID: reason, i18n.EN: reason}, Amount: x, PPN: l.PPN, PPh: l.PPh,
			Source: map[string]any{"kind": "credit", "invoice": id, "line": l.Position, "reason": reason}})
	}
	if len(q.Charges) == 0 && bad == nil {
		bad = append(bad, fault.Field{Name: "lines", Code: "credit_none"})
	}
	return q, fault.Fields(bad)
}
