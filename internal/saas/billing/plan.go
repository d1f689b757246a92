package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/rating"
)

// Plan is one offer of the price list. Example marks a plan made up for demonstrations.
type Plan struct {
	bun.BaseModel `bun:"table:plan,alias:p"`

	Code    string    `bun:"code,pk"`
	Name    i18n.Text `bun:"name,type:jsonb"`
	Summary i18n.Text `bun:"summary,type:jsonb"`
	Example bool      `bun:"example"`
	Offered bool      `bun:"offered"` // to every city; one that is not is of whom the BUMD puts on it
}

// Version is what a plan costs. Once published it never changes.
type Version struct {
	bun.BaseModel `bun:"table:plan_version,alias:v"`

	Plan          string             `bun:"plan,pk"`
	Number        int                `bun:"version,pk"`
	EffectiveFrom time.Time          `bun:"effective_from"` // the first day a subscription may start on it
	Components    []rating.Component `bun:"components,type:jsonb"`

	Entitlements Entitlements `bun:"entitlements,type:jsonb"` // read where they are shown; pricing does not ask
}

// Prices is what v costs.
func (v Version) Prices() rating.Prices {
	return rating.Prices{Plan: v.Plan, Version: v.Number, Components: v.Components}
}

// Validate refuses what rating refuses of its prices.
func (v Version) Validate() error { return v.Prices().Validate() }

// findPlan reads a plan, or NotFound "billing.plan_unknown".
func findPlan(ctx context.Context, db bun.IDB, code string) (Plan, error) {
	var p Plan
	err := db.NewSelect().Model(&p).Column("code", "name", "summary", "example", "offered").Where("code = ?", code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "billing.plan_unknown")
	}
	return p, err
}

// findVersion reads one version of a plan, or the newest in effect on a day when number is zero. It refuses a version
// that could not be rated: a malformed price list must stop a bill and not shape it.
func findVersion(ctx context.Context, db bun.IDB, code string, number int, day time.Time) (Version, error) {
	var v Version
	q := db.NewSelect().Model(&v).Column("plan", "version", "effective_from", "components").Where("plan = ?", code)
	if number > 0 {
		q = q.Where("version = ?", number)
	} else {
		q = q.Where("effective_from <= ?", day.Format(time.DateOnly)).Order("version DESC").Limit(1)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.New(fault.NotFound, "billing.plan_unknown")
	}
	if err == nil {
		if bad := v.Validate(); bad != nil {
			err = fmt.Errorf("billing: version %d of plan %s: %w", v.Number, v.Plan, errors.New(bad.Error()))
		}
	}
	return v, err
}
