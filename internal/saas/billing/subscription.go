package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Subscription says which version of which plan a city is on, from one day until the day before another, and on what terms.
type Subscription struct {
	bun.BaseModel `bun:"table:subscription,alias:s"`

	TenantID    tenancy.ID       `bun:"tenant_id,pk"`
	ID          uuid.UUID        `bun:"id,pk"`
	Plan        string           `bun:"plan"`
	Version     int              `bun:"version"`
	StartsOn    time.Time        `bun:"starts_on"`
	EndsOn      time.Time        `bun:"ends_on,nullzero"` // zero while it has no end
	EndedAs     Ending           `bun:"ended_as,nullzero"`
	TrialEndsOn time.Time        `bun:"trial_ends_on,nullzero"` // the first day that is paid for; zero without a trial
	Addons      map[string]int64 `bun:"addons,type:jsonb"`
	Coupon      *rating.Coupon   `bun:"coupon,type:jsonb,nullzero"`
	PaidOnce    map[string]int64 `bun:"paid_once,type:jsonb"` // of what is paid once, how many were paid before it began
}

// Ending says what follows a subscription.
type Ending string

// The endings.
const (
	Moved     Ending = "moved" // another one
	Cancelled Ending = "cancelled"
	Paused    Ending = "paused" // until the city resumes
)

func (s Subscription) terms() rating.Terms {
	return rating.Terms{StartsOn: s.StartsOn, EndsOn: s.EndsOn, TrialEnds: s.TrialEndsOn, Addons: s.Addons, Coupon: s.Coupon, Paid: s.PaidOnce}
}

// columns are those of a Subscription.
func columns() []string {
	return []string{"tenant_id", "id", "plan", "version", "starts_on", "ends_on", "ended_as", "trial_ends_on", "addons", "coupon", "paid_once"}
}

// SubscribeInput puts a city on a version of a plan.
type SubscribeInput struct {
	City      tenancy.City
	Plan      string
	Version   int       // zero is the newest that is in effect on the first day
	StartsOn  time.Time // its calendar day counts; zero is today, or the end of the year or month that is paid for what is worth less
	TrialDays int       // for which nothing is paid
	Keep      bool      // what was agreed in the subscription that holds today, or is paused: its coupon, the rest of its trial, and what was paid once for the plan
	Addons    map[string]int64
	Coupon    string    // code of one that holds on the first day
	ActorID   uuid.UUID // who decided; the nil UUID and audit.System for the demonstration
	ActorKind string

	earliest time.Time // the first day that is still billed; Subscribe knows it
}

// TrialMost bounds the days for which a city pays nothing on one person's word, those of earlier trials among them. For longer there is a
// coupon, which a second person approves.
const TrialMost = 92

// Subscribe starts a subscription and ends the one before it on the same day; what was planned from that day on is withdrawn
// if it has not begun. Without a day an upgrade begins today, and a downgrade at the end of what is paid: of the year that was paid in
// advance, or else of the month. Subscribing to
// the same version from the same day again changes nothing. It is for the platform, whose permission the edge has checked.
// It refuses an unknown plan with NotFound "billing.plan_unknown", the same from the same day on other terms with Conflict
// "billing.subscription_differs", a move on a day that has passed with Conflict "billing.past", a day that a later or ended subscription covers with
// Conflict "billing.subscription_overlap", one in a month that is not billed any more with Conflict "billing.too_early", and Invalid for a trial, an add-on or a coupon that there cannot be.
func (s *Service) Subscribe(ctx context.Context, in SubscribeInput) (Subscription, error) {
	ctx, err := tenancy.Inside(ctx, in.City)
	if err != nil {
		return Subscription{}, err
	}
	if in.earliest, err = s.earliest(ctx, in.City); err != nil {
		return Subscription{}, fmt.Errorf("billing: subscribe: %w", err)
	}
	var sub Subscription
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		sub, err = s.SubscribeIn(ctx, tx, in)
		return err
	})
	return sub, err
}

// earliest is the first day from which a subscription of city that begins now is billed in full: months before it are neither closed nor
// corrected any more.
func (s *Service) earliest(ctx context.Context, city tenancy.City) (time.Time, error) {
	back, err := s.correctable(ctx)
	return rating.MonthsLater(rating.MonthOf(s.today(city)).First(), -back), err
}

// SubscribeIn is Subscribe as part of tx, which is of in's city, from today on or later.
func (s *Service) SubscribeIn(ctx context.Context, tx bun.Tx, in SubscribeInput) (Subscription, error) {
	sub, err := s.subscribeIn(ctx, tx, in)
	return sub, refused("subscribe", err)
}

// LockIn makes whoever else would change the subscription of city wait until tx, which is of that city, is over, so that what tx reads of it
// from here on is what it changes.
func (s *Service) LockIn(ctx context.Context, tx bun.Tx, city tenancy.City) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "subscription of "+city.ID.String()).Exec(ctx)
	return err
}

func (s *Service) subscribeIn(ctx context.Context, tx bun.Tx, in SubscribeInput) (Subscription, error) {
	if err := s.LockIn(ctx, tx, in.City); err != nil {
		return Subscription{}, err
	}
	today := s.today(in.City)
	f, err := findFooting(ctx, tx, in.City, today)
	if err != nil {
		return Subscription{}, err
	}
	replaces := in.StartsOn
	if in.StartsOn.IsZero() {
		if in.StartsOn, err = s.moveDay(ctx, tx, in, f); err != nil {
			return Subscription{}, err
		}
		replaces = f.replaces(in.StartsOn)
	}
	v, err := findVersion(ctx, tx, in.Plan, in.Version, in.StartsOn)
	if err != nil {
		return Subscription{}, err
	}
	sub := Subscription{TenantID: in.City.ID, Plan: v.Plan, Version: v.Number, StartsOn: rating.DateOf(in.StartsOn), Addons: in.Addons}
	if err := agree(ctx, tx, &sub, v, in); err != nil {
		return sub, err
	}
	if in.Keep && f.agreed() {
		sub.keep(f.sub, f.version)
	}
	if same, err := subscribed(ctx, tx, &sub); same || err != nil {
		return sub, err
	}
	if sub.StartsOn.Before(in.earliest) {
		return sub, fault.New(fault.Conflict, "billing.too_early", "day", i18n.From(ctx).Date(in.earliest))
	}
	return sub, subscribe(ctx, tx, &sub, rating.DateOf(replaces), in.ActorID, in.ActorKind, today)
}

// keep takes over what was agreed with a city and is still worth something on s's first day, from what it was on and its version.
func (s *Subscription) keep(before Subscription, held Version) {
	if c := before.Coupon; s.Coupon == nil && c != nil && (c.Until.IsZero() || rating.DateOf(c.Until).After(s.StartsOn)) {
		s.Coupon = c
	}
	if s.TrialEndsOn.IsZero() && before.TrialEndsOn.After(s.StartsOn) {
		s.TrialEndsOn = before.TrialEndsOn
	}
	if before.Plan != s.Plan || s.StartsOn.Before(before.terms().PaidFrom()) {
		return
	}
	s.PaidOnce = map[string]int64{}
	maps.Copy(s.PaidOnce, before.PaidOnce)
	for _, c := range held.Components {
		if n := before.Addons[c.Code]; c.Kind == rating.Once && c.Optional {
			s.PaidOnce[c.Code] = max(s.PaidOnce[c.Code], n)
		} else if c.Kind == rating.Once {
			s.PaidOnce[c.Code] = 1
		}
	}
}

// refused names the refusal of the database for days that overlap.
func refused(what string, err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "subscription_one_at_a_time" {
		return fault.Wrap(fault.Conflict, "billing.subscription_overlap", err)
	}
	if err != nil {
		return fmt.Errorf("billing: %s: %w", what, err)
	}
	return nil
}

// today is the calendar day in a city.
func (s *Service) today(c tenancy.City) time.Time { return rating.DateOf(s.now().In(c.Location())) }

// agree holds the terms that are asked for to the version and the list of coupons.
func agree(ctx context.Context, tx bun.IDB, sub *Subscription, v Version, in SubscribeInput) error {
	var bad []fault.Field
	if in.TrialDays != 0 {
		had, err := trialDays(ctx, tx, *sub)
		if err != nil {
			return err
		}
		if most := max(TrialMost-had, 0); in.TrialDays < 0 || in.TrialDays > most {
			bad = append(bad, fault.Field{Name: "trial_days", Code: "trial_days", Args: []any{"max", most}})
		}
		sub.TrialEndsOn = sub.StartsOn.AddDate(0, 0, in.TrialDays)
	}
	for code, n := range in.Addons {
		if n < 1 || n > addonMost || !slices.ContainsFunc(v.Components, func(c rating.Component) bool { return c.Code == code && c.Optional }) {
			bad = append(bad, fault.Field{Name: "addons." + code, Code: "not_an_option"})
		}
	}
	if sub.Addons == nil {
		sub.Addons = map[string]int64{}
	}
	if in.Coupon != "" {
		c, ok, err := findCoupon(ctx, tx, in.Coupon, sub.StartsOn)
		if err != nil {
			return err
		}
		if !ok {
			bad = append(bad, fault.Field{Name: "coupon", Code: "not_an_option"})
		}
		sub.Coupon = &c
	}
	return fault.Fields(bad)
}

// trialDays is for how many days before sub began its city was in a trial.
func trialDays(ctx context.Context, tx bun.IDB, sub Subscription) (had int, err error) {
	day := sub.StartsOn.Format(time.DateOnly)
	err = tx.NewRaw(`SELECT coalesce(sum(greatest(least(trial_ends_on, ends_on, ?::date) - starts_on, 0)), 0)::int FROM subscription
		WHERE tenant_id = ? AND withdrawn_at IS NULL AND trial_ends_on IS NOT NULL AND starts_on < ?`, day, sub.TenantID, day).Scan(ctx, &had)
	return had, err
}

// addonMost bounds how many of one add-on a city has.
const addonMost = 1000

// subscribed fills sub from the subscription that has its plan, version and first day, and reports whether there is one. One
// on other terms is refused: what was agreed is changed from another day on.
func subscribed(ctx context.Context, tx bun.Tx, sub *Subscription) (bool, error) {
	var old Subscription
	err := tx.NewSelect().Model(&old).Column(columns()...).
		Where("tenant_id = ? AND withdrawn_at IS NULL AND plan = ? AND version = ? AND starts_on = ?", sub.TenantID, sub.Plan, sub.Version,
			sub.StartsOn.Format(time.DateOnly)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	code := func(c *rating.Coupon) string {
		if c == nil {
			return ""
		}
		return c.Code
	}
	if !maps.Equal(old.Addons, sub.Addons) || !old.TrialEndsOn.Equal(sub.TrialEndsOn) || code(old.Coupon) != code(sub.Coupon) {
		return false, fault.New(fault.Conflict, "billing.subscription_differs")
	}
	*sub = old
	return true, nil
}

// subscribe writes sub, ends the one before it and withdraws what was planned from a day on, its first at the latest, and has not begun.
func subscribe(ctx context.Context, tx bun.Tx, sub *Subscription, replaces time.Time, actor uuid.UUID, kind string, today time.Time) error {
	day := sub.StartsOn.Format(time.DateOnly)
	if sub.StartsOn.Before(today) {
		running, err := tx.NewSelect().Model((*Subscription)(nil)).Where("tenant_id = ? AND withdrawn_at IS NULL AND starts_on < ? AND (ends_on IS NULL OR ends_on > ?)",
			sub.TenantID, day, day).Exists(ctx)
		if err != nil {
			return err
		}
		if running { // its days are being billed
			return fault.New(fault.Conflict, "billing.past")
		}
	}
	dropped, err := withdraw(ctx, tx, sub.TenantID, replaces, today)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE subscription SET ends_on = ?, ended_as = ? WHERE tenant_id = ? AND withdrawn_at IS NULL AND ends_on IS NULL AND starts_on < ?",
		day, Moved, sub.TenantID, day).Exec(ctx)
	if err != nil {
		return err
	}
	if sub.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	if sub.PaidOnce == nil {
		sub.PaidOnce = map[string]int64{}
	}
	if _, err := tx.NewInsert().Model(sub).Column(columns()...).Exec(ctx); err != nil {
		return err
	}
	detail := map[string]any{"plan": sub.Plan, "version": sub.Version, "starts_on": day, "addons": sub.Addons}
	if len(dropped) > 0 {
		detail["retired"] = dropped
	}
	if !sub.TrialEndsOn.IsZero() {
		detail["trial_ends_on"] = sub.TrialEndsOn.Format(time.DateOnly)
	}
	if sub.Coupon != nil {
		detail["coupon"] = sub.Coupon.Code
	}
	if err := jobs.Add(ctx, tx, entitleKind(), entitleArgs{}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor, ActorKind: kind, Action: "subscription.start", Object: "subscription", ObjectID: sub.ID, Detail: detail})
}

// withdraw takes back what was planned from a day on and has not begun today: the subscriptions, and the ends of those before
// them. It returns, for the record, the id of each and the day from which it was to hold.
func withdraw(ctx context.Context, tx bun.Tx, city tenancy.ID, from, today time.Time) ([]string, error) {
	day, now := from.Format(time.DateOnly), today.Format(time.DateOnly)
	var dropped []string
	err := tx.NewRaw("UPDATE subscription SET withdrawn_at = now() WHERE tenant_id = ? AND withdrawn_at IS NULL AND starts_on >= ? AND starts_on > ? RETURNING id || ' ' || starts_on",
		city, day, now).Scan(ctx, &dropped)
	if err != nil {
		return nil, err
	}
	var ends []string // that no other subscription follows
	err = tx.NewRaw("SELECT id || ' ' || ends_on FROM subscription WHERE tenant_id = ? AND withdrawn_at IS NULL AND ended_as <> ? AND ends_on >= ? AND ends_on > ?",
		city, Moved, day, now).Scan(ctx, &ends)
	if err != nil {
		return nil, err
	}
	_, err = tx.NewRaw("UPDATE subscription SET ends_on = NULL, ended_as = NULL WHERE tenant_id = ? AND withdrawn_at IS NULL AND ends_on >= ? AND ends_on > ?",
		city, day, now).Exec(ctx)
	return slices.Concat(dropped, ends), err
}

// subscriptions reads those of ctx's city that hold on a day of p, in the order of their days.
func subscriptions(ctx context.Context, db bun.IDB, p rating.Period) ([]Subscription, error) {
	from, to := p.Window(time.UTC)
	var all []Subscription
	err := db.NewSelect().Model(&all).Column(columns()...).
		Where("tenant_id = ? AND withdrawn_at IS NULL AND starts_on < ? AND (ends_on IS NULL OR ends_on > ?)", tenancy.Must(ctx),
							to.Format(time.DateOnly), from.Format(time.DateOnly)).
		Order("starts_on").Limit(31).Scan(ctx) // one a day is the most there can be
	return all, err
}
