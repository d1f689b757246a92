package ui

import (
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestOneEntryOfTheMenuIsOpen: also where one entry's address lies under another's.
func TestOneEntryOfTheMenuIsOpen(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/mitra": "/mitra", "/mitra/peta?hari=2026-01-01": "/mitra/peta", "/mitra/sewa/1": "/mitra/sewa", "/mitra/rekening": "/mitra"} {
		s := Shell{Path: path, User: &User{Links: PartnerNav(i18n.ID)}}
		got := ""
		for _, x := range s.User.Links {
			if s.current(x.Href) {
				got += x.Href
			}
		}
		if got != want {
			t.Errorf("on %s %q is open, want %s", path, got, want)
		}
	}
}
