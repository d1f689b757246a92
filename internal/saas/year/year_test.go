package year_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
)

// TestAYear goes through 2026 day by day, and on until its last month is billed and paid.
func TestAYear(t *testing.T) {
	t.Parallel()
	began, calm := time.Now(), idle()
	y := newWorld(t)
	y.begin()
	acts := y.acts()
	rated := newRated()
	for d := day(2026, 1, 1); d.Before(day(2027, 2, 1)); d = d.AddDate(0, 0, 1) {
		y.now = d
		if act := acts[d.Format(time.DateOnly)]; act != nil {
			act()
			y.work()
			delete(acts, d.Format(time.DateOnly))
		}
		if last := day(d.Year(), d.Month()-1, 1); last.Year() >= 2026 {
			y.routine(d, last, rated)
		}
		if d.AddDate(0, 0, 1).Day() == 1 {
			y.balanced(d)
			y.shared(d)
		}
	}
	if len(acts) > 0 {
		t.Errorf("%d acts were forgotten", len(acts))
	}
	for d := day(2026, 2, 1); !d.After(day(2027, 2, 1)); d = d.AddDate(0, 1, 0) {
		y.balanced(d.AddDate(0, 0, -1)) // what has happened since has not changed them
	}
	for d := day(2026, 1, 1); d.Before(day(2027, 2, 1)); d = d.AddDate(0, 1, 0) {
		if again := y.divided(d); again != y.shares[d.Format("2006-01")] {
			t.Errorf("%s was shared out as\n%s and is now\n%s", d.Format("2006-01"), y.shares[d.Format("2006-01")], again)
		}
	}
	y.inTheEnd(rated)
	// The time of the machine, not the test's. What else runs on it makes it longer, so only an idle one is held to the minute.
	took := time.Since(began)
	t.Logf("the year took %s", took.Round(time.Millisecond))
	if took > time.Minute && calm && idle() {
		t.Errorf("the year took %s; want less than a minute", took)
	}
}

// idle reports whether fewer programs want to run than the machine has processors, beside this one's own two or so. Where the
// machine does not tell, it is not known to be idle.
func idle() bool {
	raw, err := os.ReadFile("/proc/loadavg")
	var lately float64
	if err == nil {
		_, err = fmt.Sscan(string(raw), &lately)
	}
	return err == nil && lately < float64(runtime.NumCPU()+2)
}

// routine is what the days of every month are for; last is the month before.
func (y *world) routine(d, last time.Time, r *rated) {
	switch d.Day() {
	case 1, 2, 10:
		for _, c := range y.order {
			inTime, late, tooLate, _ := parts(c.month(last))
			switch d.Day() {
			case 1:
				y.tell(c, inTime)
			case 2:
				y.tell(c, late)
			case 10:
				y.tell(c, tooLate)
				if long := last.AddDate(0, -3, 0); long.Year() >= 2026 {
					_, _, _, longAfter := parts(c.month(long))
					y.tell(c, longAfter)
				}
			}
		}
	case 3:
		y.refused(d)
		y.turn(d)
		r.close(y, last)
	case 4:
		r.issue(y, last)
		y.closedAgain(last)
	case 6:
		y.stripe.Turn()
		y.hear()
	case 8:
		y.cards(r)
	case 11, 19, 27:
		y.turn(d)
	case 12:
		y.transfers()
	case 17:
		y.slips()
	}
}

// begin puts the cities on their plans that are there from the first day on.
func (y *world) begin() {
	first := day(2026, 1, 1)
	for slug, plan := range map[string]string{"tanjungpinang": "rintis", "padang": "madya", "jambi": "rintis", "palembang": "rintis", "bengkulu": "madya", "bandung": "rintis",
		"semarang": "madya", "surabaya": "utama", "pontianak": "rintis", "balikpapan": "madya", "denpasar": "rintis", "makassar": "madya", "manado": "rintis"} {
		y.subscribe(slug, plan, first, billing.SubscribeInput{})
	}
	y.subscribe("batam", "rintis", first, billing.SubscribeInput{Addons: map[string]int64{"ducting": 2}})
	y.subscribe("sabang", "madya", first, billing.SubscribeInput{Coupon: "HEMAT"})
	y.subscribe("ambon", "madya", first, billing.SubscribeInput{Coupon: "PERINTIS"})
	y.agree("", first, finance.SharePart{Name: "Pemerintah Kota Batam", Share: 1_250}, finance.SharePart{Name: "Mitra", Share: 333})
	for slug, h := range habits {
		if h == byCard {
			_, err := y.collect.Choose(y.ctx, y.clerk, collection.ChooseInput{City: y.cities[slug].City, By: collection.ByStripe})
			y.must(err)
		}
	}
	y.work()
}

// acts are what happens on a day of its own.
func (y *world) acts() map[string]func() {
	none := billing.SubscribeInput{}
	return map[string]func(){
		"2026-01-10": func() {
			y.subscribe("medan", "rintis", day(2026, 1, 10), billing.SubscribeInput{TrialDays: 45, Coupon: "PERINTIS"})
		},
		"2026-02-01": func() { y.subscribe("pekanbaru", "utama", day(2026, 2, 1), none) },
		"2026-02-07": func() { y.cash("batam", 500_000) },
		"2026-03-15": func() { y.subscribe("jayapura", "utama", day(2026, 3, 15), none) },
		"2026-03-16": func() { y.subscribe("batam", "madya", day(2026, 3, 16), none) }, // an upgrade, at once
		"2026-03-18": func() { y.takeBack("surabaya", string(invoice.CreditNote), 1_000_000) },
		"2026-03-20": func() { y.refund("surabaya", 600_000) },
		"2026-04-08": func() { y.apply("surabaya") },
		"2026-04-20": func() { y.subscribe("kupang", "rintis", day(2026, 4, 20), none) },
		"2026-05-05": func() {
			y.takeBack("manado", invoice.Void, 0)
			y.subscribe("makassar", "rintis", day(2026, 6, 1), none)
		},
		"2026-05-08": func() { y.apply("palembang") },
		"2026-05-11": func() { y.end("jambi", day(2026, 5, 11), billing.Paused) },
		"2026-05-18": func() { y.takeBack("semarang", string(invoice.CreditNote), 400_000) },
		"2026-05-20": func() { y.subscribe("makassar", "madya", day(2026, 6, 1), none) }, // thought better of
		"2026-05-13": func() { // what was paid once for the plan is not paid again
			y.orders("palembang", change.Input{Plan: "rintis", Version: 1, Addons: map[string]int64{"ducting": 1}}, change.Raise, day(2026, 5, 13))
		},
		"2026-08-12": func() { y.orders("denpasar", change.Input{Plan: "madya", Version: 1}, change.Raise, day(2026, 8, 12)) },
		"2026-09-18": func() { y.orders("bengkulu", change.Input{Plan: "rintis", Version: 2}, change.Lower, day(2026, 10, 1)) },
		"2026-06-08": func() { y.apply("semarang") },
		"2026-06-22": func() { y.creditYear("jayapura", 30_000_001) }, // so much less is left of the year that it does not use up
		"2026-06-07": func() { y.cash("sabang", y.oldest("sabang").Standing.Open+50_000) },
		"2026-06-11": func() { y.subscribe("tanjungpinang", "madya", day(2026, 6, 11), none) },
		"2026-06-20": func() { y.end("padang", day(2026, 7, 1), billing.Cancelled) },
		"2026-07-01": func() {
			_, err := y.billing.Resume(y.ctx, billing.ResumeInput{City: y.cities["jambi"].City, On: day(2026, 7, 1), ActorKind: string(y.clerk.Kind), ActorID: y.clerk.ID})
			y.must(err)
		},
		"2026-07-11": func() {
			y.heldBack("bandung", true)
			y.reminded("bandung", "{-7,0,7,14,30,46,60}")
		},
		"2026-07-13": func() { y.heldBack("bandung", false) },
		"2026-08-07": func() { y.cash("medan", 123_456) },
		"2026-08-08": func() { y.undo("medan", 123_456) },
		"2026-08-10": func() { y.subscribe("kupang", "rintis", day(2026, 9, 1), none) },    // to the new version
		"2026-08-15": func() { y.subscribe("pekanbaru", "madya", day(2026, 8, 15), none) }, // the year is given back by days
		"2026-08-20": func() { y.takeBack("pontianak", invoice.WriteOff, 0) },
		"2026-10-01": func() { y.status("kupang", "suspended") }, // its subscription goes on, and so does what it uses
		"2026-10-12": func() {
			y.end("manado", day(2026, 10, 12), billing.Cancelled)
			y.work()
			y.status("manado", "closed")
		},
		"2026-08-25": func() { y.end("jayapura", day(2026, 9, 10), billing.Cancelled) }, // half a year of what it paid is not used
		"2026-10-06": func() { y.giveBack("jayapura") },
		"2026-10-07": func() { y.refund("jayapura", y.balance("jayapura")) },
		"2026-06-02": func() {
			y.agree("batam", day(2026, 7, 1), finance.SharePart{Name: "Mitra", Share: 1})
		},
		"2026-11-20": func() { y.status("kupang", "active") },
		"2026-09-10": func() { y.subscribe("batam", "rintis", day(2026, 10, 1), none) }, // a downgrade, at the end of the month
	}
}

// status is what the directory says of a city.
func (y *world) status(slug, status string) {
	y.exec("UPDATE tenant SET status = $2 WHERE slug = $1", slug, status)
}

// tooMuch is what a city pays beyond an invoice by mistake.
func (y *world) tooMuch(c *city, _ finance.Bill) (money.Rupiah, bool) {
	return 1_000_000, c.Slug == "palembang" && y.now.Equal(day(2026, 4, 12))
}

// adjusted is what the clerk takes off a month's draft by hand.
func adjusted(c *city, month time.Time) money.Rupiah {
	if c.Slug == "semarang" && month.Equal(day(2026, 3, 1)) {
		return -100_000
	}
	return 0
}

// oldest is a city's open invoice that was issued first; latest is its last, open or not.
func (y *world) oldest(slug string) finance.Bill {
	y.t.Helper()
	for _, b := range y.open() {
		if y.cityOf(b).Slug == slug {
			return b
		}
	}
	y.t.Fatalf("%s owes nothing on %s", slug, y.now.Format(time.DateOnly))
	return finance.Bill{}
}

func (y *world) latest(slug string) finance.Bill {
	y.t.Helper()
	rows, err := y.finance.List(y.ctx, y.clerk, finance.Filter{City: y.cities[slug].ID})
	y.must(err)
	for _, r := range rows {
		if r.Kind == invoice.Bill {
			b, err := y.finance.Find(y.ctx, y.clerk, r.Invoice.ID)
			y.must(err)
			return b
		}
	}
	y.t.Fatalf("%s was never billed", slug)
	return finance.Bill{}
}

// cash is paid to the clerk for the oldest open invoice.
func (y *world) cash(slug string, amount money.Rupiah) {
	_, err := y.finance.Receive(y.ctx, y.clerk, invoice.PaymentInput{Invoice: y.oldest(slug).ID, Method: invoice.Cash, Reference: "KAS-" + slug, Amount: amount, On: y.now})
	y.must(err)
	y.book.add(y.cities[slug], received, amount, y.now)
}

// undo takes cash back that was of somebody else.
func (y *world) undo(slug string, amount money.Rupiah) {
	var id uuid.UUID
	y.must(y.w.DB.App.NewRaw("SELECT id FROM payment WHERE tenant_id = ? AND reference = ?", y.w.Platform.ID, "KAS-"+slug).Scan(y.ctx, &id))
	y.must(y.finance.Bank.UndoPayment(y.ctx, y.clerk, id, "Salah tagihan"))
	y.book.add(y.cities[slug], received, -amount, y.now)
}

func (y *world) apply(slug string) {
	if n, err := y.finance.Apply(y.ctx, y.clerk, y.oldest(slug).ID); err != nil || n <= 0 {
		y.t.Fatalf("the balance of %s: %v, %v", slug, n, err)
	}
}

// refund gives some of a balance back, as one person has asked and another decided.
func (y *world) refund(slug string, amount money.Rupiah) {
	party, _, _, err := y.finance.Party(y.ctx, y.clerk, y.cities[slug].ID)
	y.must(err)
	y.must(y.finance.AskRefund(y.ctx, y.clerk, invoice.RefundInput{Party: party.ID, Amount: amount, Account: "BRK 1", Reason: "Diminta kembali"}))
	asked, err := y.finance.Refunds(y.ctx, y.boss, true)
	y.must(err)
	if len(asked) != 1 {
		y.t.Fatalf("%d refunds are asked for", len(asked))
	}
	if err := y.finance.DecideRefund(y.ctx, y.clerk, asked[0].ID, true); !fault.Is(err, "invoice.own_request") {
		y.t.Errorf("the clerk decides what the clerk asked: %v", err)
	}
	y.must(y.finance.DecideRefund(y.ctx, y.boss, asked[0].ID, true))
	y.book.add(y.cities[slug], refunded, amount, y.now)
}

// takeBack has one person ask and another decide; who asks cannot decide.
func (y *world) takeBack(slug, kind string, net money.Rupiah) {
	c, b := y.cities[slug], y.latest(slug)
	if kind == invoice.WriteOff {
		b = y.oldest(slug)
	}
	in := invoice.RequestInput{Kind: kind, Invoice: b.ID, Reason: "Kesepakatan"}
	what, amount := writtenOff, b.Standing.Open
	switch kind {
	case invoice.Void:
		in.Follows, what = invoice.Replacement, voided
	case string(invoice.CreditNote):
		in.Charges = []invoice.Charge{{Name: i18n.Text{i18n.ID: "Layanan terputus", i18n.EN: "Service was down"}, Amount: net, PPN: b.Lines[0].PPN, PPh: b.Lines[0].PPh}}
		what, amount = credited, y.lessened(c, b, net)
	}
	q, err := y.finance.Ask(y.ctx, y.clerk, in)
	y.must(err)
	if _, err := y.finance.Decide(y.ctx, y.clerk, q.ID, true); !fault.Is(err, "invoice.own_request") {
		y.t.Errorf("the clerk decides what the clerk asked: %v", err)
	}
	_, err = y.finance.Decide(y.ctx, y.boss, q.ID, true)
	y.must(err)
	y.book.add(c, what, amount, y.now)
	if kind == invoice.Void {
		y.anew(c, b.ID)
	}
}

// anew issues what replaces a void invoice, and has that taken back with nothing to follow.
func (y *world) anew(c *city, id uuid.UUID) {
	b, err := y.finance.Find(y.ctx, y.clerk, id)
	y.must(err)
	i, err := y.finance.Issue(y.ctx, y.boss, b.Related.Anew.Draft)
	y.must(err)
	if i.Total != b.Total || i.Replaces.UUID != id {
		y.t.Errorf("%s bills %v in place of %s of %v", i.Number, i.Total, b.Number, b.Total)
	}
	y.book.add(c, charged, i.Total, y.now)
	q, err := y.finance.Ask(y.ctx, y.clerk, invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Nothing, Reason: "Kesepakatan"})
	y.must(err)
	_, err = y.finance.Decide(y.ctx, y.boss, q.ID, true)
	y.must(err)
	y.book.add(c, voided, i.Total, y.now)
}

// lessened is what a credit note takes back with its tax; of what was given to the state a part is with it, and no money.
func (y *world) lessened(c *city, b finance.Bill, net money.Rupiah) money.Rupiah {
	tax, kept := y.taxed(c, net)
	if b.Net+b.Tax > 2_000_000 && net+tax <= 2_000_000 { // the treasurer has kept the tax of the whole
		kept += tax
	}
	if kept = min(kept, b.Standing.Withheld); kept > 0 {
		y.book.add(c, withheld, -kept, y.now)
	}
	return net + tax
}

// creditYear takes so much of what a city was charged for a year back.
func (y *world) creditYear(slug string, net money.Rupiah) {
	c := y.cities[slug]
	var id uuid.UUID
	var line int
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT invoice_id, position FROM invoice_line WHERE source->>'city' = $1 AND source->>'paid_until' IS NOT NULL", c.ID.String()).Scan(&id, &line))
	b, err := y.finance.Find(y.ctx, y.clerk, id)
	y.must(err)
	lines, err := y.finance.CreditLines(y.ctx, y.clerk, id)
	y.must(err)
	in, err := invoice.Crediting(id, lines, map[int]money.Rupiah{line: net}, "Kesepakatan")
	y.must(err)
	q, err := y.finance.Ask(y.ctx, y.clerk, in)
	y.must(err)
	_, err = y.finance.Decide(y.ctx, y.boss, q.ID, true)
	y.must(err)
	y.book.add(c, credited, y.lessened(c, b, net), y.now)
}

// giveBack gives a city what the end of its subscription has left to it: the clerk asks, the boss decides.
func (y *world) giveBack(slug string) {
	c := y.cities[slug]
	all, err := y.billing.Returns(y.ctx)
	y.must(err)
	if len(all) != 1 || all[0].City != c.ID || all[0].Amount != c.left || c.left <= 0 {
		y.t.Fatalf("%s has %v left, listed is %+v", slug, c.left, all)
	}
	in := finance.GiveBackInput{City: c.ID, Source: all[0].Source(), Amount: all[0].Amount, Reason: "Langganan berakhir"}
	for _, of := range all[0].Of {
		in.First = append(in.First, of.Subscription.String()+"/"+of.Component)
	}
	for range 2 { // the second time nothing is left to ask for
		asked, err := y.finance.AskGiveBack(y.ctx, y.clerk, in)
		if asked != c.left && !fault.Is(err, "invoice.nothing_to_credit") {
			y.t.Fatalf("asked for %v of %v: %v", asked, c.left, err)
		}
	}
	waiting, err := y.finance.Requests(y.ctx, y.boss, uuid.Nil, true)
	y.must(err)
	for _, q := range waiting {
		b, err := y.finance.Find(y.ctx, y.clerk, q.InvoiceID)
		y.must(err)
		var net money.Rupiah
		for _, x := range q.Charges {
			net += x.Amount
		}
		_, err = y.finance.Decide(y.ctx, y.boss, q.Request.ID, true)
		y.must(err)
		y.book.add(c, credited, y.lessened(c, b, net), y.now)
	}
}

// balance is what a city has in the books beyond its invoices.
func (y *world) balance(slug string) money.Rupiah {
	_, b, _, err := y.finance.Party(y.ctx, y.clerk, y.cities[slug].ID)
	y.must(err)
	if b.Balance <= 0 {
		y.t.Fatalf("%s has no balance", slug)
	}
	return b.Balance
}

// reminded looks at which rungs of the ladder the oldest open invoice has climbed, each with a letter to the treasurer.
func (y *world) reminded(slug, rungs string) {
	b := y.oldest(slug)
	var climbed string
	var letters int
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT array_agg(days ORDER BY days)::text FROM invoice_reminder WHERE invoice_id = $1 AND say <> ''", b.ID).Scan(&climbed))
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT count(*) FROM message WHERE tenant_id = $1 AND template <> 'invoice_issued' AND data->>'number' = $2", y.cities[slug].ID, b.Number).Scan(&letters))
	if climbed != rungs || letters != 7 {
		y.t.Errorf("%s was reminded %s with %d letters, want %s", slug, climbed, letters, rungs)
	}
}

// heldBack looks at whether the city's record says that its staff are held back, as the ladder announced.
func (y *world) heldBack(slug string, want bool) {
	from, err := arrears.LimitsFrom(y.ctx, y.w.DB.App, y.cities[slug].ID)
	y.must(err)
	var record *time.Time
	y.must(y.raw.QueryRow(y.t.Context(), "SELECT nullif(plan->>'arrears_from', '')::timestamptz FROM tenant WHERE slug = $1", slug).Scan(&record))
	if from.IsZero() == want || (record != nil && !record.IsZero() && record.Year() > 1) != want {
		y.t.Errorf("%s is held back from %s, on its record %v; want %v", slug, from, record, want)
	}
}

// hear is what Stripe tells, each event twice and the last first.
func (y *world) hear() {
	y.t.Helper()
	told := y.stripe.Told(y.heard)
	y.heard += len(told)
	for n := len(told) - 1; n >= 0; n-- {
		raw, err := json.Marshal(told[n])
		y.must(err)
		at := time.Now().Unix() // a signature is of the real time
		mac := hmac.New(sha256.New, []byte(signing))
		fmt.Fprintf(mac, "%d.%s", at, raw)
		for range 2 {
			y.must(y.collect.Receive(y.ctx, raw, fmt.Sprintf("t=%d,v1=%s", at, hex.EncodeToString(mac.Sum(nil)))))
		}
	}
	y.work()
}

// cards are what the cities on Stripe pay there: what it asks for is what is owed less what is kept back.
func (y *world) cards(r *rated) {
	y.t.Helper()
	for _, b := range y.open() {
		c := y.cityOf(b)
		if c.habit != byCard || b.Standing.Paid > 0 {
			continue
		}
		var id string
		y.must(y.raw.QueryRow(y.t.Context(), "SELECT id FROM stripe_invoice WHERE invoice_id = $1", b.ID).Scan(&id))
		want := r.totals[b.ID] - r.kept[b.ID]
		asked, _ := y.stripe.Objects[id]["amount_remaining"].(int64)
		if y.stripe.Objects[id]["status"] != "open" || asked != int64(want)*100 {
			y.t.Errorf("%s, %s: Stripe asks for %d (%v), want %s", c.Slug, b.Number, asked, y.stripe.Objects[id]["status"], rupiah(int64(want)))
		}
		y.stripe.Pay(id, asked)
		y.book.add(c, received, money.Rupiah(asked/100), y.now)
	}
	y.hear()
}
