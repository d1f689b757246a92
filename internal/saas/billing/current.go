package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Current is the subscription of city that holds on a day and the version it is on, and whether one holds. Callers are those
// of Estimate.
func (s *Service) Current(ctx context.Context, city tenancy.City, day time.Time) (Subscription, Version, bool, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Subscription{}, Version{}, false, err
	}
	return current(ctx, s.db.App, city, day)
}

func current(ctx context.Context, db bun.IDB, city tenancy.City, day time.Time) (Subscription, Version, bool, error) {
	var sub Subscription
	on := day.Format(time.DateOnly)
	err := db.NewSelect().Model(&sub).Column(columns()...).
		Where("tenant_id = ? AND withdrawn_at IS NULL AND starts_on <= ? AND (ends_on IS NULL OR ends_on > ?)", city.ID, on, on).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Subscription{}, Version{}, false, nil
	}
	var v Version
	if err == nil {
		v, err = findVersion(ctx, db, sub.Plan, sub.Version, day)
	}
	if err != nil {
		return Subscription{}, Version{}, false, fmt.Errorf("billing: current: %w", err)
	}
	return sub, v, true, nil
}

// Component reads one of a version of the price list, or NotFound "billing.plan_unknown".
func (s *Service) Component(ctx context.Context, plan string, version int, code string) (rating.Component, error) {
	v, err := findVersion(ctx, s.db.App, plan, version, time.Time{})
	if err != nil {
		return rating.Component{}, fmt.Errorf("billing: component: %w", err)
	}
	n := slices.IndexFunc(v.Components, func(c rating.Component) bool { return c.Code == code })
	if n < 0 {
		return rating.Component{}, fault.New(fault.NotFound, "billing.plan_unknown")
	}
	return v.Components[n], nil
}
