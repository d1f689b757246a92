package ductorder

import (
	"bytes"
	"context"
	"fmt"
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
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// stage is the package on a database of its own: the ducts of Batam with its pack, their manager, and two companies.
type stage struct {
	*Service
	t         testing.TB
	w         *pgtest.World
	ctx       context.Context // Batam
	at        time.Time
	manager   identity.Actor
	mine      identity.Actor // of the first company
	other     identity.Actor // of another
	company   uuid.UUID      // the first
	rival     uuid.UUID      // the other
	surveys   *ductsurvey.Service
	operators *operator.Service
	keys      int
}

// packed has what the pack of Batam says of ducts.
var packed pgtest.Filled

func load(t testing.TB, w *pgtest.World) {
	t.Helper()
	engine := pack.NewEngine()
	for _, s := range []pack.Section{duct.Section(), lease.Section(), ducttariff.Section(), ductwait.Section(), ductflow.Section()} {
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
	st := &stage{t: t, w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	now := func() time.Time { return st.at }
	guard, err := access.New(w.DB, quiet)
	st.must(err)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	st.must(err)
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: quiet})
	st.must(err)
	bus := event.New(nil)
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Log: quiet})
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, BaseURL: func(tenancy.City) string { return "http://batam.localhost" }, Log: quiet,
		Links: map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"}})
	st.must(err)
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Name: "Pengelola", Roles: []string{"duct_manager"}, TOTP: true}
	leases := lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Line: ductwait.Line{}, Now: now})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: duct.New(duct.Deps{DB: w.DB.App, Guard: guard}), Now: now})
	st.operators = operator.New(operator.Deps{DB: w.DB.App, Guard: guard, Identity: people, Leases: leases, Files: store, Now: now})
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Leases: leases, Operators: st.operators,
		Waits: ductwait.New(ductwait.Deps{DB: w.DB.App, Guard: guard, Leases: leases, Operators: st.operators, Now: now}), Prices: ducttariff.New(ducttariff.Deps{DB: w.DB.App, Guard: guard, Now: now}), Files: store, Keys: keys, Notify: mail, Now: now})
	st.lay()
	st.company, st.mine = st.newCompany(people, "Operator Satu", "1234567890123", "satu@contoh.id")
	st.rival, st.other = st.newCompany(people, "Operator Dua", "1234567890124", "dua@contoh.id")
	return st
}

func (st *stage) must(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatalf("%v", err)
	}
}

// newCompany is an approved operator with an agreement, somebody who acts for it, and the whole network shown to it.
func (st *stage) newCompany(people *identity.Service, name, nib, email string) (uuid.UUID, identity.Actor) {
	st.t.Helper()
	o, err := st.d.Leases.Apply(st.ctx, st.manager, lease.Operator{Name: name, NIB: nib, Licence: "Jartaplok 1/2024", Email: email})
	st.must(err)
	st.must(st.d.Leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved}))
	f, err := st.d.Operators.Receive(st.ctx, st.manager, "pks.png", picture())
	st.must(err)
	_, err = st.d.Operators.File(st.ctx, st.manager, operator.Paper{OperatorID: o.ID, Kind: operator.PaperAgreement, Number: "PKS/" + nib, Day: day("2026-01-01"), Until: day("2030-12-31")}, f)
	st.must(err)
	_, err = st.d.Operators.Grant(st.ctx, st.manager, operator.GrantInput{Company: o.ID, Name: "Semua", Purpose: "Uji", Center: geo.Point{Lat: 1.02, Lon: 104.05}, RadiusM: 5000, Since: day("2026-11-27"), Until: day("2027-11-01")})
	st.must(err)
	id, err := people.CreatePartner(st.ctx, identity.SeedInput{Name: "Orang " + name, Email: email, Password: "sebuah kata sandi panjang"})
	st.must(err)
	st.must(st.d.Operators.Join(st.ctx, o.ID, id, true))
	return o.ID, identity.Actor{ID: id, TenantID: st.w.Batam.ID, Kind: identity.Partner, Name: "Orang " + name}
}

func picture() *bytes.Reader {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	return bytes.NewReader(b.Bytes())
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// lay makes three manholes in a row on ground of two authorities; on the first stretch there are two subducts.
func (st *stage) lay() {
	st.t.Helper()
	st.load("2026-01-01", spot("A", 0), spot("B", 100), spot("C", 250), stretch("AB", "A", "B", 0, 100, `"authority": "pemko", "ducts": 1, "subducts": 2`),
		stretch("BC", "B", "C", 100, 250, `"authority": "bp_batam", "ducts": 1, "subducts": 3`))
}

// along is so many metres east of the first manhole.
func eastOf(east float64) string { return fmt.Sprintf("[%.8f, 1.02]", 104.05+east/111320) }

func spot(code string, east float64) string {
	return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": ` + eastOf(east) + `}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
}

func stretch(code, from, to string, a, b float64, more string) string {
	return fmt.Sprintf(`{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [%s, %s]}, "properties": {"code": %q, "from_node": %q, "to_node": %q, "road": "Jalan %s", "condition": "good", %s}}`,
		eastOf(a), eastOf(b), code, from, to, code, more)
}

// load brings in a survey from a day on.
func (st *stage) load(on string, features ...string) ductsurvey.Import {
	st.t.Helper()
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day(on), Format: ductsurvey.GeoJSON,
		Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		st.t.Fatalf("%v: %+v", err, all)
	}
	return i
}

// asks is an order of one subduct from A to C for three years.
func (st *stage) asks() PlaceInput {
	st.keys++
	return PlaceInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Until: day("2029-12-01"), Key: fmt.Sprint("kunci ", st.keys)}
}

func (st *stage) place(who identity.Actor) Order {
	st.t.Helper()
	o, err := st.Place(st.ctx, who, st.asks())
	st.must(err)
	return o
}

// find is an order as it stands for staff.
func (st *stage) find(id uuid.UUID) Detail {
	st.t.Helper()
	d, err := st.Find(st.ctx, st.manager, id)
	st.must(err)
	return d
}

// steps takes steps of staff, or of the company, one after the other, as the order then stands.
func (st *stage) step(who identity.Actor, id uuid.UUID, action string, change ...func(*ActInput)) Order {
	st.t.Helper()
	o, err := st.try(who, id, action, change...)
	if err != nil {
		st.t.Fatalf("%s: %v", action, err)
	}
	return o
}

func (st *stage) try(who identity.Actor, id uuid.UUID, action string, change ...func(*ActInput)) (Order, error) {
	st.t.Helper()
	d := st.find(id)
	in := ActInput{ID: id, Action: action, Version: d.Version}
	if a, ok := d.Flow.Action(action); ok && a.Reason == "required" {
		in.Reason = "Karena uji"
	}
	for _, c := range change {
		c(&in)
	}
	return st.Act(st.ctx, who, in)
}

// quoted brings an order to its quote.
func (st *stage) quoted(who identity.Actor) Order {
	st.t.Helper()
	o := st.place(who)
	st.step(st.manager, o.ID, "begin")
	ways, err := st.Choices(st.ctx, st.manager, o.ID)
	st.must(err)
	if len(ways) == 0 {
		st.t.Fatal("no way")
	}
	st.step(st.manager, o.ID, "choose_route", func(in *ActInput) { in.Way = ways[0].Key })
	st.step(st.manager, o.ID, "surveyed", func(in *ActInput) {
		in.Answers = map[string][]string{"surveyed_on": {"2026-11-26"}, "surveyor": {"Sari"}, "finding": {"as_recorded"}}
	})
	return st.step(st.manager, o.ID, "quote")
}

// show sends a photo of a place.
func (st *stage) show(who identity.Actor, order uuid.UUID, place string, replaces uuid.UUID) (Evidence, error) {
	st.t.Helper()
	f, err := st.Receive(st.ctx, who, place+".png", picture())
	st.must(err)
	return st.UploadEvidence(st.ctx, who, EvidenceInput{Order: order, Kind: After, Place: place, File: f, Replaces: replaces})
}

// permit writes down every permit that an order still needs.
func (st *stage) permit(id uuid.UUID) {
	st.t.Helper()
	for i, p := range st.find(id).Permits {
		f, err := st.Receive(st.ctx, st.manager, "izin.png", picture())
		st.must(err)
		st.must(st.WritePermit(st.ctx, st.manager, PermitInput{Order: id, Permit: p.ID, Number: fmt.Sprint("IZIN/", i+1), Day: day("2026-11-27"), File: &f}))
	}
}

// window asks for a window and returns it.
func (st *stage) window(who identity.Actor, id uuid.UUID, node, since, until string) Window {
	st.t.Helper()
	w, err := st.RequestWindow(st.ctx, who, WindowInput{Order: id, Node: node, Since: day(since), Until: day(until), Crew: "Regu 1", Leader: "Budi", Phone: "081234567890", People: 4, Safety: "Ahli K3 No. 12"})
	st.must(err)
	return w
}

// ordered brings an order to where its quote is accepted and it is placed.
func (st *stage) ordered() Order {
	st.t.Helper()
	o := st.quoted(st.mine)
	_, err := st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	return st.step(st.manager, o.ID, "order")
}

// permitted brings an order to its permits.
func (st *stage) permitted() Order {
	st.t.Helper()
	o := st.ordered()
	st.permit(o.ID)
	return st.step(st.manager, o.ID, "permitted")
}

// active brings an order to its active lease.
func (st *stage) active() Order {
	st.t.Helper()
	o := st.ordered()
	st.built(o.ID)
	st.step(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt = AsBuiltSame })
	return st.step(st.manager, o.ID, "bill")
}

// built brings an order from its permits to its acceptance.
func (st *stage) built(id uuid.UUID) {
	st.t.Helper()
	st.permit(id)
	st.step(st.manager, id, "permitted")
	w := st.window(st.mine, id, "B", "2026-12-01", "2026-12-02")
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: id, Window: w.ID, Grant: true}))
	st.step(st.manager, id, "open_access")
	st.at = st.at.AddDate(0, 0, 7)
	e, err := st.show(st.mine, id, "B", uuid.Nil)
	st.must(err)
	st.step(st.mine, id, "installed")
	st.must(st.Review(st.ctx, st.manager, ReviewInput{Order: id, Evidence: e.ID, Approve: true}))
	st.step(st.manager, id, "inspected")
	st.step(st.manager, id, "accept", signed("2026-12-03"))
}

// signed is an acceptance record of a day.
func signed(on string) func(*ActInput) {
	return func(in *ActInput) {
		in.Day, in.City, in.Company = day(on), Signer{"Ahmad", "Direktur Operasi"}, Signer{"Rina", "Manajer Jaringan"}
	}
}

// inTx runs fn as a job does.
func (st *stage) inTx(fn func(context.Context, bun.Tx) error) {
	st.t.Helper()
	st.must(tenancy.InTx(st.ctx, st.w.DB.App, fn))
}

// sweeps runs what is due now, as the jobs do.
func (st *stage) sweeps() {
	st.t.Helper()
	var timers []uuid.UUID
	st.inTx(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw("SELECT id FROM workflow_timer WHERE tenant_id = ? AND subject_kind = ? AND at < ?", st.w.Batam.ID, SubjectKind, st.at).Scan(ctx, &timers)
	})
	for range 2 { // a repetition changes nothing
		for _, id := range timers {
			st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.rang(ctx, tx, timerArgs{id}) })
		}
	}
	var open []Order
	st.must(st.w.DB.App.NewSelect().Model(&open).Where("r.tenant_id = ? AND r.closed_at IS NULL", st.w.Batam.ID).Scan(st.ctx))
	for _, o := range open {
		st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.ended(ctx, tx, overArgs{o.ID, o.Version}) })
	}
}
