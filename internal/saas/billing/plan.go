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
	"bedelau/internal/kernel/money"
)

// Plan is one offer of the price list. Example marks a plan made up for demonstrations.
type Plan struct {
	bun.BaseModel `bun:"table:plan,alias:p"`

	Code    string    `bun:"code,pk"`
	Name    i18n.Text `bun:"name,type:jsonb"`
	Summary i18n.Text `bun:"summary,type:jsonb"`
	Example bool      `bun:"example"`
}

// Version is what a plan costs. Once published it never changes.
type Version struct {
	bun.BaseModel `bun:"table:plan_version,alias:v"`

	Plan          string      `bun:"plan,pk"`
	Number        int         `bun:"version,pk"`
	EffectiveFrom time.Time   `bun:"effective_from"` // the first day a subscription may start on it
	Components    []Component `bun:"components,type:jsonb"`
}

// Kind says how a component is priced.
type Kind string

// The kinds. Tiered is graduated: each unit costs the price of the tier it falls into.
const (
	Flat   Kind = "flat"
	Unit   Kind = "unit"
	Tiered Kind = "tiered"
)

// Component is one line of a version. Price is the month's for Flat and one unit's for Unit.
type Component struct {
	Code     string       `json:"code"`
	Kind     Kind         `json:"kind"`
	Name     i18n.Text    `json:"name"`
	Unit     i18n.Text    `json:"unit,omitempty"`
	Meter    string       `json:"meter,omitempty"`
	Included int64        `json:"included,omitempty"` // units of a whole month that cost nothing more
	Price    money.Rupiah `json:"price,omitempty"`
	Tiers    []Tier       `json:"tiers,omitempty"`
}

// Tier prices the units up to and including UpTo that no tier before it priced, counted after the included ones. The
// last tier has no end and says so by zero.
type Tier struct {
	UpTo  int64        `json:"up_to,omitempty"`
	Price money.Rupiah `json:"price"`
}

// Validate returns Invalid naming each field at fault: "components.2.tiers.0.up_to".
func (v Version) Validate() error {
	var out []fault.Field
	refuse := func(i int, field, code string) {
		out = append(out, fault.Field{Name: fmt.Sprintf("components.%d.%s", i, field), Code: code})
	}
	seen := map[string]bool{}
	for i, c := range v.Components {
		if c.Code == "" || seen[c.Code] {
			refuse(i, "code", "plan_code")
		}
		seen[c.Code] = true
		if c.Name.Empty() {
			refuse(i, "name", "required")
		}
		if c.Price < 0 {
			refuse(i, "price", "plan_price")
		}
		if c.Included < 0 {
			refuse(i, "included", "plan_included")
		}
		if (c.Kind == Flat) != (c.Meter == "") {
			refuse(i, "meter", "plan_meter")
		}
		if (c.Kind == Tiered) != (len(c.Tiers) > 0) {
			refuse(i, "tiers", "plan_tiers")
		}
		if c.Kind != Flat && c.Kind != Unit && c.Kind != Tiered {
			refuse(i, "kind", "invalid")
		}
		for j, t := range c.Tiers {
			last, after := j == len(c.Tiers)-1, int64(0)
			if j > 0 {
				after = c.Tiers[j-1].UpTo
			}
			if t.Price < 0 {
				refuse(i, fmt.Sprintf("tiers.%d.price", j), "plan_price")
			}
			if last != (t.UpTo == 0) || !last && t.UpTo <= after {
				refuse(i, fmt.Sprintf("tiers.%d.up_to", j), "plan_tiers")
			}
		}
	}
	return fault.Fields(out)
}

// findPlan reads a plan, or NotFound "billing.plan_unknown".
func findPlan(ctx context.Context, db bun.IDB, code string) (Plan, error) {
	var p Plan
	err := db.NewSelect().Model(&p).Column("code", "name", "summary", "example").Where("code = ?", code).Scan(ctx)
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
