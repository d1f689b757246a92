package ui

import "bedelau/internal/kernel/i18n"

// Status is the stage of an application, the same eight words in every city: draft, received, in_review,
// needs_correction, approved, rejected, cancelled, completed.
type Status string

// Text is the word for it.
func (x Status) Text(l i18n.Locale) string { return l.T("status." + string(x)) }

func (x Status) tone() string {
	switch x {
	case "approved", "completed":
		return "good"
	case "needs_correction":
		return "care"
	case "rejected":
		return "bad"
	case "received", "in_review":
		return "brand"
	}
	return ""
}

func (x Status) icon() string {
	switch x {
	case "approved", "completed":
		return "circle-check"
	case "needs_correction":
		return "edit"
	case "rejected":
		return "circle-x"
	case "cancelled":
		return "ban"
	case "received":
		return "inbox"
	case "in_review":
		return "eye"
	}
	return "file-text"
}

// Integration is how far a service is done here: native, status, sso, link or info.
type Integration string

func (i Integration) icon() string {
	switch i {
	case "native", "status":
		return "device-mobile"
	case "link", "sso":
		return "external-link"
	}
	return "map-pin"
}
