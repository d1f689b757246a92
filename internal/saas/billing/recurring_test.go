package billing_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
)

// worth adds plans whose monthly worth was worked out by hand.
func worth(t *testing.T, w *pgtest.World) {
	t.Helper()
	offers(t, w)
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('setahun', '{"id": "Setahun"}', '{"id": "."}'), ('pakai', '{"id": "Pakai"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('setahun', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "every": "year", "price": 100000000, "name": {"id": "Langganan"}},
				{"code": "pasang", "kind": "once", "price": 5000000, "name": {"id": "Pasang"}}]'),
			('pakai', 1, '2026-01-01', '[{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "price": 1000, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
				{"code": "petugas", "kind": "unit", "meter": "active_staff", "price": 10000, "name": {"id": "Petugas"}, "unit": {"id": "orang"}},
				{"code": "minimum", "kind": "minimum", "price": 2000000, "name": {"id": "Minimum"}}]')`,
	} {
		if _, err := w.DB.Platform.NewRaw(statement).Exec(w.Ctx(w.Platform)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatRecursAndHowItMoves: a year counts by twelve and what is paid once not at all; a trial is worth nothing, a coupon lowers and
// a minimum tops up; and what came, grew, shrank and went between two days adds up to the difference.
func TestWhatRecursAndHowItMoves(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	worth(t, w)
	ctx := w.Ctx(w.Platform)
	now := day(2026, 1, 1)
	s := billing.New(w.DB, fixed{"applications_submitted": 9_999}, func() time.Time { return now })
	start := func(city tenancy.City, plan string, on time.Time, more billing.SubscribeInput) {
		t.Helper()
		now = on
		more.City, more.Plan, more.StartsOn, more.ActorKind = city, plan, on, "system"
		if _, err := s.Subscribe(ctx, more); err != nil {
			t.Fatal(err)
		}
	}
	start(w.Batam, "kecil", day(2026, 1, 1), billing.SubscribeInput{TrialDays: 31, Addons: map[string]int64{"ducting": 2}, Coupon: "PERINTIS"}) // paid from February, half off until March
	start(w.Other, "setahun", day(2026, 2, 1), billing.SubscribeInput{})
	start(w.Batam, "pakai", day(2026, 5, 1), billing.SubscribeInput{})
	now = day(2026, 6, 1)
	if _, err := s.End(ctx, billing.EndInput{City: w.Other, On: day(2026, 6, 15), As: billing.Cancelled, Reason: "Anggaran", ActorKind: "system"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from, to time.Time
		moved    billing.Movement
		worth    money.Rupiah // on the second day
	}{
		{day(2025, 12, 31), day(2026, 1, 20), billing.Movement{}, 0},
		{day(2026, 1, 31), day(2026, 2, 1), billing.Movement{New: 2_100_000 + 8_333_333, Joined: 2}, 10_433_333}, // (3.000.000 + 1.200.000) ÷ 2, and 100.000.000 ÷ 12
		{day(2026, 2, 28), day(2026, 3, 1), billing.Movement{Expansion: 2_100_000, Began: 2}, 12_533_333},
		{day(2026, 4, 30), day(2026, 5, 1), billing.Movement{Contraction: 2_200_000, Began: 2}, 10_333_333}, // to a minimum of 2.000.000
		{day(2026, 6, 14), day(2026, 6, 15), billing.Movement{Churned: 8_333_333, Began: 2, Left: 1}, 2_000_000},
	} {
		before, err := s.Recurring(ctx, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		after, err := s.Recurring(ctx, tt.to)
		if err != nil {
			t.Fatal(err)
		}
		sum := func(all map[tenancy.ID]billing.Running) (n money.Rupiah) {
			for _, r := range all {
				n += r.Monthly
			}
			return n
		}
		m := billing.MovedBetween(before, after)
		if m != tt.moved || sum(after) != tt.worth || sum(after)-sum(before) != m.New+m.Expansion-m.Contraction-m.Churned {
			t.Errorf("from %s to %s: %+v, worth %v", tt.from.Format(time.DateOnly), tt.to.Format(time.DateOnly), m, sum(after))
		}
	}
	if _, err := s.Recurring(w.Ctx(w.Batam), now); err == nil {
		t.Error("a city reads what all are worth")
	}
}

// TestAMonthIsForetold: counts grow with the days of the month, people do not; the first day is no ground to foretell from, and a month
// that is over is what it came to.
func TestAMonthIsForetold(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	worth(t, w)
	now := day(2026, 1, 1)
	s := billing.New(w.DB, fixed{"applications_submitted": 3_000, "active_staff": 7}, func() time.Time { return now })
	if _, err := s.Subscribe(w.Ctx(w.Platform), billing.SubscribeInput{City: w.Batam, Plan: "pakai", StartsOn: now, ActorKind: "system"}); err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 6, 1, 0, 0, 0, 0, w.Batam.Location())
	for _, tt := range []struct {
		name string
		now  time.Time
		want money.Rupiah
	}{
		{"after 12 of 30 days: 7.500 and 7 people", first.AddDate(0, 0, 12), 7_500_000 + 70_000},
		{"after an hour", first.Add(time.Hour), 3_000_000 + 70_000},
		{"when it is over", first.AddDate(0, 1, 1), 3_000_000 + 70_000},
	} {
		now = tt.now
		if got, err := s.Forecast(w.Ctx(w.Batam), w.Batam, day(2026, 6, 1)); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
}

// TestOtherPricesAreTriedOverRealUsage, with each city's own terms, and only where the plan is.
func TestOtherPricesAreTriedOverRealUsage(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	worth(t, w)
	s := billing.New(w.DB, fixed{"applications_submitted": 13}, at(day(2026, 2, 10)))
	ctx := w.Ctx(w.Platform)
	for city, in := range map[*tenancy.City]billing.SubscribeInput{
		&w.Batam: {Plan: "kecil", StartsOn: day(2026, 1, 1), Addons: map[string]int64{"ducting": 1}, Coupon: "PERINTIS"},
		&w.Other: {Plan: "besar", StartsOn: day(2026, 1, 1)},
	} {
		in.City, in.ActorKind = *city, "system"
		if _, err := s.Subscribe(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	v := billing.Version{Plan: "kecil", Number: 2, Components: []rating.Component{
		{Code: "langganan", Kind: rating.Flat, Name: i18n.Text{i18n.ID: "Langganan"}, Price: 2_000_000},
		{Code: "permohonan", Kind: rating.Unit, Name: i18n.Text{i18n.ID: "Permohonan"}, Unit: i18n.Text{i18n.ID: "permohonan"}, Meter: "applications_submitted", Included: 3, Price: 10_000},
		{Code: "ducting", Kind: rating.Flat, Name: i18n.Text{i18n.ID: "Ducting"}, Optional: true, Price: 1_000_000},
	}}
	all, err := s.WhatIf(ctx, []tenancy.City{w.Batam, w.Other}, v, day(2026, 1, 1))
	// (3.000.000 + 600.000) ÷ 2, and (2.000.000 + 10 × 10.000 + 1.000.000) ÷ 2.
	if err != nil || len(all) != 1 || all[0].City.ID != w.Batam.ID || all[0].Old != 1_800_000 || all[0].New != 1_550_000 {
		t.Errorf("%+v, %v", all, err)
	}
	if e, err := s.Estimate(ctx, w.Batam, day(2026, 1, 1)); err != nil || e.Total != 1_800_000 {
		t.Errorf("trying has changed what is charged: %v, %v", e.Total, err)
	}
}

// TestNothingThatRecursIsLeftOut: however many subscriptions there were between two days, what each city has on them is counted.
func TestNothingThatRecursIsLeftOut(t *testing.T) {
	t.Parallel()
	m := openMenu(t, noon(2026, 6, 1))
	for range 2 { // one city and the other
		m.w.Batam, m.w.Other = m.w.Other, m.w.Batam
		err := tenancy.InTx(m.w.Ctx(m.w.Batam), m.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw(`INSERT INTO subscription (tenant_id, id, plan, version, starts_on, ends_on, ended_as, addons)
				SELECT ?, gen_random_uuid(), 'kecil', 1, d, d + 1, 'moved', '{}' FROM (SELECT '1990-01-01'::date + n AS d FROM generate_series(0, 10999) n) x`, m.w.Batam.ID).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		m.start("besar", day(2026, 6, 1), billing.SubscribeInput{})
	}
	all, err := m.RecurringOn(m.w.Ctx(m.w.Platform), day(1990, 1, 1), day(2020, 2, 12), day(2026, 6, 1))
	if err != nil || len(all) != 3 || len(all[0]) != 2 || len(all[1]) != 2 || len(all[2]) != 2 || all[2][m.w.Other.ID].Monthly != 9_000_000 {
		t.Errorf("%d, %d, %d cities, %v", len(all[0]), len(all[1]), len(all[2]), err)
	}
}
