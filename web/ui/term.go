package ui

import (
	"fmt"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Term is how long a service takes. Unit is that of workcal, or "none" when only the note says; Max above Amount
// makes a range.
type Term struct {
	Amount, Max int
	Unit        string
	Note        string
}

// Text writes the term: "2 hari kerja", "7–14 hari kerja".
func (t Term) Text(l i18n.Locale) string {
	if t.Unit == "none" || t.Unit == "" || t.Amount == 0 && t.Max == 0 {
		if t.Note != "" {
			return t.Note
		}
		return l.T("term.unknown")
	}
	if t.Max > t.Amount {
		if t.Amount == 0 {
			return l.T("term.at_most", "term", l.T("unit."+t.Unit, "n", t.Max))
		}
		return l.T("unit."+t.Unit, "n", fmt.Sprintf("%d–%d", t.Amount, t.Max))
	}
	return l.T("unit."+t.Unit, "n", t.Amount)
}

// remark is the note when it is not the term itself.
func (t Term) remark(l i18n.Locale) string {
	if t.Text(l) == t.Note {
		return ""
	}
	return t.Note
}

// Fee is what a service costs. A formula is shown as it is; nothing at all means that the fee is not known.
type Fee struct {
	Free       bool
	Amount     money.Rupiah
	Formula    string
	LegalBasis string
}

// Text writes the fee in a few words.
func (f Fee) Text(l i18n.Locale) string {
	switch {
	case f.Free:
		return l.T("fee.free")
	case f.Amount > 0:
		return f.Amount.String()
	case f.Formula != "":
		return l.T("fee.formula")
	}
	return l.T("fee.unknown")
}

// Deadline is the promise on one application. State is "running", "soon", "late", "paused" or "done"; Left is the time
// remaining, or the time past when late, in Unit. A zero Due has no promise.
type Deadline struct {
	State string
	Due   time.Time
	Left  int
	Unit  string
}

// Text writes the deadline: "Sisa 2 hari kerja", "Lewat 1 hari kerja".
func (d Deadline) Text(l i18n.Locale) string {
	switch d.State {
	case "paused", "done":
		return l.T("deadline." + d.State)
	case "late":
		if d.Left == 0 {
			return l.T("deadline.late_now")
		}
		return l.T("deadline.late", "term", l.T("unit."+d.Unit, "n", d.Left))
	}
	if d.Due.IsZero() {
		return l.T("deadline.none")
	}
	if d.Left == 0 {
		return l.T("deadline.today", "time", l.Clock(d.Due))
	}
	return l.T("deadline.left", "term", l.T("unit."+d.Unit, "n", d.Left))
}

func (d Deadline) tone() string {
	switch d.State {
	case "late":
		return "bad"
	case "soon":
		return "care"
	case "done":
		return "good"
	}
	return ""
}

func (d Deadline) icon() string {
	switch d.State {
	case "late":
		return "alert-circle"
	case "soon":
		return "hourglass"
	case "paused":
		return "player-pause"
	case "done":
		return "check"
	}
	return "clock"
}
