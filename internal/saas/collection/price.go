package collection

import (
	"fmt"

	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
)

// most is the largest unit price that Stripe takes, in hundredths.
const most = 99_999_999_999_999

// sayable reports whether Stripe can price a component by itself. It cannot say included units together with packages or with
// a price for the whole quantity, a year beside months, a minimum, or what is paid once: those are items of an invoice.
func sayable(c rating.Component) bool {
	if c.Price > most/hundredths {
		return false
	}
	for _, t := range c.Tiers {
		if t.Price > most/hundredths {
			return false
		}
	}
	switch c.Kind {
	case rating.Flat:
		return c.Every == rating.Monthly
	case rating.Unit, rating.Tiered:
		return true
	case rating.Volume, rating.Package:
		return c.Included == 0
	}
	return false
}

// tiersOf are the tiers by which Stripe prices a component: those that it has, after one that costs nothing for the included
// units.
func tiersOf(c rating.Component) []rating.Tier {
	own := c.Tiers
	if c.Kind == rating.Unit && c.Included > 0 {
		own = []rating.Tier{{Price: c.Price}}
	}
	if c.Included == 0 || len(own) == 0 {
		return own
	}
	out := []rating.Tier{{UpTo: c.Included}}
	for _, t := range own {
		if t.UpTo > 0 {
			t.UpTo += c.Included
		}
		out = append(out, t)
	}
	return out
}

// charged is what Stripe charges for a component by its price: for a quantity of usage, or so many of a monthly price.
func charged(c rating.Component, quantity int64) (money.Rupiah, error) {
	switch c.Kind {
	case rating.Flat:
		return c.Price.Times(quantity)
	case rating.Package:
		begun := quantity / c.Size
		if quantity%c.Size > 0 {
			begun++
		}
		return c.Price.Times(begun)
	case rating.Volume:
		for _, t := range c.Tiers {
			if t.UpTo == 0 || quantity <= t.UpTo {
				return t.Price.Times(quantity)
			}
		}
	}
	tiers := tiersOf(c)
	if len(tiers) == 0 {
		tiers = []rating.Tier{{Price: c.Price}}
	}
	var sum money.Rupiah
	var below int64
	for _, t := range tiers {
		n := quantity - below
		if t.UpTo > 0 {
			n = min(n, t.UpTo-below)
		}
		if n <= 0 {
			break
		}
		amount, err := t.Price.Times(n)
		if err == nil {
			sum, err = sum.Add(amount)
		}
		if err != nil {
			return 0, err
		}
		below = t.UpTo
	}
	return sum, nil
}

// lookupOf is the key of a component's price at Stripe, and the id of its product there.
func lookupOf(v billing.Version, component string) string {
	return fmt.Sprintf("bedelau_%s_v%d_%s", v.Plan, v.Number, component)
}

// atStripe is an amount in hundredths. What the books hold is far from the end of int64, and is refused there if not.
func atStripe(r money.Rupiah) (int64, error) {
	all, err := r.Times(hundredths)
	return int64(all), err
}
