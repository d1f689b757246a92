package invoice_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/invoice"
)

// TestAChargeWithATaxOfItsOwnKeepsIt: what is said of a party from a day on taxes what it is charged, and not what is taxed by what it is, nor what
// is added to that by hand; a replacement keeps the same.
func TestAChargeWithATaxOfItsOwnKeepsIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		p := invoice.Party{ID: s.company, Name: "PT Serat Contoh", Address: "Jl. C", PPN: "jasa", PPh: "pph23", Basis: "contoh"}
		_, err := s.ReviseParty(ctx, tx, s.maker, p, day(2026, 11, 26), day(2026, 11, 26), "Kini memotong PPh")
		return err
	})
	own, plain := charge(1_000_000, "jasa-ftz", ""), charge(200_000, "jasa-ftz", "")
	own.Own = true
	d := s.draft(t, s.company, own, plain)
	s.tx(t, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Adjust(ctx, tx, s.checker, invoice.AdjustInput{Draft: d.ID, Name: "Tambahan", Amount: 50_000, Reason: "Salah ukur"})
		return err
	})
	taxed := func(i invoice.Invoice) (all []string) {
		_, lines, _, err := s.Find(s.ctx, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			all = append(all, fmt.Sprintf("%d %s %s", l.Amount, l.PPN, l.PPh))
		}
		return all
	}
	want := "[1000000 jasa-ftz  200000 jasa pph23 50000 jasa-ftz ]"
	i, err := s.finalise(s.ctx, d.ID, day(2026, 11, 27))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(taxed(i)); got != want || i.Tax != 22_000 || i.Withholdable != 4_000 {
		t.Errorf("%s with %v of tax and %v kept back", got, i.Tax, i.Withholdable)
	}
	if err := s.decided(invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement}); err != nil {
		t.Fatal(err)
	}
	again, err := s.finalise(s.ctx, s.related(t, i).Anew.Draft, day(2026, 12, 6))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(taxed(again)); got != want {
		t.Errorf("billed anew: %s", got)
	}
}
