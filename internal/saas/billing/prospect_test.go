package billing_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// steady is a city with one application an hour until now, and four people, who have not come yet today.
type steady struct {
	fixed
	now *time.Time
}

func (s steady) Quantities(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
	if s.now.Before(to) {
		to = *s.now
	}
	used := fixed{"applications_submitted": int64(max(to.Sub(from), 0) / time.Hour)}
	if to.Sub(from) >= 24*time.Hour {
		used["active_staff"] = 4
	}
	return used.Quantities(ctx, city, from, to)
}

// menu is a database with the plans of worth, and the prospects of Batam on one of them.
type menu struct {
	t   *testing.T
	w   *pgtest.World
	now time.Time
	*billing.Service
}

func openMenu(t *testing.T, now time.Time, more ...string) *menu {
	t.Helper()
	m := &menu{t: t, w: pgtest.Open(t), now: now}
	worth(t, m.w)
	for _, statement := range more {
		if _, err := m.w.DB.Platform.NewRaw(statement).Exec(m.w.Ctx(m.w.Platform)); err != nil {
			t.Fatal(err)
		}
	}
	m.Service = billing.New(m.w.DB, steady{now: &m.now}, func() time.Time { return m.now })
	return m
}

// start is the BUMD's decision.
func (m *menu) start(plan string, on time.Time, more billing.SubscribeInput) billing.Subscription {
	m.t.Helper()
	more.City, more.Plan, more.StartsOn, more.ActorKind = m.w.Batam, plan, on, audit.System
	sub, err := m.Subscribe(m.w.Ctx(m.w.Platform), more)
	if err != nil {
		m.t.Fatal(err)
	}
	return sub
}

// choice is what the city chooses, and keeps what was agreed.
func (m *menu) choice(plan string, addons map[string]int64) billing.SubscribeInput {
	return billing.SubscribeInput{City: m.w.Batam, Plan: plan, Keep: true, Addons: addons, ActorKind: audit.System}
}

func (m *menu) looked(in billing.SubscribeInput) billing.Prospect {
	m.t.Helper()
	p, err := m.Prospect(m.w.Ctx(m.w.Batam), m.w.Batam, func(ctx context.Context, tx bun.Tx) (billing.Subscription, error) { return m.SubscribeIn(ctx, tx, in) })
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *menu) made(in billing.SubscribeInput) billing.Subscription {
	m.t.Helper()
	sub, err := m.Subscribe(m.w.Ctx(m.w.Batam), in)
	if err != nil {
		m.t.Fatal(err)
	}
	return sub
}

// noon is midday in Batam.
func noon(year int, month time.Month, d int) time.Time { return day(year, month, d).Add(5 * time.Hour) }

// TestBothSidesOfAProspectAreOfTheSameUsage: the rest of the month is foretold with the change as without it, though the subscription that
// the change begins has seen nothing yet.
func TestBothSidesOfAProspectAreOfTheSameUsage(t *testing.T) {
	t.Parallel()
	ramai := []string{
		`INSERT INTO plan (code, name, summary) VALUES ('ramai', '{"id": "Ramai"}', '{"id": "."}'), ('lapang', '{"id": "Lapang"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('ramai', 1, '2026-01-01', '[{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "price": 1000, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}}]'),
			('lapang', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 300000, "name": {"id": "Langganan"}},
				{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "price": 1500, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
				{"code": "petugas", "kind": "unit", "meter": "active_staff", "price": 0, "name": {"id": "Petugas"}, "unit": {"id": "orang"}}]')`,
	}
	m := openMenu(t, noon(2026, 6, 16), ramai...)
	m.start("ramai", day(2026, 1, 1), billing.SubscribeInput{})

	// 372 hours so far are 720 in the month; until the 15th there were 360, so 360 follow, of which 348 are foretold.
	p := m.looked(m.choice("lapang", nil))
	if !p.On.Equal(day(2026, 6, 16)) || p.MonthNow != 720_000 || p.MonthThen != 360_000+150_000+540_000 {
		t.Errorf("from %s: %v becomes %v", p.On.Format(time.DateOnly), p.MonthNow, p.MonthThen)
	}
	if last := p.Lines[len(p.Lines)-1]; last.Meter != "active_staff" || last.Quantity != 4 {
		t.Errorf("people: %+v", last)
	}
	// From tomorrow on, since the one of today is not cut again: 336 hours under the third.
	m.made(m.choice("lapang", nil))
	before := p.MonthThen
	p = m.looked(m.choice("besar", nil))
	if !p.On.Equal(day(2026, 6, 17)) || p.MonthNow != before || p.MonthThen != 360_000+10_000+36_000+4_200_000 {
		t.Errorf("from %s: %v becomes %v", p.On.Format(time.DateOnly), p.MonthNow, p.MonthThen)
	}

	// Who joined within the month is not taken for one who used nothing before: from the 9th it is 180 hours of 528.
	m = openMenu(t, noon(2026, 6, 16), ramai...)
	m.start("ramai", day(2026, 6, 9), billing.SubscribeInput{})
	if p := m.looked(m.choice("lapang", nil)); p.MonthNow != 528_000 || p.MonthThen != 168_000+150_000+540_000 {
		t.Errorf("who joined on the 9th: %v becomes %v", p.MonthNow, p.MonthThen)
	}
}

// TestAPauseKeepsWhatWasAgreed: whoever chooses a plan while paused has its coupon, and what was paid once for the plan is not paid again;
// for another plan it is, as in any other change.
func TestAPauseKeepsWhatWasAgreed(t *testing.T) {
	t.Parallel()
	offer := `INSERT INTO plan (code, name, summary) VALUES ('pasang', '{"id": "Pasang"}', '{"id": "."}'), ('lain', '{"id": "Lain"}', '{"id": "."}')`
	prices := `INSERT INTO plan_version (plan, version, effective_from, components) SELECT code, 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3000000, "name": {"id": "Langganan"}},
		{"code": "ducting", "kind": "flat", "optional": true, "price": 600000, "name": {"id": "Ducting"}},
		{"code": "pasang", "kind": "once", "price": 1000000, "name": {"id": "Pemasangan"}},
		{"code": "alat", "kind": "once", "optional": true, "price": 200000, "name": {"id": "Alat"}}]' FROM plan WHERE code IN ('pasang', 'lain')`
	for _, tt := range []struct {
		name    string
		plan    string
		addons  map[string]int64
		resumed bool
		month   money.Rupiah // May, of which 16 of 31 days are left
	}{
		// Half of (3.000.000 + 2 × 600.000) × 16/31 = 1.548.387 + 619.355 → 2.167.742; half of it is 1.083.871.
		{"the same", "pasang", map[string]int64{"ducting": 2, "alat": 3}, false, 1_083_871},
		{"as it is taken up again", "", nil, true, 1_083_871},
		// Half of 1.548.387 + 200.000 for the fourth: 874.193,5, half a rupiah off.
		{"one more of what is paid once", "pasang", map[string]int64{"alat": 4}, false, 1_748_387 - 874_194},
		// Half of 1.548.387 + 1.000.000: 1.274.193,5.
		{"another plan", "lain", nil, false, 2_548_387 - 1_274_194},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := openMenu(t, noon(2026, 4, 1), offer, prices)
			m.start("pasang", day(2026, 4, 1), billing.SubscribeInput{Coupon: "PERINTIS", Addons: map[string]int64{"ducting": 2, "alat": 3}})
			_, err := m.End(m.w.Ctx(m.w.Platform), billing.EndInput{City: m.w.Batam, On: day(2026, 5, 1), As: billing.Paused, Reason: "Anggaran", ActorKind: audit.System})
			if err != nil {
				t.Fatal(err)
			}
			m.now = noon(2026, 5, 16)
			var sub billing.Subscription
			if tt.resumed {
				sub, err = m.Resume(m.w.Ctx(m.w.Batam), billing.ResumeInput{City: m.w.Batam, On: m.now, ActorKind: audit.System})
			} else {
				sub, err = m.Subscribe(m.w.Ctx(m.w.Batam), m.choice(tt.plan, tt.addons))
			}
			if err != nil {
				t.Fatal(err)
			}
			e, err := m.Estimate(m.w.Ctx(m.w.Batam), m.w.Batam, m.now)
			if err != nil || e.Total != tt.month || !sub.StartsOn.Equal(day(2026, 5, 16)) {
				t.Errorf("from %s, May comes to %v, %v; want %v", sub.StartsOn.Format(time.DateOnly), e.Total, err, tt.month)
			}
		})
	}
}

// TestAProspectComparesOnOneDay: a coupon that ends with the month ends on both sides, so less is less.
func TestAProspectComparesOnOneDay(t *testing.T) {
	t.Parallel()
	m := openMenu(t, noon(2026, 2, 10))
	m.start("kecil", day(2026, 1, 1), billing.SubscribeInput{Coupon: "PERINTIS", Addons: map[string]int64{"ducting": 2}}) // half off until the end of February
	p := m.looked(m.choice("kecil", map[string]int64{"ducting": 1}))
	if !p.On.Equal(day(2026, 3, 1)) || p.MonthlyNow != 4_200_000 || p.MonthlyThen != 3_600_000 {
		t.Errorf("from %s: %v becomes %v", p.On.Format(time.DateOnly), p.MonthlyNow, p.MonthlyThen)
	}
}

// TestAPaidYearIsUsedUp: what is worth less begins when the year ends that was paid in advance, with nothing given back and no other year
// charged; an end gives back the days that are not used, and a city that has paid nothing yet waits for nothing.
func TestAPaidYearIsUsedUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		starts  time.Time
		trial   int
		now     time.Time
		on      time.Time
		until   time.Time // of the year that is paid
		charged money.Rupiah
	}{
		{"in the first year", day(2026, 3, 15), 0, noon(2026, 11, 20), day(2027, 3, 15), day(2027, 3, 15), 105_000_000},
		{"within the month in which it ends", day(2026, 3, 15), 0, noon(2027, 3, 2), day(2027, 3, 15), day(2027, 3, 15), 105_000_000},
		{"in the second", day(2026, 3, 15), 0, noon(2027, 3, 15), day(2028, 3, 15), day(2028, 3, 15), 205_000_000},
		{"over the leap day", day(2027, 3, 1), 0, noon(2028, 1, 31), day(2028, 3, 1), day(2028, 3, 1), 105_000_000},
		{"from the leap day", day(2028, 2, 29), 0, noon(2028, 6, 1), day(2029, 2, 28), day(2029, 2, 28), 105_000_000},
		{"in a trial that ends within the month", day(2026, 11, 1), 20, noon(2026, 11, 10), day(2026, 11, 21), time.Time{}, 0},
		{"in a trial that ends later", day(2026, 11, 1), 50, noon(2026, 11, 10), day(2026, 12, 1), time.Time{}, 0},
		{"after a trial", day(2026, 11, 1), 9, noon(2026, 11, 10), day(2027, 11, 10), day(2027, 11, 10), 105_000_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := openMenu(t, tt.starts)
			m.start("setahun", tt.starts, billing.SubscribeInput{TrialDays: tt.trial})
			m.now = tt.now
			p := m.looked(m.choice("kecil", nil))
			if !p.On.Equal(tt.on) || !p.YearUntil.Equal(tt.until) {
				t.Errorf("less begins on %s, and the year is paid until %s", p.On.Format(time.DateOnly), p.YearUntil.Format(time.DateOnly))
			}
			m.made(m.choice("kecil", nil))
			var all money.Rupiah // that the yearly plan has cost when it is over
			for month := day(tt.starts.Year(), tt.starts.Month(), 1); month.Before(tt.on); month = month.AddDate(0, 1, 0) {
				e, err := m.Estimate(m.w.Ctx(m.w.Batam), m.w.Batam, month)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range e.Lines {
					if l.Plan == "setahun" {
						all += l.Amount
					}
				}
			}
			if all != tt.charged {
				t.Errorf("%v were charged for it; want %v", all, tt.charged)
			}
		})
	}

	// An end is at the end of the month all the same: 31 of 365 days were used and 334 come back.
	m := openMenu(t, noon(2026, 3, 1))
	m.start("setahun", day(2026, 3, 1), billing.SubscribeInput{})
	end := billing.EndInput{City: m.w.Batam, As: billing.Cancelled, Reason: "Pindah", ActorKind: audit.System}
	p, err := m.Prospect(m.w.Ctx(m.w.Batam), m.w.Batam, func(ctx context.Context, tx bun.Tx) (billing.Subscription, error) { return m.EndIn(ctx, tx, end) })
	if err != nil || !p.On.Equal(day(2026, 4, 1)) || p.MonthThen != 105_000_000-91_506_849 { // 100.000.000 × 334 ÷ 365 = 91.506.849,3
		t.Errorf("an end from %s: March comes to %v, %v", p.On.Format(time.DateOnly), p.MonthThen, err)
	}
	// And what is worth more begins at once.
	m.now = noon(2026, 3, 10)
	if p := m.looked(m.choice("besar", nil)); !p.On.Equal(day(2026, 3, 10)) {
		t.Errorf("more begins on %s", p.On.Format(time.DateOnly))
	}
	// What is paid by the month and ends by itself within it is followed on that day.
	m = openMenu(t, noon(2026, 3, 10))
	m.start("besar", day(2026, 3, 1), billing.SubscribeInput{})
	m.end(billing.Cancelled, day(2026, 3, 20))
	if p := m.looked(m.choice("kecil", nil)); !p.On.Equal(day(2026, 3, 20)) {
		t.Errorf("what follows an end begins on %s", p.On.Format(time.DateOnly))
	}
}

// TestAChangeNeedsOneConnection: where all others are taken, a change waits for nobody but itself.
func TestAChangeNeedsOneConnection(t *testing.T) {
	t.Parallel()
	m := openMenu(t, noon(2026, 6, 16),
		`INSERT INTO plan (code, name, summary) VALUES ('izin', '{"id": "Izin"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components, entitlements) VALUES
			('izin', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9000000, "name": {"id": "Langganan"}}]', '{"modules": ["duct"], "limits": {"staff": {"name": {"id": "Petugas"}, "most": 5}}}')`)
	m.start("kecil", day(2026, 1, 1), billing.SubscribeInput{})
	m.w.DB.App.SetMaxOpenConns(1)
	ctx, stop := context.WithTimeout(m.w.Ctx(m.w.Batam), time.Minute)
	defer stop()
	for _, plan := range []string{"izin", "pakai"} { // at once, and from July
		if _, err := m.Subscribe(ctx, m.choice(plan, nil)); err != nil {
			t.Fatalf("%s: %v", plan, err)
		}
	}
	if err := m.Entitle(ctx, m.w.Batam); err != nil {
		t.Fatal(err)
	}
	var modules string
	err := m.w.DB.Platform.NewRaw("SELECT modules::text FROM tenant WHERE id = ?", m.w.Batam.ID).Scan(m.w.Ctx(m.w.Platform), &modules)
	if err != nil || modules != "{duct}" {
		t.Errorf("the record allows %s, %v", modules, err)
	}
	var asked int
	err = m.w.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'billing.allow.v1' AND state = 'waiting'", m.w.Batam.ID).Scan(ctx, &asked)
	if err != nil || asked != 3 { // one with each change, whatever becomes of the program after it
		t.Errorf("%d jobs put it there, %v", asked, err)
	}
}
