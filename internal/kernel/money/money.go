// Package money counts in whole rupiah: an int64 that never wraps round and never becomes a float.
//
// The rupiah has no minor unit in practice, so an amount is a plain count and every sum is exact. Whatever could lose
// something says so: arithmetic that does not fit is ErrOverflow instead of a wrong bill, and the only rounding there
// is (FractionHalfUp) has its rule in its name. Any package may use it; it imports nothing of ours.
package money

import (
	"errors"
	"math"
	"math/bits"
)

// Rupiah is an amount of money. It is stored as bigint and travels as a JSON integer.
type Rupiah int64

// The largest and smallest amounts, about nine quintillion either way.
const (
	Max Rupiah = math.MaxInt64
	Min Rupiah = math.MinInt64
)

// ErrOverflow is returned when a result does not fit; the amount returned with it is zero.
var ErrOverflow = errors.New("money: amount out of range")

// Add returns r + o, or ErrOverflow.
func (r Rupiah) Add(o Rupiah) (Rupiah, error) {
	sum := r + o
	if (sum > r) != (o > 0) && o != 0 {
		return 0, ErrOverflow
	}
	return sum, nil
}

// Sub returns r - o, or ErrOverflow.
func (r Rupiah) Sub(o Rupiah) (Rupiah, error) {
	diff := r - o
	if (diff < r) != (o > 0) && o != 0 {
		return 0, ErrOverflow
	}
	return diff, nil
}

// Times returns the price of quantity things at r each, or ErrOverflow.
func (r Rupiah) Times(quantity int64) (Rupiah, error) {
	high, low := bits.Mul64(r.magnitude(), magnitude(quantity))
	if high != 0 {
		return 0, ErrOverflow
	}
	return signed(low, (r < 0) != (quantity < 0))
}

// Sum adds amounts in order, or returns ErrOverflow.
func Sum(amounts ...Rupiah) (Rupiah, error) {
	var total Rupiah
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func (r Rupiah) magnitude() uint64 { return magnitude(int64(r)) }

// magnitude is the absolute value; unlike -n it holds for the smallest int64 as well.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func signed(magnitude uint64, negative bool) (Rupiah, error) {
	switch {
	case negative && magnitude <= 1<<63:
		return Rupiah(-magnitude), nil
	case !negative && magnitude <= math.MaxInt64:
		return Rupiah(magnitude), nil
	}
	return 0, ErrOverflow
}
