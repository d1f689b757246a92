package ductwait

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// again is after how long the line is looked at though nothing of the network has changed: an area may have been granted, a day
// has passed.
const again = 15 * time.Minute

// lineMost bounds one look at the line; who stands further back waits for those before.
const lineMost = 500

// system is who offers.
var system = identity.Actor{Kind: identity.Kind(audit.System)}

// lineRow is what has been looked at.
type lineRow struct {
	bun.BaseModel `bun:"table:duct_wait_line,alias:l"`

	TenantID tenancy.ID    `bun:"tenant_id,pk"`
	Waits    int64         `bun:"waits"`
	ChangeID uuid.NullUUID `bun:"change_id"`
	Holds    int64         `bun:"holds,nullzero"`
	LookedAt time.Time     `bun:"looked_at,nullzero"`
}

// due reports whether the line has to be looked at.
func (l lineRow) due(v lease.Version, now time.Time) bool {
	return l.ChangeID.UUID != v.Change || l.Holds != v.Holds || !l.LookedAt.Add(again).After(now)
}

// Offer looks at the line of ctx's city as part of tx, where something may have become free since it last did. From the first to the
// last, whoever can have a way is offered it; where one cannot, the segments that are short are kept for them from all behind.
func (s *Service) Offer(ctx context.Context, tx bun.Tx) error {
	var lines []lineRow
	if err := tx.NewSelect().Model(&lines).Where("l.tenant_id = ?", tenancy.Must(ctx)).Scan(ctx); err != nil || len(lines) == 0 {
		return err // nobody has ever waited
	}
	line := lines[0]
	v, err := s.d.Leases.Version(ctx)
	if err != nil || !line.due(v, s.now()) {
		return err
	}
	if err := s.d.Leases.Still(ctx, tx); err != nil {
		return err
	}
	if err := tx.NewSelect().Model(&line).WherePK().For("UPDATE").Scan(ctx); err != nil {
		return fmt.Errorf("ductwait: offer: %w", err)
	}
	if v, err = s.d.Leases.Version(ctx); err != nil {
		return err
	}
	if err := s.settle(ctx, tx); err != nil {
		return err
	}
	made, err := s.serve(ctx, tx)
	if err != nil {
		return err
	}
	line.ChangeID, line.Holds, line.LookedAt = uuid.NullUUID{UUID: v.Change, Valid: true}, v.Holds, s.now()
	if made > 0 {
		line.LookedAt = time.Time{} // what was offered is seen in the network by the next look alone
	}
	if _, err := tx.NewUpdate().Model(&line).Column("change_id", "holds", "looked_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("ductwait: offer: %w", err)
	}
	return nil
}

// settle ends the places whose offer was taken, refused or not answered.
func (s *Service) settle(ctx context.Context, tx bun.Tx) error {
	var rows []struct {
		Wait       `bun:",extend"`
		LeaseState string
	}
	err := tx.NewRaw(`SELECT w.*, l.state AS lease_state FROM duct_wait w JOIN duct_lease l ON l.tenant_id = w.tenant_id AND l.id = w.lease_id
		WHERE w.tenant_id = ? AND w.state = 'offered' AND l.state <> ? ORDER BY w.place`, tenancy.Must(ctx), lease.Reserved).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("ductwait: settle: %w", err)
	}
	for _, r := range rows {
		w, to := r.Wait, map[string]string{lease.Expired: Lapsed, lease.Cancelled: Declined, lease.Refused: Closed}[r.LeaseState]
		if to == "" {
			to = Taken
		}
		if err := s.end(ctx, tx, &w, to); err != nil {
			return err
		}
		if to == Lapsed {
			if err := s.tell(ctx, tx, w, "duct_wait_ended"); err != nil {
				return err
			}
		}
		if err := audit.Record(ctx, tx, entry(system, "ductwait.settle", w, nil)); err != nil {
			return err
		}
	}
	return nil
}

// serve goes through the line, and returns how many were offered a way.
func (s *Service) serve(ctx context.Context, tx bun.Tx) (made int, err error) {
	rule, err := s.Rule(ctx)
	if err != nil {
		return 0, err
	}
	var line []struct {
		Wait     `bun:",extend"`
		Approved bool
	}
	err = tx.NewRaw(`SELECT w.*, o.state = 'approved' AS approved FROM duct_wait w JOIN duct_operator o ON o.tenant_id = w.tenant_id AND o.id = w.operator_id
		WHERE w.tenant_id = ? AND w.state = 'waiting' ORDER BY w.place LIMIT ?`, tenancy.Must(ctx), lineMost).Scan(ctx, &line)
	if err != nil {
		return 0, fmt.Errorf("ductwait: line: %w", err)
	}
	kept, taken := claims{of: map[uuid.UUID][]claim{}}, map[uuid.UUID]bool{}
	if kept.lies, err = s.d.Leases.Lies(ctx, s.today(ctx)); err != nil {
		return 0, err
	}
	sees := map[uuid.UUID]map[string]map[uuid.UUID]bool{} // segments by company and day
	for _, x := range line {
		w, today := x.Wait, s.today(ctx)
		if !w.Until.IsZero() && !w.Until.After(today) {
			if err := s.over(ctx, tx, w); err != nil {
				return made, err
			}
			continue
		}
		in := w.route(today)
		if !x.Approved {
			if err := keepWay(ctx, tx, w, lease.Way{}, nil); err != nil { // who may not lease keeps nobody waiting
				return made, err
			}
			continue
		}
		if in.Only, err = s.seen(ctx, sees, w.OperatorID, in.Since); err != nil {
			return made, err
		}
		avoid := kept.avoid(in)
		in.Avoid = func(id uuid.UUID) string {
			if taken[id] {
				return Offered
			}
			return avoid(id)
		}
		ok, way, err := s.tryOffer(ctx, tx, w, in, rule)
		if err != nil {
			return made, err
		}
		if ok {
			made++
			for _, step := range way.Steps {
				taken[step.ID] = true
			}
			continue
		}
		if err := s.keep(ctx, tx, w, in, rule, kept); err != nil {
			return made, err
		}
	}
	return made, nil
}

// seen are the segments that a company may see of a day, asked for once.
func (s *Service) seen(ctx context.Context, known map[uuid.UUID]map[string]map[uuid.UUID]bool, company uuid.UUID, day time.Time) (map[uuid.UUID]bool, error) {
	if known[company] == nil {
		known[company] = map[string]map[uuid.UUID]bool{}
	}
	key := day.Format(time.DateOnly)
	if known[company][key] == nil {
		only, err := s.d.Operators.VisibleTo(ctx, company, day)
		if err != nil {
			return nil, err
		}
		known[company][key] = only
	}
	return known[company][key], nil
}

// tryOffer reserves a way for a company that waits, and tells it.
func (s *Service) tryOffer(ctx context.Context, tx bun.Tx, w Wait, in lease.PlanInput, rule Rule) (bool, lease.Way, error) {
	ways, err := s.d.Leases.PlanOn(ctx, in)
	if fault.Is(err, "lease.no_node") {
		return false, lease.Way{}, nil // its area was taken back, or the network was
	}
	if err != nil || len(ways) == 0 {
		return false, lease.Way{}, err
	}
	r := lease.ReserveInput{Operator: w.OperatorID, Kind: w.Kind, Quantity: w.Quantity, Since: in.Since, Until: in.Until, Days: rule.OfferDays, Key: "wait " + w.ID.String()}
	for _, step := range ways[0].Steps {
		r.Segments = append(r.Segments, step.ID)
	}
	// Those before are served or kept for already; what the table says of those behind is of the last look.
	if err := keepWay(ctx, tx, w, ways[0], nil); err != nil {
		return false, lease.Way{}, err
	}
	l, err := s.d.Leases.Inside(tx, system, uuid.Nil).Reserve(ctx, r)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind != fault.Internal {
		return false, lease.Way{}, nil // it has changed since it was planned: the next look finds it
	}
	if err != nil {
		return false, lease.Way{}, err
	}
	w.State, w.LeaseID, w.OfferedAt, w.OfferUntil, w.LengthMM = Offered, uuid.NullUUID{UUID: l.ID, Valid: true}, s.now(), l.ExpiresAt, l.LengthMM
	if _, err := tx.NewUpdate().Model(&w).Column("state", "lease_id", "offered_at", "offer_until", "length_mm").WherePK().Exec(ctx); err != nil {
		return false, lease.Way{}, fmt.Errorf("ductwait: offer: %w", err)
	}
	if err := s.tell(ctx, tx, w, "duct_wait_offered"); err != nil {
		return false, lease.Way{}, err
	}
	return true, ways[0], audit.Record(ctx, tx, entry(system, "ductwait.offer", w, map[string]any{"lease": l.Number}))
}

// keep writes down where the way is short that a company goes on waiting for, and keeps that from all behind unless it is very much.
func (s *Service) keep(ctx context.Context, tx bun.Tx, w Wait, in lease.PlanInput, rule Rule, kept claims) error {
	before := in.Avoid
	in.Avoid, in.Full = nil, true
	ways, err := s.d.Leases.PlanOn(ctx, in)
	if err != nil && !fault.Is(err, "lease.no_node") {
		return err
	}
	var way lease.Way
	if len(ways) > 0 {
		way = ways[0]
	}
	if err := keepWay(ctx, tx, w, way, before); err != nil {
		return err
	}
	if w.Quantity > rule.KeepMost {
		return nil
	}
	for _, step := range way.Steps {
		if short(w, step, before) {
			kept.add(step.ID, in)
		}
	}
	return nil
}

// over ends the place of who waits for a time that has passed.
func (s *Service) over(ctx context.Context, tx bun.Tx, w Wait) error {
	if err := s.end(ctx, tx, &w, Over); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, w, "duct_wait_ended"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, entry(system, "ductwait.settle", w, nil))
}
