// Package pgtest gives a test a database of its own: real PostgreSQL, migrated, with two cities and the platform.
//
// Each test process runs a private server on a copy of a folder that was migrated once; each test clones a template
// database in it. A machine without PostgreSQL fails the test with the sentence that says how to install it; a test
// that cannot run is never skipped. The server ends with the test process.
package pgtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/kernel/devkit"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// World is a fresh migrated database that no other test sees.
type World struct {
	DB       *storage.DB
	Database string // its name on the server

	Batam    tenancy.City // BTM, 21.71
	Other    tenancy.City // Tanjungpinang: TPI, 21.72
	Platform tenancy.City // the BUMD's own tenant

	AppURL, PlatformURL, OwnerURL, SuperURL string

	t testing.TB
}

// Open clones the migrated template for t and connects the two serving roles to it. All of it is gone when t ends.
func Open(t testing.TB) *World {
	t.Helper()
	return serverFor(t).open(t, worldTemplate)
}

// open clones a template for t.
func (s *server) open(t testing.TB, template string) *World {
	t.Helper()
	w := s.connect(t, s.clone(t, template))
	t.Cleanup(w.DB.Close)
	return w
}

// connect opens a database as the two serving roles.
func (s *server) connect(t testing.TB, database string) *World {
	t.Helper()
	w := &World{Database: database, t: t}
	w.AppURL = s.pg.URL("bedelau_app", w.Database)
	w.PlatformURL = s.pg.URL("bedelau_platform", w.Database)
	w.OwnerURL = s.pg.URL("bedelau_owner", w.Database)
	w.SuperURL = s.pg.URL("postgres", w.Database)
	var err error
	if w.DB, err = storage.Open(t.Context(), w.AppURL, w.PlatformURL, 8); err != nil {
		t.Fatal(err)
	}
	dir := tenancy.NewDirectory(w.DB.App, "localhost")
	for slug, city := range map[string]*tenancy.City{"batam": &w.Batam, "tanjungpinang": &w.Other, "platform": &w.Platform} {
		if *city, err = dir.BySlug(t.Context(), slug); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// Ctx is the test's context, doing its work for city.
func (w *World) Ctx(city tenancy.City) context.Context { return tenancy.With(w.t.Context(), city) }

// Empty clones a database that has its roles and extensions and no table yet, and returns its owner's address.
func Empty(t testing.TB) (ownerURL string) {
	t.Helper()
	s := serverFor(t)
	return s.pg.URL("bedelau_owner", s.clone(t, emptyTemplate))
}

// Redis runs an empty redis-server for t alone and returns its address. It has no password.
func Redis(t testing.TB) (addr string) {
	t.Helper()
	r, err := devkit.StartRedis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r.Addr
}

// clone makes a database from a template and drops it when t ends.
func (s *server) clone(t testing.TB, template string) string {
	t.Helper()
	name := s.create(t, template)
	t.Cleanup(func() {
		if err := s.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return name
}

// create makes a database from a template, to which nobody is connected.
func (s *server) create(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	if err := s.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template+" OWNER bedelau_owner STRATEGY file_copy"); err != nil {
		t.Fatal(err)
	}
	return name
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.pg.URL("postgres", "postgres"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("pgtest: %s: %w", sql, err)
	}
	return nil
}
