package bulk

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

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
	failures, next, failed := s.Items(ctx, actor, b.ID, Failed, uuid.Nil)
	if err != nil || failed != nil || p.Total != 500 || p.Done != 497 || p.Failed != 3 || len(failures) != 3 || next != uuid.Nil {
		t.Fatalf("%+v, %v, %d failures, %v", p, err, len(failures), failed)
	}
	if f := failures[0].Refusal(); f.Code != "application.held" || len(f.Args) != 2 || f.Args[1] != "Rini" {
		t.Errorf("the reason %+v", f)
	}
	seen := 0
	for after := uuid.Nil; ; {
		page, next, err := s.Items(ctx, actor, b.ID, Done, after)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page)
		if after = next; after == uuid.Nil {
			break
		}
	}
	if seen != 497 {
		t.Errorf("the pages show %d", seen)
	}
	_, _, err = s.Items(ctx, colleague, b.ID, Done, uuid.Nil)
	wants(t, err, "bulk.not_found")
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
	// The same form sent again is the same batch, and a small one is done at once.
	small := StartInput{Key: uuid.Must(uuid.NewV7()), Action: "approve", Versions: map[uuid.UUID]int{held: 2}}
	for range 2 {
		if b, err = s.Start(ctx, actor, small); err != nil || b.ID != small.Key {
			t.Fatalf("%+v, %v", b, err)
		}
	}
	if p, err := s.Find(ctx, actor, b.ID); err != nil || p.Done != 1 || c.taken[held] != 2 {
		t.Errorf("%+v, %v, %d steps", p, err, c.taken[held])
	}
	_, err = s.Start(ctx, colleague, small)
	wants(t, err, "bulk.not_found")
	if all, err := s.Recent(ctx, actor); err != nil || len(all) != 2 || all[0].Batch.ID != small.Key || all[1].Total != 500 {
		t.Errorf("recent: %+v, %v", all, err)
	}
	// What fails for reasons of ours holds up nobody, and is given up in the end.
	c.refuse[down] = errors.New("the database is away")
	b, err = s.Start(ctx, actor, StartInput{Action: "approve", Versions: map[uuid.UUID]int{held: 2, down: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Find(ctx, actor, b.ID); err != nil || p.Done != 1 || p.Over() || p.Stalled {
		t.Errorf("%+v, %v", p, err)
	}
	s.d.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if p, err := s.Find(ctx, actor, b.ID); err != nil || !p.Stalled {
		t.Errorf("%+v, %v", p, err)
	}
	if err := s.Retry(ctx, actor, b.ID); err != nil {
		t.Errorf("one that stands still: %v", err)
	}
	for range attemptsMost {
		_ = s.run(ctx, uuid.Nil, runArgs{b.ID}) // fails until the last attempt
	}
	if gone, _, err := s.Items(ctx, actor, b.ID, Failed, uuid.Nil); err != nil || len(gone) != 1 || gone[0].Code != "bulk.given_up" {
		t.Errorf("%+v, %v", gone, err)
	}
	c.refuse = map[uuid.UUID]error{}
	s.d.Now = time.Now
	// Whoever has left takes no step any more.
	exec("UPDATE account SET status = 'deactivated' WHERE tenant_id = ? AND id = ?", w.Batam.ID, actor.ID)
	b, err = s.Start(ctx, actor, StartInput{Action: "approve", Versions: map[uuid.UUID]int{held: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if gone, _, err := s.Items(ctx, actor, b.ID, Failed, uuid.Nil); err != nil || len(gone) != 1 || gone[0].Code != "identity.no_session" {
		t.Errorf("%+v, %v", gone, err)
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
