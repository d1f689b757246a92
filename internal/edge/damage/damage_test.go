package damage_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
)

// TestADamageIsHandled: staff write it down, those on duty are told once, the companies whose leases were hit are told at once and
// once, each step ends its promise, and it is closed with a cause and shares that add up.
func TestADamageIsHandled(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.sari.Page(list, "Tidak ada gangguan", "menanggapi dalam 15 menit", "belum dicocokkan dengan keputusan direksi")
	w.sari.Sees(w.sari.Upload(list, "photo", "", nil, "kind", "", "place", "", "words", "Galian PDAM"), http.StatusUnprocessableEntity, "Apa yang terjadi?: Pilih salah satu", "Tempat: Isian ini wajib", "Galian PDAM")
	w.sari.Sees(w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-9"), http.StatusUnprocessableEntity, "Tidak ada titik dengan kode itu")
	key := uuid.NewString()
	report := []string{"kind", "digging", "node", "MH-2", "words", "Galian PDAM", "key", key}
	at := w.sari.Upload(list, "photo", "lubang.png", pagetest.Photo(t), report...).To()
	if again := w.sari.Upload(list, "photo", "lubang.png", pagetest.Photo(t), report...).To(); again != at {
		t.Errorf("sent twice it is %s and %s", at, again)
	}
	page := w.sari.Page(at, "Galian mengenai ducting", "MH-2", "Galian PDAM", "Sisa 15 menit", "Sisa 4 jam", "Sisa 12 jam", "Belum dicatat", "Dari pelapor")
	w.sari.Sees(w.sari.Get(pagetest.Hrefs(page, at+"/foto/")[0]), http.StatusOK)
	w.Run(t)
	if n := w.count(t, "message", "template = 'duct_damage_new'"); n != 1 {
		t.Errorf("%d mails to those on duty", n)
	}
	w.budi.Page(mitra, "Tidak ada gangguan")
	w.budi.Sees(w.budi.Get(mitra+strings.TrimPrefix(at, list)), http.StatusNotFound)

	// Nobody answers for twenty minutes.
	w.Wait(20 * time.Minute)
	w.Run(t)
	w.Run(t)
	if n := w.count(t, "message", "template = 'duct_damage_late'"); n != 1 {
		t.Errorf("%d mails of what is late", n)
	}
	w.sari.Page(at, "Lewat 5 menit", "Janji terlewat; petugas jaga diberi tahu")
	w.sari.Page(list+"?janji=ya", "RSK-26-")
	w.sari.Goes(w.do(t, w.sari, at, "/langkah", "state", "acknowledged"), at)
	w.sari.Page(at, "Terlambat 5 menit")

	// The first duct of the second segment: the lease of one company lies in it, and that of the other does in part.
	w.sari.Sees(w.do(t, w.sari, at, "/ruas", "segment", "R-9"), http.StatusUnprocessableEntity, "Ruas: Tidak ada ruas dengan kode itu")
	w.sari.Sees(w.do(t, w.sari, at, "/ruas", "segment", "R-2", "units", "7"), http.StatusUnprocessableEntity, "Tidak ada saluran di 7")
	stale := pagetest.Hidden(t, w.sari.Page(at), "revision")
	w.sari.Goes(w.do(t, w.sari, at, "/ruas", "segment", "R-2", "units", "1"), at)
	w.sari.Sees(w.sari.Post(at+"/ruas", "revision", stale, "segment", "R-1"), http.StatusConflict, "baru saja diubah orang lain")
	w.sari.Page(at, w.sewaA.Number, w.sewaB.Number, "PT Satu", "PT Dua", "1 dari 1", "1 dari 2", "3 dari 6")
	w.Run(t)
	w.sari.Goes(w.do(t, w.sari, at, "/ruas", "segment", "R-2"), at) // it was all of it
	w.sari.Page(at, "2 dari 2", "6 dari 6")
	w.Run(t)
	w.again(t)
	if n := w.count(t, "message", "template = 'duct_damage_hit'"); n != 2 {
		t.Errorf("%d mails to the companies", n)
	}
	own := mitra + strings.TrimPrefix(at, list)
	w.budi.Page("/mitra", "Gangguan yang sedang ditangani", "Ditanggapi")
	page = w.budi.Page(own, w.sewaB.Number, "2 dari 2", "Memulihkan layanan sementara", "Laporan ditanggapi")
	for _, secret := range []string{w.sewaA.Number, "PT Satu", "Galian PDAM", "MH-2", "Sari"} {
		if strings.Contains(page, secret) {
			t.Errorf("a company reads %s", secret)
		}
	}

	// A note stays with the staff; news do not.
	w.sari.Goes(w.do(t, w.sari, at, "/kabar", "words", "PDAM menolak bertanggung jawab", "shared", "no"), at)
	w.sari.Goes(w.do(t, w.sari, at, "/kabar", "words", "Penyambungan dimulai", "shared", "yes"), at)
	page = w.andi.Page(own, "Penyambungan dimulai", w.sewaA.Number)
	if strings.Contains(page, "menolak") {
		t.Error("a company reads a note of the staff")
	}
	w.sleep(t, 14*time.Hour)
	w.sari.Sees(w.do(t, w.sari, at, "/langkah", "state", "temporary", "day", "2026-11-24", "clock", "09:00"), http.StatusUnprocessableEntity, "sebelum langkah yang terakhir")
	w.sari.Sees(w.do(t, w.sari, at, "/langkah", "state", "temporary", "clock", "pagi"), http.StatusUnprocessableEntity, "Tulis jam seperti 14:30")
	// 10:00 it was reported, 23:30 service ran again: twelve hours were promised.
	w.sari.Goes(w.do(t, w.sari, at, "/langkah", "state", "temporary", "day", "2026-11-24", "clock", "23.30", "words", "Kabel sementara"), at)
	w.sari.Page(at, "Pulih sementara", "Terlambat 1 jam 30 menit", "setelah 13 jam 30 menit")
	w.sari.Page(list, "13 jam 30 menit", "0%", "0 dari 1 gangguan")
	w.sari.Sees(w.do(t, w.sari, at, "/tutup", "closing", "Selesai"), http.StatusConflict, "setelah diperbaiki secara tetap")
	w.sari.Goes(w.do(t, w.sari, at, "/langkah", "state", "repaired"), at)
	w.sari.Sees(w.do(t, w.sari, at, "/tutup", "closing", "Selesai"), http.StatusConflict, "Catat dahulu penyebab")
	cause := []string{"cause", "excavation", "liable", "third_party", "name", "PDAM contoh", "root_cause", "Tidak ada gambar terbangun di lokasi", "cost", "10.000.001"}
	w.sari.Sees(w.do(t, w.sari, at, "/sebab", append(cause, shares("third_party", "67", "company", "32")...)...), http.StatusUnprocessableEntity, "harus 100%; sekarang 99%")
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", append(cause, shares("third_party", "67", "company", "33")...)...), at)
	w.sari.Page(at, "Pihak ketiga, PDAM contoh", "67%", "33%", "Rp10.000.001")
	if n := w.count(t, "duct_damage_share", "true AND amount > 0 HAVING sum(amount) = 10000001"); n != 2 {
		t.Errorf("%d shares that add up", n)
	}
	w.sari.Sees(w.do(t, w.sari, at, "/abaikan", "why", "Keliru"), http.StatusConflict, "tidak dapat diabaikan")
	w.sari.Goes(w.sari.Upload(at+"/foto", "photo", "selesai.png", pagetest.Photo(t), "stage", "after"), at)
	w.sari.Goes(w.do(t, w.sari, at, "/tutup", "closing", "Duct diganti sepanjang 6 meter"), at)
	w.andi.Page(own, "Ditutup", "Duct diganti sepanjang 6 meter", "Galian", "Pihak ketiga")
	if page := w.sari.Page(at, "Ditutup", "Sesudah perbaikan"); strings.Count(page, ` action="`+at) != strings.Count(page, ` action="`+at+`/sebab"`) {
		t.Error("what is closed can be changed, other than who answers for it")
	}
	w.sari.Sees(w.sari.Post(at+"/kabar", "revision", "0", "words", "x"), http.StatusConflict, "sudah ditutup")

	// Delivered again, nothing more happens: one mail for each of seven pieces of news to two people.
	w.Run(t)
	before := w.count(t, "message", "template LIKE 'duct_damage%'")
	w.again(t)
	w.again(t)
	if after := w.count(t, "message", "template LIKE 'duct_damage%'"); after != before || before == 0 {
		t.Errorf("%d mails became %d", before, after)
	}
	if n := w.count(t, "message", "template = 'duct_damage_news'"); n != 2*4 {
		t.Errorf("%d mails of news", n)
	}
}

// TestTheNearestPromiseIsFirst: of what is to be done, page by page; all together the latest is.
func TestTheNearestPromiseIsFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	var at []string
	for range 3 {
		at = append(at, w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian", "key", uuid.NewString()).To())
		w.Wait(time.Minute)
	}
	for _, i := range []int{1, 2} {
		w.sari.Goes(w.do(t, w.sari, at[i], "/langkah", "state", "acknowledged"), at[i])
	}
	seen := func(query string, want ...string) {
		t.Helper()
		if got := pagetest.Hrefs(w.sari.Page(list+query), list+"/"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	seen("", at[2], at[1], at[0])
	seen("?status=open", at[0], at[1], at[2])
	w.sari.Page(list+"?status=open", "Yang paling dekat batas waktunya di atas")
	seen("?status=acknowledged", at[1], at[2])
	// It is seen to while the page after it is asked for.
	id := strings.TrimPrefix(at[1], list+"/")
	var due time.Time
	if err := w.World.DB.App.NewRaw("SELECT min(due_at) FROM duct_damage_clock WHERE tenant_id = ? AND damage_id = ? AND done_at IS NULL", w.World.Batam.ID, id).Scan(w.ctx, &due); err != nil {
		t.Fatal(err)
	}
	w.sari.Goes(w.do(t, w.sari, at[1], "/langkah", "state", "on_site"), at[1])
	seen("?status=open&sesudah="+id+"&tenggat="+due.UTC().Format(time.RFC3339Nano), at[2], at[1])
	seen("?status=open&sesudah=" + id) // after the last one of which nothing more was promised
}

// TestACompanyReportsDamage: it is told what becomes of it, another company is not, and a report that was none is dismissed.
func TestACompanyReportsDamage(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.andi.Sees(w.andi.Upload(mitra, "photo", "", nil, "kind", "other", "place", ""), http.StatusUnprocessableEntity, "Tempat: Isian ini wajib", "Keterangan: Isian ini wajib")
	w.andi.Sees(w.andi.Upload(mitra, "photo", "x.pdf", []byte("bukan foto"), "kind", "cover", "place", "Simpang"), http.StatusUnprocessableEntity, "Foto: Isi berkas bukan salah satu dari JPG, PNG")
	own := w.andi.Upload(mitra, "photo", "", nil, "kind", "cover", "place", "Depan kantor pos", "words", "Tutup pecah", "key", uuid.NewString()).To()
	w.andi.Page(own, "Depan kantor pos", "Tutup pecah", "Tiba di lokasi")
	w.andi.Page(mitra, "Depan kantor pos")
	w.budi.Sees(w.budi.Get(own), http.StatusNotFound)
	at := w.one(t)
	w.sari.Page(at, "Perusahaan penyewa, PT Satu", "Depan kantor pos")
	w.sari.Sees(w.do(t, w.sari, at, "/abaikan", "why", " "), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	w.sari.Goes(w.do(t, w.sari, at, "/abaikan", "why", "Tutup milik PDAM"), at)
	w.andi.Page(own, "Diabaikan", "Tutup milik PDAM")
	w.Wait(24 * time.Hour)
	w.Run(t)
	if n := w.count(t, "message", "template = 'duct_damage_late'"); n != 0 {
		t.Errorf("%d mails of what was dismissed", n)
	}
	bima := w.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", "")
	if page := bima.Page(at, "Diabaikan"); strings.Contains(page, "<form method=\"post\" action=\""+at) {
		t.Error("who keeps the book is asked to handle damage")
	}
	bima.Sees(bima.Post(at+"/langkah", "revision", "0", "state", "on_site"), http.StatusForbidden)
	w.andi.Sees(w.andi.Get(list), http.StatusForbidden)
}

// TestWhoIsOnDuty: those of the list are told of a report, and everybody who manages the ducts where it is empty.
func TestWhoIsOnDuty(t *testing.T) {
	t.Parallel()
	w := open(t)
	tono := w.Staff(t, pagetest.HostBatam, "Tono Jaga", "duct_manager", "")
	page := w.sari.Page("/petugas/ducting/jaga", "semua pengelola ducting diberi tahu", "Sari Ducting", "Tono Jaga")
	_, after, _ := strings.Cut(page, `name="who"`)
	tonos := after
	if i := strings.Index(page, "Tono Jaga</label>"); i > 0 {
		tonos = page[:i]
	}
	id := tonos[strings.LastIndex(tonos, `value="`)+len(`value="`):]
	id, _, _ = strings.Cut(id, `"`)
	w.sari.Sees(w.sari.Post("/petugas/ducting/jaga", "who", uuid.NewString()), http.StatusUnprocessableEntity, "Siapa yang berjaga?: Pilih salah satu")
	w.sari.Goes(w.sari.Post("/petugas/ducting/jaga", "who", id), "/petugas/ducting/jaga")
	tono.Upload(list, "photo", "", nil, "kind", "cable", "place", "Simpang Jam", "key", uuid.NewString())
	w.Run(t)
	if n := w.count(t, "message", "template = 'duct_damage_new'"); n != 1 {
		t.Errorf("%d mails to a list of one", n)
	}
	w.sari.Goes(w.sari.Post("/petugas/ducting/jaga"), "/petugas/ducting/jaga")
	tono.Upload(list, "photo", "", nil, "kind", "cable", "place", "Simpang Jam", "key", uuid.NewString())
	w.Run(t)
	if n := w.count(t, "message", "template = 'duct_damage_new'"); n != 3 {
		t.Errorf("%d mails after the list was emptied", n)
	}
}
