package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/devkit/mailbox"
	issued "bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

const (
	password   = "kapal putih di selat"
	totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	batam      = "batam.localhost"
	tanjung    = "tanjungpinang.localhost"
	bumd       = "localhost"
	ktp        = "ktp-el-hilang"
)

// world is the API on a server of its own, over the Batam and Tanjungpinang packs, with a mailbox. Its workers run
// after work.
type world struct {
	gate *gate.Gate
	*API
	w         *pgtest.World
	runner    *jobs.Runner
	box       *mailbox.Box
	server    *httptest.Server
	collector *metering.Collector
	contract  *contract
}

// packed has the packs of both cities.
var packed pgtest.Filled

func load(t *testing.T, w *pgtest.World) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(catalog.Section())
	engine.Register(tariff.Section())
	engine.Register(application.Section())
	engine.Register(booking.Section())
	for _, slug := range []string{"batam", "tanjungpinang"} {
		if _, err := engine.Apply(t.Context(), w.DB, must(pack.Load(tenants.FS, slug))(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// newAPI builds everything between the socket and the database as the program does.
func newAPI(t *testing.T) *world {
	t.Helper()
	w, quiet := packed.Open(t, func(w *pgtest.World) { load(t, w) }), slog.New(slog.DiscardHandler)
	addr := pgtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = rdb.Close() })
	dir := tenancy.NewDirectory(w.DB.App, "localhost")
	out := &world{w: w}
	var err error
	out.runner = must(jobs.New(w.DB, jobs.Options{Redis: addr, Workers: 4, Poll: 20 * time.Millisecond}, dir, quiet))(t)
	out.box = must(mailbox.Open(t.TempDir(), quiet))(t)
	t.Cleanup(out.box.Close)
	bus := event.New(out.runner)
	keys := must(privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32)))(t)
	guard := must(access.New(w.DB, quiet))(t)
	limiter := redis_rate.NewLimiter(rdb)
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Limiter: limiter, Log: quiet})
	if err = people.Plan(out.runner); err != nil {
		t.Fatal(err)
	}
	store := must(files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: slog.New(slog.DiscardHandler)}))(t)
	cityURL := func(c tenancy.City) string { return "http://" + c.Slug + ".localhost:8080" }
	host, port := out.box.Addr()
	mail := must(notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, Contacts: contacts{people}, BaseURL: cityURL, Log: quiet,
		SMTP:  notify.SMTPConfig{Host: host, Port: port, From: "kota@localhost", TLS: "none"},
		Links: map[string]string{"account_confirm": "/konfirmasi/{token}", "account_exists": "/masuk", "password_reset": "/atur-sandi/{token}", "staff_invite": "/undangan/{token}", "invite_held": "/masuk"},
	}))(t)
	if err = mail.Register(bus, out.runner); err != nil {
		t.Fatal(err)
	}
	cat := catalog.New(w.DB.App)
	papers := issued.New(issued.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Keys: keys, Notify: mail, BaseURL: cityURL})
	if err = papers.Register(out.runner); err != nil {
		t.Fatal(err)
	}
	cases := casework.New(application.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Documents: papers, Keys: keys, Notify: mail, Staff: people,
		Standards: standards{cat}, BaseURL: cityURL, Log: quiet})
	if err = cases.Register(out.runner); err != nil {
		t.Fatal(err)
	}
	cases.Subscribe()
	board := dashboard.New(w.DB.App)
	board.Register(bus)
	codes := apikey.New(w.DB.App, nil)
	others := external.New(external.Deps{DB: w.DB.App, Guard: guard, Keys: keys, Codes: codes, Bus: bus})
	meters := metering.New(w.DB, time.Now)
	metering.Register(bus)
	out.collector = metering.NewCollector(w.DB.App, quiet)
	out.collector.Start()
	t.Cleanup(func() { _ = out.collector.Stop(context.Background()) })
	visits := booking.New(booking.Deps{DB: w.DB, Guard: guard, Bus: bus, Notify: mail, Staff: people, Matters: matters{cat}, Log: quiet})
	many := bulk.New(bulk.Deps{DB: w.DB, Guard: guard, Steps: steps{cases}, Log: quiet})
	if err = many.Register(out.runner); err != nil {
		t.Fatal(err)
	}
	forms := builder.New(builder.Deps{DB: w.DB, Guard: guard, Forms: cases, Workflows: cases, Reserved: issued.BuiltIn()})
	out.API = New(Deps{Bulk: many, Documents: papers, Catalog: cat, Editor: catalog.NewEditor(catalog.EditorDeps{DB: w.DB, Guard: guard, Definitions: cases}), Builder: forms, Casework: cases, Booking: visits, Inbox: inbox.New(inbox.Deps{DB: w.DB, Guard: guard, Number: application.ParseNumber}), Dashboard: board, External: others, Identity: people, Guard: guard, Directory: dir,
		Metering: meters, Producers: metering.NewProducers(metering.ProducersDeps{DB: w.DB, Guard: guard, Codes: codes}), Billing: billing.New(w.DB, meters, time.Now), CityURL: cityURL, Log: quiet})
	g := must(gate.New(gate.Deps{Directory: dir, Identity: people, Keys: codes, Guard: guard, Limiter: limiter, Log: quiet, OnAPI: out.collector.Requested}))(t)
	out.gate = g
	out.Mount(g)
	out.contract = newContract(t, must(out.Document())(t))
	out.server = httptest.NewServer(g.Engine())
	t.Cleanup(out.server.Close)
	return out
}

// must unwraps a constructor's result.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// standards and contacts are the glue that app has.
type standards struct{ catalog *catalog.Catalog }

func (s standards) InForce(ctx context.Context, tx bun.IDB, service string, at time.Time) (application.Offer, error) {
	city, _ := tenancy.CityFrom(ctx)
	d, err := s.catalog.FindAt(ctx, tx, service, at.In(city.Location()).Format(time.DateOnly))
	if err != nil {
		return application.Offer{}, err
	}
	now := d.Standard.Parts.At(at.In(city.Location()))
	return application.Offer{
		Service: d.Service.Code, Name: d.Service.Name, Agency: d.Agency.Code, AgencyName: d.Agency.Name, AgencyShort: d.Agency.Short,
		Version: d.Standard.Version, Native: d.Service.Applicable(), Form: d.Service.Form, Workflow: d.Service.Workflow,
		Document: d.Service.Document, Term: now.Term, Season: application.Season{Shut: now.Shut, Opens: now.Opens, Closes: now.Closes},
		CooldownMonths: d.Service.Rules.CooldownMonths, OneOpen: d.Service.Rules.OneOpen, OfficeOf: d.Service.Rules.Office,
	}, nil
}

type contacts struct{ people *identity.Service }

func (c contacts) Contact(ctx context.Context, id uuid.UUID) (notify.Contact, error) {
	p, err := c.people.AccountContact(ctx, id)
	return notify.Contact{Name: p.Name, Email: p.Email, Locale: i18n.Locale(p.Locale)}, err
}

// work starts the workers.
func (w *world) work(t *testing.T) {
	t.Helper()
	if err := w.runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.runner.Stop(context.Background()) })
}

// resident makes an account and signs it in through the API.
func (w *world) resident(t *testing.T, city tenancy.City, name, email string) client {
	t.Helper()
	if _, err := w.Identity.CreateResident(w.w.Ctx(city), identity.SeedInput{Name: name, Email: email, Phone: "", Password: password}); err != nil {
		t.Fatal(err)
	}
	return w.signedIn(t, city.Slug+".localhost", email)
}

func (w *world) staff(t *testing.T, city tenancy.City, email, agency string, roles ...string) client {
	t.Helper()
	_, err := w.Identity.CreateStaff(w.w.Ctx(city), identity.SeedInput{Name: "Petugas " + roles[0], Email: email, Password: password,
		Roles: roles, Agency: agency, TOTPSecret: totpSecret})
	if err != nil {
		t.Fatal(err)
	}
	host := city.Slug + ".localhost"
	if city.Kind == tenancy.KindPlatform {
		host = bumd
	}
	return w.signedIn(t, host, email)
}

// signedIn signs in with password and, where the session needs it, an authenticator's code.
func (w *world) signedIn(t *testing.T, host, login string) client {
	t.Helper()
	c := w.at(host)
	var s session
	c.post(t, 201, "/sessions", signInRequest{Login: login, Password: password}, &s)
	c.token = s.Token
	if s.NeedsTOTP {
		code := must(totp.GenerateCode(totpSecret, time.Now()))(t)
		c.post(t, 200, "/sessions/totp", codeRequest{Code: code}, &s)
		c.token = s.Token
	}
	return c
}

// client is a program of one session at one host.
type client struct {
	w     *world
	host  string
	token string
	lang  string
}

func (w *world) at(host string) client { return client{w: w, host: host, lang: "en"} }

type answered struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request; header is name, value, name, value.
func (c client) do(t testing.TB, method, path string, body io.Reader, header ...string) answered {
	t.Helper()
	if !strings.HasPrefix(path, "/api") && !strings.HasPrefix(path, "/openapi") {
		path = rest.Base + path
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.w.server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = c.host
	req.Header.Set("Accept-Language", c.lang)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.w.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answered{status: res.StatusCode, header: res.Header, body: raw}
	c.w.contract.check(t, method, path, a)
	return a
}

// call sends a value as JSON and reads the answer, which must have this status.
func (c client) call(t testing.TB, method string, status int, path string, in, out any, header ...string) answered {
	t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
		header = append(header, "Content-Type", "application/json")
	}
	a := c.do(t, method, path, body, header...)
	if a.status != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.body)
	}
	if out != nil {
		reflect.ValueOf(out).Elem().SetZero() // what is left out of this answer must not stay from the last
		if err := json.Unmarshal(a.body, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

func (c client) get(t testing.TB, path string, out any) answered {
	t.Helper()
	return c.call(t, http.MethodGet, 200, path, nil, out)
}

func (c client) post(t testing.TB, status int, path string, in, out any, header ...string) answered {
	t.Helper()
	return c.call(t, http.MethodPost, status, path, in, out, header...)
}

// refused sends a request that must be refused with this status and code.
func (c client) refused(t testing.TB, method, path string, in any, status int, code string, header ...string) rest.Problem {
	t.Helper()
	var p rest.Problem
	a := c.call(t, method, status, path, in, &p, header...)
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("%s %s: refused as %s", method, path, ct)
	}
	if p.Type != "/problems/"+code || p.Status != status || p.Title == "" || strings.Contains(p.Title, "api.title") || strings.Contains(p.Detail, "fault.") {
		t.Errorf("%s %s: %+v, want %s", method, path, p, code)
	}
	return p
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// eventually looks again until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !cond(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(20 * time.Millisecond) // between looks at a condition
	}
}

func (s standards) OfficeAt(ctx context.Context, tx bun.IDB, district, subdistrict string) (application.Office, bool, error) {
	a, ok, err := s.catalog.OfficeAt(ctx, tx, district, subdistrict)
	return application.Office{Code: a.Code, Name: a.Name, Short: a.Short}, ok, err
}

// steps answers bulk from casework.
type steps struct{ casework *casework.Service }

func (s steps) Look(ctx context.Context, actor identity.Actor, ids []uuid.UUID) (map[uuid.UUID]bulk.Seen, error) {
	all, err := s.casework.Look(ctx, actor, ids)
	out := map[uuid.UUID]bulk.Seen{}
	for _, a := range all {
		out[a.ID] = bulk.Seen{Number: a.Number, Version: a.Version}
	}
	return out, err
}

func (s steps) Take(ctx context.Context, actor identity.Actor, x bulk.Step, also func(context.Context, bun.Tx) error) error {
	_, err := s.casework.Act(ctx, actor, casework.ActInput{ID: x.Application, Version: x.Version, Action: x.Action, Reason: x.Reason, Also: also})
	return err
}

// matters answers booking from the catalogue; nothing is collected here.
type matters struct{ catalog *catalog.Catalog }

func (m matters) ServiceName(ctx context.Context, db bun.IDB, service string) (i18n.Text, error) {
	return m.catalog.Offered(ctx, db, service)
}

func (matters) ToCollect(context.Context, identity.Actor, uuid.UUID) (string, error) {
	return "", fault.New(fault.NotFound, "application.not_found")
}
