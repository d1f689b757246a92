package collection

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/rating"
)

// components draws what a price list can hold.
func components() *rapid.Generator[rating.Component] {
	return rapid.Custom(func(t *rapid.T) rating.Component {
		price := rapid.Map(rapid.Int64Range(0, 10_000_000), func(n int64) money.Rupiah { return money.Rupiah(n) })
		c := rating.Component{Code: "x", Name: i18n.Text{i18n.ID: "X"}, Price: price.Draw(t, "price"),
			Kind: rapid.SampledFrom([]rating.Kind{rating.Flat, rating.Unit, rating.Tiered, rating.Volume, rating.Package}).Draw(t, "kind")}
		if c.Kind == rating.Flat {
			return c
		}
		c.Meter, c.Included = "m", rapid.Int64Range(0, 50).Draw(t, "included")
		switch c.Kind {
		case rating.Package:
			c.Size = rapid.Int64Range(1, 20).Draw(t, "size")
		case rating.Tiered, rating.Volume:
			var upTo int64
			for range rapid.IntRange(0, 3).Draw(t, "tiers") {
				upTo += rapid.Int64Range(1, 100).Draw(t, "width")
				c.Tiers = append(c.Tiers, rating.Tier{UpTo: upTo, Price: price.Draw(t, "tier")})
			}
			c.Tiers = append(c.Tiers, rating.Tier{Price: price.Draw(t, "last")})
		}
		return c
	})
}

// What Stripe is expected to charge for a whole month is what our own rating does, for every component that it can say; so
// what is added to its lines is never a price in disguise.
func TestAPriceThereIsAPriceHere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := components().Filter(sayable).Draw(t, "component")
		used := rapid.Int64Range(0, 1_000_000).Draw(t, "used")
		r, err := rating.Rate(rating.Prices{Plan: "p", Version: 1, Components: []rating.Component{c}}, rating.Terms{}, rating.Quantities{"m": {Units: used}}, rating.MonthOf(november))
		if err != nil {
			t.Fatal(err)
		}
		quantity := used
		if c.Meter == "" {
			quantity = 1
		}
		if there, err := charged(c, quantity); err != nil || there != r.Total {
			t.Errorf("Stripe charges %v, %v; we %v", there, err, r.Total)
		}
	})
}

func TestWhatStripeCannotSay(t *testing.T) {
	t.Parallel()
	for _, c := range []rating.Component{
		{Kind: rating.Flat, Every: rating.Yearly}, {Kind: rating.Minimum}, {Kind: rating.Once}, {Kind: rating.Package, Size: 3, Included: 1},
		{Kind: rating.Volume, Included: 1, Tiers: []rating.Tier{{}}}, {Kind: rating.Unit, Price: 1_000_000_000_000},
	} {
		if sayable(c) {
			t.Errorf("%+v", c)
		}
	}
}

// Stripe bills a month in the next one, and a draft says by its hour which.
func TestTheHourOfAMonth(t *testing.T) {
	t.Parallel()
	a := Account{AnchorDay: 5}
	for _, month := range []time.Time{november, december, day(2028, 2, 1)} {
		at := a.billedAt(month)
		if m := monthOf(at); m.Year() != month.Year() || m.Month() != month.Month() || !a.anchorAfter(at).After(at) || !a.anchorAfter(at.Add(-time.Second)).Equal(at) {
			t.Errorf("%v is billed at %v, which is of %v", month, at, m)
		}
	}
}
