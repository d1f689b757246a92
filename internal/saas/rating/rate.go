// Package rating turns usage into lines of money, each with its working, so that anyone can recompute every rupiah. It is pure: it knows
// neither a database nor a clock, and the same prices, terms, usage and period give the same lines.
//
// Amounts are whole rupiah, rounded once for each line and never for a step within it: a share of days or a percentage has half a rupiah
// and more rounded up, and included units are rounded up in the city's favour. A month's part of a year's price, which a minimum
// counts, is rounded like a line. Sums of lines are not rounded again.
package rating

import (
	"fmt"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Line is one component of a plan for one period, with everything that its amount follows from.
type Line struct {
	Plan      string    `json:"plan"`
	Version   int       `json:"version"`
	Component string    `json:"component"`
	Kind      Kind      `json:"kind"`
	Name      i18n.Text `json:"name,omitempty"`
	Unit      i18n.Text `json:"unit,omitempty"`
	Period    Period    `json:"period"`

	Meter    string       `json:"meter,omitempty"`    // empty for what counts no usage
	Quantity int64        `json:"quantity,omitempty"` // used; of an add-on how many there are; of a coupon the percentage
	Included int64        `json:"included,omitempty"` // of those used, how many could be used at no further cost in this period; of what is paid once, how many were paid before
	Level    bool         `json:"level,omitempty"`    // Quantity is a level: the amount is the days' share of Whole
	Whole    money.Rupiah `json:"whole,omitempty"`    // what that level costs in a whole month
	Size     int64        `json:"size,omitempty"`     // of a package
	Price    money.Rupiah `json:"price,omitempty"`
	Steps    []Step       `json:"steps,omitempty"`  // the chargeable units by price, in order; none when nothing is chargeable
	Base     money.Rupiah `json:"base,omitempty"`   // what a minimum tops up, or a coupon lowers; of what is given back of a year, what was left of its charge when something was taken off it
	From     time.Time    `json:"from,omitzero"`    // of a year paid in advance, or of what was not used of it: the first day
	Until    time.Time    `json:"until,omitzero"`   // and the first day after it
	Of       int          `json:"of,omitempty"`     // days of that year; of a minimum 12 when its base has a twelfth of a year's price
	Waived   money.Rupiah `json:"waived,omitempty"` // what it would have cost without the trial

	Amount money.Rupiah `json:"amount"` // negative for a credit and a discount
}

// Step is a number of units, or of packages, at one price.
type Step struct {
	Quantity int64        `json:"quantity"`
	Price    money.Rupiah `json:"price"`
	Amount   money.Rupiah `json:"amount"`
}

// Quantities is what was used in a period, by the code of the meter.
type Quantities map[string]Quantity

// Quantity is what a meter shows. Level says that it stands there, as a peak, a latest value and a number of different people do,
// instead of adding up: in each part of a month it may come to as much as in the whole.
type Quantity struct {
	Units int64
	Level bool
}

// Result is the lines of one version and their sum.
type Result struct {
	Lines []Line
	Total money.Rupiah
}

// Rate prices usage by what a version costs and the city's terms for a period. It is pure: the same arguments give the same lines, one
// per component in the version's order, also for components that cost nothing, and the coupon's last.
//
// A flat price is charged by days: price × days ÷ days of the month, halves of a rupiah up. Of a meter that adds up, the included
// units are granted by days too, rounded up in the city's favour. What stands at a level, such as the people who work there, does
// not get less in a part of a month: it is priced as in a whole one, with all its included units, and charged by days like a flat
// price. Tiers count the units after the included ones. A yearly price is charged whole in the period of each anniversary; when
// the subscription ends before the year does, the period of its last day gives back the days that were not used, so that such a
// total can be negative. A minimum counts a twelfth of it each month, by days. Nothing in a trial costs anything.
//
// Usage must name every meter of the version, zero included: a plan on a meter that does not exist is refused, since it
// would bill nothing for ever. A negative quantity, an amount out of range, and a period in the middle of which the terms
// change are refused too.
func Rate(prices Prices, t Terms, usage Quantities, p Period) (Result, error) {
	if err := t.fits(p); err != nil {
		return Result{}, err
	}
	var r Result
	for _, c := range prices.Components {
		lines, err := t.lines(c, usage, p, r.Lines)
		if err == nil {
			err = r.add(prices, t.trial(p), lines...)
		}
		if err != nil {
			return Result{}, fmt.Errorf("rating: %s of plan %s: %w", c.Code, prices.Plan, err)
		}
	}
	l, ok, err := t.discount(r.Lines, p)
	if err == nil && ok {
		err = r.add(prices, false, l)
	}
	if err != nil {
		return Result{}, fmt.Errorf("rating: plan %s: %w", prices.Plan, err)
	}
	return r, nil
}

func (r *Result) add(prices Prices, free bool, lines ...Line) error {
	for _, l := range lines {
		l.Plan, l.Version = prices.Plan, prices.Version
		if free {
			l.Waived, l.Amount = l.Amount, 0
		}
		total, err := r.Total.Add(l.Amount)
		if err != nil {
			return err
		}
		r.Lines, r.Total = append(r.Lines, l), total
	}
	return nil
}

// lines prices one component. Before are those in front of it, for a minimum.
func (t Terms) lines(c Component, usage Quantities, p Period, before []Line) ([]Line, error) {
	l := Line{Component: c.Code, Kind: c.Kind, Name: c.Name, Unit: c.Unit, Period: p, Meter: c.Meter, Price: c.Price, Size: c.Size}
	price := c.Price
	paid := t.Paid[c.Code]
	if c.Optional {
		l.Quantity = t.Addons[c.Code]
		if l.Quantity < 0 {
			return nil, fmt.Errorf("there are %d of the add-on", l.Quantity)
		}
		if l.Quantity == 0 {
			return nil, nil
		}
		var err error
		many := l.Quantity
		if c.Kind == Once {
			l.Included, paid = min(paid, many), 0
			many -= l.Included
		}
		if price, err = price.Times(many); err != nil {
			return nil, err
		}
	}
	days, month := int64(p.Days()), int64(p.MonthDays())
	var err error
	switch {
	case c.Kind == Flat && c.Every == Yearly:
		return t.yearly(l, price, p)
	case c.Kind == Flat:
		l.Amount, err = price.FractionHalfUp(days, month)
	case c.Kind == Once:
		if p.Holds(t.PaidFrom()) && paid == 0 {
			l.Amount = price
		}
	case c.Kind == Minimum:
		var least money.Rupiah
		if least, err = price.FractionHalfUp(days, month); err != nil {
			return nil, err
		}
		if l.Base, l.Of, err = t.committed(before, p); err == nil {
			l.Amount, err = max(least, l.Base).Sub(l.Base)
		}
	default:
		err = l.use(c, usage, days, month)
	}
	return []Line{l}, err
}

// use prices what a meter has counted.
func (l *Line) use(c Component, usage Quantities, days, month int64) (err error) {
	used, ok := usage[c.Meter]
	if !ok {
		return fmt.Errorf("there is no meter %q", c.Meter)
	}
	if used.Units < 0 {
		return fmt.Errorf("the meter %q stands at %d", c.Meter, used.Units)
	}
	l.Quantity, l.Level, l.Included = used.Units, used.Level && days < month, c.Included
	if l.Level {
		if err = l.price(c); err != nil {
			return err
		}
		l.Whole = l.Amount
		l.Amount, err = l.Whole.FractionHalfUp(days, month)
		return err
	}
	if l.Included, err = granted(c.Included, days, month); err != nil {
		return err
	}
	return l.price(c)
}

// price prices the units above the included ones.
func (l *Line) price(c Component) error {
	chargeable := max(l.Quantity-l.Included, 0)
	switch c.Kind {
	case Unit:
		return l.climb([]Tier{{Price: c.Price}}, chargeable)
	case Package:
		begun := chargeable / c.Size
		if chargeable%c.Size > 0 {
			begun++
		}
		return l.climb([]Tier{{Price: c.Price}}, begun)
	case Volume:
		for _, one := range c.Tiers {
			if one.UpTo == 0 || chargeable <= one.UpTo {
				return l.climb([]Tier{{Price: one.Price}}, chargeable)
			}
		}
	}
	return l.climb(c.Tiers, chargeable)
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
