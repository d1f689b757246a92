package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Claim is what the company is owed beside the leases: compensation, which is no price of anything that it sells.
type Claim struct {
	ID       uuid.UUID     // it is charged once by this
	Operator uuid.UUID     // who owes it; uuid.Nil is the Debtor
	Debtor   invoice.Party // who is no operator: name, address and email
	Amount   money.Rupiah
	Name     i18n.Text
	Working  i18n.Text
	Source   map[string]any // what it is for; "kind" must not be that of another line
	Note     string         // of the invoice
}

// Claim writes the draft of a claim as part of tx, and returns its id; people issue it like any other. It is charged under the rule of
// VAT that the terms of today name for late fees, because neither is paid for a supply, and nothing is withheld of it. Who may, and that
// two people agree, is the caller's concern. It refuses Conflict "invoice.no_seller" and "ducttariff.no_terms" where the city has none.
func (s *Service) Claim(ctx context.Context, tx bun.Tx, k Claim) (uuid.UUID, error) {
	today := s.today(ctx)
	seller, err := invoice.SellerOn(ctx, tx, today)
	if err != nil {
		return uuid.Nil, err
	}
	list, err := ducttariff.Read(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	terms, ok := list.TermsOn(today)
	if !ok || terms.PPNLate == "" {
		return uuid.Nil, fault.New(fault.Conflict, "ducttariff.no_terms")
	}
	if err := turn(ctx, tx); err != nil { // before any payer is written: whoever charges a month, or erases who was charged, takes it first too
		return uuid.Nil, err
	}
	party, err := s.debtor(ctx, tx, seller, k)
	if err != nil {
		return uuid.Nil, fmt.Errorf("ductbill: claim: %w", err)
	}
	d, err := s.Book.Write(ctx, tx, invoice.Draft{PartyID: party, Series: seller.Series, Source: "claim:" + k.ID.String(), DueDays: terms.DueDays, Note: k.Note,
		Charges: []invoice.Charge{{Name: k.Name, Working: k.Working, Amount: k.Amount, PPN: terms.PPNLate, Own: true, Source: k.Source}}})
	return d.ID, err
}

// debtor is whom a claim charges: an operator, or somebody who was named the same way before, or somebody new.
func (s *Service) debtor(ctx context.Context, tx bun.Tx, seller invoice.Seller, k Claim) (id uuid.UUID, err error) {
	if k.Operator != uuid.Nil {
		return s.party(ctx, tx, seller, k.Operator)
	}
	p, r := k.Debtor, seller.Regimes[""]
	p.ID, p.FreeZone, p.Collector, p.PPN, p.PPh, p.Basis, p.Verified = uuid.Nil, r.FreeZone, r.Collector, r.PPN, r.PPh, r.Basis, r.Verified
	err = tx.NewRaw(`SELECT p.id FROM party p JOIN duct_payer w ON w.tenant_id = p.tenant_id AND w.party_id = p.id WHERE p.tenant_id = ? AND w.operator_id IS NULL AND p.erased_at IS NULL AND p.name = ? AND p.address = ? AND p.email = ? ORDER BY p.id LIMIT 1`,
		tenancy.Must(ctx), p.Name, p.Address, p.Email).Scan(ctx, &id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if p, err = invoice.SaveParty(ctx, tx, system, p); err != nil {
		return uuid.Nil, err
	}
	_, err = tx.NewRaw("INSERT INTO duct_payer (tenant_id, party_id) VALUES (?, ?)", tenancy.Must(ctx), p.ID).Exec(ctx)
	return p.ID, err
}

// Claimed is what became of a claim.
type Claimed struct {
	InvoiceID uuid.NullUUID // none while its draft waits
	Number    string
	Back      bool // nothing of it is charged any more
	Asked     bool // it is asked to be taken back, and nobody has decided
}

// Claimed says of drafts of claims what became of them, or of what was billed in their place.
func (s *Service) Claimed(ctx context.Context, drafts []uuid.UUID) (map[uuid.UUID]Claimed, error) {
	out := map[uuid.UUID]Claimed{}
	if len(drafts) == 0 {
		return out, nil
	}
	var rows []struct {
		Claimed `bun:",extend"`
		First   uuid.UUID
	}
	err := s.d.DB.App.NewRaw(`WITH RECURSIVE of AS (SELECT d.id AS first, d.id, d.invoice_id, d.dropped_at FROM invoice_draft d WHERE d.tenant_id = ?0 AND d.id IN (?1)
			UNION SELECT of.first, d.id, d.invoice_id, d.dropped_at FROM of JOIN invoice_draft d ON d.tenant_id = ?0 AND d.replaces = of.invoice_id)
		SELECT of.first, i.id AS invoice_id, coalesce(i.number, '') AS number,
			of.dropped_at IS NOT NULL OR coalesce(i.total <= (SELECT coalesce(sum(n.total), 0) FROM invoice n WHERE n.tenant_id = ?0 AND n.credits = i.id), false) AS back,
			EXISTS (SELECT FROM invoice_request q WHERE q.tenant_id = ?0 AND q.draft_id = of.id AND q.kind <> 'write_off' AND q.decided_by IS NULL)
				OR EXISTS (SELECT FROM invoice_request q WHERE q.tenant_id = ?0 AND q.invoice_id = of.invoice_id AND q.kind <> 'write_off' AND q.decided_by IS NULL) AS asked
		FROM of LEFT JOIN invoice i ON i.tenant_id = ?0 AND i.id = of.invoice_id WHERE NOT EXISTS (SELECT FROM invoice_draft n WHERE n.tenant_id = ?0 AND n.replaces = of.invoice_id)`, tenancy.Must(ctx), bun.List(drafts)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductbill: claimed: %w", err)
	}
	for _, r := range rows {
		out[r.First] = r.Claimed
	}
	return out, nil
}

// Unclaim asks, as part of tx, that the draft of a claim be dropped or its invoice credited, which another person decides in the book. Who
// may ask is the caller's concern; the refusals are those of the book's TakeBack.
func (s *Service) Unclaim(ctx context.Context, tx bun.Tx, actor identity.Actor, draft uuid.UUID, reason string) error {
	if err := s.Book.TakeBack(ctx, tx, actor, draft, reason); err != nil {
		return fmt.Errorf("ductbill: unclaim: %w", err)
	}
	return nil
}
