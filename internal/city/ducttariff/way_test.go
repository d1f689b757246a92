package ducttariff_test

import (
	"math"
	"testing"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
)

// TestWayPrice: what a way costs segment by segment is what it is charged for a year before anything is let off, but for half of the nodes at
// its two ends and for what every lease pays once.
func TestWayPrice(t *testing.T) {
	t.Parallel()
	p := batam(t)
	w, err := p.WayPrice(duct.Subduct, 2, day("2026-02-01"), day("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	stops := []string{duct.Manhole, duct.Pole, duct.Handhole, duct.BuildingEntry}
	got := 0.0
	for i := range 3 {
		got += w.Cost(100_000, [2]string{stops[i], stops[i+1]})
	}
	got += (w.Cost(0, [2]string{stops[0], ""}) + w.Cost(0, [2]string{stops[3], ""}))
	h := ducttariff.Held{Kind: duct.Subduct, Quantity: 2, Since: day("2025-02-01"), Parts: street(300_000)}
	for _, k := range stops {
		h.Stops = append(h.Stops, ducttariff.Stop{Kind: k, FreeTrade: true})
	}
	lines, err := p.Rate(h, day("2026-02-01"), day("2027-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := ducttariff.Sum(lines)
	if err != nil || math.Abs(got-float64(want)) > 20 { // a month is rounded to a rupiah
		t.Errorf("%.2f, charged %v, %v", got, want, err)
	}
	if len(w.Tariffs) != 4 || w.Tariffs[0].Rate != 14_350 {
		t.Errorf("%+v", w.Tariffs)
	}
	if _, err := p.WayPrice(duct.Subduct, 1, day("2020-01-01"), day("2020-01-01")); !fault.Is(err, "ducttariff.no_tariff") {
		t.Errorf("before the first price: %v", err)
	}
}
