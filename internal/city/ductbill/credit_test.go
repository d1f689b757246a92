package ductbill

import (
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// Every amount was worked out by hand.
func TestCreditIsTakenOffWhatTheLeaseIsCharged(t *testing.T) {
	t.Parallel()
	lease := uuid.New()
	charge := func(of uuid.UUID, amount money.Rupiah, ppn string) invoice.Charge {
		return invoice.Charge{Amount: amount, PPN: ppn, PPh: "pph23", Source: map[string]any{"kind": "duct", "lease": of}}
	}
	many := make([]invoice.Charge, linesMost-1)
	for i := range many {
		many[i] = charge(lease, 1_000, "dalam")
	}
	for name, tt := range map[string]struct {
		charges []invoice.Charge
		amount  money.Rupiah
		taken   money.Rupiah
		want    []money.Rupiah // of the lines that are added
	}{
		"one tax":                     {[]invoice.Charge{charge(lease, 100_000, "dalam")}, 30_000, 0, []money.Rupiah{-30_000}},
		"two taxes in proportion":     {[]invoice.Charge{charge(lease, 300_000, "dalam"), charge(lease, 100_000, "luar")}, 30_001, 0, []money.Rupiah{-22_501, -7_500}},
		"what was let off counts":     {[]invoice.Charge{charge(lease, 100_000, "dalam"), charge(lease, -90_000, "dalam")}, 30_000, 0, []money.Rupiah{-10_000}},
		"the rest of one begun":       {[]invoice.Charge{charge(lease, 100_000, "dalam")}, 30_000, 25_000, []money.Rupiah{-5_000}},
		"never more than is charged":  {[]invoice.Charge{charge(lease, 20_000, "dalam"), charge(lease, 5_000, "luar")}, 30_000, 0, []money.Rupiah{-20_000, -5_000}},
		"nothing off what lets off":   {[]invoice.Charge{charge(lease, -5_000, "dalam")}, 30_000, 0, nil},
		"beyond the lines of a draft": {append(append([]invoice.Charge{}, many...), charge(lease, 5, "luar")), 30_000, 0, nil},
	} {
		o := &part{lease: lease, charges: tt.charges}
		if _, err := o.credit(Credit{ID: uuid.New(), LeaseID: lease, Amount: tt.amount, Taken: tt.taken}); err != nil {
			t.Fatal(err)
		}
		added := o.charges[len(tt.charges):]
		var sum money.Rupiah
		ok := len(added) == len(tt.want)
		for i, c := range added {
			ok = ok && c.Amount == tt.want[i]
			sum -= c.Amount
		}
		if !ok || (len(o.off) > 0) != (sum > 0) || len(o.off) > 0 && o.off[0].amount != sum {
			t.Errorf("%s: %+v, off %+v", name, added, o.off)
		}
	}
}

// TestCreditsLeaveNoTaxBelowZero: whatever is charged and owed, what is charged under a tax stays above nothing, and no more is taken off
// than is owed.
func TestCreditsLeaveNoTaxBelowZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		taxes := []string{"dalam", "luar", "bebas"}
		o := &part{lease: uuid.New()}
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			o.charges = append(o.charges, invoice.Charge{Amount: money.Rupiah(rapid.Int64Range(0, 1_000_000).Draw(t, "amount")), PPN: rapid.SampledFrom(taxes).Draw(t, "tax")})
		}
		var owedAll money.Rupiah
		for range rapid.IntRange(0, 5).Draw(t, "credits") {
			k := Credit{ID: uuid.New(), LeaseID: o.lease, Amount: money.Rupiah(rapid.Int64Range(1, 2_000_000).Draw(t, "owed"))}
			owedAll += k.Amount
			if _, err := o.credit(k); err != nil {
				t.Fatal(err)
			}
		}
		left := map[string]money.Rupiah{}
		var off money.Rupiah
		for _, c := range o.charges {
			if left[c.PPN] += c.Amount; c.Amount < 0 {
				off -= c.Amount
			}
		}
		for tax, sum := range left {
			if sum < 0 {
				t.Fatalf("%s is %v", tax, sum)
			}
		}
		var kept money.Rupiah
		for _, x := range o.off {
			kept += x.amount
		}
		if kept != off || off > owedAll {
			t.Fatalf("%v taken off, %v kept, %v owed", off, kept, owedAll)
		}
	})
}
