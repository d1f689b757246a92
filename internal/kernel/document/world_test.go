package document

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// stage is documents on a database of their own, with a clock that the test moves and the facts that were published.
type stage struct {
	*Service
	w   *pgtest.World
	ctx context.Context // Batam
	dir string          // where the files lie

	mu      sync.Mutex
	at      time.Time
	ready   []event.DocumentReady
	revoked []event.DocumentRevoked
}

func newStage(t testing.TB, opts ...func(*Deps)) *stage {
	t.Helper()
	w := pgtest.Open(t)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "files")
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: dir, MaxBytes: 64 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), dir: dir, at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)} // 10:00 WIB
	bus := event.New(nil)
	event.OnTx(bus, func(_ context.Context, _ bun.IDB, f event.DocumentReady) error {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.ready = append(st.ready, f)
		return nil
	})
	event.OnTx(bus, func(_ context.Context, _ bun.IDB, f event.DocumentRevoked) error {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.revoked = append(st.revoked, f)
		return nil
	})
	base := func(c tenancy.City) string { return "http://" + c.Slug + ".localhost" }
	mail, err := notify.New(notify.Deps{
		DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, BaseURL: base, Log: slog.New(slog.DiscardHandler),
		Links: map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Keys: keys, Notify: mail, Now: st.clock, BaseURL: base}
	for _, o := range opts {
		o(&d)
	}
	st.Service = New(d)
	return st
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.at
}

func (st *stage) set(at time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.at = at
}

// staff is an actor of Batam with roles in an agency.
func (st *stage) staff(agency string, roles ...string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: st.w.Batam.ID, Kind: identity.Staff, Name: "Petugas", Agency: agency, Roles: roles, TOTP: true}
}

// permit is a form and a template with everything that a template can have.
func permit() (*form.Form, Template) {
	f := &form.Form{Code: "izin", Version: 1, Pages: []form.Page{{Code: "a", Fields: []form.Field{
		{Code: "nama", Type: form.Text, Label: i18n.Text{"id": "Nama", "en": "Name"}},
		{Code: "nik", Type: form.NIK, Label: i18n.Text{"id": "NIK", "en": "NIK"}, Sensitive: true},
		{Code: "asing", Type: form.YesNo, Label: i18n.Text{"id": "Asing", "en": "Foreign"}},
		{Code: "sampai", Type: form.Date, Label: i18n.Text{"id": "Sampai", "en": "Until"}},
	}}}}
	both := func(s string) i18n.Text { return i18n.Text{"id": s, "en": s} }
	return f, Template{
		Code: "izin", Title: both("Izin Praktik"), NumberPattern: "{seq}/IZIN/{agency}/{year}", SignerTitle: both("Kepala Dinas"),
		Body: []Block{
			{Text: both("Diberikan izin kepada {nama}.")},
			{Table: []Line{{Field: "nik"}, {Label: both("Berlaku"), Value: both("{valid_until}")}}},
			{Text: both("Bagi warga negara asing berlaku ketentuan lain."), When: "asing"},
		},
	}
}

// published stores a template as the pack would, and returns its version.
func (st *stage) published(t testing.TB, tpl Template) int {
	t.Helper()
	if err := Publish(st.ctx, st.w.DB.App, tpl, st.clock()); err != nil {
		t.Fatal(err)
	}
	v, err := Newest(st.ctx, st.w.DB.App, tpl.Code)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// asked is a request for a document of a subject of its own.
func asked(f *form.Form, tpl Template, version int) Request {
	return Request{
		Subject: Subject{"application", uuid.New()}, SubjectNumber: "BTM-26-7K3QX-4", Template: tpl.Code, Version: version, Service: "izin-praktik",
		Agency: Agency{Code: "dinkes", Name: i18n.Text{"id": "Dinas Kesehatan", "en": "Health Office"}, Short: "Dinkes"}, Holder: "Siti Rahma",
		Form: f, Answers: form.Answers{"nama": {"Siti Rahma"}, "nik": {"2171046703900003"}, "sampai": {"2027-03-31"}},
		Values: map[string]string{"number": "BTM-26-7K3QX-4"},
	}
}

// made makes a document in a transaction of its own.
func (st *stage) made(t testing.TB, r Request) Document {
	t.Helper()
	var d Document
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		d, err = st.Make(ctx, tx, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return st.again(t, d)
}

// again reads a document anew.
func (st *stage) again(t testing.TB, d Document) Document {
	t.Helper()
	d, err := st.Get(st.ctx, st.w.DB.App, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (st *stage) text(t *testing.T, d Document) string {
	t.Helper()
	_, r, err := st.d.Files.Open(st.ctx, d.FileID)
	if err != nil {
		t.Fatal(err)
	}
	return pdfText(t, r)
}

func wants(t testing.TB, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func appoint(t testing.TB, st *stage, name, from string) Official {
	t.Helper()
	o, err := st.Appoint(st.ctx, st.staff("", "city_admin"), OfficialInput{
		Agency: "dinkes", Title: i18n.Text{"id": "Kepala Dinas Kesehatan", "en": "Head of the Health Office"}, Name: name, NIP: "19800101 200501 1 001", From: from,
	})
	if err != nil {
		t.Fatal(fmt.Errorf("appoint %s: %w", name, err))
	}
	return o
}
