package ui

import (
	"fmt"
	"math"

	"bedelau/internal/kernel/i18n"
)

// Chart is numbers over a row of labels, such as months. It is drawn as bars, or as a line when Line is set, and
// always written as a table too, which is what a screen reader and a copy get. Across draws the bars of the first
// series from left to right, each under its label, for labels that are words.
type Chart struct {
	Title  string
	Column string // heading of the labels in the table: "Bulan"
	Labels []string
	Series []Series // one or two
	Line   bool
	Across bool
	Unit   string   // after each number: "%"
	Links  []string // where the things are that each label's numbers count; none, or one for each label, of which some may be empty
}

// Series is one row of numbers, as many as there are labels.
type Series struct {
	Name   string
	Values []int64
}

// The drawing is as wide as its place: positions across are in per cent, so text keeps its size on a phone.
const (
	chartHeight = 220
	chartTop    = 24 // room for the numbers above the bars
	chartBase   = 190
)

// top is the round number that the scale ends with.
func (c Chart) top() int64 {
	var most int64
	for _, s := range c.Series {
		for _, v := range s.Values {
			most = max(most, v)
		}
	}
	if c.Unit == "%" {
		return 100
	}
	if most < 5 {
		return 5
	}
	step := math.Pow(10, math.Floor(math.Log10(float64(most))))
	for _, m := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10} {
		if t := int64(m * step); t >= most {
			return t
		}
	}
	return most
}

func (c Chart) y(v int64) float64 {
	return chartBase - float64(v)/float64(c.top())*(chartBase-chartTop)
}

// way is where a label's numbers lead, or nowhere.
func (c Chart) way(i int) string {
	if i < len(c.Links) {
		return c.Links[i]
	}
	return ""
}

// told is a label with its numbers, in words, for who hears where it leads.
func (c Chart) told(l i18n.Locale, i int) string {
	text := c.Labels[i] + ":"
	for n, s := range c.Series {
		if n > 0 {
			text += ","
		}
		text += " " + l.Number(s.Values[i]) + c.Unit
	}
	return text
}

// role is how the drawing is told: as one picture, or as a group of what leads on.
func (c Chart) role() string {
	if len(c.Links) > 0 {
		return "group"
	}
	return "img"
}

// slot is the share of the width that one label has.
func (c Chart) slot() float64 { return 100 / float64(max(1, len(c.Labels))) }

func (c Chart) middle(i int) string { return percent(c.slot() * (float64(i) + 0.5)) }

// bar is a rectangle of the drawing.
type bar struct{ X, Y, Width, Height, Class string }

func (c Chart) bars() []bar {
	var out []bar
	width := c.slot() * 0.7 / float64(max(1, len(c.Series)))
	for n, s := range c.Series {
		for i, v := range s.Values {
			x := c.slot()*(float64(i)+0.15) + width*float64(n)
			out = append(out, bar{percent(x), pixel(c.y(v)), percent(width * 0.94), pixel(chartBase - c.y(v)), seriesClass(n)})
		}
	}
	return out
}

// segment is one stretch of a line, from a label to the next.
type segment struct{ X1, Y1, X2, Y2 string }

func (c Chart) segments(s Series) []segment {
	var out []segment
	for i := 1; i < len(s.Values); i++ {
		out = append(out, segment{c.middle(i - 1), pixel(c.y(s.Values[i-1])), c.middle(i), pixel(c.y(s.Values[i]))})
	}
	return out
}

// Height of one row of an across chart: its label, its bar, and the space below.
const chartRow = 52

// width is the share of the drawing that v takes from left to right, which leaves room for the number behind the bar.
func (c Chart) width(v int64) string {
	return percent(float64(v) / float64(c.top()) * 88)
}

func seriesClass(n int) string {
	if n == 0 {
		return "a"
	}
	return "b"
}

func percent(v float64) string { return fmt.Sprintf("%.2f%%", v) }
func pixel(v float64) string   { return fmt.Sprintf("%.1f", v) }
