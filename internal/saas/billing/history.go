package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// historyMost bounds the subscriptions that History lists.
const historyMost = 100

// History lists what city has been on and will be, the latest first; what was withdrawn is not in it. Callers are those of
// Estimate.
func (s *Service) History(ctx context.Context, city tenancy.City) ([]Subscription, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	return s.HistoryIn(ctx, s.db.App, city)
}

// HistoryIn is History as db sees it, a transaction of city's for instance.
func (s *Service) HistoryIn(ctx context.Context, db bun.IDB, city tenancy.City) ([]Subscription, error) {
	var all []Subscription
	err := db.NewSelect().Model(&all).Column(columns()...).Where("tenant_id = ? AND withdrawn_at IS NULL", city.ID).
		Order("starts_on DESC").Limit(historyMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("billing: history: %w", err)
	}
	return all, nil
}

// Holds reports whether the subscription holds on a calendar day.
func (s Subscription) Holds(day time.Time) bool {
	day = rating.DateOf(day)
	return !day.Before(rating.DateOf(s.StartsOn)) && (s.EndsOn.IsZero() || day.Before(rating.DateOf(s.EndsOn)))
}

// Trial reports whether the subscription costs nothing on a calendar day.
func (s Subscription) Trial(day time.Time) bool {
	return !s.TrialEndsOn.IsZero() && rating.DateOf(day).Before(rating.DateOf(s.TrialEndsOn))
}

// Plans lists the price list by name. It is the same for every city and open to any caller.
func (s *Service) Plans(ctx context.Context) ([]Plan, error) {
	var all []Plan
	err := s.db.App.NewSelect().Model(&all).Column("code", "name", "summary", "example", "offered").Order("code").Limit(200).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("billing: plans: %w", err)
	}
	return all, nil
}

// FindPlan reads a plan, or NotFound "billing.plan_unknown". Any caller may.
func (s *Service) FindPlan(ctx context.Context, code string) (Plan, error) {
	return findPlan(tenancy.Platform(ctx), s.db.App, code)
}

// Versions lists the versions of a plan, the newest first. Any caller may.
func (s *Service) Versions(ctx context.Context, code string) ([]Version, error) {
	var all []Version
	err := s.db.App.NewSelect().Model(&all).Column("plan", "version", "effective_from", "components", "entitlements").Where("plan = ?", code).
		Order("version DESC").Limit(200).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("billing: versions: %w", err)
	}
	return all, nil
}

// Paused lists, by city, the subscriptions that were paused and not taken up again as of a day. It reads across cities as the platform
// role, so only requests of the platform may call it.
func (s *Service) Paused(ctx context.Context, day time.Time) (map[tenancy.ID]Subscription, error) {
	if err := ofPlatform(ctx); err != nil {
		return nil, err
	}
	var last []Subscription
	on := day.Format(time.DateOnly)
	err := s.db.Platform.NewSelect().Model(&last).DistinctOn("tenant_id").Column(columns()...).
		Where("withdrawn_at IS NULL AND starts_on <= ?", on).Order("tenant_id", "starts_on DESC").Limit(10_000).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("billing: paused: %w", err)
	}
	out := map[tenancy.ID]Subscription{}
	for _, sub := range last {
		if sub.paused(day) {
			out[sub.TenantID] = sub
		}
	}
	return out, nil
}

func (s Subscription) paused(day time.Time) bool {
	return s.EndedAs == Paused && !s.EndsOn.IsZero() && !rating.DateOf(s.EndsOn).After(rating.DateOf(day))
}

// lastBegun is the last subscription of city that has begun by a day, and whether there is one.
func lastBegun(ctx context.Context, db bun.IDB, city tenancy.City, day time.Time) (Subscription, bool, error) {
	var last []Subscription
	err := db.NewSelect().Model(&last).Column(columns()...).Where("tenant_id = ? AND withdrawn_at IS NULL AND starts_on <= ?", city.ID, day.Format(time.DateOnly)).
		Order("starts_on DESC").Limit(1).Scan(ctx)
	if err != nil || len(last) == 0 {
		return Subscription{}, false, err
	}
	return last[0], true, nil
}

// Latest is the last subscription of city that has begun by a day, whether it still holds or not, and whether it is paused then. The
// last result is false for a city that never had one. Callers are those of Estimate.
func (s *Service) Latest(ctx context.Context, city tenancy.City, day time.Time) (sub Subscription, paused, ever bool, err error) {
	if ctx, err = tenancy.Inside(ctx, city); err != nil {
		return sub, false, false, err
	}
	if sub, ever, err = lastBegun(ctx, s.db.App, city, day); err != nil {
		return sub, false, false, fmt.Errorf("billing: latest: %w", err)
	}
	return sub, sub.paused(day), ever, nil
}
