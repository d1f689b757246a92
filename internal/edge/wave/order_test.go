package wave_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/operator"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
)

// street is a road of two built segments, and one whose ducts are only planned, as class says.
func street(class string) string {
	return `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.11]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.11]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.11]}, "properties": {"code": "MH-3", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.112]}, "properties": {"code": "MH-4", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.11], [104.052, 1.11]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2", "road": "Jalan Engku Putri", "condition": "good", "authority": "pemko", "billed_m": 220, "ducts": 1, "subducts": 3}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.054, 1.11], [104.052, 1.11]]}, "properties": {"code": "R-2", "from_node": "MH-3", "to_node": "MH-2", "road": "Jalan Engku Putri", "condition": "good", "authority": "bp_batam", "billed_m": 230, "ducts": 1, "subducts": 3}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.054, 1.11], [104.054, 1.112]]}, "properties": {"code": "R-3", "from_node": "MH-3", "to_node": "MH-4", "road": "Jalan Rencana", "condition": "good", "authority": "pemko", "class": "` + class + `", "billed_m": 250, "ducts": 1, "subducts": 3}}]}`
}

// TestACommitmentBecomesAnOrder: once the plan of a wave is fixed, what a company has signed for is an order of its own with its units kept, as
// soon as it may have one and the ducts are there; it is opened once, and the company reads it.
func TestACommitmentBecomesAnOrder(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	manager := identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	load := func(class string) {
		t.Helper()
		if _, err := s.Surveying.Load(ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street(class))}); err != nil {
			t.Fatal(err)
		}
	}
	load("planned")
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	one := sari.Post(waves, "title", "Pusat kota", "kind", "subduct", "target", "40", "cost", "1.200.000", "tariff", "13.500").To()
	sari.Goes(sari.Post(one+"/jalan", "form", "jalan", "road", "Jalan Engku Putri", "length", "", "capacity", "3"), one)
	sari.Goes(sari.Post(one+"/jalan", "form", "jalan", "road", "Jalan Rencana", "length", "", "capacity", "3"), one)
	sari.Goes(on(t, sari, one, "survey", "until", "2026-12-10"), one)
	own := mine + strings.TrimPrefix(one, waves)
	rani.Goes(rani.Post(own+"/survei", "form", "survei", "cables_1", "1", "poles_1", "0", "now_1", "2", "later_1", "2", "cables_2", "0", "poles_2", "0", "now_2", "1", "later_2", "1", "note", ""), own)
	sari.Goes(on(t, sari, one, "commitment", "until", "2026-12-20"), one)
	rani.Goes(rani.Upload(own+"/komitmen", "file", "surat.png", pagetest.Photo(t), "form", "komitmen", "units_1", "2", "units_2", "1", "months", "36"), own)
	sari.Goes(on(t, sari, one, "plan"), one)
	who := pagetest.Hrefs(sari.Page(one), one+"/perusahaan/")[0]
	sari.Goes(sari.Post(who+"/jadwal", "form", "jadwal", "from", "2026-12-28", "until", "2026-12-30"), who)
	s.Run(t)
	if n := count(t, s, "duct_order"); n != 0 {
		t.Fatalf("%d orders before the plan is fixed", n)
	}
	sari.Goes(on(t, sari, one, "building"), one)
	s.Wait(time.Minute)
	s.Run(t)
	sari.Page(one, "Belum menjadi pesanan", "Jalan Engku Putri: Perusahaan belum punya perjanjian kerja sama", "0 m dari 1.150 m yang ditandatangani")

	var id uuid.UUID
	if err := s.World.DB.App.NewRaw("SELECT id FROM duct_operator WHERE tenant_id = ?", s.World.Batam.ID).Scan(ctx, &id); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := png.Encode(&page, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := s.Operators.Receive(ctx, manager, "pks.png", &page)
	if err == nil {
		_, err = s.Operators.File(ctx, manager, operator.Paper{OperatorID: id, Kind: operator.PaperAgreement, Number: "PKS/1", Day: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Wait(time.Minute)
	s.Run(t)
	if n := count(t, s, "duct_order"); n != 0 {
		t.Fatalf("%d orders within the hour in which it was looked at", n)
	}
	s.Wait(61 * time.Minute)
	s.Run(t)
	sari, rani = s.Staff(t, pagetest.HostBatam, "Rudi Ducting", "duct_manager", ""), again(t, s, "noc@serat.id")
	sari.Page(one, "PSN-2026-0001", "Survei lapangan", "Jalan Rencana: Ducting di Jalan Rencana belum selesai dibangun", "900 m dari 1.150 m yang ditandatangani")
	rani.Page("/mitra/pesanan", "PSN-2026-0001")
	at := pagetest.Hrefs(rani.Page(own, "PSN-2026-0001"), "/mitra/pesanan/")[0]
	rani.Page(at, "MH-1 ke MH-3", "Dari komitmen KMT-2026-0001", "28 Desember 2026")
	if n := count(t, s, "duct_lease WHERE state = 'reserved' AND quantity = 2 AND since = '2026-12-28' AND until = '2029-12-28' AND order_id IS NOT NULL"); n != 1 {
		t.Errorf("%d leases keep the units of the order", n)
	}
	if n := count(t, s, "message WHERE template = 'generic'"); n != 1 {
		t.Errorf("%d letters of the order", n)
	}

	// Nobody gets a second one, whatever is delivered again; the ducts of the other road are built.
	if _, err := s.World.DB.App.NewRaw("UPDATE duct_order_promise SET order_id = NULL WHERE tenant_id = ?", s.World.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.DB.App.NewRaw("UPDATE duct_segment_state SET class = 'as_built' WHERE tenant_id = ? AND class = 'planned'", s.World.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	s.Wait(61 * time.Minute)
	s.Run(t)
	s.Wait(time.Minute)
	s.Run(t)
	sari = s.Staff(t, pagetest.HostBatam, "Tuti Ducting", "duct_manager", "")
	if n := count(t, s, "duct_order WHERE state = 'survey'"); n != 2 {
		t.Errorf("%d orders of two roads", n)
	}
	if n := count(t, s, "duct_lease"); n != 2 {
		t.Errorf("%d leases of two orders", n)
	}
	sari.Page(one, "PSN-2026-0001, PSN-2026-0002", "1.150 m dari 1.150 m yang ditandatangani")
	sari.Page("/petugas/ducting/pesanan", "PSN-2026-0002")

	// One is refused: the commitment binds all the same, which both sides read.
	if page := sari.Page(one); strings.Contains(page, "Pesanan komitmen yang gugur") {
		t.Error("an order that goes on has come to nothing")
	}
	refused := pagetest.Hrefs(sari.Page(one), "/petugas/ducting/pesanan/")[0]
	_, form, _ := strings.Cut(sari.Page(refused), `name="langkah" value="refuse"`)
	sari.Goes(sari.Post(refused+"/langkah", "langkah", "refuse", "versi", pagetest.Hidden(t, form, "versi"), "refusal", refusal(t, s), "reason", "Subduct rusak"), refused)
	sari.Page(one, "Pesanan komitmen yang gugur", "PT Serat", "Ditolak", "Komitmen tidak membuka pesanan kedua sendiri")
	s.Wait(time.Minute)
	s.Run(t)
	if n := count(t, s, "duct_order"); n != 2 {
		t.Errorf("%d orders after one was refused", n)
	}
	rani = again(t, s, "noc@serat.id")
	rani.Page(own, "Pesanan komitmen yang gugur", "komitmen Anda tetap mengikat", "Ditolak")
	if n := count(t, s, "message WHERE data::text LIKE '%Subduct rusak%KMT-2026-0001, yang tetap mengikat%'"); n != 1 {
		t.Errorf("%d letters say that the commitment binds all the same", n)
	}
	other := s.Browser(t, pagetest.HostBatam)
	other.Sees(other.Get(at), http.StatusSeeOther)
}

// refusal is the first reason on the published list for which an order is refused.
func refusal(t *testing.T, s *pagetest.Site) (code string) {
	t.Helper()
	if err := s.World.DB.App.NewRaw("SELECT code FROM duct_refusal WHERE tenant_id = ? AND lease AND offered ORDER BY position LIMIT 1", s.World.Batam.ID).Scan(s.In(t, pagetest.HostBatam), &code); err != nil {
		t.Fatal(err)
	}
	return code
}

func count(t *testing.T, s *pagetest.Site, from string) (n int) {
	t.Helper()
	if err := s.World.DB.App.NewRaw("SELECT count(*) FROM "+from).Scan(s.In(t, pagetest.HostBatam), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
