package external

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

const (
	source  = "https://simpus.example.go.id"
	sitiNIK = "2171046703900003"
)

// stage is the package on a database of its own, with two cities' catalogues, a clock and the facts that were published.
type stage struct {
	*Service
	w     *pgtest.World
	ctx   context.Context // Batam
	at    time.Time
	facts []event.ExternalStatusReceived
	admin identity.Actor
	siti  identity.Actor
}

func newStage(t testing.TB) *stage {
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
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	bus := event.New(nil)
	event.OnTx(bus, func(_ context.Context, _ bun.IDB, f event.ExternalStatusReceived) error {
		st.facts = append(st.facts, f)
		return nil
	})
	clock := func() time.Time { return st.at }
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Keys: keys, Codes: apikey.New(w.DB.App, clock), Bus: bus, Now: clock})
	for _, city := range []tenancy.City{w.Batam, w.Other} {
		st.catalog(t, city)
	}
	st.admin = staff(w.Batam, "city_admin", "")
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard})
	id, err := people.CreateResident(st.ctx, identity.SeedInput{Name: "Siti Rahma", Email: "siti@contoh.id", Password: "kapal putih di selat"})
	if err != nil {
		t.Fatal(err)
	}
	st.siti = identity.Actor{ID: id, TenantID: w.Batam.ID, Kind: identity.Resident, Email: "siti@contoh.id", Roles: []string{"resident"}}
	return st
}

// catalog gives a city two agencies with a service or two.
func (st *stage) catalog(t testing.TB, city tenancy.City) {
	t.Helper()
	err := tenancy.InTx(st.w.Ctx(city), st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, q := range []string{
			`INSERT INTO agency (tenant_id, code, name, short, kind) VALUES (?0, 'dinkes', '{"id":"Dinas Kesehatan"}', 'Dinkes', 'dinas'), (?0, 'dpmptsp', '{"id":"DPMPTSP"}', 'DPMPTSP', 'dinas')`,
			`INSERT INTO service (tenant_id, code, name, summary, agency, category, integration) VALUES
				(?0, 'sip-dokter', '{"id":"SIP Dokter","en":"Doctor licence"}', '{}', 'dinkes', 'x', 'status'),
				(?0, 'laik-higiene', '{"id":"Laik Higiene"}', '{}', 'dinkes', 'x', 'status'),
				(?0, 'reklame', '{"id":"Izin Reklame"}', '{}', 'dpmptsp', 'x', 'status')`,
		} {
			if _, err := tx.NewRaw(q, city.ID).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func staff(city tenancy.City, role, agency string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Staff, Roles: []string{role}, Agency: agency, TOTP: true}
}

// app registers the app of Dinkes and returns it with its program.
func (st *stage) app(t testing.TB) (App, identity.Actor) {
	t.Helper()
	app, err := st.RegisterApp(st.ctx, st.admin, AppInput{Name: "Simpus", Agency: "dinkes", Source: source, Contact: "Bidang SDK",
		Services: []string{"sip-dokter", "laik-higiene"}, Hosts: []string{"simpus.example.go.id"}})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := st.IssueKey(st.ctx, st.admin, app.ID, 90)
	if err != nil {
		t.Fatal(err)
	}
	program, _, err := st.d.Codes.Resolve(st.ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	return app, program
}

type fields map[string]any

// sent is an event of Simpus, with changes.
func (st *stage) sent(id string, change fields, data fields) fields {
	d := fields{"service": "sip-dokter", "stage": "in_review", "applicant": fields{"nik": sitiNIK, "email": "siti@contoh.id", "name": "Siti Rahma"},
		"url": "https://simpus.example.go.id/p/1"}
	for k, v := range data {
		d[k] = v
	}
	e := fields{"specversion": "1.0", "id": id, "source": source, "type": StatusType, "subject": "SIP/001", "time": st.at.Format(time.RFC3339Nano), "data": d}
	for k, v := range change {
		if v == nil {
			delete(e, k)
			continue
		}
		e[k] = v
	}
	return e
}

func read(t testing.TB, events ...fields) []cloudevent.Read {
	t.Helper()
	raw, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{"Content-Type": {"application/cloudevents-batch+json"}}
	in, _, err := cloudevent.FromHTTP(h, raw, MaxBatch)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// push sends events as a program.
func (st *stage) push(t testing.TB, program identity.Actor, events ...fields) []Outcome {
	t.Helper()
	out, err := st.Receive(st.ctx, program, cloudevent.Batch, read(t, events...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (st *stage) mine(t testing.TB) []Application {
	t.Helper()
	all, err := st.Mine(st.ctx, st.siti)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
