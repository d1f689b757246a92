package dashboard

import (
	"math"
	"strconv"
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Figure is one number of the whole city, with what it means.
type Figure struct {
	Key        string    `json:"key"`
	Definition i18n.Text `json:"definition"`
	Unit       string    `json:"unit"`         // "count", "percent" or "working_day"
	Value      *float64  `json:"value"`        // null when there is nothing to compute it from
	Of         *int      `json:"of,omitempty"` // how many applications a percentage or an average is computed from
}

// The units of figures and cells.
const (
	unitCount      = "count"
	unitPercent    = "percent"
	unitWorkingDay = "working_day"
)

// TitleKey is the i18n key of what the figure is called.
func (f Figure) TitleKey() string { return "dashboard.figure." + f.Key }

// Text is the value as a person reads it.
func (f Figure) Text(l i18n.Locale) string {
	if f.Value == nil {
		return l.T("dashboard.none")
	}
	return number(l, f.Unit, *f.Value)
}

// definition is the sentence that says what a figure counts, in every language, for readers of the open data too.
func definition(key string) i18n.Text {
	t := i18n.Text{}
	for _, l := range i18n.All() {
		t[l] = l.T("dashboard.definition." + key)
	}
	return t
}

func count(key string, n int) Figure {
	v := float64(n)
	return Figure{Key: key, Definition: definition(key), Unit: unitCount, Value: &v}
}

func average(key, unit string, sum, of int) Figure {
	return Figure{Key: key, Definition: definition(key), Unit: unit, Value: ratio(sum, of), Of: &of}
}

// ratio is sum/of to one decimal, nil when of is 0.
func ratio(sum, of int) *float64 {
	if of == 0 {
		return nil
	}
	v := math.Round(10*float64(sum)/float64(of)) / 10
	return &v
}

// number writes v in its unit: whole counts, one decimal at most for the others.
func number(l i18n.Locale, unit string, v float64) string {
	if unit == unitCount {
		return l.Number(int64(v))
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if l != i18n.EN {
		s = strings.Replace(s, ".", ",", 1)
	}
	return l.T("dashboard.unit."+unit, "value", s, "n", s)
}

// Cell is one number of an agency or a service: shown, absent, or concealed.
type Cell struct {
	Unit  string   `json:"unit"`
	Value *float64 `json:"value"` // null when concealed, or when there is nothing to compute it from
	// Below is set for a number that is not shown for being less than it, Concealed for one that is not shown because
	// with the others it would give such a number away.
	Below     int  `json:"below,omitempty"`
	Concealed bool `json:"concealed,omitempty"`
}

// Text is the cell as a person reads it.
func (c Cell) Text(l i18n.Locale) string {
	switch {
	case c.Below > 0:
		return "<" + strconv.Itoa(c.Below)
	case c.Concealed:
		return l.T("dashboard.concealed")
	case c.Value == nil:
		return l.T("dashboard.none")
	}
	return number(l, c.Unit, *c.Value)
}
