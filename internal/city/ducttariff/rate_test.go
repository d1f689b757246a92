package ducttariff_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"slices"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/tenants"
)

// batam is the price list of Batam's pack.
func batam(t testing.TB) ducttariff.List {
	t.Helper()
	raw, err := fs.ReadFile(tenants.FS, "batam/duct/tariffs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var p ducttariff.List
	if err := yaml.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// street is so many millimetres of a way inside the free-trade area.
func street(mm int64) []ducttariff.Part {
	return []ducttariff.Part{{Code: "R-1", LengthMM: mm, FreeTrade: true, Ducts: 2}}
}

// Every amount was worked out by hand; the working is the product's own sentence for it.
func TestRate(t *testing.T) {
	t.Parallel()
	shops := []ducttariff.Stop{{Kind: duct.Manhole, FreeTrade: true}, {Kind: duct.Manhole, FreeTrade: true}, {Kind: duct.Handhole, FreeTrade: true}, {Kind: duct.Pole}, {Kind: duct.BuildingEntry, FreeTrade: true}}
	for _, tt := range []struct {
		name        string
		h           ducttariff.Held
		from, until string
		want        []string
	}{
		{"a whole month with the index of the year", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Parts: street(1_234_500)}, "2026-10-01", "2026-11-01",
			[]string{"1476256 1.234,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.476.256"}},
		{"before the index", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Parts: street(1_000_000)}, "2025-12-01", "2026-01-01",
			[]string{"1166667 1.000 m × Rp14.000 per tahun ÷ 12 = Rp1.166.667"}},
		{"from a day on, by the day, with what is paid once", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-10-16"), Parts: street(1_234_500)}, "2026-10-01", "2026-11-01",
			[]string{"2500000 1 pesanan × Rp2.500.000 satu kali = Rp2.500.000", "761939 1.234,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 16 dari 31 hari = Rp761.939"}},
		{"nothing before it begins", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-11-01"), Parts: street(1_000)}, "2026-10-01", "2026-11-01", nil},
		{"two units, a price that begins in mid month", ducttariff.Held{Kind: "microduct", Quantity: 2, Since: day("2025-01-01"), Parts: street(500_000)}, "2026-05-01", "2026-06-01",
			[]string{"123992 1.000 m × Rp3.075 (Rp3.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 15 dari 31 hari = Rp123.992", "132344 1.000 m × Rp3.077 per tahun ÷ 12 × 16 dari 31 hari = Rp132.344"}},
		{"stops on the way, the pole outside the free-trade area", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-01-01"), Parts: street(1_000_000), Stops: shops}, "2026-10-01", "2026-11-01",
			[]string{"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "15375 3 manhole atau handhole × Rp5.125 (Rp5.000 + 2,5% Penyesuaian IHK 2026) per bulan = Rp15.375", "20500 1 tiang × Rp20.500 (Rp20.000 + 2,5% Penyesuaian IHK 2026) per bulan = Rp20.500",
				"50000 1 jalan masuk gedung × Rp600.000 per tahun ÷ 12 = Rp50.000"}},
		{"five years let five percent off", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Until: day("2030-05-01"), Parts: street(1_234_500)}, "2026-10-01", "2026-11-01",
			[]string{"1476256 1.234,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.476.256", "-73864 5% dari Rp14.350 = Rp718 per satuan; jumlahnya Rp73.864"}},
		{"much and long, both let off", ducttariff.Held{Kind: duct.Duct, Quantity: 1, Since: day("2024-05-01"), Until: day("2029-05-01"), Parts: street(1_000_000), VolumeMM: 60_000_000}, "2025-10-01", "2025-11-01",
			[]string{"3500000 1.000 m × Rp42.000 per tahun ÷ 12 = Rp3.500.000", "-385000 11% dari Rp42.000 = Rp4.620 per satuan; jumlahnya Rp385.000"}},
		{"two zones are two lines", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2024-05-01"), Parts: append(street(600_000), ducttariff.Part{Code: "R-2", LengthMM: 300_000, Ducts: 1})}, "2025-10-01", "2025-11-01",
			[]string{"700000 600 m × Rp14.000 per tahun ÷ 12 = Rp700.000", "350000 300 m × Rp14.000 per tahun ÷ 12 = Rp350.000"}},
		{"over before its minimum term", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-03-10"), Until: day("2026-09-10"), Parts: street(1_000_000)}, "2026-09-01", "2026-10-01",
			[]string{"358750 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 9 dari 30 hari = Rp358.750", "837083 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 21 dari 30 hari = Rp837.083",
				"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833",
				"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "347177 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 9 dari 31 hari = Rp347.177"}},
		{"over on the first day of a month, what is left of its minimum term", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-11-16"), Ended: day("2026-10-01"), Parts: street(1_000_000)}, "2026-10-01", "2026-11-01",
			[]string{"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833", "597917 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 15 dari 30 hari = Rp597.917"}},
		{"and nothing of it the month before", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-11-16"), Ended: day("2026-10-01"), Parts: street(1_000_000)}, "2026-09-01", "2026-10-01",
			[]string{"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833"}},
		{"accepted late, up to the day before", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-01-01"), Until: day("2027-01-01"), From: day("2026-01-20"), Parts: street(1_000_000)}, "2026-01-01", "2026-02-01",
			[]string{"2500000 1 pesanan × Rp2.500.000 satu kali = Rp2.500.000", "462903 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 12 dari 31 hari = Rp462.903"}},
		{"accepted late, and over on its agreed day", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-01-01"), Until: day("2027-01-01"), From: day("2026-01-20"), Parts: street(1_000_000)}, "2026-12-01", "2027-01-01",
			[]string{"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833"}},
		{"five years that were accepted a day late let five percent off", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Until: day("2030-05-01"), From: day("2025-05-02"), Parts: street(1_234_500)}, "2026-10-01", "2026-11-01",
			[]string{"1476256 1.234,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.476.256", "-73864 5% dari Rp14.350 = Rp718 per satuan; jumlahnya Rp73.864"}},
		{"five years of which notice was given let five percent off to the end", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Until: day("2030-05-01"), Ended: day("2026-10-16"), Parts: street(1_234_500)}, "2026-10-01", "2026-11-01",
			[]string{"714318 1.234,5 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 15 dari 31 hari = Rp714.318", "-35741 5% dari Rp14.350 = Rp718 per satuan; jumlahnya Rp35.741"}},
		{"accepted late and given notice, its minimum term counts from the agreed day", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-11-10"), From: day("2025-11-25"), Ended: day("2026-10-21"), Parts: street(1_000_000)}, "2026-10-01", "2026-11-01",
			[]string{"771505 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 20 dari 31 hari = Rp771.505", "424328 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 11 dari 31 hari = Rp424.328", "358750 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 9 dari 30 hari = Rp358.750"}},
		{"over after its minimum term, on the last day of the month", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-03-10"), Until: day("2026-10-01"), Parts: street(1_000_000)}, "2026-09-01", "2026-10-01",
			[]string{"1195833 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 = Rp1.195.833"}},
		{"one day of a leap February", ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2028-02-29"), Parts: street(1_000_000)}, "2028-02-01", "2028-03-01",
			[]string{"2500000 1 pesanan × Rp2.500.000 satu kali = Rp2.500.000", "41236 1.000 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12 × 1 dari 29 hari = Rp41.236"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := batam(t)
			if tt.h.Kind == "microduct" {
				dearer := p.Tariffs[2]
				dearer.EffectiveFrom, dearer.Rate = "2026-05-16", 3077
				p.Tariffs = append(p.Tariffs, dearer)
			}
			all, err := p.Rate(tt.h, day(tt.from), day(tt.until))
			if err != nil {
				t.Fatal(err)
			}
			if len(all) != len(tt.want) {
				t.Fatalf("%d lines, want %d: %+v", len(all), len(tt.want), all)
			}
			for i, l := range all {
				if got := fmt.Sprint(int64(l.Amount), " ", l.Working.In(i18n.ID)); got != tt.want[i] {
					t.Errorf("line %d\n got %s\nwant %s", i, got, tt.want[i])
				}
				if l.Basis == "" || l.Name.Empty() {
					t.Errorf("line %d names no rule: %+v", i, l)
				}
			}
		})
	}
}

func TestADiscountStopsAtTheFloor(t *testing.T) {
	t.Parallel()
	p := batam(t)
	p.Floors[1].Rate = 13_900
	all, err := p.Rate(ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2025-05-01"), Until: day("2030-05-01"), Parts: street(1_234_500)}, day("2026-10-01"), day("2026-11-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[1].Amount != -46_294 {
		t.Fatalf("450 of 14.350 may be let off: %+v", all)
	}
	if got, want := all[1].Working.In(i18n.ID), "5% dari Rp14.350, tidak di bawah batas Rp13.900: Rp450 per satuan; jumlahnya Rp46.294"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestRentOfLandNeedsADuct(t *testing.T) {
	t.Parallel()
	p := batam(t)
	bare := ducttariff.Part{Code: "Jalan Tanpa Ducting", LengthMM: 1_000_000}
	_, err := p.RateLand("sewa-lahan", bare, false, day("2026-10-01"), day("2026-11-01"))
	if !fault.Is(err, "ducttariff.land_without_duct") {
		t.Fatalf("got %v", err)
	}
	served := bare
	served.Ducts = 1
	for name, tt := range map[string]struct {
		part       ducttariff.Part
		overridden bool
	}{"where a duct lies": {served, false}, "by a legal note of two people": {bare, true}} {
		all, err := p.RateLand("sewa-lahan", tt.part, tt.overridden, day("2026-10-01"), day("2026-11-01"))
		if err != nil {
			t.Fatal(err)
		}
		if sum, _ := ducttariff.Sum(all); sum != 500_000 || all[0].Charge != ducttariff.Land || all[0].LegalNote == "" {
			t.Errorf("%s: %+v", name, all)
		}
	}
	// A month that is let for nothing from its middle on costs what its first half does.
	at := slices.IndexFunc(p.Tariffs, func(t ducttariff.Tariff) bool { return t.Code == "sewa-lahan" })
	free := p.Tariffs[at]
	free.EffectiveFrom, free.Rate = "2026-10-16", 0
	given := p
	given.Tariffs = append(slices.Clone(p.Tariffs), free)
	half, err := given.RateLand("sewa-lahan", served, false, day("2026-10-01"), day("2026-11-01"))
	if err != nil || len(half) != 1 {
		t.Errorf("let for nothing: %v %+v", err, half)
	}
	if none, err := given.RateLand("sewa-lahan", served, false, day("2026-10-16"), day("2026-11-01")); err != nil || len(none) != 0 {
		t.Errorf("let for nothing: %v %+v", err, none)
	}
	// Whatever is leased, the city's rent is not on the company's bill.
	all, err := p.Rate(ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2026-10-01"), Parts: street(1_000_000)}, day("2026-10-01"), day("2026-11-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.Charge == ducttariff.Land {
			t.Errorf("%+v", l)
		}
	}
}

func TestWhatHasNoPriceIsNotFree(t *testing.T) {
	t.Parallel()
	p := batam(t)
	h := ducttariff.Held{Kind: duct.Subduct, Quantity: 1, Since: day("2023-10-01"), Parts: street(1_000_000)}
	if _, err := p.Rate(h, day("2023-10-01"), day("2023-11-01")); !fault.Is(err, "ducttariff.no_terms") {
		t.Errorf("before the first terms: %v", err)
	}
	p.Terms[0].EffectiveFrom = "2023-01-01"
	if _, err := p.Rate(h, day("2023-10-01"), day("2023-11-01")); !fault.Is(err, "ducttariff.no_tariff") {
		t.Errorf("before the first price: %v", err)
	}
	p = batam(t)
	p.Tariffs[1].Rate = 1 << 62
	h.Since = day("2026-10-01")
	if _, err := p.Rate(h, day("2026-10-01"), day("2026-11-01")); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("beyond what can be counted: %v", err)
	}
}

// drawn is a lease that somebody may have.
func drawn(t *rapid.T) ducttariff.Held {
	h := ducttariff.Held{Kind: rapid.SampledFrom(duct.UnitKinds()).Draw(t, "kind"), Quantity: rapid.IntRange(1, 12).Draw(t, "quantity")}
	h.Since = day("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 1000).Draw(t, "since"))
	if rapid.Bool().Draw(t, "ends") {
		h.Until = h.Since.AddDate(0, 0, rapid.IntRange(1, 3000).Draw(t, "for"))
	}
	if rapid.Bool().Draw(t, "late") {
		h.From = h.Since.AddDate(0, 0, rapid.IntRange(1, 60).Draw(t, "days late"))
		if !h.Until.IsZero() && !h.From.Before(h.Until) {
			h.From = h.Since
		}
	}
	if begin := h.Since; rapid.Bool().Draw(t, "notice") {
		if !h.From.IsZero() {
			begin = h.From
		}
		if h.Ended = begin.AddDate(0, 0, rapid.IntRange(1, 2000).Draw(t, "notice after")); !h.Until.IsZero() && h.Ended.After(h.Until) {
			h.Ended = h.Until
		}
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "parts") {
		h.Parts = append(h.Parts, ducttariff.Part{Code: fmt.Sprint(i), LengthMM: rapid.Int64Range(1, 5_000_000).Draw(t, "mm"), FreeTrade: rapid.Bool().Draw(t, "zone"), Ducts: 1})
	}
	for range rapid.IntRange(0, 6).Draw(t, "stops") {
		h.Stops = append(h.Stops, ducttariff.Stop{Kind: rapid.SampledFrom(duct.NodeKinds()).Draw(t, "stop"), FreeTrade: rapid.Bool().Draw(t, "stop zone")})
	}
	h.VolumeMM = rapid.Int64Range(0, 80_000_000).Draw(t, "volume")
	return h
}

// A line is what each of its days would be charged alone, in fractions, to half a rupiah; and of no metre less than its floor is
// left, as far as the price itself is not below it.
func TestALineIsTheSumOfItsDays(t *testing.T) {
	t.Parallel()
	p := batam(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		month := time.Date(h.Since.Year(), h.Since.Month()+time.Month(rapid.IntRange(0, 30).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
		all, err := p.Rate(h, month, month.AddDate(0, 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range all {
			if l.Per == ducttariff.Once || l.Off || l.Minimum {
				continue
			}
			exact := new(big.Rat)
			var rate money.Rupiah
			for d := l.From; d.Before(l.Until); d = d.AddDate(0, 0, 1) {
				for _, x := range p.On(d) {
					if x.Code == l.Tariff {
						rate, _ = p.RateOn(x, d)
					}
				}
				one := new(big.Rat).SetInt64(int64(rate) * count(h, l))
				one.Quo(one, big.NewRat(int64(time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()), 1))
				if l.Charge == ducttariff.Metre {
					one.Quo(one, big.NewRat(1000, 1))
				}
				if l.Per == ducttariff.Year {
					one.Quo(one, big.NewRat(12, 1))
				}
				exact.Add(exact, one)
			}
			far := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(int64(l.Amount)))
			if far.Abs(far).Cmp(big.NewRat(1, 2)) > 0 {
				t.Fatalf("line %d is %v of %s", i, l.Amount, exact.FloatString(3))
			}
			if i+1 < len(all) && all[i+1].Off {
				floor := p.FloorOn(h.Kind, l.From).Rate
				left := new(big.Rat).SetInt64(int64(l.Amount + all[i+1].Amount))
				least := new(big.Rat).Mul(exact, big.NewRat(int64(min(floor, rate)), int64(rate)))
				if least.Sub(least, left).Cmp(big.NewRat(1, 1)) > 0 {
					t.Fatalf("line %d: %v is left, below the floor of %v", i, l.Amount+all[i+1].Amount, floor)
				}
			}
		}
	})
}

// count is how much of a line's tariff is held in its zone.
func count(h ducttariff.Held, l ducttariff.Line) (n int64) {
	of := map[string][]string{ducttariff.Node: {duct.Manhole, duct.Handhole}, ducttariff.Pole: {duct.Pole, duct.Riser}, ducttariff.Entry: {duct.BuildingEntry}}
	if l.Charge == ducttariff.Metre {
		for _, x := range h.Parts {
			if x.FreeTrade == l.FreeTrade {
				n += x.LengthMM * int64(h.Quantity)
			}
		}
		return n
	}
	for _, x := range h.Stops {
		for _, kind := range of[l.Charge] {
			if x.Kind == kind && x.FreeTrade == l.FreeTrade {
				n++
			}
		}
	}
	return n
}

// Months that are charged one by one come to what they come to together, and nothing is charged outside a lease and its minimum
// term.
func TestMonthsAddUp(t *testing.T) {
	t.Parallel()
	p := batam(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		from, until := day("2024-01-01"), day("2028-01-01")
		whole, err := p.Rate(h, from, until)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ducttariff.Sum(whole)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Rupiah
		for m := from; m.Before(until); m = m.AddDate(0, 1, 0) {
			all, err := p.Rate(h, m, m.AddDate(0, 1, 0))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range all {
				end := h.Until
				if !h.Ended.IsZero() {
					end = h.Ended
				}
				if l.From.Before(h.Since) || l.From.Before(h.From) || !end.IsZero() && !l.Minimum && l.Until.After(end) || l.Minimum && l.Until.After(h.Since.AddDate(0, 12, 0)) {
					t.Fatalf("%+v is not of %+v", l, h)
				}
				sum += l.Amount
			}
		}
		if sum != want {
			t.Fatalf("%v month by month, %v together", sum, want)
		}
	})
}
