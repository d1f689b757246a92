package portal

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/edge/desk"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

const (
	ktp      = "ktp-el-hilang"
	password = "sepeda biru tua"
	sitiNIK  = "2171046703900003" // a woman, born 27 March 1990
	secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

	hostBatam    = "batam.localhost"
	hostOther    = "tanjungpinang.localhost"
	hostPlatform = "localhost"
)

// pages is the pages over the real gate and real services, on a database and a Redis of their own, with the pack of
// Batam, a clock that the test moves, and every link that would have been mailed.
type pages struct {
	*site.Pages
	w      *pgtest.World
	gate   *gate.Gate
	srv    *httptest.Server
	runner *jobs.Runner
	keys   *privacy.Keys
	log    *journal // what the gate has logged

	mu     sync.Mutex
	at     time.Time
	links  []string // the address of each link, in order
	opened int      // how many of them mailedLink has given
}

func open(t testing.TB) *pages {
	t.Helper()
	return openWith(t, func(*site.Deps) {})
}

// openWith is open with other deps.
func openWith(t testing.TB, change func(*site.Deps)) *pages {
	t.Helper()
	w := pgtest.Open(t)
	redisAddr := pgtest.Redis(t)
	s := &pages{w: w, at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), log: &journal{}} // a Tuesday, 10:00 WIB
	quiet := slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	s.keys, err = privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	must(err)
	guard, err := access.New(w.DB, quiet)
	must(err)
	store, err := files.New(w.DB.App, filepath.Join(t.TempDir(), "files"), 50<<20)
	must(err)
	dir := tenancy.NewDirectory(w.DB.App, "localhost")
	s.runner, err = jobs.New(w.DB, jobs.Options{Redis: "redis://" + redisAddr + "/0", Workers: 2, Drain: 5 * time.Second}, dir, quiet)
	must(err)
	bus := event.New(s.runner)
	event.OnTx(bus, s.mailed)
	client := redis.NewClient(&redis.Options{Addr: redisAddr})
	t.Cleanup(func() { _ = client.Close() })
	limiter := redis_rate.NewLimiter(client)
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: s.keys, Bus: bus, Roles: guard, Limiter: limiter, Log: quiet, Now: s.clockNow})
	must(people.Plan(s.runner))
	address := func(c tenancy.City) string {
		if c.Kind == tenancy.KindPlatform {
			return "http://localhost"
		}
		return "http://" + c.Slug + ".localhost"
	}
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: s.keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"},
		Contacts: contacts{people}, BaseURL: address, Log: quiet, Now: s.clockNow, Links: mailPaths()})
	must(err)
	must(mail.Register(bus, s.runner))
	services := catalog.New(w.DB.App)
	papers := document.New(document.Deps{DB: w.DB, Files: store, BaseURL: address, Now: s.clockNow})
	cases := casework.New(casework.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Documents: papers, Keys: s.keys, Notify: mail, Staff: people,
		Standards: standards{services}, BaseURL: address, Log: quiet, Now: s.clockNow})
	must(cases.Register(s.runner))
	cases.Subscribe()
	board := dashboard.New(w.DB.App)
	board.Register(bus)
	meters := metering.New(w.DB, s.clockNow)
	metering.Register(bus)
	g, err := gate.New(gate.Deps{Directory: dir, Identity: people, Guard: guard, Limiter: limiter, Proxies: []string{"127.0.0.1"},
		Log: slog.New(slog.NewTextHandler(s.log, nil))})
	must(err)
	s.gate = g
	deps := site.Deps{Catalog: services, Casework: cases, Dashboard: board, Identity: people, Guard: guard, Directory: dir, DB: w.DB,
		Metering: meters, Billing: billing.New(w.DB, meters, s.clockNow), CityURL: address, Log: quiet, Now: s.clockNow}
	change(&deps)
	s.Pages = site.New(deps)
	s.Mount(g, slices.Concat(New(s.Pages).Tables(), desk.New(s.Pages).Tables())...)
	s.load(t, "batam")
	s.srv = httptest.NewServer(g.Engine())
	t.Cleanup(s.srv.Close)
	return s
}

// load gives cities their packs; Batam has its own from the start.
func (s *pages) load(t testing.TB, slugs ...string) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(catalog.Section())
	engine.Register(casework.Section())
	for _, slug := range slugs {
		p, err := pack.Load(tenants.FS, slug)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Apply(t.Context(), s.w.DB, p); err != nil {
			t.Fatal(err)
		}
	}
	s.Directory.Forget()
}

// work lets background tasks run until the test ends: mails, figures, documents.
func (s *pages) work(t testing.TB) {
	t.Helper()
	if err := s.runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		s.runner.Stop(ctx)
	})
}

// soon waits until ok says yes, for what a background task does.
func (s *pages) soon(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func mailPaths() map[string]string {
	return map[string]string{"account_confirm": "/konfirmasi/{token}", "account_exists": "/masuk",
		"password_reset": "/atur-sandi/{token}", "staff_invite": "/undangan/{token}"}
}

// mailed keeps the address that a mail about an account would carry.
func (s *pages) mailed(ctx context.Context, _ bun.IDB, m event.AccountMail) error {
	token := []byte(nil)
	if m.Sealed != "" {
		sealed, err := base64.StdEncoding.DecodeString(m.Sealed)
		if err != nil {
			return err
		}
		if token, err = s.keys.Open(ctx, sealed, event.AccountMailUse); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links = append(s.links, strings.Replace(mailPaths()[m.Purpose], "{token}", string(token), 1))
	return nil
}

// lastLink is the address in the last mail about an account.
func (s *pages) lastLink(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.links) == 0 {
		t.Fatal("no mail was sent")
	}
	s.opened = len(s.links)
	return s.links[s.opened-1]
}

// mailedLink is the next mail's that was not looked at yet, which a background task writes.
func (s *pages) mailedLink(t testing.TB) string {
	t.Helper()
	var link string
	s.soon(t, "a mail about an account", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.opened == len(s.links) {
			return false
		}
		link = s.links[s.opened]
		s.opened++
		return true
	})
	return link
}

func (s *pages) clockNow() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// wait moves the clock on.
func (s *pages) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

// journal collects log lines.
type journal struct {
	mu sync.Mutex
	b  strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// contacts tells notify where to write, as the program does.
type contacts struct{ people *identity.Service }

func (c contacts) Contact(ctx context.Context, id uuid.UUID) (notify.Contact, error) {
	p, err := c.people.AccountContact(ctx, id)
	return notify.Contact{Name: p.Name, Email: p.Email}, err
}

// standards answers casework from the catalogue, as the program does.
type standards struct{ catalog *catalog.Catalog }

func (s standards) InForce(ctx context.Context, tx bun.IDB, service string, at time.Time) (casework.Offer, error) {
	d, err := s.catalog.FindAt(ctx, tx, service, at.Format(time.DateOnly))
	if err != nil {
		return casework.Offer{}, err
	}
	term, _ := d.Standard.Parts.Time.Term()
	return casework.Offer{Service: d.Service.Code, Name: d.Service.Name, Agency: d.Agency.Code, AgencyName: d.Agency.Name,
		AgencyShort: d.Agency.Short, Version: d.Standard.Version, Native: d.Service.Applicable(), Form: d.Service.Form,
		Workflow: d.Service.Workflow, Document: d.Service.Document, Term: term,
		CooldownMonths: d.Service.Rules.CooldownMonths, OneOpen: d.Service.Rules.OneOpen}, nil
}

// browser is somebody before a screen: it keeps cookies and follows nothing by itself.
type browser struct {
	t      testing.TB
	site   *pages
	host   string
	client *http.Client
	ip     string
	extra  http.Header // sent with every request
}

// browser opens one on a host, from a network of its own so that limits by address do not meet.
func (s *pages) browser(t testing.TB, host string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.srv.Listener.Addr().String())
	}
	tr := &http.Transport{DialContext: dial}
	t.Cleanup(tr.CloseIdleConnections)
	id := uuid.New()
	return &browser{t: t, site: s, host: host, extra: http.Header{}, ip: fmt.Sprintf("10.%d.%d.%d", id[0], id[1], id[2]),
		client: &http.Client{Jar: jar, Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// to is where a redirect leads.
func (a answer) to() string { return a.header.Get("Location") }

func (b *browser) send(method, path, kind string, body io.Reader) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.host+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header = b.extra.Clone()
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPost && req.Header.Get("Sec-Fetch-Site") == "" {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	req.Header.Set("X-Forwarded-For", b.ip)
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.send(http.MethodGet, path, "", nil)
}

func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// upload posts one file the way a browser does.
func (b *browser) upload(path, field, name string, content []byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(http.MethodPost, path, w.FormDataContentType(), &body)
}

// page gets path and must see it, with these words on it.
func (b *browser) page(path string, words ...string) string {
	b.t.Helper()
	a := b.get(path)
	b.sees(a, http.StatusOK, words...)
	return a.body
}

// sees fails the test unless an answer has this status and these words.
func (b *browser) sees(a answer, status int, words ...string) {
	b.t.Helper()
	if a.status != status {
		b.t.Fatalf("status %d (to %q), want %d\n%s", a.status, a.to(), status, text(a.body))
	}
	for _, w := range words {
		if !strings.Contains(text(a.body), w) {
			b.t.Errorf("the page does not say %q:\n%s", w, text(a.body))
		}
	}
}

// goes fails the test unless an answer sends the browser to this path.
func (b *browser) goes(a answer, path string) {
	b.t.Helper()
	if a.status != http.StatusSeeOther || a.to() != path {
		b.t.Fatalf("status %d to %q, want 303 to %q\n%s", a.status, a.to(), path, text(a.body))
	}
}

// follow gets what a redirect leads to.
func (b *browser) follow(a answer) answer {
	b.t.Helper()
	if a.status != http.StatusSeeOther {
		b.t.Fatalf("status %d, want a redirect\n%s", a.status, text(a.body))
	}
	return b.get(a.to())
}

// text is what a person reads of a page: no tags, one space between words.
func text(html string) string {
	if i := strings.Index(html, "<main"); i >= 0 {
		html = html[i:]
	}
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>' && in:
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	plain := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(b.String())
	return strings.Join(strings.Fields(plain), " ")
}

// hidden is the value of a hidden field of a page.
func hidden(t testing.TB, html, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(html, `name="`+name+`" value="`)
	value, _, end := strings.Cut(rest, `"`)
	if !ok || !end {
		t.Fatalf("no hidden field %q", name)
	}
	return value
}

// in is the test's context, doing its work for the city of a host.
func (s *pages) in(t testing.TB, host string) context.Context {
	t.Helper()
	city, err := s.Directory.ByHost(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return tenancy.With(t.Context(), city)
}

// resident makes an account and signs it in.
func (s *pages) resident(t testing.TB, host, name, phone string) *browser {
	t.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@contoh.id"
	if _, err := s.Identity.CreateResident(s.in(t, host), identity.SeedInput{Name: name, Email: email, Phone: phone, Password: password}); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t, host)
	b.goes(b.post("/masuk", "login", email, "password", password), "/permohonan")
	return b
}

// staff makes an account with an authenticator and signs it in with both factors.
func (s *pages) staff(t testing.TB, host, name, role, agency string) *browser {
	t.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@kota.id"
	if _, err := s.Identity.CreateStaff(s.in(t, host), identity.SeedInput{
		Name: name, Email: email, Password: password, Roles: []string{role}, Agency: agency, TOTPSecret: secret,
	}); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t, host)
	b.goes(b.post("/masuk", "login", email, "password", password), "/masuk/kode")
	if a := b.post("/masuk/kode", "code", s.code(t)); a.status != http.StatusSeeOther {
		t.Fatalf("second factor: %d\n%s", a.status, text(a.body))
	}
	return b
}

// code is what the authenticator of staff shows now.
func (s *pages) code(t testing.TB) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, s.clockNow())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// filled are the answers of the whole form for one person.
func filled(nik string) map[string][]string {
	return map[string][]string{
		"syarat":     {"pernyataan_awal", "yes"},
		"nik":        {"nik", nik},
		"identitas":  {"nama_lengkap", "Siti Rahma", "tanggal_lahir", "27", "tanggal_lahir", "3", "tanggal_lahir", "1990"},
		"kk":         {"nomor_kk", "2171 0401 0216 0007"},
		"kontak":     {"nomor_hp", "0812 7000 1234"},
		"kecamatan":  {"kecamatan", "21.71.10"},
		"kehilangan": {"tanggal_hilang", "20", "tanggal_hilang", "11", "tanggal_hilang", "2026", "tempat_hilang", "Pasar Mitra Raya"},
		"pernyataan": {"paham_data_pribadi", "yes", "pernyataan_benar", "yes"},
	}
}

// uploads are the pages of the form that ask for a file, with the field.
func uploads() map[string]string {
	return map[string]string{"berkas_kk": "file_kk", "berkas_kepolisian": "file_surat_kehilangan"}
}

// draft starts an application and fills it in, page by page as the site leads. It returns its address.
func (b *browser) draft(nik string) string {
	b.t.Helper()
	at := b.post("/ajukan/" + ktp)
	return b.fill(at.to(), nik)
}

// fill answers a form from one of its pages on, as the site leads. It returns the application's address.
func (b *browser) fill(from, nik string) string {
	b.t.Helper()
	root, page, ok := strings.Cut(from, "/isi/")
	if !ok {
		b.t.Fatalf("the form begins at %q", from)
	}
	for n := 0; page != "" && n < 20; n++ {
		path := root + "/isi/" + page
		b.page(path)
		var next answer
		if field, ok := uploads()[page]; ok {
			next = b.upload(path, field, "foto.jpg", photo(b.t))
		} else {
			next = b.post(path, filled(nik)[page]...)
		}
		if next.status != http.StatusSeeOther {
			b.t.Fatalf("page %s: %d\n%s", page, next.status, text(next.body))
		}
		_, page, _ = strings.Cut(next.to(), "/isi/")
	}
	return root
}

// apply sends a whole application and returns its address and number.
func (b *browser) apply(nik string) (root, number string) {
	b.t.Helper()
	return b.sent(b.draft(nik))
}

// sent sends a draft and returns its address and number.
func (b *browser) sent(root string) (string, string) {
	b.t.Helper()
	sent := b.post(root+"/kirim", "key", hidden(b.t, b.page(root+"/periksa"), "key"))
	b.goes(sent, root+"/terkirim")
	_, rest, _ := strings.Cut(b.follow(sent).body, `class="reference">`)
	number, _, _ := strings.Cut(rest, "<")
	return root, number
}

// photo is a small JPEG.
func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// askForCorrection lets an officer of the agency send an application back to its applicant.
func (s *pages) askForCorrection(t testing.TB, root, message string, fields ...string) {
	t.Helper()
	ctx := s.in(t, hostBatam)
	id, err := uuid.Parse(strings.TrimPrefix(root, "/permohonan/"))
	if err != nil {
		t.Fatal(err)
	}
	officer := s.officer(t)
	d, err := s.Casework.Get(ctx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Casework.Act(ctx, officer, casework.ActInput{
		ID: id, Action: "request_correction", Version: d.Application.Version, Reason: message, Fields: fields,
	}); err != nil {
		t.Fatal(err)
	}
}

// officer is a member of Disdukcapil's staff with a full session, without a browser.
func (s *pages) officer(t testing.TB) identity.Actor {
	t.Helper()
	ctx := s.in(t, hostBatam)
	id, err := s.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Andi Wijaya", Email: "andi@kota.id", Password: password,
		Roles: []string{"officer"}, Agency: "disdukcapil", TOTPSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Identity.ActorFor(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
