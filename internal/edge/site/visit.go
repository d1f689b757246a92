package site

import (
	"bedelau/internal/city/booking"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// PathVisits is where a resident keeps appointments at a counter.
const PathVisits = "/janji"

// VisitMark is the state of an appointment as a tag.
func VisitMark(s booking.State, l i18n.Locale) ui.Mark {
	m := ui.Mark{Text: l.T(s.TextKey())}
	switch s {
	case booking.Booked:
		m.Tone, m.Icon = "good", "calendar"
	case booking.Arrived:
		m.Tone, m.Icon = "good", "user-check"
	case booking.Done:
		m.Tone, m.Icon = "", "check"
	case booking.NoShow:
		m.Tone, m.Icon = "bad", "circle-x"
	case booking.Displaced:
		m.Tone, m.Icon = "care", "alert-triangle"
	default:
		m.Icon = "ban"
	}
	return m
}
