package portal

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

// TestEveryFormSaysWhatIsWrong posts nothing, nonsense and worse to each form that anyone can reach.
func TestEveryFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
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
		{"language: nothing", "/bahasa", "", 422, []string{"lang"}},
		{"language: none of ours", "/bahasa", "lang=fr", 422, []string{"lang", "Pilih salah satu"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := s.browser(t, hostBatam)
			a := b.send(http.MethodPost, tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			b.sees(a, tt.status, tt.words...)
			quiet(t, a)
		})
	}
	for _, path := range []string{"/masuk", "/daftar", "/lupa-sandi", "/lacak", "/bahasa"} {
		b := s.browser(t, hostBatam)
		b.sees(b.send(http.MethodPost, path, "application/json", strings.NewReader(`{"login":"x"}`)), http.StatusUnsupportedMediaType)
	}
	if len(s.links) > 0 {
		t.Errorf("refused forms sent mails: %v", s.links)
	}
}

// TestAPageOfAFormRefusesTheHostile does the same to what a signed-in resident fills in, and then looks whether anything
// was stored.
func TestAPageOfAFormRefusesTheHostile(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	at := siti.post("/ajukan/" + ktp)
	root, _, _ := strings.Cut(at.to(), "/isi/")
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
		{"another page's question", "nik", "nik=" + sitiNIK + "&nomor_kk=1", 422, []string{"tidak ada di formulir"}},
		{"a text for a file", "berkas_kk", "file_kk=kk.jpg", 422, []string{"tidak menerima jawaban"}},
		{"broken escape", "nik", "nik=%zz", 400, nil},
		{"a script for a number", "kontak", "nomor_hp=" + script, 422, []string{"Nomor HP aktif: "}},
		{"no such page", "tidak-ada", "x=1", 404, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := siti.send(http.MethodPost, root+"/isi/"+tt.page, "application/x-www-form-urlencoded", strings.NewReader(tt.body))
			siti.sees(a, tt.status, tt.words...)
			quiet(t, a)
		})
	}
	if review := siti.get(root + "/periksa"); strings.Contains(text(review.body), sitiNIK) {
		t.Error("a refused answer was stored")
	}
	for _, id := range []string{"x", "00000000-0000-0000-0000-000000000000", "'%20OR%201=1", strings.Repeat("a", 5000), "%00", "{01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f}"} {
		siti.sees(siti.get("/permohonan/"+id), http.StatusNotFound)
		siti.sees(siti.get("/dokumen/"+id+".pdf"), http.StatusNotFound)
	}
	for _, q := range []string{"%00", "%ff", "'", strings.Repeat("x", 5000), "<script>", "(((((", "a%20%26%20%7C%20!"} {
		quiet(t, siti.get("/layanan?q="+q))
		siti.sees(siti.get("/layanan?q="+q+"&kategori="+q), http.StatusOK)
	}
}

// TestAnUploadIsWhatItSays refuses files by content and size, names the field, and keeps what was right.
func TestAnUploadIsWhatItSays(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	at := siti.post("/ajukan/" + ktp)
	root, _, _ := strings.Cut(at.to(), "/isi/")
	page := root + "/isi/berkas_kk"

	siti.sees(siti.upload(page, "file_kk", "kk.jpg", []byte("MZ not a picture")), http.StatusUnprocessableEntity, "Isi berkas bukan", "tangkapan layar", "HEIC")
	siti.sees(siti.upload(page, "file_kk", "kk.jpg", nil), http.StatusUnprocessableEntity, "Berkas kosong")
	siti.sees(siti.upload(page, "file_lain", "kk.jpg", photo(t)), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.sees(siti.upload(root+"/isi/nik", "file_kk", "kk.jpg", photo(t)), http.StatusUnprocessableEntity, "tidak ada di formulir")
	siti.sees(siti.upload(page, "file_kk", "", nil), http.StatusUnprocessableEntity, "Unggah berkas ini") // nothing was chosen
	siti.sees(siti.send(http.MethodPost, page, "multipart/form-data", strings.NewReader("x")), http.StatusBadRequest)
	siti.sees(siti.send(http.MethodPost, page, "multipart/form-data; boundary=b", strings.NewReader("--b\r\nbroken")), http.StatusBadRequest)

	siti.goes(siti.upload(page, "file_kk", "../../kk<b>\u202egpj.exe", photo(t)), root+"/isi/berkas_kepolisian")
	shown := siti.page(page, "kk")
	siti.sees(siti.upload(page, "file_kk", "lagi.jpg", photo(t)), http.StatusUnprocessableEntity, "Paling banyak 1 berkas")

	_, rest, _ := strings.Cut(shown, `href="`+root+`/berkas/`)
	id, _, _ := strings.Cut(rest, `"`)
	file := siti.get(root + "/berkas/" + id)
	for header, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox", "Cache-Control": "private, no-store"} {
		if got := file.header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if d := file.header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline; filename=") || strings.ContainsAny(d, "<>/\\\x00") {
		t.Errorf("Content-Disposition %q", d)
	}
	budi := s.resident(t, hostBatam, "Budi Santoso", "081270005678")
	budi.sees(budi.get(root+"/berkas/"+id), http.StatusNotFound)
	budi.sees(budi.post(root+"/berkas/"+id+"/hapus"), http.StatusNotFound)
	budi.sees(budi.upload(page, "file_kk", "x.jpg", photo(t)), http.StatusNotFound)
}

// TestALargeUploadPassesThrough: a file over its rule is read to its end without being held, and the answer still comes.
func TestALargeUploadPassesThrough(t *testing.T) {
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	at := siti.post("/ajukan/" + ktp)
	page, _, _ := strings.Cut(at.to(), "/isi/")
	page += "/isi/berkas_kk"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	siti.sees(siti.send(http.MethodPost, page, "multipart/form-data; boundary=b", long(t, 50<<20)), http.StatusUnprocessableEntity, "Paling besar 5 MB")
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("50 MB passed through %d MB of memory", grown>>20)
	}
	siti.sees(siti.send(http.MethodPost, page, "multipart/form-data; boundary=b", long(t, 70<<20)), http.StatusRequestEntityTooLarge, "Paling besar 5 MB")
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
	picture := photo(t)
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
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	siti.extra.Set("Sec-Fetch-Site", "cross-site")
	siti.sees(siti.post("/ajukan/"+ktp), http.StatusForbidden, "tidak datang dari situs ini")
	siti.sees(siti.post("/keluar"), http.StatusForbidden)
	siti.extra = http.Header{"Origin": {"https://jahat.example"}, "Sec-Fetch-Site": {"same-site"}}
	siti.sees(siti.post("/ajukan/"+ktp), http.StatusForbidden)

	siti.extra = http.Header{"Hx-Request": {"true"}, "Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://" + hostBatam}}
	a := siti.post("/ajukan/" + ktp)
	if a.status != http.StatusNoContent || !strings.HasPrefix(a.header.Get("HX-Redirect"), "/permohonan/") {
		t.Errorf("a script's post: %d to %q", a.status, a.header.Get("HX-Redirect"))
	}
	part := siti.get("/layanan?q=ktp")
	siti.sees(part, http.StatusOK, "KTP")
	if !strings.Contains(part.body, `id="hasil"`) {
		t.Error("a search has nothing for the script to take")
	}
	lost := siti.get("/layanan/tidak-ada")
	if lost.status != http.StatusNotFound || lost.header.Get("HX-Retarget") != "body" {
		t.Errorf("a refusal for the script: %d, retargeted to %q", lost.status, lost.header.Get("HX-Retarget"))
	}
	nobody := s.browser(t, hostBatam)
	nobody.extra.Set("HX-Request", "true")
	if got := nobody.get("/permohonan").header.Get("HX-Redirect"); !strings.HasPrefix(got, "/masuk") {
		t.Errorf("the script of a visitor is sent to %q", got)
	}
}

// quiet fails the test when a page tells something of the machine behind it, or gives back a script.
func quiet(t *testing.T, a answer) {
	t.Helper()
	for _, word := range []string{"SQLSTATE", "pq:", "goroutine ", ".go:", "casework:", "<script>alert"} {
		if strings.Contains(a.body, word) {
			t.Errorf("the page says %q:\n%.500s", word, a.body)
		}
	}
	if a.status >= 500 {
		t.Errorf("status %d: %s", a.status, fmt.Sprintf("%.500s", text(a.body)))
	}
}
