package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/identity"
)

// TestStaffComeByInvitation follows an invitation to the desk: password, authenticator, recovery codes, and the next
// sign-in with a code.
func TestStaffComeByInvitation(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	ctx := s.In(t, pagetest.HostBatam)
	maya, err := s.Identity.Resolve(ctx, admin.Session())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Identity.Invite(ctx, maya, identity.InviteInput{Email: "andi@kota.id", Name: "Andi Wijaya", Role: "officer", Agency: "disdukcapil"}); err != nil {
		t.Fatal(err)
	}
	b := s.Browser(t, pagetest.HostBatam)
	link := s.LastLink(t)
	b.Page(link, "Halo Andi Wijaya")
	b.Sees(b.Post(link, "password", "pendek"), http.StatusUnprocessableEntity, "paling sedikit")
	a := b.Post(link, "password", pagetest.Password)
	b.Goes(a, "/masuk/pasang")
	b.Goes(b.Get("/permohonan"), "/masuk/kode?lanjut=%2Fpermohonan")
	b.Goes(b.Get("/masuk/kode"), "/masuk/pasang")
	page := b.Page("/masuk/pasang", "Amankan akun kerja Anda")
	_, rest, _ := strings.Cut(page, `class="code secret">`)
	shown, _, _ := strings.Cut(rest, "<")
	if !strings.Contains(page, `src="data:image/png;base64,`) {
		t.Error("no QR code")
	}
	b.Sees(b.Post("/masuk/pasang", "code", "000000"), http.StatusUnprocessableEntity, "Kode salah")
	s.Wait(50 * time.Minute)
	b.Goes(b.Post("/masuk", "login", "andi@kota.id", "password", pagetest.Password), "/masuk/pasang")
	s.Wait(11 * time.Minute)
	late := b.Post("/masuk/pasang", "code", "000000")
	b.Sees(late, http.StatusGone, "lebih dari satu jam")
	if strings.Contains(late.Body, shown) {
		t.Error("a secret of more than an hour ago is shown again")
	}
	_, rest, _ = strings.Cut(late.Body, `class="code secret">`)
	shown, _, _ = strings.Cut(rest, "<")
	before := b.Session()
	code, err := totp.GenerateCode(shown, s.ClockNow())
	if err != nil {
		t.Fatal(err)
	}
	a = b.Post("/masuk/pasang", "code", code[:3]+" "+code[3:])
	b.Sees(a, http.StatusOK, "Simpan kode pemulihan")
	if !strings.Contains(a.Body, `href="/petugas/antrean"`) {
		t.Error("the recovery codes lead nowhere")
	}
	if b.Session() == before {
		t.Error("the session kept its token when it got its rights")
	}
	_, rest, _ = strings.Cut(a.Body, `<li class="code">`)
	recovery, _, _ := strings.Cut(rest, "<")

	b.Goes(b.Post("/keluar"), "/")
	b.Goes(b.Post("/masuk", "login", "andi@kota.id", "password", pagetest.Password, "next", "/petugas/permohonan/x"), "/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx")
	b.Goes(b.Get("/masuk/pasang"), "/masuk/kode")
	b.Page("/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx", "Masukkan kode")
	b.Sees(b.Post("/masuk/kode", "code", ""), http.StatusUnprocessableEntity, "wajib diisi")
	b.Sees(b.Post("/masuk/kode", "code", code), http.StatusUnprocessableEntity, "Kode salah atau sudah dipakai")
	b.Goes(b.Post("/masuk/kode?lanjut=%2Fpetugas%2Fpermohonan%2Fx", "code", recovery), "/petugas/permohonan/x")
	b.Goes(b.Get("/masuk/kode"), "/petugas/antrean")
	if page := b.Page("/akun", "Perangkat ini"); !strings.Contains(page, `value="Andi Wijaya"`) || !strings.Contains(page, "Petugas OPD") {
		t.Error("the account page does not know who it is for")
	}
	b.Sees(b.Get(link), http.StatusGone)
}

// TestRegisteringLeadsBackToTheService: whoever registers from a service comes to it with the link from the mail, and to
// no other site.
func TestRegisteringLeadsBackToTheService(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	b := s.Browser(t, pagetest.HostBatam)
	there := "/layanan/" + pagetest.KTP
	for path, link := range map[string]string{
		there: "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang", "/masuk?next=" + there: "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang",
		"/daftar?lanjut=" + there: "/masuk?lanjut=%2Flayanan%2Fktp-el-hilang",
	} {
		if page := b.Page(path); !strings.Contains(page, `href="`+link+`"`) {
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
		b := s.Browser(t, pagetest.HostBatam)
		email := "siti" + string(rune('a'+i)) + "@contoh.id"
		refused := b.Post("/daftar", "name", "Siti", "email", email, "password", "pendek", "consent", "yes", "next", there)
		b.Sees(refused, http.StatusUnprocessableEntity)
		if !strings.Contains(refused.Body, `name="next" value="`+there+`"`) {
			t.Error("a refusal forgets where to go on")
		}
		b.Sees(b.Post("/daftar", "name", "Siti", "email", email, "password", pagetest.Password, "consent", "yes", "next", tt.next), http.StatusOK)
		link := s.MailedLink(t)
		b.Page(link, "Ketik lagi")
		a := b.Post(link, "password", pagetest.Password)
		b.Goes(a, tt.to)
		b.Sees(b.Follow(a), http.StatusOK, tt.says)
	}
	// Whoever edits the link does not get further.
	b.Post("/daftar", "name", "Siti", "email", "sitiz@contoh.id", "password", pagetest.Password, "consent", "yes", "next", there)
	link, _, _ := strings.Cut(s.MailedLink(t), "?")
	b.Goes(b.Post(link+"?lanjut=%2F%2Fjahat.example", "password", pagetest.Password), "/layanan")
}

// TestForgottenPasswordsAreReplaced says the same for an address that nobody has, and ends every session.
func TestForgottenPasswordsAreReplaced(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	b := s.Browser(t, pagetest.HostBatam)
	known := b.Post("/lupa-sandi", "email", "siti.rahma@contoh.id")
	link := s.MailedLink(t)
	unknown := b.Post("/lupa-sandi", "email", "tidak.ada@contoh.id")
	b.Sees(known, http.StatusOK, "Periksa email Anda")
	if a, c := strings.ReplaceAll(pagetest.Text(known.Body), "siti.rahma", ""), strings.ReplaceAll(pagetest.Text(unknown.Body), "tidak.ada", ""); a != c {
		t.Errorf("the answers differ:\n%s\n%s", a, c)
	}
	b.Page(link, "Siti Rahma")
	b.Goes(b.Post(link, "password", "perahu layar putih"), "/masuk")
	siti.Goes(siti.Get("/akun"), "/masuk?lanjut=%2Fakun")
	b.Sees(b.Post("/masuk", "login", "siti.rahma@contoh.id", "password", pagetest.Password), http.StatusUnprocessableEntity, "salah")
	b.Goes(b.Post("/masuk", "login", "siti.rahma@contoh.id", "password", "perahu layar putih"), "/permohonan")
	if lines := s.Journal.String(); strings.Contains(lines, strings.TrimPrefix(link, "/atur-sandi/")) || strings.Contains(lines, "siti.rahma") {
		t.Error("the log has the token of a link or an address")
	}
}

// TestALinkThatIsDeadLeadsOn: used or too old, it says so and what to do instead.
func TestALinkThatIsDeadLeadsOn(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	b := s.Browser(t, pagetest.HostBatam)
	b.Post("/daftar", "name", "Siti", "email", "siti@contoh.id", "password", pagetest.Password, "consent", "yes", "next", "/layanan/"+pagetest.KTP)
	used := s.MailedLink(t)
	b.Goes(b.Post(used, "password", pagetest.Password), "/layanan/"+pagetest.KTP)
	b.Post("/lupa-sandi", "email", "siti@contoh.id")
	old := s.MailedLink(t)
	s.Wait(61 * time.Minute)
	there := s.Browser(t, pagetest.HostPlatform)
	for _, tt := range []struct {
		who   *pagetest.Browser
		path  string
		says  string
		links []string
	}{
		{b, used, "akun Anda aktif", []string{"/masuk?lanjut=%2Flayanan%2Fktp-el-hilang", "/daftar?lanjut=%2Flayanan%2Fktp-el-hilang"}},
		{b, old, "berlaku 1 jam", []string{"/masuk", "/lupa-sandi"}},
		{b, "/undangan/bukan-tautan", "minta yang baru", []string{"/masuk"}},
		{there, "/undangan/bukan-tautan", "minta yang baru", []string{"/masuk"}},
	} {
		for _, a := range []pagetest.Answer{tt.who.Get(tt.path), tt.who.Post(tt.path, "password", pagetest.Password)} {
			tt.who.Sees(a, http.StatusGone, "Tautan ini tidak berlaku lagi", "Mungkin", tt.says)
			for _, l := range tt.links {
				if !strings.Contains(a.Body[strings.Index(a.Body, "<main"):], `href="`+l+`"`) {
					t.Errorf("%s does not lead to %s", tt.path, l)
				}
			}
		}
	}
}

// TestPeopleKeepTheirAccount changes what an account says and where it is signed in.
func TestPeopleKeepTheirAccount(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	phone := s.Browser(t, pagetest.HostBatam)
	phone.Extra.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile")
	phone.Goes(phone.Post("/masuk", "login", "081270001234", "password", pagetest.Password), "/permohonan")

	siti.Sees(siti.Post("/akun/data", "name", "<b>", "phone", "12"), http.StatusUnprocessableEntity, "Nama memuat tanda", "Tulis nomor HP")
	siti.Sees(siti.Follow(siti.Post("/akun/data", "name", "Siti Rahmawati", "phone", "0812 7000 9999")), http.StatusOK, "Data Anda tersimpan")
	if page := siti.Page("/akun", "Android"); !strings.Contains(page, `value="Siti Rahmawati"`) {
		t.Error("the name was not changed")
	}
	siti.Sees(siti.Post("/akun/sandi"), http.StatusUnprocessableEntity, "wajib diisi")
	siti.Sees(siti.Post("/akun/sandi", "present", "salah sekali", "password", "perahu layar putih"), http.StatusUnprocessableEntity, "Kata sandi yang sekarang salah")
	siti.Sees(siti.Post("/akun/sandi", "present", pagetest.Password, "password", "pendek"), http.StatusUnprocessableEntity, "paling sedikit")

	_, rest, _ := strings.Cut(siti.Page("/akun"), `action="/akun/sesi/`)
	id, _, _ := strings.Cut(rest, "/")
	budi := s.Resident(t, pagetest.HostBatam, "Budi Santoso", "081270005678")
	budi.Sees(budi.Post("/akun/sesi/"+id+"/hapus"), http.StatusNotFound)
	phone.Page("/akun")
	siti.Goes(siti.Post("/akun/sesi/"+id+"/hapus"), "/akun")
	phone.Goes(phone.Get("/akun"), "/masuk?lanjut=%2Fakun")

	before := siti.Session()
	siti.Goes(siti.Post("/akun/sandi", "present", pagetest.Password, "password", "perahu layar putih"), "/akun")
	if siti.Session() == before {
		t.Error("the session kept its token over a change of password")
	}
	siti.Goes(siti.Post("/akun/sesi-lain/hapus"), "/akun")
	siti.Page("/akun", "Semua perangkat lain sudah dikeluarkan")
}

// TestStaffRenewTheirRecoveryCodes: for the present code of the authenticator, ten new ones are shown once, and the
// earlier ones stop working.
func TestStaffRenewTheirRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	const renew = "/akun/kode-pemulihan"
	andi.Page("/akun", "Kode pemulihan", "Buat kode baru")
	andi.Sees(andi.Post(renew), http.StatusUnprocessableEntity, "wajib diisi")
	andi.Sees(andi.Post(renew, "code", "000000"), http.StatusUnprocessableEntity, "Kode salah")
	codesOf := func() []string {
		t.Helper()
		s.Wait(30 * time.Second)
		a := andi.Post(renew, "code", s.Code(t))
		andi.Sees(a, http.StatusOK, "Simpan kode pemulihan", "hanya ditampilkan sekarang")
		var codes []string
		for _, m := range regexp.MustCompile(`<li class="code">([0-9A-Z]{5}-[0-9A-Z]{5})</li>`).FindAllStringSubmatch(a.Body, -1) {
			codes = append(codes, m[1])
		}
		if len(codes) != 10 || !strings.Contains(a.Body, `href="/akun"`) {
			t.Fatalf("%d codes, want 10 and a way back", len(codes))
		}
		if strings.Contains(andi.Page("/akun"), codes[0]) {
			t.Error("the codes are shown again")
		}
		return codes
	}
	old, fresh := codesOf(), codesOf()
	andi.Goes(andi.Post("/keluar"), "/")
	andi.Goes(andi.Post("/masuk", "login", "andi.wijaya@kota.id", "password", pagetest.Password), "/masuk/kode")
	andi.Goes(andi.Post(renew, "code", fresh[0]), "/masuk/kode?lanjut=%2Fakun") // not before the second factor
	andi.Sees(andi.Post("/masuk/kode", "code", old[0]), http.StatusUnprocessableEntity, "Kode salah")
	andi.Goes(andi.Post("/masuk/kode", "code", fresh[0]), "/petugas/antrean")
	andi.Goes(andi.Post("/bahasa", "lang", "en", "next", "/akun"), "/akun")
	andi.Page("/akun", "Recovery codes", "Make new codes")

	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	if strings.Contains(siti.Page("/akun"), renew) {
		t.Error("a resident is offered recovery codes")
	}
	siti.Sees(siti.Post(renew, "code", "123456"), http.StatusForbidden, "hanya untuk petugas")
	bumd := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd_admin", "")
	bumd.Page("/akun", "Kode pemulihan")
}

// TestComingBackStaysHere: whatever an address asks for, signing in never leads to another site, and the cookie is one
// that only this site's pages send.
func TestComingBackStaysHere(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	if _, err := s.Identity.CreateResident(ctx, identity.SeedInput{Name: "Siti", Email: "siti@contoh.id", Password: pagetest.Password}); err != nil {
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
		b := s.Browser(t, pagetest.HostBatam)
		a := b.Post("/masuk", "login", "siti@contoh.id", "password", pagetest.Password, "next", next)
		b.Goes(a, want)
		b.Goes(b.Post("/bahasa", "lang", "en", "next", next), site.LocalPath(next, "/"))
		if c := a.Header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") {
			t.Errorf("cookie %q", c)
		}
	}
	b := s.Browser(t, pagetest.HostBatam)
	page := b.Page("/masuk?lanjut=https%3A%2F%2Fjahat.example")
	if strings.Contains(page, `name="next" value="http`) {
		t.Error("the form carries another site's address")
	}
	b.Goes(b.Post("/bahasa", "lang", "en", "next", "/masuk"), "/masuk")
	b.Page("/masuk", "E-mail or phone number")
}

// TestGuessingIsSlowed: one address may not try for ever, and is told when to come back.
func TestGuessingIsSlowed(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostBatam)
	for n := range 25 {
		a := b.Post("/lacak", "number", "BTM-26-7K3QX-4", "phone", "1234")
		if a.Status == http.StatusTooManyRequests {
			if n < 10 || a.Header.Get("Retry-After") == "" {
				t.Errorf("refused at try %d with Retry-After %q", n+1, a.Header.Get("Retry-After"))
			}
			b.Sees(a, http.StatusTooManyRequests, "Terlalu banyak")
			return
		}
	}
	t.Error("25 guesses were answered")
}

// TestAddressesOfOneSubscriberCountTogether: who has an IPv6 network has more addresses than guesses.
func TestAddressesOfOneSubscriberCountTogether(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	b := s.Browser(t, pagetest.HostBatam)
	for n := range 25 {
		b.IP = fmt.Sprintf("2001:db8:7:1::%x", n+1)
		if a := b.Post("/lacak", "number", "BTM-26-7K3QX-4", "phone", "1234"); a.Status == http.StatusTooManyRequests {
			b.IP = "2001:db8:7:2::1"
			b.Sees(b.Get("/lacak"), http.StatusOK)
			return
		}
	}
	t.Error("25 guesses from one network were answered")
}

// TestTheSessionOfOneCityIsNothingInAnother uses a resident's token on the other host.
func TestTheSessionOfOneCityIsNothingInAnother(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	there := s.Browser(t, pagetest.HostOther)
	there.Client.Jar.SetCookies(&url.URL{Scheme: "http", Host: pagetest.HostOther}, []*http.Cookie{{Name: site.CookieSession, Value: siti.Session(), Path: "/", Expires: time.Now().Add(time.Hour)}})
	there.Goes(there.Get(root), "/masuk?lanjut="+url.QueryEscape(root))
	there.Sees(there.Post("/lacak", "number", number, "phone", "1234"), http.StatusNotFound)
	there.Sees(there.Get("/daftar"), http.StatusOK)
	head := s.Browser(t, pagetest.HostPlatform)
	head.Sees(head.Get("/daftar"), http.StatusNotFound)
	head.Sees(head.Get("/permohonan"), http.StatusNotFound)
	head.Page("/masuk", "Email kerja")
}

// TestWorkBeginsWhereOneMayWork: staff without a queue come to the first part of their own menu, and who has none to their account.
func TestWorkBeginsWhereOneMayWork(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	for role, to := range map[string]string{"officer": "/petugas/antrean", "duct_manager": "/petugas/ducting", "treasurer": "/kelola/pemakaian", "city_admin": "/petugas/antrean"} {
		b := s.Staff(t, pagetest.HostBatam, "Orang "+role, role, "")
		b.Goes(b.Get("/masuk"), to)
		b.Goes(b.Get("/petugas"), to)
	}
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	siti.Goes(siti.Get("/petugas"), "/permohonan")
}
