package ductwave

import "bedelau/internal/kernel/money"

// Sum is how far a wave pays for itself, with what it is worked out from. Unit-millimetres are units times the length of their
// road, so that a unit along a long road counts for more than one along a short road.
type Sum struct {
	LengthMM   int64        // of the roads
	PlannedMM  int64        // unit-millimetres that are planned
	SignedMM   int64        // that companies have committed themselves to
	WantedMM   int64        // that they want now, by the survey
	Permille   int64        // SignedMM of PlannedMM, rounded down: a target is never reached by rounding
	Yearly     money.Rupiah // of what is signed
	YearlyFull money.Rupiah // of all that is planned
	Cost       money.Rupiah // of building
	Payback    int64        // Cost / Yearly in tenths of a year, rounded up; 0 where nothing is signed
	PaybackAll int64        // were everything let
}

// Reached reports whether enough is signed for a target in percent.
func (s Sum) Reached(target int) bool { return s.PlannedMM > 0 && s.Permille >= int64(target)*10 }

// sum works out what a wave costs and brings, before the running of it and without interest. It refuses amounts that do not fit.
func (w Wave) sum(all []Road) (Sum, error) {
	var s Sum
	for _, r := range all {
		s.LengthMM += r.LengthMM
		s.PlannedMM += r.LengthMM * int64(r.Capacity)
		s.SignedMM += r.LengthMM * int64(r.Signed)
		s.WantedMM += r.LengthMM * int64(r.Wanted)
	}
	if s.PlannedMM > 0 {
		s.Permille = s.SignedMM * 1000 / s.PlannedMM
	}
	var err error
	if s.Cost, err = w.CostPerM.FractionHalfUp(s.LengthMM, 1000); err != nil {
		return s, err
	}
	if s.Yearly, err = w.TariffPerM.FractionHalfUp(s.SignedMM, 1000); err != nil {
		return s, err
	}
	if s.YearlyFull, err = w.TariffPerM.FractionHalfUp(s.PlannedMM, 1000); err != nil {
		return s, err
	}
	s.Payback, s.PaybackAll = tenths(s.Cost, s.Yearly), tenths(s.Cost, s.YearlyFull)
	return s, nil
}

// tenths is cost / yearly in tenths, rounded up.
func tenths(cost, yearly money.Rupiah) int64 {
	if yearly <= 0 {
		return 0
	}
	return (int64(cost)*10 + int64(yearly) - 1) / int64(yearly) // costMost and lengthMost let it fit
}

// Permille is how much of what is planned along a road is signed, rounded down.
func (r Road) Permille() int64 {
	if r.Capacity == 0 {
		return 0
	}
	return int64(r.Signed) * 1000 / int64(r.Capacity)
}
