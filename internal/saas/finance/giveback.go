package finance

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// GiveBackInput is what a closing left to a city whose subscription has ended. Source names the closing; the lines of its
// subscriptions and components, as "subscription/component", are taken back first.
type GiveBackInput struct {
	City   tenancy.ID
	Source string
	Amount money.Rupiah // before tax
	First  []string
	Reason string
}

// giveBackMost bounds the invoices of a city that are looked through for something to take back.
const giveBackMost = 60

// GivenBack is how much of each closing, by its source, is credited or asked to be; what was refused is not in it. It needs
// invoice:issue on the platform.
func (s *Service) GivenBack(ctx context.Context, actor identity.Actor, sources []string) (map[string]money.Rupiah, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.givenBack(ctx, s.DB.App, sources)
}

func (s *Service) givenBack(ctx context.Context, db bun.IDB, sources []string) (map[string]money.Rupiah, error) {
	var rows []struct {
		Closing string
		Amount  money.Rupiah
	}
	err := db.NewRaw(`SELECT c->'source'->>'closing' AS closing, sum((c->>'amount')::bigint)::bigint AS amount FROM invoice_request q, jsonb_array_elements(q.charges) c
		WHERE q.tenant_id = ? AND q.kind = 'credit_note' AND q.approved IS NOT FALSE AND c->'source'->>'closing' = ANY (?::text[]) GROUP BY 1`,
		tenancy.Must(ctx), pgdialect.Array(sources)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("finance: given back: %w", err)
	}
	out := map[string]money.Rupiah{}
	for _, r := range rows {
		out[r.Closing] = r.Amount
	}
	return out, nil
}

// AskGiveBack asks for the credit notes that give a city what the end of its subscription left to it: first against the lines for
// which it was paid, then against its latest invoices. Somebody else decides them; what is beyond what is open then goes to the
// city's balance. Asking again asks for what is left alone. It returns how much was asked for. It needs invoice:issue on the
// platform, and refuses Conflict "invoice.nothing_to_credit" when no invoice has anything left to take back.
func (s *Service) AskGiveBack(ctx context.Context, actor identity.Actor, in GiveBackInput) (asked money.Rupiah, err error) {
	err = s.act(ctx, actor, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "give back "+in.City.String()).Exec(ctx); err != nil {
			return err
		}
		before, err := s.givenBack(ctx, tx, []string{in.Source})
		if err != nil {
			return err
		}
		rest := in.Amount - before[in.Source]
		ids, err := s.creditable(ctx, tx, in)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if rest <= 0 {
				break
			}
			lines, err := s.CreditLines(ctx, actor, id)
			if err != nil {
				return err
			}
			charges, taken := in.charges(id, lines, rest)
			if taken == 0 {
				continue
			}
			if _, err := s.Book.Ask(ctx, tx, actor, invoice.RequestInput{Kind: string(invoice.CreditNote), Invoice: id, Charges: charges, Reason: in.Reason}); err != nil {
				return err
			}
			asked, rest = asked+taken, rest-taken
		}
		if asked == 0 {
			return fault.New(fault.Conflict, "invoice.nothing_to_credit")
		}
		return nil
	})
	return asked, err
}

// creditable are the invoices of the city that stand, those that bill what is given back first, the latest first.
func (s *Service) creditable(ctx context.Context, tx bun.Tx, in GiveBackInput) (ids []uuid.UUID, err error) {
	err = tx.NewRaw(`SELECT i.id FROM invoice i JOIN party y ON y.tenant_id = i.tenant_id AND y.id = i.party_id
		WHERE i.tenant_id = ? AND y.city = ? AND i.kind = 'invoice'
		  AND NOT EXISTS (SELECT FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id AND e.kind IN ('void', 'write_off'))
		ORDER BY EXISTS (SELECT FROM invoice_line l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id AND l.amount > 0
			AND (l.source->>'subscription') || '/' || (l.source->>'component') = ANY (?::text[])) DESC, i.issued_on DESC, i.seq DESC LIMIT ?`,
		tenancy.Must(ctx), in.City, pgdialect.Array(in.First), giveBackMost).Scan(ctx, &ids)
	return ids, err
}

// charges take back as much as there is left of an invoice, and no more than most.
func (in GiveBackInput) charges(id uuid.UUID, lines []invoice.CreditLine, most money.Rupiah) (out []invoice.Charge, taken money.Rupiah) {
	var room money.Rupiah // discounts lower it
	for _, l := range lines {
		room += l.Left()
	}
	most = min(most, room)
	first := func(l invoice.CreditLine) bool {
		return slices.Contains(in.First, fmt.Sprint(l.Source["subscription"], "/", l.Source["component"]))
	}
	for _, its := range []bool{true, false} {
		for _, l := range lines {
			amount := min(l.Left(), most-taken)
			if first(l) != its || amount <= 0 {
				continue
			}
			taken += amount
			out = append(out, invoice.Charge{Name: l.Name, Working: i18n.Text{i18n.ID: in.Reason, i18n.EN: in.Reason}, Amount: amount, PPN: l.PPN, PPh: l.PPh,
				Source: map[string]any{"kind": "credit", "invoice": id, "line": l.Position, "reason": in.Reason, invoice.Closing: in.Source}})
		}
	}
	return out, taken
}
