package storage

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"bedelau/migrations"
)

// Roles names the database and the passwords of the three roles that Bootstrap makes. An empty password is left as
// it is in the database, for servers where a DBA sets them.
type Roles struct {
	Database         string
	OwnerPassword    string
	AppPassword      string
	PlatformPassword string
}

//go:embed bootstrap_roles.sql
var bootstrapRoles string

//go:embed bootstrap_database.sql
var bootstrapDatabase string

// BootstrapSQL is what a database administrator runs once as a superuser: first in any database, then in the new one.
func BootstrapSQL() (roles, database string) { return bootstrapRoles, bootstrapDatabase }

// Bootstrap makes the roles, the database, its extensions and the LEAKPROOF marks as a superuser. It may run again.
func Bootstrap(ctx context.Context, superURL string, r Roles) error {
	cfg, err := pgx.ParseConfig(superURL)
	if err != nil {
		return fmt.Errorf("storage: bootstrap: %w", err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	admin, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("storage: bootstrap: %w", err)
	}
	defer admin.Close(context.WithoutCancel(ctx))
	if _, err := admin.Exec(ctx, bootstrapRoles); err != nil {
		return fmt.Errorf("storage: bootstrap roles: %w", err)
	}
	for role, password := range map[string]string{
		"bedelau_owner": r.OwnerPassword, "bedelau_app": r.AppPassword, "bedelau_platform": r.PlatformPassword,
	} {
		if password == "" {
			continue
		}
		if strings.ContainsAny(password, `'\`) {
			return fmt.Errorf("storage: bootstrap: the password of %s must not hold a quote or backslash", role)
		}
		if _, err := admin.Exec(ctx, "ALTER ROLE "+role+" PASSWORD '"+password+"'"); err != nil {
			return fmt.Errorf("storage: bootstrap: password of %s: %w", role, err)
		}
	}
	var exists bool
	if err := admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", r.Database).Scan(&exists); err != nil {
		return fmt.Errorf("storage: bootstrap: %w", err)
	}
	if !exists {
		name := pgx.Identifier{r.Database}.Sanitize()
		if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" OWNER bedelau_owner ENCODING 'UTF8' TEMPLATE template0"); err != nil {
			return fmt.Errorf("storage: bootstrap: create database: %w", err)
		}
	}
	in := cfg.Copy()
	in.Database = r.Database
	db, err := pgx.ConnectConfig(ctx, in)
	if err != nil {
		return fmt.Errorf("storage: bootstrap: %w", err)
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, bootstrapDatabase); err != nil {
		return fmt.Errorf("storage: bootstrap extensions: %w", err)
	}
	return nil
}

// Migrate applies the migrations that the database lacks, as its owner. Several processes may start at once: an
// advisory lock lets one work while the others wait, and they then find nothing to do. It returns how many it ran.
func Migrate(ctx context.Context, ownerURL string, log *slog.Logger) (int, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return 0, fmt.Errorf("storage: DATABASE_OWNER_URL: %w", err)
	}
	db := sql.OpenDB(stdlib.GetConnector(*cfg))
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return 0, fmt.Errorf("storage: migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("storage: migrate: %w", err)
	}
	done, err := p.Up(ctx)
	for _, r := range done {
		log.Info("migrated", "file", r.Source.Path, "duration", r.Duration)
	}
	if err != nil {
		return len(done), fmt.Errorf("storage: migrate: %w", err)
	}
	return len(done), nil
}
