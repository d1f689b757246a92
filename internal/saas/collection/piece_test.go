package collection

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// Whatever is on an invoice, whatever Stripe has lines of, and whatever was paid before: with the pieces it comes to what is to
// be collected, to the rupiah, and no part is named twice.
func TestPiecesMakeUpWhatIsOwed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := func(name string, least, most int64) money.Rupiah {
			return money.Rupiah(rapid.Int64Range(least, most).Draw(t, name))
		}
		var i invoice.Invoice
		var lines []invoice.Line
		for n := range rapid.IntRange(1, 8).Draw(t, "lines") {
			l := invoice.Line{Position: n + 1, Name: i18n.Text{i18n.ID: "X"}, Amount: amount("amount", -1_000, 10_000_000), Source: map[string]any{
				"plan": "a", "version": float64(1), "component": fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "component")), "billed": "2026-11",
				"kind": rapid.SampledFrom([]string{"flat", "unit", "minimum", "discount"}).Draw(t, "kind"), "month": rapid.SampledFrom([]string{"2026-11", "2026-10"}).Draw(t, "month")}}
			lines, i.Net = append(lines, l), i.Net+l.Amount
		}
		i.Tax = amount("tax", max(0, 1-int64(i.Net)), 1_000_000) // an invoice of nothing is never issued
		i.Total = i.Net + i.Tax
		i.Withholdable = amount("withholdable", 0, int64(i.Total))
		st := invoice.Standing{Charged: i.Total, Withheld: amount("withheld", 0, int64(i.Withholdable))}
		st.Open = i.Total - st.Withheld - amount("paid", 0, int64(i.Total-st.Withheld))
		due := st.Open - amount("kept", 0, int64(st.Open))
		var sum int64
		var there []priced
		for n := range rapid.IntRange(0, 4).Draw(t, "there") {
			p := priced{Key: fmt.Sprintf("a/1/%d", n), Expected: int64(amount("expected", 0, 5_000_000)) * 100}
			there, sum = append(there, p), sum+p.Expected
		}
		all, err := pieces(i, lines, st, due, there)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, p := range all {
			if seen[p.Part] || p.Amount == 0 {
				t.Errorf("%+v", p)
			}
			seen[p.Part], sum = true, sum+p.Amount
		}
		if want := int64(due) * 100; sum != want {
			t.Errorf("Stripe comes to %d, want %d", sum, want)
		}
	})
}
