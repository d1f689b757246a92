package money_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
)

// exact checks got against the same sum in numbers of any size: equal when it fits, ErrOverflow when it does not.
func exact(t *rapid.T, got money.Rupiah, err error, want *big.Int) {
	t.Helper()
	if !want.IsInt64() {
		if !errors.Is(err, money.ErrOverflow) || got != 0 {
			t.Fatalf("got %d, %v for %s, which does not fit", got, err, want)
		}
		return
	}
	if err != nil || int64(got) != want.Int64() {
		t.Fatalf("got %d, %v; want %s", got, err, want)
	}
}

// amount draws from the whole range, with the ends and the small numbers often.
func amount() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-2000, 2000),
		rapid.SampledFrom([]int64{int64(money.Min), int64(money.Min) + 1, int64(money.Max) - 1, int64(money.Max), 0}))
}

func TestArithmeticIsExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := amount().Draw(t, "a"), amount().Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		sum, err := money.Rupiah(a).Add(money.Rupiah(b))
		exact(t, sum, err, new(big.Int).Add(x, y))
		diff, err := money.Rupiah(a).Sub(money.Rupiah(b))
		exact(t, diff, err, new(big.Int).Sub(x, y))
		product, err := money.Rupiah(a).Times(b)
		exact(t, product, err, new(big.Int).Mul(x, y))
	})
}

func TestSum(t *testing.T) {
	t.Parallel()
	if got, err := money.Sum(1, 2, -3, 10); got != 10 || err != nil {
		t.Errorf("Sum = %v, %v; want Rp10", got, err)
	}
	if got, err := money.Sum(); got != 0 || err != nil {
		t.Errorf("Sum of nothing = %v, %v; want Rp0", got, err)
	}
	if _, err := money.Sum(money.Max, 1); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("Sum over the range = %v; want ErrOverflow", err)
	}
}
