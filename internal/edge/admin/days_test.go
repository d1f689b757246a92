package admin_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// TestAnAdministratorKeepsTheCalendar: imports a year, takes it back, adds and removes a day, gives an agency its own week.
func TestAnAdministratorKeepsTheCalendar(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	officer := s.Staff(t, pagetest.HostBatam, "Budi", "officer", "disdukcapil")

	// It is 24 November and 2027 is missing: every page of the desk says so to whoever can mend it, and to nobody else.
	admin.Page("/kelola/staf", "Kalender 2027 belum diisi", "Impor hari libur")
	if strings.Contains(officer.Page("/petugas/antrean"), "2027") {
		t.Error("an officer is warned of what only an administrator can mend")
	}
	officer.Sees(officer.Get("/kelola/kalender/impor"), http.StatusForbidden)

	admin.Page("/kelola/kalender/impor?tahun=2027", "Impor hari libur", "Nomor SKB 3 Menteri")
	form := []string{"year", "2027", "week", "mon", "week", "tue", "week", "wed", "week", "thu", "week", "fri", "open", "07.30", "close", "16.00",
		"source", "SKB 3 Menteri 2027", "text", "2027-01-01;libur;Tahun Baru 2027\n31 Februari 2027;Salah"}
	admin.Sees(admin.Post("/kelola/kalender/impor", append(form, "act", "preview")...), http.StatusOK, "1 baris tidak terbaca", "Baris 2", "Tahun Baru 2027")
	admin.Sees(admin.Post("/kelola/kalender/impor", append(form, "act", "apply")...), http.StatusOK, "1 baris tidak terbaca")
	form[len(form)-1] = "2027-01-01;libur;Tahun Baru 2027\n2027-02-08;cuti bersama;Cuti bersama Imlek"
	admin.Sees(admin.Post("/kelola/kalender/impor", append(form, "act", "preview")...), http.StatusOK, "Impor kalender 2027", "Cuti bersama Imlek", "Tidak ada tenggat berjalan yang berubah")
	admin.Goes(admin.Post("/kelola/kalender/impor", append(form, "act", "apply")...), "/kelola/kalender?tahun=2027")
	page := admin.Page("/kelola/kalender?tahun=2027", "Tahun Baru 2027", "Impor hari libur · SKB 3 Menteri 2027", "Batalkan impor ini")
	if strings.Contains(admin.Page("/kelola/staf"), "Kalender 2027 belum diisi") {
		t.Error("the year is there and the warning stayed")
	}
	admin.Sees(admin.Post("/kelola/kalender/impor", "year", "2027", "text", ""), http.StatusUnprocessableEntity, "Daftar hari: Isian ini wajib diisi")

	_, id, _ := strings.Cut(page, `name="change" value="`)
	undo := admin.Post("/kelola/kalender/batal", "change", id[:36])
	admin.Page(undo.To(), "Periksa sebelum impor dibatalkan", "SKB 3 Menteri 2027", "1 Januari 2027 menjadi hari kerja (Tahun Baru 2027)", "Tidak ada tenggat berjalan yang berubah")
	officer.Sees(officer.Get(undo.To()), http.StatusForbidden)
	admin.Page("/kelola/kalender?tahun=2027", "Tahun Baru 2027")
	admin.Goes(admin.Post("/kelola/kalender/batal", "change", id[:36], "sure", "yes"), "/kelola/kalender")
	admin.Page("/kelola/staf", "Kalender 2027 belum diisi")
	admin.Sees(admin.Get(undo.To()), http.StatusNotFound, "Impor itu tidak ada atau sudah dibatalkan")

	day := []string{"day", "18", "day", "12", "day", "2026", "kind", "lokal", "name_id", "Hari jadi Batam", "source", ""}
	refused := admin.Post("/kelola/kalender/hari", day...)
	admin.Sees(refused, http.StatusUnprocessableEntity, "Dasar: Isian ini wajib diisi")
	if !strings.Contains(refused.Body, `value="Hari jadi Batam"`) || !strings.Contains(refused.Body, "<title>Galat:") {
		t.Error("a refusal keeps what was typed, and says so in the title")
	}
	day[len(day)-1] = "Perwako 5/2026"
	// What it moves is shown first; nothing is saved until the administrator says so.
	trial := admin.Post("/kelola/kalender/hari", day...)
	if trial.Status != http.StatusSeeOther {
		t.Fatalf("the trial: %d %s", trial.Status, trial.Body)
	}
	admin.Page(trial.To(), "Jumat, 18 Desember 2026", "Hari jadi Batam (", "Perwako 5/2026", "Tidak ada tenggat berjalan yang berubah", "Tambah hari")
	admin.Sees(admin.Get("/kelola/kalender/hari?day=besok"), http.StatusUnprocessableEntity, "Dasar: Isian ini wajib diisi")
	officer.Sees(officer.Get(trial.To()), http.StatusForbidden)
	if strings.Contains(admin.Page("/kelola/kalender?tahun=2026"), "Hari jadi Batam") {
		t.Error("the day is there before it was confirmed")
	}
	admin.Goes(admin.Post("/kelola/kalender/hari", append(day, "sure", "yes")...), "/kelola/kalender?tahun=2026")
	admin.Page("/kelola/kalender?tahun=2026", "Hari jadi Batam", "Perwako 5/2026", "18 Desember 2026 menjadi hari libur (Hari jadi Batam)", "Tenggat sedang dihitung ulang")
	admin.Sees(admin.Post("/kelola/kalender/hapus", "day", "2026-12-18", "source", ""), http.StatusUnprocessableEntity)
	trial = admin.Post("/kelola/kalender/hapus", "day", "2026-12-18", "source", "Perwako 6/2026")
	admin.Page(trial.To(), "Periksa hari sebelum dihapus", "Jumat, 18 Desember 2026", "Perwako 6/2026", "Tidak ada tenggat berjalan yang berubah")
	officer.Sees(officer.Get(trial.To()), http.StatusForbidden)
	admin.Sees(admin.Get("/kelola/kalender/hapus?day=2026-12-17&source=x"), http.StatusNotFound, "Tidak ada hari libur pada tanggal itu")
	admin.Page("/kelola/kalender?tahun=2026", "Hari jadi Batam")
	admin.Goes(admin.Post("/kelola/kalender/hapus", "day", "2026-12-18", "source", "Perwako 6/2026", "sure", "yes"), "/kelola/kalender?tahun=2026")

	admin.Page("/kelola/kalender/instansi/rsud", "Kalender RSUD", "Tetap bekerja pada hari libur", "Masa baru")
	week := []string{"period", "0", "name_0", "Loket Sabtu", "from_0", "1", "from_0", "12", "from_0", "2026", "to_0", "", "mon_0", "07.30-16.00", "sat_0", "08.00-12.00",
		"period", "1", "name_1", "", "source", "SK Direktur"}
	bad := append([]string{}, week...)
	bad[13] = "tutup"
	admin.Sees(admin.Post("/kelola/kalender/instansi/rsud", bad...), http.StatusUnprocessableEntity, "Tulis jam buka dan tutup", "Loket Sabtu")
	seen := admin.Post("/kelola/kalender/instansi/rsud", week...)
	admin.Sees(seen, http.StatusOK, "Periksa jam kerja sebelum disimpan", "Loket Sabtu · Senin 07.30-16.00, Sabtu 08.00-12.00", "Tidak ada tenggat berjalan yang berubah")
	if strings.Contains(admin.Page("/kelola/kalender/instansi/rsud"), `value="Loket Sabtu"`) {
		t.Error("the hours hold before they were confirmed")
	}
	sent := hiddenPairs(seen.Body)
	admin.Sees(admin.Post("/kelola/kalender/instansi/rsud", append(sent, "edit", "yes")...), http.StatusOK, "Masa baru", "Loket Sabtu")
	admin.Goes(admin.Post("/kelola/kalender/instansi/rsud", append(sent, "sure", "yes")...), "/kelola/kalender/instansi/rsud")
	admin.Page("/kelola/kalender/instansi/rsud", "Loket Sabtu")
	if !strings.Contains(admin.Page("/kelola/kalender/instansi/rsud"), `value="08:00-12:00"`) {
		t.Error("the hours of Saturday are not kept")
	}
	admin.Goes(admin.Post("/kelola/kalender/hari", "agency", "rsud", "day", "2026-12-26", "hours", "08.00-10.00", "name_id", "Bakti sosial", "source", "SK Direktur", "sure", "yes"), "/kelola/kalender/instansi/rsud")
	admin.Page("/kelola/kalender/instansi/rsud", "Bakti sosial", "Buka 08.00-10.00")
	admin.Page("/kelola/kalender?tahun=2026", "Berbeda dari kota")
	admin.Sees(admin.Get("/kelola/kalender/instansi/tidak-ada"), http.StatusNotFound)
	admin.Sees(admin.Get("/kelola/kalender/jam?tahun=2099"), http.StatusNotFound)
	admin.Page("/kelola/kalender/jam?tahun=2026", "seluruh kota, 2026")
}

// TestTheDaysOfAYearAreATable that keeps what was typed: rows come and go without a script, a refusal names its row, a list
// fills it, and what is imported is what was checked.
func TestTheDaysOfAYearAreATable(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	const at = "/kelola/kalender/impor"
	keeps := func(page string, values ...string) {
		t.Helper()
		for _, v := range values {
			if !strings.Contains(page, `value="`+v+`"`) {
				t.Errorf("%q is gone", v)
			}
		}
	}
	keeps(admin.Page(at+"?tahun=2026", "Daftar hari", "Cara lain: salin daftar"), "Tahun Baru 2026 Masehi")
	head := []string{"year", "2027", "week", "mon", "week", "tue", "open", "07.30", "close", "16.00", "source", "SKB 2027"}
	row := func(n, day, month, kind, id, en string) []string {
		return []string{"row", n, "day_" + n, day, "month_" + n, month, "kind_" + n, kind, "name_id_" + n, id, "name_en_" + n, en}
	}
	form := append(append(head, row("0", "1", "1", "libur", "Tahun Baru", "New Year")...), append(row("1", "", "", "", "", ""), row("2", "31", "2", "", "Salah", "")...)...)

	more := admin.Post(at, append(form, "act", "add")...)
	if more.Status != http.StatusOK || !strings.Contains(more.Body, `aria-label="Tanggal, baris 5"`) || strings.Contains(more.Body, "baris 6") {
		t.Errorf("%d, and of two rows not three more", more.Status)
	}
	keeps(more.Body, "Tahun Baru", "New Year", "Salah", "SKB 2027")
	less := admin.Post(at, append(form, "remove", "0")...)
	keeps(less.Body, "Salah")
	if less.Status != http.StatusOK || strings.Contains(less.Body, "New Year") {
		t.Errorf("%d, and a row that was taken away is there", less.Status)
	}
	refused := admin.Post(at, append(form, "act", "preview")...)
	admin.Sees(refused, http.StatusUnprocessableEntity, "Tanggal, baris 2: Tulis tanggal yang ada di bulan itu", "Jenis, baris 2: Isian ini wajib diisi")
	keeps(refused.Body, "Tahun Baru", "New Year", "Salah", "31")
	twice := append(append(head, row("0", "1", "1", "libur", "Tahun Baru", "")...), row("1", "1", "1", "libur", "Lagi", "")...)
	admin.Sees(admin.Post(at, twice...), http.StatusUnprocessableEntity, "Tanggal, baris 2: Tanggal ini sudah ada di baris lain")

	listed := admin.Post(at, append(form, "text", "2027-01-01;libur;Tahun Baru 2027;New Year's Day\n2027-02-08;cuti bersama;Cuti Imlek")...)
	admin.Sees(listed, http.StatusOK, "Hasil pemeriksaan 2027", "Cuti Imlek")
	keeps(listed.Body, "Cuti Imlek")
	if strings.Contains(listed.Body, "Salah") {
		t.Error("the list does not take the place of the table")
	}
	admin.Goes(admin.Post(at, append(hiddenPairs(listed.Body[strings.Index(listed.Body, "Hasil pemeriksaan"):strings.Index(listed.Body, `value="apply"`)]), "act", "apply")...), "/kelola/kalender?tahun=2027")
	admin.Page("/kelola/kalender?tahun=2027", "Tahun Baru 2027", "Cuti Imlek", "SKB 2027")
	keeps(admin.Page(at+"?tahun=2027"), "Cuti Imlek", "New Year&#39;s Day")
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// hiddenPairs are what a form sends by itself, in order.
func hiddenPairs(body string) []string {
	var out []string
	for _, m := range hiddenInput.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1], html.UnescapeString(m[2]))
	}
	return out
}

// TestADayAtACounter: an administrator sets a counter up, a resident books, the officer serves, the head closes a day.
func TestADayAtACounter(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	head := s.Staff(t, pagetest.HostBatam, "Kepala", "agency_head", "disdukcapil")
	officer := s.Staff(t, pagetest.HostBatam, "Budi", "officer", "disdukcapil")
	stranger := s.Staff(t, pagetest.HostBatam, "Lain", "officer", "dinkes")

	head.Page("/kelola/loket", "Loket Disdukcapil")
	head.Page("/kelola/loket/baru", "Loket baru", "Lama satu giliran")
	form := []string{"new", "yes", "code", "disdukcapil-batamcenter", "agency", "disdukcapil", "name", "Loket Batam Center", "address", "Jl. Engku Putri",
		"services", "kia", "effective_from", "24", "effective_from", "11", "effective_from", "2026", "hours_tue", "09.00-16.00", "hours_wed", "09.00-10.00",
		"slot_minutes", "30", "capacity", "1", "day_quota", "0", "open_days", "14", "close_hours", "0", "no_show_limit", "2", "no_show_days", "x"}
	head.Sees(head.Post("/kelola/loket", form...), http.StatusUnprocessableEntity, "Jl. Engku Putri", "0 sampai 366")
	form[len(form)-1] = "30"
	unnamed := append([]string{}, form...)
	unnamed[3], unnamed[7] = "Batam Center", " "
	head.Sees(head.Post("/kelola/loket", unnamed...), http.StatusUnprocessableEntity, "Nama loket: Isian ini wajib diisi", "Kode: Tulis kode dengan huruf kecil")
	head.Goes(head.Post("/kelola/loket", form...), "/kelola/loket/disdukcapil-batamcenter")
	head.Page("/kelola/loket/disdukcapil-batamcenter", "Sejak 24 November 2026", "Giliran 30 menit, 1 tempat")
	head.Sees(head.Post("/kelola/loket", form...), http.StatusUnprocessableEntity, "sudah dipakai loket lain")

	// A counter that closes does so at this hour, and what is written about it later does not move that.
	closed := func() (at *time.Time) {
		t.Helper()
		if err := s.DB.App.NewRaw("SELECT retired_at FROM counter WHERE code = 'disdukcapil-batamcenter'").Scan(s.In(t, pagetest.HostBatam), &at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	over := append([]string{"retired", "yes"}, form[2:]...)
	head.Goes(head.Post("/kelola/loket", over...), "/kelola/loket/disdukcapil-batamcenter")
	since := closed()
	if since == nil || !since.Equal(s.ClockNow()) {
		t.Errorf("closed at %v, now is %v", since, s.ClockNow())
	}
	s.Wait(time.Minute)
	head.Goes(head.Post("/kelola/loket", over...), "/kelola/loket/disdukcapil-batamcenter")
	if at := closed(); at == nil || since != nil && !at.Equal(*since) {
		t.Errorf("closed at %v, and then at %v", since, at)
	}
	head.Goes(head.Post("/kelola/loket", form[2:]...), "/kelola/loket/disdukcapil-batamcenter")
	if at := closed(); at != nil {
		t.Errorf("open again, and closed at %v", at)
	}
	officer.Sees(officer.Get("/kelola/loket"), http.StatusForbidden)

	const base = "/janji/baru?hari=2026-11-25&jam=09%3A00&layanan=kia&loket=disdukcapil-batamcenter"
	siti.Page("/janji/baru", "Untuk layanan apa?")
	siti.Page("/janji/baru?layanan=kia", "Di loket mana?", "Loket Batam Center", "Loket Disdukcapil")
	siti.Page("/janji/baru?layanan=kia&loket=disdukcapil-batamcenter", "Hari apa?", "Rabu, 25 November 2026", "2 tempat kosong")
	siti.Page("/janji/baru?layanan=kia&loket=disdukcapil-batamcenter&hari=2026-11-25", "Jam berapa?", "09.00–09.30")
	siti.Page(base, "Periksa janji temu Anda", "Rabu, 25 November 2026, 09.00–09.30 WIB", "Jl. Engku Putri")
	ask := []string{"layanan", "kia", "loket", "disdukcapil-batamcenter", "hari", "2026-11-25", "jam", "09:00", "key", "k1"}
	booked := siti.Post("/janji", ask...)
	if booked.Status != http.StatusSeeOther {
		t.Fatalf("booking: %d", booked.Status)
	}
	again := siti.Post("/janji", ask...)
	if again.Status != http.StatusSeeOther || again.To() != booked.To() {
		t.Errorf("sent twice: %d %s", again.Status, again.To())
	}
	path := booked.To()
	siti.Page(path, "Bukti janji temu", "J-", "Simpan ke kalender", "Ya, batalkan")
	siti.Sees(siti.Get(path+"/kalender.ics"), http.StatusOK, "BEGIN:VEVENT", "DTSTART:20261125T020000Z")
	siti.Page("/janji", "Akan datang", "Terjadwal")
	siti.Page("/permohonan", "Janji temu saya")

	// The one place is taken: another hears it with the times that are free, and keeps what was chosen.
	andi := s.Resident(t, pagetest.HostBatam, "Andi", "081270001235")
	andi.Sees(andi.Post("/janji", ask...), http.StatusConflict, "sudah penuh", "Waktu lain yang masih kosong", "09.30–10.00 WIB")
	andi.Sees(andi.Get(path), http.StatusNotFound)
	andi.Sees(andi.Post(path+"/batal"), http.StatusNotFound)
	siti.Goes(siti.Post("/janji", append(ask[:8:8], "key", "k2")...), path)

	siti.Page(path+"/ubah", "Hari apa?")
	siti.Page(path+"/ubah?hari=2026-11-25", "Jam berapa?")
	siti.Page(path+"/ubah?hari=2026-11-25&jam=09%3A30", "Periksa waktu yang baru")
	siti.Goes(siti.Post(path+"/ubah", "hari", "2026-11-25", "jam", "09:30"), path)

	// Today at the counter: a number for a walk-in, and no more than there are places.
	officer.Page("/petugas/loket", "Loket Batam Center")
	stranger.Sees(stranger.Get("/petugas/loket/disdukcapil-batamcenter"), http.StatusNotFound)
	officer.Sees(officer.Post("/petugas/loket/disdukcapil-batamcenter/nomor", "service", "", "key", "w"), http.StatusUnprocessableEntity)
	if a := officer.Post("/petugas/loket/disdukcapil-batamcenter/nomor", "service", "kia", "key", "w1"); a.Status != http.StatusSeeOther {
		t.Fatalf("walk-in: %d %s", a.Status, a.Body)
	}
	page := officer.Page("/petugas/loket/disdukcapil-batamcenter", "Datang langsung", "Hadir", "Selesai")
	_, id, _ := strings.Cut(page, "/petugas/janji/")
	officer.Goes(officer.Post("/petugas/janji/"+id[:36]+"/tandai", "to", "done"), "/petugas/loket/disdukcapil-batamcenter?hari=2026-11-24")
	officer.Sees(officer.Post("/petugas/janji/"+id[:36]+"/tandai", "to", "arrived"), http.StatusConflict)
	stranger.Sees(stranger.Post("/petugas/janji/"+id[:36]+"/tandai", "to", "done"), http.StatusNotFound)

	officer.Page("/petugas/loket/disdukcapil-batamcenter?hari=2026-11-25", "Siti Rahma", "Terjadwal")
	officer.Sees(officer.Post("/petugas/loket/disdukcapil-batamcenter/tutup", "hari", "2026-11-25", "reason", "x"), http.StatusForbidden)
	head.Sees(head.Post("/petugas/loket/disdukcapil-batamcenter/tutup", "hari", "2026-11-25", "reason", ""), http.StatusUnprocessableEntity, "wajib diisi")
	head.Goes(head.Post("/petugas/loket/disdukcapil-batamcenter/tutup", "hari", "2026-11-25", "reason", "Pemeliharaan jaringan"), "/petugas/loket/disdukcapil-batamcenter?hari=2026-11-25")
	if page := head.Page("/petugas/loket/disdukcapil-batamcenter?hari=2026-11-25", "Loket tutup pada tanggal ini", "Buka lagi pada tanggal ini"); strings.Contains(page, "masih dapat diberikan") {
		t.Error("a day that is closed has places to give")
	}
	siti.Page(path, "perlu waktu lain", "Pemeliharaan jaringan", "Pilih waktu lain")
	siti.Page("/janji/baru?layanan=kia&loket=disdukcapil-batamcenter", "Tutup: Pemeliharaan jaringan")
	siti.Goes(siti.Post(path+"/ubah", "hari", "2026-12-01", "jam", "09:00"), path)
	siti.Goes(siti.Post(path+"/batal"), "/janji")
	head.Goes(head.Post("/petugas/loket/disdukcapil-batamcenter/buka", "hari", "2026-11-25"), "/petugas/loket/disdukcapil-batamcenter?hari=2026-11-25")
}
