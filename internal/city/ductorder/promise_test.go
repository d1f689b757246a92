package ductorder

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestARoadIsOneWay: segments that lie in a row are, whichever way each was drawn; those that fork, lie apart or make a ring are not.
func TestARoadIsOneWay(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{{1}, {2}, {3}, {4}}
	l := func(i int, from, to string) link { return link{ids[i], from, to, true} }
	for name, tt := range map[string]struct {
		all      []link
		from, to string
		want     []int
	}{
		"one":          {[]link{l(0, "B", "A")}, "A", "B", []int{0}},
		"in a row":     {[]link{l(0, "C", "B"), l(1, "A", "B"), l(2, "C", "D")}, "A", "D", []int{1, 0, 2}},
		"apart":        {[]link{l(0, "A", "B"), l(1, "C", "D")}, "", "", nil},
		"a fork":       {[]link{l(0, "A", "B"), l(1, "B", "C"), l(2, "B", "D")}, "", "", nil},
		"a ring":       {[]link{l(0, "A", "B"), l(1, "B", "C"), l(2, "C", "A")}, "", "", nil},
		"with a ring":  {[]link{l(0, "A", "B"), l(1, "B", "C"), l(2, "C", "D"), l(3, "D", "B")}, "", "", nil},
		"twice a pair": {[]link{l(0, "A", "B"), l(1, "B", "C"), l(2, "B", "C")}, "", "", nil},
		"to itself":    {[]link{l(0, "A", "A")}, "", "", nil},
	} {
		way, from, to := chain(tt.all)
		if len(way) != len(tt.want) || from != tt.from || to != tt.to {
			t.Errorf("%s: %v from %q to %q", name, way, from, to)
			continue
		}
		for i, n := range tt.want {
			if way[i] != ids[n] {
				t.Errorf("%s: %v", name, way)
			}
		}
	}
}

// TestAPromiseIsForWholeMonths: its lease ends on the day of the month on which it began, or on the last one of a month that is shorter, and begins
// neither before its company's cut-over nor before today.
func TestAPromiseIsForWholeMonths(t *testing.T) {
	t.Parallel()
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range []struct {
		from, cut, today string
		months           int
		since, last, end string
	}{
		{"2026-08-31", "2026-09-05", "2026-08-01", 6, "2026-08-31", "2026-09-05", "2027-02-28"},
		{"2027-08-31", "2027-08-31", "2026-08-01", 6, "2027-08-31", "2027-08-31", "2028-02-29"},
		{"2026-10-31", "2026-11-02", "2026-08-01", 1, "2026-10-31", "2026-11-02", "2026-11-30"},
		{"2028-02-29", "2028-02-29", "2026-08-01", 12, "2028-02-29", "2028-02-29", "2029-02-28"},
		{"2026-12-28", "2026-12-30", "2026-08-01", 36, "2026-12-28", "2026-12-30", "2029-12-28"},
		{"2026-08-31", "2026-09-05", "2026-10-31", 4, "2026-10-31", "2026-10-31", "2027-02-28"},
	} {
		since, last, until := promise{Months: tt.months, CutFrom: day(tt.from), CutUntil: day(tt.cut)}.days(day(tt.today))
		if got := since.Format(time.DateOnly) + " " + last.Format(time.DateOnly) + " " + until.Format(time.DateOnly); got != tt.since+" "+tt.last+" "+tt.end {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}
