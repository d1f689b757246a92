// Package year_test lives through a year of the BUMD with twenty cities: what they use, what is billed for it and how it is paid,
// by the product's own planned work and by a clock of the test's. Every month end the books are held against the test's own
// record of what happened, and every rupiah against a recomputation in SQL from raw events and the price list.
package year_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/collection/stripetest"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

const signing = "whsec_year"

// world is the BUMD's program with its cities, its bank and a Stripe, and the time.
type world struct {
	t   *testing.T
	w   *pgtest.World
	ctx context.Context // the platform's
	now time.Time
	raw *pgx.Conn // for what is recomputed: it sees every row as it is

	cities map[string]*city
	order  []*city

	runner    *jobs.Runner
	metering  *metering.Service
	billing   *billing.Service
	changes   *change.Service
	finance   *finance.Service
	collect   *collection.Service
	stripe    *stripetest.Standin
	heard     int // how many of Stripe's events were told
	clerk     identity.Actor
	boss      identity.Actor // decides what the clerk asks
	statement int
	used      int
	book      book
	shares    map[string]string // how each month was shared out when it ended
	collected map[string]money.Rupiah
}

// city is one with how it pays.
type city struct {
	tenancy.City
	n     int
	habit habit
	ends  time.Time    // the first day without a subscription, for good
	left  money.Rupiah // what its end left to it, before tax
}

// gone reports whether a city has left for good before the month after one.
func (c *city) gone(month time.Time) bool {
	return !c.ends.IsZero() && !c.ends.After(day(month.Year(), month.Month()+1, 1))
}

// Prices are given so that halves, tiers and packages are hit.
const prices = `
INSERT INTO plan (code, name, summary) VALUES ('rintis', '{"id": "Rintis"}', '{"id": "."}'), ('madya', '{"id": "Madya"}', '{"id": "."}'), ('utama', '{"id": "Utama"}', '{"id": "."}');
INSERT INTO plan_version (plan, version, effective_from, components, entitlements) VALUES
('rintis', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3100000, "name": {"id": "Langganan"}},
	{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 10, "price": 2500, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
	{"code": "dokumen", "kind": "tiered", "meter": "documents_issued", "tiers": [{"up_to": 4, "price": 1000}, {"price": 333}], "name": {"id": "Dokumen"}, "unit": {"id": "dokumen"}},
	{"code": "putusan", "kind": "package", "meter": "applications_decided", "size": 3, "price": 7000, "name": {"id": "Putusan"}, "unit": {"id": "putusan"}},
	{"code": "ducting", "kind": "flat", "optional": true, "price": 600001, "name": {"id": "Ducting"}},
	{"code": "pemasangan", "kind": "once", "price": 1000000, "name": {"id": "Pemasangan"}},
	{"code": "minimum", "kind": "minimum", "price": 3160000, "name": {"id": "Paling sedikit"}}]', '{"modules": ["duct"], "limits": {}}'),
('rintis', 2, '2026-07-01', '[{"code": "langganan", "kind": "flat", "price": 3350001, "name": {"id": "Langganan"}},
	{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 15, "price": 2750, "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
	{"code": "dokumen", "kind": "tiered", "meter": "documents_issued", "included": 2, "tiers": [{"up_to": 4, "price": 1100}, {"up_to": 8, "price": 500}, {"price": 333}], "name": {"id": "Dokumen"}, "unit": {"id": "dokumen"}}]', '{}'),
('madya', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9300000, "name": {"id": "Langganan"}},
	{"code": "permohonan", "kind": "volume", "meter": "applications_submitted", "tiers": [{"up_to": 10, "price": 2000}, {"up_to": 25, "price": 1500}, {"price": 1000}], "name": {"id": "Permohonan"}, "unit": {"id": "permohonan"}},
	{"code": "petugas", "kind": "unit", "meter": "active_staff", "included": 5, "price": 75000, "name": {"id": "Petugas"}, "unit": {"id": "orang"}},
	{"code": "pesan", "kind": "unit", "meter": "notifications_sent", "included": 100, "price": 150, "name": {"id": "Pesan"}, "unit": {"id": "pesan"}}]', '{}'),
('utama', 1, '2026-01-01', '[{"code": "setahun", "kind": "flat", "every": "year", "price": 120000001, "name": {"id": "Langganan setahun"}},
	{"code": "penyimpanan", "kind": "package", "meter": "storage_gb", "included": 20, "size": 10, "price": 500000, "name": {"id": "Penyimpanan"}, "unit": {"id": "GB"}},
	{"code": "ruas", "kind": "unit", "meter": "duct_segments", "price": 1111, "name": {"id": "Ruas"}, "unit": {"id": "ruas"}},
	{"code": "minimum", "kind": "minimum", "price": 10750000, "name": {"id": "Paling sedikit"}}]', '{}');
INSERT INTO coupon (code, percent, months, given_from, given_until, note) VALUES ('PERINTIS', 15, 3, '2026-01-01', '2027-01-01', 'Kota perintis');
INSERT INTO coupon (code, amount, given_from, given_until, note, components) VALUES ('HEMAT', 500000, '2026-01-01', '2027-01-01', 'Kontrak lama', '{langganan}')`

// places are the cities beside Batam and Tanjungpinang, in the three times of Indonesia.
var places = []struct{ slug, name, zone string }{
	{"sabang", "Kota Sabang", "Asia/Jakarta"}, {"medan", "Kota Medan", "Asia/Jakarta"}, {"pekanbaru", "Kota Pekanbaru", "Asia/Jakarta"},
	{"padang", "Kota Padang", "Asia/Jakarta"}, {"jambi", "Kota Jambi", "Asia/Jakarta"}, {"palembang", "Kota Palembang", "Asia/Jakarta"},
	{"bengkulu", "Kota Bengkulu", "Asia/Jakarta"}, {"bandung", "Kota Bandung", "Asia/Jakarta"}, {"semarang", "Kota Semarang", "Asia/Jakarta"},
	{"surabaya", "Kota Surabaya", "Asia/Jakarta"}, {"pontianak", "Kota Pontianak", "Asia/Pontianak"}, {"balikpapan", "Kota Balikpapan", "Asia/Makassar"},
	{"denpasar", "Kota Denpasar", "Asia/Makassar"}, {"kupang", "Kota Kupang", "Asia/Makassar"}, {"makassar", "Kota Makassar", "Asia/Makassar"},
	{"manado", "Kota Manado", "Asia/Makassar"}, {"ambon", "Kota Ambon", "Asia/Jayapura"}, {"jayapura", "Kota Jayapura", "Asia/Jayapura"},
}

func newWorld(t *testing.T) *world {
	t.Helper()
	y := &world{t: t, w: pgtest.Open(t), now: day(2026, 1, 1), cities: map[string]*city{}, book: book{}, shares: map[string]string{}, collected: map[string]money.Rupiah{}}
	y.ctx = y.w.Ctx(y.w.Platform)
	var err error
	y.raw, err = pgx.Connect(t.Context(), y.w.SuperURL)
	y.must(err)
	t.Cleanup(func() { y.raw.Close(context.WithoutCancel(t.Context())) })
	for _, p := range places {
		id, err := uuid.NewV7()
		y.must(err)
		y.exec("INSERT INTO tenant (id, slug, name, short_name, timezone) VALUES ($1, $2, $3, $3, $4)", id, p.slug, p.name, p.zone)
	}
	y.exec(prices)
	y.exec("UPDATE plan SET offered = true WHERE code IN ('rintis', 'madya')")
	y.exec("CREATE TABLE year_told (city uuid, id text, at timestamptz, PRIMARY KEY (city, id))")
	y.services()
	all, err := tenancy.NewDirectory(y.w.DB.App, "localhost").All(t.Context())
	y.must(err)
	for _, c := range all {
		if c.Kind == tenancy.KindCity {
			one := &city{City: c, n: len(y.order), habit: habits[c.Slug]}
			y.order, y.cities[c.Slug] = append(y.order, one), one
		}
	}
	if len(y.order) != 20 {
		t.Fatalf("%d cities", len(y.order))
	}
	return y
}

// services are what app builds of the BUMD's side, by the test's clock.
func (y *world) services() {
	y.t.Helper()
	clock, quiet := func() time.Time { return y.now }, slog.New(slog.DiscardHandler)
	var err error
	y.runner, err = jobs.New(y.w.DB, jobs.Options{Redis: "127.0.0.1:1", Workers: 4}, tenancy.NewDirectory(y.w.DB.App, "localhost"), quiet)
	y.must(err)
	keys, err := privacy.NewKeys(y.w.DB.App, bytes.Repeat([]byte{7}, 32))
	y.must(err)
	guard, err := access.New(y.w.DB, quiet)
	y.must(err)
	store, err := files.New(files.Deps{DB: y.w.DB.App, Keys: keys, Dir: y.t.TempDir(), MaxBytes: 10 << 20, Log: quiet})
	y.must(err)
	mail, err := notify.New(notify.Deps{DB: y.w.DB.App, Bus: event.New(nil), Keys: keys, BaseURL: func(tenancy.City) string { return "http://localhost" },
		SMTP:  notify.SMTPConfig{Host: "localhost", Port: 25, From: "kota@localhost", TLS: "none"},
		Links: map[string]string{"account_confirm": "/k/{token}", "account_exists": "/masuk", "password_reset": "/a/{token}", "staff_invite": "/u/{token}", "invite_held": "/masuk"}})
	y.must(err)
	y.metering = metering.New(y.w.DB, clock)
	y.billing = billing.New(y.w.DB, y.metering, clock)
	y.finance = finance.New(finance.Deps{DB: y.w.DB, Guard: guard, Files: store, Notify: mail, Limits: y.billing, Collector: issued{y}, Now: clock})
	y.changes = change.New(change.Deps{DB: y.w.DB, Guard: guard, Billing: y.billing, Notify: mail, Now: clock})
	y.stripe = stripetest.New(y.t, clock)
	y.collect = collection.New(collection.Deps{DB: y.w.DB, Guard: guard, Billing: y.billing, Receipts: y.finance, Key: "sk_test_1", Signing: []string{signing},
		URL: y.stripe.URL, Log: quiet, Now: clock})
	y.metering.Plan(y.runner)
	for _, err := range []error{y.billing.Register(y.runner, mail), y.changes.Register(y.runner), y.finance.Register(y.runner), y.collect.Register(y.runner)} {
		y.must(err)
	}
	people := identity.New(identity.Deps{DB: y.w.DB.App, Keys: keys, Bus: event.New(nil), Roles: guard})
	staff := func(at tenancy.City, email, role string) identity.Actor {
		id, err := people.CreateStaff(y.w.Ctx(at), identity.SeedInput{Name: "Rina", Email: email, Password: "kapal putih di selat", Roles: []string{role}, TOTPSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
		y.must(err)
		return identity.Actor{ID: id, TenantID: at.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
	}
	y.clerk, y.boss = staff(y.w.Platform, "keuangan@bumd.id", "bumd_finance"), staff(y.w.Platform, "kepala@bumd.id", "bumd_finance")
	y.load()
	bandung, err := tenancy.NewDirectory(y.w.DB.App, "localhost").BySlug(y.ctx, "bandung")
	y.must(err)
	staff(y.w.Other, "bendahara@tpi.id", "treasurer")
	staff(bandung, "bendahara@bandung.id", "treasurer")
}

// load puts the program's own seller into the books, with an account at three banks and a second city in the free-trade area.
func (y *world) load() {
	y.t.Helper()
	setup, err := invoice.ReadSetup(tenants.Seller)
	y.must(err)
	setup.Seller.Accounts = []invoice.Account{
		{Bank: "BRK Syariah", Number: accounts[statement.CSV], Holder: "BUMD", CSV: statement.Mapping{Layout: "2006-01-02", Day: "day", Amount: "amount", Text: []string{"text"}, Payer: "from", Reference: "ref"}},
		{Bank: "Mandiri", Number: accounts[statement.MT940], Holder: "BUMD"}, {Bank: "BNI", Number: accounts[statement.CAMT], Holder: "BUMD"},
	}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "88990"}
	setup.Seller.Regimes["sabang"] = setup.Seller.Regimes["batam"]
	y.must(tenancy.InTx(y.ctx, y.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: audit.System}, setup)
		return err
	}))
}

// issued lets finance tell collection, which is made after it.
type issued struct{ y *world }

func (i issued) Issued(ctx context.Context, tx bun.IDB, x invoice.Invoice) error {
	return i.y.collect.Issued(ctx, tx, x)
}

func (i issued) TakenOff(ctx context.Context, tx bun.IDB, id uuid.UUID) error {
	return i.y.collect.TakenOff(ctx, tx, id)
}

// day is a morning in Indonesia.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 3, 0, 0, 0, time.UTC)
}

func (y *world) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatalf("%s: %v", y.now.Format(time.DateOnly), err)
	}
}

func (y *world) exec(sql string, args ...any) {
	y.t.Helper()
	var err error
	if len(args) == 0 {
		_, err = y.raw.Exec(y.t.Context(), sql)
	} else {
		_, err = y.raw.Exec(y.t.Context(), sql, args...)
	}
	y.must(err)
}

// turn goes on to a day and does all that is planned for it.
func (y *world) turn(to time.Time) {
	y.t.Helper()
	y.now = to
	y.must(y.runner.Plan(y.t.Context(), to))
	y.must(y.runner.Work(y.t.Context(), to))
}

// work does the jobs that follow an act.
func (y *world) work() {
	y.t.Helper()
	y.must(y.runner.Work(y.t.Context(), y.now))
}

func (y *world) subscribe(slug, plan string, on time.Time, more billing.SubscribeInput) {
	y.t.Helper()
	more.City, more.Plan, more.StartsOn, more.ActorKind, more.ActorID = y.cities[slug].City, plan, on, string(y.clerk.Kind), y.clerk.ID
	_, err := y.billing.Subscribe(y.ctx, more)
	y.must(err)
}

func (y *world) end(slug string, on time.Time, as billing.Ending) {
	y.t.Helper()
	_, err := y.billing.End(y.ctx, billing.EndInput{City: y.cities[slug].City, On: on, As: as, Reason: "Anggaran", ActorKind: string(y.clerk.Kind), ActorID: y.clerk.ID})
	y.must(err)
	if as == billing.Cancelled {
		y.cities[slug].ends = on
	}
}

// orders has a city's own administrator look at a change and order it as it was shown.
func (y *world) orders(slug string, in change.Input, kind change.Kind, on time.Time) {
	y.t.Helper()
	c := y.cities[slug]
	admin := identity.Actor{ID: c.ID, TenantID: c.ID, Kind: identity.Staff, Name: "Nurul", Roles: []string{"city_admin"}, TOTP: true}
	q, err := y.changes.Quote(y.w.Ctx(c.City), admin, in)
	y.must(err)
	in.Seen = q.Mark()
	o, err := y.changes.Ask(y.w.Ctx(c.City), admin, in)
	y.must(err)
	if o.Kind != kind || o.State() != change.Done || o.TakesOn.Format(time.DateOnly) != on.Format(time.DateOnly) {
		y.t.Errorf("%s: %s from %s, %s", slug, o.Kind, o.TakesOn.Format(time.DateOnly), o.State())
	}
}

// rupiah writes an amount for a message.
func rupiah(n int64) string { return fmt.Sprint(money.Rupiah(n)) }
