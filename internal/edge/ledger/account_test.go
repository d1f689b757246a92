package ledger

import (
	"slices"
	"strconv"
	"testing"
)

// TestPart: every row is on one page, and each page leads to those beside it.
func TestPart(t *testing.T) {
	t.Parallel()
	all := []int{1, 2, 3, 4, 5}
	for _, c := range []struct {
		skip          int
		want          []int
		before, after string
	}{
		{0, []int{1, 2}, "", "2"}, {2, []int{3, 4}, "0", "4"}, {4, []int{5}, "2", ""}, {1, []int{2, 3}, "0", "3"}, {3, []int{4, 5}, "1", ""}, {99, []int{}, "3", ""},
	} {
		part, before, after := Part(all, c.skip, 2, strconv.Itoa)
		if !slices.Equal(part, c.want) || before != c.before || after != c.after {
			t.Errorf("after %d: %v between %q and %q", c.skip, part, before, after)
		}
	}
	if part, before, after := Part([]int(nil), 0, 2, strconv.Itoa); len(part) != 0 || before != "" || after != "" {
		t.Errorf("of nothing: %v between %q and %q", part, before, after)
	}
}
