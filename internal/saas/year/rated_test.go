package year_test

import (
	"time"

	"github.com/google/uuid"

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
		var got money.Rupiah
		if len(all) > 0 && all[0].Month.Format("2006-01") == month.Format("2006-01") {
			got = all[0].Total
		}
		if got != r.month[c.Slug] {
			y.t.Errorf("%s, %s: closed with %v, recomputed %v", c.Slug, month.Format("2006-01"), got, r.month[c.Slug])
		}
	}
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
		i, err := y.finance.Issue(y.ctx, y.clerk, draft)
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
