package subscribing_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
)

// open is a ledger whose cities are on "Demo Kota", at Rp2.500.000, with a plan of twice that, one of less, and one that is not offered;
// the first two have an add-on, and the large one a price that is paid once.
func open(t *testing.T) *pagetest.Ledger {
	t.Helper()
	s := pagetest.OpenLedger(t)
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('besar', '{"id": "Paket Besar"}', '{"id": "Untuk kota besar"}'), ('hemat', '{"id": "Paket Hemat"}', '{"id": "Untuk mulai"}'), ('khusus', '{"id": "Paket Khusus"}', '{"id": "Satu kota"}')`,
		`UPDATE plan SET offered = true WHERE code IN ('besar', 'hemat')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('besar', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 6000000, "name": {"id": "Langganan besar"}},
				{"code": "pasang", "kind": "once", "price": 750000, "name": {"id": "Pemasangan"}},
				{"code": "dukungan", "kind": "flat", "optional": true, "price": 900000, "name": {"id": "Dukungan khusus"}}]'),
			('besar', 2, '2099-01-01', '[{"code": "langganan", "kind": "flat", "price": 1, "name": {"id": "Kelak"}}]'),
			('hemat', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 1200000, "name": {"id": "Langganan hemat"}}]'),
			('khusus', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 1, "name": {"id": "Langganan khusus"}}]')`,
	} {
		if _, err := s.World.DB.Platform.NewRaw(statement).Exec(s.World.Ctx(s.World.Platform)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

const own, batam = "/kelola/langganan", pagetest.HostBatam

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// offered are the hidden answers of the last form of a page: what is ordered, as it was shown.
func offered(page string) (all []string) {
	page = page[strings.LastIndex(page, "<form"):]
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1], m[2])
	}
	return all
}

// TestACityChangesItsOwnSubscription: up at once and by day, with an add-on from a list; down, a pause and an end from the end of the
// month; and back again. Each is shown before it is ordered.
func TestACityChangesItsOwnSubscription(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.Staff(t, batam, "Nurul Admin", "city_admin", "")
	page := admin.Page(own, "Demo Kota (contoh)", "Paket Besar", "Rp6.000.000", "Paket Hemat", "Belum ada perubahan yang dipesan", "Jeda langganan")
	if strings.Contains(page, "Paket Khusus") {
		t.Error("a plan that is not offered can be chosen")
	}
	admin.Sees(admin.Get(own+"/paket/khusus"), http.StatusNotFound, "tidak ditawarkan lagi", "Paket Hemat")
	admin.Sees(admin.Get(own+"/paket/besar?versi=2"), http.StatusNotFound, "versinya sudah diganti", "Paket Besar")

	// On 24 November, 7 of 30 days: 23/30 of 2,500,000 and 7/30 of 6,900,000, and 750,000 once.
	admin.Page(own+"/paket/besar", "Langganan besar", "Dukungan khusus", "Rp900.000", "Lihat biayanya")
	shown := admin.Page(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=1", "Mulai berlaku 24 November 2026", "Rp2.500.000 menjadi Rp6.900.000", "Pemasangan", "Rp750.000", "Rp2.500.000 menjadi Rp4.276.667")
	admin.Sees(admin.Get(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=x"), http.StatusUnprocessableEntity)
	admin.Sees(admin.Get(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=-1"), http.StatusUnprocessableEntity)
	admin.Sees(admin.Get(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=9999"), http.StatusUnprocessableEntity)
	admin.Sees(admin.Get(own+"/paket/demo-kota?versi=1&lihat=ya"), http.StatusUnprocessableEntity, "Itu sudah paket kota Anda")
	admin.Sees(admin.Post(own+"/paket/besar", "versi", "1", "seen", "lain"), http.StatusConflict, "Periksa lagi")
	admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)
	admin.Page(own, "Paket Besar, versi 1", "1 × Dukungan khusus", "Dilaksanakan", "Nurul Admin", "hari itu juga, atau esoknya bila hari itu sudah ada perubahan")
	admin.Page(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=2", "Mulai berlaku 25 November 2026")
	admin.Page("/kelola/tagihan", "Paket Besar", "Rp4.276.667")

	// What was paid once is not paid again when an add-on goes; that is worth less, so it holds from the first.
	s.Wait(24 * time.Hour)
	admin = s.Staff(t, batam, "Nuri Admin", "city_admin", "")
	shown = admin.Page(own+"/paket/besar?versi=1&lihat=ya", "Mulai berlaku 1 Desember 2026", "Rp6.900.000 menjadi Rp6.000.000")
	admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)
	page = admin.Page(own, "Yang akan berlaku", "Batalkan perubahan ini")
	back := regexp.MustCompile(`action="(/kelola/langganan/pesanan/[^"]+/tarik)"`).FindStringSubmatch(page)[1]
	admin.Goes(admin.Post(back), own)
	admin.Page(own, "Ditarik", "Langganan tetap seperti sekarang")
	admin.Sees(admin.Post(back), http.StatusConflict, "tidak dapat dibatalkan")
	shown = admin.Page(own+"/paket/besar?versi=1&lihat=ya&addon-dukungan=2", "Mulai berlaku 25 November 2026", "Rp6.900.000 menjadi Rp7.800.000")
	if strings.Contains(pagetest.Text(shown), "Pemasangan Rp750.000 Rp750.000") {
		t.Error("what was paid once is paid again")
	}
	admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)

	// A pause, from the end of the month, and going on.
	admin.Sees(admin.Post(own+"/jeda", append(offered(admin.Page(own+"/jeda", "Mulai berlaku 1 Desember 2026", "Rp7.800.000 menjadi Rp0")), "reason", " ")...), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	admin.Goes(admin.Post(own+"/jeda", append(offered(admin.Page(own+"/jeda")), "reason", "Anggaran perubahan")...), own)
	admin.Page(own, "Yang akan berlaku", "Anggaran perubahan")
	admin.Sees(admin.Get(own+"/lanjut"), http.StatusConflict, "tidak sedang dijeda")
	s.Wait(8 * 24 * time.Hour)
	admin = s.Staff(t, batam, "Nura Admin", "city_admin", "")
	admin.Page(own, "dijeda sejak 1 Desember 2026", "Lanjutkan langganan")
	admin.Page("/kelola/tagihan", "dijeda sejak 1 Desember 2026", "Ubah langganan")
	admin.Goes(admin.Post(own+"/lanjut", offered(admin.Page(own+"/lanjut", "Rp0 menjadi Rp7.800.000"))...), own)
	admin.Goes(admin.Post(own+"/henti", append(offered(admin.Page(own+"/henti", "1 Januari 2027")), "reason", "Pindah")...), own)

	treasurer := s.Staff(t, batam, "Rina Bendahara", "treasurer", "")
	if page := treasurer.Page(own, "Yang akan berlaku"); strings.Contains(page, "<form method=\"post\" action=\"/kelola/langganan") {
		t.Error("who may not order is offered to")
	}
	for _, path := range []string{own + "/paket/besar", own + "/jeda", own + "/henti", own + "/lanjut"} {
		treasurer.Sees(treasurer.Get(path), http.StatusForbidden)
		treasurer.Sees(treasurer.Post(path, "seen", "x"), http.StatusForbidden)
	}
	audited(t, s, "subscription.order", 6)
}

// TestTheContractLeavesAnOrderToTheBUMD: what the contract names waits, the city can take it back, the BUMD approves or refuses with an
// answer, and both are told.
func TestTheContractLeavesAnOrderToTheBUMD(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Work(t)
	admin := s.Staff(t, batam, "Nur Admin", "city_admin", "")
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	town := "/bumd/langganan/batam/perubahan"
	rina.Page("/bumd/langganan/batam", "Perubahan yang dipesan")
	rina.Page(town, "semua perubahan berlaku begitu dipesan")
	rina.Sees(rina.Post(town, "approves", "raise", "reason", " "), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	rina.Sees(rina.Post(town, "approves", "anything", "reason", "Pasal 4"), http.StatusUnprocessableEntity)
	rina.Goes(rina.Post(town, "approves", "raise", "approves", "cancel", "reason", "Kontrak 12/2026 pasal 4"), town)
	rina.Page(town, "Paket atau tambahan naik; Berhenti", "pasal 4")
	if page := rina.Page("/bumd/perubahan", "Belum ada perubahan yang dipesan"); strings.Contains(page, "Setujui") {
		t.Error("nothing waits")
	}

	order := func() string {
		t.Helper()
		shown := admin.Page(own+"/paket/besar?versi=1&lihat=ya", "menunggu persetujuan BUMD", "Kirim untuk disetujui")
		admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)
		admin.Sees(admin.Post(own+"/paket/besar", offered(shown)...), http.StatusConflict, "Masih ada pesanan yang menunggu")
		return regexp.MustCompile(`/kelola/langganan/pesanan/([^"]+)/tarik`).FindStringSubmatch(admin.Page(own, "Menunggu persetujuan BUMD", "Demo Kota (contoh), versi 1"))[1]
	}
	admin.Goes(admin.Post(own+"/pesanan/"+order()+"/tarik"), own)

	id := order()
	decide := "/bumd/perubahan/batam/" + id + "/putus"
	s.Soon(t, "a letter about what waits", func() bool { return letters(t, s, pagetest.HostPlatform, "perlu disetujui") > 0 })
	rina.Page("/bumd/keuangan", "Perubahan langganan")
	rina.Page("/bumd/perubahan", "Kota Batam", "Paket Besar, versi 1", "Rp2.500.000 menjadi Rp6.000.000", "Nur Admin")
	rina.Sees(rina.Post(decide, "jawaban", "tolak", "answer", ""), http.StatusUnprocessableEntity, "Jawaban untuk kota: Isian ini wajib")
	rina.Goes(rina.Post(decide, "jawaban", "tolak", "answer", "Kuota duct belum siap"), "/bumd/perubahan")
	rina.Sees(rina.Post(decide), http.StatusConflict, "tidak menunggu lagi")
	admin.Page(own, "Ditolak", "Kuota duct belum siap", "Demo Kota (contoh), versi 1")
	s.Soon(t, "a letter about the refusal", func() bool { return letters(t, s, batam, "Perubahan langganan ditolak") == 1 })

	id = order()
	rina.Goes(rina.Post("/bumd/perubahan/batam/"+id+"/putus"), "/bumd/perubahan")
	admin.Page(own, "Paket Besar, versi 1", "Dilaksanakan")
	rina.Sees(rina.Post("/bumd/perubahan/tanjungpinang/"+id+"/putus"), http.StatusNotFound)
	admin.Page(own+"/paket/hemat?versi=1&lihat=ya", "Pesan perubahan ini") // down needs nobody
	rina.Page(town, "Dilaksanakan", "Ditolak", "Ditarik")

	// What no longer costs what was shown is not approved.
	admin.Goes(admin.Post(own+"/henti", append(offered(admin.Page(own+"/henti", "menunggu persetujuan BUMD")), "reason", "Pindah")...), own)
	s.Tx(batam, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE subscription_order SET monthly_now = 1 WHERE decided_by IS NULL AND withdrawn_at IS NULL").Exec(ctx)
		return err
	})
	last := regexp.MustCompile(`/bumd/perubahan/batam/[^"]+/putus`).FindString(rina.Page("/bumd/perubahan"))
	rina.Sees(rina.Post(last), http.StatusConflict, "Periksa lagi")

	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	for _, path := range []string{"/bumd/perubahan", town} {
		yusuf.Sees(yusuf.Get(path), http.StatusForbidden)
		admin.Sees(admin.Get(path), http.StatusNotFound)
	}
}

// TestWhatIsNoLongerOfferedSaysWhatToDo: who has a plan open that is withdrawn meanwhile sees the others, and the BUMD that an order for it
// can only be refused.
func TestWhatIsNoLongerOfferedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin, rina := s.Staff(t, batam, "Nur Admin", "city_admin", ""), s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post("/bumd/langganan/batam/perubahan", "approves", "raise", "reason", "Pasal 4"), "/bumd/langganan/batam/perubahan")
	shown := admin.Page(own+"/paket/besar?versi=1&lihat=ya", "Menurut kontrak, perubahan ini menunggu persetujuan BUMD")
	admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)
	if _, err := s.World.DB.Platform.NewRaw("UPDATE plan SET offered = false WHERE code = 'besar'").Exec(s.World.Ctx(s.World.Platform)); err != nil {
		t.Fatal(err)
	}
	gone := admin.Post(own+"/paket/besar", offered(shown)...)
	admin.Sees(gone, http.StatusNotFound, "tidak ditawarkan lagi", "Pilih salah satu paket di halaman ini", "Paket Hemat")
	if strings.Contains(gone.Body, own+"/paket/besar?versi=1") {
		t.Error("it is still offered")
	}
	decide := regexp.MustCompile(`/bumd/perubahan/batam/[^"]+/putus`).FindString(rina.Page("/bumd/perubahan"))
	rina.Sees(rina.Post(decide), http.StatusConflict, "tidak ditawarkan lagi", "tolak pesanan ini")
	rina.Goes(rina.Post(decide, "jawaban", "tolak", "answer", "Paket dihentikan"), "/bumd/perubahan")
}

// TestAnOrderSaysWhyItWaits: by the contract, or because it takes back what the BUMD has planned, to the city and to the BUMD.
func TestAnOrderSaysWhyItWaits(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Work(t)
	admin, rina := s.Staff(t, batam, "Nur Admin", "city_admin", ""), s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post("/bumd/langganan/batam/pindah", "plan", "besar", "starts_on", "2027-01-01"), "/bumd/langganan/batam")
	shown := admin.Page(own+"/paket/hemat?versi=1&lihat=ya", "BUMD sudah merencanakan perubahan langganan kota Anda")
	if strings.Contains(shown, "Menurut kontrak") {
		t.Error("the contract says nothing of it")
	}
	admin.Goes(admin.Post(own+"/paket/hemat", offered(shown)...), own)
	if page := admin.Page(own, "pesanan ini menggantikannya"); strings.Contains(page, "Menurut kontrak") {
		t.Error("the contract says nothing of what waits")
	}
	s.Soon(t, "a letter to the BUMD", func() bool { return letters(t, s, pagetest.HostPlatform, "perlu disetujui") > 0 })
	s.Tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		var said string
		err := tx.NewRaw("SELECT min(data->>'body') FROM message WHERE data->>'title' LIKE '%perlu disetujui%'").Scan(ctx, &said)
		if strings.Contains(said, "Menurut kontrak") || !strings.Contains(said, "menggantikan yang sudah direncanakan BUMD") {
			t.Errorf("the BUMD reads %q", said)
		}
		return err
	})
}

// TestADayIsThatOfTheReader: an hour after midnight, what was ordered and what the contract says have the day of the city and not of UTC.
func TestADayIsThatOfTheReader(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Wait(15 * time.Hour) // 01:00 WIB on the 25th
	admin, rina := s.Staff(t, batam, "Nur Admin", "city_admin", ""), s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	town := "/bumd/langganan/batam/perubahan"
	rina.Goes(rina.Post(town, "approves", "raise", "reason", "Pasal 4"), town)
	rina.Page(town, "Pasal 4 25 November 2026")
	shown := admin.Page(own+"/paket/besar?versi=1&lihat=ya", "25 November 2026")
	admin.Goes(admin.Post(own+"/paket/besar", offered(shown)...), own)
	admin.Page(own, "Nur Admin, 25 November 2026", "25 November 2026 Nur Admin")
	rina.Page("/bumd/perubahan", "Nur Admin, 25 November 2026")
}

// TestAPaidYearIsToldOfOnThePage: from which day less holds, and that an end gives back what was not used.
func TestAPaidYearIsToldOfOnThePage(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('tahunan', '{"id": "Paket Tahunan"}', '{"id": "Setahun di muka"}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('tahunan', 1, '2026-01-01', '[{"code": "setahun", "kind": "flat", "every": "year", "price": 36500000, "name": {"id": "Setahun"}}]')`,
	} {
		if _, err := s.World.DB.Platform.NewRaw(statement).Exec(s.World.Ctx(s.World.Platform)); err != nil {
			t.Fatal(err)
		}
	}
	admin, rina := s.Staff(t, batam, "Nur Admin", "city_admin", ""), s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post("/bumd/langganan/batam/pindah", "plan", "tahunan", "starts_on", "2026-11-24"), "/bumd/langganan/batam")
	admin.Page(own, "akhir tahun yang sudah dibayar di muka")
	shown := admin.Page(own+"/paket/hemat?versi=1&lihat=ya", "24 November 2027, setelah tahun yang sudah dibayar di muka", "Rp3.041.667 menjadi Rp1.200.000")
	admin.Page(own+"/henti", "1 Desember 2026, setelah bulan yang sudah berjalan; hari yang belum terpakai dari tahun yang sudah dibayar di muka dikembalikan", "Bila kota Anda berlangganan lagi, paket yang lebih murah baru dapat berlaku pada 24 November 2027")
	admin.Goes(admin.Post(own+"/paket/hemat", offered(shown)...), own)
	admin.Page(own, "Yang akan berlaku", "24 November 2027")
}

// TestAPauseInAPaidYearIsToldOf: what it does with the year; and who chooses less in it waits for the end of the year and reads so, goes
// on for a year that begins anew, or takes the choice back. A change of plan while paused is made with the add-ons of that plan.
func TestAPauseInAPaidYearIsToldOf(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('tahunan', '{"id": "Paket Tahunan"}', '{"id": "Setahun di muka"}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('tahunan', 1, '2026-01-01', '[{"code": "setahun", "kind": "flat", "every": "year", "price": 36500000, "name": {"id": "Setahun"}},
				{"code": "dukungan", "kind": "flat", "optional": true, "price": 400000, "name": {"id": "Dukungan"}}]')`,
	} {
		if _, err := s.World.DB.Platform.NewRaw(statement).Exec(s.World.Ctx(s.World.Platform)); err != nil {
			t.Fatal(err)
		}
	}
	admin, rina := s.Staff(t, batam, "Nur Admin", "city_admin", ""), s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Page("/bumd/langganan/batam", "Masa coba paling lama 92 hari")
	rina.Goes(rina.Post("/bumd/langganan/batam/pindah", "plan", "tahunan", "starts_on", "2026-11-24", "addon-dukungan", "2"), "/bumd/langganan/batam")
	shown := admin.Page(own+"/jeda", "Sampai 23 November 2027. Hari yang belum terpakai dikembalikan, dan saat Anda melanjutkan, tahun yang baru dimulai", "baru dapat berlaku pada 24 November 2027")
	admin.Goes(admin.Post(own+"/jeda", append(offered(shown), "reason", "Anggaran")...), own)
	admin.Page(own+"/paket/hemat?versi=1&lihat=ya", "24 November 2027, setelah tahun yang sudah dibayar di muka") // in place of the pause

	s.Wait(8 * 24 * time.Hour)
	admin = s.Staff(t, batam, "Nura Admin", "city_admin", "")
	admin.Page(own, "dijeda sejak 1 Desember 2026", "juga setelah jeda atau penghentian")
	shown = admin.Page(own+"/paket/hemat?versi=1&lihat=ya", "Paket atau tambahan turun", "24 November 2027, setelah tahun yang sudah dibayar di muka", "Rp0 menjadi Rp1.200.000")
	admin.Goes(admin.Post(own+"/paket/hemat", offered(shown)...), own)
	page := admin.Page(own, "dijeda sejak 1 Desember 2026", "Yang akan berlaku", "24 November 2027", "Lanjutkan langganan")
	admin.Sees(admin.Post(own+"/paket/hemat", offered(shown)...), http.StatusConflict, "Itu sudah paket kota Anda")
	admin.Goes(admin.Post(regexp.MustCompile(`action="(/kelola/langganan/pesanan/[^"]+/tarik)"`).FindStringSubmatch(page)[1]), own)
	if page := admin.Page(own, "dijeda sejak 1 Desember 2026", "Ditarik"); strings.Contains(page, "Yang akan berlaku") {
		t.Error("what was taken back is still planned")
	}

	// The form of the plan that is paused has its add-ons filled in; fewer of what is paid by the month hold at once, as nothing is paid now.
	form := admin.Page(own+"/paket/tahunan", "Dukungan", "Rp400.000")
	if !regexp.MustCompile(`name="addon-dukungan"[^>]*value="2"|value="2"[^>]*name="addon-dukungan"`).MatchString(form) {
		t.Error("the form does not say what the city had")
	}
	shown = admin.Page(own+"/paket/tahunan?versi=1&lihat=ya&addon-dukungan=1", "2 Desember 2026; bulan berjalan dihitung per hari", "Rp0 menjadi Rp3.441.667")
	admin.Goes(admin.Post(own+"/paket/tahunan", offered(shown)...), own)
	admin.Page(own, "Paket Tahunan, versi 1", "1 × Dukungan", "Dilaksanakan")
}

// TestTheBUMDIsToldWhatAClosedCityOrdered, though the city was closed before it could be told.
func TestTheBUMDIsToldWhatAClosedCityOrdered(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.Staff(t, batam, "Nur Admin", "city_admin", "")
	s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	admin.Goes(admin.Post(own+"/paket/besar", offered(admin.Page(own+"/paket/besar?versi=1&lihat=ya"))...), own)
	if _, err := s.World.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE slug = 'batam'").Exec(s.World.Ctx(s.World.Platform)); err != nil {
		t.Fatal(err)
	}
	s.Directory.Forget()
	s.Work(t)
	s.Soon(t, "a letter to the BUMD", func() bool { return letters(t, s, pagetest.HostPlatform, "Kota Batam mengubah langganannya") == 1 })
}

// letters counts those of a host whose title has a text.
func letters(t *testing.T, s *pagetest.Ledger, host, title string) (n int) {
	t.Helper()
	s.Tx(host, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw("SELECT count(*) FROM message WHERE data->>'title' LIKE ?", "%"+title+"%").Scan(ctx, &n)
	})
	return n
}

func audited(t *testing.T, s *pagetest.Ledger, action string, want int) {
	t.Helper()
	n := 0
	s.Tx(batam, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw("SELECT count(*) FROM audit_entry WHERE action = ?", action).Scan(ctx, &n)
	})
	if n != want {
		t.Errorf("%d acts %s are on record; want %d", n, action, want)
	}
}
