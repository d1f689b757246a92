package ductmoney

import (
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
)

// cut leaves so many of a list, and says so where there are more.
func cut[T any](l i18n.Locale, all []T, most int) ([]T, bill.Note) {
	if len(all) <= most {
		return all, bill.Note{}
	}
	return all[:most], bill.Note{Tone: "care", Text: l.T("revenue.list_cut", "n", most)}
}
