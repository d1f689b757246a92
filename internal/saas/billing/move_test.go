package billing_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// end is the BUMD's decision, or a city's that the BUMD had nothing to approve of.
func (m *menu) end(as billing.Ending, on time.Time) {
	m.t.Helper()
	if _, err := m.End(m.w.Ctx(m.w.Platform), billing.EndInput{City: m.w.Batam, On: on, As: as, Reason: "Anggaran", ActorKind: audit.System}); err != nil {
		m.t.Fatal(err)
	}
}

// charged is what the months from one to another come to for a plan.
func (m *menu) charged(plan string, from, until time.Time) (sum money.Rupiah) {
	m.t.Helper()
	for month := from; !month.After(until); month = month.AddDate(0, 1, 0) {
		e, err := m.Estimate(m.w.Ctx(m.w.Batam), m.w.Batam, month)
		if err != nil && !fault.Is(err, "billing.no_subscription") {
			m.t.Fatal(err)
		}
		for _, l := range e.Lines {
			if l.Plan == plan {
				sum += l.Amount
			}
		}
	}
	return sum
}

// write changes what no act changes.
func (m *menu) write(query string, args ...any) {
	m.t.Helper()
	err := tenancy.InTx(m.w.Ctx(m.w.Batam), m.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// stay is the city that takes back what is planned.
func (m *menu) stay() (sub billing.Subscription, err error) {
	err = tenancy.InTx(m.w.Ctx(m.w.Batam), m.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		sub, err = m.StayIn(ctx, tx, m.w.Batam, uuid.Nil, audit.System)
		return err
	})
	return sub, err
}

// TestAPauseDoesNotShortenAPaidYear: who pauses or ends in a year that was paid in advance and then chooses less waits for the end of that
// year all the same, by what is shown and by what is billed. Before the pause begins the choice replaces it, and the year is used up;
// once it has begun its unused days were given back, and nothing is charged until then.
func TestAPauseDoesNotShortenAPaidYear(t *testing.T) {
	t.Parallel()
	const used = 105_000_000 - 28_493_151 // 104 of 365 days, from December on, are given back
	for _, tt := range []struct {
		name    string
		plan    string
		trial   int
		as      billing.Ending
		now     time.Time // the end is on 1 December 2026
		next    string
		on      time.Time
		until   time.Time // of the year that was paid
		less    bool
		charged money.Rupiah // for the yearly plan, until it is over
		after   money.Rupiah // for the other one, in the month in which it begins
	}{
		{"less, in the pause", "setahun", 0, billing.Paused, noon(2026, 12, 10), "kecil", day(2027, 3, 15), day(2027, 3, 15), true, used, 1_645_161}, // 17 of 31 days
		{"less, when the pause begins", "setahun", 0, billing.Paused, noon(2026, 12, 1), "kecil", day(2027, 3, 15), day(2027, 3, 15), true, used, 1_645_161},
		{"less, before the pause", "setahun", 0, billing.Paused, noon(2026, 11, 21), "kecil", day(2027, 3, 15), day(2027, 3, 15), true, 105_000_000, 1_645_161},
		{"less, after an end", "setahun", 0, billing.Cancelled, noon(2026, 12, 10), "kecil", day(2027, 3, 15), day(2027, 3, 15), true, used, 1_645_161},
		{"less, before an end", "setahun", 0, billing.Cancelled, noon(2026, 11, 21), "kecil", day(2027, 3, 15), day(2027, 3, 15), true, 105_000_000, 1_645_161},
		{"less, when the year is over", "setahun", 0, billing.Paused, noon(2027, 3, 15), "kecil", day(2027, 3, 15), time.Time{}, true, used, 1_645_161},
		{"less, when a year more would be over", "setahun", 0, billing.Paused, noon(2027, 6, 16), "kecil", day(2027, 6, 16), time.Time{}, true, used, 1_500_000},
		{"more, in the pause", "setahun", 0, billing.Paused, noon(2026, 12, 16), "besar", day(2026, 12, 16), day(2027, 3, 15), false, used, 4_645_161}, // 16 of 31 days
		{"the same, in the pause", "setahun", 0, billing.Paused, noon(2026, 12, 16), "setahun", day(2026, 12, 16), day(2027, 3, 15), false, used + 100_000_000, used + 100_000_000},
		{"less than a month", "besar", 0, billing.Paused, noon(2026, 12, 16), "kecil", day(2026, 12, 16), time.Time{}, true, 9_000_000*8 + 4_935_484, 1_548_387},
		{"less than a year that a trial kept from beginning", "setahun", 300, billing.Paused, noon(2026, 12, 16), "kecil", day(2026, 12, 16), time.Time{}, true, 0, 0}, // the rest of the trial goes on
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := openMenu(t, noon(2026, 3, 15))
			m.start(tt.plan, day(2026, 3, 15), billing.SubscribeInput{})
			if tt.trial > 0 { // longer than one person gives
				m.write("UPDATE subscription SET trial_ends_on = starts_on + ?", tt.trial)
			}
			m.now = noon(2026, 11, 20)
			m.end(tt.as, day(2026, 12, 1))
			m.now = tt.now
			p := m.looked(m.choice(tt.next, nil))
			if !p.On.Equal(tt.on) || !p.YearUntil.Equal(tt.until) || p.Less != tt.less {
				t.Errorf("it begins on %s, and the year is paid until %s; less: %t", p.On.Format(time.DateOnly), p.YearUntil.Format(time.DateOnly), p.Less)
			}
			if sub := m.made(m.choice(tt.next, nil)); !sub.StartsOn.Equal(p.On) {
				t.Errorf("it was to begin on %s and does on %s", p.On.Format(time.DateOnly), sub.StartsOn.Format(time.DateOnly))
			}
			if got := m.charged(tt.plan, day(2026, 3, 1), tt.on); got != tt.charged {
				t.Errorf("%v were charged for the year; want %v", got, tt.charged)
			}
			if month := day(tt.on.Year(), tt.on.Month(), 1); tt.next != tt.plan && m.charged(tt.next, day(2026, 3, 1), month) != tt.after {
				t.Errorf("%v are charged for what follows; want %v", m.charged(tt.next, day(2026, 3, 1), month), tt.after)
			}
		})
	}
}

// TestAYearThatGaveWayIsNotWaitedFor: what is worth more takes the place of a year that was paid, whose unused days are given back; the next
// day the city chooses less, which begins when the month is over, and each day was paid once.
func TestAYearThatGaveWayIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	m := openMenu(t, noon(2026, 3, 15))
	m.start("setahun", day(2026, 3, 15), billing.SubscribeInput{})
	m.now = noon(2026, 11, 20)
	if sub := m.made(m.choice("besar", nil)); !sub.StartsOn.Equal(day(2026, 11, 20)) {
		t.Errorf("more begins on %s", sub.StartsOn.Format(time.DateOnly))
	}
	m.now = noon(2026, 11, 21)
	if sub := m.made(m.choice("kecil", nil)); !sub.StartsOn.Equal(day(2026, 12, 1)) {
		t.Errorf("less begins on %s", sub.StartsOn.Format(time.DateOnly))
	}
	for plan, want := range map[string]money.Rupiah{
		"setahun": 105_000_000 - 31_506_849, // 115 of 365 days of 100 million; the rest was paid once
		"besar":   3_300_000,                // 11 of 30 days
		"kecil":   4 * 3_000_000,            // from December until the end of March, in which the year would have been over
	} {
		if got := m.charged(plan, day(2026, 3, 1), day(2027, 3, 1)); got != want {
			t.Errorf("%v are charged for %s, want %v", got, plan, want)
		}
	}
}

// TestWhatIsPlannedInAPauseCanBeLeft: less was chosen in a pause and waits for the end of the year; until then the city goes on as it was,
// for a year that begins anew, or takes its choice back.
func TestWhatIsPlannedInAPauseCanBeLeft(t *testing.T) {
	t.Parallel()
	paused := func() *menu {
		m := openMenu(t, noon(2026, 3, 15))
		m.start("setahun", day(2026, 3, 15), billing.SubscribeInput{})
		m.now = noon(2026, 11, 20)
		m.end(billing.Paused, day(2026, 12, 1))
		m.now = noon(2026, 12, 10)
		m.made(m.choice("kecil", nil))
		return m
	}
	m := paused()
	resume := billing.ResumeInput{City: m.w.Batam, On: m.now, ActorKind: audit.System}
	if sub, err := m.Resume(m.w.Ctx(m.w.Batam), resume); err != nil || sub.Plan != "setahun" || !sub.StartsOn.Equal(day(2026, 12, 10)) || !sub.EndsOn.IsZero() {
		t.Fatalf("taken up again: %+v, %v", sub, err)
	}
	m.now = noon(2026, 12, 11)
	if p := m.looked(m.choice("kecil", nil)); !p.On.Equal(day(2027, 12, 10)) || !p.YearUntil.Equal(day(2027, 12, 10)) {
		t.Errorf("then less begins on %s, after a year that is paid until %s", p.On.Format(time.DateOnly), p.YearUntil.Format(time.DateOnly))
	}

	m = paused()
	resume.City, resume.On = m.w.Batam, day(2027, 3, 15)
	if _, err := m.Resume(m.w.Ctx(m.w.Batam), resume); !fault.Is(err, "billing.not_paused") {
		t.Errorf("when the other has begun: %v", err)
	}
	if sub, err := m.stay(); err != nil || sub.Plan != "setahun" || sub.EndedAs != billing.Paused {
		t.Errorf("it stays at %+v, %v", sub, err)
	}
	if got := m.charged("kecil", day(2027, 3, 1), day(2027, 3, 1)); got != 0 {
		t.Errorf("%v are charged for what was taken back", got)
	}
}

// TestAnAddonIsGivenUpAtTheEndOfWhatItIsPaidFor: one that is paid by the month goes at the end of the month though the plan is paid by the
// year, whose year goes on; one that is paid by the year goes at the end of the year.
func TestAnAddonIsGivenUpAtTheEndOfWhatItIsPaidFor(t *testing.T) {
	t.Parallel()
	open := func(addons map[string]int64) *menu {
		m := openMenu(t, noon(2026, 3, 15), `INSERT INTO plan (code, name, summary) VALUES ('lengkap', '{"id": "Lengkap"}', '{"id": "."}')`,
			`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
				('lengkap', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "every": "year", "price": 36500000, "name": {"id": "Langganan"}},
					{"code": "bulanan", "kind": "flat", "optional": true, "price": 600000, "name": {"id": "Bulanan"}},
					{"code": "tahunan", "kind": "flat", "every": "year", "optional": true, "price": 7300000, "name": {"id": "Tahunan"}}]')`)
		m.start("lengkap", day(2026, 3, 15), billing.SubscribeInput{Addons: addons})
		m.now = noon(2026, 11, 20)
		return m
	}
	for _, tt := range []struct {
		name       string
		has, keeps map[string]int64
		paused     bool
		on         time.Time
		now, then  money.Rupiah // a month
		nov, dec   money.Rupiah
	}{
		// Of the year 104 of 365 days are left, 10.400.000 of 36.500.000, and a year begins anew.
		{"by the month", map[string]int64{"bulanan": 2}, nil, false, day(2026, 12, 1), 3_041_667 + 1_200_000, 3_041_667, 1_200_000 - 10_400_000, 36_500_000},
		{"one of two", map[string]int64{"bulanan": 2}, map[string]int64{"bulanan": 1}, false, day(2026, 12, 1), 3_041_667 + 1_200_000, 3_041_667 + 600_000, 1_200_000 - 10_400_000, 36_500_000 + 600_000},
		{"by the year", map[string]int64{"tahunan": 1}, nil, false, day(2027, 3, 15), 3_041_667 + 608_333, 3_041_667, 0, 0},
		{"by the year though more comes by the month", map[string]int64{"tahunan": 1}, map[string]int64{"bulanan": 1}, false, day(2027, 3, 15), 3_041_667 + 608_333, 3_041_667 + 600_000, 0, 0},
		// In the pause: 22 days of December for what is paid by the month; of the other add-on 104 days came back too.
		{"by the month, in a pause", map[string]int64{"bulanan": 2}, map[string]int64{"bulanan": 1}, true, day(2026, 12, 10), 0, 3_041_667 + 600_000, 1_200_000 - 10_400_000, 36_500_000 + 425_806},
		{"by the year, in a pause", map[string]int64{"tahunan": 1, "bulanan": 1}, map[string]int64{"bulanan": 1}, true, day(2027, 3, 15), 0, 3_041_667 + 600_000, 600_000 - 10_400_000 - 2_080_000, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := open(tt.has)
			if tt.paused {
				m.end(billing.Paused, day(2026, 12, 1))
				m.now = noon(2026, 12, 10)
			}
			p := m.looked(m.choice("lengkap", tt.keeps))
			if !p.On.Equal(tt.on) || p.MonthlyNow != tt.now || p.MonthlyThen != tt.then || !p.Less {
				t.Errorf("from %s: %v a month becomes %v; less: %t", p.On.Format(time.DateOnly), p.MonthlyNow, p.MonthlyThen, p.Less)
			}
			m.made(m.choice("lengkap", tt.keeps))
			nov, dec := m.charged("lengkap", day(2026, 11, 1), day(2026, 11, 1)), m.charged("lengkap", day(2026, 12, 1), day(2026, 12, 1))
			if nov != tt.nov || dec != tt.dec {
				t.Errorf("November comes to %v and December to %v; want %v and %v", nov, dec, tt.nov, tt.dec)
			}
		})
	}
}
