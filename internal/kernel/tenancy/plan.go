package tenancy

import (
	"context"
	"maps"
	"slices"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// The feature switches that a plan can have. They are for what staff add to the public services, never for those.
const (
	ModuleApps = "apps" // agencies' own apps and their keys
	ModuleDuct = "duct" // the shared ducts
)

// LimitStaff bounds the staff accounts of a city; the other limits are of meters and named like them.
const LimitStaff = "staff"

// Plan is what a city's plan allows, as billing wrote it. The zero Plan allows everything.
//
// No resident is ever refused a public service for it, nor a company what it asks of the city, nor anybody who works on an
// application or in an emergency: what is over its limit is billed, and stops staff from adding more.
type Plan struct {
	Code   string           `json:"code,omitempty"`
	Limits map[string]Limit `json:"limits,omitempty"`

	// ArrearsFrom is the first day, where the platform is, from which an invoice that is not paid stops what staff add; it is
	// announced ahead and gone with the payment.
	ArrearsFrom time.Time `json:"arrears_from,omitzero"`
}

// Limit is one quantity of a plan. A hard one is never passed by what adds to it; a soft one may be for GraceDays.
type Limit struct {
	Most      int64     `json:"most"`
	Hard      bool      `json:"hard,omitempty"`
	GraceDays int       `json:"grace_days,omitempty"`
	Name      i18n.Text `json:"name,omitempty"`
	Used      int64     `json:"used,omitempty"` // when billing last looked
	Over      time.Time `json:"over,omitzero"`  // since when that is above Most
}

// Needs refuses what is not in the city's plan: Forbidden "plan.module". It is asked by what staff add, and by a feature that
// is staff's alone.
func (c City) Needs(module string) error {
	if c.Plan.Code == "" || slices.Contains(c.Modules, module) {
		return nil
	}
	return fault.New(fault.Forbidden, "plan.module")
}

// Room refuses one more of what a limit counts, of which there are so many: Conflict "plan.limit", or "plan.arrears".
func (c City) Room(code string, have int64, now time.Time) error {
	if err := c.Plan.inArrears(now); err != nil {
		return err
	}
	l, ok := c.Plan.Limits[code]
	if !ok || have < l.Most || !l.spent(now) {
		return nil
	}
	return fault.New(fault.Conflict, "plan.limit", "most", i18n.ID.Number(l.Most))
}

// MayGrow refuses what staff add to the city while a limit is spent: Conflict "plan.limit". It is asked by the acts that
// add, never by one that serves a resident, corrects or takes away. So is an invoice that is not paid: "plan.arrears".
func (c City) MayGrow(now time.Time) error {
	if err := c.Plan.inArrears(now); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(c.Plan.Limits)) {
		if l := c.Plan.Limits[code]; code != LimitStaff && l.Used >= l.Most && l.spent(now) {
			return fault.New(fault.Conflict, "plan.limit", "most", i18n.ID.Number(l.Most))
		}
	}
	return nil
}

// MayAdd refuses what staff add to a module of ctx's city: what Needs and MayGrow refuse.
func MayAdd(ctx context.Context, module string, now time.Time) error {
	city, ok := CityFrom(ctx)
	if !ok {
		return ErrNone
	}
	if err := city.Needs(module); err != nil {
		return err
	}
	return city.MayGrow(now)
}

// MayAsk refuses what a company, or an emergency, asks of a module of ctx's city: what Needs refuses alone. Neither is held up by what
// the city owes or has used up.
func MayAsk(ctx context.Context, module string) error {
	city, ok := CityFrom(ctx)
	if !ok {
		return ErrNone
	}
	return city.Needs(module)
}

func (p Plan) inArrears(now time.Time) error {
	if p.ArrearsFrom.IsZero() || now.Before(p.ArrearsFrom) {
		return nil
	}
	return fault.New(fault.Conflict, "plan.arrears")
}

// spent reports whether a limit that is reached stops what adds to it.
func (l Limit) spent(now time.Time) bool {
	return l.Hard || !l.Over.IsZero() && !now.Before(l.Over.AddDate(0, 0, l.GraceDays))
}
