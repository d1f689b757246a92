package access

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

const (
	channel   = "access_changed"
	pollEvery = time.Second
	reconnect = time.Second
)

// Start listens for changes and polls the versions of the cities it holds, until Stop.
func (g *Guard) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	g.cancel = cancel
	g.done.Go(func() { g.listen(ctx) })
	g.done.Go(func() { g.pollLoop(ctx) })
}

// Stop ends what Start began and waits for it.
func (g *Guard) Stop() {
	if g.cancel != nil {
		g.cancel()
		g.done.Wait()
	}
}

// bump announces a change of ctx's city's rules, as part of the transaction that makes it. It also locks the city's
// version, so that changes of one city follow one another.
func bump(ctx context.Context, tx bun.IDB) error {
	city := tenancy.Must(ctx)
	_, err := tx.NewRaw(`
INSERT INTO access_version AS v (tenant_id, version) VALUES (?, 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = v.version + 1`, city).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`SELECT pg_notify(?, ?)`, channel, city.String()).Exec(ctx)
	return err
}

// doubt makes the next question about a city look at the database first.
func (g *Guard) doubt(city tenancy.ID) {
	if v, ok := g.cities.Load(city); ok {
		v.(*entry).checked.Store(0)
	}
}

func (g *Guard) doubtAll() {
	g.cities.Range(func(_, v any) bool {
		v.(*entry).checked.Store(0)
		return true
	})
}

func (g *Guard) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := g.listenOnce(ctx); err != nil && ctx.Err() == nil {
			g.log.Warn("access: no notifications, polling only", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(reconnect):
		}
	}
}

// listenOnce holds one connection of its own until it breaks. Behind a pooler that shares connections nothing will
// arrive on it; the poll does the work then.
func (g *Guard) listenOnce(ctx context.Context) error {
	c, err := g.db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("access: listen: %w", err)
	}
	conn := c.Hijack() // a connection that listens must not go back to the pool
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconnect)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("access: listen: %w", err)
	}
	g.doubtAll() // what was announced before now is lost to us
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("access: listen: %w", err)
		}
		if city, err := uuid.Parse(n.Payload); err == nil {
			g.doubt(city)
		}
	}
}

func (g *Guard) pollLoop(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := g.poll(ctx); err != nil && ctx.Err() == nil {
				g.log.Warn("access: poll failed", "err", err)
			}
		}
	}
}

// poll compares the versions of all held cities with the database in one query. When it fails, answers fall back to
// asking city by city.
func (g *Guard) poll(ctx context.Context) error {
	at := g.clock()
	var held []tenancy.ID
	g.cities.Range(func(k, _ any) bool {
		held = append(held, k.(tenancy.ID))
		return true
	})
	if len(held) == 0 {
		return nil
	}
	var rows []struct {
		TenantID tenancy.ID
		Version  int64
	}
	ctx, cancel := context.WithTimeout(ctx, pollEvery)
	defer cancel()
	err := g.db.Platform.NewRaw(`SELECT tenant_id, version FROM access_version WHERE tenant_id IN (?)`, bun.List(held)).
		Scan(ctx, &rows)
	if err != nil {
		return err
	}
	versions := make(map[tenancy.ID]int64, len(rows)) // a city without a row never changed anything: version 0
	for _, r := range rows {
		versions[r.TenantID] = r.Version
	}
	for _, city := range held {
		v, ok := g.cities.Load(city)
		if !ok {
			continue
		}
		e := v.(*entry)
		p := e.policy.Load()
		switch last := e.checked.Load(); {
		case p == nil || last == 0: // being read, or announced as changed: let that run its course
		case p.version != versions[city]:
			e.checked.Store(0)
		case last < at:
			e.checked.CompareAndSwap(last, at)
		}
	}
	return nil
}
