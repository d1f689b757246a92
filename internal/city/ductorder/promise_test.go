package ductorder

import (
	"testing"

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
