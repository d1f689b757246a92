package invoice

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
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
	return creditLines(ctx, b.DB.App, id, lines)
}

func creditLines(ctx context.Context, db bun.IDB, id uuid.UUID, lines []Line) ([]CreditLine, error) {
	var rows []struct {
		Line     int
		Credited money.Rupiah
		Asked    money.Rupiah
	}
	err := db.NewRaw(`SELECT line, sum(credited)::bigint AS credited, sum(asked)::bigint AS asked FROM (
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

// TakeBack asks, as part of tx, for what takes a draft back altogether, which a second person decides as any other request: a draft that
// waits is dropped, and of the invoice that it became, or the one in the place of that, a credit note takes back what no other has or is
// asked to. Where nothing is left to take back, or it is asked already, nothing is asked and there is no error. It refuses NotFound
// "invoice.not_found", and what Ask does.
func (b *Book) TakeBack(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, reason string) error {
	d, err := lockDraft(ctx, tx, draft)
	switch {
	case fault.Is(err, "invoice.closed"), fault.Is(err, "invoice.dropped"):
		return nil
	case fault.Is(err, "invoice.final"):
		return b.creditWhole(ctx, tx, actor, d.InvoiceID.UUID, reason)
	case err != nil:
		return err
	}
	asked, err := tx.NewSelect().Model((*Request)(nil)).Where("tenant_id = ? AND draft_id = ? AND decided_by IS NULL", d.TenantID, d.ID).Exists(ctx)
	if err != nil || asked {
		return err
	}
	_, err = b.Ask(ctx, tx, actor, RequestInput{Kind: Drop, Draft: draft, Reason: reason})
	return err
}

// creditWhole asks for the credit note of what is left of an invoice, or takes back what stands in the place of a void one.
func (b *Book) creditWhole(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID, reason string) error {
	i, s, err := b.lock(ctx, tx, id)
	if err != nil {
		return err
	}
	if s.Voided != 0 {
		var anew []uuid.UUID
		if err := tx.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND replaces = ?", i.TenantID, id).Scan(ctx, &anew); err != nil || len(anew) == 0 {
			return err
		}
		return b.TakeBack(ctx, tx, actor, anew[0], reason)
	}
	var lines []Line
	if err := tx.NewSelect().Model(&lines).Where("tenant_id = ? AND invoice_id = ?", i.TenantID, id).Order("position").Scan(ctx); err != nil {
		return fmt.Errorf("invoice: lines: %w", err)
	}
	all, err := creditLines(ctx, tx, id, lines)
	if err != nil {
		return err
	}
	back := map[int]money.Rupiah{}
	for _, l := range all {
		if l.Left() != 0 {
			back[l.Position] = l.Left()
		}
	}
	if len(back) == 0 {
		return nil
	}
	in, err := Crediting(id, all, back, reason)
	if err == nil {
		_, err = b.Ask(ctx, tx, actor, in)
	}
	return err
}
