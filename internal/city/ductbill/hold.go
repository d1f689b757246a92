package ductbill

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

// holder takes in the deposits that a line of the bank pays.
type holder struct{ s *Service }

// Hold refuses NotFound "deposit.not_found", and Conflict "deposit.too_much" for more than is missing, of which there is none once the lease is over,
// and "deposit.by_hand" for a transfer that was recorded by hand.
func (k holder) Hold(ctx context.Context, tx bun.Tx, actor identity.Actor, h payin.Hold) error {
	d, err := k.s.lockDeposit(ctx, tx, h.For)
	if err != nil {
		return err
	}
	if h.Amount > d.Missing() {
		return fault.New(fault.Conflict, "deposit.too_much", "most", d.Missing())
	}
	if err := k.s.notByHand(ctx, tx, h); err != nil {
		return err
	}
	return k.s.enterDeposit(ctx, tx, actor, DepositEntry{LeaseID: h.For, Kind: DepositReceived, Amount: h.Amount, OnDay: h.On, Reference: h.Reference, HoldID: uuid.NullUUID{UUID: h.ID, Valid: true}})
}

// notByHand refuses a transfer that was recorded by hand: by the bank's own reference, or for the same deposit by its day and amount, as a bank may
// give none. Who records by hand waits for the turn that whoever books a line has.
func (s *Service) notByHand(ctx context.Context, tx bun.Tx, h payin.Hold) error {
	var number string
	err := tx.NewRaw(`SELECT coalesce(min(l.number), '') FROM bank_line b JOIN duct_deposit_entry e ON e.tenant_id = b.tenant_id AND e.kind = 'received' AND e.hold_id IS NULL
				AND (b.reference <> '' AND lower(e.reference) = lower(b.reference) OR e.lease_id = ?2 AND e.amount = ?3 AND e.on_day = b.day)
			JOIN duct_lease l ON l.tenant_id = e.tenant_id AND l.id = e.lease_id
		WHERE b.tenant_id = ?0 AND b.id = ?1`, tenancy.Must(ctx), h.LineID, h.For, h.Amount).Scan(ctx, &number)
	if err != nil {
		return fmt.Errorf("ductbill: hold: %w", err)
	}
	if number != "" {
		return fault.New(fault.Conflict, "deposit.by_hand", "number", number)
	}
	return nil
}

// notInLine refuses to record by hand what a line of the bank brought, told by the same.
func (s *Service) notInLine(ctx context.Context, tx bun.Tx, in DepositInput) error {
	var there bool
	err := tx.NewRaw(`SELECT EXISTS (SELECT FROM bank_hold h JOIN bank_line b ON b.tenant_id = h.tenant_id AND b.id = h.line_id
		WHERE h.tenant_id = ?0 AND h.undone_at IS NULL AND (lower(b.reference) = lower(?1) OR h.held_for = ?2 AND h.amount = ?3 AND b.day = ?4))`,
		tenancy.Must(ctx), in.Reference, in.Lease, in.Amount, in.On.Format(time.DateOnly)).Scan(ctx, &there)
	if err != nil {
		return fmt.Errorf("ductbill: deposit: %w", err)
	}
	if there {
		return fault.Fields([]fault.Field{{Name: "reference", Code: "deposit_in_line"}})
	}
	return nil
}

// Release refuses Conflict "deposit.used" for what was returned or set off since, passed on, or is asked to be returned.
func (k holder) Release(ctx context.Context, tx bun.Tx, actor identity.Actor, h payin.Hold) error {
	d, err := k.s.lockDeposit(ctx, tx, h.For)
	if err != nil {
		return err
	}
	if free := d.Held() - d.Waiting; h.Amount > free {
		return fault.New(fault.Conflict, "deposit.used", "number", d.Number, "used", h.Amount-free)
	}
	return k.s.depositDid(ctx, tx, actor, "deposit.undo", h.For, map[string]any{"amount": int64(h.Amount), "reference": h.Reference, "reason": h.UndoReason})
}

// Pledged lists the deposits of a party of the book of which something is missing, by the numbers of their leases, 100 at most. It needs duct:read.
func (s *Service) Pledged(ctx context.Context, actor identity.Actor, party uuid.UUID) (all []Deposit, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	err = s.d.DB.App.NewRaw(heldSQL+`JOIN duct_payer w ON w.tenant_id = l.tenant_id AND w.operator_id = l.operator_id
		WHERE l.tenant_id = ?0 AND w.party_id = ?2 AND NOT v.over AND d.amount > e.received + e.taken_over - e.passed_on - e.returned - e.set_off ORDER BY l.number LIMIT ?3`,
		tenancy.Must(ctx), s.today(ctx).Format(time.DateOnly), party, listMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: pledged: %w", err)
	}
	return all, nil
}

// payAhead makes whoever was asked for a deposit somebody whom the book charges, so that a line of the bank can be booked on it before its
// first invoice.
func (s *Service) payAhead(ctx context.Context, tx bun.Tx) error {
	var all []uuid.UUID
	err := tx.NewRaw(`SELECT DISTINCT l.operator_id FROM duct_deposit d JOIN duct_lease l ON l.tenant_id = d.tenant_id AND l.id = d.lease_id
		WHERE d.tenant_id = ? AND NOT EXISTS (SELECT FROM duct_payer w WHERE w.tenant_id = l.tenant_id AND w.operator_id = l.operator_id) ORDER BY 1`, tenancy.Must(ctx)).Scan(ctx, &all)
	if err != nil || len(all) == 0 {
		return err
	}
	seller, err := invoice.SellerOn(ctx, tx, s.today(ctx))
	if fault.Is(err, "invoice.no_seller") {
		return nil
	}
	if err != nil {
		return err
	}
	if err := turn(ctx, tx); err != nil { // a month that is charged makes payers too
		return err
	}
	for _, operator := range all {
		if _, err := s.party(ctx, tx, seller, operator); err != nil {
			return fmt.Errorf("ductbill: payer: %w", err)
		}
	}
	return nil
}
