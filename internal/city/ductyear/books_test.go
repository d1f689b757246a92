package ductyear_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
)

// deferred holds what the company has been paid ahead, and what of it is revenue by now, against the days and prices that people agreed on,
// and the schedule against what was invoiced, month by month.
func (y *world) deferred(days string) {
	y.t.Helper()
	guard, err := access.New(y.w.DB, slog.New(slog.DiscardHandler))
	y.must(err)
	s := revenue.New(revenue.Deps{DB: y.w.DB, Guard: guard, Now: func() time.Time { return now }, Page: 3})
	officer := identity.Actor{ID: uuid.New(), TenantID: y.w.Batam.ID, Kind: identity.Staff, Roles: []string{"revenue_officer"}, TOTP: true}
	found, next := map[string][2]money.Rupiah{}, time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	x, err := s.Deferred(y.ctx, officer, now)
	y.must(err)
	over := 0
	for _, d := range x.All {
		done, err := d.Recognised(next)
		y.must(err)
		if !d.EndedOn.IsZero() {
			over++
		}
		key := d.LeaseID.String() + " 0001-01"
		found[key] = [2]money.Rupiah{found[key][0] + d.Charged(next), found[key][1] + d.Charged(next) - done}
	}
	want := y.sums(aheadSQL, y.w.Batam.ID, y.made.First, y.made.Last, days, now)
	var sum, left money.Rupiah
	for key, w := range want {
		if sum, left = sum+w[0], left+w[1]; w != found[key] {
			y.t.Errorf("%s: %v is deferred, %v is to be", key, found[key], w)
		}
	}
	var invoiced int64
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT coalesce(sum(l.amount), 0)::bigint FROM invoice i JOIN invoice_line l ON l.tenant_id = i.tenant_id AND l.invoice_id = i.id WHERE i.tenant_id = $1 AND i.kind = 'invoice' AND l.source ->> 'tariff' = 'akses-manhole-sekali'", y.w.Batam.ID).Scan(&invoiced))
	if len(want) < 8 || len(found) != len(want) || over == 0 || left == 0 || left >= sum || int64(sum) != invoiced {
		y.t.Errorf("%d leases have paid %v ahead (%d invoiced), %v is left, %d are over", len(want), sum, invoiced, left, over)
	}
	var charged, recognised money.Rupiah
	for year := y.made.First.Year(); year <= now.Year(); year++ {
		day := time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)
		if year == now.Year() {
			day = now
		}
		x, err := s.Deferred(y.ctx, officer, day)
		y.must(err)
		for _, m := range x.Year {
			if m.Month.After(now) {
				continue
			}
			if charged, recognised = charged+m.Charged, recognised+m.Recognised; m.Balance != charged-recognised {
				y.t.Errorf("%s: %v is left of %v invoiced and %v recognised", m.Month.Format("2006-01"), m.Balance, charged, recognised)
			}
		}
	}
	if charged != sum {
		y.t.Errorf("the schedules say that %v was invoiced, and it was %v", charged, sum)
	}
	y.t.Logf("%d leases paid %v ahead, of which %v is left to be recognised; %d ended before", len(want), sum, left, over)
}

// repaid holds what others were charged of repairs, less what was credited since others answer, against what people said in the end: to
// the rupiah, as the parts of a cost add up to it.
func (y *world) repaid() {
	y.t.Helper()
	rows, err := y.raw.Query(y.t.Context(), `SELECT l.source ->> 'damage', coalesce(w.operator_id, $2)::text, sum(l.amount - coalesce((SELECT sum(b.amount) FROM invoice n JOIN invoice_line b ON b.tenant_id = n.tenant_id AND b.invoice_id = n.id
				WHERE n.tenant_id = $1 AND n.credits = i.id AND b.source ->> 'line' = l.position::text), 0))::bigint, count(*), min(i.tax + i.withholdable)::bigint
			FROM invoice i JOIN invoice_line l ON l.tenant_id = i.tenant_id AND l.invoice_id = i.id JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id
		WHERE i.tenant_id = $1 AND i.kind = 'invoice' AND l.source ->> 'kind' = 'repair' GROUP BY 1, 2 HAVING sum(l.amount) > 0`, y.w.Batam.ID, uuid.Nil)
	y.must(err)
	found, again := map[string]money.Rupiah{}, 0
	for rows.Next() {
		var damage, who string
		var amount, times, taxed int64
		y.must(rows.Scan(&damage, &who, &amount, &times, &taxed))
		if found[damage+who] = money.Rupiah(amount); times > 1 {
			again++
		}
		if taxed != 0 {
			y.t.Errorf("compensation for %s is taxed", damage)
		}
	}
	y.must(rows.Err())
	paid, none, dug := 0, 0, money.Rupiah(0)
	for _, b := range y.made.Breaks {
		whole := len(b.Pay) > 0
		sum, percent := money.Rupiah(0), 0
		for who, p := range b.Pay {
			got := found[b.Damage.String()+who.String()]
			if d := int64(got)*100 - int64(b.Cost)*int64(p); d <= -100 || d >= 100 {
				y.t.Errorf("%v is charged for %d%% of %v", got, p, b.Cost)
			}
			delete(found, b.Damage.String()+who.String())
			if who == uuid.Nil {
				dug += got
			}
			sum, percent, paid = sum+got, percent+p, paid+1
		}
		if whole && percent == 100 && sum != b.Cost {
			y.t.Errorf("%v is charged of %v", sum, b.Cost)
		}
	}
	for key, left := range found {
		if none++; left != 0 {
			y.t.Errorf("%s: %v is still charged to who does not answer any more", key, left)
		}
	}
	var owed, came int64
	y.must(y.raw.QueryRow(y.t.Context(), `SELECT (SELECT sum(e.amount) FROM invoice_entry e JOIN duct_payer w ON w.tenant_id = e.tenant_id AND w.party_id = e.party_id WHERE e.tenant_id = $1 AND w.operator_id IS NULL)::bigint,
		(SELECT sum(p.amount) FROM payment p JOIN duct_payer w ON w.tenant_id = p.tenant_id AND w.party_id = p.party_id WHERE p.tenant_id = $1 AND w.operator_id IS NULL)::bigint`, y.w.Batam.ID).Scan(&owed, &came))
	if owed != int64(dug)-came || came == 0 {
		y.t.Errorf("who dug answers for %v and has paid %d: %d is owed", dug, came, owed)
	}
	if paid < 4 || again == 0 || none == 0 {
		y.t.Errorf("%d shares of repairs are charged, %d of them anew, %d taken back", paid, again, none)
	}
	y.t.Logf("%d shares of repairs to the rupiah, %d charged anew, %d taken back; who dug owes %v", paid, again, none, money.Rupiah(owed))
}

// taxed holds the taxes of each invoice against the law: none inside the free-trade area, 12 % of 11/12 outside (PMK 131/2024), and 2 %
// of what is leased kept back.
func (y *world) taxed() {
	y.t.Helper()
	var bad, many int
	y.must(y.raw.QueryRow(y.t.Context(), `SELECT count(*) FILTER (WHERE i.net <> x.net OR i.tax <> x.tax OR i.total <> x.net + x.tax OR i.withholdable <> x.kept), count(*) FROM invoice i CROSS JOIN LATERAL (
			SELECT sum(amount) AS net, round(round(coalesce(sum(amount) FILTER (WHERE ppn = 'jasa'), 0) * 11 / 12) * 12 / 100) AS tax, round(coalesce(sum(amount) FILTER (WHERE ppn <> 'bukan-objek'), 0) * 2 / 100) AS kept
			FROM invoice_line l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id) x WHERE i.tenant_id = $1 AND i.kind = 'invoice'`, y.w.Batam.ID).Scan(&bad, &many))
	if bad > 0 || many != y.made.Invoices {
		y.t.Errorf("%d of %d invoices are taxed otherwise (%d were made)", bad, many, y.made.Invoices)
	}
}

// letOff holds what damages let off against the rules, lease by lease and month by month. Each kind of it is among the years: off the next
// month, a month off altogether, and by a credit note after the last.
func (y *world) letOff(days string) {
	y.t.Helper()
	breaks, err := json.Marshal(y.made.Breaks)
	y.must(err)
	want, found := y.sums(letSQL, y.w.Batam.ID, y.made.First, y.made.Last, days, string(breaks)), y.sums(gaveSQL, y.w.Batam.ID)
	after, sum := 0, money.Rupiah(0)
	for key, w := range want {
		if sum += w[0]; w != found[key] {
			y.t.Errorf("%s: %v was let off, %v is to be", key, found[key][0], w[0])
		}
		if strings.HasSuffix(key, "0001-01") {
			after++
		}
	}
	for key, f := range found {
		if _, ok := want[key]; !ok {
			y.t.Errorf("%s: %v was let off for nothing", key, f[0])
		}
	}
	if len(y.made.Breaks) < 7 || len(want) < 8 || after == 0 || y.made.Closed == 0 {
		y.t.Errorf("%d damages let off in %d months, %d after the last, and %d months were closed", len(y.made.Breaks), len(want), after, y.made.Closed)
	}
	y.t.Logf("%d damages let %v off in %d months of leases, %d of them by credit notes", len(y.made.Breaks), sum, len(want), after)
}

// guaranteed holds what banks answer for of the works against what was given and returned.
func (y *world) guaranteed() {
	y.t.Helper()
	var want, held int64
	for _, w := range y.made.Works {
		want += w.Held
	}
	var works, released int
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT coalesce(sum(g.amount) FILTER (WHERE g.settled = ''), 0)::bigint, count(DISTINCT w.id), count(DISTINCT w.id) FILTER (WHERE w.state = 'released') FROM duct_work w JOIN duct_work_guarantee g ON g.tenant_id = w.tenant_id AND g.work_id = w.id WHERE w.tenant_id = $1", y.w.Batam.ID).Scan(&held, &works, &released))
	if held != want || works != len(y.made.Works) || works < 5 || released == 0 || released == works {
		y.t.Errorf("banks answer for %d by the records and for %d by what was done; %d works, %d released", held, want, works, released)
	}
}

// balanced holds the books of every operator against rows that nothing else is made of: invoices, credit notes and payments.
func (y *world) balanced() {
	y.t.Helper()
	var received money.Rupiah
	for _, operator := range y.made.Operators {
		s, err := y.book.Statement(y.ctx, y.who, operator, y.made.First, now.AddDate(0, 0, 1))
		y.must(err)
		b := s.Books
		if b.Charged != b.Paid+b.Withheld+b.Credited+b.WrittenOff+b.Voided+b.Open || b.Open < 0 || b.Balance < 0 || s.After != b.Open-b.Balance || s.Before != 0 {
			y.t.Errorf("%s does not balance: %+v, %v owed", operator, b, s.After)
		}
		var charged, credited, cash, slips, less int64
		y.must(y.raw.QueryRow(y.t.Context(), `SELECT (SELECT coalesce(sum(i.total), 0)::bigint FROM invoice i WHERE i.tenant_id = $1 AND i.party_id = w.party_id AND i.kind = 'invoice'),
				(SELECT coalesce(sum(i.total), 0)::bigint FROM invoice i WHERE i.tenant_id = $1 AND i.party_id = w.party_id AND i.kind = 'credit_note'),
				(SELECT coalesce(sum(p.amount), 0)::bigint FROM payment p WHERE p.tenant_id = $1 AND p.party_id = w.party_id AND p.method <> 'slip'),
				(SELECT coalesce(sum(p.amount), 0)::bigint FROM payment p WHERE p.tenant_id = $1 AND p.party_id = w.party_id AND p.method = 'slip'),
				(SELECT coalesce(sum(e.amount), 0)::bigint FROM invoice_entry e WHERE e.tenant_id = $1 AND e.party_id = w.party_id AND e.kind = 'withheld' AND e.amount > 0)
			FROM duct_payer w WHERE w.tenant_id = $1 AND w.operator_id = $2`, y.w.Batam.ID, operator).Scan(&charged, &credited, &cash, &slips, &less))
		// What a credit note takes back of what was paid is the company's balance, and a slip is less by its share.
		if int64(b.Charged) != charged || int64(b.Paid+b.Balance+b.Credited) != cash+credited-less || int64(b.Withheld) != slips-less || int64(b.Credited) > credited {
			y.t.Errorf("%s: the books say %+v, the papers %d charged, %d credited, %d and %d came in", operator, b, charged, credited, cash, slips)
		}
		received += money.Rupiah(cash + slips)
	}
	var others int64 // who dug
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT coalesce(sum(p.amount), 0)::bigint FROM payment p JOIN duct_payer w ON w.tenant_id = p.tenant_id AND w.party_id = p.party_id WHERE p.tenant_id = $1 AND w.operator_id IS NULL", y.w.Batam.ID).Scan(&others))
	if received += money.Rupiah(others); received != y.made.Received {
		y.t.Errorf("%v came in, and the books have %v", y.made.Received, received)
	}
}
