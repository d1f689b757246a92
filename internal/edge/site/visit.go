package site

import (
	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
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

// Collectable reports whether an application waits for its applicant at a counter.
func Collectable(app application.Application) bool {
	return app.ClosedAt.IsZero() && app.Stage == workflow.StageApproved
}
