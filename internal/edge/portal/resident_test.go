package portal

import (
	"net/http"
	"strings"
	"testing"
)

// TestAResidentAppliesWithoutAScript goes the whole way as a plain HTTP client: register, confirm, apply, upload, check,
// send, print, and follow without signing in.
func TestAResidentAppliesWithoutAScript(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.work(t)
	b := s.browser(t, hostBatam)

	b.page("/", "Apa yang ingin Anda urus?")
	b.page("/layanan?q=ktp+ilang", "KTP")
	b.page("/layanan/"+ktp, "2 hari kerja", "Ajukan")

	b.page("/daftar", "Buat akun")
	a := b.post("/daftar", "name", "Siti Rahma", "email", "siti@contoh.id", "phone", "0812 7000 1234", "password", password, "consent", "yes")
	b.sees(a, http.StatusOK, "Periksa email Anda", "siti@contoh.id")
	b.sees(b.post("/masuk", "login", "siti@contoh.id", "password", password), http.StatusUnprocessableEntity, "salah")
	link := s.mailedLink(t)
	b.page(link, "Siti Rahma", "Ketik lagi kata sandi")
	b.sees(b.post(link, "password", "bukan sandi itu"), http.StatusUnprocessableEntity, "tidak cocok")
	b.sees(b.follow(b.post(link, "password", password)), http.StatusOK, "Akun Anda sudah aktif")
	b.sees(b.get(link), http.StatusGone, "tidak berlaku")

	b.goes(b.post("/keluar"), "/")
	b.page("/", "Anda sudah keluar")
	a = b.get("/permohonan")
	b.goes(a, "/masuk?lanjut=%2Fpermohonan")
	form := b.page(a.to(), "Email atau nomor HP")
	a = b.post("/masuk", "login", "081270001234", "password", password, "next", hidden(t, form, "next"))
	b.goes(a, "/permohonan")
	b.sees(b.follow(a), http.StatusOK, "Belum ada permohonan")

	root := b.draft(sitiNIK)
	b.page("/permohonan", "Perlu tindakan Anda", "KTP-el hilang", "Hapus draf")
	b.page("/layanan/"+ktp, "Lanjutkan")
	review := b.page(root+"/periksa", "Periksa jawaban Anda", "2171046703900003", "27 Maret 1990", "Batam Kota", "foto.jpg")
	key := hidden(t, review, "key")
	a = b.post(root+"/kirim", "key", key)
	b.goes(a, root+"/terkirim")
	b.goes(b.post(root+"/kirim", "key", key), root+"/terkirim") // a second press of the button
	b.goes(b.post(root+"/kirim", "key", "another"), root)       // another tab
	done := b.follow(a)
	b.sees(done, http.StatusOK, "Permohonan terkirim", "Kamis, 26 November 2026", "2 hari kerja")
	_, rest, _ := strings.Cut(done.body, `class="reference">`)
	number, _, _ := strings.Cut(rest, "<")
	if !strings.HasPrefix(number, "BTM-26-") {
		t.Fatalf("number %q", number)
	}

	b.page("/permohonan", "Sedang diproses", number, "Sisa 2 hari kerja")
	b.page(root, number, "Permohonan dikirim", "Anda", "26 November 2026")
	b.page(root+"/tanda-terima", number, "Siti Rahma", "24 November 2026 pukul 10.00 WIB", "Kartu Keluarga (foto.jpg)", "Surat keterangan kehilangan")
	pdf := b.get(root + "/tanda-terima.pdf")
	if pdf.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("receipt is %s", pdf.header.Get("Content-Type"))
	}
	if name := pdf.header.Get("Content-Disposition"); !strings.Contains(name, "tanda-terima-"+number+".pdf") {
		t.Errorf("receipt is called %s", name)
	}

	stranger := s.browser(t, hostBatam)
	stranger.page("/lacak?nomor="+number, "Nomor permohonan")
	a = stranger.post("/lacak", "number", strings.ToLower(strings.ReplaceAll(number, "-", " ")), "phone", "1234")
	stranger.sees(a, http.StatusOK, number, "Terkirim", "Sisa 2 hari kerja")
	if strings.Contains(a.body, "Siti") {
		t.Error("tracking tells the applicant's name")
	}
	// The promise of another service counts in another unit.
	if _, err := s.DB.App.NewRaw("UPDATE application SET term_unit = 'day', term_amount = 3").Exec(s.in(t, hostBatam)); err != nil {
		t.Fatal(err)
	}
	a = stranger.post("/lacak", "number", number, "phone", "1234")
	stranger.sees(a, http.StatusOK, "Sisa 2 hari")
	if strings.Contains(a.body, "hari kerja") {
		t.Error("tracking tells of working days where calendar days were promised")
	}
	stranger.sees(stranger.post("/lacak", "number", number, "phone", "9999"), http.StatusNotFound, "Tidak ada permohonan")
}

// TestACorrectionGoesBackAndForth: the officer asks for one field, the resident may change that and nothing else.
func TestACorrectionGoesBackAndForth(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.apply(sitiNIK)
	s.askForCorrection(t, root, "Foto KK terpotong.", "file_kk", "nomor_kk")

	page := siti.page(root, "Foto KK terpotong.", "Nomor Kartu Keluarga", "Batas waktu dijeda")
	if !strings.Contains(page, root+"/isi/berkas_kk#f-file_kk") {
		t.Error("no way to the file that was asked for")
	}
	siti.page("/permohonan", "Perlu tindakan Anda", "Perlu perbaikan")
	siti.page(root+"/isi/kk", "Foto KK terpotong.")
	siti.goes(siti.post(root+"/isi/kk", "nomor_kk", "2171040102160008"), root+"/periksa")

	fixed := siti.get(root + "/isi/identitas")
	siti.sees(fixed, http.StatusOK, "27 Maret 1990")
	if strings.Contains(fixed.body, `name="nama_lengkap"`) {
		t.Error("a field that was not asked for can be changed")
	}
	siti.goes(siti.post(root+"/isi/identitas"), root+"/periksa") // what is fixed need not be sent
	if a := siti.post(root+"/isi/kontak", "nomor_hp", "081299999999"); a.status != http.StatusSeeOther {
		t.Errorf("a page without anything to correct answers %d", a.status)
	}
	siti.page(root+"/periksa", "2171040102160008", "081270001234")

	upload := siti.page(root+"/isi/berkas_kk", "foto.jpg")
	remove, _, _ := strings.Cut(upload[strings.Index(upload, `formaction="`)+len(`formaction="`):], `"`)
	if strings.Contains(upload, `type="file"`) {
		t.Error("a field with its one file asks for another")
	}
	siti.goes(siti.upload(remove, "file_kk", "lain.jpg", photo(t)), root+"/isi/berkas_kk")
	siti.sees(siti.post(root+"/kirim"), http.StatusUnprocessableEntity, "Unggah berkas ini")
	siti.goes(siti.upload(root+"/isi/berkas_kk", "file_kk", "kk baru.jpg", photo(t)), root+"/periksa")
	a := siti.post(root + "/kirim")
	siti.goes(a, root+"/terkirim?perbaikan=1")
	siti.goes(siti.post(root+"/kirim", "key", "again"), root)
	siti.page(root, "Perbaikan dikirim", "Dalam verifikasi", "Sisa")
	siti.goes(siti.get(root+"/isi/kk"), root)
	siti.goes(siti.get(root+"/periksa"), root)
	siti.sees(siti.post(root+"/isi/kk", "nomor_kk", "2171040102160009"), http.StatusConflict, "sedang ditangani petugas")

	siti.goes(siti.post(root+"/batal", "reason", "Kartu ditemukan"), root)
	siti.page(root, "Dibatalkan", "Kartu ditemukan")
}

// TestACorrectionSaysWhatIsAsked: the officer's words and what was named come first, nothing else may change, and what
// nobody has touched is not sent.
func TestACorrectionSaysWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.apply("2171040102850003") // another birth date than the one she gives
	s.askForCorrection(t, root, "Foto KK terpotong.", "file_kk", "tempat_hilang")
	review := text(siti.page(root+"/periksa", "Perbaiki permohonan Anda", "Isian lain tidak dapat diubah"))
	last := 0
	for _, words := range []string{"Foto KK terpotong.", "Yang diminta petugas", "Tempat kehilangan Belum diubah", "Kartu Keluarga Belum diubah", "Lihat isian lain", "Nomor Induk Kependudukan"} {
		at := strings.Index(review, words)
		if at < last {
			t.Errorf("%q is not where it belongs:\n%s", words, review)
		}
		last = at
	}
	for _, wrong := range []string{"Setiap jawaban", "berbeda dengan yang Anda isi", "Periksa jawaban"} {
		if strings.Contains(review, wrong) {
			t.Errorf("the page says %q", wrong)
		}
	}
	siti.sees(siti.post(root+"/kirim"), http.StatusUnprocessableEntity, "Belum ada yang Anda perbaiki", "Dinas Kependudukan", "Foto KK terpotong.")
	siti.page(root, "Perlu perbaikan")

	other := siti.page(root+"/isi/nik", "Halaman ini tidak perlu diperbaiki")
	if strings.Contains(text(other), "Yang diminta petugas") || strings.Contains(other, "nanti=1") {
		t.Error("a page that was not asked for is said to be, or can be saved")
	}
	siti.page(root+"/isi/kehilangan", "Yang diminta petugas", "Foto KK terpotong.")
	siti.goes(siti.post(root+"/isi/kehilangan", "tanggal_hilang", "20", "tanggal_hilang", "11", "tanggal_hilang", "2026", "tempat_hilang", "Pasar Botania"), root+"/periksa")
	siti.page(root+"/periksa", "Tempat kehilangan Sudah diubah Pasar Botania", "Kartu Keluarga Belum diubah")
	sent := siti.post(root + "/kirim")
	siti.goes(sent, root+"/terkirim?perbaikan=1")
	page := text(siti.page(sent.to(), "Perbaikan terkirim", "memeriksa perbaikan Anda", "Batas waktu berjalan lagi", "26 November 2026"))
	if strings.Contains(page, "tanda terima ke") || strings.Contains(page, "2 hari kerja") {
		t.Errorf("the page promises a mail that is not sent, or the whole time again:\n%s", page)
	}
}

// TestACorrectionOfNothingNamed, as it was asked for before fields had to be named, leaves every answer to the applicant,
// who may find nothing to change.
func TestACorrectionOfNothingNamed(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.apply(sitiNIK)
	s.askForCorrection(t, root, "Apakah alamat Anda masih sama?", "tempat_hilang")
	_, err := s.w.DB.App.NewRaw("UPDATE application SET correction = correction - 'fields' WHERE tenant_id = ?", s.w.Batam.ID).Exec(s.in(t, hostBatam))
	if err != nil {
		t.Fatal(err)
	}
	siti.page(root+"/periksa", "Apakah alamat Anda masih sama?", "Setiap jawaban dapat diubah", "Pasar Mitra Raya")
	page := siti.page(root+"/isi/kehilangan", "Catatan petugas", "Apakah alamat")
	if !strings.Contains(page, `name="tempat_hilang"`) {
		t.Error("an answer cannot be changed")
	}
	siti.goes(siti.post(root+"/kirim"), root+"/terkirim?perbaikan=1")
}

// TestMyApplicationsSayWhatIsNext: what is approved can be fetched from the list, what is over has no deadline, and a
// draft is deleted in two steps.
func TestMyApplicationsSayWhatIsNext(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	other := func(nik string) (root, number string) {
		t.Helper()
		at := siti.post("/ajukan/"+ktp, "other", "yes")
		return siti.sent(siti.fill(at.to(), nik))
	}
	approved, first := siti.apply(sitiNIK)
	withdrawn, second := other("2171046703900103")
	siti.goes(siti.post(withdrawn+"/batal", "reason", "Tidak jadi"), withdrawn)
	siti.post("/ajukan/"+ktp, "other", "yes")
	s.approve(t, approved)
	siti.page("/permohonan", "Suratnya sedang disiapkan")
	s.work(t)
	s.soon(t, "the document on the list", func() bool {
		return strings.Contains(siti.get("/permohonan").body, `href="/dokumen/`)
	})
	page := siti.page("/permohonan")
	list, last := text(page), 0
	for _, words := range []string{"Perlu tindakan Anda", "Draf", "Hapus draf", "tidak dapat dikembalikan", "Ya, hapus",
		"Siap diunduh atau diambil", first, "Unduh suratnya", "Unduh dokumen", "Selesai", "Dibatalkan", second} {
		at := strings.Index(list[last:], words)
		if at < 0 {
			t.Fatalf("%q is not where it belongs:\n%s", words, list)
		}
		last += at
	}
	_, rest, _ := strings.Cut(page, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, `"`)
	if pdf := siti.get("/dokumen/" + id); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("the document is %d", pdf.status)
	}
	_, steps, _ := strings.Cut(page, `<details class="cancel">`)
	if i, j := strings.Index(steps, `action="`), strings.Index(steps, "</details>"); i < 0 || i > j || !strings.Contains(steps[i:j], "/buang") {
		t.Error("one press deletes a draft")
	}
	b := s.browser(t, hostBatam)
	for _, over := range []string{text(siti.page(withdrawn)), text(b.post("/lacak", "number", second, "phone", "1234").body)} {
		if !strings.Contains(over, "Dibatalkan") || strings.Contains(over, "Selesai diproses") || strings.Contains(over, "Tanpa tenggat") {
			t.Errorf("a withdrawn application has a deadline:\n%s", over)
		}
	}
}

// TestAPageKeepsWhatWasTyped: refusals name the field beside it and in the summary, and nothing is stored.
func TestAPageKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	a := siti.post("/ajukan/" + ktp)
	root, _, _ := strings.Cut(a.to(), "/isi/")

	form := siti.post(root+"/isi/nik", "nik", "2171 0467 03")
	siti.sees(form, http.StatusUnprocessableEntity, "NIK terdiri dari 16 angka", "Ada 1 hal yang perlu diperbaiki")
	for _, want := range []string{`value="2171 0467 03"`, `href="#f-nik"`, `aria-invalid="true"`, "<title>Galat: "} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form = siti.post(root+"/isi/identitas", "nama_lengkap", "Siti", "tanggal_lahir", "31", "tanggal_lahir", "2", "tanggal_lahir", "1990")
	siti.sees(form, http.StatusUnprocessableEntity, "Tulis tanggal yang ada")
	for _, want := range []string{`value="Siti"`, `value="31"`, `value="2"`, `value="1990"`} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the page lost %s", want)
		}
	}
	if page := siti.page(root + "/isi/identitas"); strings.Contains(page, `value="31"`) {
		t.Error("a refused page was stored")
	}
	contact := siti.page(root + "/isi/kontak")
	if !strings.Contains(contact, `value="081270001234"`) {
		t.Error("what the account tells is asked again")
	}
	siti.sees(siti.post(root+"/isi/nik", "nik", sitiNIK, "gelar", "x"), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.goes(siti.post(root+"/isi/nik?nanti=1", "nik", ""), "/permohonan")
	siti.goes(siti.post(root+"/isi/nik?nanti=1", "nik", sitiNIK), "/permohonan")
	siti.page("/permohonan", "Isian Anda tersimpan", "Hapus draf")
	siti.goes(siti.post(root+"/buang"), "/permohonan")
	siti.sees(siti.get(root), http.StatusNotFound)
}
