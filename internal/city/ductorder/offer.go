package ductorder

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TakeOffer places an order of what the actor's company was offered from the line: it begins where a way has been chosen, and goes through
// survey, quote and agreement as any. What was offered stays reserved until the offer ends; from the acceptance of the quote on it is kept
// as for any order, and what ran out before is reserved anew then, if it is still free. It refuses what ductwait.Take does, and Conflict
// "ductorder.no_agreement" a company without a master agreement in force, whose offer then stands.
func (s *Service) TakeOffer(ctx context.Context, actor identity.Actor, wait uuid.UUID) (Order, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Order{}, err
	}
	var o Order
	err = s.d.Waits.Take(ctx, actor, wait, func(ctx context.Context, tx bun.Tx, w ductwait.Wait, way []uuid.UUID) error {
		held := s.d.Leases.Inside(tx, actor, id)
		if err := held.Adopt(ctx, w.LeaseID.UUID); err != nil {
			return err
		}
		o = Order{TenantID: tenancy.Must(ctx), ID: id, OperatorID: w.OperatorID, FromNode: w.From, ToNode: w.To, Kind: w.Kind, Quantity: w.Quantity, Note: i18n.ID.T("ductorder.from_line", "number", w.Number), Key: "wait " + w.ID.String(),
			Segments: way, Authorities: []string{}, LeaseID: w.LeaseID, PlacedAt: s.now(), PlacedBy: actor.ID, Version: 1}
		l, err := s.leaseOf(ctx, tx, o)
		if err != nil {
			return err
		}
		o.Since, o.Until = l.Since, l.Until
		if o.Segments, err = keeps(ctx, tx, o); err != nil {
			return err
		}
		if err := s.measure(ctx, tx, &o); err != nil {
			return err
		}
		return s.placeIn(ctx, tx, actor, &o)
	})
	return o, err
}

// measure says how long an order's way is today, and whose ground it crosses.
func (s *Service) measure(ctx context.Context, tx bun.Tx, o *Order) error {
	var rows []struct {
		Authority string
		Length    int64
	}
	err := tx.NewRaw(`SELECT c.authority, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length FROM duct_segment_state c
		WHERE c.tenant_id = ?0 AND c.segment_id IN (?1) AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2) ORDER BY array_position(?3::uuid[], c.segment_id)`,
		o.TenantID, bun.List(o.Segments), s.today(ctx), pgdialect.Array(o.Segments)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("ductorder: measure: %w", err)
	}
	o.LengthMM, o.Authorities = 0, []string{}
	for _, r := range rows {
		o.LengthMM += r.Length
		if !slices.Contains(o.Authorities, r.Authority) {
			o.Authorities = append(o.Authorities, r.Authority)
		}
	}
	return nil
}

// kept is what is reserved for an order and has not run out; the zero Lease where nothing is.
func (s *Service) kept(ctx context.Context, db bun.IDB, o Order) (lease.Lease, error) {
	l, err := s.leaseOf(ctx, db, o)
	if err != nil || l.State != lease.Reserved || !l.ExpiresAt.After(s.now()) {
		return lease.Lease{}, err
	}
	return l, nil
}

// letGo gives back what is reserved for an order that is to go another way.
func (s *Service) letGo(ctx context.Context, tx bun.Tx, o *Order, held lease.Inside) error {
	l, err := s.kept(ctx, tx, *o)
	if err == nil && l.ID != uuid.Nil {
		err = held.Cancel(ctx, l.ID, i18n.ID.T("ductorder.another_way"))
	}
	o.LeaseID = uuid.NullUUID{}
	return err
}
