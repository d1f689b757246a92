package money

import (
	"cmp"
	"errors"
	"math"
	"math/bits"
	"slices"
)

// ErrShare is returned when an amount cannot be divided as asked: by zero, among nobody, or by negative weights.
var ErrShare = errors.New("money: cannot be divided that way")

// FractionHalfUp returns r × numerator ÷ denominator in whole rupiah, exact halves rounded away from zero, so that a
// credit of the same fraction cancels the charge to the rupiah. The product is held in 128 bits: only the result has
// to fit. It refuses a denominator that is not positive with ErrShare, and a result that does not fit with ErrOverflow.
func (r Rupiah) FractionHalfUp(numerator, denominator int64) (Rupiah, error) {
	if denominator <= 0 {
		return 0, ErrShare
	}
	high, low := bits.Mul64(r.magnitude(), magnitude(numerator))
	if high >= uint64(denominator) {
		return 0, ErrOverflow
	}
	whole, rest := bits.Div64(high, low, uint64(denominator))
	if rest >= uint64(denominator)-rest {
		if whole == math.MaxUint64 {
			return 0, ErrOverflow
		}
		whole++
	}
	return signed(whole, (r < 0) != (numerator < 0))
}

// Split divides r into n parts that differ by one rupiah at most and add up to r; the larger parts come first.
// It refuses n < 1 with ErrShare.
func (r Rupiah) Split(n int) ([]Rupiah, error) {
	if n < 1 {
		return nil, ErrShare
	}
	weights := make([]int64, n)
	for i := range weights {
		weights[i] = 1
	}
	return r.Allocate(weights...)
}

// Allocate divides r in proportion to weights: each part is its share rounded down, and the rupiah left over go one
// each to the largest remainders, the earlier part first when they tie. The parts always add up to r.
// It refuses negative weights and weights that are all zero with ErrShare.
func (r Rupiah) Allocate(weights ...int64) ([]Rupiah, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, ErrShare
		}
		if total += uint64(w); total > math.MaxInt64 {
			return nil, ErrOverflow
		}
	}
	if total == 0 {
		return nil, ErrShare
	}
	shares, rests, order := make([]uint64, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	left := r.magnitude()
	for i, w := range weights {
		high, low := bits.Mul64(r.magnitude(), uint64(w))
		shares[i], rests[i] = bits.Div64(high, low, total) // w ≤ total, so the share fits
		left -= shares[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:left] { // fewer rupiah are left than there are remainders
		shares[i]++
	}
	parts := make([]Rupiah, len(shares))
	for i, s := range shares {
		parts[i] = Rupiah(s)
		if r < 0 {
			parts[i] = Rupiah(-s)
		}
	}
	return parts, nil
}
