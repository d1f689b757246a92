package damage_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const (
	list  = "/petugas/ducting/gangguan"
	mitra = "/mitra/gangguan"
)

// street is two segments in a row with two ducts each.
const street = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.054, 1.12]}, "properties": {"code": "MH-3", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]},
		"properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2", "road": "Jalan Engku Putri", "authority": "pemko", "condition": "good", "billed_m": 220, "ducts": 2, "subducts": 2}},
	{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.052, 1.12], [104.054, 1.12]]},
		"properties": {"code": "R-2", "from_node": "MH-2", "to_node": "MH-3", "road": "Jalan Raja Haji", "authority": "bp_batam", "condition": "good", "billed_m": 230, "free_trade": false, "ducts": 2, "subducts": 2}}]}`

// world is a street with two companies that lease in it since the first of October, and somebody of each.
type world struct {
	*pagetest.Site
	ctx          context.Context
	manager      identity.Actor
	satu, dua    uuid.UUID // companies
	sari         *pagetest.Browser
	andi, budi   *pagetest.Browser // of the companies
	sewaA, sewaB lease.Lease
}

func open(t *testing.T) *world {
	t.Helper()
	s := pagetest.Open(t)
	w := &world{Site: s, ctx: s.In(t, pagetest.HostBatam), manager: identity.Actor{ID: uuid.New(), TenantID: s.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}}
	_, err := s.Surveying.Load(w.ctx, w.manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(street)})
	if err != nil {
		t.Fatal(err)
	}
	w.sari = s.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", "")
	w.satu, w.andi = w.company(t, "PT Satu", "1234567890123", "andi@satu.id")
	w.dua, w.budi = w.company(t, "PT Dua", "2234567890123", "budi@dua.id")
	w.sewaA = w.lease(t, w.satu, "MH-1", "MH-3", 1)
	w.sewaB = w.lease(t, w.dua, "MH-2", "MH-3", 2)
	return w
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// company is an approved operator with somebody who has signed in.
func (w *world) company(t *testing.T, name, nib, email string) (uuid.UUID, *pagetest.Browser) {
	t.Helper()
	o, err := w.Leases.Apply(w.ctx, w.manager, lease.Operator{Name: name, NIB: nib, Licence: "Jartaplok 1/2026", Email: "noc@contoh.id"})
	if err == nil {
		err = w.Leases.Decide(w.ctx, w.manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	who, err := w.Identity.CreatePartner(w.ctx, identity.SeedInput{Name: "Orang " + name, Email: email, Password: pagetest.Password})
	if err == nil {
		err = w.Operators.Join(w.ctx, o.ID, who, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := w.Browser(t, pagetest.HostBatam)
	b.Goes(b.Post("/masuk", "login", email, "password", pagetest.Password), "/mitra")
	return o.ID, b
}

// lease is one that is charged for.
func (w *world) lease(t *testing.T, operator uuid.UUID, from, to string, quantity int) lease.Lease {
	t.Helper()
	since := day("2026-10-01")
	ways, err := w.Leases.Plan(w.ctx, w.manager, lease.PlanInput{From: from, To: to, Kind: duct.Subduct, Quantity: quantity, Since: since})
	if err != nil || len(ways) == 0 {
		t.Fatal(err)
	}
	in := lease.ReserveInput{Operator: operator, Kind: duct.Subduct, Quantity: quantity, Since: since, Days: 30, Key: from + to}
	for _, x := range ways[0].Steps {
		in.Segments = append(in.Segments, x.ID)
	}
	l, err := w.Leases.Reserve(w.ctx, w.manager, in)
	if err == nil {
		err = w.Leases.Order(w.ctx, w.manager, l.ID)
	}
	if err == nil {
		err = w.Leases.AcceptOn(w.ctx, w.manager, l.ID, since)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sleep lets so much time pass that everybody has to sign in again.
func (w *world) sleep(t *testing.T, d time.Duration) {
	t.Helper()
	w.Wait(d)
	for login, b := range map[string]*pagetest.Browser{"sari.ducting@kota.id": w.sari, "andi@satu.id": w.andi, "budi@dua.id": w.budi} {
		if a := b.Post("/masuk", "login", login, "password", pagetest.Password); a.To() == "/masuk/kode" {
			b.Post("/masuk/kode", "code", w.Code(t))
		}
	}
}

// count is how many rows of a table fit.
func (w *world) count(t *testing.T, table, where string, args ...any) (n int) {
	t.Helper()
	if err := w.World.DB.App.NewRaw("SELECT count(*) FROM "+table+" WHERE tenant_id = ? AND "+where, append([]any{w.World.Batam.ID}, args...)...).Scan(w.ctx, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// again has every job about damages delivered once more, as after a crash.
func (w *world) again(t *testing.T) {
	t.Helper()
	var payloads []json.RawMessage
	if err := w.World.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = 'ductdamage.tell.v1'").Scan(tenancy.Platform(t.Context()), &payloads); err != nil || len(payloads) == 0 {
		t.Fatal(len(payloads), err)
	}
	err := tenancy.InTx(w.ctx, w.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, x := range payloads {
			if err := jobs.Add(ctx, tx, jobs.Kind[json.RawMessage]{Name: "ductdamage.tell.v1", MaxRetry: 1, Timeout: time.Minute}, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Run(t)
}

// one is the page of the only damage there is.
func (w *world) one(t *testing.T) string {
	t.Helper()
	for _, at := range pagetest.Hrefs(w.sari.Page(list), list+"/") {
		return at
	}
	t.Fatal("no damage is listed")
	return ""
}

// do posts a form of a damage as its page shows it.
func (w *world) do(t *testing.T, b *pagetest.Browser, at, act string, pairs ...string) pagetest.Answer {
	t.Helper()
	return b.Post(at+act, append([]string{"revision", pagetest.Hidden(t, b.Page(at), "revision")}, pairs...)...)
}
