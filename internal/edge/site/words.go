package site

import (
	"strings"

	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// AgencyShort is what an agency is called where there is little room.
func AgencyShort(a catalog.Agency, l i18n.Locale) string {
	if a.Short != "" {
		return a.Short
	}
	return a.Name.In(l)
}

// StageIcon is the sign of a stage on a timeline.
func StageIcon(s workflow.Stage) string {
	switch s {
	case workflow.StageReceived:
		return "inbox"
	case workflow.StageInReview:
		return "eye"
	case workflow.StageNeedsCorrection:
		return "edit"
	case workflow.StageApproved, workflow.StageCompleted:
		return "check"
	case workflow.StageRejected:
		return "circle-x"
	case workflow.StageCancelled:
		return "ban"
	}
	return "file-text"
}

// TermText is the promise in words, or "".
func TermText(t workcal.Term, l i18n.Locale) string {
	if t.IsZero() {
		return ""
	}
	if day, ok := t.Named(); ok {
		return l.T(t.TextKey(), "date", l.Date(day))
	}
	return l.T(t.TextKey(), "n", t.Amount)
}

// Weekdays are the names by which opening hours keep their days.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Hour writes a time of day as the language does.
func Hour(s string, l i18n.Locale) string {
	if l == i18n.ID {
		return strings.ReplaceAll(s, ":", ".")
	}
	return s
}
