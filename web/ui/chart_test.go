package ui

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
)

func TestChartScaleEndsOnARoundNumber(t *testing.T) {
	t.Parallel()
	for most, want := range map[int64]int64{0: 5, 4: 5, 7: 8, 10: 10, 11: 15, 96: 100, 101: 150, 1320: 1500, 2600: 3000, 7999: 8000} {
		c := Chart{Series: []Series{{Values: []int64{most}}}}
		if got := c.top(); got != want {
			t.Errorf("top over %d = %d, want %d", most, got, want)
		}
	}
}

func TestChartHasATableTwin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Chart{"bars": {}, "line": {Line: true}, "across": {Across: true}} {
		c.Title, c.Column, c.Labels = "Masuk", "Bulan", []string{"Okt", "Nov"}
		c.Series = []Series{{Name: "Permohonan", Values: []int64{1320, 1248}}}
		var out strings.Builder
		if err := ChartFigure(Shell{L: i18n.ID}, c).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`<th scope="row">Nov</th>`, `>1.248</td>`, `role="img"`} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
		if strings.Contains(out.String(), "style=") {
			t.Errorf("%s has an inline style, which the policy refuses", name)
		}
	}
}

// A chart whose labels lead somewhere is a group of links, in the drawing and in its table; one without a place to lead to has none.
func TestAChartLeadsOn(t *testing.T) {
	t.Parallel()
	c := Chart{Title: "Masuk", Column: "Bulan", Labels: []string{"Okt", "Nov"}, Links: []string{"/okt", ""}, Series: []Series{{Name: "Permohonan", Values: []int64{3, 0}}}}
	var out strings.Builder
	if err := ChartFigure(Shell{L: i18n.ID}, c).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`role="group"`, `<a href="/okt" aria-label="Okt: 3">`, `<a href="/okt">Okt</a>`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	if n := strings.Count(out.String(), "<a "); n != 2 {
		t.Errorf("%d links; want 2", n)
	}
}
