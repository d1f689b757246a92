package ductbill

import (
	"testing"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/money"
)

// Every fee was worked out by hand: 2 % a month of what was overdue, by its days, and a tenth of the invoice altogether.
func TestLateFee(t *testing.T) {
	t.Parallel()
	terms := ducttariff.Terms{Late: 200, LateMost: 1000}
	for name, tt := range map[string]struct {
		f    lateFee
		of   int64
		want money.Rupiah
	}{
		"a whole month":               {lateFee{Base: 1_000_000, Total: 1_000_000, Days: 31}, 31, 20_000},
		"ten days of thirty":          {lateFee{Base: 1_000_000, Total: 1_000_000, Days: 10}, 30, 6_667},
		"half of it was paid":         {lateFee{Base: 500_000, Total: 1_000_000, Days: 30}, 30, 10_000},
		"the last to the most":        {lateFee{Base: 1_000_000, Total: 1_000_000, Before: 95_000, Days: 30}, 30, 5_000},
		"no more beyond the most":     {lateFee{Base: 1_000_000, Total: 1_000_000, Before: 100_000, Days: 30}, 30, 0},
		"exact half of a rupiah goes": {lateFee{Base: 25, Total: 1_000, Days: 30}, 30, 1},
	} {
		if got, err := tt.f.fee(terms, tt.of); err != nil || got != tt.want {
			t.Errorf("%s: %v (%v), want %v", name, got, err, tt.want)
		}
	}
}
