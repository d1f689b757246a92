package money_test

import (
	"errors"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/money"
)

func TestFractionHalfUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		of       money.Rupiah
		num, den int64
		want     money.Rupiah
	}{
		{"eleven twelfths", 1_000_000, 11, 12, 916_667},
		{"eleven percent of that base", 916_667, 12, 100, 110_000},
		{"below half goes down", 10, 1, 3, 3},
		{"exact half goes up", 5, 1, 2, 3},
		{"exact half of a credit goes away from zero", -5, 1, 2, -3},
		{"negative numerator", 5, -1, 2, -3},
		{"whole", 12_345, 7, 7, 12_345},
		{"nothing", 12_345, 0, 7, 0},
		{"product beyond 64 bits", money.Max, 1_000_000, 1_000_000, money.Max},
		{"half of the smallest amount", money.Min, 1, 2, money.Min / 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := tt.of.FractionHalfUp(tt.num, tt.den); got != tt.want || err != nil {
				t.Errorf("%d × %d/%d = %d, %v; want %d", tt.of, tt.num, tt.den, got, err, tt.want)
			}
		})
	}
	for _, den := range []int64{0, -1} {
		if _, err := money.Rupiah(1).FractionHalfUp(1, den); !errors.Is(err, money.ErrShare) {
			t.Errorf("denominator %d: %v; want ErrShare", den, err)
		}
	}
}

func TestFractionIsNeverMoreThanHalfARupiahOff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of, num := amount().Draw(t, "of"), amount().Draw(t, "num")
		den := rapid.Int64Range(1, int64(money.Max)).Draw(t, "den")
		got, err := money.Rupiah(of).FractionHalfUp(num, den)

		// Away from zero at the half: (2·|product| + den) / (2·den), with the sign put back.
		product := new(big.Int).Mul(big.NewInt(of), big.NewInt(num))
		want := new(big.Int).Mul(new(big.Int).Abs(product), big.NewInt(2))
		want.Add(want, big.NewInt(den)).Quo(want, new(big.Int).Mul(big.NewInt(den), big.NewInt(2)))
		if product.Sign() < 0 {
			want.Neg(want)
		}
		exact(t, got, err, want)
	})
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		of      money.Rupiah
		weights []int64
		want    []money.Rupiah
		err     error
	}{
		{"thirds, the odd rupiah to the first", 100, []int64{1, 1, 1}, []money.Rupiah{34, 33, 33}, nil},
		{"the odd rupiah to the largest remainder", 100, []int64{1, 2, 3}, []money.Rupiah{17, 33, 50}, nil},
		{"a credit is divided like a charge", -100, []int64{1, 1, 1}, []money.Rupiah{-34, -33, -33}, nil},
		{"a weight of zero gets nothing", 7, []int64{0, 1}, []money.Rupiah{0, 7}, nil},
		{"the smallest amount", money.Min, []int64{1}, []money.Rupiah{money.Min}, nil},
		{"nobody", 7, nil, nil, money.ErrShare},
		{"no weight at all", 7, []int64{0, 0}, nil, money.ErrShare},
		{"a negative weight", 7, []int64{2, -1}, nil, money.ErrShare},
		{"weights beyond the range", 7, []int64{1 << 62, 1 << 62}, nil, money.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.of.Allocate(tt.weights...)
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("Allocate = %v, %v; want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
	if _, err := money.Rupiah(1).Split(0); !errors.Is(err, money.ErrShare) {
		t.Errorf("Split(0): %v; want ErrShare", err)
	}
}

func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := money.Rupiah(amount().Draw(t, "of"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 40).Draw(t, "weights")
		weights[0]++ // at least one of them counts
		parts, err := of.Allocate(weights...)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := money.Sum(parts...); err != nil || sum != of {
			t.Fatalf("parts of %d add up to %d, %v", of, sum, err)
		}
		for i, w := range weights {
			if w == 0 && parts[i] != 0 {
				t.Fatalf("part %d is %d for no weight", i, parts[i])
			}
		}
		equal, err := of.Split(len(weights))
		if err != nil {
			t.Fatal(err)
		}
		if spread := slices.Max(equal) - slices.Min(equal); spread > 1 {
			t.Fatalf("equal parts differ by %d", spread)
		}
	})
}
