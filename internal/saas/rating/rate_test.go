package rating_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/rating"
)

func october() rating.Period { return rating.MonthOf(time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC)) }

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func days(year int, month time.Month, first, last int) rating.Period {
	return rating.Period{Year: year, Month: month, FirstDay: first, LastDay: last}
}

func text(id, en string) i18n.Text { return i18n.Text{i18n.ID: id, i18n.EN: en} }

func flat(price money.Rupiah) rating.Component {
	return rating.Component{Code: "langganan", Kind: rating.Flat, Name: text("Langganan", "Subscription"), Price: price}
}

func unit(included int64, price money.Rupiah) rating.Component {
	return rating.Component{Code: "permohonan", Kind: rating.Unit, Name: text("Permohonan", "Applications"),
		Unit: text("permohonan", "applications"), Meter: "m", Included: included, Price: price}
}

func tiered(included int64, tiers ...rating.Tier) rating.Component {
	return rating.Component{Code: "dokumen", Kind: rating.Tiered, Name: text("Dokumen", "Documents"),
		Unit: text("dokumen", "documents"), Meter: "m", Included: included, Tiers: tiers}
}

// Every case was worked out by hand; the working is the product's own sentence for it.
func TestRate(t *testing.T) {
	t.Parallel()
	steps := []rating.Tier{{UpTo: 10, Price: 500}, {UpTo: 100, Price: 400}, {Price: 300}}
	for _, tt := range []struct {
		name    string
		c       rating.Component
		used    int64
		p       rating.Period
		want    money.Rupiah
		working string
	}{
		{"flat, whole month", flat(2_500_000), 0, october(), 2_500_000, "Rp2.500.000 per bulan"},
		{"flat, from the 11th of 31 days", flat(2_500_000), 0, days(2026, 10, 11, 31), 1_693_548, "Rp2.500.000 × 21 dari 31 hari = Rp1.693.548"},
		{"flat, exact half of a rupiah goes up", flat(1), 0, days(2026, 11, 1, 15), 1, "Rp1 × 15 dari 30 hari = Rp1"},
		{"flat, one day of a leap February", flat(2_900_000), 0, days(2028, 2, 29, 29), 100_000, "Rp2.900.000 × 1 dari 29 hari = Rp100.000"},
		{"flat, one day of a February", flat(2_800_000), 0, days(2026, 2, 28, 28), 100_000, "Rp2.800.000 × 1 dari 28 hari = Rp100.000"},
		{"per unit", unit(0, 2500), 13, october(), 32_500, "13 permohonan; 13 × Rp2.500 = Rp32.500"},
		{"per unit, nothing used", unit(0, 2500), 0, october(), 0, "0 permohonan"},
		{"per unit, nothing used of the included", unit(10, 2500), 0, october(), 0, "0 permohonan"},
		{"per unit, all included", unit(10, 2500), 10, october(), 0, "10 permohonan, semuanya dalam 10 yang sudah termasuk"},
		{"per unit, one over", unit(10, 2500), 11, october(), 2500, "11 permohonan, 10 sudah termasuk, 1 di atas yang termasuk; 1 × Rp2.500 = Rp2.500"},
		{"included by days, rounded up: 10 × 21/31 = 6,77…", unit(10, 2500), 8, days(2026, 10, 11, 31), 2500, "8 permohonan, 7 sudah termasuk, 1 di atas yang termasuk; 1 × Rp2.500 = Rp2.500"},
		{"a billion units of a thousand rupiah", unit(0, 1000), 1_000_000_000, october(), 1_000_000_000_000, "1.000.000.000 permohonan; 1.000.000.000 × Rp1.000 = Rp1.000.000.000.000"},
		{"10^12 units", unit(0, 5), 1_000_000_000_000, october(), 5_000_000_000_000, "1.000.000.000.000 permohonan; 1.000.000.000.000 × Rp5 = Rp5.000.000.000.000"},
		{"tiers, inside the first", tiered(0, steps...), 4, october(), 2000, "4 dokumen; 4 × Rp500 = Rp2.000"},
		{"tiers, at the edge of the first", tiered(0, steps...), 10, october(), 5000, "10 dokumen; 10 × Rp500 = Rp5.000"},
		{"tiers, one past the edge", tiered(0, steps...), 11, october(), 5400, "11 dokumen; 10 × Rp500 = Rp5.000; 1 × Rp400 = Rp400; jumlah Rp5.400"},
		{"tiers, at the edge of the second", tiered(0, steps...), 100, october(), 41_000, "100 dokumen; 10 × Rp500 = Rp5.000; 90 × Rp400 = Rp36.000; jumlah Rp41.000"},
		{"tiers, all three", tiered(0, steps...), 150, october(), 56_000, "150 dokumen; 10 × Rp500 = Rp5.000; 90 × Rp400 = Rp36.000; 50 × Rp300 = Rp15.000; jumlah Rp56.000"},
		{"tiers of nothing", tiered(0, steps...), 0, october(), 0, "0 dokumen"},
		{"tiers of 10^12", tiered(0, steps...), 1_000_000_000_000, october(), 300_000_000_011_000, "1.000.000.000.000 dokumen; 10 × Rp500 = Rp5.000; 90 × Rp400 = Rp36.000; 999.999.999.900 × Rp300 = Rp299.999.999.970.000; jumlah Rp300.000.000.011.000"},
		{"included by days of a leap February, rounded up: 10 × 15/29 = 5,17…", unit(10, 2500), 6, days(2028, 2, 1, 15), 0, "6 permohonan, semuanya dalam 6 yang sudah termasuk"},
		{"included by days of a February, rounded up: 10 × 15/28 = 5,35…", unit(10, 2500), 7, days(2026, 2, 1, 15), 2500, "7 permohonan, 6 sudah termasuk, 1 di atas yang termasuk; 1 × Rp2.500 = Rp2.500"},
		{"tiers start after the included", tiered(20, steps...), 31, october(), 5400, "31 dokumen, 20 sudah termasuk, 11 di atas yang termasuk; 10 × Rp500 = Rp5.000; 1 × Rp400 = Rp400; jumlah Rp5.400"},
		{"a first tier that costs nothing", tiered(0, rating.Tier{UpTo: 5}, rating.Tier{Price: 100}), 7, october(), 200, "7 dokumen; 5 × Rp0 = Rp0; 2 × Rp100 = Rp200; jumlah Rp200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := rating.Rate(rating.Prices{Plan: "p", Version: 3, Components: []rating.Component{tt.c}}, rating.Terms{}, rating.Quantities{"m": {Units: tt.used}}, tt.p)
			if err != nil {
				t.Fatal(err)
			}
			line := r.Lines[0]
			if line.Amount != tt.want || r.Total != tt.want {
				t.Errorf("%d, total %d; want %d", line.Amount, r.Total, tt.want)
			}
			if got := line.Working(i18n.ID); got != tt.working {
				t.Errorf("working %q; want %q", got, tt.working)
			}
			if line.Plan != "p" || line.Version != 3 || line.Period != tt.p {
				t.Errorf("the line says %s version %d for %+v", line.Plan, line.Version, line.Period)
			}
		})
	}
}

// Ten people work in a city whose plan includes three of them. It costs the same whether its month is billed whole or in parts: the
// seven others by the days of each.
func TestALevelIsChargedByDays(t *testing.T) {
	t.Parallel()
	steps := tiered(3, rating.Tier{UpTo: 4, Price: 500}, rating.Tier{Price: 300}) // 4 × 500 + 3 × 300
	for _, tt := range []struct {
		name    string
		c       rating.Component
		p       rating.Period
		want    money.Rupiah
		working string
	}{
		{"a whole month", unit(3, 25_000), october(), 175_000, "10 permohonan, 3 sudah termasuk, 7 di atas yang termasuk; 7 × Rp25.000 = Rp175.000"},
		{"its first 15 of 31 days: 84.677,4", unit(3, 25_000), days(2026, 10, 1, 15), 84_677, "10 permohonan, 3 sudah termasuk, 7 di atas yang termasuk; 7 × Rp25.000 = Rp175.000; Rp175.000 × 15 dari 31 hari = Rp84.677"},
		{"the other 16: 90.322,6", unit(3, 25_000), days(2026, 10, 16, 31), 90_323, "10 permohonan, 3 sudah termasuk, 7 di atas yang termasuk; 7 × Rp25.000 = Rp175.000; Rp175.000 × 16 dari 31 hari = Rp90.323"},
		{"tiers by days", steps, days(2026, 11, 1, 10), 967, "10 dokumen, 3 sudah termasuk, 7 di atas yang termasuk; 4 × Rp500 = Rp2.000; 3 × Rp300 = Rp900; jumlah Rp2.900; Rp2.900 × 10 dari 30 hari = Rp967"},
		{"packages by days: two begun ones", packages(3, 5, 9000), days(2026, 11, 21, 30), 6000, "10 permohonan, 3 sudah termasuk, 7 di atas yang termasuk; 2 paket isi 5 × Rp9.000 = Rp18.000; Rp18.000 × 10 dari 30 hari = Rp6.000"},
		{"all included", unit(10, 25_000), days(2026, 10, 1, 15), 0, "10 permohonan, semuanya dalam 10 yang sudah termasuk"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := rating.Rate(rating.Prices{Components: []rating.Component{tt.c}}, rating.Terms{}, rating.Quantities{"m": {Units: 10, Level: true}}, tt.p)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Lines[0].Working(i18n.ID); r.Total != tt.want || got != tt.working {
				t.Errorf("%d, %q; want %d, %q", r.Total, got, tt.want, tt.working)
			}
		})
	}
}

// What stands at one level all month costs the same however often the month is divided, to half a rupiah a part, whatever it is
// priced by and however much is included.
func TestSplittingAMonthKeepsTheCostOfALevel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := anyVersion().Draw(t, "version")
		v.Components = slices.DeleteFunc(v.Components, func(c rating.Component) bool { return c.Meter == "" })
		month := rating.MonthOf(time.Date(rapid.IntRange(2024, 2032).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC))
		used := rating.Quantities{"m": {Units: rapid.Int64Range(0, 5000).Draw(t, "level"), Level: true}}
		all, err := rating.Rate(v, rating.Terms{}, used, month)
		if err != nil {
			t.Fatal(err)
		}
		sums, parts := make([]money.Rupiah, len(v.Components)), money.Rupiah(0)
		for p := month; p.FirstDay <= month.LastDay; p.FirstDay = p.LastDay + 1 {
			p.LastDay = rapid.IntRange(p.FirstDay, month.LastDay).Draw(t, "last day")
			r, err := rating.Rate(v, rating.Terms{}, used, p)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range r.Lines {
				sums[i] += l.Amount
			}
			parts++
		}
		for i, l := range all.Lines {
			if d := 2 * (sums[i] - l.Amount); d < -parts || d > parts {
				t.Fatalf("%s costs %v whole and %v in %d parts", l.Component, l.Amount, sums[i], parts)
			}
		}
	})
}

func TestWorkingInEnglish(t *testing.T) {
	t.Parallel()
	r, err := rating.Rate(rating.Prices{Components: []rating.Component{flat(1000), unit(1000, 2500), tiered(0, rating.Tier{Price: 1})}},
		rating.Terms{}, rating.Quantities{"m": {Units: 1013}}, days(2026, 11, 1, 30))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range r.Lines {
		got = append(got, l.Working(i18n.EN))
	}
	want := []string{"Rp1.000 per month", "1,013 applications, 1,000 included, 13 above it; 13 × Rp2.500 = Rp32.500", "1,013 documents; 1,013 × Rp1 = Rp1.013"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Total != 1000+32_500+1013 {
		t.Errorf("total %v", r.Total)
	}
}

func TestRateRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		c     rating.Component
		usage rating.Quantities
		want  string
	}{
		{"a meter that does not exist", unit(0, 1), rating.Quantities{"other": {Units: 1}}, `there is no meter "m"`},
		{"usage below zero", unit(0, 1), rating.Quantities{"m": {Units: -1}}, "stands at -1"},
		{"an amount out of range", unit(0, money.Max), rating.Quantities{"m": {Units: 2}}, money.ErrOverflow.Error()},
		{"tiers out of range together", tiered(0, rating.Tier{UpTo: 1, Price: money.Max}, rating.Tier{Price: 1}), rating.Quantities{"m": {Units: 2}}, money.ErrOverflow.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := rating.Rate(rating.Prices{Components: []rating.Component{tt.c}}, rating.Terms{}, tt.usage, october())
			if err == nil || !strings.Contains(err.Error(), tt.want) || r.Lines != nil {
				t.Errorf("%+v, %v; want %q", r, err, tt.want)
			}
		})
	}
	two := rating.Prices{Components: []rating.Component{flat(money.Max), flat(1)}}
	if _, err := rating.Rate(two, rating.Terms{}, nil, october()); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("a total out of range: %v", err)
	}
}

// anyVersion draws a version that Validate accepts, with one component of each kind at least.
func anyVersion() *rapid.Generator[rating.Prices] {
	return rapid.Custom(func(t *rapid.T) rating.Prices {
		price := rapid.Map(rapid.Int64Range(0, 1_000_000), func(n int64) money.Rupiah { return money.Rupiah(n) })
		included := rapid.Int64Range(0, 2000)
		v := rating.Prices{Plan: "p", Version: 1, Components: []rating.Component{flat(price.Draw(t, "flat")), unit(included.Draw(t, "included"), price.Draw(t, "unit"))}}
		var tiers []rating.Tier
		var below int64
		for range rapid.IntRange(0, 4).Draw(t, "bounded tiers") {
			below += rapid.Int64Range(1, 500).Draw(t, "width")
			tiers = append(tiers, rating.Tier{UpTo: below, Price: price.Draw(t, "tier")})
		}
		v.Components = append(v.Components, tiered(included.Draw(t, "tiers after"), append(tiers, rating.Tier{Price: price.Draw(t, "last tier")})...),
			packages(included.Draw(t, "packages after"), rapid.Int64Range(1, 300).Draw(t, "size"), price.Draw(t, "package")), minimum(price.Draw(t, "minimum")))
		if err := v.Validate(); err != nil {
			t.Fatal(err)
		}
		return v
	})
}

func anyPeriod() *rapid.Generator[rating.Period] {
	return rapid.Custom(func(t *rapid.T) rating.Period {
		p := rating.MonthOf(time.Date(rapid.IntRange(2024, 2032).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC))
		p.FirstDay = rapid.IntRange(1, p.LastDay).Draw(t, "first")
		p.LastDay = rapid.IntRange(p.FirstDay, p.LastDay).Draw(t, "last")
		return p
	})
}

func rate(t *rapid.T, v rating.Prices, used int64, p rating.Period) rating.Result {
	r, err := rating.Rate(v, rating.Terms{}, rating.Quantities{"m": {Units: used}}, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRatingIsNeverNegativeAndNeverFallsWithUsage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, p := anyVersion().Draw(t, "version"), anyPeriod().Draw(t, "period")
		less := rapid.Int64Range(0, 5000).Draw(t, "less")
		more := less + rapid.Int64Range(0, 5000).Draw(t, "more")
		a, b := rate(t, v, less, p), rate(t, v, more, p)
		var sum money.Rupiah
		for i := range a.Lines {
			if a.Lines[i].Amount < 0 || a.Lines[i].Kind != rating.Minimum && b.Lines[i].Amount < a.Lines[i].Amount {
				t.Fatalf("%s costs %v for %d and %v for %d", a.Lines[i].Component, a.Lines[i].Amount, less, b.Lines[i].Amount, more)
			}
			sum += a.Lines[i].Amount
		}
		if b.Total < a.Total {
			t.Fatalf("%d costs %v and %d costs %v", less, a.Total, more, b.Total)
		}
		if sum != a.Total {
			t.Fatalf("lines add up to %v; total %v", sum, a.Total)
		}
		if diff := cmp.Diff(a, rate(t, v, less, p)); diff != "" {
			t.Fatalf("the same arguments gave other lines:\n%s", diff)
		}
	})
}

// The steps of a line are its whole working: they cover every chargeable unit once and add up to the amount.
func TestStepsExplainTheAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		used := rapid.Int64Range(0, 5000).Draw(t, "used")
		for _, l := range rate(t, anyVersion().Draw(t, "version"), used, anyPeriod().Draw(t, "period")).Lines {
			if l.Meter == "" || l.Kind == rating.Package {
				continue
			}
			var units int64
			var amount money.Rupiah
			for _, s := range l.Steps {
				units, amount = units+s.Quantity, amount+s.Amount
				if s.Amount != s.Price*money.Rupiah(s.Quantity) {
					t.Fatalf("%d × %v is not %v", s.Quantity, s.Price, s.Amount)
				}
			}
			if units != max(used-l.Included, 0) || amount != l.Amount {
				t.Fatalf("steps of %+v cover %d units and %v", l, units, amount)
			}
		}
	})
}

// Billing a period in two parts changes a flat price by a rupiah at most (each part rounds by half of one), and a
// price per unit, without included units, not at all.
func TestSplittingAPeriodKeepsTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := anyPeriod().Draw(t, "period")
		if whole.Days() < 2 {
			return
		}
		first, second := whole, whole
		first.LastDay = rapid.IntRange(whole.FirstDay, whole.LastDay-1).Draw(t, "cut")
		second.FirstDay = first.LastDay + 1
		v := rating.Prices{Components: []rating.Component{
			flat(money.Rupiah(rapid.Int64Range(0, 1<<50).Draw(t, "flat"))), unit(0, money.Rupiah(rapid.Int64Range(0, 1_000_000).Draw(t, "unit")))}}
		x, y := rapid.Int64Range(0, 100_000).Draw(t, "x"), rapid.Int64Range(0, 100_000).Draw(t, "y")
		a, b, all := rate(t, v, x, first), rate(t, v, y, second), rate(t, v, x+y, whole)
		if d := a.Lines[0].Amount + b.Lines[0].Amount - all.Lines[0].Amount; d < -1 || d > 1 {
			t.Fatalf("flat in two parts differs by %v", d)
		}
		if a.Lines[1].Amount+b.Lines[1].Amount != all.Lines[1].Amount {
			t.Fatal("per unit in two parts differs")
		}
	})
}
