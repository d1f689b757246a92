package billing

import (
	"fmt"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Line is one component of a plan for one period, with everything that its amount follows from.
type Line struct {
	Plan      string
	Version   int
	Component string
	Kind      Kind
	Name      i18n.Text
	Unit      i18n.Text
	Period    Period

	Meter    string // empty for Flat
	Quantity int64  // used
	Included int64  // of those, how many could be used at no further cost in this period
	Price    money.Rupiah
	Steps    []Step // the chargeable units by price, in order; none when nothing is chargeable

	Amount money.Rupiah
}

// Step is a number of units at one price.
type Step struct {
	Quantity int64
	Price    money.Rupiah
	Amount   money.Rupiah
}

// Rating is the lines of one version and their sum.
type Rating struct {
	Lines []Line
	Total money.Rupiah
}

// Rate prices usage under a version for a period. It is pure: the same arguments give the same lines, one per component
// in the version's order, also for components that cost nothing.
//
// A flat price is charged by days: price × days ÷ days of the month, halves of a rupiah up. Included units are granted
// by days too, rounded up in the city's favour. Tiers count the units after the included ones. Usage must name every
// meter of the version, zero included: a plan on a meter that does not exist is refused, since it would bill nothing
// for ever. A negative quantity and an amount out of range are refused too.
func Rate(v Version, usage map[string]int64, p Period) (Rating, error) {
	var r Rating
	for _, c := range v.Components {
		line := Line{Plan: v.Plan, Version: v.Number, Component: c.Code, Kind: c.Kind, Name: c.Name, Unit: c.Unit, Period: p,
			Meter: c.Meter, Price: c.Price}
		if err := line.price(c, usage); err != nil {
			return Rating{}, fmt.Errorf("billing: rate %s of plan %s: %w", c.Code, v.Plan, err)
		}
		total, err := r.Total.Add(line.Amount)
		if err != nil {
			return Rating{}, fmt.Errorf("billing: rate plan %s: %w", v.Plan, err)
		}
		r.Lines, r.Total = append(r.Lines, line), total
	}
	return r, nil
}

func (l *Line) price(c Component, usage map[string]int64) (err error) {
	days, month := int64(l.Period.Days()), int64(l.Period.MonthDays())
	if c.Kind == Flat {
		l.Amount, err = c.Price.FractionHalfUp(days, month)
		return err
	}
	used, ok := usage[c.Meter]
	if !ok {
		return fmt.Errorf("there is no meter %q", c.Meter)
	}
	if used < 0 {
		return fmt.Errorf("the meter %q stands at %d", c.Meter, used)
	}
	l.Quantity = used
	if l.Included, err = granted(c.Included, days, month); err != nil {
		return err
	}
	tiers := c.Tiers
	if c.Kind == Unit {
		tiers = []Tier{{Price: c.Price}}
	}
	return l.climb(tiers, max(used-l.Included, 0))
}

// granted is the share of included units for some days of a month, rounded up.
func granted(included, days, month int64) (int64, error) {
	whole, err := money.Rupiah(included / month).Times(days)
	if err != nil {
		return 0, err
	}
	rest := included % month * days // below 31 × 31
	return int64(whole) + (rest+month-1)/month, nil
}

// climb prices the chargeable units tier by tier.
func (l *Line) climb(tiers []Tier, chargeable int64) error {
	var below int64
	for _, t := range tiers {
		n := chargeable - below
		if t.UpTo > 0 {
			n = min(n, t.UpTo-below)
		}
		if n <= 0 {
			break
		}
		amount, err := t.Price.Times(n)
		if err != nil {
			return err
		}
		if l.Amount, err = l.Amount.Add(amount); err != nil {
			return err
		}
		l.Steps = append(l.Steps, Step{Quantity: n, Price: t.Price, Amount: amount})
		below = t.UpTo
	}
	return nil
}
