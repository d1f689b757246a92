package billing

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// EndInput ends a city's subscription.
type EndInput struct {
	City      tenancy.City
	On        time.Time // the first day it no longer holds
	As        Ending    // Cancelled or Paused
	Reason    string    // for the record
	ActorID   uuid.UUID
	ActorKind string
}

// reasonMost bounds the words of a decision, in characters.
const reasonMost = 500

// End ends the subscription that holds on the day before, and withdraws what was planned after it. What residents do
// goes on: an end limits what staff can add, never a public service. It is for the platform, whose permission the edge
// has checked. It refuses Conflict "billing.not_subscribed" when nothing holds on that day, "billing.past" for a day
// before today, and Invalid without a reason.
func (s *Service) End(ctx context.Context, in EndInput) (Subscription, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	if in.Reason == "" {
		return Subscription{}, fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	}
	if n := utf8.RuneCountInString(in.Reason); n > reasonMost {
		return Subscription{}, fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	ctx, err := tenancy.Inside(ctx, in.City)
	if err != nil {
		return Subscription{}, err
	}
	var sub Subscription
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		sub, err = s.EndIn(ctx, tx, in)
		return err
	})
	return sub, err
}

// EndIn is End as part of tx, which is of in's city, for whoever has seen to the reason. Without a day it is the end of the month.
func (s *Service) EndIn(ctx context.Context, tx bun.Tx, in EndInput) (Subscription, error) {
	on, today := rating.DateOf(in.On), s.today(in.City)
	if in.On.IsZero() {
		on = s.nextMonth(in.City)
	}
	if on.Before(today) {
		return Subscription{}, fault.New(fault.Conflict, "billing.past")
	}
	if err := s.LockIn(ctx, tx, in.City); err != nil {
		return Subscription{}, refused("end", err)
	}
	dropped, err := withdraw(ctx, tx, in.City.ID, on, today)
	if err != nil {
		return Subscription{}, refused("end", err)
	}
	sub, err := holding(ctx, tx, on.AddDate(0, 0, -1))
	if err == nil && !sub.EndsOn.IsZero() && !sub.EndsOn.After(on) { // it has ended already, or ends that day by itself
		err = fault.New(fault.Conflict, "billing.not_subscribed")
	}
	if err != nil {
		return Subscription{}, refused("end", err)
	}
	sub.EndsOn, sub.EndedAs = on, in.As
	if _, err := tx.NewUpdate().Model(&sub).Column("ends_on", "ended_as").WherePK().Exec(ctx); err != nil {
		return sub, refused("end", err)
	}
	detail := map[string]any{"ends_on": on.Format(time.DateOnly), "reason": in.Reason}
	if len(dropped) > 0 {
		detail["retired"] = dropped
	}
	if err := jobs.Add(ctx, tx, entitleKind(), entitleArgs{}); err != nil {
		return sub, err
	}
	return sub, audit.Record(ctx, tx, audit.Entry{ActorID: in.ActorID, ActorKind: in.ActorKind, Action: "subscription." + string(in.As), Object: "subscription",
		ObjectID: sub.ID, Detail: detail})
}

// StayIn takes back what was planned for in's city from tomorrow on, as part of tx, and returns the subscription that goes on, or that
// stays paused or ended. It refuses Conflict "billing.not_subscribed" when there never was one.
func (s *Service) StayIn(ctx context.Context, tx bun.Tx, city tenancy.City, actor uuid.UUID, kind string) (Subscription, error) {
	today := s.today(city)
	if err := s.LockIn(ctx, tx, city); err != nil {
		return Subscription{}, refused("stay", err)
	}
	dropped, err := withdraw(ctx, tx, city.ID, today.AddDate(0, 0, 1), today)
	if err != nil {
		return Subscription{}, refused("stay", err)
	}
	sub, ever, err := lastBegun(ctx, tx, city, today)
	if err == nil && !ever {
		err = fault.New(fault.Conflict, "billing.not_subscribed")
	}
	if err != nil {
		return Subscription{}, refused("stay", err)
	}
	detail := map[string]any{"plan": sub.Plan, "version": sub.Version}
	if len(dropped) > 0 {
		detail["retired"] = dropped
	}
	if err := jobs.Add(ctx, tx, entitleKind(), entitleArgs{}); err != nil {
		return sub, err
	}
	return sub, audit.Record(ctx, tx, audit.Entry{ActorID: actor, ActorKind: kind, Action: "subscription.stay", Object: "subscription", ObjectID: sub.ID,
		Detail: detail})
}

// holding reads the subscription of ctx's city that holds on a day, for a change; Conflict "billing.not_subscribed"
// when none does.
func holding(ctx context.Context, tx bun.IDB, day time.Time) (Subscription, error) {
	var sub Subscription
	on := day.Format(time.DateOnly)
	err := tx.NewSelect().Model(&sub).Column(columns()...).
		Where("tenant_id = ? AND withdrawn_at IS NULL AND starts_on <= ? AND (ends_on IS NULL OR ends_on > ?)", tenancy.Must(ctx), on, on).
		For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return sub, fault.New(fault.Conflict, "billing.not_subscribed")
	}
	return sub, err
}

// ResumeInput takes a paused subscription up again.
type ResumeInput struct {
	City      tenancy.City
	On        time.Time // the first day
	ActorID   uuid.UUID
	ActorKind string
}

// Resume continues a paused subscription from a day on: the version, the add-ons, the coupon and the rest of the trial that it had, each until
// the day that was agreed; what was paid once is not paid again, and a year that is paid in advance begins anew. What is planned from that
// day on is taken back. It is for the platform, whose permission the edge has checked. It refuses Conflict "billing.not_paused" when the last
// subscription that has begun by that day is not paused on it, and "billing.past" for a day before today.
func (s *Service) Resume(ctx context.Context, in ResumeInput) (Subscription, error) {
	ctx, err := tenancy.Inside(ctx, in.City)
	if err != nil {
		return Subscription{}, err
	}
	var sub Subscription
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		sub, err = s.ResumeIn(ctx, tx, in)
		return err
	})
	return sub, err
}

// ResumeIn is Resume as part of tx, which is of in's city. Without a day it is today.
func (s *Service) ResumeIn(ctx context.Context, tx bun.Tx, in ResumeInput) (Subscription, error) {
	on, today := rating.DateOf(in.On), s.today(in.City)
	if in.On.IsZero() {
		on = today
	}
	if on.Before(today) {
		return Subscription{}, fault.New(fault.Conflict, "billing.past")
	}
	if err := s.LockIn(ctx, tx, in.City); err != nil {
		return Subscription{}, refused("resume", err)
	}
	sub, ever, err := lastBegun(ctx, tx, in.City, on)
	if err == nil && (!ever || !sub.paused(on)) {
		err = fault.New(fault.Conflict, "billing.not_paused")
	}
	if err != nil {
		return Subscription{}, refused("resume", err)
	}
	held, err := findVersion(ctx, tx, sub.Plan, sub.Version, on)
	if err != nil {
		return Subscription{}, refused("resume", err)
	}
	next := Subscription{TenantID: sub.TenantID, Plan: sub.Plan, Version: sub.Version, StartsOn: on, Addons: sub.Addons, Coupon: sub.Coupon}
	next.keep(sub, held)
	return next, refused("resume", subscribe(ctx, tx, &next, on, in.ActorID, in.ActorKind, today))
}
