package lease

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/city/duct"
)

// always is every day.
var always = span{math.MinInt32, math.MaxInt32}

// lay adds a segment between two nodes, with what lies in it.
func (g *graph) lay(e edge, from, to int32, units ...unit) {
	e.units = int32(len(g.units))
	e.last = e.units + int32(len(units))
	g.units = append(g.units, units...)
	g.edges, g.ends = append(g.edges, e), append(g.ends, [2]int32{from, to})
}

// drawn is a small network with what is free in it.
func drawn(t *rapid.T) *graph {
	g := newGraph()
	n := rapid.IntRange(2, 7).Draw(t, "nodes")
	for i := range n {
		g.nodeOf(fmt.Sprint(i))
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "segments") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		if a == b {
			continue
		}
		e := edge{ID: uuid.New(), Code: fmt.Sprint("R", i), LengthMM: rapid.Int64Range(1, 1000).Draw(t, "length"), sound: rapid.IntRange(0, 9).Draw(t, "sound") > 0, days: always}
		var units []unit
		for range rapid.IntRange(0, 4).Draw(t, "units") {
			u := unit{kind: 's', days: always}
			if rapid.Bool().Draw(t, "held") {
				from := rapid.Int32Range(0, 50).Draw(t, "since")
				u.shut = []span{{from, from + rapid.Int32Range(1, 50).Draw(t, "for")}}
			}
			units = append(units, u)
		}
		g.lay(e, int32(a), int32(b), units...)
	}
	g.link()
	return g
}

// least is the length of the shortest way, found by trying every one.
func (g *graph) least(at, to int32, seen map[int32]bool, open func(int32) bool) float64 {
	if at == to {
		return 0
	}
	best := math.Inf(1)
	seen[at] = true
	for _, a := range g.out[g.first[at]:g.first[at+1]] {
		if open(a.edge) && !seen[a.to] {
			best = min(best, float64(g.edges[a.edge].LengthMM)+g.least(a.to, to, seen, open))
		}
	}
	delete(seen, at)
	return best
}

func dayAt(n int32) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }

// TestNoWayIsShorter: the first way is as short as the best of all, has enough free on every segment for the whole time, and is
// a way; where there is none, none is found.
func TestNoWayIsShorter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawn(t)
		to := int32(len(g.codes) - 1)
		quantity := rapid.IntRange(1, 3).Draw(t, "quantity")
		since := rapid.Int32Range(0, 90).Draw(t, "asked")
		asked := span{since, since + rapid.Int32Range(1, 30).Draw(t, "days")}
		in := PlanInput{Kind: duct.Subduct, Quantity: quantity, Since: dayAt(asked.from), Until: dayAt(asked.until), Ways: 3}
		ways := g.ways(0, to, in)
		want := g.least(0, to, map[int32]bool{}, func(e int32) bool { return g.edges[e].sound && g.free(e, 's', asked) >= quantity })
		if math.IsInf(want, 1) != (len(ways) == 0) {
			t.Fatalf("%d ways, the best is %v", len(ways), want)
		}
		for i, w := range ways {
			at, length := g.codes[0], int64(0)
			for _, s := range w.Steps {
				if s.From != at || s.Free < quantity {
					t.Fatalf("way %d: %+v after %s", i, s, at)
				}
				at, length = s.To, length+s.LengthMM
			}
			if at != g.codes[to] || length != w.LengthMM || float64(length) < want || i == 0 && float64(length) != want {
				t.Fatalf("way %d ends at %s after %d, the best is %v", i, at, length, want)
			}
			if i > 0 && slices.Equal(codes(ways[0]), codes(w)) {
				t.Fatal("the same way twice")
			}
		}
	})
}

// BenchmarkPlan finds up to three ways between corners of a grid of 50,880 segments with two ducts of three subducts each, a
// third of them held. The bar is a median under 20 ms.
func BenchmarkPlan(b *testing.B) {
	const side = 160
	g := newGraph()
	at := func(x, y int) int32 { return g.nodeOf(fmt.Sprint(x, "-", y)) }
	join := func(a, to int32) {
		n := len(g.edges)
		var units []unit
		for u := range 6 {
			x := unit{kind: 's', days: always}
			if (n+u)%3 == 0 {
				x.shut = []span{{20_000, 21_000}}
			}
			units = append(units, x)
		}
		g.lay(edge{ID: uuid.New(), Code: fmt.Sprint(n), LengthMM: int64(50_000 + n*7919%20_000), sound: true, days: always}, a, to, units...)
	}
	for x := range side {
		for y := range side {
			if x > 0 {
				join(at(x-1, y), at(x, y))
			}
			if y > 0 {
				join(at(x, y-1), at(x, y))
			}
		}
	}
	g.link()
	n, k := int32(len(g.codes)), int32(0)
	for b.Loop() {
		k = (k*7919 + 104_729) % n
		if len(g.ways(k, (k+n/3+k%97)%n, PlanInput{Kind: duct.Subduct, Quantity: 2, Since: dayAt(20_100), Until: dayAt(20_500), Ways: 3})) == 0 {
			b.Fatal("no way")
		}
	}
}

// TestHowFullASegmentIs: places that are held, whichever part of the tree was let, and subducts that can be had.
func TestHowFullASegmentIs(t *testing.T) {
	t.Parallel()
	on := []span{{100, 200}}
	// A duct with two subducts, a microduct in the first of them, and a duct in which no subduct lies.
	bank := func() []unit {
		return []unit{{kind: 'd', within: -1, days: always}, {kind: 'd', within: -1, days: always}, {kind: 's', within: 0, days: always}, {kind: 's', within: 0, days: always}, {kind: 'm', within: 2, days: always}}
	}
	for _, tt := range []struct {
		name string
		held []int32
		with func(all []unit)
		day  int32
		want Fill
	}{
		{"nothing held", nil, nil, 150, Fill{3, 0, 2}},
		{"a subduct", []int32{3}, nil, 150, Fill{3, 1, 1}},
		{"another day", []int32{3}, nil, 200, Fill{3, 0, 2}},
		{"the duct around both", []int32{0}, nil, 150, Fill{3, 2, 0}},
		{"a microduct", []int32{4}, nil, 150, Fill{3, 1, 1}},
		{"a microduct and what it lies in", []int32{4, 2}, nil, 150, Fill{3, 1, 1}},
		{"the bare duct", []int32{1}, nil, 150, Fill{3, 1, 2}},
		{"all", []int32{0, 1}, nil, 150, Fill{3, 3, 0}},
		{"a bad subduct", nil, func(all []unit) { all[2].shut = on }, 150, Fill{3, 0, 1}},
		{"a bad duct", nil, func(all []unit) { all[0].shut = on }, 150, Fill{3, 0, 0}},
		{"good again", nil, func(all []unit) { all[0].shut = on }, 200, Fill{3, 0, 2}},
		{"a bad duct that was let before", []int32{3}, func(all []unit) { all[0].shut = on }, 150, Fill{3, 1, 0}},
		{"a bad microduct", nil, func(all []unit) { all[4].shut = on }, 150, Fill{3, 0, 2}},
		{"a subduct that is gone", nil, func(all []unit) { all[3].days = span{0, 150} }, 150, Fill{2, 0, 1}},
		{"subducts to come", nil, func(all []unit) {
			all[2].days, all[3].days, all[4].days = span{300, 400}, span{300, 400}, span{300, 400}
		}, 150, Fill{2, 0, 0}},
		{"before all", nil, func(all []unit) {
			for i := range all {
				all[i].days = span{300, 400}
			}
		}, 150, Fill{}},
	} {
		g, units := newGraph(), bank()
		if tt.with != nil {
			tt.with(units)
		}
		g.lay(edge{ID: uuid.New(), days: always}, g.nodeOf("A"), g.nodeOf("B"), units...)
		g.shutInside()
		var marks []mark
		for _, u := range tt.held {
			marks = g.mark(marks, 0, u, on[0])
		}
		g.held = heldBy(1, len(g.units), marks)
		if got := g.fill(&g.edges[0], tt.day); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		if got := g.free(0, 's', span{tt.day, tt.day + 1}); got != tt.want.Free {
			t.Errorf("%s: %d can be planned with, want %d", tt.name, got, tt.want.Free)
		}
	}
}
