package ui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Diagram shows what leads where, from top to bottom. It is drawn on the server, told by shapes, marks and words and not by
// colour, and always written as a table too, which is what a screen reader gets.
type Diagram struct {
	Title string
	Nodes []DiagramNode
	Links [][2]int // from a node to another, by their places in Nodes
	Head  []string // of the table
	Rows  [][]string
}

// DiagramNode is one shape. Its note stands below its label.
type DiagramNode struct {
	Kind        DiagramKind
	Label, Note string
}

// DiagramKind says what a node looks like.
type DiagramKind string

// The kinds of node. A bar parts the way into several that are gone at the same time, or joins them again.
const (
	DiagramStart     DiagramKind = "start"
	DiagramState     DiagramKind = "state"
	DiagramEnd       DiagramKind = "end"
	DiagramOfficer   DiagramKind = "officer"
	DiagramApplicant DiagramKind = "applicant"
	DiagramTimer     DiagramKind = "timer"
	DiagramAuto      DiagramKind = "auto"
	DiagramBranch    DiagramKind = "branch"
	DiagramBar       DiagramKind = "bar"
)

// class is how the outline of a kind is drawn.
func (k DiagramKind) class() string {
	switch k {
	case DiagramStart, DiagramState, DiagramEnd:
		return "node node-state"
	case DiagramTimer, DiagramAuto:
		return "node node-auto"
	}
	return "node"
}

// Icon is the mark that a kind carries.
func (k DiagramKind) Icon() string {
	return map[DiagramKind]string{DiagramStart: "player-play", DiagramEnd: "flag", DiagramOfficer: "briefcase", DiagramApplicant: "user",
		DiagramTimer: "clock", DiagramAuto: "bolt", DiagramBranch: "building"}[k]
}

const (
	diagramWidth  = 192.0 // of a node
	diagramAcross = 20.0  // between two beside each other
	diagramDown   = 34.0  // between two layers
	diagramLine   = 17.0  // of text
	diagramChars  = 18    // in a line of text
	diagramBar    = 6.0
	diagramPad    = 10.0
)

// lines are the label and the note as they are written, broken between words.
func (n DiagramNode) lines() (label, note []string) { return broken(n.Label), broken(n.Note) }

func broken(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		for utf8.RuneCountInString(word) > diagramChars { // too long for any line
			cut := []rune(word)
			out, word = append(out, string(cut[:diagramChars-1])+"-"), string(cut[diagramChars-1:])
		}
		last := len(out) - 1
		if last >= 0 && utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(word) <= diagramChars {
			out[last] += " " + word
		} else {
			out = append(out, word)
		}
	}
	const most = 4
	if len(out) > most {
		out = append(out[:most-1], out[most-1]+" …")
	}
	return out
}

func (n DiagramNode) height() float64 {
	if n.Kind == DiagramBar {
		return diagramBar
	}
	label, note := n.lines()
	return 2*diagramPad + diagramLine*float64(max(1, len(label)+len(note)))
}

// placed is a node, or a bend of a long link, in the drawing. X is its middle and Y its top.
type placed struct {
	node          int // -1 for a bend
	layer         int
	x, y          float64
	width, height float64
	up, down      []int // neighbours in the layers above and below
}

// drawing is a diagram with its places.
type drawing struct {
	all           []placed // the nodes of the diagram in their order, then bends
	layers        [][]int
	paths         [][]int // of each link from its beginning to its end, through its bends
	width, height float64
}

// draw puts the diagram in layers (Sugiyama's way): links that lead back are turned round, every other leads down, long ones
// bend in each layer that they pass, and neighbours are brought together in a few sweeps.
func (d Diagram) draw() drawing {
	back := d.backward()
	layer := d.layering(back)
	g := drawing{}
	for i, n := range d.Nodes {
		g.all = append(g.all, placed{node: i, layer: layer[i], width: diagramWidth, height: n.height()})
	}
	for i, l := range d.Links {
		from, to := l[0], l[1]
		if back[i] {
			from, to = to, from
		}
		path := []int{from}
		for at := layer[from] + 1; at < layer[to]; at++ {
			g.all = append(g.all, placed{node: -1, layer: at})
			path = append(path, len(g.all)-1)
		}
		path = append(path, to)
		for k := 1; k < len(path); k++ {
			g.all[path[k-1]].down = append(g.all[path[k-1]].down, path[k])
			g.all[path[k]].up = append(g.all[path[k]].up, path[k-1])
		}
		if back[i] {
			slices.Reverse(path)
		}
		g.paths = append(g.paths, path)
	}
	for i, p := range g.all {
		for len(g.layers) <= p.layer {
			g.layers = append(g.layers, nil)
		}
		g.layers[p.layer] = append(g.layers[p.layer], i)
	}
	g.sort()
	g.spread()
	return g
}

// backward marks the links that lead back to where a walk from the first node came by.
func (d Diagram) backward() []bool {
	back, state := make([]bool, len(d.Links)), make([]int, len(d.Nodes))
	var walk func(int)
	walk = func(n int) {
		state[n] = 1 // under way
		for i, l := range d.Links {
			if l[0] != n {
				continue
			}
			if back[i] = state[l[1]] == 1; state[l[1]] == 0 {
				walk(l[1])
			}
		}
		state[n] = 2
	}
	for n := range d.Nodes {
		if state[n] == 0 {
			walk(n)
		}
	}
	return back
}

// layering is how far down each node stands: below everything that leads to it.
func (d Diagram) layering(back []bool) []int {
	out := make([]int, len(d.Nodes))
	for range d.Nodes { // a way has no more links than there are nodes
		for i, l := range d.Links {
			from, to := l[0], l[1]
			if back[i] {
				from, to = to, from
			}
			if from != to {
				out[to] = max(out[to], out[from]+1)
			}
		}
	}
	return out
}

// sort brings the nodes of each layer in an order in which few links cross: the best of some sweeps down and up.
func (g *drawing) sort() {
	best, least := cloneLayers(g.layers), g.crossings()
	for sweep := range 12 {
		down := sweep%2 == 0
		for k := range g.layers {
			at := k
			if !down {
				at = len(g.layers) - 1 - k
			}
			place := g.order()
			middle := func(i int) float64 {
				near := g.all[i].up
				if !down {
					near = g.all[i].down
				}
				if len(near) == 0 {
					return place[i]
				}
				sum := 0.0
				for _, n := range near {
					sum += place[n]
				}
				return sum / float64(len(near))
			}
			slices.SortStableFunc(g.layers[at], func(a, b int) int { return cmp.Compare(middle(a), middle(b)) })
		}
		if n := g.crossings(); n < least {
			best, least = cloneLayers(g.layers), n
		}
	}
	g.layers = best
}

func cloneLayers(all [][]int) [][]int {
	out := make([][]int, len(all))
	for i, l := range all {
		out[i] = slices.Clone(l)
	}
	return out
}

// order is the place of each node in its layer, from 0 to 1.
func (g *drawing) order() []float64 {
	out := make([]float64, len(g.all))
	for _, l := range g.layers {
		for k, i := range l {
			out[i] = (float64(k) + 0.5) / float64(len(l))
		}
	}
	return out
}

func (g *drawing) crossings() int {
	place, n := g.order(), 0
	for _, l := range g.layers {
		var links [][2]float64
		for _, i := range l {
			for _, to := range g.all[i].down {
				links = append(links, [2]float64{place[i], place[to]})
			}
		}
		for i, a := range links {
			for _, b := range links[:i] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// spread gives every node its place: in the middle of its neighbours as far as those beside it allow.
func (g *drawing) spread() {
	top := 2 * diagramPad
	for _, l := range g.layers {
		x, tall := 0.0, 0.0
		for _, i := range l {
			p := &g.all[i]
			p.x, x = x+p.width/2, x+p.width+diagramAcross
			tall = max(tall, p.height)
		}
		for _, i := range l {
			g.all[i].y = top + (tall-g.all[i].height)/2
		}
		top += tall + diagramDown
	}
	for pass := range 24 {
		for k := range g.layers {
			at, near := k, func(p placed) []int { return p.up }
			if pass%2 == 1 {
				at, near = len(g.layers)-1-k, func(p placed) []int { return p.down }
			}
			g.settle(g.layers[at], near)
		}
	}
	left, right := math.Inf(1), math.Inf(-1)
	for _, p := range g.all {
		left, right = min(left, p.x-p.width/2), max(right, p.x+p.width/2)
	}
	for i := range g.all {
		g.all[i].x += diagramPad - left
	}
	g.width, g.height = right-left+2*diagramPad, top-diagramDown+2*diagramPad
}

// settle moves the nodes of one layer towards their neighbours: packed once from the left and once from the right, and
// halfway between the two, which keeps their distance.
func (g *drawing) settle(l []int, near func(placed) []int) {
	want := make([]float64, len(l))
	for k, i := range l {
		want[k] = g.all[i].x
		if all := near(g.all[i]); len(all) > 0 {
			sum := 0.0
			for _, n := range all {
				sum += g.all[n].x
			}
			want[k] = sum / float64(len(all))
		}
	}
	gap := func(a, b int) float64 { return (g.all[l[a]].width+g.all[l[b]].width)/2 + diagramAcross }
	left, right := slices.Clone(want), slices.Clone(want)
	for k := 1; k < len(l); k++ {
		left[k] = max(left[k], left[k-1]+gap(k-1, k))
	}
	for k := len(l) - 2; k >= 0; k-- {
		right[k] = min(right[k], right[k+1]-gap(k, k+1))
	}
	for k, i := range l {
		g.all[i].x = (left[k] + right[k]) / 2
	}
}

// curve is the line of a link, with its end at the node that it leads to.
func (g drawing) curve(path []int) string {
	var b strings.Builder
	for k := 1; k < len(path); k++ {
		from, to := g.all[path[k-1]], g.all[path[k]]
		y1, y2 := from.y+from.height, to.y
		if from.layer > to.layer {
			y1, y2 = from.y, to.y+to.height
		}
		if k == 1 {
			fmt.Fprintf(&b, "M%.1f %.1f", from.x, y1)
		} else {
			fmt.Fprintf(&b, "L%.1f %.1f", from.x, y1)
		}
		half := (y1 + y2) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", from.x, half, to.x, half, to.x, y2)
	}
	return b.String()
}

// outline is the shape of a node as a path.
func (p placed) outline(k DiagramKind) string {
	x, y, w, h := p.x-p.width/2, p.y, p.width, p.height
	switch k {
	case DiagramTimer: // six corners
		return fmt.Sprintf("M%.1f %.1fh%.1fl10 %.1fl-10 %.1fh-%.1fl-10 -%.1fz", x+10, y, w-20, h/2, h/2, w-20, h/2)
	case DiagramOfficer, DiagramApplicant, DiagramAuto: // round ends
		r := min(h/2, 18)
		return fmt.Sprintf("M%.1f %.1fh%.1fa%.1f %.1f 0 0 1 %.1f %.1fv%.1fa%.1f %.1f 0 0 1 -%.1f %.1fh-%.1fa%.1f %.1f 0 0 1 -%.1f -%.1fv-%.1fa%.1f %.1f 0 0 1 %.1f -%.1fz",
			x+r, y, w-2*r, r, r, r, r, h-2*r, r, r, r, r, w-2*r, r, r, r, r, h-2*r, r, r, r, r)
	}
	return fmt.Sprintf("M%.1f %.1fh%.1fv%.1fh-%.1fz", x, y, w, h, w)
}

// inner is the second outline of an end.
func (p placed) inner() string {
	return placed{x: p.x, y: p.y + 4, width: p.width - 8, height: p.height - 8}.outline(DiagramEnd)
}

// diagramText is one line of words in a node.
type diagramText struct {
	text, class string
	x, y        float64
}

func (p placed) texts(n DiagramNode) []diagramText {
	label, note := n.lines()
	x := p.x - p.width/2 + 38
	if n.Kind.Icon() == "" {
		x = p.x - p.width/2 + 14
	}
	var out []diagramText
	for i, t := range append(slices.Clone(label), note...) {
		class := "label"
		if i >= len(label) {
			class = "note"
		}
		out = append(out, diagramText{t, class, x, p.y + diagramPad + diagramLine*(float64(i)+0.78)})
	}
	return out
}
