package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestWhatRecursLeadsToItsComponents: each number of the trend leads to its cities, that of a city to its subscription and the amounts of its
// components, which add up to it, and one that counts usage to the events of the month.
func TestWhatRecursLeadsToItsComponents(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	s.Use(pagetest.HostBatam, time.Date(2026, 10, 5, 2, 0, 0, 0, time.UTC), 12)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	trend := pagetest.Hrefs(rina.Page("/bumd/keuangan", "0 dari 2 kota"), "/bumd/langganan?bulan=2026-10")
	for _, to := range []string{"", "&gerak=changed", "&gerak=churned"} {
		if !slices.Contains(trend, "/bumd/langganan?bulan=2026-10"+to) {
			t.Errorf("October has no way to its cities by %q: %v", to, trend)
		}
	}
	rina.Page("/bumd/langganan?bulan=2026-01&gerak=changed", "Kota Batam", "Kota Tanjungpinang", "Rp5.000.000")
	if page := rina.Page("/bumd/langganan?bulan=2026-10&gerak=changed"); strings.Contains(page, "Kota Batam") {
		t.Error("a city that is worth what it was stands among those that changed")
	}
	rina.Page("/bumd/langganan?bulan=2026-10&gerak=churned", "0 dari 2 kota yang membayar")

	one := "/bumd/langganan/batam/mrr?bulan=2026-10"
	if !slices.Contains(pagetest.Hrefs(rina.Page("/bumd/langganan?bulan=2026-10"), "/bumd/langganan/batam/"), one) {
		t.Fatal("what a city is worth leads nowhere")
	}
	page := rina.Page(one, "Asal MRR Kota Batam", "Oktober 2026", "MRR pada 31 Oktober 2026", "MRR pada 30 September 2026", "Demo Kota (contoh), versi 1", "Langganan bulanan", "MRR Rp2.500.000", "ditagih menurut pemakaian; tidak dihitung dalam MRR")
	ways := pagetest.Hrefs(page, "/bumd/langganan/batam/peristiwa?")
	at := slices.IndexFunc(ways, func(to string) bool {
		return strings.Contains(to, "applications_submitted") && strings.Contains(to, "dari=2026-09-30")
	})
	if at < 0 {
		t.Fatalf("applications of October are not among %v", ways)
	}
	if n := strings.Count(rina.Page(ways[at]), "2026-10-05-"); n != 12 {
		t.Errorf("October leads to %d events; want 12", n)
	}
	rina.Page("/bumd/langganan/batam/mrr?bulan=2026-01", "MRR pada 31 Desember 2025", "Tidak ada langganan yang berlaku", "Rp2.500.000")
	rina.Page("/bumd/langganan/batam/mrr", "November 2026", "MRR pada 24 November 2026")

	// A raise within the month stands beside what it was, with a year's price by twelve, what was added and nothing that is paid once.
	_, err := s.World.DB.Platform.NewRaw(`INSERT INTO plan (code, name, summary) VALUES ('besar', '{"id": "Paket Besar"}', '{"id": "Untuk kota besar"}');
		INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('besar', 1, '2026-01-01', '[{"code": "tahunan", "kind": "flat", "every": "year", "price": 60000000, "name": {"id": "Langganan setahun"}},
			{"code": "pasang", "kind": "once", "price": 750000, "name": {"id": "Pemasangan"}}, {"code": "dukungan", "kind": "flat", "optional": true, "price": 900000, "name": {"id": "Dukungan khusus"}}]')`).Exec(s.World.Ctx(s.World.Platform))
	if err != nil {
		t.Fatal(err)
	}
	town := "/bumd/langganan/batam"
	rina.Goes(rina.Post(town+"/pindah", "plan", "besar", "starts_on", "2026-11-24", "addon-dukungan", "2"), town)
	page = rina.Page(town+"/mrr", "Paket Besar, versi 1", "Langganan setahun", "Rp5.000.000", "Dukungan khusus", "2 × Rp900.000 = Rp1.800.000", "MRR Rp6.800.000", "Perubahan bulan ini Rp4.300.000", "Demo Kota (contoh), versi 1")
	if strings.Contains(page, "Pemasangan") {
		t.Error("what is paid once recurs")
	}
	rina.Page("/bumd/langganan?gerak=changed", "Kota Batam", "Rp6.800.000", "Rp4.300.000")
	rina.Sees(rina.Get("/bumd/langganan/batam/mrr?bulan=2027-01"), http.StatusUnprocessableEntity)
	rina.Sees(rina.Get("/bumd/langganan/atlantis/mrr"), http.StatusNotFound)
	treasurer := s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "")
	treasurer.Sees(treasurer.Get(one), http.StatusNotFound)
}
