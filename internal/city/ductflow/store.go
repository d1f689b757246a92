package ductflow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// Section is the orders' part of a city pack: duct/order.yaml. Register it with the engine. A flow that changed becomes a new
// version; orders that were placed keep theirs.
func Section() pack.Section {
	return pack.Section{
		Name: "ductorder",
		Check: func(p *pack.Pack) error {
			_, err := readFlow(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			f, err := readFlow(p)
			if err != nil || f == nil {
				return err
			}
			return publish(ctx, tx, *f)
		},
	}
}

// readFlow is the flow of a pack; nil where it has none.
func readFlow(p *pack.Pack) (*Flow, error) {
	if !p.Has(flowFile) {
		return nil, nil
	}
	var f Flow
	if err := p.Decode(flowFile, &f); err != nil {
		return nil, err
	}
	c := p.Check(flowFile)
	f.check(c)
	return &f, c.Err()
}

// model is the flow of a city whose pack brings none: that of the pack which every other is modelled on.
var model = sync.OnceValues(func() (Flow, error) {
	found, err := fs.Glob(tenants.FS, "*/"+flowFile)
	if err != nil || len(found) == 0 {
		return Flow{}, fmt.Errorf("ductflow: no pack has a flow: %w", err)
	}
	p, err := pack.Load(tenants.FS, strings.TrimSuffix(found[0], "/"+flowFile))
	if err != nil {
		return Flow{}, err
	}
	f, err := readFlow(p)
	if err != nil {
		return Flow{}, err
	}
	return *f, nil
})

// publish makes f the newest version unless that says the same.
func publish(ctx context.Context, tx bun.IDB, f Flow) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO duct_flow (tenant_id, version, body, created_at)
		SELECT ?0, greatest(?1, coalesce(max(d.version), 0) + 1), ?2::jsonb, now() FROM duct_flow d WHERE d.tenant_id = ?0
		HAVING NOT coalesce((SELECT l.body = ?2::jsonb FROM duct_flow l WHERE l.tenant_id = ?0 ORDER BY l.version DESC LIMIT 1), false)`,
		tenancy.Must(ctx), f.Version, string(raw)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductflow: publish: %w", err)
	}
	return nil
}

// Store finds the versions of every city. It remembers what it parsed: versions never change, and there are few, so nothing is ever
// dropped. What a transaction reads that it has itself published is not remembered, because it may yet be rolled back and another be published
// under its number.
type Store struct {
	mu     sync.RWMutex
	parsed map[flowKey]*Flow
}

// NewStore returns an empty Store.
func NewStore() *Store { return &Store{parsed: map[flowKey]*Flow{}} }

type flowKey struct {
	tenant  tenancy.ID
	version int
}

// Find returns one version of ctx's city.
func (s *Store) Find(ctx context.Context, db bun.IDB, version int) (*Flow, error) {
	key := flowKey{tenancy.Must(ctx), version}
	s.mu.RLock()
	known, ok := s.parsed[key]
	s.mu.RUnlock()
	if ok {
		return known, nil
	}
	var row struct {
		Body    string
		Settled bool // published by a transaction that is over: publish writes down when its own began, which now() is
	}
	if err := db.NewRaw("SELECT body, created_at <> now() AS settled FROM duct_flow WHERE tenant_id = ? AND version = ?", key.tenant, version).Scan(ctx, &row); err != nil {
		return nil, fmt.Errorf("ductflow: flow %d: %w", version, err)
	}
	f := new(Flow)
	if err := json.Unmarshal([]byte(row.Body), f); err != nil {
		return nil, fmt.Errorf("ductflow: flow %d: %w", version, err)
	}
	f.ready()
	if row.Settled {
		s.mu.Lock()
		s.parsed[key] = f
		s.mu.Unlock()
	}
	return f, nil
}

// Newest is the version by which orders of ctx's city are placed now. A city that has none is given the model.
func (s *Store) Newest(ctx context.Context, tx bun.IDB) (version int, err error) {
	for range 2 {
		err = tx.NewRaw("SELECT version FROM duct_flow WHERE tenant_id = ? ORDER BY version DESC LIMIT 1", tenancy.Must(ctx)).Scan(ctx, &version)
		if !errors.Is(err, sql.ErrNoRows) {
			break
		}
		f, err := model()
		if err != nil {
			return 0, err
		}
		if err := publish(ctx, tx, f); err != nil {
			return 0, err
		}
	}
	if err != nil {
		return 0, fmt.Errorf("ductflow: flow: %w", err)
	}
	return version, nil
}
