package revenue

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
)

func on(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// Every amount was worked out by hand: Rp1.000.000 for 1096 days from 10 March 2024 on, invoiced on 3 April.
func TestWhatIsPaidOnceIsRecognisedByTheDay(t *testing.T) {
	t.Parallel()
	d := Deferral{From: on("2024-03-10"), Until: on("2027-03-11"), Moves: []Move{{on("2024-04-03"), 1_000_000}}}
	ended, less, void := d, d, d
	ended.EndedOn = on("2025-07-20")
	less.Moves = append(less.Moves[:1:1], Move{on("2025-09-09"), -200_000})
	void.Moves = append(void.Moves[:1:1], Move{on("2024-06-01"), -1_000_000})
	for name, tt := range map[string]struct {
		d    Deferral
		day  string
		want money.Rupiah
	}{
		"before it is invoiced":        {d, "2024-04-03", 0},
		"with the days before":         {d, "2024-04-04", 22_810}, // 25 of 1096 days
		"half way":                     {d, "2025-09-09", 500_000},
		"on its last day":              {d, "2027-03-10", 999_088},
		"when it is over":              {d, "2027-03-11", 1_000_000},
		"long after":                   {d, "2030-01-01", 1_000_000},
		"the lease ended":              {ended, "2025-07-20", 1_000_000},
		"the day before that":          {ended, "2025-07-19", 452_555}, // 496 of 1096 days
		"what is credited later":       {less, "2025-09-09", 500_000},
		"counts from then on":          {less, "2025-09-10", 400_730}, // 549 of 1096 days of 800,000
		"to the end":                   {less, "2027-03-11", 800_000},
		"what is void later":           {void, "2024-06-01", 75_730}, // 83 of 1096 days
		"is nothing from then on":      {void, "2024-06-02", 0},
		"and stays nothing to the end": {void, "2027-03-11", 0},
	} {
		if got, err := tt.d.Recognised(on(tt.day)); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tt.want)
		}
	}
}

// TestTheScheduleAddsUp: whatever was charged and taken back for whatever time, the months of all years come to the amounts to the rupiah,
// and what is left after each is what was charged by then less what was recognised.
func TestTheScheduleAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []Deferral
		var paid money.Rupiah
		for range rapid.IntRange(1, 5).Draw(t, "deferrals") {
			amount := money.Rupiah(rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "amount"))
			d := Deferral{From: on("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "from"))}
			d.Until = d.From.AddDate(0, 0, rapid.IntRange(1, 1500).Draw(t, "days"))
			d.Moves = []Move{{d.From.AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "issued")), amount}}
			if rapid.Bool().Draw(t, "credited") {
				back := money.Rupiah(rapid.Int64Range(1, int64(amount)).Draw(t, "back"))
				d.Moves, amount = append(d.Moves, Move{d.Moves[0].On.AddDate(0, 0, rapid.IntRange(0, 1000).Draw(t, "later")), -back}), amount-back
			}
			if rapid.Bool().Draw(t, "ends") {
				d.EndedOn = d.From.AddDate(0, 0, rapid.IntRange(1, 1500).Draw(t, "ended"))
			}
			all, paid = append(all, d), paid+amount
		}
		var sum, charged money.Rupiah
		for year := 2024; year < 2034; year++ {
			months, err := schedule(all, year)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range months {
				sum, charged = sum+m.Recognised, charged+m.Charged
				if m.Balance < 0 || m.Balance != charged-sum {
					t.Fatalf("%s: %v recognised, %v left of %v", m.Month.Format("2006-01"), m.Recognised, m.Balance, charged-sum)
				}
			}
		}
		if sum != paid || charged != paid {
			t.Fatalf("%v of %v is recognised, %v charged", sum, paid, charged)
		}
	})
}
