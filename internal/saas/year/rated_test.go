package year_test

import (
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
)

// rated is what the recomputation says of each month, and what became of it.
type rated struct {
	before  map[string]money.Rupiah // owed until the month before
	carried map[string]money.Rupiah // what a month left to the city
	month   map[string]money.Rupiah // of the last month
	totals  map[uuid.UUID]money.Rupiah
	kept    map[uuid.UUID]money.Rupiah // that the buyer may give to the state
	all     money.Rupiah
}

func newRated() *rated {
	return &rated{before: map[string]money.Rupiah{}, carried: map[string]money.Rupiah{}, month: map[string]money.Rupiah{}, totals: map[uuid.UUID]money.Rupiah{}, kept: map[uuid.UUID]money.Rupiah{}}
}

// close compares what the planned work has closed with what is owed.
func (r *rated) close(y *world, month time.Time) {
	y.t.Helper()
	owed := y.owed(month, y.now)
	for _, c := range y.order {
		r.month[c.Slug] = owed[c.Slug] - r.before[c.Slug] + min(r.carried[c.Slug], 0)
		r.before[c.Slug], r.carried[c.Slug] = owed[c.Slug], r.month[c.Slug]
		all, err := y.billing.Closings(y.ctx, c.City)
		y.must(err)
		var got, returned money.Rupiah
		if len(all) > 0 && all[0].Month.Format("2006-01") == month.Format("2006-01") {
			got = all[0].Total
			for _, l := range all[0].Lines {
				if l.Kind == billing.Returned {
					returned += l.Amount
				}
			}
		}
		want, left := r.month[c.Slug], money.Rupiah(0)
		if want < 0 && c.gone(month) { // nothing follows that could take it over
			want, left, r.carried[c.Slug] = 0, -want, 0
			c.left += left
		}
		if got != want || returned != left {
			y.t.Errorf("%s, %s: closed with %v and %v to give back, recomputed %v and %v", c.Slug, month.Format("2006-01"), got, returned, want, left)
		}
	}
}

// refused tries what a month must not be closed by: while it runs, and before the one that precedes it. Neither leaves anything.
func (y *world) refused(running time.Time) {
	y.t.Helper()
	at, before := y.now, y.kept()
	for _, slug := range []string{"batam", "denpasar"} {
		city := y.cities[slug].City
		if _, err := y.billing.Close(y.w.Ctx(city), city, running); !fault.Is(err, "billing.month_running") {
			y.t.Errorf("%s closes %s while it runs: %v", slug, running.Format("2006-01"), err)
		}
		y.now = day(running.Year(), running.Month()+1, 2)
		if _, err := y.billing.Close(y.w.Ctx(city), city, running); !fault.Is(err, "billing.earlier_open") {
			y.t.Errorf("%s closes %s before the month that precedes it: %v", slug, running.Format("2006-01"), err)
		}
		y.now = at
	}
	if after := y.kept(); after != before {
		y.t.Errorf("what was refused left %v, there was %v", after, before)
	}
}

// closedAgain closes a month once more in every city: it is what it was, and nothing is billed twice.
func (y *world) closedAgain(month time.Time) {
	y.t.Helper()
	before := y.kept()
	for _, c := range y.order {
		all, err := y.billing.Closings(y.ctx, c.City)
		y.must(err)
		if len(all) == 0 || all[0].Month.Format("2006-01") != month.Format("2006-01") {
			continue
		}
		again, err := y.billing.Close(y.w.Ctx(c.City), c.City, month)
		y.must(err)
		if again.Total != all[0].Total || len(again.Lines) != len(all[0].Lines) || !again.ClosedAt.Equal(all[0].ClosedAt) {
			y.t.Errorf("%s, %s: closed again with %v, was %v", c.Slug, month.Format("2006-01"), again.Total, all[0].Total)
		}
	}
	if after := y.kept(); after != before {
		y.t.Errorf("%s closed again left %v, there was %v", month.Format("2006-01"), after, before)
	}
}

// kept counts the closed months, of usage and of bills, and the drafts.
func (y *world) kept() (n [3]int) {
	y.t.Helper()
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT (SELECT count(*) FROM usage_period), (SELECT count(*) FROM billing_month), (SELECT count(*) FROM invoice_draft)").Scan(&n[0], &n[1], &n[2]))
	return n
}

// issue makes the invoices of a month, and compares each with what the law makes of what is owed.
func (r *rated) issue(y *world, month time.Time) {
	y.t.Helper()
	drafts, err := y.finance.Drafts(y.ctx, y.clerk)
	y.must(err)
	of := map[string]uuid.UUID{}
	for _, d := range drafts {
		of[d.Source] = d.Draft.ID
	}
	for _, c := range y.order {
		draft, ok := of[billing.SourceOf(c.ID, month)]
		net := max(r.month[c.Slug], 0)
		if ok != (net > 0) {
			y.t.Errorf("%s, %s: recomputed %v, and is there a draft: %v", c.Slug, month.Format("2006-01"), net, ok)
		}
		if !ok {
			continue
		}
		if less := adjusted(c, month); less != 0 {
			y.must(y.finance.Adjust(y.ctx, y.clerk, invoice.AdjustInput{Draft: draft, Name: "Ganti rugi", Amount: less, Reason: "Gangguan dua hari"}))
			net += less
		}
		i, err := y.finance.Issue(y.ctx, y.boss, draft) // whoever lowered it could not
		y.must(err)
		tax, kept := y.taxed(c, net)
		if i.Net != net || i.Tax != tax || i.Total != net+tax || i.Withholdable != kept {
			y.t.Errorf("%s, %s: %v with %v of tax, of which %v may be kept back; recomputed %v, %v, %v", c.Slug, i.Number, i.Net, i.Tax, i.Withholdable, net, tax, kept)
		}
		r.totals[i.ID], r.kept[i.ID], r.all = net+tax, kept, r.all+net+tax
		y.book.add(c, charged, net+tax, y.now)
	}
	y.work()
}

// inTheEnd looks at what a year must leave behind.
func (y *world) inTheEnd(r *rated) {
	y.t.Helper()
	for _, check := range []struct{ what, sql string }{
		{"numbers with a gap", `SELECT count(*) FROM (SELECT series, year, seq, row_number() OVER (PARTITION BY series, year ORDER BY seq) AS n FROM invoice) i WHERE seq <> n`},
		{"counters that are not at their last number", `SELECT count(*) FROM invoice_counter c WHERE last <> (SELECT count(*) FROM invoice i WHERE i.series = c.series AND i.year = c.year)`},
		{"papers missing", `SELECT count(*) FROM invoice i WHERE NOT EXISTS (SELECT FROM invoice_paper p WHERE p.invoice_id = i.id AND p.payment_id = '00000000-0000-0000-0000-000000000000')`},
		{"receipts missing", `SELECT count(*) FROM payment y WHERE method <> 'slip' AND NOT EXISTS (SELECT FROM invoice_paper p WHERE p.payment_id = y.id)`},
		{"jobs that failed", `SELECT count(*) FROM outbox WHERE state = 'failed' OR last_error <> ''`},
		{"jobs left undone", `SELECT count(*) FROM outbox WHERE state = 'waiting' AND (kind LIKE 'finance.%' OR kind LIKE 'billing.%' OR kind LIKE 'collection.%')`},
		{"events of Stripe not dealt with", `SELECT count(*) FROM stripe_event WHERE processed_at IS NULL`},
		{"incidents", `SELECT count(*) FROM stripe_incident`},
		{"closed months without an end", `SELECT count(*) FROM billing_month WHERE billed_at IS NULL`},
		{"lines of the bank that pay nothing", `SELECT count(*) FROM bank_line WHERE state NOT IN ('matched', 'out')`},
	} {
		var n int
		y.must(y.raw.QueryRow(y.t.Context(), check.sql).Scan(&n))
		if n != 0 {
			y.t.Errorf("%s: %d", check.what, n)
		}
	}
	var series, corrections int
	y.must(y.raw.QueryRow(y.t.Context(), `SELECT (SELECT count(DISTINCT (series, year)) FROM invoice), (SELECT count(*) FROM invoice_line WHERE source->>'month' < source->>'billed')`).Scan(&series, &corrections))
	if series != 3 || corrections == 0 || y.statement != 36 {
		y.t.Errorf("%d series of a year, %d lines that correct, %d statements: the year tests too little", series, corrections, y.statement)
	}
	for _, c := range y.order {
		var given money.Rupiah
		y.must(y.raw.QueryRow(y.t.Context(), `SELECT coalesce(sum(l.amount), 0)::bigint FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id JOIN party p ON p.id = i.party_id
			WHERE p.city = $1 AND i.kind = 'credit_note' AND l.source->>'closing' IS NOT NULL`, c.ID).Scan((*int64)(&given)))
		if given != c.left || c.left > 0 != (c.Slug == "jayapura") {
			y.t.Errorf("%s: its end left %v, and %v was given back", c.Slug, c.left, given)
		}
		months, err := y.metering.Months(y.ctx, c.City)
		y.must(err)
		for _, m := range months {
			wrong, err := y.metering.Verify(y.ctx, c.City, m)
			y.must(err)
			if len(wrong) > 0 {
				y.t.Errorf("%s, %s: the roll-ups differ: %+v", c.Slug, m.Format("2006-01"), wrong)
			}
		}
	}
	y.t.Logf("%d events, %d invoices of %v, %d statements, %d corrections", y.used, len(r.totals), r.all, y.statement, corrections)
}
