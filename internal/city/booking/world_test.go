package booking

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

const (
	desk    = "disdukcapil-sekupang"
	pickup  = "disdukcapil-ambil"
	service = "kia"
)

// stage is booking on a database of its own with two counters of one agency and a clock that the test moves.
type stage struct {
	*Service
	w    *pgtest.World
	ctx  context.Context // Batam
	apps map[uuid.UUID]string

	mu    sync.Mutex
	at    time.Time
	facts []any
}

// ServiceName answers for the catalogue. It reads as the catalogue does, so that whoever holds a place and asks beside the
// transaction waits for a connection that those who wait for the place have.
func (st *stage) ServiceName(ctx context.Context, db bun.IDB, code string) (i18n.Text, error) {
	if _, err := db.NewRaw("SELECT 1").Exec(ctx); err != nil {
		return nil, err
	}
	if code == "lama" {
		return i18n.Text{"id": "Layanan lama", "en": "Old service"}, fault.New(fault.Gone, "catalog.retired_service", "code", code)
	}
	if code != service && code != "ktp-el-hilang" {
		return nil, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	}
	return i18n.Text{"id": "Kartu Identitas Anak", "en": "Child identity card"}, nil
}

// ToCollect answers for casework: the applications that the test made.
func (st *stage) ToCollect(_ context.Context, _ identity.Actor, id uuid.UUID) (string, error) {
	code, ok := st.apps[id]
	if !ok {
		return "", fault.New(fault.NotFound, "application.not_found")
	}
	return code, nil
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), apps: map[uuid.UUID]string{}} // a Tuesday, 10:00 WIB
	bus := event.New(nil)
	hear[event.AppointmentBooked](st, bus)
	hear[event.AppointmentEnded](st, bus)
	base := func(c tenancy.City) string { return "http://" + c.Slug + ".localhost:8080" }
	mail, err := notify.New(notify.Deps{
		DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, BaseURL: base, Log: quiet,
		Links: map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"},
	})
	if err != nil {
		t.Fatal(err)
	}
	st.Service = New(Deps{DB: w.DB, Guard: guard, Bus: bus, Notify: mail,
		Staff: identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Log: quiet}), Matters: st, Log: quiet, Now: st.clock})
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		return calendar.SaveYear(ctx, tx, calendar.Year{Year: 2026, Week: []string{"mon", "tue", "wed", "thu", "fri"}, Open: "07:30", Close: "16:00", Source: "SKB",
			Days: []calendar.Holiday{{Day: "2026-12-25", Kind: calendar.NationalDay, Name: i18n.Text{"id": "Natal", "en": "Christmas"}}}})
	})
	st.counter(t, Counter{Code: desk, Services: []string{service, "ktp-el-hilang", "lama"}}, rule())
	st.counter(t, Counter{Code: pickup, Services: []string{"ktp-el-hilang"}, NeedsApplication: true}, rule())
	return st
}

// rule is two half hours in the morning of a Monday to Thursday, two places each, from today to two weeks ahead.
func rule() Rule {
	r := Rule{EffectiveFrom: "2026-11-24", Hours: Hours{}, SlotMinutes: 30, Capacity: 2, OpenDays: 14, CloseHours: 1, NoShowLimit: 2, NoShowDays: 30, Source: "uji"}
	for _, d := range []string{"mon", "tue", "wed", "thu"} {
		r.Hours[d] = "09:00-10:00"
	}
	return r
}

func (st *stage) counter(t testing.TB, c Counter, rules ...Rule) {
	t.Helper()
	c.TenantID, c.Agency, c.Source = st.w.Batam.ID, "disdukcapil", "uji"
	c.Name, c.Address = i18n.Text{"id": "Loket " + c.Code, "en": "Counter " + c.Code}, i18n.Text{"id": "Jl. Sekupang 1", "en": "Jl. Sekupang 1"}
	c.Rules = rules
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return writeCounter(ctx, tx, c, st.clock()) })
}

func (st *stage) inTx(t testing.TB, fn func(context.Context, bun.Tx) error) {
	t.Helper()
	if err := tenancy.InTx(st.ctx, st.w.DB.App, fn); err != nil {
		t.Fatal(err)
	}
}

func hear[F event.Fact](st *stage, b *event.Bus) {
	event.OnTx(b, func(_ context.Context, _ bun.IDB, f F) error {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.facts = append(st.facts, f)
		return nil
	})
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.at
}

// on moves the clock to a moment in Batam.
func (st *stage) on(t testing.TB, at string) {
	t.Helper()
	m := moment(t, at)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.at = m.UTC()
}

func moment(t testing.TB, at string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", at, time.FixedZone("WIB", 7*3600))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (st *stage) resident(t testing.TB, name string) identity.Actor {
	t.Helper()
	return st.account(t, st.ctx, identity.Actor{Kind: identity.Resident, Name: name})
}

func (st *stage) staff(name, agency string, roles ...string) identity.Actor {
	return identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: st.w.Batam.ID, Kind: identity.Staff, Name: name, Agency: agency, Roles: roles, TOTP: true}
}

func (st *stage) account(t testing.TB, ctx context.Context, a identity.Actor) identity.Actor {
	t.Helper()
	a.ID, a.TenantID = uuid.Must(uuid.NewV7()), tenancy.Must(ctx)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
		VALUES (?, ?, ?, 'active', ?, 'id', 'x', ?, now())`, a.TenantID, a.ID, a.Kind, a.Name, a.ID[:]).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (st *stage) ask(counter, at, key string, t testing.TB) BookInput {
	return BookInput{Counter: counter, Service: service, StartsAt: moment(t, at), Key: key, Channel: event.ChannelWeb}
}

func (st *stage) booked(t testing.TB, who identity.Actor, at string) Booking {
	t.Helper()
	b, err := st.Book(st.ctx, who, st.ask(desk, at, "key of "+who.ID.String()+at, t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// places counts what the tables say is taken of a slot, and the live bookings of it.
func (st *stage) places(t testing.TB, at string) (counted, live int) {
	t.Helper()
	err := st.w.DB.App.NewRaw(`SELECT coalesce((SELECT booked FROM counter_slot WHERE tenant_id = ?0 AND counter = ?1 AND starts_at = ?2), 0),
		(SELECT count(*) FROM booking WHERE tenant_id = ?0 AND counter = ?1 AND starts_at = ?2 AND state NOT IN ('cancelled', 'displaced'))`,
		st.w.Batam.ID, desk, moment(t, at).UTC()).Scan(st.ctx, &counted, &live)
	if err != nil {
		t.Fatal(err)
	}
	return counted, live
}

// mails are the templates of what was written, in order.
func (st *stage) mails(t testing.TB) []string {
	t.Helper()
	var out []string
	if err := st.w.DB.App.NewRaw("SELECT template FROM message WHERE tenant_id = ? ORDER BY id", st.w.Batam.ID).Scan(st.ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func wants(t testing.TB, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func names(slots []Slot) (out []string) {
	for _, s := range slots {
		out = append(out, fmt.Sprintf("%s %d/%d", s.StartsAt.Format("2 15:04"), s.Free, s.Capacity))
	}
	return out
}
