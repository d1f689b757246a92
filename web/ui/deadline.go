package ui

import (
	"time"

	"bedelau/internal/kernel/i18n"
)

// Deadline is the promise on one application. State is "running", "soon", "late" or "paused"; once the clock has stopped
// it is "on_time" or "decided_late", or "ended" when nothing was decided. An empty State is no promise to speak of. Left is
// the time remaining, or the time past when late, in Unit. A zero Due has no promise.
type Deadline struct {
	State string
	Due   time.Time
	Left  int
	Unit  string
}

// Text writes the deadline: "Sisa 2 hari kerja", "Lewat 1 hari kerja".
func (d Deadline) Text(l i18n.Locale) string {
	switch d.State {
	case "paused", "on_time", "decided_late", "ended":
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
	case "late", "decided_late":
		return "bad"
	case "soon":
		return "care"
	}
	return ""
}

func (d Deadline) icon() string {
	switch d.State {
	case "late", "decided_late":
		return "alert-circle"
	case "soon":
		return "hourglass"
	case "paused":
		return "player-pause"
	case "on_time":
		return "check"
	case "ended":
		return "ban"
	}
	return "clock"
}
