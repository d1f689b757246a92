package dashboard

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSmallNumbersAreConcealed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		groups   [][]int // services by agency
		agencies string
		services string
	}{
		{"nothing yet", [][]int{{0, 0}, {0}}, "0 0", "0 0 0"},
		{"all large", [][]int{{7, 9}, {12}}, "16 12", "7 9 12"},
		{"all small", [][]int{{1, 0}, {2}}, "<5 <5", "<5 <5 <5"},
		{"one small beside a large one", [][]int{{3, 10, 20}, {30}}, "33 30", "<5 × 20 30"},
		{"two small together", [][]int{{3, 2, 20}, {30}}, "25 30", "<5 <5 20 30"},
		{"two that can only be fours", [][]int{{4, 4, 20}}, "28", "<5 <5 ×"},
		{"a small agency", [][]int{{3}, {10}, {20}}, "<5 × 20", "<5 × 20"},
		{"fours beside an agency", [][]int{{4, 4}, {5}}, "× 5", "× × 5"},
		{"none where some are", [][]int{{0, 10}, {20}}, "10 20", "<5 10 20"},
		{"one service", [][]int{{3}}, "<5", "<5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tab := tableOf(tt.groups)
			c := tab.conceal(received)
			if got := published(tab.agencies, c.agencies); got != tt.agencies {
				t.Errorf("agencies %s, want %s", got, tt.agencies)
			}
			if got := published(tab.services, c.services); got != tt.services {
				t.Errorf("services %s, want %s", got, tt.services)
			}
		})
	}
}

// TestNoSmallNumberCanBeWorkedOut tries every set of counts that agrees with what is published. Each small count that
// is not 0 must have two values left, unless everything that could hide it is hidden already.
func TestNoSmallNumberCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var groups [][]int
		for left := rapid.IntRange(1, 5).Draw(t, "services"); left > 0; { // every set of counts is tried, which more would make too many
			n := rapid.IntRange(1, min(3, left)).Draw(t, "of one agency")
			groups = append(groups, rapid.SliceOfN(rapid.IntRange(0, 8), n, n).Draw(t, "counts"))
			left -= n
		}
		tab := tableOf(groups)
		c := tab.conceal(received)
		possible := make([]map[int]bool, len(tab.services))
		for i := range possible {
			possible[i] = map[int]bool{}
		}
		total := 0
		for _, s := range tab.services {
			total += s.Received
		}
		try(tab, c, nil, total, possible)
		for i, s := range tab.services {
			if !possible[i][s.Received] {
				t.Fatalf("%v: the truth is not among what %s allows", groups, published(tab.services, c.services))
			}
			if s.Received > 0 && s.Received < smallest && len(possible[i]) == 1 && slices.Contains(c.services, shown) {
				t.Fatalf("%v is published as %s of %s: service %d can only be %d", groups,
					published(tab.services, c.services), published(tab.agencies, c.agencies), i, s.Received)
			}
		}
	})
}

// try extends a guess by one service at a time, never past what is left of the city's total, and notes every guess
// that agrees with all that is published.
func try(tab table, c covers, guess []int, left int, possible []map[int]bool) {
	if i := len(guess); i < len(tab.services) {
		low, high := 0, left
		switch c.services[i] {
		case shown:
			low, high = tab.services[i].Received, tab.services[i].Received
		case small:
			high = smallest - 1
		case hidden: // inside an agency that is shown, only what would have been shown is hidden
			if a := slices.IndexFunc(tab.agencies, func(a counted) bool { return a.Code == tab.services[i].Agency }); c.agencies[a] == shown {
				low = smallest
			}
		}
		for v := low; v <= min(high, left); v++ {
			try(tab, c, append(guess, v), left-v, possible)
		}
		return
	}
	for a, agency := range tab.agencies {
		sum := 0
		for i, s := range tab.services {
			if s.Agency == agency.Code {
				sum += guess[i]
			}
		}
		if (c.agencies[a] == shown && sum != agency.Received) || (c.agencies[a] == small && sum >= smallest) ||
			(c.agencies[a] == hidden && sum < smallest) {
			return
		}
	}
	if left != 0 {
		return
	}
	for i, v := range guess {
		possible[i][v] = true
	}
}

func received(c counted) int { return c.Received }

func tableOf(groups [][]int) table {
	var t table
	for a, group := range groups {
		for i, n := range group {
			t.services = append(t.services, counted{Code: fmt.Sprint("s", a, i), Agency: fmt.Sprint("a", a), tally: tally{Received: n}})
		}
	}
	t.sumAgencies()
	return t
}

func published(counts []counted, covers []cover) string {
	out := ""
	for i, c := range counts {
		text := [...]string{fmt.Sprint(c.Received), "<5", "×"}[covers[i]]
		if i > 0 {
			out += " "
		}
		out += text
	}
	return out
}
