package portal

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/identity"
)

// TestStaffComeByInvitation follows an invitation to the desk: password, authenticator, recovery codes, and the next
// sign-in with a code.
func TestStaffComeByInvitation(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	ctx := s.in(t, hostBatam)
	maya, err := s.Identity.Resolve(ctx, admin.session())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Identity.Invite(ctx, maya, identity.InviteInput{Email: "andi@kota.id", Name: "Andi Wijaya", Role: "officer", Agency: "disdukcapil"}); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t, hostBatam)
	link := s.lastLink(t)
	b.page(link, "Halo Andi Wijaya")
	b.sees(b.post(link, "password", "pendek"), http.StatusUnprocessableEntity, "paling sedikit")
	a := b.post(link, "password", password)
	b.goes(a, "/masuk/pasang")
	b.goes(b.get("/permohonan"), "/masuk/kode?lanjut=%2Fpermohonan")
	b.goes(b.get("/masuk/kode"), "/masuk/pasang")
	page := b.page("/masuk/pasang", "Amankan akun kerja Anda")
	_, rest, _ := strings.Cut(page, `class="code secret">`)
	shown, _, _ := strings.Cut(rest, "<")
	if !strings.Contains(page, `src="data:image/png;base64,`) {
		t.Error("no QR code")
	}
	b.sees(b.post("/masuk/pasang", "code", "000000"), http.StatusUnprocessableEntity, "Kode salah")
	s.wait(50 * time.Minute)
	b.goes(b.post("/masuk", "login", "andi@kota.id", "password", password), "/masuk/pasang")
	s.wait(11 * time.Minute)
	late := b.post("/masuk/pasang", "code", "000000")
	b.sees(late, http.StatusGone, "lebih dari satu jam")
	if strings.Contains(late.body, shown) {
		t.Error("a secret of more than an hour ago is shown again")
	}
	_, rest, _ = strings.Cut(late.body, `class="code secret">`)
	shown, _, _ = strings.Cut(rest, "<")
	before := b.session()
	code, err := totp.GenerateCode(shown, s.clockNow())
	if err != nil {
		t.Fatal(err)
	}
	a = b.post("/masuk/pasang", "code", code[:3]+" "+code[3:])
	b.sees(a, http.StatusOK, "Simpan kode pemulihan")
	if !strings.Contains(a.body, `href="/petugas/antrean"`) {
		t.Error("the recovery codes lead nowhere")
	}
	if b.session() == before {
		t.Error("the session kept its token when it got its rights")
	}
	_, rest, _ = strings.Cut(a.body, `<li class="code">`)
	recovery, _, _ := strings.Cut(rest, "<")

	b.goes(b.post("/keluar"), "/")
	b.goes(b.post("/masuk", "login", "andi@kota.id", "password", password, "next", "/petugas/permohonan/x"), "/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx")
	b.goes(b.get("/masuk/pasang"), "/masuk/kode")
	b.page("/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx", "Masukkan kode")
	b.sees(b.post("/masuk/kode", "code", ""), http.StatusUnprocessableEntity, "wajib diisi")
	b.sees(b.post("/masuk/kode", "code", code), http.StatusUnprocessableEntity, "Kode salah atau sudah dipakai")
	b.goes(b.post("/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx", "code", recovery), "/petugas/permohonan/x")
	b.goes(b.get("/masuk/kode"), "/petugas/antrean")
	if page := b.page("/akun", "Perangkat ini"); !strings.Contains(page, `value="Andi Wijaya"`) || !strings.Contains(page, "Petugas OPD") {
		t.Error("the account page does not know who it is for")
	}
	b.sees(b.get(link), http.StatusGone)
}

// TestRegisteringLeadsBackToTheService: whoever registers from a service comes to it with the link from the mail, and to
// no other site.
func TestRegisteringLeadsBackToTheService(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.work(t)
	b := s.browser(t, hostBatam)
	there := "/layanan/" + ktp
	for path, link := range map[string]string{
		there: "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang", "/masuk?next=" + there: "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang",
		"/daftar?lanjut=" + there: "/masuk?lanjut=%2Flayanan%2Fktp-el-hilang",
	} {
		if page := b.page(path); !strings.Contains(page, `href="`+link+`"`) {
			t.Errorf("%s does not lead to %s", path, link)
		}
	}
	for i, tt := range []struct{ next, to, says string }{
		{there, there, "Silakan lanjutkan di sini"},
		{"https://jahat.example", "/layanan", "Pilih layanan"},
		{"//jahat.example", "/layanan", "Pilih layanan"},
		{"/petugas/antrean", "/layanan", "Pilih layanan"},
		{"/layanan?q=" + strings.Repeat("a", 300), "/layanan", "Pilih layanan"},
		{"", "/layanan", "Pilih layanan"},
	} {
		b := s.browser(t, hostBatam)
		email := "siti" + string(rune('a'+i)) + "@contoh.id"
		refused := b.post("/daftar", "name", "Siti", "email", email, "password", "pendek", "consent", "yes", "next", there)
		b.sees(refused, http.StatusUnprocessableEntity)
		if !strings.Contains(refused.body, `name="next" value="`+there+`"`) {
			t.Error("a refusal forgets where to go on")
		}
		b.sees(b.post("/daftar", "name", "Siti", "email", email, "password", password, "consent", "yes", "next", tt.next), http.StatusOK)
		link := s.mailedLink(t)
		b.page(link, "Ketik lagi")
		a := b.post(link, "password", password)
		b.goes(a, tt.to)
		b.sees(b.follow(a), http.StatusOK, tt.says)
	}
	// Whoever edits the link does not get further.
	b.post("/daftar", "name", "Siti", "email", "sitiz@contoh.id", "password", password, "consent", "yes", "next", there)
	link, _, _ := strings.Cut(s.mailedLink(t), "?")
	b.goes(b.post(link+"?lanjut=%2F%2Fjahat.example", "password", password), "/layanan")
}

// TestForgottenPasswordsAreReplaced says the same for an address that nobody has, and ends every session.
func TestForgottenPasswordsAreReplaced(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.work(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	b := s.browser(t, hostBatam)
	known := b.post("/lupa-sandi", "email", "siti.rahma@contoh.id")
	link := s.mailedLink(t)
	unknown := b.post("/lupa-sandi", "email", "tidak.ada@contoh.id")
	b.sees(known, http.StatusOK, "Periksa email Anda")
	if a, c := strings.ReplaceAll(text(known.body), "siti.rahma", ""), strings.ReplaceAll(text(unknown.body), "tidak.ada", ""); a != c {
		t.Errorf("the answers differ:\n%s\n%s", a, c)
	}
	b.page(link, "Siti Rahma")
	b.goes(b.post(link, "password", "perahu layar putih"), "/masuk")
	siti.goes(siti.get("/akun"), "/masuk?lanjut=%2Fakun")
	b.sees(b.post("/masuk", "login", "siti.rahma@contoh.id", "password", password), http.StatusUnprocessableEntity, "salah")
	b.goes(b.post("/masuk", "login", "siti.rahma@contoh.id", "password", "perahu layar putih"), "/permohonan")
	if lines := s.log.String(); strings.Contains(lines, strings.TrimPrefix(link, "/atur-sandi/")) || strings.Contains(lines, "siti.rahma") {
		t.Error("the log has the token of a link or an address")
	}
}

// TestALinkThatIsDeadLeadsOn: used or too old, it says so and what to do instead.
func TestALinkThatIsDeadLeadsOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.work(t)
	b := s.browser(t, hostBatam)
	b.post("/daftar", "name", "Siti", "email", "siti@contoh.id", "password", password, "consent", "yes", "next", "/layanan/"+ktp)
	used := s.mailedLink(t)
	b.goes(b.post(used, "password", password), "/layanan/"+ktp)
	b.post("/lupa-sandi", "email", "siti@contoh.id")
	old := s.mailedLink(t)
	s.wait(61 * time.Minute)
	there := s.browser(t, hostPlatform)
	for _, tt := range []struct {
		who   *browser
		path  string
		says  string
		links []string
	}{
		{b, used, "akun Anda aktif", []string{"/masuk?lanjut=%2Flayanan%2Fktp-el-hilang", "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang"}},
		{b, old, "berlaku 1 jam", []string{"/masuk", "/lupa-sandi"}},
		{b, "/undangan/bukan-tautan", "minta yang baru", []string{"/masuk"}},
		{there, "/undangan/bukan-tautan", "minta yang baru", []string{"/masuk"}},
	} {
		for _, a := range []answer{tt.who.get(tt.path), tt.who.post(tt.path, "password", password)} {
			tt.who.sees(a, http.StatusGone, "Tautan ini tidak berlaku lagi", "Mungkin", tt.says)
			for _, l := range tt.links {
				if !strings.Contains(a.body[strings.Index(a.body, "<main"):], `href="`+l+`"`) {
					t.Errorf("%s does not lead to %s", tt.path, l)
				}
			}
		}
	}
}

// TestPeopleKeepTheirAccount changes what an account says and where it is signed in.
func TestPeopleKeepTheirAccount(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	phone := s.browser(t, hostBatam)
	phone.extra.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile")
	phone.goes(phone.post("/masuk", "login", "081270001234", "password", password), "/permohonan")

	siti.sees(siti.post("/akun/data", "name", "<b>", "phone", "12"), http.StatusUnprocessableEntity, "Nama memuat tanda", "Tulis nomor HP")
	siti.sees(siti.follow(siti.post("/akun/data", "name", "Siti Rahmawati", "phone", "0812 7000 9999")), http.StatusOK, "Data Anda tersimpan")
	if page := siti.page("/akun", "Android"); !strings.Contains(page, `value="Siti Rahmawati"`) {
		t.Error("the name was not changed")
	}
	siti.sees(siti.post("/akun/sandi"), http.StatusUnprocessableEntity, "wajib diisi")
	siti.sees(siti.post("/akun/sandi", "present", "salah sekali", "password", "perahu layar putih"), http.StatusUnprocessableEntity, "Kata sandi yang sekarang salah")
	siti.sees(siti.post("/akun/sandi", "present", password, "password", "pendek"), http.StatusUnprocessableEntity, "paling sedikit")

	_, rest, _ := strings.Cut(siti.page("/akun"), `action="/akun/sesi/`)
	id, _, _ := strings.Cut(rest, "/")
	budi := s.resident(t, hostBatam, "Budi Santoso", "081270005678")
	budi.sees(budi.post("/akun/sesi/"+id+"/hapus"), http.StatusNotFound)
	phone.page("/akun")
	siti.goes(siti.post("/akun/sesi/"+id+"/hapus"), "/akun")
	phone.goes(phone.get("/akun"), "/masuk?lanjut=%2Fakun")

	before := siti.session()
	siti.goes(siti.post("/akun/sandi", "present", password, "password", "perahu layar putih"), "/akun")
	if siti.session() == before {
		t.Error("the session kept its token over a change of password")
	}
	siti.goes(siti.post("/akun/sesi-lain/hapus"), "/akun")
	siti.page("/akun", "Semua perangkat lain sudah dikeluarkan")
}

// TestStaffRenewTheirRecoveryCodes: for the present code of the authenticator, ten new ones are shown once, and the
// earlier ones stop working.
func TestStaffRenewTheirRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := open(t)
	andi := s.staff(t, hostBatam, "Andi Wijaya", "officer", "disdukcapil")
	const renew = "/akun/kode-pemulihan"
	andi.page("/akun", "Kode pemulihan", "Buat kode baru")
	andi.sees(andi.post(renew), http.StatusUnprocessableEntity, "wajib diisi")
	andi.sees(andi.post(renew, "code", "000000"), http.StatusUnprocessableEntity, "Kode salah")
	codesOf := func() []string {
		t.Helper()
		s.wait(30 * time.Second)
		a := andi.post(renew, "code", s.code(t))
		andi.sees(a, http.StatusOK, "Simpan kode pemulihan", "hanya ditampilkan sekarang")
		var codes []string
		for _, m := range regexp.MustCompile(`<li class="code">([0-9A-Z]{5}-[0-9A-Z]{5})</li>`).FindAllStringSubmatch(a.body, -1) {
			codes = append(codes, m[1])
		}
		if len(codes) != 10 || !strings.Contains(a.body, `href="/akun"`) {
			t.Fatalf("%d codes, want 10 and a way back", len(codes))
		}
		if strings.Contains(andi.page("/akun"), codes[0]) {
			t.Error("the codes are shown again")
		}
		return codes
	}
	old, fresh := codesOf(), codesOf()
	andi.goes(andi.post("/keluar"), "/")
	andi.goes(andi.post("/masuk", "login", "andi.wijaya@kota.id", "password", password), "/masuk/kode")
	andi.goes(andi.post(renew, "code", fresh[0]), "/masuk/kode?lanjut=%2Fakun") // not before the second factor
	andi.sees(andi.post("/masuk/kode", "code", old[0]), http.StatusUnprocessableEntity, "Kode salah")
	andi.goes(andi.post("/masuk/kode", "code", fresh[0]), "/petugas/antrean")
	andi.goes(andi.post("/bahasa", "lang", "en", "next", "/akun"), "/akun")
	andi.page("/akun", "Recovery codes", "Make new codes")

	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	if strings.Contains(siti.page("/akun"), renew) {
		t.Error("a resident is offered recovery codes")
	}
	siti.sees(siti.post(renew, "code", "123456"), http.StatusForbidden, "hanya untuk petugas")
	bumd := s.staff(t, hostPlatform, "Yusuf Hakim", "bumd_admin", "")
	bumd.page("/akun", "Kode pemulihan")
}

// TestComingBackStaysHere: whatever an address asks for, signing in never leads to another site, and the cookie is one
// that only this site's pages send.
func TestComingBackStaysHere(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := s.in(t, hostBatam)
	if _, err := s.Identity.CreateResident(ctx, identity.SeedInput{Name: "Siti", Email: "siti@contoh.id", Password: password}); err != nil {
		t.Fatal(err)
	}
	for next, want := range map[string]string{
		"/permohonan/x?a=b":              "/permohonan/x?a=b",
		"/layanan/ktp-el-hilang":         "/layanan/ktp-el-hilang",
		"https://jahat.example":          "/permohonan",
		"//jahat.example":                "/permohonan",
		"/\\jahat.example":               "/permohonan",
		"\\\\jahat.example":              "/permohonan",
		"/%09/jahat.example":             "/%09/jahat.example",
		"/\t/jahat.example":              "/permohonan",
		"javascript:alert(1)":            "/permohonan",
		"/masuk?lanjut=/masuk":           "/permohonan",
		"/petugas/antrean":               "/permohonan",
		"":                               "/permohonan",
		" /layanan":                      "/permohonan",
		"/" + strings.Repeat("a/", 3000): "/permohonan",
	} {
		b := s.browser(t, hostBatam)
		a := b.post("/masuk", "login", "siti@contoh.id", "password", password, "next", next)
		b.goes(a, want)
		b.goes(b.post("/bahasa", "lang", "en", "next", next), site.LocalPath(next, "/"))
		if c := a.header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") {
			t.Errorf("cookie %q", c)
		}
	}
	b := s.browser(t, hostBatam)
	page := b.page("/masuk?lanjut=https%3A%2F%2Fjahat.example")
	if strings.Contains(page, `name="next" value="http`) {
		t.Error("the form carries another site's address")
	}
	b.goes(b.post("/bahasa", "lang", "en", "next", "/masuk"), "/masuk")
	b.page("/masuk", "E-mail or phone number")
}

// TestGuessingIsSlowed: one address may not try for ever, and is told when to come back.
func TestGuessingIsSlowed(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser(t, hostBatam)
	for n := range 25 {
		a := b.post("/lacak", "number", "BTM-26-7K3QX-4", "phone", "1234")
		if a.status == http.StatusTooManyRequests {
			if n < 10 || a.header.Get("Retry-After") == "" {
				t.Errorf("refused at try %d with Retry-After %q", n+1, a.header.Get("Retry-After"))
			}
			b.sees(a, http.StatusTooManyRequests, "Terlalu banyak")
			return
		}
	}
	t.Error("25 guesses were answered")
}

// TestTheSessionOfOneCityIsNothingInAnother uses a resident's token on the other host.
func TestTheSessionOfOneCityIsNothingInAnother(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	root, number := siti.apply(sitiNIK)
	there := s.browser(t, hostOther)
	there.client.Jar.SetCookies(&url.URL{Scheme: "http", Host: hostOther}, []*http.Cookie{{Name: site.CookieSession, Value: siti.session(), Path: "/", Expires: time.Now().Add(time.Hour)}})
	there.goes(there.get(root), "/masuk?lanjut="+url.QueryEscape(root))
	there.sees(there.post("/lacak", "number", number, "phone", "1234"), http.StatusNotFound)
	there.sees(there.get("/daftar"), http.StatusOK)
	head := s.browser(t, hostPlatform)
	head.sees(head.get("/daftar"), http.StatusNotFound)
	head.sees(head.get("/permohonan"), http.StatusNotFound)
	head.page("/masuk", "Email kerja")
}

// session is the token in the browser's cookie.
func (b *browser) session() string {
	for _, c := range b.client.Jar.Cookies(&url.URL{Scheme: "http", Host: b.host}) {
		if c.Name == site.CookieSession {
			return c.Value
		}
	}
	return ""
}
