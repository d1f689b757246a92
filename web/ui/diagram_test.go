package ui

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/i18n"
)

// TestADiagramIsReadable: whatever leads where, no two shapes touch, nothing stands outside the drawing, every link leads
// down except those that close a circle, and each begins and ends at its shapes.
func TestADiagramIsReadable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Diagram{}
		for range rapid.IntRange(1, 18).Draw(t, "nodes") {
			kind := rapid.SampledFrom([]DiagramKind{DiagramState, DiagramEnd, DiagramTimer, DiagramBranch, DiagramBar}).Draw(t, "kind")
			d.Nodes = append(d.Nodes, DiagramNode{Kind: kind, Label: rapid.StringMatching(`[A-Za-z]{1,24}( [a-z]{1,9}){0,6}`).Draw(t, "label")})
		}
		some := rapid.IntRange(0, len(d.Nodes)-1)
		for range rapid.IntRange(0, 30).Draw(t, "links") {
			d.Links = append(d.Links, [2]int{some.Draw(t, "from"), some.Draw(t, "to")})
		}
		g, back := d.draw(), d.backward()
		for _, l := range g.layers {
			for k, i := range l[1:] {
				a, b := g.all[l[k]], g.all[i]
				if a.x+a.width/2 > b.x-b.width/2+0.01 {
					t.Fatalf("%d and %d stand on each other", l[k], i)
				}
			}
		}
		for i, p := range g.all {
			if math.IsNaN(p.x) || p.x-p.width/2 < -0.01 || p.x+p.width/2 > g.width+0.01 || p.y < 0 || p.y+p.height > g.height {
				t.Fatalf("%d stands outside: %+v of %v × %v", i, p, g.width, g.height)
			}
			for _, below := range p.down {
				if below != i && (g.all[below].layer != p.layer+1 || g.all[below].y < p.y+p.height) {
					t.Fatalf("%d does not stand above %d", i, below)
				}
			}
		}
		for i, path := range g.paths {
			from, to := g.all[path[0]], g.all[path[len(path)-1]]
			if from.node != d.Links[i][0] || to.node != d.Links[i][1] || !back[i] && from.node != to.node && from.layer >= to.layer {
				t.Fatalf("link %v is drawn from %d to %d", d.Links[i], from.node, to.node)
			}
		}
		for _, n := range d.Nodes {
			for _, line := range broken(n.Label) {
				if utf8.RuneCountInString(line) > diagramChars+2 {
					t.Fatalf("%q is too long a line", line)
				}
			}
		}
	})
}

// TestADiagramIsWrittenToo: what is drawn has a name, a legend in words and a table.
func TestADiagramIsWrittenToo(t *testing.T) {
	t.Parallel()
	d := Diagram{Title: "Alur <KTP>", Nodes: []DiagramNode{{Kind: DiagramStart, Label: "Terkirim"}, {Kind: DiagramTimer, Label: "Gugur", Note: "setelah 30 hari"}, {Kind: DiagramEnd, Label: "Batal"}},
		Links: [][2]int{{0, 1}, {1, 2}}, Head: []string{"Dari", "Langkah"}, Rows: [][]string{{"Terkirim", "Gugur"}}}
	var b strings.Builder
	if err := DiagramFigure(Shell{L: i18n.ID}, d).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`role="img"`, "Alur &lt;KTP&gt;", "setelah 30 hari", `<th scope="row">Terkirim</th>`, "Akhir (garis ganda)", `tabindex="0"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q", want)
		}
	}
	if strings.Contains(b.String(), "style=") {
		t.Error("the content policy would refuse it")
	}
}
