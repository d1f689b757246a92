package change

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// Input is a change as a city wants it. Kind is Pause, Cancel or Resume, or empty for another plan or other add-ons.
type Input struct {
	Kind    Kind
	Plan    string
	Version int
	Addons  map[string]int64
	Reason  string // of a pause or an end
	Seen    string // the Mark of the Quote by which it is ordered
}

// Quote is what a change comes to.
type Quote struct {
	billing.Prospect
	Kind      Kind
	Waits     bool // for the BUMD to approve it
	Overrules bool // it takes back what the BUMD planned, and waits for that reason and not by the contract

	replaces time.Time // the first day from which it takes back what is planned
}

// Mark names what a quote promises: an order is refused when it is no longer that. What the running month comes to is not in it,
// since usage goes on.
func (q Quote) Mark() string {
	var addons []string
	for _, code := range slices.Sorted(maps.Keys(q.Next.Addons)) {
		addons = append(addons, fmt.Sprint(code, "=", q.Next.Addons[code]))
	}
	return fmt.Sprintf("%s %s %s/%d %s %d %d %t", q.Kind, q.On.Format(time.DateOnly), q.Next.Plan, q.Next.Version, strings.Join(addons, ","), q.MonthlyNow, q.MonthlyThen, q.Waits)
}

// reasonMost bounds the words of a reason, in characters.
const reasonMost = 500

// Quote says what a change of the actor's city comes to, without making it. It needs invoice:order. It refuses what billing refuses, a plan
// that is not offered to the city with NotFound "billing.plan_unknown", and with Conflict "subchange.same" what it has already.
func (s *Service) Quote(ctx context.Context, actor identity.Actor, in Input) (Quote, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.InvoiceOrder); err != nil {
		return Quote{}, err
	}
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return Quote{}, errNoCity
	}
	return s.quote(ctx, actor, city, in)
}

func (s *Service) quote(ctx context.Context, actor identity.Actor, city tenancy.City, in Input) (Quote, error) {
	if err := s.offered(ctx, city, in); err != nil {
		return Quote{}, err
	}
	today := s.d.Now().In(city.Location())
	held, _, on, err := s.d.Billing.Current(ctx, city, today)
	if err != nil {
		return Quote{}, err
	}
	p, err := s.d.Billing.Prospect(ctx, city, func(ctx context.Context, tx bun.Tx) (billing.Subscription, error) {
		return s.carry(ctx, tx, actor, city, in)
	})
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Prospect: p, Kind: in.Kind, replaces: p.On}
	if q.Kind == "" {
		if q.Kind = Raise; p.Less {
			q.Kind = Lower
		}
		if on { // whatever was to follow
			q.replaces = p.Today.AddDate(0, 0, 1)
		}
		if on && p.Next.ID == held.ID || on && held.Plan == p.Next.Plan && held.Version == p.Next.Version && maps.Equal(held.Addons, p.Next.Addons) {
			return q, fault.New(fault.Conflict, "subchange.same")
		}
	}
	k, err := s.ContractOf(ctx, city)
	if q.Waits = k.Waits(q.Kind); err != nil || q.Waits {
		return q, err
	}
	if ctx, err = tenancy.Inside(ctx, city); err == nil {
		q.Overrules, err = s.overrules(ctx, s.d.DB.App, city, q.replaces)
		q.Waits = q.Overrules
	}
	return q, err
}

// overrules reports whether a change from a day on takes back an end or a move that the BUMD planned: one that no order of city made.
func (s *Service) overrules(ctx context.Context, db bun.IDB, city tenancy.City, on time.Time) (bool, error) {
	today := s.d.Now().In(city.Location()).Format(time.DateOnly)
	all, err := s.d.Billing.HistoryIn(ctx, db, city)
	if err != nil {
		return false, err
	}
	var own []Order
	err = db.NewSelect().Model(&own).Where("tenant_id = ? AND done_at IS NOT NULL AND withdrawn_at IS NULL AND takes_on > ?", city.ID, today).Scan(ctx)
	if err != nil {
		return false, err
	}
	theirs := func(sub billing.Subscription, at time.Time, ends bool) bool {
		if at.Before(on) || at.Format(time.DateOnly) <= today {
			return false
		}
		return !slices.ContainsFunc(own, func(o Order) bool {
			return o.SubscriptionID.UUID == sub.ID && o.TakesOn.Equal(at) && ends == (o.Kind == Pause || o.Kind == Cancel)
		})
	}
	return slices.ContainsFunc(all, func(sub billing.Subscription) bool {
		// The end of what is followed by another is that one's beginning.
		ends := !sub.EndsOn.IsZero() && sub.EndedAs != billing.Moved
		return theirs(sub, sub.StartsOn, false) || ends && theirs(sub, sub.EndsOn, true)
	}), nil
}

// offered refuses a plan that a city cannot choose: one that is neither offered to all nor its own, and a version of it that is not
// the newest in effect nor its own.
func (s *Service) offered(ctx context.Context, city tenancy.City, in Input) error {
	if in.Kind != "" {
		return nil
	}
	choices, err := s.choices(ctx, city)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(choices, func(c Choice) bool { return c.Plan.Code == in.Plan && c.Version.Number == in.Version }) {
		return fault.New(fault.NotFound, "billing.plan_unknown")
	}
	return nil
}

// Choice is a version of a plan that a city can choose; Own is the one it is on, or was on last.
type Choice struct {
	Plan    billing.Plan
	Version billing.Version
	Own     bool
}

// Choices lists what the actor's city can choose: its own version, for its add-ons, and the newest in effect of every plan that is
// offered, and of its own. It needs invoice:read.
func (s *Service) Choices(ctx context.Context, actor identity.Actor) ([]Choice, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.InvoiceRead); err != nil {
		return nil, err
	}
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return nil, errNoCity
	}
	return s.choices(ctx, city)
}

func (s *Service) choices(ctx context.Context, city tenancy.City) ([]Choice, error) {
	today := s.d.Now().In(city.Location())
	own, _, ever, err := s.d.Billing.Latest(ctx, city, today)
	if err != nil {
		return nil, err
	}
	plans, err := s.d.Billing.Plans(ctx)
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, p := range plans {
		mine := ever && p.Code == own.Plan
		if !p.Offered && !mine {
			continue
		}
		versions, err := s.d.Billing.Versions(ctx, p.Code)
		if err != nil {
			return nil, err
		}
		newest := slices.IndexFunc(versions, func(v billing.Version) bool {
			return v.EffectiveFrom.Format(time.DateOnly) <= today.Format(time.DateOnly)
		})
		for i, v := range versions {
			if is := mine && v.Number == own.Version; is || i == newest {
				out = append(out, Choice{p, v, is})
			}
		}
	}
	return out, nil
}

// carry makes the change in tx, which is of city.
func (s *Service) carry(ctx context.Context, tx bun.Tx, actor identity.Actor, city tenancy.City, in Input) (billing.Subscription, error) {
	kind := string(actor.Kind)
	switch in.Kind {
	case Pause, Cancel:
		as := map[Kind]billing.Ending{Pause: billing.Paused, Cancel: billing.Cancelled}[in.Kind]
		return s.d.Billing.EndIn(ctx, tx, billing.EndInput{City: city, As: as, Reason: in.Reason, ActorID: actor.ID, ActorKind: kind})
	case Resume:
		return s.d.Billing.ResumeIn(ctx, tx, billing.ResumeInput{City: city, ActorID: actor.ID, ActorKind: kind})
	}
	return s.d.Billing.SubscribeIn(ctx, tx, billing.SubscribeInput{City: city, Plan: in.Plan, Version: in.Version, Keep: true, Addons: in.Addons, ActorID: actor.ID, ActorKind: kind})
}

// Ask orders a change of the actor's city as it was shown, and carries it out unless it waits for the BUMD. It needs invoice:order. The
// refusals are those of Quote, Invalid for a pause or an end without a reason, Conflict "subchange.changed" when it is no longer what was
// shown, "subchange.waiting" while another order waits, and while the same is planned already "subchange.same", or of a pause or an end
// "billing.not_subscribed".
func (s *Service) Ask(ctx context.Context, actor identity.Actor, in Input) (Order, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	q, err := s.Quote(ctx, actor, in)
	if err != nil {
		return Order{}, err
	}
	if err := checkReason(in.Kind, in.Reason); err != nil {
		return Order{}, err
	}
	if q.Mark() != in.Seen {
		return Order{}, fault.New(fault.Conflict, "subchange.changed")
	}
	city, _ := tenancy.CityFrom(ctx)
	o := Order{TenantID: city.ID, Kind: q.Kind, Plan: q.Next.Plan, Version: q.Next.Version, Addons: map[string]int64{}, TakesOn: q.On, Overrules: q.Overrules, MonthlyNow: q.MonthlyNow, MonthlyThen: q.MonthlyThen,
		Reason: in.Reason, AskedBy: actor.ID, AskedName: actor.Name, AskedAt: s.stamp()}
	maps.Copy(o.Addons, q.Next.Addons)
	if o.ID, err = uuid.NewV7(); err != nil {
		return o, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Billing.LockIn(ctx, tx, city); err != nil {
			return err
		}
		if err := s.notAgain(ctx, tx, city, o); err != nil {
			return err
		}
		if !q.Waits {
			if theirs, err := s.overrules(ctx, tx, city, q.replaces); err != nil {
				return err
			} else if theirs { // planned since it was looked at
				return fault.New(fault.Conflict, "subchange.changed")
			}
			sub, err := s.carry(ctx, tx, actor, city, in)
			if err != nil {
				return err
			}
			if !q.is(sub) { // somebody changed it since it was looked at
				return fault.New(fault.Conflict, "subchange.changed")
			}
			o.done(sub, s.stamp())
		}
		if _, err := tx.NewInsert().Model(&o).Exec(ctx); err != nil {
			return err
		}
		if err := s.told(ctx, tx, actor, "subscription.order", o); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, tellKind(), tellArgs{o.ID})
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "subscription_order_waits" {
		err = fault.Wrap(fault.Conflict, "subchange.waiting", err)
	}
	if err != nil {
		return o, fmt.Errorf("change: ask: %w", err)
	}
	if !q.Waits {
		s.shown(ctx, city)
	}
	return o, nil
}

// shown has the next page show what a change allows. The change is made whether it can or not, and a job that committed with it sees to it again.
func (s *Service) shown(ctx context.Context, city tenancy.City) { _ = s.d.Billing.Entitle(ctx, city) }

// is reports whether sub, which a change started or ended, is what q foretold.
func (q Quote) is(sub billing.Subscription) bool {
	return takes(sub).Equal(q.On) && sub.Plan == q.Next.Plan && sub.Version == q.Next.Version && maps.Equal(sub.Addons, q.Next.Addons)
}

// takes is from when the change holds that started or ended sub.
func takes(sub billing.Subscription) time.Time {
	if !sub.EndsOn.IsZero() {
		return sub.EndsOn
	}
	return sub.StartsOn
}

// done records what carried o out.
func (o *Order) done(sub billing.Subscription, at time.Time) {
	o.SubscriptionID, o.DoneAt, o.TakesOn = uuid.NullUUID{UUID: sub.ID, Valid: true}, at, takes(sub)
}

func checkReason(kind Kind, reason string) error {
	switch {
	case reason == "" && (kind == Pause || kind == Cancel):
		return fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	case utf8.RuneCountInString(reason) > reasonMost:
		return fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	return nil
}

func (s *Service) told(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, o Order) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "subscription", ObjectID: o.ID, At: s.stamp(),
		Detail: map[string]any{"kind": string(o.Kind), "plan": o.Plan, "version": o.Version, "addons": o.Addons, "takes_on": o.TakesOn.Format(time.DateOnly), "state": string(o.State())}})
}

// Withdraw takes back an order of the actor's city that waits, or that was carried out and does not hold yet; then the subscription
// goes on as it is. It needs invoice:order. It refuses NotFound "subchange.unknown", and Conflict "subchange.begun" for what holds already, was decided
// otherwise, or was followed by another change.
func (s *Service) Withdraw(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.InvoiceOrder); err != nil {
		return err
	}
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return errNoCity
	}
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Billing.LockIn(ctx, tx, city); err != nil {
			return err
		}
		o, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		switch o.State() {
		case Waiting:
		case Done:
			all, err := s.d.Billing.HistoryIn(ctx, tx, city)
			if err != nil {
				return err
			}
			if !s.planned(city, o, all) {
				return fault.New(fault.Conflict, "subchange.begun")
			}
			if _, err := s.d.Billing.StayIn(ctx, tx, city, actor.ID, string(actor.Kind)); err != nil {
				return err
			}
		default:
			return fault.New(fault.Conflict, "subchange.begun")
		}
		o.WithdrawnAt = s.stamp()
		if _, err := tx.NewUpdate().Model(&o).Column("withdrawn_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.told(ctx, tx, actor, "subscription.order_withdrawn", o)
	})
	if err != nil {
		return fmt.Errorf("change: withdraw: %w", err)
	}
	return nil
}

// Planned reports whether o was carried out, does not hold yet and is still what will follow, so that its city can take it back.
func (s *Service) Planned(ctx context.Context, city tenancy.City, o Order) (bool, error) {
	if !s.ahead(city, o) {
		return false, nil
	}
	all, err := s.d.Billing.History(ctx, city)
	return err == nil && s.planned(city, o, all), err
}

// ahead reports whether o was carried out and does not hold yet.
func (s *Service) ahead(city tenancy.City, o Order) bool {
	return o.State() == Done && o.TakesOn.Format(time.DateOnly) > s.d.Now().In(city.Location()).Format(time.DateOnly)
}

// planned is Planned by all that city has been on and will be, the latest first.
func (s *Service) planned(city tenancy.City, o Order, all []billing.Subscription) bool {
	if !s.ahead(city, o) {
		return false
	}
	if o.Kind == Pause || o.Kind == Cancel {
		return len(all) > 0 && all[0].ID == o.SubscriptionID.UUID && all[0].EndsOn.Equal(o.TakesOn)
	}
	// What it follows goes on when it is taken back, or stays paused or ended.
	return len(all) > 1 && all[0].ID == o.SubscriptionID.UUID && all[1].StartsOn.Format(time.DateOnly) <= s.d.Now().In(city.Location()).Format(time.DateOnly)
}

// notAgain refuses o while the same order, from the same day, is planned already.
func (s *Service) notAgain(ctx context.Context, tx bun.Tx, city tenancy.City, o Order) error {
	var before []Order
	err := tx.NewSelect().Model(&before).Where("tenant_id = ? AND kind = ? AND plan = ? AND version = ? AND takes_on = ? AND done_at IS NOT NULL AND withdrawn_at IS NULL",
		city.ID, o.Kind, o.Plan, o.Version, o.TakesOn.Format(time.DateOnly)).Order("id DESC").Limit(listMost).Scan(ctx)
	if err != nil || len(before) == 0 {
		return err
	}
	all, err := s.d.Billing.HistoryIn(ctx, tx, city)
	if err != nil {
		return err
	}
	for _, b := range before {
		switch {
		case !maps.Equal(b.Addons, o.Addons) || !s.planned(city, b, all):
		case o.Kind == Pause || o.Kind == Cancel:
			return fault.New(fault.Conflict, "billing.not_subscribed") // it ends that day already
		default:
			return fault.New(fault.Conflict, "subchange.same")
		}
	}
	return nil
}
