package billing_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
)

func volume(tiers ...billing.Tier) billing.Component {
	c := tiered(0, tiers...)
	c.Code, c.Kind = "volume", billing.Volume
	return c
}

func packages(included, size int64, price money.Rupiah) billing.Component {
	c := unit(included, price)
	c.Code, c.Kind, c.Size = "paket", billing.Package, size
	return c
}

func minimum(price money.Rupiah) billing.Component {
	return billing.Component{Code: "minimum", Kind: billing.Minimum, Name: text("Paling sedikit", "Minimum"), Price: price}
}

func once(price money.Rupiah) billing.Component {
	return billing.Component{Code: "pasang", Kind: billing.Once, Name: text("Pemasangan", "Set-up"), Price: price}
}

func yearly(price money.Rupiah) billing.Component {
	c := flat(price)
	c.Every = billing.Yearly
	return c
}

func addon(price money.Rupiah) billing.Component {
	c := flat(price)
	c.Code, c.Optional = "ducting", true
	return c
}

// Every case was worked out by hand. The last line is the one that is looked at.
func TestRateUnderTerms(t *testing.T) {
	t.Parallel()
	steps := []billing.Tier{{UpTo: 10, Price: 500}, {UpTo: 100, Price: 400}, {Price: 300}}
	since := func(year int, month time.Month, d int) billing.Terms {
		return billing.Terms{StartsOn: day(year, month, d)}
	}
	ended := func(s billing.Terms, year int, month time.Month, d int) billing.Terms {
		s.EndsOn = day(year, month, d)
		return s
	}
	coupon := func(c billing.Coupon) billing.Terms {
		c.Code, c.From = "PERINTIS", day(2026, 1, 1)
		return billing.Terms{Coupon: &c}
	}
	for _, tt := range []struct {
		name    string
		c       []billing.Component
		t       billing.Terms
		used    int64
		p       billing.Period
		total   money.Rupiah
		working string
	}{
		{"volume, at the edge of the first", []billing.Component{volume(steps...)}, billing.Terms{}, 10, october(), 5000, "10 dokumen; 10 × Rp500 = Rp5.000"},
		{"volume, one past the edge: all at the next price, which is less", []billing.Component{volume(steps...)}, billing.Terms{}, 11, october(), 4400, "11 dokumen; 11 × Rp400 = Rp4.400"},
		{"volume, in the last", []billing.Component{volume(steps...)}, billing.Terms{}, 101, october(), 30_300, "101 dokumen; 101 × Rp300 = Rp30.300"},
		{"volume of nothing", []billing.Component{volume(steps...)}, billing.Terms{}, 0, october(), 0, "0 dokumen"},
		{"a begun package is whole", []billing.Component{packages(0, 100, 9000)}, billing.Terms{}, 201, october(), 27_000, "201 permohonan; 3 paket isi 100 × Rp9.000 = Rp27.000"},
		{"packages at the edge", []billing.Component{packages(0, 100, 9000)}, billing.Terms{}, 200, october(), 18_000, "200 permohonan; 2 paket isi 100 × Rp9.000 = Rp18.000"},
		{"packages after the included", []billing.Component{packages(150, 100, 9000)}, billing.Terms{}, 151, october(), 9000, "151 permohonan, 150 sudah termasuk, 1 di atas yang termasuk; 1 paket isi 100 × Rp9.000 = Rp9.000"},
		{"a minimum that is not reached", []billing.Component{unit(0, 2500), minimum(100_000)}, billing.Terms{}, 13, october(), 100_000, "jumlah di atas Rp32.500; paling sedikit Rp100.000, ditambah Rp67.500"},
		{"a minimum that is reached", []billing.Component{unit(0, 2500), minimum(32_500)}, billing.Terms{}, 13, october(), 32_500, "jumlah di atas Rp32.500; paling sedikit Rp32.500 sebulan sudah tercapai"},
		{"a minimum by days: 100.000 × 21/31 = 67.741,9", []billing.Component{unit(0, 2500), minimum(100_000)}, billing.Terms{}, 13, days(2026, 10, 11, 31), 67_742, "jumlah di atas Rp32.500; paling sedikit Rp67.742, ditambah Rp35.242"},
		{"once, in the first period", []billing.Component{once(5_000_000)}, since(2026, 10, 11), 0, days(2026, 10, 11, 31), 5_000_000, "Rp5.000.000 sekali, pada awal langganan"},
		{"once, afterwards", []billing.Component{once(5_000_000)}, since(2026, 9, 11), 0, october(), 0, "sekali, pada awal langganan"},
		{"a year in advance", []billing.Component{yearly(36_500_000)}, since(2026, 10, 11), 0, days(2026, 10, 11, 31), 36_500_000, "Rp36.500.000 setahun, 11 Oktober 2026 sampai 10 Oktober 2027"},
		{"within the year", []billing.Component{yearly(36_500_000)}, since(2026, 3, 11), 0, october(), 0, "sudah ditagih untuk setahun, sampai 10 Maret 2027"},
		{"the second year", []billing.Component{yearly(36_500_000)}, since(2025, 10, 31), 0, october(), 36_500_000, "Rp36.500.000 setahun, 31 Oktober 2026 sampai 30 Oktober 2027"},
		{"a year that began on the 29th of February", []billing.Component{yearly(100)}, since(2024, 2, 29), 0, days(2026, 2, 1, 28), 100, "Rp100 setahun, 28 Februari 2026 sampai 27 Februari 2027"},
		{"ended after 100 of 365 days: 265 come back", []billing.Component{yearly(36_500_000)}, ended(since(2026, 7, 1), 2026, 10, 9), 0, days(2026, 10, 1, 8), -26_500_000, "Rp36.500.000 × 265 dari 365 hari yang tidak terpakai = -Rp26.500.000"},
		{"ended in the month in which it began", []billing.Component{yearly(36_500_000)}, ended(since(2026, 10, 1), 2026, 10, 11), 0, days(2026, 10, 1, 10), 1_000_000, "Rp36.500.000 × 355 dari 365 hari yang tidak terpakai = -Rp35.500.000"},
		{"ended with the year: nothing comes back", []billing.Component{yearly(36_500_000)}, ended(since(2025, 10, 9), 2026, 10, 9), 0, days(2026, 10, 1, 8), 0, "sudah ditagih untuk setahun, sampai 8 Oktober 2026"},
		{"a year counts a twelfth a month: 36.500.000 × 31/372", []billing.Component{yearly(36_500_000), minimum(4_000_000)}, since(2026, 3, 11), 0, october(), 958_333, "jumlah di atas Rp3.041.667, dengan seperdua belas dari harga setahun; paling sedikit Rp4.000.000, ditambah Rp958.333"},
		{"in its first month no more", []billing.Component{yearly(36_500_000), minimum(4_000_000)}, since(2026, 10, 1), 0, october(), 37_458_333, "jumlah di atas Rp3.041.667, dengan seperdua belas dari harga setahun; paling sedikit Rp4.000.000, ditambah Rp958.333"},
		{"and what comes back of it stays: 36.500.000 × 8/372", []billing.Component{yearly(36_500_000), minimum(3_000_000)}, ended(since(2026, 7, 1), 2026, 10, 9), 0, days(2026, 10, 1, 8), -26_500_000, "jumlah di atas Rp784.946, dengan seperdua belas dari harga setahun; paling sedikit Rp3.000.000 sebulan sudah tercapai"},
		{"two of an add-on", []billing.Component{flat(1000), addon(500_000)}, billing.Terms{Addons: map[string]int64{"ducting": 2}}, 0, october(), 1_001_000, "2 × Rp500.000 = Rp1.000.000; Rp1.000.000 per bulan"},
		{"an add-on for ten days", []billing.Component{addon(310_000)}, billing.Terms{Addons: map[string]int64{"ducting": 1}}, 0, days(2026, 10, 22, 31), 100_000, "1 × Rp310.000 = Rp310.000; Rp310.000 × 10 dari 31 hari = Rp100.000"},
		{"a trial", []billing.Component{flat(2_500_000)}, billing.Terms{StartsOn: day(2026, 10, 1), TrialEnds: day(2026, 11, 1)}, 0, october(), 0, "masa coba, tanpa biaya; sesudahnya Rp2.500.000"},
		{"after the trial", []billing.Component{flat(2_500_000), once(1)}, billing.Terms{StartsOn: day(2026, 9, 1), TrialEnds: day(2026, 10, 1)}, 0, october(), 2_500_001, "Rp1 sekali, pada awal langganan"},
		{"a year after the trial", []billing.Component{yearly(100)}, billing.Terms{StartsOn: day(2026, 9, 1), TrialEnds: day(2026, 10, 1)}, 0, october(), 100, "Rp100 setahun, 1 Oktober 2026 sampai 30 September 2027"},
		{"a tenth off", []billing.Component{flat(2_500_000), unit(0, 2500)}, coupon(billing.Coupon{Percent: 10}), 13, october(), 2_279_250, "10% dari Rp2.532.500 = -Rp253.250"},
		{"a tenth off one component, half a rupiah up: 32.505 × 10% = 3.250,5", []billing.Component{flat(2_500_000), unit(0, 6501)}, coupon(billing.Coupon{Percent: 10, Only: []string{"permohonan"}}), 5, october(), 2_529_254, "10% dari Rp32.505 = -Rp3.251"},
		{"all off", []billing.Component{flat(2_500_000)}, coupon(billing.Coupon{Percent: 100}), 0, october(), 0, "100% dari Rp2.500.000 = -Rp2.500.000"},
		{"an amount off, never below nothing", []billing.Component{flat(1000)}, coupon(billing.Coupon{Amount: 5000}), 0, october(), 0, "potongan Rp5.000 sebulan, paling banyak Rp1.000"},
		{"an amount off for ten days", []billing.Component{flat(3_100_000)}, coupon(billing.Coupon{Amount: 310_000}), 0, days(2026, 10, 22, 31), 900_000, "Rp310.000 × 10 dari 31 hari = -Rp100.000"},
		{"a coupon that is over", []billing.Component{flat(1000)}, coupon(billing.Coupon{Percent: 50, Until: day(2026, 10, 1)}), 0, october(), 1000, "Rp1.000 per bulan"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := billing.Version{Plan: "p", Number: 3, Components: tt.c}
			if err := v.Validate(); err != nil {
				t.Fatal(err)
			}
			r, err := billing.Rate(v, tt.t, billing.Quantities{"m": {Units: tt.used}}, tt.p)
			if err != nil {
				t.Fatal(err)
			}
			last := r.Lines[len(r.Lines)-1]
			if r.Total != tt.total {
				t.Errorf("total %d; want %d", r.Total, tt.total)
			}
			if got := last.Working(i18n.ID); got != tt.working {
				t.Errorf("working %q; want %q", got, tt.working)
			}
		})
	}
}

func TestATrialThatEndsWithinAPeriodIsRefused(t *testing.T) {
	t.Parallel()
	_, err := billing.Rate(billing.Version{}, billing.Terms{TrialEnds: day(2026, 10, 15)}, nil, october())
	if err == nil || !strings.Contains(err.Error(), "2026-10-15") {
		t.Errorf("%v", err)
	}
}

// A yearly price is paid for every day that was used and for no other, to half a rupiah a year, whenever it begins and ends.
func TestAYearIsPaidByItsDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := money.Rupiah(rapid.Int64Range(0, 1<<50).Draw(t, "price"))
		starts := day(2024, 1, 1).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "starts"))
		length := rapid.IntRange(1, 1200).Draw(t, "days")
		terms := billing.Terms{StartsOn: starts, EndsOn: starts.AddDate(0, 0, length),
			Coupon: &billing.Coupon{Percent: rapid.Int64Range(1, 100).Draw(t, "percent"), From: starts, Until: starts.AddDate(0, rapid.IntRange(0, 3).Draw(t, "months"), 1)}}
		v := billing.Version{Components: []billing.Component{yearly(price)}}
		var paid money.Rupiah
		for month := time.Date(starts.Year(), starts.Month(), 1, 0, 0, 0, 0, time.UTC); month.Before(terms.EndsOn); month = month.AddDate(0, 1, 0) {
			p := billing.MonthOf(month)
			if month.Before(starts) {
				p.FirstDay = starts.Day()
			}
			if last := terms.EndsOn.AddDate(0, 0, -1); last.Year() == p.Year && last.Month() == p.Month {
				p.LastDay = last.Day()
			}
			r, err := billing.Rate(v, terms, nil, p)
			if err != nil {
				t.Fatal(err)
			}
			if paid += r.Total; paid < 0 {
				t.Fatalf("%v was given back that nobody had paid", paid)
			}
		}
		// Whole years, and the days of the last one, by a calendar walk.
		var want, years float64
		for from := starts; from.Before(terms.EndsOn); years++ {
			until := starts.AddDate(int(years)+1, 0, 0)
			if starts.Month() == 2 && starts.Day() == 29 && until.Month() == 3 {
				until = until.AddDate(0, 0, -1)
			}
			used := min(until.Sub(from), terms.EndsOn.Sub(from))
			want += float64(price) * float64(used) / float64(until.Sub(from))
			from = until
		}
		if d := float64(paid) - want; d < -1 || d > 1 {
			t.Fatalf("%d days from %s cost %v; want %f", length, starts.Format(time.DateOnly), paid, want)
		}
	})
}
