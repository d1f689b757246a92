package year_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/saas/finance"
)

// agree has the clerk ask how what comes in is shared, of one city or of all, and the boss decide.
func (y *world) agree(slug string, from time.Time, parts ...finance.SharePart) {
	y.t.Helper()
	in := finance.AgreementInput{From: from, Parts: parts, Reason: "PKS"}
	if slug != "" {
		in.City = uuid.NullUUID{UUID: y.cities[slug].ID, Valid: true}
	}
	a, err := y.finance.AskAgreement(y.ctx, y.clerk, in)
	y.must(err)
	y.must(y.finance.DecideAgreement(y.ctx, y.boss, a.ID, true))
}

// shared holds what a month shares out against the money that the test knows to have moved: all that ever came in, less what was paid
// back and what is a balance, is what was shared and the PPN in it; and each part is its share to the rupiah.
func (y *world) shared(last time.Time) {
	y.t.Helper()
	y.shares[last.Format("2006-01")] = y.divided(last)
	all, err := y.finance.DividedIn(y.ctx, y.clerk, last)
	y.must(err)
	for _, d := range all {
		y.collected[d.Name] += d.Collected
	}
	for _, c := range y.order {
		party, books, _, err := y.finance.Party(y.ctx, y.clerk, c.ID)
		y.must(err)
		want := y.book.sum(c.Slug, received, last) - y.book.sum(c.Slug, refunded, last) - books.Balance
		if y.collected[party.Name] != want {
			y.t.Errorf("%s until %s: %v was shared out or was PPN, %v came in", c.Slug, last.Format(time.DateOnly), y.collected[party.Name], want)
		}
	}
}

// divided is a month's shares in words.
func (y *world) divided(month time.Time) string {
	y.t.Helper()
	all, err := y.finance.DividedIn(y.ctx, y.clerk, month)
	y.must(err)
	var b strings.Builder
	for _, d := range all {
		weights := map[string]int64{"": 8_417, "Pemerintah Kota Batam": 1_250, "Mitra": 333}
		if d.Name == "Pemerintah Kota Batam" && !month.Before(day(2026, 7, 1)) {
			weights = map[string]int64{"": 9_999, "Mitra": 1}
		}
		rest := d.Base()
		for _, x := range d.Parts {
			rest -= x.Amount
			if off := int64(x.Amount)*10_000 - int64(d.Base())*weights[x.Name]; off <= -10_000 || off >= 10_000 {
				y.t.Errorf("%s, %s: %v of %v to %q", d.Name, month.Format("2006-01"), x.Amount, d.Base(), x.Name)
			}
			fmt.Fprintf(&b, "%s, %s: %v\n", d.Name, x.Name, x.Amount)
		}
		if rest != 0 || len(d.Parts) != len(weights) {
			y.t.Errorf("%s, %s: %v of %v is left in %d parts", d.Name, month.Format("2006-01"), rest, d.Base(), len(d.Parts))
		}
	}
	return b.String()
}
