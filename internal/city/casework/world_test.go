package casework

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/tenants"
)

const ktp = "ktp-el-hilang"

// stage is casework on a database of its own with the Batam pack, a clock that the test moves and every fact that was
// published.
type stage struct {
	*Service
	w     *pgtest.World
	ctx   context.Context // Batam
	offer application.Offer
	staff *identity.Service

	mu    sync.Mutex
	at    time.Time
	facts []any
}

// InForce answers for the catalogue: one service, as the Batam pack has it.
func (st *stage) InForce(_ context.Context, _ bun.IDB, service string, _ time.Time) (application.Offer, error) {
	if service != st.offer.Service {
		return application.Offer{}, fault.New(fault.NotFound, "catalog.unknown_service", "code", service)
	}
	return st.offer, nil
}

func (st *stage) OfficeAt(context.Context, bun.IDB, string, string) (application.Office, bool, error) {
	return application.Office{}, false, nil
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w := filled.Open(t, func(w *pgtest.World) { load(t, w, "batam") })
	quiet := slog.New(slog.DiscardHandler)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 64 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)} // a Tuesday, 10:00 WIB
	st.offer = application.Offer{
		Service: ktp, Name: i18n.Text{"id": "KTP-el hilang", "en": "Lost ID card"}, Agency: "disdukcapil",
		AgencyName:  i18n.Text{"id": "Dinas Kependudukan dan Pencatatan Sipil", "en": "Civil Registry Office"},
		AgencyShort: "Disdukcapil", Version: 1, Native: true, Form: ktp, Workflow: "adminduk", Document: ktp,
		Term: workcal.Term{Amount: 2, Unit: workcal.WorkingDay}, CooldownMonths: 3, OneOpen: true,
	}
	bus := event.New(nil)
	hear[event.ApplicationSubmitted](st, bus)
	hear[event.CorrectionRequested](st, bus)
	hear[event.ApplicationCorrected](st, bus)
	hear[event.ApplicationDecided](st, bus)
	hear[event.ApplicationEscalated](st, bus)
	hear[event.ApplicationCancelled](st, bus)
	hear[event.DocumentIssued](st, bus)
	hear[event.StaffDeactivated](st, bus)
	hear[event.TaskOpened](st, bus)
	hear[event.TaskAnswered](st, bus)
	st.staff = identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Log: quiet})
	base := func(c tenancy.City) string { return "http://" + c.Slug + ".localhost:8080" }
	mail, err := notify.New(notify.Deps{
		DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, BaseURL: base, Log: quiet,
		Links: map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"},
	})
	if err != nil {
		t.Fatal(err)
	}
	papers := document.New(document.Deps{DB: w.DB, Guard: guard, Bus: bus, Files: store, Keys: keys, Notify: mail, BaseURL: base, Now: st.clock})
	st.Service = New(application.Deps{
		DB: w.DB, Guard: guard, Bus: bus, Files: store, Documents: papers, Keys: keys, Notify: mail, Staff: st.staff, Standards: st,
		BaseURL: base, Log: quiet, Now: st.clock,
	})
	st.subscribeDocuments()
	return st
}

// filled has what load gives Batam.
var filled pgtest.Filled

// load gives a city its calendar, forms, workflows and documents.
func (st *stage) load(t testing.TB, slug string) {
	t.Helper()
	load(t, st.w, slug)
}

func load(t testing.TB, w *pgtest.World, slug string) {
	t.Helper()
	engine := pack.NewEngine()
	engine.Register(application.Section())
	p, err := pack.Load(tenants.FS, slug)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Apply(t.Context(), w.DB, p); err != nil {
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

// heard returns the facts of one kind, in their order.
func heard[F event.Fact](st *stage) []F {
	st.mu.Lock()
	defer st.mu.Unlock()
	var out []F
	for _, f := range st.facts {
		if one, ok := f.(F); ok {
			out = append(out, one)
		}
	}
	return out
}

// inOrder holds that act locks one row before another: while somebody else has the first, act waits and the second is free.
// A row is its table and key: "application WHERE id = '…'".
func (st *stage) inOrder(t *testing.T, first, second string, act func() error) {
	t.Helper()
	ended := make(chan error, 1)
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT FROM "+first+" FOR UPDATE"); err != nil {
			return err
		}
		go func() { ended <- act() }()
		limit := time.Now().Add(90 * time.Second)
		for waiting := 0; waiting == 0; {
			err := st.w.DB.Pool.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
			if err != nil || time.Now().After(limit) {
				t.Fatalf("nobody waits for %s: %v", first, err)
			}
		}
		if _, err := tx.ExecContext(ctx, "SELECT FROM "+second+" FOR UPDATE NOWAIT"); err != nil {
			t.Errorf("who waits for %s has %s: %v", first, second, err)
			return nil
		}
		return nil
	})
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.at
}

// on moves the clock to a moment in Batam, such as "2026-11-27 09:00".
func (st *stage) on(t testing.TB, at string) {
	t.Helper()
	wib := time.FixedZone("WIB", 7*3600)
	m, err := time.ParseInLocation("2006-01-02 15:04", at, wib)
	if err != nil {
		t.Fatal(err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.at = m.UTC()
}

// resident makes an account in ctx's city; its row is all that casework needs.
func (st *stage) resident(t testing.TB, ctx context.Context, name string) identity.Actor {
	t.Helper()
	return st.account(t, ctx, identity.Resident, name, "", nil)
}

func (st *stage) officer(t testing.TB, name, agency string, roles ...string) identity.Actor {
	t.Helper()
	return st.account(t, st.ctx, identity.Staff, name, agency, roles)
}

func (st *stage) account(t testing.TB, ctx context.Context, kind identity.Kind, name, agency string, roles []string) identity.Actor {
	t.Helper()
	a := identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: tenancy.Must(ctx), Kind: kind, Name: name, Agency: agency,
		Roles: roles, TOTP: kind == identity.Staff}
	email := fmt.Sprintf("%s@contoh.id", a.ID)
	sealed, err := st.Deps.Keys.Seal(ctx, []byte(email), "account.email")
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.w.DB.App.NewRaw(`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at)
		VALUES (?, ?, ?, 'active', ?, 'id', ?, ?, now())`, a.TenantID, a.ID, kind, name, sealed, a.ID[:]).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range roles {
		_, err := st.w.DB.App.NewRaw(`INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at)
			VALUES (?, ?, ?, ?, now())`, a.TenantID, a.ID, r, agency).Exec(ctx)
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// answersFor is the whole form filled in for one person.
func answersFor(nik, name string) map[string]map[string][]string {
	one := func(kv ...string) map[string][]string {
		m := map[string][]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = []string{kv[i+1]}
		}
		return m
	}
	return map[string]map[string][]string{
		"syarat":     one("pernyataan_awal", "ya"),
		"nik":        one("nik", nik),
		"identitas":  {"nama_lengkap": {name}, "tanggal_lahir": {"27", "3", "1990"}},
		"kk":         one("nomor_kk", "2171 0401 0216 0007"),
		"kontak":     one("nomor_hp", "0812 3456 7890"),
		"kecamatan":  one("kecamatan", "21.71.10"),
		"kehilangan": one("tanggal_hilang", "2026-11-10", "tempat_hilang", "Pasar Mitra Raya"),
		"pernyataan": one("paham_data_pribadi", "on", "pernyataan_benar", "on"),
	}
}

const sitiNIK = "2171046703900003" // a woman, born 27 March 1990

// draft fills in an application without sending it.
func (st *stage) draft(t testing.TB, ctx context.Context, who identity.Actor, nik string) application.Application {
	t.Helper()
	app, err := st.Start(ctx, who, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	for page, typed := range answersFor(nik, who.Name) {
		if err := st.SavePage(ctx, who, app.ID, page, typed); err != nil {
			t.Fatalf("page %s: %v", page, err)
		}
	}
	for _, field := range []string{"file_kk", "file_surat_kehilangan"} {
		if _, err := st.Attach(ctx, who, app.ID, field, "foto.jpg", bytes.NewReader(photo(t))); err != nil {
			t.Fatalf("field %s: %v", field, err)
		}
	}
	return app
}

// submitted sends an application.
func (st *stage) submitted(t testing.TB, who identity.Actor, nik string) application.Application {
	t.Helper()
	draft := st.draft(t, st.ctx, who, nik)
	app, err := st.Submit(st.ctx, who, intake.SubmitInput{ID: draft.ID, Key: "key of " + draft.ID.String()})
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// approved takes an application to its approval, before the document is made.
func (st *stage) approved(t testing.TB, officer identity.Actor, app application.Application) application.Application {
	t.Helper()
	for _, in := range []ActInput{{Action: "start_review"}, {Action: "approve", Reason: "Cocok."}} {
		in.ID, in.Version = app.ID, app.Version
		var err error
		if app, err = st.Act(st.ctx, officer, in); err != nil {
			t.Fatalf("%s: %v", in.Action, err)
		}
	}
	return app
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nikOf is a valid NIK for the n-th test person.
func nikOf(n int) string { return fmt.Sprintf("217104670390%04d", n+100) }

// wants fails the test unless err is the refusal code.
func wants(t testing.TB, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}
