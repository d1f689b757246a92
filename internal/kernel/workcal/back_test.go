package workcal

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBackIsWhereSoMuchIsLeft holds for every unit in which a promise is made.
func TestBackIsWhereSoMuchIsLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		unit := rapid.SampledFrom([]Unit{Minute, Hour, Day, WorkingDay}).Draw(t, "unit")
		due, err := c.Due(anyMoment(t, c).AddDate(0, 6, 0), Term{rapid.IntRange(1, 30).Draw(t, "n"), unit})
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(0, 20).Draw(t, "back")
		at, err := c.Back(due, Term{n, unit})
		if _, missing := MissingYear(err); err != nil && !missing {
			t.Fatal(err)
		}
		left, err := c.Remaining(at, due, unit)
		if _, missing := MissingYear(err); err != nil && !missing {
			t.Fatal(err)
		}
		if left.Count() != n {
			t.Fatalf("%d %s before %v is %v, where %d are left", n, unit, due, at, left.Count())
		}
	})
}

func TestBack(t *testing.T) {
	t.Parallel()
	c := batam2026()
	for _, tt := range []struct {
		name string
		back Term
		want string
	}{
		{"nothing", Term{0, WorkingDay}, "2026-11-30 16:00"},
		{"over a weekend", Term{1, WorkingDay}, "2026-11-27 16:00"},
		{"days", Term{2, Day}, "2026-11-28 23:59"},
		{"a month", Term{1, Month}, "2026-10-30 23:59"},
		{"hours", Term{24, Hour}, "2026-11-29 16:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			due := time.Date(2026, 11, 30, 16, 0, 0, 0, c.Zone) // a Monday
			got, err := c.Back(due, tt.back)
			if err != nil || got.Format("2006-01-02 15:04") != tt.want {
				t.Errorf("%v, %v; want %s", got, err, tt.want)
			}
		})
	}
	if _, err := c.Back(time.Now(), Term{1, "fortnight"}); err == nil {
		t.Error("took an unknown unit")
	}
}
