package rating_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/rating"
)

func volume(tiers ...rating.Tier) rating.Component {
	c := tiered(0, tiers...)
	c.Code, c.Kind = "volume", rating.Volume
	return c
}

func packages(included, size int64, price money.Rupiah) rating.Component {
	c := unit(included, price)
	c.Code, c.Kind, c.Size = "paket", rating.Package, size
	return c
}

func minimum(price money.Rupiah) rating.Component {
	return rating.Component{Code: "minimum", Kind: rating.Minimum, Name: text("Paling sedikit", "Minimum"), Price: price}
}

func once(price money.Rupiah) rating.Component {
	return rating.Component{Code: "pasang", Kind: rating.Once, Name: text("Pemasangan", "Set-up"), Price: price}
}

func yearly(price money.Rupiah) rating.Component {
	c := flat(price)
	c.Every = rating.Yearly
	return c
}

func addon(price money.Rupiah) rating.Component {
	c := flat(price)
	c.Code, c.Optional = "ducting", true
	return c
}

func addonYearly(price money.Rupiah) rating.Component {
	c := addon(price)
	c.Every = rating.Yearly
	return c
}

func addonOnce(price money.Rupiah) rating.Component {
	c := once(price)
	c.Code, c.Optional = "alat", true
	return c
}

// Every case was worked out by hand. The last line is the one that is looked at.
func TestRateUnderTerms(t *testing.T) {
	t.Parallel()
	steps := []rating.Tier{{UpTo: 10, Price: 500}, {UpTo: 100, Price: 400}, {Price: 300}}
	since := func(year int, month time.Month, d int) rating.Terms {
		return rating.Terms{StartsOn: day(year, month, d)}
	}
	ended := func(s rating.Terms, year int, month time.Month, d int) rating.Terms {
		s.EndsOn = day(year, month, d)
		return s
	}
	two := since(2026, 10, 11)
	two.Addons = map[string]int64{"ducting": 2}
	coupon := func(c rating.Coupon) rating.Terms {
		c.Code, c.From = "PERINTIS", day(2026, 1, 1)
		return rating.Terms{Coupon: &c}
	}
	for _, tt := range []struct {
		name    string
		c       []rating.Component
		t       rating.Terms
		used    int64
		p       rating.Period
		total   money.Rupiah
		working string
	}{
		{"volume, at the edge of the first", []rating.Component{volume(steps...)}, rating.Terms{}, 10, october(), 5000, "10 dokumen; 10 × Rp500 = Rp5.000"},
		{"volume, one past the edge: all at the next price, which is less", []rating.Component{volume(steps...)}, rating.Terms{}, 11, october(), 4400, "11 dokumen; 11 × Rp400 = Rp4.400"},
		{"volume, in the last", []rating.Component{volume(steps...)}, rating.Terms{}, 101, october(), 30_300, "101 dokumen; 101 × Rp300 = Rp30.300"},
		{"volume, at the edge of the second", []rating.Component{volume(steps...)}, rating.Terms{}, 100, october(), 40_000, "100 dokumen; 100 × Rp400 = Rp40.000"},
		{"volume of 10^12", []rating.Component{volume(steps...)}, rating.Terms{}, 1_000_000_000_000, october(), 300_000_000_000_000, "1.000.000.000.000 dokumen; 1.000.000.000.000 × Rp300 = Rp300.000.000.000.000"},
		{"volume of nothing", []rating.Component{volume(steps...)}, rating.Terms{}, 0, october(), 0, "0 dokumen"},
		{"a begun package is whole", []rating.Component{packages(0, 100, 9000)}, rating.Terms{}, 201, october(), 27_000, "201 permohonan; 3 paket isi 100 × Rp9.000 = Rp27.000"},
		{"packages at the edge", []rating.Component{packages(0, 100, 9000)}, rating.Terms{}, 200, october(), 18_000, "200 permohonan; 2 paket isi 100 × Rp9.000 = Rp18.000"},
		{"packages of nothing", []rating.Component{packages(0, 100, 9000)}, rating.Terms{}, 0, october(), 0, "0 permohonan"},
		{"packages of 10^12", []rating.Component{packages(0, 1000, 9000)}, rating.Terms{}, 1_000_000_000_000, october(), 9_000_000_000_000, "1.000.000.000.000 permohonan; 1.000.000.000 paket isi 1.000 × Rp9.000 = Rp9.000.000.000.000"},
		{"packages after the included", []rating.Component{packages(150, 100, 9000)}, rating.Terms{}, 151, october(), 9000, "151 permohonan, 150 sudah termasuk, 1 di atas yang termasuk; 1 paket isi 100 × Rp9.000 = Rp9.000"},
		{"a minimum that is not reached", []rating.Component{unit(0, 2500), minimum(100_000)}, rating.Terms{}, 13, october(), 100_000, "jumlah di atas Rp32.500; paling sedikit Rp100.000, ditambah Rp67.500"},
		{"a minimum that is reached", []rating.Component{unit(0, 2500), minimum(32_500)}, rating.Terms{}, 13, october(), 32_500, "jumlah di atas Rp32.500; paling sedikit Rp32.500 sebulan sudah tercapai"},
		{"a minimum by days: 100.000 × 21/31 = 67.741,9", []rating.Component{unit(0, 2500), minimum(100_000)}, rating.Terms{}, 13, days(2026, 10, 11, 31), 67_742, "jumlah di atas Rp32.500; paling sedikit Rp67.742, ditambah Rp35.242"},
		{"once, in the first period", []rating.Component{once(5_000_000)}, since(2026, 10, 11), 0, days(2026, 10, 11, 31), 5_000_000, "Rp5.000.000 sekali, pada awal langganan"},
		{"once, afterwards", []rating.Component{once(5_000_000)}, since(2026, 9, 11), 0, october(), 0, "sekali, pada awal langganan"},
		{"a year in advance", []rating.Component{yearly(36_500_000)}, since(2026, 10, 11), 0, days(2026, 10, 11, 31), 36_500_000, "Rp36.500.000 setahun, 11 Oktober 2026 sampai 10 Oktober 2027"},
		{"within the year", []rating.Component{yearly(36_500_000)}, since(2026, 3, 11), 0, october(), 0, "sudah ditagih untuk setahun, sampai 10 Maret 2027"},
		{"the second year", []rating.Component{yearly(36_500_000)}, since(2025, 10, 31), 0, october(), 36_500_000, "Rp36.500.000 setahun, 31 Oktober 2026 sampai 30 Oktober 2027"},
		{"a year that began on the 29th of February", []rating.Component{yearly(100)}, since(2024, 2, 29), 0, days(2026, 2, 1, 28), 100, "Rp100 setahun, 28 Februari 2026 sampai 27 Februari 2027"},
		{"ended after 100 of 365 days: 265 come back", []rating.Component{yearly(36_500_000)}, ended(since(2026, 7, 1), 2026, 10, 9), 0, days(2026, 10, 1, 8), -26_500_000, "Rp36.500.000 × 265 dari 365 hari yang tidak terpakai = -Rp26.500.000"},
		{"ended in the month in which it began", []rating.Component{yearly(36_500_000)}, ended(since(2026, 10, 1), 2026, 10, 11), 0, days(2026, 10, 1, 10), 1_000_000, "Rp36.500.000 × 355 dari 365 hari yang tidak terpakai = -Rp35.500.000"},
		{"ended with the year: nothing comes back", []rating.Component{yearly(36_500_000)}, ended(since(2025, 10, 9), 2026, 10, 9), 0, days(2026, 10, 1, 8), 0, "sudah ditagih untuk setahun, sampai 8 Oktober 2026"},
		{"ended after 60 of 366 days: 306 come back", []rating.Component{yearly(36_600_000)}, ended(since(2028, 1, 1), 2028, 3, 1), 0, days(2028, 2, 1, 29), -30_600_000, "Rp36.600.000 × 306 dari 366 hari yang tidak terpakai = -Rp30.600.000"},
		{"ended before the leap day of its year: 29 of 366 come back", []rating.Component{yearly(36_600_000)}, ended(since(2027, 3, 1), 2028, 2, 1), 0, days(2028, 1, 1, 31), -2_900_000, "Rp36.600.000 × 29 dari 366 hari yang tidak terpakai = -Rp2.900.000"},
		{"ended after the leap day, in a year of 365", []rating.Component{yearly(36_500_000)}, ended(since(2028, 2, 29), 2028, 3, 11), 0, days(2028, 3, 1, 10), -35_400_000, "Rp36.500.000 × 354 dari 365 hari yang tidak terpakai = -Rp35.400.000"},
		{"a year before it begins, in the trial", []rating.Component{yearly(100)}, rating.Terms{StartsOn: day(2026, 9, 1), TrialEnds: day(2026, 10, 15)}, 0, days(2026, 9, 1, 30), 0, "masa coba, tanpa biaya; mulai 15 Oktober 2026 Rp100 setahun, dibayar di muka"},
		{"a year counts a twelfth a month: 36.500.000 × 31/372", []rating.Component{yearly(36_500_000), minimum(4_000_000)}, since(2026, 3, 11), 0, october(), 958_333, "jumlah di atas Rp3.041.667, dengan seperdua belas dari harga setahun; paling sedikit Rp4.000.000, ditambah Rp958.333"},
		{"in its first month no more", []rating.Component{yearly(36_500_000), minimum(4_000_000)}, since(2026, 10, 1), 0, october(), 37_458_333, "jumlah di atas Rp3.041.667, dengan seperdua belas dari harga setahun; paling sedikit Rp4.000.000, ditambah Rp958.333"},
		{"and what comes back of it stays: 36.500.000 × 8/372", []rating.Component{yearly(36_500_000), minimum(3_000_000)}, ended(since(2026, 7, 1), 2026, 10, 9), 0, days(2026, 10, 1, 8), -26_500_000, "jumlah di atas Rp784.946, dengan seperdua belas dari harga setahun; paling sedikit Rp3.000.000 sebulan sudah tercapai"},
		{"two of an add-on, by the year", []rating.Component{addonYearly(18_250_000)}, two, 0, days(2026, 10, 11, 31), 36_500_000, "2 × Rp18.250.000 = Rp36.500.000; Rp36.500.000 setahun, 11 Oktober 2026 sampai 10 Oktober 2027"},
		{"two of an add-on, by the year, before it begins", []rating.Component{addonYearly(18_250_000)}, rating.Terms{StartsOn: day(2026, 10, 1), TrialEnds: day(2026, 11, 1), Addons: two.Addons}, 0, october(), 0, "masa coba, tanpa biaya; mulai 1 November 2026 Rp36.500.000 setahun, dibayar di muka"},
		{"four that are paid once, of which three were paid before", []rating.Component{addonOnce(200_000)}, rating.Terms{StartsOn: day(2026, 10, 11), Addons: map[string]int64{"alat": 4}, Paid: map[string]int64{"alat": 3}}, 0, days(2026, 10, 11, 31), 200_000, "4 buah, 3 sudah dibayar sebelumnya; 1 × Rp200.000 = Rp200.000; Rp200.000 sekali, pada awal langganan"},
		{"four that are paid once", []rating.Component{addonOnce(200_000)}, rating.Terms{StartsOn: day(2026, 10, 11), Addons: map[string]int64{"alat": 4}}, 0, days(2026, 10, 11, 31), 800_000, "4 × Rp200.000 = Rp800.000; Rp800.000 sekali, pada awal langganan"},
		{"four that are paid once, all paid before", []rating.Component{addonOnce(200_000)}, rating.Terms{StartsOn: day(2026, 10, 11), Addons: map[string]int64{"alat": 4}, Paid: map[string]int64{"alat": 5}}, 0, days(2026, 10, 11, 31), 0, "sekali, pada awal langganan"},
		{"two of an add-on", []rating.Component{flat(1000), addon(500_000)}, rating.Terms{Addons: map[string]int64{"ducting": 2}}, 0, october(), 1_001_000, "2 × Rp500.000 = Rp1.000.000; Rp1.000.000 per bulan"},
		{"an add-on for ten days", []rating.Component{addon(310_000)}, rating.Terms{Addons: map[string]int64{"ducting": 1}}, 0, days(2026, 10, 22, 31), 100_000, "1 × Rp310.000 = Rp310.000; Rp310.000 × 10 dari 31 hari = Rp100.000"},
		{"a trial", []rating.Component{flat(2_500_000)}, rating.Terms{StartsOn: day(2026, 10, 1), TrialEnds: day(2026, 11, 1)}, 0, october(), 0, "masa coba, tanpa biaya; sesudahnya Rp2.500.000"},
		{"after the trial", []rating.Component{flat(2_500_000), once(1)}, rating.Terms{StartsOn: day(2026, 9, 1), TrialEnds: day(2026, 10, 1)}, 0, october(), 2_500_001, "Rp1 sekali, pada awal langganan"},
		{"a year after the trial", []rating.Component{yearly(100)}, rating.Terms{StartsOn: day(2026, 9, 1), TrialEnds: day(2026, 10, 1)}, 0, october(), 100, "Rp100 setahun, 1 Oktober 2026 sampai 30 September 2027"},
		{"a tenth off", []rating.Component{flat(2_500_000), unit(0, 2500)}, coupon(rating.Coupon{Percent: 10}), 13, october(), 2_279_250, "10% dari Rp2.532.500 = -Rp253.250"},
		{"a tenth off one component, half a rupiah up: 32.505 × 10% = 3.250,5", []rating.Component{flat(2_500_000), unit(0, 6501)}, coupon(rating.Coupon{Percent: 10, Only: []string{"permohonan"}}), 5, october(), 2_529_254, "10% dari Rp32.505 = -Rp3.251"},
		{"a tenth off a minimum: what is topped up is let off too", []rating.Component{unit(0, 2500), minimum(100_000)}, coupon(rating.Coupon{Percent: 10}), 13, october(), 90_000, "10% dari Rp100.000 = -Rp10.000"},
		{"a tenth off, and not off a year in advance", []rating.Component{yearly(36_500_000), unit(0, 2500)}, rating.Terms{StartsOn: day(2026, 10, 1), Coupon: &rating.Coupon{Code: "PERINTIS", Percent: 10, From: day(2026, 10, 1)}}, 4, october(), 36_509_000, "10% dari Rp10.000 = -Rp1.000"},
		{"all off", []rating.Component{flat(2_500_000)}, coupon(rating.Coupon{Percent: 100}), 0, october(), 0, "100% dari Rp2.500.000 = -Rp2.500.000"},
		{"an amount off, never below nothing", []rating.Component{flat(1000)}, coupon(rating.Coupon{Amount: 5000}), 0, october(), 0, "potongan Rp5.000 sebulan, paling banyak Rp1.000"},
		{"an amount off for ten days", []rating.Component{flat(3_100_000)}, coupon(rating.Coupon{Amount: 310_000}), 0, days(2026, 10, 22, 31), 900_000, "Rp310.000 × 10 dari 31 hari = -Rp100.000"},
		{"a coupon that is over", []rating.Component{flat(1000)}, coupon(rating.Coupon{Percent: 50, Until: day(2026, 10, 1)}), 0, october(), 1000, "Rp1.000 per bulan"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := rating.Prices{Plan: "p", Version: 3, Components: tt.c}
			if err := v.Validate(); err != nil {
				t.Fatal(err)
			}
			r, err := rating.Rate(v, tt.t, rating.Quantities{"m": {Units: tt.used}}, tt.p)
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
	_, err := rating.Rate(rating.Prices{}, rating.Terms{TrialEnds: day(2026, 10, 15)}, nil, october())
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
		terms := rating.Terms{StartsOn: starts, EndsOn: starts.AddDate(0, 0, length),
			Coupon: &rating.Coupon{Percent: rapid.Int64Range(1, 100).Draw(t, "percent"), From: starts, Until: starts.AddDate(0, rapid.IntRange(0, 3).Draw(t, "months"), 1)}}
		v := rating.Prices{Components: []rating.Component{yearly(price)}}
		var paid money.Rupiah
		for month := time.Date(starts.Year(), starts.Month(), 1, 0, 0, 0, 0, time.UTC); month.Before(terms.EndsOn); month = month.AddDate(0, 1, 0) {
			p := rating.MonthOf(month)
			if month.Before(starts) {
				p.FirstDay = starts.Day()
			}
			if last := terms.EndsOn.AddDate(0, 0, -1); last.Year() == p.Year && last.Month() == p.Month {
				p.LastDay = last.Day()
			}
			r, err := rating.Rate(v, terms, nil, p)
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

// What was taken off the charge of a year is not given back of it, and the working says so.
func TestWhatIsLeftOfAYearIsGivenBack(t *testing.T) {
	t.Parallel()
	v := rating.Prices{Components: []rating.Component{{Code: "setahun", Kind: rating.Flat, Every: rating.Yearly, Price: 36_500_000}}}
	for _, tt := range []struct {
		off  rating.Off
		want money.Rupiah
		says string
	}{
		{rating.Off{}, -7_300_000, "Rp36.500.000 × 73 of 365 days not used = -Rp7.300.000"},
		{rating.Off{Then: 6_500_000, Now: 6_500_000}, -6_000_000, "Rp36.500.000 less Rp6.500.000 that was credited, written off or adjusted = Rp30.000.000; Rp30.000.000 × 73 of 365 days not used = -Rp6.000.000"},
		{rating.Off{Then: 36_500_000, Now: 36_500_000}, 0, "nothing is given back: of Rp36.500.000 nothing is left after what was credited, written off or adjusted"},
		{rating.Off{Then: 40_000_000, Now: 40_000_000}, 0, "nothing is given back: of Rp36.500.000 nothing is left after what was credited, written off or adjusted"},
		{rating.Off{Now: 29_200_000}, -7_300_000, "Rp36.500.000 × 73 of 365 days not used = -Rp7.300.000"}, // of the days that were used
		{rating.Off{Now: 30_000_000}, -6_500_000, "of Rp36.500.000 only this is left after what was credited, written off or adjusted: -Rp6.500.000"},
	} {
		r, err := rating.Rate(v, rating.Terms{StartsOn: day(2026, 1, 1), EndsOn: day(2026, 10, 20), Off: map[string]rating.Off{"setahun": tt.off}}, nil, rating.Period{Year: 2026, Month: time.October, FirstDay: 1, LastDay: 19})
		if err != nil {
			t.Fatal(err)
		}
		if back := r.Lines[1]; back.Amount != tt.want || back.Working(i18n.EN) != tt.says {
			t.Errorf("%+v: %v, which says %q; want %v", tt.off, back.Amount, back.Working(i18n.EN), tt.want)
		}
	}
}
