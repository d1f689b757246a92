package rating_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/rating"
)

// anyOffer draws a version with components of every kind, add-ons among them, in any order; with volume tiers if asked for.
func anyOffer(volumes bool) *rapid.Generator[rating.Prices] {
	return rapid.Custom(func(t *rapid.T) rating.Prices {
		price := rapid.Map(rapid.Int64Range(0, 1_000_000), func(n int64) money.Rupiah { return money.Rupiah(n) })
		tiers := func() (all []rating.Tier) {
			var below int64
			for range rapid.IntRange(0, 3).Draw(t, "bounded tiers") {
				below += rapid.Int64Range(1, 500).Draw(t, "width")
				all = append(all, rating.Tier{UpTo: below, Price: price.Draw(t, "tier")})
			}
			return append(all, rating.Tier{Price: price.Draw(t, "last tier")})
		}
		year, tool := yearly(price.Draw(t, "year")), once(price.Draw(t, "tool"))
		year.Code = "setahun"
		tool.Code, tool.Optional = "alat", true
		all := []rating.Component{flat(price.Draw(t, "flat")), unit(rapid.Int64Range(0, 2000).Draw(t, "included"), price.Draw(t, "unit")), tiered(rapid.Int64Range(0, 2000).Draw(t, "tiers after"), tiers()...),
			packages(rapid.Int64Range(0, 2000).Draw(t, "packages after"), rapid.Int64Range(1, 300).Draw(t, "size"), price.Draw(t, "package")),
			year, once(price.Draw(t, "once")), tool, addon(price.Draw(t, "add-on")), minimum(price.Draw(t, "minimum"))}
		if volumes {
			all = append(all, volume(tiers()...))
		}
		v := rating.Prices{Plan: "p", Version: 1, Components: rapid.Permutation(all).Draw(t, "order")}
		if err := v.Validate(); err != nil {
			t.Fatal(err)
		}
		return v
	})
}

// anyTerms draws how a city stands to an offer in a period: since when, in a trial or not, with add-ons and a coupon.
func anyTerms(p rating.Period) *rapid.Generator[rating.Terms] {
	return rapid.Custom(func(t *rapid.T) rating.Terms {
		first := day(p.Year, p.Month, p.FirstDay)
		in := rating.Terms{StartsOn: first.AddDate(0, 0, -rapid.IntRange(0, 800).Draw(t, "days since")),
			Addons: map[string]int64{"ducting": rapid.Int64Range(0, 5).Draw(t, "add-ons"), "alat": rapid.Int64Range(0, 5).Draw(t, "tools")},
			Paid:   map[string]int64{"pasang": rapid.Int64Range(0, 1).Draw(t, "paid"), "alat": rapid.Int64Range(0, 5).Draw(t, "tools paid")}}
		switch rapid.IntRange(0, 2).Draw(t, "trial") {
		case 1:
			in.TrialEnds = first // it is over
		case 2:
			in.TrialEnds = day(p.Year, p.Month, p.LastDay+1)
		}
		if kind := rapid.IntRange(0, 2).Draw(t, "coupon"); kind > 0 {
			c := rating.Coupon{Code: "PERINTIS", From: in.StartsOn}
			if kind == 1 {
				c.Percent = rapid.Int64Range(1, 100).Draw(t, "percent")
			} else {
				c.Amount = money.Rupiah(rapid.Int64Range(1, 5_000_000).Draw(t, "off"))
			}
			if rapid.Bool().Draw(t, "only some") {
				c.Only = []string{"permohonan", "volume", "minimum"}
			}
			in.Coupon = &c
		}
		return in
	})
}

func rateUnder(t *rapid.T, v rating.Prices, in rating.Terms, used int64, level bool, p rating.Period) rating.Result {
	r, err := rating.Rate(v, in, rating.Quantities{"m": {Units: used, Level: level}}, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// No line is below nothing but a discount, which is no more than what it is taken off, and the days of a year that are given back; so a bill
// is not either, beyond those days.
func TestNoOfferIsEverNegative(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod().Draw(t, "period")
		v, in := anyOffer(true).Draw(t, "version"), anyTerms(p).Draw(t, "terms")
		if rapid.Bool().Draw(t, "ends") {
			in.EndsOn = day(p.Year, p.Month, p.LastDay+1)
		}
		r := rateUnder(t, v, in, rapid.Int64Range(0, 5000).Draw(t, "used"), rapid.Bool().Draw(t, "level"), p)
		var sum, back money.Rupiah
		for _, l := range r.Lines {
			sum += l.Amount
			switch {
			case l.Kind == rating.Credit:
				back -= l.Amount
			case l.Kind == rating.Discount && (l.Amount > 0 || l.Amount < -l.Base), l.Kind != rating.Discount && l.Amount < 0:
				t.Fatalf("%s costs %v of %v", l.Component, l.Amount, l.Base)
			}
		}
		if sum != r.Total || r.Total+back < 0 || back < 0 || back > 0 && in.EndsOn.IsZero() {
			t.Fatalf("lines add up to %v, total %v, of which %v are given back", sum, r.Total, back)
		}
		if !in.TrialEnds.IsZero() && in.TrialEnds.After(day(p.Year, p.Month, p.FirstDay)) && r.Total != 0 {
			t.Fatalf("a trial costs %v", r.Total)
		}
	})
}

// More usage never costs less, whatever is added to it or taken off; with volume tiers it can, and then only by their own line, on the way to
// another tier.
func TestMoreUsageNeverCostsLessExceptByVolume(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod().Draw(t, "period")
		volumes, in, level := rapid.Bool().Draw(t, "volumes"), anyTerms(p).Draw(t, "terms"), rapid.Bool().Draw(t, "level")
		v := anyOffer(volumes).Draw(t, "version")
		less := rapid.Int64Range(0, 3000).Draw(t, "less")
		more := less + rapid.Int64Range(0, 3000).Draw(t, "more")
		a, b := rateUnder(t, v, in, less, level, p), rateUnder(t, v, in, more, level, p)
		cheaper := false
		for i, l := range a.Lines {
			m := b.Lines[i]
			switch {
			case m.Amount >= l.Amount, l.Kind == rating.Minimum, l.Kind == rating.Discount:
			case l.Kind != rating.Volume || l.Steps[0].Price <= m.Steps[0].Price:
				t.Fatalf("%s costs %v for %d and %v for %d", l.Component, l.Amount, less, m.Amount, more)
			default:
				cheaper = true
			}
		}
		if b.Total < a.Total && !cheaper {
			t.Fatalf("%d costs %v and %d costs %v", less, a.Total, more, b.Total)
		}
		if n := slices.IndexFunc(a.Lines, func(l rating.Line) bool { return l.Kind == rating.Volume }); (n >= 0) != volumes || n >= 0 && len(a.Lines[n].Steps) > 1 {
			t.Fatalf("the volume line is %d with %+v", n, a.Lines)
		}
	})
}

// What is paid once is paid once in the life of a subscription, whatever its periods are.
func TestOnceIsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod().Draw(t, "period")
		in := rating.Terms{StartsOn: day(p.Year, p.Month, p.FirstDay)}
		v := rating.Prices{Components: []rating.Component{once(money.Rupiah(rapid.Int64Range(0, 1<<50).Draw(t, "price")))}}
		var sum money.Rupiah
		for month, n := day(p.Year, p.Month, 1), 0; n < 15; month, n = month.AddDate(0, 1, 0), n+1 {
			q := rating.MonthOf(month)
			if n == 0 {
				q.FirstDay = p.FirstDay
			}
			sum += rateUnder(t, v, in, 0, false, q).Total
		}
		if sum != v.Components[0].Price {
			t.Fatalf("%v for a price of %v", sum, v.Components[0].Price)
		}
	})
}
