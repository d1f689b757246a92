package bulk

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// cases stands in for casework: applications that are rows, and steps that are counted in the transaction they are taken in.
type cases struct {
	w *pgtest.World

	mu     sync.Mutex
	refuse map[uuid.UUID]error
	taken  map[uuid.UUID]int
}

func (c *cases) Look(_ context.Context, _ identity.Actor, ids []uuid.UUID) (map[uuid.UUID]Seen, error) {
	out := map[uuid.UUID]Seen{}
	for _, id := range ids {
		out[id] = Seen{Number: "BTM-" + id.String()[:8], Version: 2}
	}
	return out, nil
}

func (c *cases) Take(ctx context.Context, _ identity.Actor, s Step, also func(context.Context, bun.Tx) error) error {
	c.mu.Lock()
	err := c.refuse[s.Application]
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, c.w.DB.App, also); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken[s.Application]++
	return nil
}

func TestFiveHundredStepsAreTakenOnce(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := &cases{w: w, refuse: map[uuid.UUID]error{}, taken: map[uuid.UUID]int{}}
	s := New(Deps{DB: w.DB, Guard: guard, Steps: c})
	ctx := w.Ctx(w.Batam)
	actor := identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: w.Batam.ID, Kind: identity.Staff, Agency: "dinkes", Roles: []string{"officer"}, TOTP: true}
	colleague := actor
	colleague.ID = uuid.New()
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := w.DB.App.NewRaw(q, args...).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at) VALUES (?, ?, 'staff', 'active', 'Budi', 'id', 'x', ?, now())`,
		w.Batam.ID, actor.ID, actor.ID[:])
	for _, table := range []string{"form_definition", "workflow_definition"} {
		exec("INSERT INTO ? (tenant_id, code, version, body, created_at) VALUES (?, 'x', 1, '{}', now())", bun.Ident(table), w.Batam.ID)
	}
	in := StartInput{Action: "approve", Versions: map[uuid.UUID]int{}}
	_, err = s.Start(ctx, actor, in)
	wants(t, err, "bulk.none")
	for range 500 {
		in.Versions[application(t, w, ctx, actor.ID)] = 1
	}
	b, err := s.Start(ctx, actor, in)
	if err != nil {
		t.Fatal(err)
	}
	n, held, down := 0, uuid.Nil, uuid.Nil
	for id := range in.Versions {
		switch n++; {
		case n <= 3:
			c.refuse[id], held = fault.New(fault.Conflict, "application.held", "who", "Rini"), id
		case n == 4:
			c.refuse[id], down = errors.New("the database is away"), id
		}
	}
	runs := 0
	for {
		err := s.run(ctx, uuid.Nil, runArgs{b.ID})
		runs++
		p, found := s.Find(ctx, actor, b.ID)
		if found != nil {
			t.Fatal(found)
		}
		if err != nil { // what is no refusal stops the run, and the job comes back
			c.mu.Lock()
			delete(c.refuse, down)
			c.mu.Unlock()
		}
		if p.Over() {
			break
		}
		if runs > 20 {
			t.Fatalf("never over: %+v", p)
		}
	}
	if err := s.run(ctx, uuid.Nil, runArgs{b.ID}); err != nil {
		t.Errorf("once more: %v", err)
	}
	p, err := s.Find(ctx, actor, b.ID)
	if err != nil || p.Total != 500 || p.Done != 497 || p.Failed != 3 || len(p.Failures) != 3 {
		t.Fatalf("%+v, %v", p, err)
	}
	if f := p.Failures[0].Refusal(); f.Code != "application.held" || len(f.Args) != 2 || f.Args[1] != "Rini" {
		t.Errorf("the reason %+v", f)
	}
	_, err = s.Find(ctx, colleague, b.ID)
	wants(t, err, "bulk.not_found")
	_, err = s.Find(w.Ctx(w.Other), actor, b.ID)
	wants(t, err, "access.sign_in")
	c.refuse = map[uuid.UUID]error{}
	if err := s.Retry(ctx, actor, b.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.run(ctx, uuid.Nil, runArgs{b.ID}); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, s.Retry(ctx, actor, b.ID), "bulk.nothing_failed")
	for id := range in.Versions {
		if c.taken[id] != 1 {
			t.Fatalf("%s: %d steps", id, c.taken[id])
		}
	}
	// Whoever has left takes no step any more.
	b, err = s.Start(ctx, actor, StartInput{Action: "approve", Versions: map[uuid.UUID]int{held: 2}})
	if err != nil {
		t.Fatal(err)
	}
	exec("UPDATE account SET status = 'deactivated' WHERE tenant_id = ? AND id = ?", w.Batam.ID, actor.ID)
	if err := s.run(ctx, uuid.Nil, runArgs{b.ID}); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Find(ctx, actor, b.ID); err != nil || p.Failed != 1 || p.Failures[0].Code != "identity.no_session" {
		t.Errorf("%+v, %v", p, err)
	}
}

// application is a row for the batch's item to point at.
func application(t *testing.T, w *pgtest.World, ctx context.Context, account uuid.UUID) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := w.DB.App.NewRaw(`INSERT INTO application (tenant_id, id, service_code, service_name, agency_code, agency_name, agency_short, account_id, channel, locale,
		form_code, form_version, workflow_code, workflow_version, state, stage, clock, version, answers, queue_at, created_at, updated_at)
		VALUES (?, ?, ?, '{}', 'dinkes', '{}', '', ?, 'web', 'id', 'x', 1, 'x', 1, 'draft', 'draft', 'stopped', 1, '{}', now(), now(), now())`,
		w.Batam.ID, id, id.String(), account).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}
