// Package pagetest opens the whole site for a test, with people before screens: the pages of portal and desk over the real
// gate and real services, on a database and a Redis of their own.
package pagetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/city/revenue"
	"bedelau/internal/city/simulation"
	"bedelau/internal/edge/admin"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/counter"
	"bedelau/internal/edge/damage"
	"bedelau/internal/edge/desk"
	"bedelau/internal/edge/ductmoney"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/editor"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/groundwork"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/ordering"
	"bedelau/internal/edge/papers"
	"bedelau/internal/edge/partner"
	"bedelau/internal/edge/portal"
	"bedelau/internal/edge/pricing"
	"bedelau/internal/edge/public"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/replay"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/standard"
	"bedelau/internal/edge/subscribing"
	"bedelau/internal/edge/treasury"
	"bedelau/internal/edge/visit"
	"bedelau/internal/edge/wave"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

const (
	KTP      = "ktp-el-hilang"
	Password = "sepeda biru tua"
	SitiNIK  = "2171046703900003" // a woman, born 27 March 1990
	secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

	HostBatam    = "batam.localhost"
	HostOther    = "tanjungpinang.localhost"
	HostPlatform = "localhost"
)

// Site is the pages over the real gate and real services, on a database and a Redis of their own, with the pack of
// Batam, a clock that the test moves, and every link that would have been mailed.
type Site struct {
	*site.Pages
	World     *pgtest.World
	Gate      *gate.Gate
	APIKeys   *apikey.Service   // of the agencies' apps, which have no page
	Registers *registry.Service // of the state, which only the operator sets
	Waits     *ductwait.Service // whose planned work a test does itself
	srv       *httptest.Server
	runner    *jobs.Runner
	keys      *privacy.Keys
	Journal   *journal // what the gate has logged

	mu     sync.Mutex
	at     time.Time
	Links  []string // the address of each link, in order
	wrote  []string // the transaction that wrote each: until it is over its link leads nowhere
	opened int      // how many of them MailedLink has given
}

// packed has the pack of Batam.
var packed pgtest.Filled

// Open brings up a site with the usual deps, on a database and services of the test's own.
func Open(t testing.TB) *Site {
	t.Helper()
	return OpenWith(t, func(*site.Deps) {})
}

// OpenWith is open with other deps.
func OpenWith(t testing.TB, with func(*site.Deps)) *Site {
	t.Helper()
	w := packed.Open(t, func(w *pgtest.World) { load(t, w, "batam") })
	redisAddr := pgtest.Redis(t)
	s := &Site{World: w, at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), Journal: &journal{}} // a Tuesday, 10:00 WIB
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
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: s.keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: slog.New(slog.DiscardHandler)})
	must(err)
	dir := tenancy.NewDirectory(w.DB.App, "localhost")
	s.runner, err = jobs.New(w.DB, jobs.Options{Redis: "redis://" + redisAddr + "/0", Workers: 2, Drain: 5 * time.Second}, dir, quiet)
	must(err)
	bus := event.New(s.runner)
	event.OnTx(bus, s.mailed)
	client := redis.NewClient(&redis.Options{Addr: redisAddr})
	t.Cleanup(func() { _ = client.Close() })
	limiter := redis_rate.NewLimiter(client)
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: s.keys, Bus: bus, Roles: guard, Limiter: limiter, Log: quiet, Now: s.ClockNow})
	must(people.Plan(s.runner))
	address := func(c tenancy.City) string {
		if c.Kind == tenancy.KindPlatform {
			return "http://localhost"
		}
		return "http://" + c.Slug + ".localhost"
	}
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: s.keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"},
		Contacts: contacts{people, w.DB.App, s.keys}, Files: store, BaseURL: address, Log: quiet, Now: s.ClockNow, Links: mailPaths()})
	must(err)
	must(mail.Register(bus, s.runner))
	services := catalog.New(w.DB.App)
	issued := document.New(document.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Keys: s.keys, Notify: mail, BaseURL: address, MadeWith: services.MadeWith, Now: s.ClockNow})
	must(issued.Register(s.runner))
	s.Registers = registry.New(registry.Deps{DB: w.DB.App, Keys: s.keys, Now: s.ClockNow})
	cases := casework.New(application.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Documents: issued, Keys: s.keys, Notify: mail, Staff: people,
		Registry: s.Registers, Standards: standards{services}, BaseURL: address, Log: quiet, Now: s.ClockNow})
	must(cases.Register(s.runner))
	cases.Subscribe()
	many := bulk.New(bulk.Deps{DB: w.DB, Guard: guard, Steps: steps{cases}, Log: quiet, Now: s.ClockNow})
	must(many.Register(s.runner))
	pipes := duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	surveying := ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: pipes})
	must(surveying.Register(s.runner))
	ductBook := ductbill.New(ductbill.Deps{DB: w.DB, Guard: guard, Files: store, Notify: mail, Now: s.ClockNow})
	must(ductBook.Register(s.runner))
	works := ductwork.New(ductwork.Deps{DB: w.DB.App, Guard: guard, Files: store, Notify: mail, Keys: s.keys, Now: s.ClockNow, Applications: cases})
	works.Register(s.runner)
	works.Subscribe(bus, issued)
	held := lease.New(lease.Deps{Line: ductwait.Line{}, DB: w.DB.App, Guard: guard, Book: ductBook, Works: works, Now: s.ClockNow})
	held.Register(s.runner)
	companies := operator.New(operator.Deps{DB: w.DB.App, Guard: guard, Identity: people, Leases: held, Files: store, Now: s.ClockNow})
	s.Waits = ductwait.New(ductwait.Deps{DB: w.DB.App, Guard: guard, Leases: held, Operators: companies, Notify: mail, Now: s.ClockNow})
	broken := ductdamage.New(ductdamage.Deps{DB: w.DB.App, Guard: guard, Notify: mail, Files: store, Keys: s.keys, Ducts: pipes, Companies: companies, Book: ductBook, Now: s.ClockNow})
	must(broken.Register(s.runner))
	prices := ducttariff.New(ducttariff.Deps{DB: w.DB.App, Guard: guard, Now: s.ClockNow})
	orders := ductorder.New(ductorder.Deps{DB: w.DB.App, Guard: guard, Leases: held, Operators: companies, Waits: s.Waits, Prices: prices, Files: store, Keys: s.keys, Notify: mail, Now: s.ClockNow})
	must(orders.Register(s.runner))
	waves := ductwave.New(ductwave.Deps{DB: w.DB.App, Guard: guard, Leases: held, Operators: companies, Files: store, Notify: mail, Now: s.ClockNow})
	waves.Register(s.runner)
	visits := booking.New(booking.Deps{DB: w.DB, Guard: guard, Bus: bus, Notify: mail, Staff: people, Matters: matters{services, cases}, Log: quiet, Now: s.ClockNow})
	must(visits.Register(s.runner))
	list := inbox.New(inbox.Deps{DB: w.DB, Guard: guard, Keys: s.keys, Number: application.ParseNumber, Now: s.ClockNow})
	list.Register(s.runner)
	board := dashboard.New(w.DB.App)
	board.Register(bus)
	s.APIKeys = apikey.New(w.DB.App, s.ClockNow)
	others := external.New(external.Deps{DB: w.DB.App, Guard: guard, Keys: s.keys, Codes: s.APIKeys, Bus: bus, Now: s.ClockNow})
	replays := simulation.New(simulation.Deps{DB: w.DB.App, Guard: guard, Log: quiet, Now: s.ClockNow})
	must(replays.Register(s.runner))
	meters := metering.New(w.DB, s.ClockNow)
	metering.Register(bus)
	money := finance.New(finance.Deps{DB: w.DB, Guard: guard, Files: store, Notify: mail, Now: s.ClockNow})
	must(money.Register(s.runner))
	bills := billing.New(w.DB, meters, s.ClockNow)
	changes := change.New(change.Deps{DB: w.DB, Guard: guard, Billing: bills, Notify: mail, Now: s.ClockNow})
	must(changes.Register(s.runner))
	collected := collection.New(collection.Deps{DB: w.DB, Guard: guard, Billing: bills, Receipts: money, Log: quiet, Now: s.ClockNow})
	g, err := gate.New(gate.Deps{Directory: dir, Identity: people, Guard: guard, Limiter: limiter, Proxies: []string{"127.0.0.1"},
		Log: slog.New(slog.NewTextHandler(s.Journal, nil))})
	must(err)
	s.Gate = g
	deps := site.Deps{DuctWaits: s.Waits, DuctWorks: works, Operators: companies, Damages: broken,
		Catalog: services, Casework: cases, Ducts: pipes, Surveying: surveying, Leases: held, DuctBills: ductBook, Revenue: revenue.New(revenue.Deps{DB: w.DB, Guard: guard, Now: s.ClockNow}), DuctPrice: prices, DuctMap: ductmap.New(ductmap.Deps{DB: w.DB.App, Guard: guard, Leases: held, Now: s.ClockNow}), Bulk: many,
		Orders:   orders,
		DuctEdit: ductedit.New(ductedit.Deps{DB: w.DB.App, Guard: guard, Files: store}), Cables: ductcable.New(ductcable.Deps{DB: w.DB.App, Guard: guard}),
		Waves:   waves,
		Editor:  catalog.NewEditor(catalog.EditorDeps{DB: w.DB, Guard: guard, Definitions: cases, Now: s.ClockNow}),
		Tariffs: tariff.NewEditor(w.DB.App, guard, s.ClockNow),
		Builder: builder.New(builder.Deps{DB: w.DB, Guard: guard, Forms: cases, Workflows: cases, Reserved: document.BuiltIn(), MadeWith: services.MadeWith, Now: s.ClockNow}), Documents: issued, Inbox: list, Booking: visits, Calendar: calendar.New(w.DB.App, guard, s.ClockNow), Dashboard: board, External: others, Registry: s.Registers, Simulation: replays, Identity: people, Guard: guard, Directory: dir, DB: w.DB,
		Metering: meters, Billing: bills, Changes: changes, Finance: money, Collection: collected, CityURL: address, Log: quiet, Now: s.ClockNow}
	with(&deps)
	s.Pages = site.New(deps)
	s.Mount(g, slices.Concat(
		public.New(s.Pages).Tables(), portal.New(s.Pages).Tables(), visit.New(s.Pages).Tables(),
		ordering.New(s.Pages).Tables(),
		groundwork.New(s.Pages).Tables(),
		queue.New(s.Pages).Tables(), desk.New(s.Pages).Tables(), counter.New(s.Pages).Tables(), papers.New(s.Pages).Tables(), editor.New(s.Pages).Tables(), replay.New(s.Pages).Tables(), standard.New(s.Pages).Tables(), admin.New(s.Pages).Tables(), console.New(s.Pages).Tables(), ducts.New(s.Pages).Tables(), leasing.New(s.Pages).Tables(), partner.New(s.Pages).Tables(), ductmoney.New(s.Pages).Tables(), damage.New(s.Pages).Tables(), pricing.New(s.Pages).Tables(), treasury.New(s.Pages).Tables(),
		subscribing.New(s.Pages).Tables(),
		wave.New(s.Pages).Tables(),
	)...)
	s.srv = httptest.NewServer(g.Engine())
	t.Cleanup(s.srv.Close)
	return s
}

// Load gives cities their packs; Batam has its own from the start.
func (s *Site) Load(t testing.TB, slugs ...string) {
	t.Helper()
	load(t, s.World, slugs...)
	s.Directory.Forget()
}

func load(t testing.TB, w *pgtest.World, slugs ...string) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(catalog.Section())
	engine.Register(tariff.Section())
	engine.Register(application.Section())
	engine.Register(booking.Section())
	engine.Register(duct.Section())
	engine.Register(lease.Section())
	engine.Register(ducttariff.Section())
	engine.Register(ductbill.Section())
	engine.Register(ductwork.Section())
	engine.Register(ductwork.PermitSection())
	engine.Register(ductflow.Section())
	engine.Register(revenue.Section())
	engine.Register(revenue.AccountingSection())
	engine.Register(ductdamage.Section())
	engine.Register(ductwave.Section())
	engine.Register(ductwait.Section())
	for _, slug := range slugs {
		p, err := pack.Load(tenants.FS, slug)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Apply(t.Context(), w.DB, p); err != nil {
			t.Fatal(err)
		}
	}
}

// Secret is what the latest mail of a template would carry: the token of its link, or its code.
func (s *Site) Secret(t testing.TB, template string) string {
	t.Helper()
	ctx := s.World.Ctx(s.World.Batam)
	var sealed string
	err := s.World.DB.App.NewRaw("SELECT data->>'sealed' FROM message WHERE tenant_id = ? AND template = ? ORDER BY id DESC LIMIT 1",
		s.World.Batam.ID, template).Scan(ctx, &sealed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := s.keys.Open(ctx, raw, "notify.secret")
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// Work lets background tasks run until the test ends: mails, figures, documents.
func (s *Site) Work(t testing.TB) {
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

// Run has every plan and every job that waits done once, here and now, as of the site's clock. A mail that no server takes is none of
// a test's concern.
func (s *Site) Run(t testing.TB) {
	t.Helper()
	if err := s.runner.Plan(t.Context(), s.ClockNow()); err != nil {
		t.Fatal(err)
	}
	if err := s.runner.Work(t.Context(), s.ClockNow()); err != nil && !strings.Contains(err.Error(), "notify.send") {
		t.Fatal(err)
	}
}

// Soon waits until ok says yes, for what a background task does.
func (s *Site) Soon(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func mailPaths() map[string]string {
	return map[string]string{"account_confirm": "/konfirmasi/{token}", "account_exists": "/masuk",
		"password_reset": "/atur-sandi/{token}", "staff_invite": "/undangan/{token}", "invite_held": "/masuk"}
}

// mailed keeps the address that a mail about an account would carry.
func (s *Site) mailed(ctx context.Context, tx bun.IDB, m event.AccountMail) error {
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
	var by string
	if err := tx.NewRaw("SELECT pg_current_xact_id()::text").Scan(ctx, &by); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote = append(s.wrote, by)
	s.Links = append(s.Links, strings.Replace(mailPaths()[m.Purpose], "{token}", string(token), 1))
	return nil
}

// LastLink is the address in the last mail about an account.
func (s *Site) LastLink(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.Links) == 0 {
		t.Fatal("no mail was sent")
	}
	s.opened = len(s.Links)
	return s.Links[s.opened-1]
}

// MailedLink is the next mail's that was not looked at yet, which a background task writes.
func (s *Site) MailedLink(t testing.TB) string {
	t.Helper()
	next := func() (link, by string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.opened == len(s.Links) {
			return "", ""
		}
		return s.Links[s.opened], s.wrote[s.opened]
	}
	var link string
	s.Soon(t, "a mail about an account", func() bool {
		var by, state string
		if link, by = next(); by == "" {
			return false
		}
		if err := s.World.DB.Pool.QueryRow(t.Context(), "SELECT pg_xact_status($1::text::xid8)", by).Scan(&state); err != nil {
			t.Fatal(err)
		}
		if state == "in progress" {
			return false
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opened++
		return state == "committed" // of one that failed its job is done again
	})
	return link
}

// ClockNow is what the site's clock shows; Wait moves it on.
func (s *Site) ClockNow() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Wait moves the clock on.
func (s *Site) Wait(d time.Duration) {
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
