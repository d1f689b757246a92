package ductorder

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// PlaceInput is what a company asks for. Key is the sender's own, new for each order and the same when it is repeated.
type PlaceInput struct {
	Company  uuid.UUID // by staff, for a company; a company's own people leave it empty
	From, To string    // codes of nodes
	Kind     string    // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity int       // on each segment
	Since    time.Time // the first day
	Until    time.Time // the first day on which it is over; zero goes on
	Note     string
	Key      string
}

const (
	yearsMost = 30
	noteMost  = 1000
)

func (in PlaceInput) check(today time.Time) []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	for _, x := range []struct{ name, value string }{{"from", in.From}, {"to", in.To}} {
		if x.value == "" {
			add(x.name, "required")
		}
	}
	if in.From != "" && in.From == in.To {
		add("to", "same_place")
	}
	if in.Kind != duct.Duct && in.Kind != duct.Subduct && in.Kind != duct.Microduct {
		add("kind", "not_an_option")
	}
	if in.Quantity < 1 || in.Quantity > lease.QuantityMost {
		add("quantity", "out_of_range", "min", 1, "max", lease.QuantityMost)
	}
	bad = append(bad, span(in.Since, in.Until, today)...)
	if len([]rune(in.Note)) > noteMost {
		add("note", "too_long", "max", noteMost)
	}
	if n := len(in.Key); n == 0 || n > 200 {
		add("key", "required")
	}
	return bad
}

// span refuses days for which nothing can be ordered.
func span(since, until, today time.Time) []fault.Field {
	switch {
	case since.IsZero():
		return []fault.Field{{Name: "since", Code: "required"}}
	case since.Before(today):
		return []fault.Field{{Name: "since", Code: "plan_past"}}
	case !until.IsZero() && !until.After(since), !until.IsZero() && until.After(since.AddDate(yearsMost, 0, 0)):
		return []fault.Field{{Name: "until", Code: "not_after"}}
	}
	return nil
}

// mayAdd asks the city's plan: a company is not held up by what the city owes.
func (s *Service) mayAdd(ctx context.Context, actor identity.Actor) error {
	if actor.Kind == identity.Partner {
		return tenancy.MayAsk(ctx, tenancy.ModuleDuct)
	}
	return tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now())
}

// Place takes in an order, by people of the company or by staff with duct:lease for it. It refuses Invalid what cannot be (fields
// "from" and "to" for a place that is not there, or lies in no area that the company was granted), Conflict "lease.not_approved" a
// company that may not lease, Conflict "ductorder.no_agreement" one without a master agreement in force, and what tenancy.MayAsk
// refuses a company, tenancy.MayAdd staff. A repetition returns the order that was placed.
func (s *Service) Place(ctx context.Context, actor identity.Actor, in PlaceInput) (Order, error) {
	company, err := s.placer(ctx, actor, in.Company)
	if err != nil {
		return Order{}, err
	}
	if err := s.mayLease(ctx, actor); err != nil {
		return Order{}, err
	}
	if err := s.mayAdd(ctx, actor); err != nil {
		return Order{}, err
	}
	in.From, in.To, in.Note, in.Key = strings.TrimSpace(in.From), strings.TrimSpace(in.To), strings.TrimSpace(in.Note), strings.TrimSpace(in.Key)
	in.Since, in.Until = duct.DayOf(in.Since), duct.DayOf(in.Until)
	bad := in.check(s.today(ctx))
	for _, x := range []struct{ name, code string }{{"from", in.From}, {"to", in.To}} {
		if there, err := s.there(ctx, actor, in.Since, x.code); err != nil {
			return Order{}, err
		} else if x.code != "" && !there {
			code := "no_such_place"
			if actor.Kind == identity.Partner { // whether there is one elsewhere is not told
				code = "no_granted_place"
			}
			bad = append(bad, fault.Field{Name: x.name, Code: code})
		}
	}
	if err := fault.Fields(bad); err != nil {
		return Order{}, err
	}
	return s.place(ctx, actor, Order{OperatorID: company, FromNode: in.From, ToNode: in.To, Kind: in.Kind, Quantity: in.Quantity, Since: in.Since, Until: in.Until, Note: in.Note, Key: in.Key})
}

// placer is the company for which an actor may place orders.
func (s *Service) placer(ctx context.Context, actor identity.Actor, company uuid.UUID) (uuid.UUID, error) {
	if actor.Kind != identity.Partner {
		return company, s.d.Guard.Allow(ctx, actor, access.DuctLease)
	}
	self, err := s.d.Operators.Self(ctx, actor)
	return self.Company.ID, err
}

// mayLease refuses people of a company that may not lease before they are told that it is shown no place.
func (s *Service) mayLease(ctx context.Context, actor identity.Actor) error {
	if actor.Kind != identity.Partner {
		return nil
	}
	self, err := s.d.Operators.Self(ctx, actor)
	if err == nil && self.Company.State != lease.OperatorApproved {
		err = fault.New(fault.Conflict, "lease.not_approved")
	}
	return err
}

// there reports whether an actor may name a node.
func (s *Service) there(ctx context.Context, actor identity.Actor, day time.Time, code string) (bool, error) {
	if code == "" || day.IsZero() {
		return true, nil // said already
	}
	find := s.d.Leases.Places
	if actor.Kind == identity.Partner {
		find = s.d.Operators.Places
	}
	found, err := find(ctx, actor, day, code, 1)
	return len(found) == 1 && found[0].Code == code, err
}

// place writes down an order at the start of the newest flow, where a renewal begins in it, or where its way has been chosen, if that is
// kept already.
func (s *Service) place(ctx context.Context, actor identity.Actor, o Order) (Order, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Order{}, err
	}
	o.TenantID, o.ID, o.PlacedAt, o.PlacedBy, o.Version = tenancy.Must(ctx), id, s.now(), actor.ID, 1
	if o.Segments == nil {
		o.Segments, o.Authorities = []uuid.UUID{}, []string{}
	}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error { return s.placeIn(ctx, tx, actor, &o) })
	return o, err
}

// placeIn is place as part of tx, of an order that has its id.
func (s *Service) placeIn(ctx context.Context, tx bun.Tx, actor identity.Actor, o *Order) (err error) {
	// One company's orders come one after the other, so that a repetition finds the first.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "ductorder "+o.OperatorID.String()).Exec(ctx); err != nil {
		return err
	}
	var again []Order
	if err := tx.NewSelect().Model(&again).Where("r.tenant_id = ? AND r.operator_id = ? AND r.key = ?", o.TenantID, o.OperatorID, o.Key).Scan(ctx); err != nil || len(again) > 0 {
		if err == nil {
			*o = again[0]
		}
		return err
	}
	if err := s.d.Leases.MayLease(ctx, tx, o.OperatorID); err != nil {
		return err
	}
	if _, ok, err := operator.AgreementOf(ctx, tx, o.OperatorID, s.today(ctx)); err != nil {
		return err
	} else if !ok {
		return fault.New(fault.Conflict, "ductorder.no_agreement")
	}
	if o.FlowVersion, err = s.flows.Newest(ctx, tx); err != nil {
		return err
	}
	f, err := s.flows.Find(ctx, tx, o.FlowVersion)
	if err != nil {
		return err
	}
	start := f.Start
	if o.Renews.Valid {
		// Notice may have been given since it was looked at.
		if old, err := s.lock(ctx, tx, o.Renews.UUID); err != nil {
			return err
		} else if old.Stage != workflow.StageApproved {
			return fault.New(fault.Conflict, "ductorder.not_active")
		}
		// All renewals of an order are its company's, whose lock is held: of two at once the second finds the first.
		if by, err := s.renewal(ctx, tx, o.Renews.UUID); err != nil {
			return err
		} else if by != nil {
			return fault.New(fault.Conflict, "ductorder.renewed", "number", by.Number)
		}
		start = f.Renewal
	} else if o.LeaseID.Valid {
		start = f.Routed() // its way is kept already
	}
	state, ok := f.State(start)
	if !ok {
		return fmt.Errorf("ductorder: flow %d has no state %q", o.FlowVersion, start)
	}
	if o.Number, err = number(ctx, tx, "PSN", s.today(ctx)); err != nil {
		return err
	}
	if err := s.enter(ctx, tx, f, o, state); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(o).Exec(ctx); err != nil {
		return fmt.Errorf("ductorder: place: %w", err)
	}
	if err := record(ctx, tx, *o, actor, EventPlaced, "", o.Note, nil); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor.Did(audit.Entry{Action: "ductorder.place", Object: "duct_order", ObjectID: o.ID,
		Detail: map[string]any{"number": o.Number, "operator": o.OperatorID, "kind": o.Kind, "quantity": o.Quantity, "renews": o.Renews}}))
}

// RenewInput asks for a longer time. Key is as for Place.
type RenewInput struct {
	ID    uuid.UUID // of the order that is active
	Until time.Time // the first day on which the renewal is over; zero goes on
	Note  string
	Key   string
}

// AskRenewal places an order of the same units for the time after an active one, priced again, by people of its company or by staff
// with duct:lease. It refuses Conflict "ductorder.no_end" an order that goes on anyway, "ductorder.not_active" one that is not
// active, and "ductorder.renewed" one that is renewed already, and what Place refuses.
func (s *Service) AskRenewal(ctx context.Context, actor identity.Actor, in RenewInput) (Order, error) {
	old, err := s.read(ctx, actor, in.ID)
	if err != nil {
		return Order{}, err
	}
	if _, err := s.placer(ctx, actor, old.OperatorID); err != nil {
		return Order{}, err
	}
	if err := s.mayAdd(ctx, actor); err != nil {
		return Order{}, err
	}
	in.Until, in.Note, in.Key = duct.DayOf(in.Until), strings.TrimSpace(in.Note), strings.TrimSpace(in.Key)
	switch {
	case old.Stage != workflow.StageApproved || !old.LeaseID.Valid:
		return Order{}, fault.New(fault.Conflict, "ductorder.not_active")
	case old.Until.IsZero():
		return Order{}, fault.New(fault.Conflict, "ductorder.no_end")
	}
	bad := span(old.Until, in.Until, s.today(ctx))
	if len([]rune(in.Note)) > noteMost {
		bad = append(bad, fault.Field{Name: "note", Code: "too_long", Args: []any{"max", noteMost}})
	}
	if n := len(in.Key); n == 0 || n > 200 {
		bad = append(bad, fault.Field{Name: "key", Code: "required"})
	}
	if err := fault.Fields(bad); err != nil {
		return Order{}, err
	}
	segments, err := keeps(ctx, s.d.DB, old)
	if err != nil {
		return Order{}, err
	}
	return s.place(ctx, actor, Order{OperatorID: old.OperatorID, FromNode: old.FromNode, ToNode: old.ToNode, Kind: old.Kind, Quantity: old.Quantity, Since: old.Until, Until: in.Until, Note: in.Note, Key: in.Key,
		Segments: segments, Authorities: old.Authorities, LengthMM: old.LengthMM, Renews: uuid.NullUUID{UUID: old.ID, Valid: true}})
}

// keeps are the segments whose units an order's lease holds until its end, along its way: those of the way, or the parts into which
// they were split since. Before anything is held they are those of the way.
func keeps(ctx context.Context, db bun.IDB, o Order) ([]uuid.UUID, error) {
	if !o.LeaseID.Valid {
		return o.Segments, nil
	}
	var all []uuid.UUID
	err := db.NewRaw(`SELECT u.segment_id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id JOIN duct_unit t ON t.tenant_id = h.tenant_id AND t.id = coalesce(h.taken_id, h.unit_id)
		WHERE h.tenant_id = ?0 AND h.lease_id = ?1 AND h.own AND h.released_at IS NULL AND h.parted_by IS NULL
		GROUP BY 1 ORDER BY min(array_position(?2::uuid[], t.segment_id)), 1`, o.TenantID, o.LeaseID.UUID, pgdialect.Array(o.Segments)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductorder: segments of %s: %w", o.Number, err)
	}
	if len(all) == 0 {
		return o.Segments, nil // nothing is held any more, which the lease then says
	}
	return all, nil
}

// follow brings the way of a renewal to what the network has become, as long as nothing is kept for it.
func (s *Service) follow(ctx context.Context, db bun.IDB, o *Order) error {
	if !o.Renews.Valid {
		return nil
	}
	var old Order
	if err := db.NewSelect().Model(&old).Where("r.tenant_id = ? AND r.id = ?", o.TenantID, o.Renews.UUID).Scan(ctx); err != nil {
		return fmt.Errorf("ductorder: renewed: %w", err)
	}
	segments, err := keeps(ctx, db, old)
	o.Segments = segments
	return err
}

// renewal is the order that renews one and was not ended without doing so; nil where there is none.
func (s *Service) renewal(ctx context.Context, db bun.IDB, id uuid.UUID) (*Order, error) {
	var all []Order
	err := db.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.renews = ? AND r.stage NOT IN (?, ?)", tenancy.Must(ctx), id, workflow.StageRejected, workflow.StageCancelled).OrderExpr("r.id").Limit(1).Scan(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}
