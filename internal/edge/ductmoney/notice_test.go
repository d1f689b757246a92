package ductmoney_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// leasePath is the page of the only lease.
func leasePath(t *testing.T, s *pagetest.Site) string {
	t.Helper()
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	all, err := s.Leases.Leases(s.In(t, pagetest.HostBatam), manager, lease.Filter{}, uuid.Max, 2)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d leases: %v", len(all), err)
	}
	return "/petugas/ducting/sewa/" + all[0].ID.String()
}

// TestNoticeReachesTheBook: a lease is not ended in a month that was charged, and what is left of its minimum term is charged with
// the month of the first day without it.
func TestNoticeReachesTheBook(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	leased(t, s)
	one := leasePath(t, s)
	bima := s.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	sari.Sees(sari.Post(one+"/akhiri", "day", "31", "day", "10", "day", "2026", "why", "Pindah"), http.StatusUnprocessableEntity, "Bulan itu sudah ditagih", "1 November 2026", "Pindah")
	sari.Goes(sari.Post(one+"/akhiri", "day", "1", "day", "11", "day", "2026", "why", "Pindah"), one)
	sari.Page(one, "Diakhiri")

	s.Wait(10 * 24 * time.Hour)
	bima = s.Staff(t, pagetest.HostBatam, "Bima Desember", "duct_finance", "")
	bima.Goes(bima.Post(book+"/tindakan/hitung"), book+"#konsep")
	page := bima.Page(book, "November 2026")
	_, november, _ := strings.Cut(page, "Oktober 2026")
	// Eleven months are left of twelve, of 263.083, 275.042 and 15.375 each.
	draft := between(t, november, `href="/petugas/ducting/tagihan/konsep/`, `"`)
	bima.Page(book+"/konsep/"+draft, "sisa masa sewa paling singkat", "Rp6.088.500")
}
