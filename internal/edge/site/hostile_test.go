package site_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestEveryFormSaysWhatIsWrong posts nothing, nonsense and worse to each form that anyone can reach.
func TestEveryFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	for _, tt := range []struct {
		name, path, body string
		status           int
		words            []string
	}{
		{"sign in: nothing", "/masuk", "", 422, []string{"Email atau nomor HP: Isian ini wajib diisi", "Kata sandi: Isian ini wajib diisi"}},
		{"sign in: no password", "/masuk", "login=siti%40contoh.id", 422, []string{"Isian ini wajib diisi"}},
		{"sign in: NUL", "/masuk", "login=a%00b&password=x", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"sign in: not UTF-8", "/masuk", "login=%ff%fe&password=x", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"sign in: twice", "/masuk", "login=a&login=b&password=x", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"sign in: enormous login", "/masuk", "password=x&login=" + strings.Repeat("a", 100_000), 422, nil},
		{"sign in: SQL", "/masuk", "login=%27+OR+1%3D1--&password=x", 422, []string{"salah"}},
		{"sign in: broken escape", "/masuk", "login=%zz&password=x", 400, []string{"tidak dapat dibaca"}},
		{"sign in: over a megabyte", "/masuk", "login=" + strings.Repeat("a", 1<<20), 413, []string{"terlalu besar"}},
		{"register: nothing", "/daftar", "", 422, []string{"Ada 4 hal yang perlu diperbaiki", "Centang pernyataan ini"}},
		{"register: bad fields", "/daftar", "name=S&email=siti&phone=12&password=pendek&consent=yes", 422,
			[]string{"Tulis alamat email lengkap", "Tulis nomor HP", "Kata sandi paling sedikit"}},
		{"register: bad fields and no tick", "/daftar", "name=S&email=siti&phone=12&password=pendek", 422,
			[]string{"Ada 4 hal yang perlu diperbaiki", "Tulis alamat email lengkap", "Tulis nomor HP", "Kata sandi paling sedikit", "Centang pernyataan ini"}},
		{"register: control characters", "/daftar", "name=Si%07ti&email=siti%40contoh.id&password=sepeda+biru+tua&consent=yes", 422, []string{"Nama memuat tanda"}},
		{"register: a box ticked otherwise", "/daftar", "name=Siti&email=siti%40contoh.id&password=sepeda+biru+tua&consent=no", 422, []string{"Centang pernyataan ini"}},
		{"forgotten: nothing", "/lupa-sandi", "", 422, nil},
		{"forgotten: no address", "/lupa-sandi", "email=bukan+alamat", 422, []string{"Tulis alamat email lengkap"}},
		{"track: nothing", "/lacak", "", 422, []string{"Nomor permohonan berbentuk seperti", "Tulis empat angka"}},
		{"track: mistyped", "/lacak", "number=BTM-26-7K3QX-5&phone=1234", 422, []string{"salah ketik"}},
		{"track: letters for digits", "/lacak", "number=BTM-26-7K3QX-4&phone=12a4", 422, []string{"Tulis empat angka"}},
		{"track: NUL", "/lacak", "number=BTM%00&phone=1234", 422, []string{"tidak dapat dibaca"}},
		{"track: enormous", "/lacak", "phone=1234&number=" + strings.Repeat("B", 200_000), 422, nil},
		{"language: nothing", "/bahasa", "", 422, []string{"Pilih salah satu"}},
		{"language: none of ours", "/bahasa", "lang=fr", 422, []string{"Pilih salah satu"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := s.Browser(t, pagetest.HostBatam)
			a := b.Send(http.MethodPost, tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			b.Sees(a, tt.status, tt.words...)
			pagetest.Quiet(t, a)
		})
	}
	for _, path := range []string{"/masuk", "/daftar", "/lupa-sandi", "/lacak", "/bahasa"} {
		b := s.Browser(t, pagetest.HostBatam)
		b.Sees(b.Send(http.MethodPost, path, "application/json", strings.NewReader(`{"login":"x"}`)), http.StatusUnsupportedMediaType)
	}
	if len(s.Links) > 0 {
		t.Errorf("refused forms sent mails: %v", s.Links)
	}
}

// TestAPageOfAFormRefusesTheHostile does the same to what a signed-in resident fills in, and then looks whether anything
// was stored.
func TestAPageOfAFormRefusesTheHostile(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	at := siti.Post("/ajukan/" + pagetest.KTP)
	root, _, _ := strings.Cut(at.To(), "/isi/")
	script := url.QueryEscape("<script>alert(1)</script>")
	for _, tt := range []struct {
		name, page, body string
		status           int
		words            []string
	}{
		{"nothing", "nik", "", 422, []string{"Isian ini wajib diisi"}},
		{"NUL", "nik", "nik=2171%00", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"not UTF-8", "identitas", "nama_lengkap=%ff&tanggal_lahir=1&tanggal_lahir=1&tanggal_lahir=1990", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"a name too long", "identitas", "nama_lengkap=" + strings.Repeat("a", 121) + "&tanggal_lahir=1990-03-27", 422, []string{"paling banyak 120"}},
		{"two parts of a date", "identitas", "nama_lengkap=S&tanggal_lahir=1&tanggal_lahir=1", 422, []string{"Tulis tanggal"}},
		{"a date of words", "identitas", "nama_lengkap=S&tanggal_lahir=kemarin", 422, []string{"Tulis tanggal"}},
		{"an answer twice", "nik", "nik=1&nik=2", 422, []string{"Isian ini tidak dapat dibaca"}},
		{"none of the options", "kecamatan", "kecamatan=21.72.01", 422, []string{"Pilih salah satu"}},
		{"another page's question", "nik", "nik=" + pagetest.SitiNIK + "&nomor_kk=1", 422, []string{"tidak ada di formulir"}},
		{"a text for a file", "berkas_kk", "file_kk=kk.jpg", 422, []string{"tidak menerima jawaban"}},
		{"broken escape", "nik", "nik=%zz", 400, nil},
		{"a script for a number", "kontak", "nomor_hp=" + script, 422, []string{"Nomor HP aktif: "}},
		{"no such page", "tidak-ada", "x=1", 404, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := siti.Send(http.MethodPost, root+"/isi/"+tt.page, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			siti.Sees(a, tt.status, tt.words...)
			pagetest.Quiet(t, a)
		})
	}
	if review := siti.Get(root + "/periksa"); strings.Contains(pagetest.Text(review.Body), pagetest.SitiNIK) {
		t.Error("a refused answer was stored")
	}
	for _, id := range []string{"x", "00000000-0000-0000-0000-000000000000", "'%20OR%201=1", strings.Repeat("a", 5000), "%00", "{01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f}"} {
		siti.Sees(siti.Get("/permohonan/"+id), http.StatusNotFound)
		siti.Sees(siti.Get("/dokumen/"+id+".pdf"), http.StatusNotFound)
	}
	for _, q := range []string{"%00", "%ff", "'", strings.Repeat("x", 5000), "<script>", "(((((", "a%20%26%20%7C%20!"} {
		pagetest.Quiet(t, siti.Get("/layanan?q="+q))
		siti.Sees(siti.Get("/layanan?q="+q+"&kategori="+q), http.StatusOK)
	}
}

// TestAnUploadIsWhatItSays refuses files by content and size, names the field, and keeps what was right.
func TestAnUploadIsWhatItSays(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	at := siti.Post("/ajukan/" + pagetest.KTP)
	root, _, _ := strings.Cut(at.To(), "/isi/")
	page := root + "/isi/berkas_kk"

	siti.Sees(siti.Upload(page, "file_kk", "kk.jpg", []byte("MZ not a picture")), http.StatusUnprocessableEntity, "Isi berkas bukan", "tangkapan layar")
	siti.Sees(siti.Upload(page, "file_kk", "kk.jpg", nil), http.StatusUnprocessableEntity, "Berkas kosong")
	siti.Sees(siti.Upload(page, "file_lain", "kk.jpg", pagetest.Photo(t)), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.Sees(siti.Upload(root+"/isi/nik", "file_kk", "kk.jpg", pagetest.Photo(t)), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.Sees(siti.Upload(page, "file_kk", "", nil), http.StatusUnprocessableEntity, "Unggah berkas ini") // nothing was chosen
	siti.Sees(siti.Send(http.MethodPost, page, "multipart/form-data", strings.NewReader("x")), http.StatusBadRequest)
	siti.Sees(siti.Send(http.MethodPost, page, "multipart/form-data; boundary=b", strings.NewReader("--b\r\nbroken")), http.StatusBadRequest)

	siti.Goes(siti.Upload(page, "file_kk", "../../kk<b>\u202egpj.exe", pagetest.Photo(t)), root+"/isi/berkas_kepolisian")
	shown := siti.Page(page, "kk")
	siti.Sees(siti.Upload(page, "file_kk", "lagi.jpg", pagetest.Photo(t)), http.StatusUnprocessableEntity, "Paling banyak 1 berkas")

	_, rest, _ := strings.Cut(shown, `href="`+root+`/berkas/`)
	id, _, _ := strings.Cut(rest, `"`)
	file := siti.Get(root + "/berkas/" + id)
	for header, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox", "Cache-Control": "private, no-store"} {
		if got := file.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if d := file.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline; filename=") || strings.ContainsAny(d, "<>/\\\x00") {
		t.Errorf("Content-Disposition %q", d)
	}
	budi := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	budi.Sees(budi.Get(root+"/berkas/"+id), http.StatusNotFound)
	budi.Sees(budi.Post(root+"/berkas/"+id+"/hapus"), http.StatusNotFound)
	budi.Sees(budi.Upload(page, "file_kk", "x.jpg", pagetest.Photo(t)), http.StatusNotFound)
}

// TestALargeUploadPassesThrough: a file over its rule is read to its end without being held, and the answer still comes.
func TestALargeUploadPassesThrough(t *testing.T) {
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	at := siti.Post("/ajukan/" + pagetest.KTP)
	page, _, _ := strings.Cut(at.To(), "/isi/")
	page += "/isi/berkas_kk"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	siti.Sees(siti.Send(http.MethodPost, page, "multipart/form-data; boundary=b", long(t, 50<<20)), http.StatusUnprocessableEntity, "Paling besar 5 MB")
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("50 MB passed through %d MB of memory", grown>>20)
	}
	siti.Sees(siti.Send(http.MethodPost, page, "multipart/form-data; boundary=b", long(t, 70<<20)), http.StatusRequestEntityTooLarge, "Paling besar 5 MB")
}

// long is a posted JPEG of n bytes that is made while it is sent.
func long(t *testing.T, n int64) io.Reader {
	t.Helper()
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	if err := w.SetBoundary("b"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CreateFormFile("file_kk", "kk.jpg"); err != nil {
		t.Fatal(err)
	}
	picture := pagetest.Photo(t)
	return io.MultiReader(&head, bytes.NewReader(picture), io.LimitReader(zeros{}, n-int64(len(picture))), strings.NewReader("\r\n--b--\r\n"))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestOnlyThisSiteMayPost: forms of other sites are refused; the site's own script is not.
func TestOnlyThisSiteMayPost(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	siti.Extra.Set("Sec-Fetch-Site", "cross-site")
	siti.Sees(siti.Post("/ajukan/"+pagetest.KTP), http.StatusForbidden, "tidak datang dari situs ini")
	siti.Sees(siti.Post("/keluar"), http.StatusForbidden)
	siti.Extra = http.Header{"Origin": {"https://jahat.example"}, "Sec-Fetch-Site": {"same-site"}}
	siti.Sees(siti.Post("/ajukan/"+pagetest.KTP), http.StatusForbidden)

	siti.Extra = http.Header{"Hx-Request": {"true"}, "Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://" + pagetest.HostBatam}}
	a := siti.Post("/ajukan/" + pagetest.KTP)
	if a.Status != http.StatusNoContent || !strings.HasPrefix(a.Header.Get("HX-Redirect"), "/permohonan/") {
		t.Errorf("a script's post: %d to %q", a.Status, a.Header.Get("HX-Redirect"))
	}
	part := siti.Get("/layanan?q=ktp")
	siti.Sees(part, http.StatusOK, "KTP")
	if !strings.Contains(part.Body, `id="hasil"`) {
		t.Error("a search has nothing for the script to take")
	}
	lost := siti.Get("/layanan/tidak-ada")
	if lost.Status != http.StatusNotFound || lost.Header.Get("HX-Retarget") != "body" {
		t.Errorf("a refusal for the script: %d, retargeted to %q", lost.Status, lost.Header.Get("HX-Retarget"))
	}
	nobody := s.Browser(t, pagetest.HostBatam)
	nobody.Extra.Set("HX-Request", "true")
	if got := nobody.Get("/permohonan").Header.Get("HX-Redirect"); !strings.HasPrefix(got, "/masuk") {
		t.Errorf("the script of a visitor is sent to %q", got)
	}
}
