package ducttariff

import (
	"testing"
	"time"

	"bedelau/internal/kernel/pgtest"
)

// TestAMinimumTermEndsWithTheMonth: a term that begins on a day which its last month lacks ends on the last day of that month, as PostgreSQL reckons
// for the accounts of the same lease.
func TestAMinimumTermEndsWithTheMonth(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	for _, tt := range []struct {
		since  string
		months int
		want   string
	}{
		{"2026-08-31", 6, "2027-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2026-10-31", 1, "2026-11-30"}, {"2028-02-29", 12, "2029-02-28"},
		{"2026-08-30", 6, "2027-02-28"}, {"2026-08-28", 6, "2027-02-28"}, {"2026-12-01", 12, "2027-12-01"}, {"2026-02-28", 6, "2026-08-28"},
	} {
		list := List{Terms: []Terms{{Head: Head{Code: "x", EffectiveFrom: "2020-01-01"}, MinimumMonths: tt.months}}}
		since, err := time.Parse(time.DateOnly, tt.since)
		if err != nil {
			t.Fatal(err)
		}
		got, err := list.minimum(Held{Since: since})
		if err != nil || got.Format(time.DateOnly) != tt.want {
			t.Errorf("%d months from %s end on %s, %v; want %s", tt.months, tt.since, got.Format(time.DateOnly), err, tt.want)
		}
		if n := (Held{Since: since, Until: got}).months(); n != int64(tt.months) {
			t.Errorf("%s to %s are %d months by the discounts, not %d", tt.since, tt.want, n, tt.months)
		}
		if n := (Held{Since: since, Until: got.AddDate(0, 0, -1)}).months(); n != int64(tt.months)-1 {
			t.Errorf("%s to the day before %s are %d months", tt.since, tt.want, n)
		}
		var sql string
		if err := w.DB.App.NewRaw("SELECT ((?::date + make_interval(months => ?))::date)::text", tt.since, tt.months).Scan(ctx, &sql); err != nil || sql != tt.want {
			t.Errorf("in SQL %d months from %s end on %s, %v", tt.months, tt.since, sql, err)
		}
	}
}
