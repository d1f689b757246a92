package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// orphanAge is how long bytes may lie without a row: longer than any upload and its transaction take.
const orphanAge = time.Hour

// sweepKind is the sweep of one city's folder. It is a job of its own because a planned run is a transaction, and one
// must not lie open while a disk, perhaps on another machine, is walked.
var sweepKind = jobs.Kind[struct{}]{Name: "files.sweep.v1", Queue: jobs.Low, MaxRetry: 2, Timeout: 20 * time.Minute}

// Register plans the sweep of every city's folder, the scans of what waits for one, and the sealing of what lies open.
func (s *Store) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "files.sweep", 6*time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		return jobs.Add(ctx, tx, sweepKind, struct{}{})
	})
	jobs.EachCity(r, "files.scan_waiting", 30*time.Second, s.planScans)
	jobs.EachCity(r, "files.scan_earlier", 2*time.Minute, s.enrolEarlier)
	jobs.EachTenant(r, "files.seal_open", 10*time.Minute, s.planSeals)
	if err := jobs.HandleCall(r, scanKind, s.rescan); err != nil {
		return err
	}
	if err := jobs.HandleCall(r, sealKind, s.sealEarlier); err != nil {
		return err
	}
	return jobs.HandleCall(r, sweepKind, func(ctx context.Context, _ uuid.UUID, _ struct{}) error {
		_, err := s.Sweep(ctx)
		return err
	})
}

// Sweep removes from the folder of ctx's city what no row points to and is older than an hour: uploads that broke off,
// transactions that rolled back, files whose row was deleted. It returns how many it removed.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return 0, tenancy.ErrNone
	}
	root := filepath.Join(s.dir, tenant.String())
	shards, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("files: sweep: %w", err)
	}
	removed := 0
	for _, shard := range shards {
		n, err := s.sweepShard(ctx, tenant, root, shard.Name())
		removed += n
		if err != nil {
			return removed, fmt.Errorf("files: sweep: %w", err)
		}
	}
	return removed, nil
}

// sweepShard compares one of the folder's 1024 parts with its rows, in a single query.
func (s *Store) sweepShard(ctx context.Context, tenant tenancy.ID, root, shard string) (int, error) {
	entries, err := os.ReadDir(filepath.Join(root, shard))
	if err != nil {
		return 0, err
	}
	var old []string
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if s.now().Sub(info.ModTime()) > orphanAge {
			old = append(old, shard+"/"+e.Name())
		}
	}
	if len(old) == 0 {
		return 0, nil
	}
	var kept []string
	err = s.db.NewSelect().Model((*File)(nil)).Column("key").Where("tenant_id = ?", tenant).
		Where("key IN (?)", bun.List(old)).Scan(ctx, &kept)
	if err != nil {
		return 0, err
	}
	has := map[string]bool{}
	for _, k := range kept {
		has[k] = true
	}
	removed := 0
	for _, name := range old {
		if has[name] {
			continue
		}
		if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
