package payin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// settle pays by a new line what it certainly pays, and keeps what it probably does.
func (s *Service) settle(ctx context.Context, tx bun.Tx, actor identity.Actor, m *matcher, l *Line) error {
	if l.State == Out {
		return nil
	}
	p, certain, err := m.match(ctx, tx, *l)
	if err != nil {
		return err
	}
	if certain {
		_, err := s.pay(ctx, tx, actor, l, p)
		return err
	}
	switch {
	case p.Why != "":
		l.State, l.Proposal = Proposed, p
	case l.State == Proposed: // what it seemed to pay was paid otherwise
		l.State, l.Proposal = Open, Proposal{}
	default:
		return nil
	}
	return l.save(ctx, tx)
}

func (l *Line) save(ctx context.Context, tx bun.IDB) error {
	_, err := tx.NewUpdate().Model(l).Column("state", "proposal", "reason").WherePK().Exec(ctx)
	return err
}

// pay books all of a line as one payment.
func (s *Service) pay(ctx context.Context, tx bun.Tx, actor identity.Actor, l *Line, p Proposal) (invoice.Payment, error) {
	amount, whole := l.Amount.Rupiah()
	if !whole || amount <= 0 {
		return invoice.Payment{}, fault.New(fault.Conflict, "payin.not_rupiah")
	}
	paid, err := s.book(ctx, tx, actor, *l, p, amount)
	if err != nil {
		return paid, err
	}
	l.State, l.Proposal = Matched, p
	return paid, l.save(ctx, tx)
}

// book makes a payment of an amount of a line. Its reference is the bank's with the line's identity; another payment of the line, after
// an undo or for another party, has another one.
func (s *Service) book(ctx context.Context, tx bun.Tx, actor identity.Actor, l Line, p Proposal, amount money.Rupiah) (invoice.Payment, error) {
	var before int
	if err := tx.NewRaw("SELECT count(*) FROM bank_match WHERE tenant_id = ? AND line_id = ?", l.TenantID, l.ID).Scan(ctx, &before); err != nil {
		return invoice.Payment{}, err
	}
	reference := l.name()
	if before > 0 {
		reference += fmt.Sprintf("/%d", before+1)
	}
	method := invoice.Transfer
	if p.Why == ByVirtual {
		method = invoice.VirtualAccount
	}
	paid, err := s.Book.Take(ctx, tx, actor, invoice.TakeInput{Party: p.Party, Against: p.Against, Method: method, Reference: reference, Amount: amount, On: l.Day})
	if err != nil {
		return paid, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return paid, err
	}
	_, err = tx.NewRaw("INSERT INTO bank_match (tenant_id, id, line_id, payment_id, why, waits, at, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		l.TenantID, id, l.ID, paid.ID, p.Why, p.Waits, paid.RecordedAt, actor.ID).Exec(ctx)
	if err != nil {
		return paid, fmt.Errorf("payin: match: %w", err)
	}
	if s.Paid == nil {
		return paid, nil
	}
	var closed []uuid.UUID
	for _, a := range p.Against {
		closed = append(closed, a.Invoice)
	}
	return paid, s.Paid(ctx, tx, closed, paid)
}

func clip(text string, most int) string {
	for i := range text {
		if i >= most {
			return text[:i]
		}
	}
	return text
}

// lock reads a line for a change, or NotFound "payin.no_line".
func (s *Service) lock(ctx context.Context, tx bun.Tx, id uuid.UUID) (Line, error) {
	var l Line
	// The row itself cannot be locked: only some of its columns may be written.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "bank line "+id.String()).Exec(ctx); err != nil {
		return l, err
	}
	err := tx.NewSelect().Model(&l).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "payin.no_line")
	}
	return l, err
}

// Choice is what a person says a line pays: invoices of a party in the order in which they are closed, or none of them, and then
// it goes to the party's balance. Waits is what a slip will close, when the payment is less for it.
type Choice struct {
	Party   uuid.UUID
	Against []uuid.UUID
	Waits   money.Rupiah
}

// Decide books a line as a person says, as part of tx: one payment of the party that was chosen. The caller has checked who may. It refuses NotFound
// "payin.no_line"; Invalid "waits" below zero or above what the buyer of the chosen invoices may still give to the state; Conflict "payin.settled" for
// a line that is matched or went out and "payin.not_rupiah" for one with cents; and what invoice.Take refuses, above all "payment.other_party"
// for an invoice of somebody else than that party.
func (s *Service) Decide(ctx context.Context, tx bun.Tx, actor identity.Actor, line uuid.UUID, c Choice) (invoice.Payment, error) {
	l, err := s.lock(ctx, tx, line)
	if err != nil {
		return invoice.Payment{}, err
	}
	if l.State == Matched || l.State == Out {
		return invoice.Payment{}, fault.New(fault.Conflict, "payin.settled")
	}
	if c.Waits < 0 {
		return invoice.Payment{}, fault.Fields([]fault.Field{{Name: "waits", Code: "amount_positive"}})
	}
	p := Proposal{Why: ByPerson, Party: c.Party, Waits: c.Waits}
	for _, id := range c.Against {
		p.Against = append(p.Against, invoice.Share{Invoice: id})
	}
	if c.Waits > 0 {
		if err := s.mayWait(ctx, tx, c); err != nil {
			return invoice.Payment{}, err
		}
	}
	return s.pay(ctx, tx, actor, &l, p)
}

// mayWait refuses that a payment waits for slips which nobody may hand in: above what the buyer may keep back of the invoices.
func (s *Service) mayWait(ctx context.Context, tx bun.Tx, c Choice) error {
	if err := invoice.LockParties(ctx, tx, c.Party); err != nil {
		return err
	}
	var most money.Rupiah
	seen := map[uuid.UUID]bool{}
	for _, id := range c.Against {
		if seen[id] {
			continue
		}
		seen[id] = true
		var i invoice.Invoice
		err := tx.NewSelect().Model(&i).Where("tenant_id = ? AND id = ? AND kind = ?", tenancy.Must(ctx), id, invoice.Bill).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "invoice.not_found")
		}
		if err != nil {
			return fmt.Errorf("payin: decide: %w", err)
		}
		now, err := s.Book.Standing(ctx, tx, id)
		if err != nil {
			return err
		}
		keep, _, err := s.Book.KeepBack(ctx, tx, i, now)
		if err != nil {
			return err
		}
		most += keep
	}
	if c.Waits > most {
		return fault.Fields([]fault.Field{{Name: "waits", Code: "payin_waits", Args: []any{"most", most}}})
	}
	return nil
}

// Accept books a proposed line as it was proposed, as part of tx. The caller has checked who may. It refuses what Decide refuses, and Conflict
// "payin.settled" for a line of which nothing is proposed, or something of several parties, which is Split's.
func (s *Service) Accept(ctx context.Context, tx bun.Tx, actor identity.Actor, line uuid.UUID) (invoice.Payment, error) {
	l, err := s.lock(ctx, tx, line)
	if err != nil {
		return invoice.Payment{}, err
	}
	if l.State != Proposed || l.Proposal.Party == uuid.Nil {
		return invoice.Payment{}, fault.New(fault.Conflict, "payin.settled")
	}
	return s.pay(ctx, tx, actor, &l, l.Proposal)
}

// SetAside says of a line that it pays nothing, with the reason, as part of tx; it can still be decided. The caller has checked who may. It refuses
// NotFound "payin.no_line", Invalid without a reason, and Conflict "payin.settled" for one that is matched or went out.
func (s *Service) SetAside(ctx context.Context, tx bun.Tx, actor identity.Actor, line uuid.UUID, reason string) error {
	l, err := s.lock(ctx, tx, line)
	if err != nil {
		return err
	}
	if l.Reason, err = said(reason); err != nil {
		return err
	}
	if l.State == Matched || l.State == Out {
		return fault.New(fault.Conflict, "payin.settled")
	}
	l.State = Aside
	if err := l.save(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payin.set_aside", Object: "bank_line", ObjectID: l.ID,
		Detail: map[string]any{"reason": l.Reason}})
}

// Undo takes the match of a line back on today's day of the books, as part of tx: by entries against those of its payment, or of all of them where
// it was split, and with what of it is held for something else; the line is open again. The caller has checked who may. It refuses NotFound
// "payin.no_line", Invalid without a reason, Conflict "payin.not_matched", what invoice.UndoPayment refuses, and what the Holder does.
func (s *Service) Undo(ctx context.Context, tx bun.Tx, actor identity.Actor, line uuid.UUID, reason string) error {
	l, err := s.lock(ctx, tx, line)
	if err != nil {
		return err
	}
	if l.State != Matched {
		return fault.New(fault.Conflict, "payin.not_matched")
	}
	if reason, err = said(reason); err != nil {
		return err
	}
	city, _ := tenancy.CityFrom(ctx)
	today := s.Book.Now().In(city.Location())
	if err := s.release(ctx, tx, actor, l, today, reason); err != nil {
		return err
	}
	var made []struct{ PaymentID, PartyID uuid.UUID }
	err = tx.NewRaw(`SELECT m.payment_id, y.party_id FROM bank_match m JOIN payment y ON y.tenant_id = m.tenant_id AND y.id = m.payment_id
		WHERE m.tenant_id = ? AND m.line_id = ? AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id) ORDER BY m.id`, l.TenantID, l.ID).Scan(ctx, &made)
	if err != nil {
		return err
	}
	var parties []uuid.UUID
	for _, x := range made {
		parties = append(parties, x.PartyID)
	}
	if err := invoice.LockParties(ctx, tx, parties...); err != nil {
		return err
	}
	for _, x := range made {
		if err := s.Book.UndoPayment(ctx, tx, actor, x.PaymentID, today, reason); err != nil {
			return err
		}
	}
	l.State, l.Proposal = Open, Proposal{}
	return l.save(ctx, tx)
}

// listMost bounds a list.
const listMost = 100

// Lines lists the lines of a state from the latest on, 100 at most: those before one, or from the beginning.
func (s *Service) Lines(ctx context.Context, db bun.IDB, state string, before uuid.UUID) ([]Line, error) {
	var all []Line
	q := db.NewSelect().Model(&all).Where("tenant_id = ? AND state = ?", tenancy.Must(ctx), state).Order("id DESC").Limit(listMost)
	if before != uuid.Nil {
		q = q.Where("id < ?", before)
	}
	return all, q.Scan(ctx)
}

// Waiting is a payment that was less by what the buyer gave to the state, and whose slip has not come.
type Waiting struct {
	LineID    uuid.UUID    `bun:"line_id"`
	PaymentID uuid.UUID    `bun:"payment_id"`
	InvoiceID uuid.UUID    `bun:"invoice_id"`
	Number    string       `bun:"number"`
	Party     string       `bun:"party"`
	Waits     money.Rupiah `bun:"waits"` // for all invoices of the payment
	Open      money.Rupiah `bun:"open"`  // of this invoice still
}

// Waiting lists the invoices that wait for a slip, the longest first, 100 at most.
func (s *Service) Waiting(ctx context.Context, db bun.IDB) ([]Waiting, error) {
	var all []Waiting
	err := db.NewRaw(`SELECT m.line_id, m.payment_id, i.id AS invoice_id, i.number, i.party->>'name' AS party, m.waits, o.open
		FROM bank_match m
		JOIN (SELECT DISTINCT e.tenant_id, e.payment_id, e.invoice_id FROM invoice_entry e WHERE e.tenant_id = ? AND e.invoice_id IS NOT NULL AND e.payment_id IS NOT NULL) e
			ON e.tenant_id = m.tenant_id AND e.payment_id = m.payment_id
		JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id
		CROSS JOIN LATERAL (SELECT coalesce(sum(x.amount), 0)::bigint AS open FROM invoice_entry x WHERE x.tenant_id = i.tenant_id AND x.invoice_id = i.id) o
		WHERE m.tenant_id = ? AND m.waits > 0 AND o.open > 0
		  AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = m.tenant_id AND u.payment_id = m.payment_id)
		ORDER BY m.id, i.number LIMIT ?`, tenancy.Must(ctx), tenancy.Must(ctx), listMost).Scan(ctx, &all)
	return all, err
}
