package ductwait

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// JoinInput is what a company waits for. Key is the sender's own, new for each place and the same when it is repeated.
type JoinInput struct {
	From, To string // codes of nodes
	Kind     string // of the units: duct.Duct, duct.Subduct or duct.Microduct
	Quantity int    // on each segment
	Since    time.Time
	Until    time.Time // the first day on which it is over; zero goes on
	Key      string
}

func (in JoinInput) check(today time.Time) error {
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
	switch {
	case in.Since.IsZero():
		add("since", "required")
	case in.Since.Before(today):
		add("since", "plan_past")
	case !in.Until.IsZero() && !in.Until.After(in.Since):
		add("until", "not_after")
	}
	if n := len(in.Key); n == 0 || n > 200 {
		add("key", "required")
	}
	return fault.Fields(bad)
}

// Join puts the actor's company at the end of the line for a way on which not enough is free, among the segments that it may see. It
// refuses Invalid what cannot be, Conflict "lease.not_approved" a company that may not lease, NotFound "lease.no_node" a place that
// the company does not see, Conflict "ductwait.no_route" two between which no duct runs that it sees, "ductwait.free" a way that
// can be had, "ductwait.too_many" a company that waits for as many ways as it may; and what tenancy.MayAsk refuses a city without
// the ducts in its plan.
func (s *Service) Join(ctx context.Context, actor identity.Actor, in JoinInput) (Wait, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return Wait{}, err
	}
	if err := tenancy.MayAsk(ctx, tenancy.ModuleDuct); err != nil {
		return Wait{}, err
	}
	if self.Company.State != lease.OperatorApproved {
		return Wait{}, fault.New(fault.Conflict, "lease.not_approved")
	}
	in.From, in.To, in.Key, in.Since, in.Until = strings.TrimSpace(in.From), strings.TrimSpace(in.To), strings.TrimSpace(in.Key), duct.DayOf(in.Since), duct.DayOf(in.Until)
	if err := in.check(s.today(ctx)); err != nil {
		return Wait{}, err
	}
	rule, err := s.Rule(ctx)
	if err != nil {
		return Wait{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Wait{}, err
	}
	w := Wait{TenantID: tenancy.Must(ctx), ID: id, OperatorID: self.Company.ID, From: in.From, To: in.To, Kind: in.Kind, Quantity: in.Quantity, Since: in.Since, Until: in.Until, State: Waiting, Key: in.Key,
		JoinedAt: s.now(), JoinedBy: actor.ID}
	if again, err := byKey(ctx, s.d.DB, w); err != nil || again != nil {
		if again != nil {
			return *again, nil
		}
		return Wait{}, err
	}
	way, kept, err := s.wanted(ctx, w)
	if err != nil {
		return Wait{}, err
	}
	w.LengthMM = way.LengthMM
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		// The row of the line makes one come after the other.
		if err := tx.NewRaw(`INSERT INTO duct_wait_line (tenant_id, waits) VALUES (?, 1)
			ON CONFLICT (tenant_id) DO UPDATE SET waits = duct_wait_line.waits + 1, looked_at = NULL RETURNING waits`, w.TenantID).Scan(ctx, &w.Place); err != nil {
			return err
		}
		if again, err := byKey(ctx, tx, w); err != nil || again != nil {
			if again != nil {
				w, err = *again, errAgain
			}
			return err
		}
		open, err := tx.NewSelect().Model((*Wait)(nil)).Where("w.tenant_id = ? AND w.operator_id = ? AND w.state IN (?, ?)", w.TenantID, w.OperatorID, Waiting, Offered).Count(ctx)
		if err != nil {
			return err
		}
		if open >= int64(rule.Most) {
			return fault.New(fault.Conflict, "ductwait.too_many", "max", rule.Most)
		}
		w.Number = fmt.Sprintf("ANT-%d-%04d", s.today(ctx).Year(), w.Place)
		if _, err := tx.NewInsert().Model(&w).Exec(ctx); err != nil {
			return err
		}
		if err := keepWay(ctx, tx, w, way, kept); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "ductwait.join", w, nil))
	})
	if err != nil && !errors.Is(err, errAgain) {
		return Wait{}, fmt.Errorf("ductwait: join: %w", err)
	}
	return w, nil
}

// errAgain ends the transaction of a repetition, which changes nothing.
var errAgain = errors.New("ductwait: joined before")

func byKey(ctx context.Context, db bun.IDB, w Wait) (*Wait, error) {
	var all []Wait
	err := db.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.operator_id = ? AND w.key = ?", w.TenantID, w.OperatorID, w.Key).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductwait: join: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return &all[0], nil
}

// wanted is the way that a company would take if nothing were held, and what of the network is kept for those before it.
func (s *Service) wanted(ctx context.Context, w Wait) (way lease.Way, kept func(uuid.UUID) string, err error) {
	in := w.route(s.today(ctx))
	if in.Only, err = s.d.Operators.VisibleTo(ctx, w.OperatorID, in.Since); err != nil {
		return way, nil, err
	}
	claims, err := s.readClaims(ctx)
	if err != nil {
		return way, nil, err
	}
	kept = claims.avoid(in)
	in.Avoid = kept
	ways, err := s.d.Leases.PlanOn(ctx, in)
	if err == nil && len(ways) > 0 {
		err = fault.New(fault.Conflict, "ductwait.free")
	}
	if err != nil {
		return way, nil, err
	}
	in.Avoid, in.Full = nil, true
	if ways, err = s.d.Leases.PlanOn(ctx, in); err == nil && len(ways) == 0 {
		err = fault.New(fault.Conflict, "ductwait.no_route")
	}
	if err != nil {
		return way, nil, err
	}
	return ways[0], kept, nil
}

// short reports whether a way has to be waited for on a segment: less is free there than is wanted, or it is kept for others.
func short(w Wait, step lease.Step, kept func(uuid.UUID) string) bool {
	return step.Free < w.Quantity || kept != nil && kept(step.ID) != ""
}

// keepWay writes down where the way would run that is waited for, and where it is short now.
func keepWay(ctx context.Context, tx bun.Tx, w Wait, way lease.Way, kept func(uuid.UUID) string) error {
	if _, err := tx.NewRaw("DELETE FROM duct_wait_segment WHERE tenant_id = ? AND wait_id = ?", w.TenantID, w.ID).Exec(ctx); err != nil {
		return err
	}
	var rows []waitSegment
	for i, step := range way.Steps {
		rows = append(rows, waitSegment{TenantID: w.TenantID, WaitID: w.ID, SegmentID: step.ID, Seq: i, Short: short(w, step, kept)})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

type waitSegment struct {
	bun.BaseModel `bun:"table:duct_wait_segment,alias:g"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	WaitID    uuid.UUID  `bun:"wait_id,pk"`
	SegmentID uuid.UUID  `bun:"segment_id,pk"`
	Seq       int        `bun:"seq"`
	Short     bool       `bun:"short"`
}

// Withdraw takes the actor's company out of the line while it waits; Conflict "ductwait.changed" once it does not.
func (s *Service) Withdraw(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	_, w, err := s.own(ctx, actor, id)
	if err != nil {
		return err
	}
	if w.State != Waiting {
		return fault.New(fault.Conflict, "ductwait.changed")
	}
	return s.leave(ctx, actor, w, Withdrawn, "ductwait.withdraw", nil)
}

// Close takes a company out of the line for a published reason, with words where there is more to say (field "note"), and tells it;
// for staff with duct:lease. Conflict "ductwait.changed" for one that no longer waits.
func (s *Service) Close(ctx context.Context, actor identity.Actor, id uuid.UUID, refusal, note string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	w, err := s.read(ctx, s.d.DB, id)
	if err != nil {
		return err
	}
	if w.State != Waiting {
		return fault.New(fault.Conflict, "ductwait.changed")
	}
	if note = strings.TrimSpace(note); len([]rune(note)) > 500 {
		return fault.Fields([]fault.Field{{Name: "note", Code: "too_long", Args: []any{"max", 500}}})
	}
	w.Refusal, w.Why = refusal, note
	return s.leave(ctx, actor, w, Closed, "ductwait.close", func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Leases.Published(ctx, tx, refusal); err != nil {
			return err
		}
		return s.tell(ctx, tx, w, "duct_wait_ended")
	})
}

// leave ends a place of one who waits; then others may be served.
func (s *Service) leave(ctx context.Context, actor identity.Actor, w Wait, state, action string, also func(context.Context, bun.Tx) error) error {
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("UPDATE duct_wait_line SET looked_at = NULL WHERE tenant_id = ?", w.TenantID).Exec(ctx); err != nil {
			return fmt.Errorf("ductwait: leave: %w", err)
		}
		if err := s.end(ctx, tx, &w, state); err != nil {
			return err
		}
		if also != nil {
			if err := also(ctx, tx); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, entry(actor, action, w, map[string]any{"refusal": w.Refusal}))
	})
}

// entry describes an act on a place in the line for the audit record; the zero Actor is the system.
func entry(actor identity.Actor, action string, w Wait, detail map[string]any) audit.Entry {
	kind := string(actor.Kind)
	if kind == "" {
		kind = audit.System
	}
	all := map[string]any{"number": w.Number, "to": w.State}
	for k, v := range detail {
		if v != "" {
			all[k] = v
		}
	}
	return audit.Entry{ActorID: actor.ID, ActorKind: kind, Action: action, Object: "duct_wait", ObjectID: w.ID, Detail: all}
}
