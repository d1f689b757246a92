package payin

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Split is what a person says of a line that pays for several parties, or for several invoices by amounts of its own: how much of
// each invoice it pays, what is kept for something else, and to whose balance the rest goes.
type Split struct {
	Parts []invoice.Share // each with its amount as Most
	Held  []Held
	Rest  uuid.UUID // a party; the nil UUID where nothing is left
}

// share is a part of a split with the invoice that it is of.
type share struct {
	of     invoice.Invoice
	amount money.Rupiah
	waits  money.Rupiah // for a slip, of what the buyer gave to the state
}

// Split books a line as several payments, one for each party, and has the rest of its parts held, as part of tx; Undo takes all of them back.
// What is less than is open of an invoice by a tax that its buyer keeps back waits for the slip. The caller has checked who may. It refuses
// Invalid "parts" without any, for an amount that is not positive and for something twice, and "rest" where something is left and no party
// gets it; NotFound "payin.no_line" and "invoice.not_found"; Conflict "payin.settled" and "payin.not_rupiah" as Decide does, "payin.over" for more
// than came in and "payin.over_open" for more than is open of an invoice; and what the Holder does.
func (s *Service) Split(ctx context.Context, tx bun.Tx, actor identity.Actor, line uuid.UUID, in Split) ([]invoice.Payment, error) {
	l, err := s.lock(ctx, tx, line)
	if err != nil {
		return nil, err
	}
	if l.State == Matched || l.State == Out {
		return nil, fault.New(fault.Conflict, "payin.settled")
	}
	amount, whole := l.Amount.Rupiah()
	if !whole {
		return nil, fault.New(fault.Conflict, "payin.not_rupiah")
	}
	left, err := in.left(amount)
	if err != nil {
		return nil, err
	}
	if len(in.Held) > 0 && s.Holder == nil {
		return nil, fault.Fields([]fault.Field{{Name: "parts", Code: "not_an_option"}})
	}
	if err := s.hold(ctx, tx, actor, l, in.Held); err != nil {
		return nil, err
	}
	all, err := s.shares(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	return s.bookShares(ctx, tx, actor, l, all, in, left)
}

// left is what of an amount neither pays an invoice nor is held.
func (in Split) left(amount money.Rupiah) (money.Rupiah, error) {
	var each []money.Rupiah
	for _, p := range in.Parts {
		each = append(each, p.Most)
	}
	seen := map[uuid.UUID]bool{}
	for _, h := range in.Held {
		if seen[h.For] {
			return 0, fault.Fields([]fault.Field{{Name: "parts", Code: "invalid"}})
		}
		seen[h.For], each = true, append(each, h.Amount)
	}
	if len(each) == 0 {
		return 0, fault.Fields([]fault.Field{{Name: "parts", Code: "required"}})
	}
	left := amount
	for _, x := range each {
		switch {
		case x <= 0:
			return 0, fault.Fields([]fault.Field{{Name: "parts", Code: "amount_positive"}})
		case x > left:
			return 0, fault.New(fault.Conflict, "payin.over", "amount", amount)
		}
		left -= x
	}
	if left > 0 && in.Rest == uuid.Nil {
		return 0, fault.Fields([]fault.Field{{Name: "rest", Code: "payin_rest", Args: []any{"left", left}}})
	}
	return left, nil
}

// shares reads the invoices of a split, locked with their parties against whoever else pays them.
func (s *Service) shares(ctx context.Context, tx bun.Tx, in Split) ([]share, error) {
	var ids []string
	for _, p := range in.Parts {
		ids = append(ids, p.Invoice.String())
	}
	var found []invoice.Invoice
	err := tx.NewSelect().Model(&found).Where("tenant_id = ? AND kind = ? AND id = ANY (?::uuid[])", tenancy.Must(ctx), invoice.Bill, pgdialect.Array(ids)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("payin: split: %w", err)
	}
	var parties []uuid.UUID
	if in.Rest != uuid.Nil {
		is, err := tx.NewSelect().Model((*invoice.Party)(nil)).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), in.Rest).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("payin: split: %w", err)
		}
		if !is {
			return nil, fault.Fields([]fault.Field{{Name: "rest", Code: "not_an_option"}})
		}
		parties = append(parties, in.Rest)
	}
	for _, i := range found {
		parties = append(parties, i.PartyID)
	}
	if err := invoice.LockParties(ctx, tx, parties...); err != nil {
		return nil, err
	}
	var out []share
	for _, p := range in.Parts {
		at := slices.IndexFunc(found, func(i invoice.Invoice) bool { return i.ID == p.Invoice })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "invoice.not_found")
		}
		if slices.ContainsFunc(out, func(x share) bool { return x.of.ID == p.Invoice }) {
			return nil, fault.Fields([]fault.Field{{Name: "parts", Code: "invalid"}})
		}
		x := share{of: found[at], amount: p.Most}
		now, err := s.Book.Standing(ctx, tx, p.Invoice)
		if err != nil {
			return nil, err
		}
		short := now.Open - p.Most
		if short < 0 {
			return nil, fault.New(fault.Conflict, "payin.over_open", "number", x.of.Number, "open", max(now.Open, 0))
		}
		all, each, err := s.Book.KeepBack(ctx, tx, x.of, now)
		if err != nil {
			return nil, err
		}
		if short > 0 && (short == all || slices.Contains(each, short)) {
			x.waits = short
		}
		out = append(out, x)
	}
	return out, nil
}

// bookShares makes one payment of each party's shares, the rest being with one of them or a payment of its own, and keeps what was decided.
func (s *Service) bookShares(ctx context.Context, tx bun.Tx, actor identity.Actor, l Line, all []share, in Split, left money.Rupiah) ([]invoice.Payment, error) {
	whole := Proposal{Why: BySplit}
	byParty := map[uuid.UUID]*Proposal{}
	amounts := map[uuid.UUID]money.Rupiah{}
	var order []uuid.UUID
	of := func(party uuid.UUID) *Proposal {
		if byParty[party] == nil {
			byParty[party] = &Proposal{Why: BySplit, Party: party}
			order = append(order, party)
		}
		return byParty[party]
	}
	said := []any{}
	for _, x := range all {
		p, part := of(x.of.PartyID), invoice.Share{Invoice: x.of.ID, Most: x.amount}
		p.Against, p.Waits = append(p.Against, part), p.Waits+x.waits
		whole.Against, whole.Numbers, whole.Waits = append(whole.Against, part), append(whole.Numbers, x.of.Number), whole.Waits+x.waits
		amounts[p.Party] += x.amount
		said = append(said, map[string]any{"number": x.of.Number, "amount": int64(x.amount)})
	}
	if left > 0 {
		amounts[of(in.Rest).Party] += left
	}
	for _, h := range in.Held {
		said = append(said, map[string]any{"held_for": h.For, "amount": int64(h.Amount)})
	}
	var paid []invoice.Payment
	for _, party := range order {
		p, err := s.book(ctx, tx, actor, l, *byParty[party], amounts[party])
		if err != nil {
			return nil, err
		}
		paid = append(paid, p)
	}
	l.State, l.Proposal = Matched, whole
	if err := l.save(ctx, tx); err != nil {
		return nil, err
	}
	return paid, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payin.split", Object: "bank_line", ObjectID: l.ID,
		Detail: map[string]any{"parts": said, "to_balance": int64(left)}})
}
