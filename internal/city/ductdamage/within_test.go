package ductdamage

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/money"
)

// TestWithin: what is named is hit with all that lies in it, and nothing beside it.
func TestWithin(t *testing.T) {
	t.Parallel()
	unit := func(kind string, position int, in *duct.Unit) *duct.Unit {
		u := &duct.Unit{ID: uuid.New(), Kind: kind, Position: position}
		if in != nil {
			u.ParentID = uuid.NullUUID{UUID: in.ID, Valid: true}
		}
		return u
	}
	one, two := unit(duct.Duct, 1, nil), unit(duct.Duct, 2, nil)
	eleven := unit(duct.Duct, 11, nil)
	oneOne, twoOne := unit(duct.Subduct, 1, one), unit(duct.Subduct, 1, two)
	micro := unit(duct.Microduct, 3, oneOne)
	all := []duct.Unit{*one, *two, *eleven, *oneOne, *twoOne, *micro}
	for name, tt := range map[string]struct {
		places      []string
		hit, named  []*duct.Unit
		nothingLies string
	}{
		"all of it":             {nil, []*duct.Unit{one, two, eleven, oneOne, twoOne, micro}, []*duct.Unit{one, two, eleven}, ""},
		"a duct, and not 11":    {[]string{"1"}, []*duct.Unit{one, oneOne, micro}, []*duct.Unit{one}, ""},
		"a subduct":             {[]string{"1.1"}, []*duct.Unit{oneOne, micro}, []*duct.Unit{oneOne}, ""},
		"a microduct":           {[]string{"1.1.3"}, []*duct.Unit{micro}, []*duct.Unit{micro}, ""},
		"two of them":           {[]string{"2.1", "11"}, []*duct.Unit{eleven, twoOne}, []*duct.Unit{eleven, twoOne}, ""},
		"where nothing lies":    {[]string{"1", "3"}, nil, nil, "3"},
		"what is no place":      {[]string{"satu"}, nil, nil, "satu"},
		"a duct and what is in": {[]string{"1", "1.1"}, []*duct.Unit{one, oneOne, micro}, []*duct.Unit{one, oneOne}, ""},
	} {
		hit, bad := within(all, tt.places)
		var got, named []uuid.UUID
		for _, h := range hit {
			got = append(got, h.UnitID)
			if h.Named {
				named = append(named, h.UnitID)
			}
		}
		ids := func(all []*duct.Unit) (out []uuid.UUID) {
			for _, u := range all {
				out = append(out, u.ID)
			}
			return out
		}
		if !slices.Equal(got, ids(tt.hit)) || !slices.Equal(named, ids(tt.named)) || bad != tt.nothingLies {
			t.Errorf("%s: %d hit, %d named, %q", name, len(got), len(named), bad)
		}
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"RSK-26-7K3QXM": "RSK-26-7K3QXM", " rsk 26 7k3qxm ": "RSK-26-7K3QXM", "rsk26oIL1O0": "RSK-26-011100", "BTM-26-7K3QX-4": "", "RSK-26-7K3QX": "", "RSK-XX-7K3QXM": "", "RSK-26-7K3QXU": "", "": ""} {
		if got, ok := ParseNumber(typed); got != want || ok != (want != "") {
			t.Errorf("%q is %q", typed, got)
		}
	}
}

// TestSharesAddUp: whatever the cost and however many pay, what they pay is the cost to the rupiah, and nobody pays less than nothing.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cost := money.Rupiah(rapid.Int64Range(0, int64(costMost)).Draw(t, "cost"))
		left := 100
		in := CauseInput{Cause: "excavation", Liable: Nobody, RootCause: "x", Cost: cost}
		for left > 0 && len(in.Shares) < SharesMost {
			n := rapid.IntRange(1, left).Draw(t, "percent")
			if len(in.Shares) == SharesMost-1 {
				n = left
			}
			in.Shares = append(in.Shares, Share{Party: ByOperator, OperatorID: uuid.NullUUID{UUID: uuid.New(), Valid: true}, Percent: n})
			left -= n
		}
		if err := in.check(nil); err != nil {
			t.Fatal(err)
		}
		twice := in
		half := in.Shares[0]
		half.Percent = 50
		if twice.Shares = []Share{half, half}; twice.check(nil) == nil {
			t.Fatal("a party pays two shares")
		}
		if err := share(cost, in.Shares); err != nil {
			t.Fatal(err)
		}
		sum := money.Rupiah(0)
		for _, x := range in.Shares {
			if x.Amount < 0 {
				t.Fatalf("%+v", in.Shares)
			}
			sum += x.Amount
		}
		if sum != cost {
			t.Fatalf("%v of %v: %+v", sum, cost, in.Shares)
		}
	})
}
