package year_test

import (
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// book is what the test knows to have happened with each city's money.
type book map[string][]act

type act struct {
	kind   string
	amount money.Rupiah
	day    time.Time
}

// The kinds of acts; what came in and what was credited may be for an invoice or beyond.
const (
	charged    = "charged" // as recomputed
	received   = "received"
	withheld   = "withheld"
	credited   = "credited"
	writtenOff = "written off"
	voided     = "voided"
	refunded   = "refunded"
)

func (b book) add(c *city, kind string, amount money.Rupiah, day time.Time) {
	b[c.Slug] = append(b[c.Slug], act{kind, amount, day})
}

// sum is what happened of a kind until the end of a day.
func (b book) sum(slug, kind string, until time.Time) (sum money.Rupiah) {
	for _, a := range b[slug] {
		if a.kind == kind && !a.day.After(until) {
			sum += a.amount
		}
	}
	return sum
}

// balanced holds the books of every party on a day against what the test knows.
func (y *world) balanced(until time.Time) {
	y.t.Helper()
	page, next, err := y.finance.Book.Books(y.ctx, until, uuid.Nil)
	y.must(err)
	if next != uuid.Nil {
		y.t.Fatal("there is another page")
	}
	of := map[uuid.UUID]invoice.PartyBooks{}
	for _, b := range page {
		of[b.PartyID] = b
	}
	var all invoice.PartyBooks
	for _, c := range y.order {
		party, _, _, err := y.finance.Party(y.ctx, y.clerk, c.ID)
		y.must(err)
		b := of[party.ID]
		if b.Charged != b.Paid+b.Withheld+b.Credited+b.WrittenOff+b.Voided+b.Open || b.Open < 0 || b.Balance < 0 {
			y.t.Errorf("%s on %s does not balance: %+v", c.Slug, until.Format(time.DateOnly), b)
		}
		sum := func(kind string) money.Rupiah { return y.book.sum(c.Slug, kind, until) }
		for _, x := range []struct {
			what        string
			found, want money.Rupiah
		}{
			{charged, b.Charged, sum(charged)}, {withheld, b.Withheld, sum(withheld)}, {writtenOff, b.WrittenOff, sum(writtenOff)},
			{voided, b.Voided, sum(voided)}, {refunded, b.Refunded, sum(refunded)},
			{"received and credited", b.Paid + b.Credited + b.Balance + b.Refunded, sum(received) + sum(credited)},
			{"open less balance", b.Open - b.Balance, sum(charged) - sum(received) - sum(withheld) - sum(credited) - sum(writtenOff) - sum(voided) + sum(refunded)},
		} {
			if x.found != x.want {
				y.t.Errorf("%s on %s, %s: %v in the books, %v happened", c.Slug, until.Format(time.DateOnly), x.what, x.found, x.want)
			}
		}
		all.Charged, all.Open, all.Balance = all.Charged+b.Charged, all.Open+b.Open, all.Balance+b.Balance
	}
	y.t.Logf("%s: charged %v, open %v, balances %v", until.Format(time.DateOnly), all.Charged, all.Open, all.Balance)
}
