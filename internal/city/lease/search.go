package lease

import (
	"math"
	"slices"
)

// scratch is what a search works with. It is as large as the network and used again for the next search, so nothing of it is
// cleared: what bears an older number than the search's own has not been looked at.
type scratch struct {
	asks   uint32    // the number of the plan
	looks  uint32    // the number of the search
	priced []uint32  // the plan that last asked what a segment costs
	price  []float64 // infinity is closed
	weight []float64 // how much heavier a segment looks than it is
	far    []float64 // how far a node is from the end, where reached by the first search of the plan
	ahead  []uint32
	best   []float64 // how far a node is from the beginning
	seen   []uint32
	back   []int32 // the segment by which a node was reached
	heap   heap
}

func newScratch(edges, nodes int) *scratch {
	return &scratch{priced: make([]uint32, edges), price: make([]float64, edges), weight: make([]float64, edges), far: make([]float64, nodes), ahead: make([]uint32, nodes),
		best: make([]float64, nodes), seen: make([]uint32, nodes), back: make([]int32, nodes)}
}

// begins makes s ready for a plan.
func (s *scratch) begins() {
	if s.asks == math.MaxUint32 || s.looks >= math.MaxUint32-searches {
		clear(s.priced)
		clear(s.ahead)
		clear(s.seen)
		s.asks, s.looks = 0, 0
	}
	s.asks++
}

// plan is one question to the graph, with what its searches share.
type plan struct {
	*scratch
	g    *graph
	open func(e int32) float64 // what a segment costs; infinity is closed
	end  float64               // how far the beginning is from the end
}

// cost is what a segment costs, asked for once in a plan.
func (p *plan) cost(e int32) float64 {
	if p.priced[e] != p.asks {
		p.priced[e], p.price[e], p.weight[e] = p.asks, p.open(e), 1
	}
	return p.price[e]
}

// least is the way of least cost from one node to another, nil where there is none: Dijkstra's algorithm from the end, so that
// what it learns of how far nodes are from there can lead the searches for other ways. Costs are never negative.
func (p *plan) least(from, to int32) []int32 {
	g := p.g
	p.heap = append(p.heap[:0], entry{0, to})
	p.far[to], p.ahead[to] = 0, p.asks
	for len(p.heap) > 0 {
		x := p.heap.pop()
		if x.node == from {
			break
		}
		if x.cost > p.far[x.node] {
			continue
		}
		for _, a := range g.out[g.first[x.node]:g.first[x.node+1]] {
			c := x.cost + p.cost(a.edge)
			if c < math.Inf(1) && (p.ahead[a.to] != p.asks || c < p.far[a.to]) {
				p.far[a.to], p.ahead[a.to], p.back[a.to] = c, p.asks, a.edge
				p.heap.push(entry{c, a.to})
			}
		}
	}
	if p.ahead[from] != p.asks || from == to {
		return nil
	}
	p.end = p.far[from]
	var path []int32
	for at := from; at != to; at = g.over(at, p.back[at]) {
		path = append(path, p.back[at])
	}
	return path
}

// other is the way of least weight, where segments look heavier than they cost: A* with what the first search has learnt. A node
// that it did not settle is no nearer to the end than the beginning is.
func (p *plan) other(from, to int32) []int32 {
	g := p.g
	p.looks++
	ahead := func(n int32) float64 {
		if p.ahead[n] == p.asks {
			return min(p.far[n], p.end)
		}
		return p.end
	}
	p.heap = append(p.heap[:0], entry{p.end, from})
	p.best[from], p.seen[from] = 0, p.looks
	for len(p.heap) > 0 {
		x := p.heap.pop()
		if x.node == to {
			break
		}
		here := p.best[x.node]
		if x.cost > here+ahead(x.node) {
			continue
		}
		for _, a := range g.out[g.first[x.node]:g.first[x.node+1]] {
			c := here + p.cost(a.edge)*p.weight[a.edge]
			if c < math.Inf(1) && (p.seen[a.to] != p.looks || c < p.best[a.to]) {
				p.best[a.to], p.seen[a.to], p.back[a.to] = c, p.looks, a.edge
				p.heap.push(entry{c + ahead(a.to), a.to})
			}
		}
	}
	if p.seen[to] != p.looks {
		return nil
	}
	var path []int32
	for at := to; at != from; at = g.over(at, p.back[at]) {
		path = append(path, p.back[at])
	}
	slices.Reverse(path)
	return path
}

// over is the node at the other end of a segment.
func (g *graph) over(node, e int32) int32 {
	ends := g.ends[e]
	if ends[0] == node {
		return ends[1]
	}
	return ends[0]
}

// heap is a heap of what is still to be looked at, four below each, because that is shallower; container/heap boxes each entry,
// which takes twice as long.
type heap []entry

type entry struct {
	cost float64
	node int32
}

func (h *heap) push(e entry) {
	*h = append(*h, e)
	a, i := *h, len(*h)-1
	for i > 0 {
		up := (i - 1) / 4
		if a[up].cost <= e.cost {
			break
		}
		a[i] = a[up]
		i = up
	}
	a[i] = e
}

func (h *heap) pop() entry {
	a := *h
	top, e := a[0], a[len(a)-1]
	a = a[:len(a)-1]
	*h = a
	if len(a) == 0 {
		return top
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(a) {
			break
		}
		least := child
		for k := child + 1; k < min(child+4, len(a)); k++ {
			if a[k].cost < a[least].cost {
				least = k
			}
		}
		if e.cost <= a[least].cost {
			break
		}
		a[i] = a[least]
		i = least
	}
	a[i] = e
	return top
}
