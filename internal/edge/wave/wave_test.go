package wave_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

const (
	waves     = "/petugas/ducting/penataan"
	mine      = "/mitra/penataan"
	operators = "/petugas/ducting/operator"
	secret    = "sebuah kata sandi panjang"
)

// company is an approved operator with an administrator of its own, who has signed in.
func company(t *testing.T, s *pagetest.Site, sari *pagetest.Browser, name, nib, email string) *pagetest.Browser {
	t.Helper()
	path := sari.Post(operators, "name", name, "nib", nib, "licence", "Jartaplok 1/2026", "email", email).To()
	sari.Goes(sari.Post(path+"/putusan", "state", "approved", "revision", "0", "seen", "ya"), path)
	sari.Goes(sari.Post(path+"/orang", "form", "orang", "name", "Admin "+name, "email", email, "admin", "yes"), path)
	b := s.Browser(t, pagetest.HostBatam)
	link, err := url.Parse(s.MailedLink(t))
	if err != nil {
		t.Fatal(err)
	}
	b.Goes(b.Post(link.Path, "password", secret), "/mitra")
	return b
}

// on sends the form that brings a wave on, with the revision of its page.
func on(t *testing.T, b *pagetest.Browser, one, to string, more ...string) pagetest.Answer {
	t.Helper()
	return b.Post(one+"/langkah", append([]string{"form", "lanjut", "to", to, "revision", pagetest.Hidden(t, b.Page(one), "revision")}, more...)...)
}

// TestAWaveOnItsPages: staff begin a wave, companies answer and commit themselves, a director lets it be built below its target, the
// checklist is ticked with photos, cables come down, and everybody sees what staff show.
func TestAWaveOnItsPages(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	company(t, s, sari, "PT Lain", "3234567890123", "noc@lain.id")
	visitor := s.Browser(t, pagetest.HostBatam)
	visitor.Page("/penataan-kabel", "Belum ada penataan yang ditampilkan")
	rani.Page(mine, "Belum ada penataan")
	sari.Page(waves, "Belum ada penataan", "Buat penataan", "Usulan direksi")
	wrong := sari.Post(waves, "title", "Pusat kota", "kind", "subduct", "target", "0", "cost", "", "tariff", "13.500")
	sari.Sees(wrong, http.StatusUnprocessableEntity, "Target keterisian sebelum membangun (%): Isilah dengan angka 1 sampai 100", "Biaya membangun per meter (rupiah): Isilah dengan angka")
	if !strings.Contains(wrong.Body, `value="Pusat kota"`) {
		t.Error("what was typed is lost")
	}
	one := sari.Post(waves, "title", "Pusat kota", "kind", "subduct", "target", "60", "cost", "1.200.000", "tariff", "13.500").To()
	sari.Page(one, "PNT-2026-0001", "Persiapan", "Belum ada jalan", "Tambah jalan")
	sari.Sees(on(t, sari, one, "survey", "until", "2026-12-10"), http.StatusConflict, "Tambahkan sedikitnya satu jalan")
	sari.Sees(sari.Post(one+"/jalan", "form", "jalan", "road", "Jalan Contoh", "length", "", "capacity", "4"), http.StatusUnprocessableEntity, "Jaringan belum punya ruas di jalan ini")
	sari.Goes(sari.Post(one+"/jalan", "form", "jalan", "road", "Jalan Contoh", "length", "1000", "capacity", "4"), one)
	sari.Sees(on(t, sari, one, "survey", "until", "2026-11-01"), http.StatusUnprocessableEntity, "Hari terakhir: Pilih hari setelah hari ini")
	sari.Goes(on(t, sari, one, "survey", "until", "2026-12-10"), one)
	sari.Page(one, "Survei kebutuhan", "PT Serat", "Belum dijawab", "Koridor rencana")

	own := mine + strings.TrimPrefix(one, waves)
	rani.Page(mine, "Pusat kota", "Jawab survei", "sampai 10 Desember 2026")
	rani.Page(own, "Kabel udara sekarang, Jalan Contoh", "Tiang sendiri, Jalan Contoh", "Kirim jawaban")
	bad := rani.Post(own+"/survei", "form", "survei", "cables_1", "dua", "poles_1", "5", "now_1", "2", "later_1", "3", "note", "Ada tiang miring")
	rani.Sees(bad, http.StatusUnprocessableEntity, "Kabel udara sekarang, Jalan Contoh: Isilah dengan angka 0 sampai 1000", "Ada tiang miring")
	rani.Goes(rani.Post(own+"/survei", "form", "survei", "cables_1", "2", "poles_1", "5", "now_1", "2", "later_1", "3", "note", "Ada tiang miring"), own)
	rani.Page(own, "Dijawab", "Ada tiang miring")
	sari.Sees(on(t, sari, one, "commitment", "until", "2026-12-20"), http.StatusConflict, "1 perusahaan belum menjawab")
	s.Wait(17 * 24 * time.Hour)
	sari, rani = s.Staff(t, pagetest.HostBatam, "Rudi Ducting", "duct_manager", ""), again(t, s, "noc@serat.id")
	budi := again(t, s, "noc@lain.id")
	sari.Page(one, "Terlambat")
	sari.Page(waves+"/ringkasan", "PT Lain", "Jawaban survei", "Jalan Contoh", "Di bawah target")
	sari.Goes(on(t, sari, one, "commitment", "until", "2026-12-20"), one)

	rani.Page(own, "Buat komitmen yang mengikat", "Rp13.500")
	rani.Sees(rani.Upload(own+"/komitmen", "file", "surat.txt", []byte("bukan surat"), "form", "komitmen", "units_1", "2", "months", "36"), http.StatusUnsupportedMediaType, "Surat komitmen bertanda tangan:")
	rani.Sees(rani.Upload(own+"/komitmen", "file", "surat.png", pagetest.Photo(t), "form", "komitmen", "units_1", "5", "months", "36"), http.StatusUnprocessableEntity, "Jumlah saluran, Jalan Contoh: Kapasitas di jalan ini tidak cukup")
	rani.Goes(rani.Upload(own+"/komitmen", "file", "surat.png", pagetest.Photo(t), "form", "komitmen", "units_1", "2", "months", "36"), own)
	paper := pagetest.Hrefs(rani.Page(own, "KMT-2026-0001", "2 subduct di Jalan Contoh", "Mengikat"), own+"/komitmen/")[0]
	rani.Sees(rani.Get(paper), http.StatusOK)
	budi.Sees(budi.Get(paper), http.StatusNotFound)
	if page := budi.Page(own, "Pusat kota"); strings.Contains(page, "KMT-2026-0001") || strings.Contains(page, "PT Serat") {
		t.Error("a company sees another's")
	}
	sari.Page(one, "KMT-2026-0001", "50%", "2.000 m × Rp13.500 = Rp27.000.000", "1.000 m × Rp1.200.000 = Rp1.200.000.000", "44,5 tahun")
	sari.Goes(on(t, sari, one, "plan"), one)
	sari.Sees(on(t, sari, one, "building"), http.StatusConflict, "1 perusahaan belum punya jadwal pindah")
	serat := pagetest.Hrefs(sari.Page(one), one+"/perusahaan/")
	var who string
	for _, x := range serat {
		if strings.Contains(sari.Page(x), "KMT-2026-0001") {
			who = x
		}
	}
	sari.Sees(sari.Post(who+"/jadwal", "form", "jadwal", "from", "2026-12-30", "until", "2026-12-29"), http.StatusUnprocessableEntity, "Hari terakhir: Hari terakhir tidak boleh sebelum hari pertama")
	sari.Goes(sari.Post(who+"/jadwal", "form", "jadwal", "from", "2026-12-28", "until", "2026-12-30"), who)
	sari.Sees(on(t, sari, one, "building", "why", ""), http.StatusConflict, "Keterisian bertanda tangan baru 50%, di bawah target 60%")
	sari.Sees(on(t, sari, one, "building", "why", "Jalan utama"), http.StatusUnprocessableEntity, "Alasan membangun di bawah target: Hanya direksi ducting", "Jalan utama")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Direksi", "duct_director", "")
	dewi.Goes(on(t, dewi, one, "building", "why", "Jalan utama kota"), one)
	sari.Page(one, "Pembangunan", "Jalan utama kota (diizinkan Dewi Direksi)")
	sari.Goes(on(t, sari, one, "cutover"), one)

	rani.Page(mine, "0 dari 7")
	rani.Page(own, "Tandai selesai: Kabel baru ditarik di ducting", "Perlu foto sebelum pekerjaan")
	rani.Sees(rani.Post(own+"/periksa", "form", "periksa-foto_sebelum", "item", "foto_sebelum", "on", "2026-12-10", "note", "x"), http.StatusUnprocessableEntity, "Foto: Isian ini wajib")
	rani.Goes(rani.Upload(own+"/periksa", "photo", "tiang.png", pagetest.Photo(t), "form", "periksa-foto_sebelum", "item", "foto_sebelum", "on", "2026-12-10"), own)
	rani.Sees(rani.Post(own+"/periksa", "item", "pindah", "on", "2026-12-10"), http.StatusForbidden, "hanya ditandai oleh pengelola")
	for _, item := range []string{"kabel_baru", "uji", "kabel_mati"} {
		rani.Goes(rani.Post(own+"/periksa", "item", item, "on", "2026-12-10", "note", "OTDR 17"), own)
	}
	sari.Goes(sari.Post(who+"/periksa", "item", "pindah", "on", "2026-12-10"), who)
	sari.Goes(on(t, sari, one, "aerial"), one)
	sari.Goes(sari.Upload(who+"/periksa", "photo", "bersih.png", pagetest.Photo(t), "item", "kabel_turun", "on", "2026-12-10"), who)
	sari.Sees(sari.Post(who+"/periksa", "skip", "yes", "form", "tidak", "item", "tiang", "note", ""), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	sari.Goes(sari.Post(who+"/periksa", "skip", "yes", "form", "tidak", "item", "tiang", "note", "Tiang milik PLN"), who)
	sari.Sees(on(t, sari, one, "closed"), http.StatusConflict, "belum dicatat untuk 1 perusahaan")
	sari.Sees(sari.Post(who+"/turun", "form", "turun", "metres", "", "poles", "0", "on", "2026-12-10"), http.StatusUnprocessableEntity, "Kabel yang turun (meter): Isian ini wajib")
	sari.Goes(sari.Post(who+"/turun", "form", "turun", "metres", "2000", "poles", "0", "on", "2026-12-10"), who)
	sari.Goes(on(t, sari, one, "closed"), one)

	shots := pagetest.Hrefs(sari.Page(one), one+"/foto/")
	photo := shots[0][strings.LastIndex(shots[0], "/")+1:]
	visitor = s.Browser(t, pagetest.HostBatam)
	visitor.Sees(visitor.Get("/penataan-kabel/foto/"+photo), http.StatusNotFound)
	sari.Goes(sari.Post(one+"/terbit", "tampil", "yes"), one)
	if page := visitor.Page("/penataan-kabel", "Pusat kota", "Jalan Contoh", "100% pekerjaan", "2.000 m kabel udara", "Belum ada foto jalan ini"); strings.Contains(page, "PT Serat") {
		t.Error("everybody reads which company")
	}
	sari.Sees(sari.Post(one+"/tampil-foto", "form", "tampil", "which", photo, "road", "1", "caption", ""), http.StatusUnprocessableEntity, "Keterangan foto: Isian ini wajib")
	sari.Goes(sari.Post(one+"/tampil-foto", "form", "tampil", "which", photo, "road", "1", "caption", "Kabel semrawut di simpang"), one)
	visitor.Page("/penataan-kabel", "Kabel semrawut di simpang", "Sebelum")
	visitor.Sees(visitor.Get("/penataan-kabel/foto/"+photo), http.StatusOK)
	budi.Sees(budi.Get(own+"/foto/"+photo), http.StatusNotFound)
	other := s.Browser(t, pagetest.HostOther)
	other.Sees(other.Get("/penataan-kabel/foto/"+photo), http.StatusNotFound)
	auditor := s.Staff(t, pagetest.HostBatam, "Tia Auditor", "auditor", "")
	if page := auditor.Page(one, "Selesai"); strings.Contains(page, "Tambah foto") {
		t.Error("who only reads is asked to act")
	}
	auditor.Sees(auditor.Post(one+"/terbit", "tampil", "no"), http.StatusForbidden)
}

// again is somebody of a company in a new browser.
func again(t *testing.T, s *pagetest.Site, email string) *pagetest.Browser {
	t.Helper()
	b := s.Browser(t, pagetest.HostBatam)
	b.Goes(b.Post("/masuk", "login", email, "password", secret), "/mitra")
	return b
}

// TestAWaveIsCalledOff: before building and with a reason, which the companies read; its commitments hold no longer.
func TestAWaveIsCalledOff(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	sari := s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	rani := company(t, s, sari, "PT Serat", "1234567890123", "noc@serat.id")
	one := sari.Post(waves, "title", "Pusat kota", "kind", "subduct", "target", "60", "cost", "1200000", "tariff", "13500").To()
	own := mine + strings.TrimPrefix(one, waves)
	for _, road := range []string{"Jalan Satu", "Jalan Dua"} {
		sari.Goes(sari.Post(one+"/jalan", "form", "jalan", "road", road, "length", "1000", "capacity", "4"), one)
	}
	sari.Goes(sari.Post(one+"/jalan/hapus", "road", "2"), one)
	if page := sari.Page(one, "Jalan Satu"); strings.Contains(page, "Jalan Dua") {
		t.Error("the road is still there")
	}
	sari.Goes(on(t, sari, one, "survey", "until", "2026-12-10"), one)
	sari.Sees(sari.Post(one+"/jalan", "form", "jalan", "road", "Jalan Tiga", "length", "1000", "capacity", "4"), http.StatusConflict, "Perusahaan sudah ditanya")
	rani.Goes(rani.Post(own+"/survei", "form", "survei", "now_1", "2"), own)
	sari.Sees(sari.Post(one+"/batas", "form", "batas", "until", "2026-12-01"), http.StatusUnprocessableEntity, "Pilih hari setelah batas yang sekarang")
	sari.Goes(sari.Post(one+"/batas", "form", "batas", "until", "2026-12-12"), one)
	sari.Goes(on(t, sari, one, "commitment", "until", "2026-12-20"), one)
	sari.Goes(sari.Post(one+"/jalan/kapasitas", "form", "kapasitas", "road", "1", "capacity", "8"), one)
	rani.Goes(rani.Upload(own+"/komitmen", "file", "surat.png", pagetest.Photo(t), "form", "komitmen", "units_1", "6", "months", "36"), own)
	sari.Sees(sari.Post(one+"/jalan/kapasitas", "form", "kapasitas", "road", "1", "capacity", "5"), http.StatusUnprocessableEntity, "Sudah 6 saluran dikomitmenkan")
	revision := pagetest.Hidden(t, sari.Page(one), "revision")
	sari.Goes(sari.Post(one+"/terbit", "tampil", "yes"), one)
	sari.Sees(sari.Post(one+"/langkah", "form", "batal", "to", "dropped", "revision", revision, "why", "Anggaran"), http.StatusConflict, "sudah diubah orang lain")
	sari.Sees(sari.Post(one+"/langkah", "form", "batal", "to", "dropped", "why", "Anggaran"), http.StatusConflict, "sudah diubah orang lain") // nothing was read
	revision = pagetest.Hidden(t, sari.Page(one), "revision")
	sari.Goes(sari.Post(one+"/terbit", "tampil", "no"), one)
	mended := sari.Post(one+"/data", "form", "data", "revision", revision, "title", "")
	sari.Sees(mended, http.StatusUnprocessableEntity, "Isian ini wajib")
	_, form, _ := strings.Cut(mended.Body, `value="data"`)
	if got := pagetest.Hidden(t, form, "revision"); got != revision {
		t.Errorf("a refused form was made for revision %s, and is sent again for %s", revision, got)
	}
	sari.Sees(on(t, sari, one, "dropped", "why", ""), http.StatusUnprocessableEntity, "Alasan: Isian ini wajib")
	sari.Goes(on(t, sari, one, "dropped", "why", "Anggaran dialihkan"), one)
	sari.Page(one, "Dibatalkan", "Anggaran dialihkan", "Dilepas")
	rani.Page(own, "Dibatalkan", "Dilepas")
	s.Browser(t, pagetest.HostBatam).Page("/penataan-kabel", "Belum ada penataan yang ditampilkan")
	sari.Page(waves+"?status=dropped", "Pusat kota")
	sari.Page(waves+"?status=survey", "Tidak ada yang cocok")
}
