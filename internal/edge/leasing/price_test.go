package leasing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// around is a second way from the first manhole of the street to its last, longer than the street.
const around = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.1205]}, "properties": {"code": "MH-4", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.1205]]},
		"properties": {"code": "R-3", "from_node": "MH-1", "to_node": "MH-4", "road": "Jalan Sudirman", "authority": "pemko", "condition": "good", "ducts": 1, "subducts": 2, "billed_m": 250}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.1205], [104.054, 1.12]]},
		"properties": {"code": "R-4", "from_node": "MH-4", "to_node": "MH-3", "road": "Jalan Sudirman", "authority": "pemko", "condition": "good", "ducts": 1, "subducts": 2, "billed_m": 250}}]}`

// TestAWayIsPriced: each way says what it would be charged once, a month and a year, with the rule, the method and the legal note
// of each price, and two ways stand beside each other; what is let off for its time is a line of its own.
func TestAWayIsPriced(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	lay(t, s)
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	_, err := s.Surveying.Load(s.In(t, pagetest.HostBatam), manager, ductsurvey.ImportInput{Title: "Keliling", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(around)})
	if err != nil {
		t.Fatal(err)
	}
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	// Three manholes at Rp5.125 a month, and 500 m at Rp14.350 a year: Rp15.375 + Rp597.917.
	page := sari.Page(asks("1"), "Perbandingan rute", "Rute 1", "Rute 2", "500 m", "Rp613.292", "Rp7.359.504", "Rp2.500.000", "Jaminan",
		"Dasar harga rute 2", "500 m × Rp14.350 (Rp14.000 + 2,5% Penyesuaian IHK 2026) per tahun ÷ 12", "UU 36/1999 Pasal 34A", "Pembanding SJUT Jakarta 2022", "Harga terjangkau menurut Pasal 34A", "Potongan bagi operator yang sudah menyewa banyak belum dihitung", "Penawaran umum")
	if strings.Contains(page, "Sampai sewa berakhir") || !strings.Contains(page, `href="/tarif-ducting"`) || !strings.Contains(page, `href="#rute-2"`) {
		t.Error("what goes on has a sum to its end, or a way leads nowhere")
	}
	sari.Page(asks("1"), "Rute dicari menurut panjang tertagih")
	sari.Page(asks("1")+"&menurut=tarif", "Rute dicari menurut tarif yang berlaku pada", "Rp14.350", "Pemakaian manhole dan handhole", "Rute 2")
	years := strings.Replace(asks("1"), "sampai=", "sampai=2029-12-01", 1)
	sari.Page(years, "Sampai sewa berakhir", "Potongan", "2%")
}
