package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/billing"
)

// offers is a price list of two plans with an add-on, and a coupon.
func offers(t *testing.T, w *pgtest.World) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('kecil', '{"id": "Kecil"}', '{"id": "."}'), ('besar', '{"id": "Besar"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('kecil', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3000000, "name": {"id": "Langganan"}},
				{"code": "ducting", "kind": "flat", "optional": true, "price": 600000, "name": {"id": "Ducting"}}]'),
			('besar', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9000000, "name": {"id": "Langganan"}}]')`,
		`INSERT INTO coupon (code, percent, months, given_from, given_until, note) VALUES ('PERINTIS', 50, 2, '2026-01-01', '2026-12-01', 'Kota perintis')`,
	} {
		if _, err := w.DB.Platform.NewRaw(statement).Exec(w.Ctx(w.Platform)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestASubscriptionLives goes through a trial, an upgrade, a planned downgrade that is taken back, a pause and an end, and
// looks at what each month costs.
func TestASubscriptionLives(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	offers(t, w)
	now := day(2026, 1, 11).Add(3 * time.Hour)
	s := billing.New(w.DB, fixed{}, func() time.Time { return now })
	ctx := w.Ctx(w.Platform)
	start := func(plan string, on time.Time, more billing.SubscribeInput) billing.Subscription {
		t.Helper()
		more.City, more.Plan, more.StartsOn, more.ActorKind = w.Batam, plan, on, audit.System
		sub, err := s.Subscribe(ctx, more)
		if err != nil {
			t.Fatal(err)
		}
		return sub
	}
	costs := func(month time.Month) money.Rupiah {
		t.Helper()
		e, err := s.Estimate(ctx, w.Batam, day(2026, month, 1))
		if fault.Is(err, "billing.no_subscription") {
			return -1
		}
		if err != nil {
			t.Fatal(err)
		}
		return e.Total
	}

	start("kecil", day(2026, 1, 11), billing.SubscribeInput{TrialDays: 10, Addons: map[string]int64{"ducting": 2}, Coupon: "PERINTIS"})
	// From the 21st: 11 of 31 days of 3.000.000 + 1.200.000 = 1.064.516 + 425.806, half of it off.
	if got := costs(1); got != 745_161 {
		t.Errorf("January, from the end of the trial: %v", got)
	}
	// February begins within the two months of the coupon, April after them.
	if got := []money.Rupiah{costs(2), costs(3), costs(4)}; !cmp.Equal(got, []money.Rupiah{2_100_000, 2_100_000, 4_200_000}) {
		t.Errorf("with and without the coupon: %v", got)
	}

	now = day(2026, 4, 16)
	start("besar", day(2026, 4, 16), billing.SubscribeInput{}) // an upgrade, at once
	if got := costs(4); got != 2_100_000+4_500_000 {
		t.Errorf("April in two halves: %v", got)
	}
	start("kecil", day(2026, 5, 1), billing.SubscribeInput{}) // a downgrade, at the end of the month
	if got := []money.Rupiah{costs(4), costs(5)}; !cmp.Equal(got, []money.Rupiah{6_600_000, 3_000_000}) {
		t.Errorf("with a downgrade planned: %v", got)
	}
	start("besar", day(2026, 5, 1), billing.SubscribeInput{}) // thought better of
	if got := costs(5); got != 9_000_000 {
		t.Errorf("with the downgrade taken back: %v", got)
	}

	// Without a day what is worth more begins at once, and what is worth less at the end of the month.
	now = day(2026, 5, 20)
	if sub := start("kecil", time.Time{}, billing.SubscribeInput{}); !sub.StartsOn.Equal(day(2026, 6, 1)) {
		t.Errorf("a downgrade begins on %s", sub.StartsOn.Format(time.DateOnly))
	}
	if sub := start("kecil", time.Time{}, billing.SubscribeInput{Addons: map[string]int64{"ducting": 10}}); !sub.StartsOn.Equal(day(2026, 5, 20)) {
		t.Errorf("as much with its add-ons begins on %s", sub.StartsOn.Format(time.DateOnly))
	}
	if sub := start("besar", time.Time{}, billing.SubscribeInput{Coupon: "PERINTIS"}); !sub.StartsOn.Equal(day(2026, 6, 1)) {
		t.Errorf("less by its coupon begins on %s", sub.StartsOn.Format(time.DateOnly))
	}
	if got := []money.Rupiah{costs(5), costs(6)}; !cmp.Equal(got, []money.Rupiah{9_000_000, 4_500_000}) {
		t.Errorf("moved by themselves: %v", got)
	}
	now = day(2026, 6, 1)
	start("besar", day(2026, 6, 2), billing.SubscribeInput{})

	now = day(2026, 6, 10)
	end := func(on time.Time, as billing.Ending) error {
		_, err := s.End(ctx, billing.EndInput{City: w.Batam, On: on, As: as, Reason: "Anggaran ditetapkan kemudian.", ActorKind: audit.System})
		return err
	}
	if err := end(day(2026, 6, 16), billing.Paused); err != nil {
		t.Fatal(err)
	}
	resume := func(on time.Time) error {
		_, err := s.Resume(ctx, billing.ResumeInput{City: w.Batam, On: on, ActorKind: audit.System})
		return err
	}
	if err := resume(day(2026, 6, 15)); !fault.Is(err, "billing.not_paused") {
		t.Errorf("resumed before the pause: %v", err)
	}
	if got := []money.Rupiah{costs(6), costs(7)}; !cmp.Equal(got, []money.Rupiah{4_350_000, -1}) {
		t.Errorf("paused: %v", got)
	}
	now = day(2026, 8, 1)
	if err := resume(day(2026, 8, 1)); err != nil {
		t.Fatal(err)
	}
	if err := resume(day(2026, 8, 2)); !fault.Is(err, "billing.not_paused") {
		t.Errorf("resumed twice: %v", err)
	}
	for _, tt := range []struct {
		name string
		on   time.Time
		want string
	}{{"in the past", day(2026, 7, 31), "billing.past"}, {"before it began", day(2026, 8, 1), "billing.not_subscribed"}} {
		if err := end(tt.on, billing.Cancelled); !fault.Is(err, tt.want) {
			t.Errorf("cancelled %s: %v; want %s", tt.name, err, tt.want)
		}
	}
	if err := end(day(2026, 9, 1), billing.Cancelled); err != nil {
		t.Fatal(err)
	}
	if got := []money.Rupiah{costs(8), costs(9)}; !cmp.Equal(got, []money.Rupiah{9_000_000, -1}) {
		t.Errorf("cancelled: %v", got)
	}
	now = day(2026, 9, 2)
	if err := resume(day(2026, 9, 2)); !fault.Is(err, "billing.not_paused") {
		t.Errorf("resumed what was cancelled: %v", err)
	}

	var entries int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND object = 'subscription'", w.Batam.ID).
		Scan(w.Ctx(w.Batam), &entries); err != nil || entries != 11 {
		t.Errorf("%d decisions on record, %v; want 11", entries, err)
	}
}

func TestTermsAreHeldToThePriceList(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	offers(t, w)
	s := billing.New(w.DB, fixed{}, at(day(2026, 1, 1)))
	for _, tt := range []struct {
		name, field string
		in          billing.SubscribeInput
	}{
		{"a trial of less than nothing", "trial_days", billing.SubscribeInput{TrialDays: -1}},
		{"a trial of two years", "trial_days", billing.SubscribeInput{TrialDays: 730}},
		{"a trial of more than one person gives", "trial_days", billing.SubscribeInput{TrialDays: 93}},
		{"an add-on nobody offers", "addons.kolam", billing.SubscribeInput{Addons: map[string]int64{"kolam": 1}}},
		{"an add-on that is none", "addons.langganan", billing.SubscribeInput{Addons: map[string]int64{"langganan": 1}}},
		{"none of an add-on", "addons.ducting", billing.SubscribeInput{Addons: map[string]int64{"ducting": 0}}},
		{"a coupon nobody gave", "coupon", billing.SubscribeInput{Coupon: "GRATIS"}},
		{"a coupon that is over", "coupon", billing.SubscribeInput{Coupon: "PERINTIS", StartsOn: day(2026, 12, 1)}},
	} {
		tt.in.City, tt.in.Plan, tt.in.ActorKind = w.Batam, "kecil", audit.System
		if tt.in.StartsOn.IsZero() {
			tt.in.StartsOn = day(2026, 2, 1)
		}
		_, err := s.Subscribe(w.Ctx(w.Platform), tt.in)
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := s.End(w.Ctx(w.Platform), billing.EndInput{City: w.Batam, On: day(2026, 2, 1), As: billing.Cancelled, Reason: "  "}); len(fault.From(err).Fields) != 1 {
		t.Errorf("an end without a reason: %v", err)
	}
	if _, err := s.End(w.Ctx(w.Other), billing.EndInput{City: w.Batam, On: day(2026, 2, 1), As: billing.Cancelled, Reason: "x"}); !fault.Is(err, "city.unknown") {
		t.Errorf("ended by another city: %v", err)
	}
}

// TestTrialsAddUp: what one person gives is bounded however often it is given.
func TestTrialsAddUp(t *testing.T) {
	t.Parallel()
	m := openMenu(t, noon(2026, 1, 1))
	trial := func(on time.Time, days int) error {
		_, err := m.Subscribe(m.w.Ctx(m.w.Platform), billing.SubscribeInput{City: m.w.Batam, Plan: "kecil", StartsOn: on, TrialDays: days, ActorKind: audit.System})
		return err
	}
	refused := func(err error, most int) bool {
		f := fault.From(err)
		return err != nil && len(f.Fields) == 1 && f.Fields[0].Name == "trial_days" && f.Fields[0].Args[1] == most
	}
	if err := trial(day(2026, 1, 1), 60); err != nil {
		t.Fatal(err)
	}
	m.now = noon(2026, 1, 31) // after 30 of them
	if err := trial(day(2026, 1, 31), 63); !refused(err, 62) {
		t.Errorf("93 days: %v", err)
	}
	if err := trial(day(2026, 1, 31), 62); err != nil {
		t.Errorf("92 days: %v", err)
	}
	m.now = noon(2026, 6, 1)
	if err := trial(day(2026, 6, 1), 1); !refused(err, 0) {
		t.Errorf("once more: %v", err)
	}
	if err := trial(day(2026, 6, 1), 0); err != nil {
		t.Errorf("without a trial: %v", err)
	}
}
