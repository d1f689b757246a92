package pricing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestAPriceListTakesTwoPeople: a version is written, looked at over last month's usage, submitted with a reason, approved by
// somebody else, and cities are moved to it.
func TestAPriceListTakesTwoPeople(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	s.Use(pagetest.HostBatam, time.Date(2026, 10, 5, 2, 0, 0, 0, time.UTC), 30)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")

	rina.Page("/bumd/paket", "Demo Kota (contoh)", "Belum ada usulan")
	rina.Page("/bumd/paket/demo-kota", "Versi 1, mulai 1 Januari 2026", "Rp2.500 per permohonan", "Kota Batam", "Kota Tanjungpinang")
	if page := rina.Page("/bumd/paket/demo-kota"); strings.Contains(page, "Belum ada kota") {
		t.Error("the plan has cities and says that it has none")
	}
	rina.Sees(rina.Get("/bumd/paket/none"), http.StatusNotFound)
	began := rina.Post("/bumd/paket", "plan", "demo-kota")
	one := began.To()
	if began.Status != http.StatusSeeOther || !strings.HasPrefix(one, "/bumd/usulan/") {
		t.Fatalf("%d to %q\n%s", began.Status, one, pagetest.Text(began.Body))
	}
	rina.Sees(rina.Post("/bumd/paket", "plan", "demo-kota"), http.StatusConflict, "belum diputus")
	// 30 applications: 20 above the included at 2,500.
	rina.Page(one, "Bila berlaku pada Oktober 2026", "Kota Batam Rp2.550.000 Rp2.550.000 Rp0", "Ditulis oleh Rina Keuangan")

	rina.Sees(rina.Post(one+"/komponen/2", "revision", "1", "kind", "tiered", "code", "permohonan", "name_id", "Permohonan diajukan", "meter", "applications_submitted", "unit_id", "permohonan", "price", "", "tiers", "10 | 1000\n5 | 500"),
		http.StatusUnprocessableEntity, "Tingkat harga harus naik", "10 | 1000")
	rina.Sees(rina.Post(one+"/komponen/2", "revision", "1", "kind", "unit", "code", "", "name_id", "", "meter", "", "price", "1"), http.StatusUnprocessableEntity, "kode yang berbeda")
	rina.Sees(rina.Post(one+"/komponen/1", "revision", "1", "kind", "flat", "code", "langganan", "name_id", "Langganan bulanan", "price", ""), http.StatusUnprocessableEntity, "Harga: Isian ini wajib")
	rina.Goes(rina.Post(one+"/komponen/2", "revision", "1", "kind", "tiered", "code", "permohonan", "name_id", "Permohonan diajukan", "meter", "applications_submitted", "unit_id", "permohonan", "tiers", "10 | 1.000\n | 500"), one)
	rina.Sees(rina.Post(one+"/komponen/2", "revision", "1", "kind", "flat", "code", "x", "name_id", "X", "price", "1"), http.StatusConflict, "Orang lain baru saja")
	// 10 × 1,000 + 20 × 500 instead of 50,000.
	rina.Page(one, "Kota Batam Rp2.550.000 Rp2.520.000 -Rp30.000", "sampai 10: Rp1.000; di atasnya: Rp500")
	rina.Sees(rina.Post(one+"/ajukan", "revision", "2"), http.StatusUnprocessableEntity, "Alasan")
	rina.Sees(rina.Post(one, "revision", "2", "effective_from", "x", "reason", "Harga lebih ringan"), http.StatusUnprocessableEntity, "Harga lebih ringan")
	rina.Goes(rina.Post(one, "revision", "2", "effective_from", "2026-12-01", "reason", "Harga lebih ringan"), one)
	rina.Goes(rina.Post(one+"/ajukan", "revision", "3"), one)
	rina.Sees(rina.Post(one+"/komponen/1/hapus", "revision", "3"), http.StatusConflict, "sudah diajukan")
	boss.Page("/bumd/keuangan", "Usulan versi menunggu orang kedua")
	if page := rina.Page(one, "orang lain yang memutus"); strings.Contains(page, "/putus") {
		t.Error("whoever wrote it is offered to decide")
	}
	rina.Sees(rina.Post(one+"/putus", "jawaban", "setuju"), http.StatusConflict, "orang lain")
	if page := pagetest.Text(boss.Page(one, "Setujui", "Harga lebih ringan", "Permohonan diajukan Berubah", "sebelumnya Rp2.500 per permohonan")); strings.Contains(page, "applications_submitted per") || strings.Contains(page, "Langganan bulanan Berubah") {
		t.Errorf("what has changed is not told apart: %s", page)
	}
	boss.Goes(boss.Post(one+"/putus", "jawaban", "setuju"), one)
	boss.Sees(boss.Post(one+"/putus", "jawaban", "tolak"), http.StatusConflict, "sudah diputus")
	boss.Page(one, "Disetujui", "Ratna Dewi", "versi 2")
	if strings.Contains(boss.Page("/bumd/keuangan"), "Usulan versi") {
		t.Error("what was decided still waits")
	}

	boss.Page("/bumd/paket/demo-kota", "Versi 2, mulai 1 Desember 2026", "Versi 1")
	boss.Sees(boss.Post("/bumd/paket/demo-kota/pindah", "starts_on", "2026-12-01"), http.StatusUnprocessableEntity, "Belum ada kota yang dipilih")
	boss.Sees(boss.Post("/bumd/paket/demo-kota/pindah", "pilih", "batam", "starts_on", "2026-12-01"), http.StatusOK, "Kota Batam Versi 2 mulai 1 Desember 2026")
	boss.Page("/bumd/langganan/batam", "versi 2", "1 Desember 2026", "versi 1")

	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Get(one), http.StatusForbidden)
	yusuf.Sees(yusuf.Post(one+"/putus", "jawaban", "setuju"), http.StatusForbidden)
}

// TestANewPlanIsWrittenFromNothing, component by component, and may be refused.
func TestANewPlanIsWrittenFromNothing(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	rina.Sees(rina.Post("/bumd/paket", "plan", "Besar!", "name_id", "Kota Besar"), http.StatusUnprocessableEntity, "huruf kecil")
	rina.Sees(rina.Post("/bumd/paket", "plan", "kota-besar"), http.StatusUnprocessableEntity, "Nama dalam bahasa Indonesia")
	one := rina.Post("/bumd/paket", "plan", "kota-besar", "name_id", "Kota Besar").To()
	rina.Page(one, "Belum ada komponen", "Belum ada yang dapat dibandingkan")
	rina.Page(one+"/komponen/1", "Komponen baru", "Tingkat harga")
	rina.Sees(rina.Get(one+"/komponen/2"), http.StatusNotFound)
	rina.Goes(rina.Post(one+"/komponen/1", "revision", "1", "kind", "flat", "code", "tahunan", "name_id", "Langganan tahunan", "price", "60.000.000", "every", "yes"), one)
	rina.Goes(rina.Post(one+"/komponen/2", "revision", "2", "kind", "package", "code", "pesan", "name_id", "Pesan", "meter", "notifications_sent", "unit_id", "pesan", "price", "50.000", "size", "1000", "included", "5.000"), one)
	rina.Page(one, "Rp60.000.000 per tahun", "Rp50.000 per paket isi 1.000 pesan; 5.000 pesan sudah termasuk")
	rina.Goes(rina.Post(one, "revision", "3", "effective_from", "2026-12-01", "reason", "Untuk kota besar"), one)
	// Who wrote some of it does not approve it, whoever submits it, and may refuse it.
	boss.Goes(boss.Post(one, "revision", "4", "effective_from", "2026-12-01", "reason", "Untuk kota besar saja"), one)
	rina.Goes(rina.Post(one+"/ajukan", "revision", "5"), one)
	if page := boss.Page(one, "Anda ikut menulis usulan ini", "Tolak"); strings.Contains(page, `value="setuju"`) {
		t.Error("who wrote some of it is offered to approve it")
	}
	boss.Sees(boss.Post(one+"/putus", "jawaban", "setuju"), http.StatusConflict, "orang lain")
	boss.Goes(boss.Post(one+"/putus", "jawaban", "tolak"), one)
	boss.Page(one, "Ditolak")
	if page := boss.Page("/bumd/paket"); strings.Contains(page, "/bumd/paket/kota-besar") {
		t.Error("a plan that was refused is on the price list")
	}
}

// TestAVersionSaysWhatItAllows: features and limits are written with a version, which once approved limits the city; components are
// put in order.
func TestAVersionSaysWhatItAllows(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	rina.Page("/bumd/paket/demo-kota", "Hak paket versi 1", "Akun petugas", "Ducting bersama")
	one := rina.Post("/bumd/paket", "plan", "demo-kota").To()
	rina.Page(one, "Hak paket", "Akun petugas", "Warga tidak pernah ditolak")
	rina.Sees(rina.Post(one+"/fitur", "revision", "1", "modules", "roket"), http.StatusUnprocessableEntity)
	rina.Goes(rina.Post(one+"/fitur", "revision", "1", "modules", "apps", "modules", "duct"), one)
	rina.Page(one+"/batas/baru", "Tambah batas", "Hari tenggang")
	rina.Sees(rina.Get(one+"/batas/none"), http.StatusNotFound)
	rina.Sees(rina.Post(one+"/batas/baru", "revision", "2", "code", "staff", "most", "9", "name_id", "Petugas"), http.StatusUnprocessableEntity, "sudah ada")
	rina.Sees(rina.Post(one+"/batas/baru", "revision", "2", "code", "none", "most", "9", "name_id", "Petugas"), http.StatusUnprocessableEntity, "Yang dibatasi")
	rina.Sees(rina.Post(one+"/batas/baru", "revision", "2", "code", "api_requests", "most", "0", "grace_days", "900", "name_id", "Permintaan API"), http.StatusUnprocessableEntity, "Paling banyak", "antara 0 dan 366")
	rina.Goes(rina.Post(one+"/batas/baru", "revision", "2", "code", "api_requests", "most", "50.000", "grace_days", "7", "name_id", "Permintaan API"), one)
	rina.Goes(rina.Post(one+"/batas/staff", "revision", "3", "code", "staff", "most", "12", "hard", "yes", "name_id", "Akun petugas"), one)
	rina.Goes(rina.Post(one+"/batas/storage/hapus", "revision", "4"), one)
	page := rina.Page(one, "Permintaan API", "50.000", "Akun petugas", "12")
	if strings.Contains(page, one+"/batas/storage") {
		t.Error("a limit that was taken out is still there")
	}
	first := strings.Index(page, one+"/komponen/1")
	rina.Page(one+"/komponen/2", "Urutan", "di atasnya")
	rina.Goes(rina.Post(one+"/komponen/2", "revision", "5", "position", "1", "kind", "unit", "code", "permohonan", "name_id", "Permohonan diajukan", "meter", "applications_submitted", "unit_id", "permohonan", "price", "2.500", "included", "10"), one)
	if page := pagetest.Text(rina.Page(one)); first < 0 || strings.Index(page, "Permohonan diajukan") > strings.Index(page, "Langganan bulanan") {
		t.Error("the component did not move to the first place")
	}
	rina.Goes(rina.Post(one, "revision", "6", "effective_from", "2026-11-25", "reason", "Batas baru"), one)
	rina.Goes(rina.Post(one+"/ajukan", "revision", "7"), one)
	rina.Sees(rina.Post(one+"/fitur", "revision", "7", "modules", "apps"), http.StatusConflict, "sudah diajukan")
	boss.Goes(boss.Post(one+"/putus", "jawaban", "setuju"), one)
	boss.Page("/bumd/paket/demo-kota", "Hak paket versi 2", "Permintaan API")
	s.Wait(48 * time.Hour)
	boss = s.Staff(t, pagetest.HostPlatform, "Rini Dewi", "bumd_admin", "")
	boss.Goes(boss.Post("/bumd/langganan/batam/pindah", "plan", "demo-kota", "starts_on", "2026-11-26"), "/bumd/langganan/batam")
	boss.Page("/bumd/langganan/batam", "Permintaan API", "50.000")
}

// TestACouponTakesTwoPeople: a percentage or an amount, for so many months, with its reason, asked by one and approved by another
// before it can be given.
func TestACouponTakesTwoPeople(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Page("/bumd/kupon", "Belum ada kupon", "Buat kupon")
	rina.Sees(rina.Post("/bumd/kupon", "code", "kota!", "percent", "20", "amount", "5", "given_from", "2026-11-01", "note", ""), http.StatusUnprocessableEntity, "huruf besar", "salah satu saja", "hari ini atau sesudahnya", "Alasan")
	rina.Goes(rina.Post("/bumd/kupon", "code", "perintis-2026", "percent", "20", "months", "6", "given_from", "2026-11-24", "given_until", "2026-12-31", "note", "Lima kota pertama"), "/bumd/kupon")
	page := rina.Page("/bumd/kupon", "Belum ada kupon", "PERINTIS-2026", "20", "6 bulan", "31 Desember 2026", "Lima kota pertama", "orang lain yang memutus")
	if strings.Contains(page, "/putus") {
		t.Error("whoever asked is offered to decide")
	}
	rina.Sees(rina.Post("/bumd/kupon", "code", "PERINTIS-2026", "percent", "10", "given_from", "2026-11-24", "note", "Lagi"), http.StatusConflict, "sudah ada")
	rina.Sees(rina.Post("/bumd/langganan/batam/pindah", "plan", "demo-kota", "starts_on", "2026-12-01", "coupon", "perintis-2026"), http.StatusUnprocessableEntity) // not before it is approved
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	_, rest, _ := strings.Cut(boss.Page("/bumd/kupon", "Setujui", "Rina Keuangan"), `action="/bumd/kupon/`)
	id, _, _ := strings.Cut(rest, "/")
	decide := "/bumd/kupon/" + id + "/putus"
	rina.Sees(rina.Post(decide, "jawaban", "setuju"), http.StatusConflict, "orang lain")
	boss.Sees(boss.Post(decide, "jawaban", "mungkin"), http.StatusUnprocessableEntity)
	boss.Goes(boss.Post(decide, "jawaban", "setuju"), "/bumd/kupon")
	boss.Sees(boss.Post(decide, "jawaban", "tolak"), http.StatusConflict, "sudah diputus")
	rina.Page("/bumd/kupon", "Disetujui", "Ratna Dewi")

	// What is refused is no coupon, and its code can be asked for again.
	for range 2 {
		boss.Goes(boss.Post("/bumd/kupon", "code", "HEMAT", "amount", "5000", "given_from", "2026-11-24", "note", "Uji"), "/bumd/kupon")
		_, rest, _ := strings.Cut(rina.Page("/bumd/kupon"), `action="/bumd/kupon/`)
		id, _, _ := strings.Cut(rest, "/")
		rina.Goes(rina.Post("/bumd/kupon/"+id+"/putus", "jawaban", "tolak"), "/bumd/kupon")
	}
	rina.Goes(rina.Post("/bumd/langganan/batam/pindah", "plan", "demo-kota", "starts_on", "2026-12-01", "coupon", "perintis-2026"), "/bumd/langganan/batam")
	rina.Page("/bumd/langganan/batam", "PERINTIS-2026")
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Get("/bumd/kupon"), http.StatusForbidden)
	yusuf.Sees(yusuf.Post("/bumd/kupon", "code", "X"), http.StatusForbidden)
}

// TestAPlanIsCalledOtherwise: its words change and are on record, its versions do not.
func TestAPlanIsCalledOtherwise(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	versions := func() (text string) {
		t.Helper()
		if err := s.World.DB.App.NewRaw("SELECT jsonb_agg(to_jsonb(v) ORDER BY v.plan, v.version)::text FROM plan_version v").Scan(s.In(t, pagetest.HostPlatform), &text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	before := versions()
	rina.Page("/bumd/paket/demo-kota", "Ubah nama dan ringkasan", "Demo Kota (contoh)")
	rina.Sees(rina.Post("/bumd/paket/demo-kota/nama", "name_id", "", "summary_id", "Ringkas"), http.StatusUnprocessableEntity, "Nama dalam bahasa Indonesia", "Ringkas")
	rina.Sees(rina.Post("/bumd/paket/none/nama", "name_id", "X", "summary_id", "Y"), http.StatusNotFound)
	rina.Goes(rina.Post("/bumd/paket/demo-kota/nama", "name_id", "Kota Dasar", "name_en", "Basic City", "summary_id", "Untuk kota yang baru mulai."), "/bumd/paket/demo-kota")
	rina.Page("/bumd/paket/demo-kota", "Kota Dasar", "Untuk kota yang baru mulai.", "Versi 1")
	if versions() != before {
		t.Error("a version has changed with its plan's name")
	}
	var name string
	err := s.World.DB.App.NewRaw("SELECT detail->>'before' || ' > ' || (detail->>'name') FROM audit_entry WHERE tenant_id = ? AND action = 'plan.rename'", s.World.Platform.ID).Scan(s.In(t, pagetest.HostPlatform), &name)
	if err != nil || name != "Demo Kota (contoh) > Kota Dasar" {
		t.Errorf("on record: %q, %v", name, err)
	}
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Post("/bumd/paket/demo-kota/nama", "name_id", "X", "summary_id", "Y"), http.StatusForbidden)
}
