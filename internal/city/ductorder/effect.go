package ductorder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// Choice is a way that an order can take, with what it would be charged. Key names it while the network and what is free stay as
// they are.
type Choice struct {
	Key      string
	Way      lease.Way
	Quote    ducttariff.Quote
	Shortest bool // of all
	Cheapest bool // by the tariff of the first day, before anything is let off
}

// Choices are the ways that an order can take now, the shortest ones first and then those that are the cheapest by tariff; none where nothing with enough free connects its places. For
// staff with duct:lease.
func (s *Service) Choices(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Choice, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return nil, err
	}
	o, err := s.read(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	ways, err := s.ways(ctx, o)
	if err != nil {
		return nil, err
	}
	for i := range ways {
		x := o
		x.Segments = segmentsOf(ways[i].Way)
		if ways[i].Quote, err = s.d.Prices.Quote(ctx, o.OperatorID, x.route()); err != nil {
			return nil, err
		}
	}
	return ways, nil
}

// ways are those of an order, by length and by tariff, without their quotes; none where a place is no longer there.
func (s *Service) ways(ctx context.Context, o Order) ([]Choice, error) {
	in := o.plan()
	short, err := s.d.Leases.PlanOn(ctx, in)
	if fault.Is(err, "lease.no_node") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Choice
	for i, w := range short {
		out = append(out, Choice{Key: keyOf(w), Way: w, Shortest: i == 0})
	}
	price, err := s.d.Prices.WayPrice(ctx, o.Kind, o.Quantity, o.Since, o.Until)
	if fault.Is(err, "ducttariff.no_tariff") {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	in.Price = func(x lease.Step) float64 { return price.Cost(x.LengthMM, x.Ends) }
	cheap, err := s.d.Leases.PlanOn(ctx, in)
	if err != nil {
		return nil, err
	}
	for i, w := range cheap {
		key := keyOf(w)
		at := slices.IndexFunc(out, func(x Choice) bool { return x.Key == key })
		if at < 0 {
			at = len(out)
			out = append(out, Choice{Key: key, Way: w})
		}
		out[at].Cheapest = i == 0
	}
	return out, nil
}

// choose finds the way that was chosen.
func (s *Service) choose(ctx context.Context, o Order, st *step) error {
	ways, err := s.ways(ctx, o)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(ways, func(x Choice) bool { return x.Key == st.in.Way })
	if i < 0 {
		return fault.New(fault.Conflict, "ductorder.way_changed")
	}
	st.way = &ways[i]
	return nil
}

func segmentsOf(w lease.Way) []uuid.UUID {
	out := make([]uuid.UUID, len(w.Steps))
	for i, x := range w.Steps {
		out[i] = x.ID
	}
	return out
}

func keyOf(w lease.Way) string {
	h := sha256.New()
	for _, x := range w.Steps {
		h.Write(x.ID[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// check judges what a step's effect asks for.
func (st *step) check(today time.Time) []fault.Field {
	var bad []fault.Field
	need := func(name, value string) {
		switch n := len([]rune(value)); {
		case n == 0:
			bad = append(bad, fault.Field{Name: name, Code: "required"})
		case n > 120:
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", 120}})
		}
	}
	in := &st.in
	in.Day = duct.DayOf(in.Day)
	for _, p := range []*string{&in.City.Name, &in.City.Role, &in.Company.Name, &in.Company.Role} {
		*p = strings.Join(strings.Fields(*p), " ")
	}
	switch st.effect {
	case ductflow.Route:
		need("way", in.Way)
	case ductflow.Refuse:
		need("refusal", in.Refusal)
	case ductflow.Accept:
		if in.Day.IsZero() {
			bad = append(bad, fault.Field{Name: "day", Code: "required"})
		}
		need("city_name", in.City.Name)
		need("city_role", in.City.Role)
		need("company_name", in.Company.Name)
		need("company_role", in.Company.Role)
	case ductflow.Notice:
		switch {
		case in.Day.IsZero():
			bad = append(bad, fault.Field{Name: "day", Code: "required"})
		case in.Day.Before(today):
			bad = append(bad, fault.Field{Name: "day", Code: "plan_past"})
		}
	case ductflow.AsBuilt:
		switch {
		case in.AsBuilt != AsBuiltImport && in.AsBuilt != AsBuiltSame:
			bad = append(bad, fault.Field{Name: "as_built", Code: "required"})
		case in.AsBuilt == AsBuiltImport && in.Import == uuid.Nil:
			bad = append(bad, fault.Field{Name: "import", Code: "required"})
		}
	}
	return bad
}

// lacks is the code of what an effect rests on and is not there yet; empty where it can happen.
func (s *Service) lacks(ctx context.Context, db bun.IDB, o Order, e ductflow.Effect) (string, error) {
	switch e {
	case ductflow.Quoting:
		if len(o.Segments) == 0 {
			return "ductorder.no_way", nil
		}
	case ductflow.Reserve:
		q, ok, err := latest(ctx, db, o.ID, PaperQuote)
		if err != nil || !ok || s.today(ctx).After(q.ValidUntil) {
			return "ductorder.quote_over", err
		}
	case ductflow.Permits:
		all, err := permits(ctx, db, o.ID)
		for _, p := range all {
			if p.GrantedOn.IsZero() || !p.Until.IsZero() && s.today(ctx).After(p.Until) {
				return "ductorder.permits_open", err
			}
		}
		return "", err
	case ductflow.Access:
		n, err := db.NewSelect().Model((*Window)(nil)).Where("w.tenant_id = ? AND w.order_id = ? AND w.state = ?", o.TenantID, o.ID, WindowGranted).Count(ctx)
		if err != nil || n == 0 {
			return "ductorder.no_window", err
		}
	case ductflow.Shown, ductflow.Rework, ductflow.Reviewed:
		if code, err := s.lacksEvidence(ctx, db, o, e); err != nil || code != "" || e != ductflow.Reviewed {
			return code, err
		}
		// What is taken out early stays leased until its last day, so that nothing is closed of which something is still owed.
		if o.EndsOn.After(s.today(ctx)) {
			return "ductorder.lease_runs", nil
		}
	case ductflow.Billing:
		l, err := s.leaseOf(ctx, db, o)
		if err != nil || l.State != lease.Active {
			return "ductorder.no_lease", err
		}
	case ductflow.Notice:
		_, stuck, err := s.falling(ctx, db, o.ID)
		if err != nil || stuck {
			return "ductorder.has_renewal", err
		}
	case ductflow.Over:
		if o.Until.IsZero() || s.today(ctx).Before(o.Until) {
			return "ductorder.not_over", nil
		}
		// While a renewal is on its way, its outcome says whether the cable stays.
		by, err := s.renewal(ctx, db, o.ID)
		if err != nil || by != nil && by.Stage != workflow.StageApproved {
			return "ductorder.has_renewal", err
		}
	}
	return "", nil
}

// leaseOf reads the lease of an order; the zero Lease where it has none.
func (s *Service) leaseOf(ctx context.Context, db bun.IDB, o Order) (lease.Lease, error) {
	var all []lease.Lease
	if !o.LeaseID.Valid {
		return lease.Lease{}, nil
	}
	err := db.NewSelect().Model(&all).Where("l.tenant_id = ? AND l.id = ?", o.TenantID, o.LeaseID.UUID).Scan(ctx)
	if err != nil || len(all) == 0 {
		return lease.Lease{}, err
	}
	return all[0], nil
}

// do makes a step's effect so.
func (s *Service) do(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	held := s.d.Leases.Inside(tx, st.actor, o.ID)
	switch st.effect {
	case ductflow.Route:
		if err := s.letGo(ctx, tx, o, held); err != nil {
			return err
		}
		o.Segments, o.LengthMM, o.Authorities = segmentsOf(st.way.Way), st.way.Way.LengthMM, []string{}
		for _, a := range st.way.Way.Authorities {
			if !slices.Contains(o.Authorities, a) {
				o.Authorities = append(o.Authorities, a)
			}
		}
		st.detail["length_mm"], st.detail["segments"] = o.LengthMM, len(o.Segments)
	case ductflow.Quoting:
		if err := s.follow(ctx, tx, o); err != nil {
			return err
		}
		return s.offer(ctx, tx, o, st)
	case ductflow.Reserve:
		if err := s.follow(ctx, tx, o); err != nil {
			return err
		}
		return s.reserve(ctx, tx, o, st)
	case ductflow.Ordering:
		return s.ordered(ctx, tx, o, st)
	case ductflow.Extend:
		if err := held.Order(ctx, o.LeaseID.UUID); err != nil {
			return err
		}
		o.AcceptedOn = st.extends
		return held.Accept(ctx, o.LeaseID.UUID, o.AcceptedOn)
	case ductflow.Accept:
		if err := held.Accept(ctx, o.LeaseID.UUID, st.in.Day); err != nil {
			return err
		}
		o.AcceptedOn = st.in.Day
		return s.accepted(ctx, tx, o, st)
	case ductflow.AsBuilt:
		return s.asBuilt(ctx, tx, o, st.in)
	case ductflow.Billing:
		st.detail["from"] = o.ChargedFrom().Format(time.DateOnly)
		return s.shutAsked(ctx, tx, *o, st.actor)
	case ductflow.Notice:
		o.EndsOn, st.detail["day"] = st.in.Day, st.in.Day.Format(time.DateOnly)
		if err := s.fall(ctx, tx, *o, st); err != nil {
			return err
		}
		return held.End(ctx, o.LeaseID.UUID, st.in.Day, clip(st.in.Reason))
	case ductflow.Over:
		o.EndsOn = o.Until
	case ductflow.Refuse, ductflow.Cancel, ductflow.Lapse:
		return s.giveBack(ctx, tx, o, st)
	}
	return nil
}

// extendsOn is the day from which a renewal is charged although it is extended late: the cable is in use since its first day. A
// month that was charged before would take it on no invoice, so it is charged from the first day after those.
func (s *Service) extendsOn(ctx context.Context, actor identity.Actor, o Order) (time.Time, error) {
	l, err := s.leaseOf(ctx, s.d.DB, o)
	if err != nil {
		return time.Time{}, err
	}
	uncharged, _, err := s.d.Leases.AcceptDays(ctx, actor, l)
	if err != nil {
		return time.Time{}, err
	}
	on := o.Since
	if uncharged.After(on) {
		on = uncharged
	}
	if today := s.today(ctx); today.Before(on) {
		on = today
	}
	return on, nil
}

// ChargedFrom is the first day for which an accepted order is charged; zero before its acceptance.
func (o Order) ChargedFrom() time.Time {
	if o.AcceptedOn.After(o.Since) || o.AcceptedOn.IsZero() {
		return o.AcceptedOn
	}
	return o.Since
}

// clip bounds the words of an order to those of a lease.
func clip(s string) string {
	if r := []rune(s); len(r) > 500 {
		return string(r[:500])
	}
	return s
}

// reserve keeps the units of an accepted quote until the state lapses.
func (s *Service) reserve(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	q, _, err := latest(ctx, tx, o.ID, PaperQuote)
	if err != nil {
		return err
	}
	term, _ := st.flow.Ends(st.action.To)
	if kept, err := s.kept(ctx, tx, *o); err != nil {
		return err
	} else if kept.ID != uuid.Nil { // since it was offered to who waited
		if err := s.d.Leases.Inside(tx, st.actor, o.ID).Keep(ctx, kept.ID, term.Amount); err != nil {
			return err
		}
		st.detail["lease"], st.detail["quote"] = kept.Number, q.Number
		return s.agreed(ctx, tx, *o, q, st.actor)
	}
	if o.LeaseID.Valid { // its time is over, though nobody may have swept it away yet
		if err := s.d.Leases.Inside(tx, st.actor, o.ID).Lapse(ctx, o.LeaseID.UUID); err != nil {
			return err
		}
	}
	in := lease.ReserveInput{Operator: o.OperatorID, Segments: o.Segments, Kind: o.Kind, Quantity: o.Quantity, Since: o.Since, Until: o.Until, Days: term.Amount, Key: "order " + q.Number}
	if o.Renews.Valid {
		old, err := s.lock(ctx, tx, o.Renews.UUID)
		if err != nil {
			return err
		}
		in.Renews = old.LeaseID.UUID
	}
	l, err := s.d.Leases.Inside(tx, st.actor, o.ID).Reserve(ctx, in)
	if err != nil {
		return err
	}
	o.LeaseID, st.detail["lease"], st.detail["quote"] = uuid.NullUUID{UUID: l.ID, Valid: true}, l.Number, q.Number
	return s.agreed(ctx, tx, *o, q, st.actor)
}

// agreed writes down who has accepted a quote.
func (s *Service) agreed(ctx context.Context, tx bun.Tx, o Order, q Paper, by identity.Actor) error {
	_, err := tx.NewRaw("UPDATE duct_order_paper SET agreed_at = ?, agreed_by = ? WHERE tenant_id = ? AND id = ?", s.now(), by.ID, o.TenantID, q.ID).Exec(ctx)
	return err
}

// giveBack ends an order before it was active: what is kept for it is free again, and so are the manholes that its crews will not open.
func (s *Service) giveBack(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	if st.effect == ductflow.Refuse {
		if err := s.d.Leases.Published(ctx, tx, st.in.Refusal); err != nil {
			return err
		}
		o.Refusal = st.in.Refusal
		st.detail["refusal"] = st.in.Refusal
	}
	if err := s.shut(ctx, tx, *o, st.actor); err != nil {
		return err
	}
	l, err := s.leaseOf(ctx, tx, *o)
	if err != nil || l.State != lease.Ordered && (l.State != lease.Reserved || !l.ExpiresAt.After(s.now())) {
		return err // nothing is kept, or it runs out by itself
	}
	held := s.d.Leases.Inside(tx, st.actor, o.ID)
	if st.effect == ductflow.Refuse {
		return held.Refuse(ctx, l.ID, st.in.Refusal, clip(st.in.Reason))
	}
	return held.Cancel(ctx, l.ID, clip(st.in.Reason))
}
