package ui

import (
	"slices"
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestOneEntryOfTheMenuIsOpen: also where one entry's address lies under another's.
func TestOneEntryOfTheMenuIsOpen(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/mitra": "/mitra", "/mitra/peta?hari=2026-01-01": "/mitra/peta", "/mitra/sewa/1": "/mitra/sewa", "/mitra/rekening": "/mitra/rekening", "/mitra/data": "/mitra"} {
		s := Shell{Path: path, User: &User{Links: PartnerNav(i18n.ID)}, Groups: PartnerGroups(i18n.ID)}
		group, got := s.within()
		if got != want {
			t.Errorf("on %s %q is open, want %s", path, got, want)
		}
		if open := s.Groups[group].Links; !slices.ContainsFunc(open, func(x Link) bool { return x.Href == want }) {
			t.Errorf("on %s the group of %v is open", path, open)
		}
		if !s.current(s.User.Links[0].Href) {
			t.Errorf("on %s the section is not said to be open", path)
		}
	}
}

// TestTheMenuOfACompanyIsShort: as many groups as fit a phone, and none with more than a row of pages.
func TestTheMenuOfACompanyIsShort(t *testing.T) {
	t.Parallel()
	groups, pages := PartnerGroups(i18n.ID), 0
	for _, g := range groups {
		if pages += len(g.Links); len(g.Links) > 4 {
			t.Errorf("%s has %d pages", g.Label, len(g.Links))
		}
	}
	if len(groups) != 5 || pages != 14 {
		t.Errorf("%d groups of %d pages; want 5 of 14", len(groups), pages)
	}
}
