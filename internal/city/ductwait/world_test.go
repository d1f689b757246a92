package ductwait

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
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
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// stage is the package on a database of its own, with a street of ducts of which two subducts go from A to B and six on to C.
type stage struct {
	*Service
	leases    *lease.Service
	operators *operator.Service
	people    *identity.Service
	surveys   *ductsurvey.Service
	w         *pgtest.World
	ctx       context.Context // Batam
	manager   identity.Actor
	at        time.Time
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	guard, err := access.New(w.DB, quiet)
	must(err)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	must(err)
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	st.manager = identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	now := func() time.Time { return st.at }
	bus := event.New(nil)
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, SMTP: notify.SMTPConfig{From: "kota@localhost", TLS: "none"}, Log: quiet, Now: now,
		BaseURL: func(c tenancy.City) string { return "http://" + c.Slug + ".localhost" },
		Links:   map[string]string{"account_confirm": "/a/{token}", "account_exists": "/a", "password_reset": "/a/{token}", "staff_invite": "/a/{token}", "invite_held": "/masuk"}})
	must(err)
	st.people = identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard, Log: quiet, Now: now})
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Line: Line{}, Now: now})
	st.operators = operator.New(operator.Deps{DB: w.DB.App, Guard: guard, Identity: st.people, Leases: st.leases, Now: now})
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Leases: st.leases, Operators: st.operators, Notify: mail, Now: now})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: duct.New(duct.Deps{DB: w.DB.App, Guard: guard}), Now: now})
	a := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko", i18n.EN: "City"}, FreeTrade: true, Source: "x"}
	_, err = w.DB.App.NewInsert().Model(&a).Exec(st.ctx)
	must(err)
	r := lease.Refusal{TenantID: w.Batam.ID, Code: "penuh", Name: i18n.Text{i18n.ID: "Penuh", i18n.EN: "Full"}, Lease: true, Source: "x", Offered: true}
	_, err = w.DB.App.NewInsert().Model(&r).Exec(st.ctx)
	must(err)
	st.lay(t, node("A", 0), node("B", 200), node("C", 400), segment("AB", "A", "B", 0, 200, 1, 2), segment("BC", "B", "C", 200, 400, 2, 3))
	return st
}

func place(east int) string { return fmt.Sprintf("[%.6f, 1.11]", 104.05+float64(east)/111320) }

func node(code string, east int) string {
	return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": ` + place(east) + `}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
}

func segment(code, from, to string, west, east, ducts, subducts int) string {
	return fmt.Sprintf(`{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [%s, %s]}, "properties": {"code": "%s", "from_node": "%s", "to_node": "%s", "road": "Jalan %s", "condition": "good", "authority": "pemko", "ducts": %d, "subducts": %d}}`,
		place(west), place(east), code, from, to, code, ducts, subducts)
}

// lay adds to the network.
func (st *stage) lay(t testing.TB, features ...string) {
	t.Helper()
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON,
		Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
	}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// company is an operator that may lease and sees the street, with somebody who acts for it.
func (st *stage) company(t testing.TB, n int) (uuid.UUID, identity.Actor) {
	t.Helper()
	o, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: fmt.Sprintf("PT %d", n), NIB: fmt.Sprintf("%013d", n+1), Licence: "x", Email: fmt.Sprintf("noc%d@contoh.id", n)})
	if err == nil {
		err = st.leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	who, err := st.people.CreatePartner(st.ctx, identity.SeedInput{Name: fmt.Sprintf("Orang %d", n), Email: fmt.Sprintf("orang%d@contoh.id", n), Password: "sebuah kata sandi panjang"})
	if err == nil {
		err = st.operators.Join(st.ctx, o.ID, who, true)
	}
	if err == nil {
		_, err = st.operators.Grant(st.ctx, st.manager, operator.GrantInput{Company: o.ID, Name: "Jalan", Purpose: "Uji", Center: geo.Point{Lat: 1.11, Lon: 104.052}, RadiusM: 2000, Since: day("2026-11-01"), Until: day("2027-10-01")})
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.ID, identity.Actor{ID: who, TenantID: st.w.Batam.ID, Kind: identity.Partner}
}

// asks is subducts from A to B from December on.
func asks(quantity int) JoinInput {
	return JoinInput{From: "A", To: "B", Kind: duct.Subduct, Quantity: quantity, Since: day("2026-12-01"), Key: uuid.NewString()}
}

func (st *stage) joins(t testing.TB, who identity.Actor, in JoinInput) Wait {
	t.Helper()
	w, err := st.Join(st.ctx, who, in)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// holds lets an operator hold subducts from A to B.
func (st *stage) holds(t testing.TB, company uuid.UUID, quantity int) lease.Lease {
	t.Helper()
	l, err := st.reserves(company, quantity)
	if err == nil {
		err = st.leases.Order(st.ctx, st.manager, l.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (st *stage) reserves(company uuid.UUID, quantity int) (lease.Lease, error) {
	ways, err := st.leases.PlanOn(st.ctx, lease.PlanInput{From: "A", To: "B", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Full: true})
	if err != nil || len(ways) == 0 {
		return lease.Lease{}, fmt.Errorf("no way: %w", err)
	}
	in := lease.ReserveInput{Operator: company, Kind: duct.Subduct, Quantity: quantity, Since: day("2026-12-01"), Days: 30, Key: uuid.NewString()}
	for _, step := range ways[0].Steps {
		in.Segments = append(in.Segments, step.ID)
	}
	return st.leases.Reserve(st.ctx, st.manager, in)
}

// looks is what the planned work does.
func (st *stage) looks(t testing.TB) {
	t.Helper()
	if err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.Offer(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// stands is how a place stands, with what its company is told of those ahead.
func (st *stage) stands(t testing.TB, who identity.Actor, w Wait) string {
	t.Helper()
	x, _, err := st.Find(st.ctx, who, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if x.State == Waiting {
		return fmt.Sprintf("%s after %d", x.State, x.Ahead)
	}
	return x.State
}

// mails are the letters of a template to an account.
func (st *stage) mails(t testing.TB, template string, to identity.Actor) (n int) {
	t.Helper()
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND template = ? AND account_id = ?", st.w.Batam.ID, template, to.ID).Scan(st.ctx, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
