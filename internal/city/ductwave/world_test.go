package ductwave

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// stage is the package on a database of its own, with two roads of Batam and those who run its ducts.
type stage struct {
	*Service
	leases   *lease.Service
	w        *pgtest.World
	ctx      context.Context // Batam
	manager  identity.Actor
	director identity.Actor
	at       time.Time
}

// street is two roads, of which one is only planned.
const street = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.11]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.06, 1.11]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.11], [104.06, 1.11]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2",
		"road": "Jalan Engku Putri", "condition": "good", "authority": "pemko", "class": "planned", "billed_m": 1100, "ducts": 1, "subducts": 3}}]}`

// packed has what the pack of Batam says of ducts.
var packed pgtest.Filled

func load(t testing.TB, w *pgtest.World) {
	t.Helper()
	engine := pack.NewEngine()
	for _, s := range []pack.Section{duct.Section(), lease.Section(), Section()} {
		engine.Register(s)
	}
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Apply(t.Context(), w.DB, p); err != nil {
		t.Fatal(err)
	}
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := packed.Open(t, func(w *pgtest.World) { load(t, w) }), slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	guard, err := access.New(w.DB, quiet)
	must(err)
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	now := func() time.Time { return st.at }
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	must(err)
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: quiet})
	must(err)
	runner, err := jobs.New(w.DB, jobs.Options{Redis: "redis://" + pgtest.Redis(t) + "/0", Workers: 1, Drain: time.Second}, tenancy.NewDirectory(w.DB.App, "localhost"), quiet)
	must(err)
	bus := event.New(runner)
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Log: quiet, Now: now})
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, Log: quiet, Now: now,
		BaseURL: func(tenancy.City) string { return "http://batam.localhost" },
		Links:   map[string]string{"account_confirm": "/a/{token}", "account_exists": "/masuk", "password_reset": "/b/{token}", "staff_invite": "/c/{token}", "invite_held": "/masuk"}})
	must(err)
	must(mail.Register(bus, runner))
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Now: now})
	ops := operator.New(operator.Deps{DB: w.DB.App, Guard: guard, Identity: people, Leases: st.leases, Files: store, Now: now})
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Leases: st.leases, Operators: ops, Files: store, Notify: mail, Now: now})
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	st.director = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_director"}, TOTP: true}
	surveys := ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: duct.New(duct.Deps{DB: w.DB.App, Guard: guard}), Now: now})
	_, err = surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street)})
	must(err)
	return st
}

// company is an approved operator with an administrator of its own.
func (st *stage) company(t testing.TB, name, nib string) identity.Actor {
	t.Helper()
	o, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: name, NIB: nib, Licence: "Jartaplok 1/2026", Email: "noc@contoh.id"})
	if err == nil {
		err = st.leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	var id uuid.UUID
	if err == nil {
		id, err = st.d.Operators.Invite(st.ctx, st.manager, o.ID, operator.PersonInput{Name: "Orang " + name, Email: nib + "@contoh.id", Admin: true})
	}
	if err == nil {
		_, err = st.w.DB.App.NewRaw("UPDATE account SET status = 'active' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, id).Exec(st.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return identity.Actor{ID: id, TenantID: st.w.Batam.ID, Kind: identity.Partner}
}

// whose is the company of somebody.
func (st *stage) whose(t testing.TB, a identity.Actor) uuid.UUID {
	t.Helper()
	self, err := st.d.Operators.Self(st.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return self.Company.ID
}

func usual() Input {
	return Input{Title: "Pusat kota", Kind: duct.Subduct, Target: 40, CostPerM: 1_200_000, TariffPerM: 13_500}
}

// wave is one of two roads in a state, with the survey answered by nobody.
func (st *stage) wave(t testing.TB, capacities ...int) uuid.UUID {
	t.Helper()
	w, err := st.Create(st.ctx, st.manager, usual())
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range capacities {
		in := RoadInput{Name: "Jalan Engku Putri", Capacity: n}
		if i > 0 {
			in = RoadInput{Name: "Jalan Rencana " + strings.Repeat("I", i), LengthM: int64(400 * i), Capacity: n}
		}
		if err := st.AddRoad(st.ctx, st.manager, w.ID, in); err != nil {
			t.Fatal(err)
		}
	}
	return w.ID
}

// goes brings a wave to a state.
func (st *stage) goes(t testing.TB, id uuid.UUID, to string) {
	t.Helper()
	if err := st.step(id, st.manager, to, ""); err != nil {
		t.Fatalf("%s: %v", to, err)
	}
}

func (st *stage) step(id uuid.UUID, who identity.Actor, to, why string) error {
	v, err := st.Get(st.ctx, st.manager, id)
	if err != nil {
		return err
	}
	return st.Step(st.ctx, who, id, StepInput{To: to, Until: st.d.Operators.Today(st.ctx).AddDate(0, 0, 20), Why: why, Revision: v.Revision})
}

// paper is a signed letter, and a photo too.
func (st *stage) paper(t testing.TB, who identity.Actor) files.File {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := st.ReceivePhoto(st.ctx, who, "surat.png", &b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (st *stage) commit(t testing.TB, who identity.Actor, id uuid.UUID, units map[int]int) (Commitment, error) {
	t.Helper()
	return st.Commit(st.ctx, who, CommitInput{Wave: id, Units: units, Months: 36, Paper: st.paper(t, who)})
}

// told is how many messages of a template were written.
func (st *stage) told(t testing.TB, template string) int {
	t.Helper()
	var n int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = ?", st.w.Batam.ID, template).Scan(st.ctx, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// reminds runs the planned work of an hour.
func (st *stage) reminds(t testing.TB) {
	t.Helper()
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.remind(ctx, tx) })
	if err != nil {
		t.Fatal(err)
	}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// refused holds that an act is refused with a code, or with one of its field.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	f := fault.From(err)
	if err != nil && f.Code == code {
		return
	}
	for _, x := range f.Fields {
		if x.Name+"="+x.Code == code {
			return
		}
	}
	t.Errorf("%v, want %s", err, code)
}
