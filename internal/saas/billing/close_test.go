package billing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

// books is a world whose usage is counted from real events and billed by the clock of the test.
type books struct {
	*billing.Service
	w   *pgtest.World
	ctx context.Context // the platform's
	now time.Time
	n   int
}

func openBooks(t *testing.T) *books {
	t.Helper()
	b := &books{w: pgtest.Open(t), now: day(2026, 8, 1)}
	b.ctx = b.w.Ctx(b.w.Platform)
	clock := func() time.Time { return b.now }
	b.Service = billing.New(b.w.DB, metering.New(b.w.DB, clock), clock)
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('uji', '{"id": "Uji"}', '{"id": "."}'), ('besar', '{"id": "Besar"}', '{"id": "."}'), ('tahunan', '{"id": "Tahunan"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('uji', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3100000, "name": {"id": "Langganan"}},
				{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 10, "price": 2500, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
				{"code": "dokumen", "kind": "tiered", "meter": "documents_issued", "tiers": [{"up_to": 4, "price": 1000}, {"price": 333}], "name": {"id": "Dokumen"}, "unit": {"id": "dokumen"}},
				{"code": "putusan", "kind": "package", "meter": "applications_decided", "size": 3, "price": 7000, "name": {"id": "Putusan"}, "unit": {"id": "putusan"}},
				{"code": "ducting", "kind": "flat", "optional": true, "price": 600001, "name": {"id": "Ducting"}},
				{"code": "pemasangan", "kind": "once", "price": 1000000, "name": {"id": "Pemasangan"}},
				{"code": "minimum", "kind": "minimum", "price": 4444444, "name": {"id": "Paling sedikit"}}]'),
			('besar', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9300000, "name": {"id": "Langganan"}},
				{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "price": 1000, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}}]'),
			('tahunan', 1, '2026-01-01', '[{"code": "setahun", "kind": "flat", "every": "year", "price": 36500000, "name": {"id": "Setahun"}}]')`,
		`INSERT INTO coupon (code, percent, months, given_from, given_until, note) VALUES ('PERINTIS', 15, 2, '2026-01-01', '2026-12-01', 'Kota perintis')`,
	} {
		if _, err := b.w.DB.Platform.NewRaw(statement).Exec(b.ctx); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *books) load(t *testing.T) {
	t.Helper()
	b.loadSaying(t, func(*invoice.Seller) {})
}

func (b *books) loadSaying(t *testing.T, say func(*invoice.Seller)) {
	t.Helper()
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err == nil {
		say(&setup.Seller)
		err = tenancy.InTx(b.ctx, b.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			_, err := invoice.Load(ctx, tx, identity.Actor{Kind: audit.System}, setup)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (b *books) subscribe(t *testing.T, city tenancy.City, plan string, on time.Time, more billing.SubscribeInput) {
	t.Helper()
	more.City, more.Plan, more.StartsOn, more.ActorKind = city, plan, on, audit.System
	if _, err := b.Subscribe(b.ctx, more); err != nil {
		t.Fatal(err)
	}
}

// use records events of a type in a city, one every hour of its time from an instant on.
func (b *books) use(t *testing.T, city tenancy.City, kind string, from time.Time, many int) {
	t.Helper()
	ctx := b.w.Ctx(city)
	err := tenancy.InTx(ctx, b.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var events []metering.Event
		for i := range many {
			b.n++
			events = append(events, metering.Event{Source: "/uji", ID: fmt.Sprint(b.n), Type: kind, Subject: fmt.Sprint(b.n), Time: from.Add(time.Duration(i) * time.Hour), Quantity: 1})
		}
		_, err := metering.Record(ctx, tx, events)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *books) close(t *testing.T, city tenancy.City, month time.Time) billing.Closing {
	t.Helper()
	c, err := b.Close(b.ctx, city, month)
	if err != nil {
		t.Fatalf("close %s: %v", month.Format("2006-01"), err)
	}
	return c
}

// drafted sums up the drafts of a city, and says how many there are.
func (b *books) drafted(t *testing.T, city tenancy.City) (sum money.Rupiah, many int) {
	t.Helper()
	err := b.w.DB.App.NewRaw(`SELECT coalesce(sum((c->>'amount')::bigint), 0)::bigint, count(DISTINCT d.id) FROM invoice_draft d, jsonb_array_elements(d.charges) c
		WHERE d.tenant_id = ? AND d.source LIKE ?`, b.w.Platform.ID, "subscription/"+city.ID.String()+"/%").Scan(b.ctx, &sum, &many)
	if err != nil {
		t.Fatal(err)
	}
	return sum, many
}

// recomputeSQL prices a month of a city from its events and the price list alone, by none of the code it is compared with: the
// days of each subscription, those of a trial apart; each component by its kind; then what is topped up and let off.
const recomputeSQL = `
WITH x AS (SELECT ?::date AS m, ?::uuid AS city, ?::text AS zone),
part AS (
  SELECT s.id, s.plan, s.version, s.addons, s.coupon, s.starts_on, s.trial_ends_on, p.f, p.l, x.city, x.zone, (p.l - p.f + 1)::numeric AS days,
         extract(day FROM x.m + interval '1 month - 1 day')::numeric AS of, s.trial_ends_on IS NOT NULL AND p.f < s.trial_ends_on AS free
    FROM x JOIN subscription s ON s.tenant_id = x.city AND s.withdrawn_at IS NULL
    CROSS JOIN LATERAL (SELECT greatest(s.starts_on, x.m) AS f, least(coalesce(s.ends_on, 'infinity'), (x.m + interval '1 month')::date) - 1 AS l) w
    CROSS JOIN LATERAL (
      SELECT w.f, CASE WHEN s.trial_ends_on > w.f AND s.trial_ends_on <= w.l THEN s.trial_ends_on - 1 ELSE w.l END AS l
      UNION ALL SELECT s.trial_ends_on, w.l WHERE s.trial_ends_on > w.f AND s.trial_ends_on <= w.l) p
   WHERE w.f <= w.l),
counted AS (
  SELECT part.*, c.c, coalesce((c.c->>'price')::numeric, 0) AS price, ceil(coalesce((c.c->>'included')::numeric, 0) * days / of) AS included,
         (SELECT count(*) FROM usage_event e JOIN meter m ON m.code = c.c->>'meter' AND m.type = e.type
           WHERE e.tenant_id = part.city AND e.time >= part.f::timestamp AT TIME ZONE part.zone AND e.time < (part.l + 1)::timestamp AT TIME ZONE part.zone)::numeric AS used
    FROM part JOIN plan_version v ON v.plan = part.plan AND v.version = part.version, jsonb_array_elements(v.components) c(c)),
priced AS (
  SELECT *, CASE c->>'kind'
      WHEN 'flat' THEN round(price * CASE WHEN (c->>'optional')::boolean THEN coalesce((addons->>(c->>'code'))::numeric, 0) ELSE 1 END * days / of)
      WHEN 'once' THEN CASE WHEN coalesce(trial_ends_on, starts_on) BETWEEN f AND l THEN price ELSE 0 END
      WHEN 'unit' THEN price * greatest(used - included, 0)
      WHEN 'package' THEN price * ceil(greatest(used - included, 0) / (c->>'size')::numeric)
      WHEN 'tiered' THEN (SELECT coalesce(sum((t.t->>'price')::numeric * greatest(least(greatest(used - included, 0), coalesce((t.t->>'up_to')::numeric, 'infinity')) - t.below, 0)), 0)
          FROM (SELECT t, coalesce(lag((t->>'up_to')::numeric) OVER (ORDER BY n), 0) AS below FROM jsonb_array_elements(c->'tiers') WITH ORDINALITY a(t, n)) t)
      ELSE 0 END AS amount
    FROM counted),
summed AS (
  SELECT id, f, free, coupon, sum(amount) AS plain, max(round(price * days / of)) FILTER (WHERE c->>'kind' = 'minimum') AS least FROM priced GROUP BY id, f, free, coupon),
topped AS (SELECT *, greatest(plain, coalesce(least, 0)) AS total FROM summed)
SELECT coalesce(sum(total - CASE WHEN f >= (coupon->>'from')::timestamptz::date AND f < (coupon->>'until')::timestamptz::date
    THEN round(total * (coupon->>'percent')::numeric / 100) ELSE 0 END) FILTER (WHERE NOT free), 0)::bigint FROM topped`

func (b *books) recomputed(t *testing.T, city tenancy.City, months ...time.Time) (sum money.Rupiah) {
	t.Helper()
	for _, m := range months {
		var one money.Rupiah
		if err := b.w.DB.App.NewRaw(recomputeSQL, m.Format(time.DateOnly), city.ID, city.Timezone).Scan(b.w.Ctx(city), &one); err != nil {
			t.Fatal(err)
		}
		sum += one
	}
	return sum
}

// TestEveryRupiahIsRecomputed goes through a trial with a coupon and add-ons, an upgrade within a month and events that come
// late, for one month and for several. After each close what was billed for all months, in closings and in drafts, is what
// SQL makes of the events.
func TestEveryRupiahIsRecomputed(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Batam
	wib := city.Location()
	b.now = time.Date(2026, 8, 5, 9, 0, 0, 0, wib)
	b.subscribe(t, city, "uji", day(2026, 8, 5), billing.SubscribeInput{TrialDays: 10, Coupon: "PERINTIS", Addons: map[string]int64{"ducting": 2}})
	b.use(t, city, "application_submitted", time.Date(2026, 8, 5, 0, 0, 0, 0, wib), 400)
	b.use(t, city, "document_issued", time.Date(2026, 8, 20, 0, 0, 0, 0, wib), 9)
	b.use(t, city, "application_decided", time.Date(2026, 8, 31, 17, 0, 0, 0, wib), 10) // the last three are of September here, and of August by UTC
	b.now = time.Date(2026, 9, 16, 9, 0, 0, 0, wib)
	b.subscribe(t, city, "besar", day(2026, 9, 16), billing.SubscribeInput{})
	b.use(t, city, "application_submitted", time.Date(2026, 9, 10, 5, 30, 0, 0, wib), 300)

	aug, sep, oct, nov := day(2026, 8, 1), day(2026, 9, 1), day(2026, 10, 1), day(2026, 11, 1)
	var billed money.Rupiah
	var months []time.Time
	for _, step := range []struct {
		month       time.Time
		late        func()
		corrections int
	}{
		{aug, func() {}, 0},
		// Two more packages and a tier in August, by which its minimum and its discount change too.
		{sep, func() {
			b.use(t, city, "document_issued", time.Date(2026, 8, 30, 0, 0, 0, 0, wib), 7)
			b.use(t, city, "application_decided", time.Date(2026, 8, 29, 0, 0, 0, 0, wib), 5)
			b.use(t, city, "application_submitted", time.Date(2026, 8, 6, 0, 0, 0, 0, wib), 50) // within the trial: nothing is due
		}, 3},
		{oct, func() {
			b.use(t, city, "application_submitted", time.Date(2026, 8, 25, 0, 0, 0, 0, wib), 12)
			b.use(t, city, "application_submitted", time.Date(2026, 9, 15, 22, 0, 0, 0, wib), 4) // two under each plan
		}, 5},
		{nov, func() {}, 0},
	} {
		step.late()
		b.now = step.month.AddDate(0, 1, 2)
		c := b.close(t, city, step.month)
		months, billed = append(months, step.month), billed+c.Total
		n := 0
		for _, l := range c.Lines {
			if !l.Corrects.IsZero() {
				n++
				t.Log(step.month.Format("2006-01"), l.Title(i18n.ID), "|", l.Working(i18n.ID))
			}
		}
		if n != step.corrections {
			t.Errorf("%s: %d corrections, want %d", step.month.Format("2006-01"), n, step.corrections)
		}
		want := b.recomputed(t, city, months...)
		drafted, many := b.drafted(t, city)
		if billed != want || drafted != want || many != len(months) {
			t.Errorf("after %s: closed %v, %d drafts of %v; SQL says %v", step.month.Format("2006-01"), billed, many, drafted, want)
		}
		if again := b.close(t, city, step.month); again.Total != c.Total || !again.ClosedAt.Equal(c.ClosedAt) {
			t.Errorf("closed again: %+v", again)
		}
	}
	if billed < 4_000_000 {
		t.Errorf("only %v was billed", billed)
	}
}

// Each line names what it was computed from, and asking for those events gives the quantity that it charges.
func TestALineLeadsToItsEvents(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Batam
	b.subscribe(t, city, "besar", day(2026, 8, 1), billing.SubscribeInput{})
	b.use(t, city, "application_submitted", day(2026, 8, 4), 17)
	b.now = day(2026, 9, 3)
	b.close(t, city, day(2026, 8, 1))
	b.use(t, city, "application_submitted", day(2026, 8, 9), 4) // too late: the next invoice's
	var charges []struct {
		Name, Working, PPN, Meter string
		From, Before, TakenBefore time.Time
		Quantity, Amount          int64
	}
	err := b.w.DB.App.NewRaw(`SELECT c->'name'->>'id' AS name, c->'working'->>'id' AS working, c->>'ppn' AS ppn, c->'source'->'events'->>'meter' AS meter,
			(c->'source'->'events'->>'from')::timestamptz AS from, (c->'source'->'events'->>'before')::timestamptz AS before,
			(c->'source'->'events'->>'taken_before')::timestamptz AS taken_before,
			(c->'source'->'events'->>'quantity')::bigint AS quantity, (c->>'amount')::bigint AS amount
		FROM invoice_draft d, jsonb_array_elements(d.charges) c WHERE d.tenant_id = ? AND c->'source'->'events' IS NOT NULL`, b.w.Platform.ID).Scan(b.ctx, &charges)
	if err != nil || len(charges) != 1 {
		t.Fatalf("%+v, %v", charges, err)
	}
	c := charges[0]
	var n int64
	err = b.w.DB.App.NewRaw(`SELECT count(*) FROM usage_event e JOIN meter m ON m.type = e.type WHERE e.tenant_id = ? AND m.code = ? AND e.time >= ? AND e.time < ? AND (e.taken IS NULL OR e.taken < ?)`,
		city.ID, c.Meter, c.From, c.Before, c.TakenBefore).Scan(b.w.Ctx(city), &n)
	if err != nil || n != 17 || c.Quantity != 17 || c.Amount != 17_000 || c.PPN != "jasa-kpbpb" || !strings.Contains(c.Working, "17 permohonan") || c.Name != "Permohonan" {
		t.Errorf("%+v; %d events, %v", c, n, err)
	}
}

// What comes late is billed for as long as the seller says, also when the city has left meanwhile, and not after that.
func TestWhatComesLateIsBilledForAsLongAsTheSellerSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says, months int
		billed       money.Rupiah
	}{{0, 12, 5_000}, {12, 12, 5_000}, {3, 3, 2_000}} {
		t.Run(fmt.Sprint(tt.says), func(t *testing.T) {
			t.Parallel()
			b := openBooks(t)
			b.loadSaying(t, func(s *invoice.Seller) { s.CorrectMonths = tt.says })
			city := b.w.Batam
			b.subscribe(t, city, "besar", day(2026, 8, 1), billing.SubscribeInput{})
			if _, err := b.End(b.ctx, billing.EndInput{City: city, On: day(2026, 9, 1), As: billing.Cancelled, Reason: "Uji.", ActorKind: audit.System}); err != nil {
				t.Fatal(err)
			}
			var late money.Rupiah
			for n := range 14 {
				month := day(2026, 8+time.Month(n), 1)
				switch n {
				case 3, 11, 13: // told in November, July and September, by when August was closed for so long
					b.use(t, city, "application_submitted", day(2026, 8, 1+n), map[int]int{3: 2, 11: 3, 13: 7}[n])
				}
				b.now = month.AddDate(0, 1, 2)
				c, err := b.Close(b.ctx, city, month)
				if n > tt.months {
					if !fault.Is(err, "billing.no_subscription") {
						t.Errorf("%s: %v", month.Format("2006-01"), err)
					}
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", month.Format("2006-01"), err)
				}
				if n > 0 {
					late += c.Total
				}
			}
			if late != tt.billed {
				t.Errorf("%v of what came late was billed, want %v", late, tt.billed)
			}
		})
	}
}

// Months that lie behind are closed one after the other and not an hour each: a platform that was down has its bills at once.
func TestMonthsThatLieBehindAreClosedInARow(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	b.subscribe(t, b.w.Batam, "besar", day(2026, 6, 1), billing.SubscribeInput{})
	b.now = day(2026, 10, 3)
	r, err := jobs.New(b.w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(b.w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = errors.Join(b.Register(r, nil), r.Plan(t.Context(), b.now))
	}
	for n := 0; n < 6 && err == nil; n++ {
		err = r.Work(t.Context(), b.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, many := b.drafted(t, b.w.Batam); many != 4 {
		t.Errorf("%d of June to September are drafts", many)
	}
}

func TestWhatCannotBeClosed(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	b.subscribe(t, b.w.Batam, "besar", day(2026, 8, 1), billing.SubscribeInput{})
	b.now = time.Date(2026, 8, 31, 16, 59, 0, 0, time.UTC) // a minute before September in Batam
	refused := func(city tenancy.City, month time.Time, want string) {
		t.Helper()
		if _, err := b.Close(b.ctx, city, month); !fault.Is(err, want) {
			t.Errorf("%s of %s: %v; want %s", month.Format("2006-01"), city.Slug, err, want)
		}
	}
	refused(b.w.Batam, day(2026, 8, 1), "billing.month_running")
	b.now = b.now.Add(time.Minute)
	refused(b.w.Other, day(2026, 8, 1), "billing.no_subscription")
	refused(b.w.Batam, day(2026, 7, 1), "billing.no_subscription")
	b.now = day(2026, 10, 1)
	refused(b.w.Batam, day(2026, 9, 1), "billing.earlier_open")
	if _, err := b.Close(b.w.Ctx(b.w.Other), b.w.Batam, day(2026, 8, 1)); !fault.Is(err, "city.unknown") {
		t.Errorf("another city: %v", err)
	}
}

// What falls over on the way is finished by the next run, and what runs at once is done once.
func TestACrashInTheMiddleOfAClose(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	city := b.w.Batam
	b.subscribe(t, city, "uji", day(2026, 8, 1), billing.SubscribeInput{})
	b.use(t, city, "application_submitted", day(2026, 8, 4), 40)
	b.now = day(2026, 9, 3)
	if _, err := b.Close(b.ctx, city, day(2026, 8, 1)); !fault.Is(err, "invoice.no_seller") { // the month is kept, its draft is not written
		t.Fatal(err)
	}
	b.use(t, city, "application_submitted", day(2026, 8, 14), 5)
	b.load(t)
	for range 12 { // somewhere on the way
		ctx, stop := context.WithCancel(b.ctx)
		go stop()
		_, _ = b.Close(ctx, city, day(2026, 8, 1))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := b.Close(b.ctx, city, day(2026, 8, 1)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c := b.close(t, city, day(2026, 8, 1))
	sum, many := b.drafted(t, city)
	// 3.100.000 + 30 × 2.500 + 1.000.000, topped up to 4.444.444; the five came after it was closed.
	if many != 1 || sum != c.Total || c.Total != 4_444_444 || c.BilledAt.IsZero() {
		t.Errorf("%d drafts of %v; closed %+v", many, sum, c)
	}
	var closes int
	if err := b.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'subscription.close'", city.ID).Scan(b.w.Ctx(city), &closes); err != nil || closes != 1 {
		t.Errorf("recorded %d times, %v", closes, err)
	}
}

// A year that was paid in advance is given back in part when the city leaves: that month has no invoice, and the next begins
// with the credit.
func TestLessThanNothingIsCarried(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Other // no lines but the year, with PPN
	b.subscribe(t, city, "tahunan", day(2026, 8, 1), billing.SubscribeInput{})
	b.now = day(2026, 9, 3)
	if c := b.close(t, city, day(2026, 8, 1)); c.Total != 36_500_000 {
		t.Errorf("the year: %v", c.Total)
	}
	if _, err := b.End(b.ctx, billing.EndInput{City: city, On: day(2026, 9, 30), As: billing.Paused, Reason: "Uji.", ActorKind: audit.System, ActorID: uuid.Nil}); err != nil {
		t.Fatal(err)
	}
	b.subscribe(t, city, "besar", day(2026, 10, 1), billing.SubscribeInput{})
	b.now = day(2026, 11, 3)
	if c := b.close(t, city, day(2026, 9, 1)); c.Total != -30_500_000 { // 305 of 365 days
		t.Errorf("what is given back: %v", c.Total)
	}
	if c := b.close(t, city, day(2026, 10, 1)); c.Total != 9_300_000-30_500_000 || c.Lines[len(c.Lines)-1].Title(i18n.ID) != "Kredit dari September 2026" {
		t.Errorf("the next: %+v", c)
	}
	b.now = day(2027, 2, 3)
	b.close(t, city, day(2026, 11, 1))
	b.close(t, city, day(2026, 12, 1))
	c := b.close(t, city, day(2027, 1, 1))
	sum, many := b.drafted(t, city)
	if c.Total != 4*9_300_000-30_500_000 || many != 2 || sum != 36_500_000+c.Total {
		t.Errorf("when it is used up: %v; %d drafts of %v", c.Total, many, sum)
	}
}
