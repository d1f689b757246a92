package console_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// TestTheConsoleFromDraftToPaid: an adjustment with its reason, drafts issued together, a transfer in two parts with a slip, and
// each number of the overview opens its list.
func TestTheConsoleFromDraftToPaid(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	s.Use(pagetest.HostBatam, time.Date(2026, 10, 5, 2, 0, 0, 0, time.UTC), 12)
	draft := "/bumd/konsep/" + s.CloseMonth(pagetest.HostBatam, time.October).String()
	s.CloseMonth(pagetest.HostOther, time.October)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")

	rina.Page("/bumd/keuangan", "Rp5.000.000", "Rp60.000.000", "Konsep tagihan 20", "Tidak berlangganan", "MRR: harga tetap")
	rina.Page(draft, "12 permohonan, 10 sudah termasuk", "Konsep", "Rp2.505.000")
	rina.Sees(rina.Post(draft+"/sesuaikan", "name", "", "amount", "x", "reason", ""), http.StatusUnprocessableEntity, "Jumlah: Tulis jumlah rupiah tanpa sen", "Nama baris: Isian ini wajib", "Alasan: Isian ini wajib")
	rina.Sees(rina.Post(draft+"/sesuaikan", "name", "Nol", "amount", "0", "reason", "Uji"), http.StatusUnprocessableEntity, "Jumlahnya tidak boleh nol")
	rina.Goes(rina.Post(draft+"/sesuaikan", "name", "Potongan peluncuran", "amount", "-5.000", "reason", "Kesepakatan 3 November"), draft)
	rina.Page(draft, "Potongan peluncuran", "Penyesuaian", "Rp2.500.000", "Kesepakatan 3 November")
	rina.Goes(rina.Post(draft+"/sesuaikan", "name", "Keliru", "amount", "7", "reason", "salah tulis"), draft)
	rina.Sees(rina.Post(draft+"/sesuaikan", "name", "Keliru", "amount", "7", "reason", "salah tulis"), http.StatusConflict, "sudah menambahkan penyesuaian yang sama") // sent twice
	rina.Goes(rina.Post(draft+"/sesuaikan", "name", "Keliru", "amount", "7", "reason", "sekali lagi"), draft)
	seen := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(rina.Page(draft, "Hapus penyesuaian Keliru, Rp7"))[1]
	rina.Sees(rina.Post(draft+"/baris/1/hapus", "seen", seen), http.StatusNotFound) // the month's own
	rina.Goes(rina.Post(draft+"/baris/9/hapus", "seen", seen), draft)
	rina.Sees(rina.Post(draft+"/baris/9/hapus", "seen", seen), http.StatusConflict, "Konsep ini sudah berubah") // what stood behind it stays
	seen = regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(rina.Page(draft, "sekali lagi"))[1]
	rina.Goes(rina.Post(draft+"/baris/9/hapus", "seen", seen), draft)
	if page := rina.Page(draft); strings.Contains(page, "Keliru") {
		t.Error("a line that was taken out is still there")
	}

	rina.Sees(rina.Post("/bumd/konsep"), http.StatusUnprocessableEntity, "Belum ada konsep yang dipilih")
	// Whoever lowered a draft by hand cannot issue it: another person does.
	chosen := strings.TrimPrefix(draft, "/bumd/konsep/")
	rina.Page(draft, "Yang menurunkannya tidak dapat menerbitkannya")
	rina.Sees(rina.Post(draft+"/terbit", "seen", pagetest.Hidden(t, rina.Page(draft), "seen")), http.StatusConflict, "Orang lain yang harus menerbitkannya")
	rina.Sees(rina.Post("/bumd/konsep", "pilih", chosen), http.StatusOK, "Hasil penerbitan", "Orang lain yang harus menerbitkannya")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	boss.Sees(boss.Post("/bumd/konsep", "pilih", chosen), http.StatusOK, "Hasil penerbitan", "INV/2026/000001", "Terbit")
	rina.Sees(rina.Post("/bumd/konsep", "semua", "ya"), http.StatusOK, "INV/2026/000020")
	rina.Page("/bumd/konsep", "Tidak ada konsep")
	rina.Sees(rina.Get(draft), http.StatusNotFound)

	list := rina.Page("/bumd/tagihan?kota=batam&keadaan=open&nomor=000001", "INV/2026/000001", "Pemerintah Kota Batam", "Belum dibayar")
	one := pagetest.Hrefs(list, "/bumd/tagihan/")[0]
	rina.Page("/bumd/tagihan?kota=tanjungpinang&nomor=000001", "Tidak ada tagihan yang cocok")
	rina.Page("/bumd/tagihan?umur=0", "INV/2026/000020")
	for path, want := range map[string]string{"/bumd/tagihan?sisa=ya": `<option value="ya" selected>`, "/bumd/langganan?gerak=churned": `<option value="churned" selected>`, "/bumd/keuangan": `href="/bumd/langganan?gerak=churned"`} {
		if !strings.Contains(rina.Page(path), want) {
			t.Errorf("%s has no %s", path, want)
		}
	}
	rina.Page("/bumd/tagihan?umur=1", "Tidak ada tagihan yang cocok")
	for _, bad := range []string{"keadaan=x", "kota=atlantis", "bulan=x", "tempo=x", "umur=9", "sebelum=x"} {
		rina.Sees(rina.Get("/bumd/tagihan?"+bad), http.StatusUnprocessableEntity)
	}
	page := rina.Page(one, "Potongan peluncuran", "Kesepakatan 3 November", "Tagihan")
	rina.Page(pagetest.Hrefs(page, one+"/baris/")[1], "Peristiwa", "Rp2.500 per permohonan", "2026-10-05-11")

	rina.Sees(rina.Post(one+"/bayar", "amount", "", "reference", "", "on", "2026-11-24"), http.StatusUnprocessableEntity, "Jumlah: Isian ini wajib", "Nomor acuan: Isian ini wajib", "Cara: Isian ini wajib")
	rina.Sees(rina.Post(one+"/bayar", "method", "cash", "amount", "seribu", "reference", "K-1", "on", "2026-11-24"), http.StatusUnprocessableEntity, "Tulis jumlah rupiah tanpa sen")
	rina.Sees(rina.Post(one+"/bayar", "method", "cash", "amount", "0", "reference", "K-1", "on", "2026-11-24"), http.StatusUnprocessableEntity, "lebih dari nol")
	rina.Sees(rina.Post(one+"/bayar", "method", "cash", "amount", "1.000", "reference", "K-1", "on", "2026-11-25"), http.StatusUnprocessableEntity, "Diterima: Tanggal ini belum terjadi")
	rina.Sees(rina.Post(one+"/saldo"), http.StatusConflict, "tidak mempunyai saldo")
	if page := rina.Page(one, "paling banyak Rp50.000"); strings.Contains(page, "Pakai saldo") {
		t.Error("a balance that there is not can be used")
	}
	wrong := rina.Post(one+"/bayar", "method", "slip", "amount", "900.000", "reference", "BP-1", "on", "2026-11-24")
	rina.Sees(wrong, http.StatusConflict, "paling banyak Rp50.000")
	if !strings.Contains(wrong.Body, `value="900.000"`) || !strings.Contains(wrong.Body, `id="terima" open`) {
		t.Error("the form does not keep what was filled in")
	}
	rina.Goes(rina.Post(one+"/bayar", "method", "slip", "amount", "50.000", "reference", "BP-1", "on", "2026-11-24"), one)
	if page := rina.Page(one); strings.Contains(page, "dapat disetor bendahara") {
		t.Error("the slip that was given is still asked for")
	}
	rina.Goes(rina.Post(one+"/bayar", "method", "transfer", "amount", "2.450.000", "reference", "BRK-7", "on", "2026-11-24"), one)
	rina.Sees(rina.Post("/bumd/tagihan/"+strings.TrimPrefix(pagetest.Hrefs(rina.Page("/bumd/tagihan?nomor=000002"), "/bumd/tagihan/")[0], "/bumd/tagihan/")+"/bayar",
		"method", "transfer", "amount", "1", "reference", "BRK-7", "on", "2026-11-24"), http.StatusConflict, "sudah dicatat")
	rina.Page(one, "Lunas", "Bukti potong bukti potong, BP-1", "transfer, BRK-7", "Kuitansi")
	rina.Goes(rina.Post(one+"/kirim"), one)
	rina.Page("/bumd/langganan/batam", "Riwayat langganan", "Demo Kota (contoh)", "Pemakaian dua belas bulan", "Buku kota ini", "INV/2026/000001", "PPN dibebaskan di KPBPB (jasa-kpbpb)", "Warga tidak pernah ditolak")
	if page := rina.Page("/bumd/langganan/batam?meter=applications_submitted&menurut=service", "KTP-el hilang", "12"); !strings.Contains(page, "<svg") || !strings.Contains(page, "<rect") && !strings.Contains(page, "<path") {
		t.Error("the usage has no chart that is drawn here")
	}
	usage := rina.Page("/bumd/langganan/batam?meter=applications_submitted", "Pemakaian dua belas bulan")
	ways := slices.DeleteFunc(pagetest.Hrefs(usage, "/bumd/langganan/batam/peristiwa?"), func(to string) bool { return !strings.Contains(to, "dari=2026-09-30") })
	if len(ways) < 2 {
		t.Fatalf("October leads to its events by %v, from the drawing and its table", ways)
	}
	if n := strings.Count(rina.Page(ways[0]), "2026-10-05-"); n != 12 {
		t.Errorf("October leads to %d events; want 12", n)
	}
	trend := rina.Page("/bumd/keuangan", "MRR dua belas bulan", "Churn menurut bulan", "Oktober 2026 Rp5.000.000 Rp60.000.000", "Januari 2026 Rp5.000.000 Rp60.000.000 Rp5.000.000")
	if !slices.Contains(pagetest.Hrefs(trend, "/bumd/langganan?"), "/bumd/langganan?bulan=2026-01") {
		t.Error("January does not lead to its cities")
	}
	rina.Page("/bumd/langganan?bulan=2026-01&gerak=new", "Kota Batam", "Kota Tanjungpinang", "Keadaan pada 31 Januari 2026")
	rina.Page("/bumd/langganan?bulan=2025-12&keadaan=none", "Kota Batam", "Keadaan pada 31 Desember 2025")
	rina.Sees(rina.Get("/bumd/langganan?bulan=2027-01"), http.StatusUnprocessableEntity)
	rina.Page("/bumd/langganan?keadaan=active", "Kota Batam", "Rp2.500.000", "Kota Tanjungpinang")
	rina.Page("/bumd/kejadian", "Tidak ada kejadian")
}

// TestWhatIsTakenBackTakesTwoPeople: whoever asks cannot decide, and a reason is asked for.
func TestWhatIsTakenBackTakesTwoPeople(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	one := "/bumd/tagihan/" + i.ID.String()
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")

	rina.Sees(rina.Post(one+"/minta", "kind", "write_off", "reason", " "), http.StatusUnprocessableEntity, "Alasan")
	rina.Sees(rina.Post(one+"/minta", "kind", "credit_note", "reason", "Salah hitung"), http.StatusUnprocessableEntity, "Salah hitung")
	rina.Sees(rina.Post(one+"/nota-kredit", "reason", "Salah hitung"), http.StatusUnprocessableEntity, "sedikitnya satu baris", "Salah hitung")
	rina.Sees(rina.Post(one+"/nota-kredit", "line-1", "2.500.001", "reason", "Salah hitung"), http.StatusUnprocessableEntity, "Baris 1: Langganan bulanan: Isi antara nol dan Rp2.500.000")
	rina.Goes(rina.Post(one+"/nota-kredit", "line-1", "500.000", "reason", "Layanan terputus dua hari"), one)
	rina.Page(one+"/nota-kredit", "Rp2.500.000 Rp0 Rp500.000 Rp2.000.000")
	rina.Sees(rina.Post(one+"/nota-kredit", "line-1", "2.000.001", "reason", "Salah hitung"), http.StatusUnprocessableEntity, "antara nol dan Rp2.000.000")
	mine := rina.Page("/bumd/permintaan", "Layanan terputus dua hari", "Permintaan Anda", "Rp500.000 sebelum pajak")
	if strings.Contains(mine, "/putus") {
		t.Error("whoever asked is offered to decide")
	}
	theirs := boss.Page("/bumd/permintaan", "Rina Keuangan", "Setujui")
	_, rest, _ := strings.Cut(theirs, `action="/bumd/permintaan/`)
	id, _, _ := strings.Cut(rest, "/")
	rina.Sees(rina.Post("/bumd/permintaan/"+id+"/putus", "jawaban", "setuju"), http.StatusConflict, "orang lain")
	boss.Sees(boss.Post("/bumd/permintaan/"+id+"/putus", "jawaban", "mungkin"), http.StatusUnprocessableEntity)
	boss.Goes(boss.Post("/bumd/permintaan/"+id+"/putus", "jawaban", "setuju"), "/bumd/permintaan")
	boss.Page(one, "Rp2.000.000", "Dikurangi dengan nota kredit", "Disetujui", "Nota kredit")
	boss.Page("/bumd/tagihan?keadaan=credit_note", "CN/2026/000001")
	boss.Page(one, "Nota kredit CN/2026/000001")

	rina.Goes(rina.Post(one+"/minta", "kind", invoice.WriteOff, "reason", "Tidak tertagih"), one)
	rina.Sees(rina.Post(one+"/minta", "kind", invoice.WriteOff, "reason", "Tidak tertagih"), http.StatusConflict, "menunggu orang kedua")
	_, rest, _ = strings.Cut(boss.Page("/bumd/permintaan"), `action="/bumd/permintaan/`)
	id, _, _ = strings.Cut(rest, "/")
	boss.Goes(boss.Post("/bumd/permintaan/"+id+"/putus", "jawaban", "tolak"), "/bumd/permintaan")
	boss.Page(one, "Ditolak", "Rp2.000.000")
}

// TestTheConsoleMovesSubscriptions, for the BUMD's finance alone and on the platform's host alone.
func TestTheConsoleMovesSubscriptions(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	town := "/bumd/langganan/batam"
	rina.Sees(rina.Post(town+"/akhiri", "as", "paused", "on", "2026-11-24", "reason", ""), http.StatusUnprocessableEntity, "Alasan")
	rina.Sees(rina.Post(town+"/akhiri", "as", "paused", "on", "2026-11-01", "reason", "Anggaran habis"), http.StatusConflict, "hari yang sudah lewat", "Anggaran habis")
	rina.Goes(rina.Post(town+"/akhiri", "as", "paused", "on", "2026-11-25", "reason", "Anggaran habis"), town)
	s.Wait(48 * time.Hour)
	rina = s.Staff(t, pagetest.HostPlatform, "Rini Keuangan", "bumd_finance", "")
	rina.Page(town, "Dijeda", "lalu dijeda", "Lanjutkan langganan")
	rina.Page("/bumd/langganan?keadaan=paused", "Kota Batam", "25 November 2026")
	if page := rina.Page("/bumd/langganan?keadaan=none"); strings.Contains(page, "Kota Batam") {
		t.Error("a city that has paused is said to have no subscription")
	}
	dina := s.Staff(t, pagetest.HostBatam, "Dian Bendahara", "treasurer", "")
	dina.Page("/kelola/tagihan", "dijeda sejak 25 November 2026")
	rina.Page("/bumd/keuangan", "50%", "1 dari 2 kota")
	rina.Page("/bumd/langganan?gerak=churned", "Kota Batam")
	rina.Goes(rina.Post(town+"/lanjut", "on", "2026-11-26"), town)
	rina.Page(town, "Berlangganan")
	rina.Sees(rina.Post(town+"/pindah", "plan", "none", "starts_on", "2026-12-01"), http.StatusNotFound)
	rina.Sees(rina.Post(town+"/pindah", "plan", "", "starts_on", "2026-12-01"), http.StatusUnprocessableEntity, "Paket: Isian ini wajib")
	if _, err := s.World.DB.Platform.NewRaw(`INSERT INTO plan (code, name, summary) VALUES ('lama', '{"id": "Lama"}', '{"id": "."}');
		INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('lama', 1, '2020-01-01', '[]')`).Exec(s.World.Ctx(s.World.Platform)); err != nil {
		t.Fatal(err)
	}
	rina.Sees(rina.Post(town+"/pindah", "plan", "lama", "starts_on", "2025-10-31"), http.StatusConflict, "Pilih 1 November 2025 atau sesudahnya; bulan sebelum itu tidak ditagih lagi")
	rina.Sees(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", "2026-12-01", "addon-none", "2"), http.StatusUnprocessableEntity, "Pilih salah satu")
	rina.Goes(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", "2026-12-01", "trial_days", "30"), town)
	rina.Page(town, "1 Desember 2026", "Masa coba sampai", "Diteruskan")
	s.Tx(pagetest.HostBatam, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE subscription SET trial_ends_on = '2026-12-26' WHERE tenant_id = ? AND starts_on = '2026-11-26' AND withdrawn_at IS NULL", tenancy.Must(ctx)).Exec(ctx)
		return err
	})
	for day, agreed := range map[string]string{"2026-12-02": "", "2026-12-03": "keep", "2026-12-04": "anew"} {
		rina.Goes(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", day, "agreed", agreed), town)
		var trial bool
		s.Tx(pagetest.HostBatam, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewRaw("SELECT trial_ends_on IS NOT NULL FROM subscription WHERE tenant_id = ? AND starts_on = ? AND withdrawn_at IS NULL", tenancy.Must(ctx), day).Scan(ctx, &trial)
		})
		if trial == (agreed == "anew") {
			t.Errorf("moved with what was agreed as %q, it has a trial: %v", agreed, trial)
		}
	}

	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	treasurer := s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "")
	for _, path := range []string{"/bumd/keuangan", "/bumd/tagihan", "/bumd/konsep", "/bumd/permintaan", "/bumd/kejadian", "/bumd/langganan", town} {
		yusuf.Sees(yusuf.Get(path), http.StatusForbidden)
		treasurer.Sees(treasurer.Get(path), http.StatusNotFound)
	}
	rina.Sees(rina.Get("/kelola/tagihan"), http.StatusNotFound)
	rina.Sees(rina.Get("/bumd/langganan/atlantis"), http.StatusNotFound)
	rina.Sees(rina.Get("/bumd/langganan/platform"), http.StatusNotFound)
}

// TestTheTermsOfAPausedCityGoOnOrBeginAnew: the form says what was agreed before the pause, and moves with it unless told otherwise; a city
// that has ended, and one that never had a plan, has nothing to keep.
func TestTheTermsOfAPausedCityGoOnOrBeginAnew(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	if _, err := s.World.DB.Platform.NewRaw(`INSERT INTO coupon (code, percent, months, given_from, note) VALUES ('PERINTIS', 50, 6, '2026-01-01', 'Kota perintis')`).Exec(s.World.Ctx(s.World.Platform)); err != nil {
		t.Fatal(err)
	}
	const town, asked = "/bumd/langganan/batam", "Yang sudah disepakati"
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", "2026-11-25", "coupon", "perintis"), town)
	s.Wait(24 * time.Hour)
	rina = s.Staff(t, pagetest.HostPlatform, "Rini Keuangan", "bumd_finance", "")
	rina.Goes(rina.Post(town+"/akhiri", "as", "paused", "on", "2026-11-26", "reason", "Anggaran habis"), town)
	s.Wait(24 * time.Hour)
	rina = s.Staff(t, pagetest.HostPlatform, "Rani Keuangan", "bumd_finance", "")
	form := rina.Page(town, "Dijeda", asked, "Diteruskan", "Kupon dan masa coba berlaku sampai harinya")
	if !regexp.MustCompile(`<input[^>]*name="agreed"[^>]*value="keep"[^>]*checked|<input[^>]*checked[^>]*name="agreed"[^>]*value="keep"`).MatchString(form) {
		t.Error("that it goes on is not what the form begins with")
	}
	coupon := func(on string) (code string) {
		t.Helper()
		s.Tx(pagetest.HostBatam, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewRaw("SELECT coalesce(coupon->>'code', '') FROM subscription WHERE tenant_id = ? AND starts_on = ? AND withdrawn_at IS NULL", tenancy.Must(ctx), on).Scan(ctx, &code)
		})
		return code
	}
	for _, tt := range []struct{ day, agreed, coupon string }{{"2026-12-10", "anew", ""}, {"2026-12-09", "keep", "PERINTIS"}, {"2026-12-08", "", "PERINTIS"}} {
		rina.Goes(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", tt.day, "agreed", tt.agreed), town)
		if got := coupon(tt.day); got != tt.coupon {
			t.Errorf("moved with what was agreed as %q it has the coupon %q", tt.agreed, got)
		}
	}
	rina.Goes(rina.Post(town+"/pindah", "plan", "demo-kota", "starts_on", "2026-11-26", "agreed", "keep"), town)
	rina.Page(town, "PERINTIS")
	rina.Goes(rina.Post(town+"/akhiri", "as", "cancelled", "on", "2026-11-27", "reason", "Kontrak berakhir"), town)
	s.Wait(24 * time.Hour)
	rina = s.Staff(t, pagetest.HostPlatform, "Rena Keuangan", "bumd_finance", "")
	if page := rina.Page(town, "Pindahkan"); strings.Contains(page, asked) {
		t.Error("of a city that has left the form says what was agreed")
	}
}

// TestWhatIsStuckIsAnIncident: a month that was not closed in time and a job that is out of retries, which can run again.
func TestWhatIsStuckIsAnIncident(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Page("/bumd/kejadian", "Kota Batam", "Januari 2026 belum ditutup", "bedelau work")
	job := uuid.New()
	s.Tx(pagetest.HostBatam, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO outbox (tenant_id, id, kind, queue, payload, max_retry, timeout_ms, state, ended_at, last_error)
			VALUES (?, ?, 'billing.close.v1', 'low', '{"month": "2026-01"}', 0, 1, 'failed', now(), 'billing.earlier_open')`, tenancy.Must(ctx), job).Exec(ctx)
		return err
	})
	rina.Page("/bumd/kejadian", "Tugas latar gagal: menutup bulan", "Bulan sebelumnya belum ditutup", "Coba lagi")
	rina.Goes(rina.Post("/bumd/kejadian/"+job.String()+"/ulang"), "/bumd/kejadian")
	if page := rina.Page("/bumd/kejadian"); strings.Contains(page, job.String()) {
		t.Error("the job is still said to have failed")
	}
	rina.Sees(rina.Post("/bumd/kejadian/"+job.String()+"/ulang"), http.StatusNotFound)
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	yusuf.Sees(yusuf.Post("/bumd/kejadian/"+job.String()+"/ulang"), http.StatusForbidden)
}
