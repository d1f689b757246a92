package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestAResidentAppliesWithoutAScript goes the whole way as a plain HTTP client: register, confirm, apply, upload, check,
// send, print, and follow without signing in.
func TestAResidentAppliesWithoutAScript(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	b := s.Browser(t, pagetest.HostBatam)

	b.Page("/", "Apa yang ingin Anda urus?")
	b.Page("/layanan?q=ktp+ilang", "KTP")
	b.Page("/layanan/"+pagetest.KTP, "2 hari kerja", "Ajukan")

	b.Page("/daftar", "Buat akun")
	a := b.Post("/daftar", "name", "Siti Rahma", "email", "siti@contoh.id", "phone", "0812 7000 1234", "password", pagetest.Password, "consent", "yes")
	b.Sees(a, http.StatusOK, "Periksa email Anda", "siti@contoh.id")
	b.Sees(b.Post("/masuk", "login", "siti@contoh.id", "password", pagetest.Password), http.StatusUnprocessableEntity, "salah")
	link := s.MailedLink(t)
	b.Page(link, "Siti Rahma", "Ketik lagi kata sandi")
	b.Sees(b.Post(link, "password", "bukan sandi itu"), http.StatusUnprocessableEntity, "tidak cocok")
	b.Sees(b.Follow(b.Post(link, "password", pagetest.Password)), http.StatusOK, "Akun Anda sudah aktif")
	b.Sees(b.Get(link), http.StatusGone, "tidak berlaku")

	b.Goes(b.Post("/keluar"), "/")
	b.Page("/", "Anda sudah keluar")
	a = b.Get("/permohonan")
	b.Goes(a, "/masuk?lanjut=%2Fpermohonan")
	form := b.Page(a.To(), "Email atau nomor HP")
	a = b.Post("/masuk", "login", "081270001234", "password", pagetest.Password, "next", pagetest.Hidden(t, form, "next"))
	b.Goes(a, "/permohonan")
	b.Sees(b.Follow(a), http.StatusOK, "Belum ada permohonan")

	root := b.Draft(pagetest.SitiNIK)
	b.Page("/permohonan", "Perlu tindakan Anda", "KTP-el hilang", "Draf ini disimpan sampai", "Hapus draf")
	b.Page("/layanan/"+pagetest.KTP, "Lanjutkan")
	review := b.Page(root+"/periksa", "Periksa jawaban Anda", "2171046703900003", "27 Maret 1990", "Batam Kota", "foto.jpg")
	key := pagetest.Hidden(t, review, "key")
	a = b.Post(root+"/kirim", "key", key)
	b.Goes(a, root+"/terkirim")
	b.Goes(b.Post(root+"/kirim", "key", key), root+"/terkirim") // a second press of the button
	b.Goes(b.Post(root+"/kirim", "key", "another"), root)       // another tab
	done := b.Follow(a)
	b.Sees(done, http.StatusOK, "Permohonan terkirim", "Kamis, 26 November 2026", "2 hari kerja")
	_, rest, _ := strings.Cut(done.Body, `class="reference">`)
	number, _, _ := strings.Cut(rest, "<")
	if !strings.HasPrefix(number, "BTM-26-") {
		t.Fatalf("number %q", number)
	}

	b.Page("/permohonan", "Sedang diproses", number, "Sisa 2 hari kerja")
	b.Page(root, number, "Permohonan dikirim", "Anda", "26 November 2026")
	b.Page(root+"/tanda-terima", number, "Siti Rahma", "24 November 2026 pukul 10.00 WIB", "Kartu Keluarga (foto.jpg)", "Surat keterangan kehilangan")
	pdf := b.Get(root + "/tanda-terima.pdf")
	if pdf.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Errorf("receipt is %s", pdf.Header.Get("Content-Type"))
	}
	if name := pdf.Header.Get("Content-Disposition"); !strings.Contains(name, "tanda-terima-"+number+".pdf") {
		t.Errorf("receipt is called %s", name)
	}

	stranger := s.Browser(t, pagetest.HostBatam)
	stranger.Page("/lacak?nomor="+number, "Nomor permohonan")
	a = stranger.Post("/lacak", "number", strings.ToLower(strings.ReplaceAll(number, "-", " ")), "phone", "1234")
	stranger.Sees(a, http.StatusOK, number, "Terkirim", "Sisa 2 hari kerja")
	if strings.Contains(a.Body, "Siti") {
		t.Error("tracking tells the applicant's name")
	}
	// The promise of another service counts in another unit.
	if _, err := s.DB.App.NewRaw("UPDATE application SET term_unit = 'day', term_amount = 3").Exec(s.In(t, pagetest.HostBatam)); err != nil {
		t.Fatal(err)
	}
	a = stranger.Post("/lacak", "number", number, "phone", "1234")
	stranger.Sees(a, http.StatusOK, "Sisa 2 hari")
	if strings.Contains(a.Body, "hari kerja") {
		t.Error("tracking tells of working days where calendar days were promised")
	}
	stranger.Sees(stranger.Post("/lacak", "number", number, "phone", "9999"), http.StatusNotFound, "Tidak ada permohonan")
}

// TestACorrectionGoesBackAndForth: the officer asks for one field, the resident may change that and nothing else.
func TestACorrectionGoesBackAndForth(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	s.AskForCorrection(t, root, "Foto KK terpotong.", "file_kk", "nomor_kk")

	page := siti.Page(root, "Foto KK terpotong.", "Nomor Kartu Keluarga", "Batas waktu dijeda")
	if !strings.Contains(page, root+"/isi/berkas_kk#f-file_kk") {
		t.Error("no way to the file that was asked for")
	}
	siti.Post("/ajukan/izin-reklame")
	mine := siti.Page("/permohonan", "Perlu tindakan Anda", "Perlu perbaikan", "Foto KK terpotong.", "Perbaiki sekarang", "Belum dikirim")
	if !strings.Contains(mine, `href="`+root+`/periksa"`) {
		t.Error("the list has no way to what an officer has asked for")
	}
	if strings.Index(mine, "Belum dikirim") < strings.Index(mine, "Perlu perbaikan") {
		t.Error("a newer draft stands before what an officer has returned")
	}
	siti.Page(root+"/isi/kk", "Foto KK terpotong.")
	siti.Goes(siti.Post(root+"/isi/kk", "nomor_kk", "2171040102160008"), root+"/periksa")

	fixed := siti.Get(root + "/isi/identitas")
	siti.Sees(fixed, http.StatusOK, "27 Maret 1990")
	if strings.Contains(fixed.Body, `name="nama_lengkap"`) {
		t.Error("a field that was not asked for can be changed")
	}
	siti.Goes(siti.Post(root+"/isi/identitas"), root+"/periksa") // what is fixed need not be sent
	if a := siti.Post(root+"/isi/kontak", "nomor_hp", "081299999999"); a.Status != http.StatusSeeOther {
		t.Errorf("a page without anything to correct answers %d", a.Status)
	}
	siti.Page(root+"/periksa", "2171040102160008", "081270001234")

	upload := siti.Page(root+"/isi/berkas_kk", "foto.jpg")
	remove, _, _ := strings.Cut(upload[strings.Index(upload, `formaction="`)+len(`formaction="`):], `"`)
	if strings.Contains(upload, `type="file"`) {
		t.Error("a field with its one file asks for another")
	}
	siti.Goes(siti.Upload(remove, "file_kk", "lain.jpg", pagetest.Photo(t)), root+"/isi/berkas_kk")
	siti.Sees(siti.Post(root+"/kirim"), http.StatusUnprocessableEntity, "Unggah berkas ini")
	siti.Goes(siti.Upload(root+"/isi/berkas_kk", "file_kk", "kk baru.jpg", pagetest.Photo(t)), root+"/periksa")
	a := siti.Post(root + "/kirim")
	siti.Goes(a, root+"/terkirim?perbaikan=1")
	siti.Goes(siti.Post(root+"/kirim", "key", "again"), root)
	siti.Page(root, "Perbaikan dikirim", "Dalam verifikasi", "Sisa")
	siti.Goes(siti.Get(root+"/isi/kk"), root)
	siti.Goes(siti.Get(root+"/periksa"), root)
	siti.Sees(siti.Post(root+"/isi/kk", "nomor_kk", "2171040102160009"), http.StatusConflict, "sedang ditangani petugas")

	siti.Goes(siti.Post(root+"/batal", "reason", "Kartu ditemukan"), root)
	siti.Page(root, "Dibatalkan", "Kartu ditemukan")
}

// TestACorrectionSaysWhatIsAsked: the officer's words and what was named come first, nothing else may change, and what
// nobody has touched is not sent.
func TestACorrectionSaysWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply("2171040102850003") // another birth date than the one she gives
	s.AskForCorrection(t, root, "Foto KK terpotong.", "file_kk", "tempat_hilang")
	review := pagetest.Text(siti.Page(root+"/periksa", "Perbaiki permohonan Anda", "Isian lain tidak dapat diubah"))
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
	siti.Sees(siti.Post(root+"/kirim"), http.StatusUnprocessableEntity, "Belum ada yang Anda perbaiki", "Dinas Kependudukan", "Foto KK terpotong.")
	siti.Page(root, "Perlu perbaikan")

	other := siti.Page(root+"/isi/nik", "Halaman ini tidak perlu diperbaiki")
	if strings.Contains(pagetest.Text(other), "Yang diminta petugas") || strings.Contains(other, "nanti=1") {
		t.Error("a page that was not asked for is said to be, or can be saved")
	}
	siti.Page(root+"/isi/kehilangan", "Yang diminta petugas", "Foto KK terpotong.")
	siti.Goes(siti.Post(root+"/isi/kehilangan", "tanggal_hilang", "20", "tanggal_hilang", "11", "tanggal_hilang", "2026", "tempat_hilang", "Pasar Botania"), root+"/periksa")
	siti.Page(root+"/periksa", "Tempat kehilangan Sudah diubah Pasar Botania", "Kartu Keluarga Belum diubah")
	sent := siti.Post(root + "/kirim")
	siti.Goes(sent, root+"/terkirim?perbaikan=1")
	page := pagetest.Text(siti.Page(sent.To(), "Perbaikan terkirim", "memeriksa perbaikan Anda", "Batas waktu berjalan lagi", "26 November 2026"))
	if strings.Contains(page, "tanda terima ke") || strings.Contains(page, "2 hari kerja") {
		t.Errorf("the page promises a mail that is not sent, or the whole time again:\n%s", page)
	}
}

// TestACorrectionOfNothingNamed, as it was asked for before fields had to be named, leaves every answer to the applicant,
// who may find nothing to change.
func TestACorrectionOfNothingNamed(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	s.AskForCorrection(t, root, "Apakah alamat Anda masih sama?", "tempat_hilang")
	_, err := s.World.DB.App.NewRaw("UPDATE application SET correction = correction - 'fields' WHERE tenant_id = ?", s.World.Batam.ID).Exec(s.In(t, pagetest.HostBatam))
	if err != nil {
		t.Fatal(err)
	}
	siti.Page(root+"/periksa", "Apakah alamat Anda masih sama?", "Setiap jawaban dapat diubah", "Pasar Mitra Raya")
	page := siti.Page(root+"/isi/kehilangan", "Catatan petugas", "Apakah alamat")
	if !strings.Contains(page, `name="tempat_hilang"`) {
		t.Error("an answer cannot be changed")
	}
	siti.Goes(siti.Post(root+"/kirim"), root+"/terkirim?perbaikan=1")
}

// TestMyApplicationsSayWhatIsNext: what is approved can be fetched from the list, what is over has no deadline, and a
// draft is deleted in two steps.
func TestMyApplicationsSayWhatIsNext(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	other := func(nik string) (root, number string) {
		t.Helper()
		at := siti.Post("/ajukan/"+pagetest.KTP, "other", "yes")
		return siti.Sent(siti.Fill(at.To(), nik))
	}
	approved, first := siti.Apply(pagetest.SitiNIK)
	withdrawn, second := other("2171046703900103")
	siti.Goes(siti.Post(withdrawn+"/batal", "reason", "Tidak jadi"), withdrawn)
	siti.Post("/ajukan/"+pagetest.KTP, "other", "yes")
	s.Approve(t, approved)
	siti.Page("/permohonan", "Suratnya sedang disiapkan")
	s.Work(t)
	s.Soon(t, "the document on the list", func() bool {
		return strings.Contains(siti.Get("/permohonan").Body, `href="/dokumen/`)
	})
	page := siti.Page("/permohonan")
	list, last := pagetest.Text(page), 0
	for _, words := range []string{"Perlu tindakan Anda", "Draf", "Hapus draf", "tidak dapat dikembalikan", "Ya, hapus",
		"Siap diunduh atau diambil", first, "Unduh suratnya", "Unduh dokumen"} {
		at := strings.Index(list[last:], words)
		if at < 0 {
			t.Fatalf("%q is not where it belongs:\n%s", words, list)
		}
		last += at
	}
	siti.Page("/permohonan?lihat=selesai", "Dibatalkan", second)
	_, rest, _ := strings.Cut(page, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, `"`)
	if pdf := siti.Get("/dokumen/" + id); !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Errorf("the document is %d", pdf.Status)
	}
	_, steps, _ := strings.Cut(page, `<details class="cancel">`)
	if i, j := strings.Index(steps, `action="`), strings.Index(steps, "</details>"); i < 0 || i > j || !strings.Contains(steps[i:j], "/buang") {
		t.Error("one press deletes a draft")
	}
	b := s.Browser(t, pagetest.HostBatam)
	for _, over := range []string{pagetest.Text(siti.Page(withdrawn)), pagetest.Text(b.Post("/lacak", "number", second, "phone", "1234").Body)} {
		if !strings.Contains(over, "Dibatalkan") || strings.Contains(over, "Selesai diproses") || strings.Contains(over, "Tanpa tenggat") {
			t.Errorf("a withdrawn application has a deadline:\n%s", over)
		}
	}
}

// TestAPageKeepsWhatWasTyped: refusals name the field beside it and in the summary, and nothing is stored.
func TestAPageKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	a := siti.Post("/ajukan/" + pagetest.KTP)
	root, _, _ := strings.Cut(a.To(), "/isi/")

	form := siti.Post(root+"/isi/nik", "nik", "2171 0467 03")
	siti.Sees(form, http.StatusUnprocessableEntity, "NIK terdiri dari 16 angka", "Ada 1 hal yang perlu diperbaiki")
	for _, want := range []string{`value="2171 0467 03"`, `href="#f-nik"`, `aria-invalid="true"`, "<title>Galat: "} {
		if !strings.Contains(form.Body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form = siti.Post(root+"/isi/identitas", "nama_lengkap", "Siti", "tanggal_lahir", "31", "tanggal_lahir", "2", "tanggal_lahir", "1990")
	siti.Sees(form, http.StatusUnprocessableEntity, "Tulis tanggal yang ada")
	for _, want := range []string{`value="Siti"`, `value="31"`, `value="2"`, `value="1990"`} {
		if !strings.Contains(form.Body, want) {
			t.Errorf("the page lost %s", want)
		}
	}
	if page := siti.Page(root + "/isi/identitas"); strings.Contains(page, `value="31"`) {
		t.Error("a refused page was stored")
	}
	contact := siti.Page(root + "/isi/kontak")
	if !strings.Contains(contact, `value="081270001234"`) {
		t.Error("what the account tells is asked again")
	}
	siti.Sees(siti.Post(root+"/isi/nik", "nik", pagetest.SitiNIK, "gelar", "x"), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.Goes(siti.Post(root+"/isi/nik?nanti=1", "nik", ""), "/permohonan")
	siti.Goes(siti.Post(root+"/isi/nik?nanti=1", "nik", pagetest.SitiNIK), "/permohonan")
	siti.Page("/permohonan", "Isian Anda tersimpan", "Hapus draf")
	siti.Goes(siti.Post(root+"/buang"), "/permohonan")
	siti.Sees(siti.Get(root), http.StatusNotFound)
}
