package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/devkit"
	"bedelau/internal/kernel/storage"
	"bedelau/migrations"
)

const (
	emptyTemplate = "template_empty" // roles and extensions
	worldTemplate = "template_world" // migrated, with the tenants
	masterPrefix  = "master-"
)

const tenantsSQL = `
INSERT INTO tenant (id, kind, slug, name, short_name, code, province, timezone, number_prefix) VALUES
    ($1, 'city', 'batam', 'Kota Batam', 'Batam', '21.71', 'Kepulauan Riau', 'Asia/Jakarta', 'BTM'),
    ($2, 'city', 'tanjungpinang', 'Kota Tanjungpinang', 'Tanjungpinang', '21.72', 'Kepulauan Riau', 'Asia/Jakarta', 'TPI'),
    ($3, 'platform', 'platform', 'Bedelau', 'Bedelau', '', '', 'Asia/Jakarta', '')`

// masterKey names the master by everything that goes into it; another set of migrations is another master.
var masterKey = sync.OnceValue(func() string {
	h := sha256.New()
	roles, database := storage.BootstrapSQL()
	h.Write([]byte(roles + database + tenantsSQL))
	_ = fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := migrations.FS.ReadFile(path) // embedded: it is there
			fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		}
		return err
	})
	return masterPrefix + hex.EncodeToString(h.Sum(nil)[:6])
})

// makeMaster migrates a new server aside and renames its folder when it is whole. The caller holds the lock.
func makeMaster(base string) error {
	done := filepath.Join(base, masterKey())
	if _, err := os.Stat(done); err == nil {
		return nil // another process made it while this one waited
	}
	draft := done + ".new"
	if err := devkit.Remove(draft); err != nil {
		return err
	}
	ctx := context.Background()
	pg, err := devkit.StartPostgres(ctx, devkit.Options{Dir: draft, Fast: true})
	if err != nil {
		return err
	}
	err = fill(ctx, pg)
	pg.Stop()
	if err != nil {
		return err
	}
	if err := os.Rename(draft, done); err != nil {
		return err
	}
	return prune(base)
}

func fill(ctx context.Context, pg *devkit.Postgres) error {
	if err := storage.Bootstrap(ctx, pg.URL("postgres", "postgres"), storage.Roles{Database: emptyTemplate}); err != nil {
		return err
	}
	s := &server{pg: pg}
	if err := s.exec(ctx, "CREATE DATABASE "+worldTemplate+" TEMPLATE "+emptyTemplate+" OWNER bedelau_owner"); err != nil {
		return err
	}
	if _, err := storage.Migrate(ctx, pg.URL("bedelau_owner", worldTemplate), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, pg.URL("postgres", worldTemplate))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var ids [3]uuid.UUID
	for i := range ids {
		if ids[i], err = uuid.NewV7(); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, tenantsSQL, ids[0], ids[1], ids[2])
	return err
}

// kept is how many masters stay: the one in use, and that of the branch that somebody switches from.
const kept = 2

func prune(base string) error {
	entries, err := os.ReadDir(base)
	if err != nil {
		return err
	}
	var masters []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), masterPrefix) {
			masters = append(masters, info)
		}
	}
	slices.SortFunc(masters, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for i, m := range masters {
		if i >= kept {
			if err := os.RemoveAll(filepath.Join(base, m.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func forgetMaster(base string) error {
	return locked(base, syscall.LOCK_EX, func() error { return os.RemoveAll(filepath.Join(base, masterKey())) })
}
