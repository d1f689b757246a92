package workcal

import (
	"testing"
	"time"
)

// TestNamedDay: a term that ends on a named day ends there from wherever it began, when the office closes.
func TestNamedDay(t *testing.T) {
	c := Calendar{Zone: time.FixedZone("WIB", 7*3600), Week: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}, Open: "07:30", Close: "16:00",
		Years: map[int]bool{2026: true}, Holidays: map[string]string{"2026-07-02": "libur"}}
	for _, x := range []struct{ day, want string }{
		{"2026-07-01", "2026-07-01 16:00:00"}, // a Wednesday
		{"2026-07-02", "2026-07-02 23:59:59"}, // a holiday
		{"2026-07-04", "2026-07-04 23:59:59"}, // a Saturday
	} {
		term, err := Until(x.day)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []time.Time{time.Date(2026, 6, 1, 9, 0, 0, 0, c.Zone), time.Date(2026, 8, 1, 9, 0, 0, 0, c.Zone)} {
			got, err := c.Due(from, term)
			if err != nil || got.Format(time.DateTime) != x.want {
				t.Errorf("%s from %s: %s, %v", x.day, from, got, err)
			}
		}
		if named, ok := term.Named(); !ok || named.Format(time.DateOnly) != x.day {
			t.Errorf("%s names %s", x.day, named)
		}
	}
	next, err := Until("2027-01-04")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Due(time.Now(), next); got.IsZero() {
		t.Errorf("a year that is not known has no end: %v", err)
	} else if year, ok := MissingYear(err); !ok || year != 2027 {
		t.Errorf("a year that is not known: %v", err)
	}
	for _, bad := range []int{0, 5, 20260231, 20261301, 999999999} {
		if _, err := c.Due(time.Now(), Term{Amount: bad, Unit: Date}); err == nil {
			t.Errorf("%d is taken for a day", bad)
		}
	}
	if _, err := Until("2026-02-30"); err == nil {
		t.Error("30 February is taken for a day")
	}
	if _, ok := (Term{Amount: 2, Unit: Day}).Named(); ok {
		t.Error("two days name a day")
	}
}
