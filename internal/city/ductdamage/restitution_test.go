package ductdamage

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
)

// Every amount was worked out by hand: half a percent of the month's fee for each full hour after the promised restore.
func TestLet(t *testing.T) {
	t.Parallel()
	rule := Restitution{PerHour: 50, Most: 10_000}
	for name, tt := range map[string]struct {
		rule        Restitution
		o           Outage
		hours, rate int64
		want        money.Rupiah
	}{
		"in time":                             {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: -time.Hour}, 0, 0, 0},
		"on the minute":                       {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1}, 0, 0, 0},
		"59 minutes are no hour":              {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 59 * time.Minute}, 0, 0, 0},
		"an hour":                             {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: time.Hour}, 1, 50, 5_000},
		"seven hours and a half":              {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 7*time.Hour + 30*time.Minute}, 7, 350, 35_000},
		"one unit of three":                   {rule, Outage{Fee: 1_000_000, Out: 1, Of: 3, Late: 10 * time.Hour}, 10, 500, 16_667},
		"more units than are leased":          {rule, Outage{Fee: 1_000_000, Out: 5, Of: 2, Late: 10 * time.Hour}, 10, 500, 50_000},
		"two hundred hours are the whole fee": {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 200 * time.Hour}, 200, 10_000, 1_000_000},
		"a year is no more":                   {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 8760 * time.Hour}, 8760, 10_000, 1_000_000},
		"a most of a quarter":                 {Restitution{PerHour: 50, Most: 2_500}, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 100 * time.Hour}, 100, 2_500, 250_000},
		"what is left of the month":           {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 100 * time.Hour, Given: 800_000}, 100, 5_000, 200_000},
		"nothing is left":                     {rule, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 100 * time.Hour, Given: 1_000_000}, 100, 5_000, 0},
		"no fee":                              {rule, Outage{Fee: 0, Out: 1, Of: 1, Late: 100 * time.Hour}, 100, 5_000, 0},
		"an exact half of a rupiah":           {rule, Outage{Fee: 100, Out: 1, Of: 1, Late: time.Hour}, 1, 50, 1},
		"no rule":                             {Restitution{}, Outage{Fee: 1_000_000, Out: 1, Of: 1, Late: 100 * time.Hour}, 100, 0, 0},
	} {
		got, err := tt.rule.Let(tt.o)
		if err != nil || got != (Let{tt.hours, tt.rate, tt.want}) {
			t.Errorf("%s: %+v (%v), want %d hours, %d, %v", name, got, err, tt.hours, tt.rate, tt.want)
		}
	}
}

// TestLetStaysWithinTheFee: whatever the rule and the outage, it is never below nothing, never above what is left of the fee, and a
// longer outage never lets off less.
func TestLetStaysWithinTheFee(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Restitution{PerHour: rapid.IntRange(-5, 20_000).Draw(t, "per hour"), Most: rapid.IntRange(-5, 20_000).Draw(t, "most")}
		o := Outage{Fee: money.Rupiah(rapid.Int64Range(-10, 1_000_000_000_000).Draw(t, "fee")), Out: rapid.IntRange(-1, 40).Draw(t, "out"), Of: rapid.IntRange(-1, 40).Draw(t, "of"),
			Late: time.Duration(rapid.Int64().Draw(t, "late")), Given: money.Rupiah(rapid.Int64Range(-10, 1_000_000_000_000).Draw(t, "given"))}
		got, err := r.Let(o)
		if err != nil {
			t.Fatal(err)
		}
		if got.Amount < 0 || got.Amount > max(o.Fee, 0) || got.Amount > 0 && got.Amount+max(o.Given, 0) > o.Fee {
			t.Fatalf("%+v of %+v", got, o)
		}
		longer := o
		if longer.Late += time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "longer")); longer.Late < o.Late {
			return // beyond what a duration holds
		}
		if more, err := r.Let(longer); err != nil || more.Amount < got.Amount {
			t.Fatalf("%v for %v and %v (%v) for %v", got.Amount, o.Late, more.Amount, err, longer.Late)
		}
	})
}
