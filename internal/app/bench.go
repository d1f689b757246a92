package app

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/edge/bench"
	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/devkit"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

const benchDatabase = "bench"

// measure runs the benchmark on services of its own that are durable, as in production.
func measure(ctx context.Context, o cli.BenchOptions) (err error) {
	dir, err := os.MkdirTemp(onDisk(), "bedelau-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devkit.Remove(dir), os.RemoveAll(dir)) }()
	return onBench(ctx, devkit.Options{Dir: dir}, func(d bench.Deps) error {
		return bench.Run(ctx, os.Stdout, d, bench.Options{Seconds: o.Seconds, Clients: o.Clients})
	})
}

// lifecycle runs the benchmark of whole lifecycles on the same.
func lifecycle(ctx context.Context, o cli.LifecycleOptions) (err error) {
	dir, err := os.MkdirTemp(onDisk(), "bedelau-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devkit.Remove(dir), os.RemoveAll(dir)) }()
	return onBench(ctx, devkit.Options{Dir: dir}, func(d bench.Deps) error {
		return bench.Lifecycle(ctx, os.Stdout, d, bench.LifecycleOptions{Seconds: o.Seconds, Clients: o.Clients, Rows: o.Rows, Think: o.Think})
	})
}

// metered runs the benchmark of metering on the same.
func metered(ctx context.Context, o cli.MeteredOptions) (err error) {
	dir, err := os.MkdirTemp(onDisk(), "bedelau-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devkit.Remove(dir), os.RemoveAll(dir)) }()
	return onBench(ctx, devkit.Options{Dir: dir}, func(d bench.Deps) error {
		return bench.Usage(ctx, os.Stdout, d, bench.UsageOptions{Events: o.Events, Cities: o.Cities})
	})
}

// ducted runs the benchmark of the shared ducts on the same.
func ducted(ctx context.Context, o cli.DuctBenchOptions) (err error) {
	dir, err := os.MkdirTemp(onDisk(), "bedelau-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devkit.Remove(dir), os.RemoveAll(dir)) }()
	return onBench(ctx, devkit.Options{Dir: dir}, func(d bench.Deps) error {
		return bench.Ducts(ctx, os.Stdout, d, bench.DuctOptions{Segments: o.Segments})
	})
}

// onBench gives fn a migrated database with Batam in it, on services that end with fn.
func onBench(ctx context.Context, o devkit.Options, fn func(bench.Deps) error) error {
	services, err := devkit.Start(ctx, o)
	if err != nil {
		return err
	}
	defer services.Stop()
	if !services.Durable && !o.Fast {
		return errors.New("bench: no redis-server on this machine: the figures would be of an imitation")
	}
	if err := storage.Bootstrap(ctx, services.SuperURL("postgres"), storage.Roles{Database: benchDatabase}); err != nil {
		return err
	}
	quiet := slog.New(slog.NewJSONHandler(io.Discard, nil)) // a line costs what it costs in production, but for the disk
	if _, err := storage.Migrate(ctx, services.URL("bedelau_owner", benchDatabase), quiet); err != nil {
		return err
	}
	site := benchSite{dir: o.Dir, log: quiet, services: services}
	if err := site.load(ctx); err != nil {
		return err
	}
	return fn(bench.Deps{SuperURL: services.SuperURL("postgres"), Database: benchDatabase, Conns: benchConns, Build: site.build})
}

// onDisk is a folder for temporary files that is not in memory, where a commit would cost nothing.
func onDisk() string {
	const folder = "/var/tmp"
	if info, err := os.Stat(folder); err == nil && info.IsDir() && os.Getenv("TMPDIR") == "" {
		return folder
	}
	return "" // what the system offers
}

const benchConns = 16

// benchSite builds the program on one database after another.
type benchSite struct {
	dir      string
	log      *slog.Logger
	services *devkit.Services
	key      string
}

func (s *benchSite) config(database string) (config.Config, error) {
	if s.key == "" {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails: see its documentation
		s.key = base64.StdEncoding.EncodeToString(key)
	}
	cfg := config.Config{
		PublicURL: "http://localhost", DataDir: filepath.Join(s.dir, "data"), LogFormat: "json", Proxies: []string{"127.0.0.1"},
		Workers: 1, Drain: 10 * time.Second, DatabaseConns: benchConns,
		DatabaseURL:         config.Secret(s.services.URL("bedelau_app", database)),
		DatabasePlatformURL: config.Secret(s.services.URL("bedelau_platform", database)),
		RedisURL:            config.Secret(s.services.RedisURL), MasterKey: config.Secret(s.key),
		SMTPHost: "127.0.0.1", SMTPPort: 25, SMTPFrom: "tidak-membalas@bedelau.localhost", SMTPTLS: "none",
	}
	return cfg, cfg.Validate()
}

// load puts Batam into the database that every round is copied from.
func (s *benchSite) load(ctx context.Context) error {
	cfg, err := s.config(benchDatabase)
	if err != nil {
		return err
	}
	a, err := New(ctx, cfg, s.log)
	if err != nil {
		return err
	}
	defer a.Close()
	p, err := pack.Load(tenants.FS, "batam")
	if err != nil {
		return packError(err)
	}
	if _, err := a.Packs.Apply(ctx, a.DB, p); err != nil {
		return packError(err)
	}
	return nil
}

func (s *benchSite) build(ctx context.Context, database string, v bench.Variant) (*bench.Program, error) {
	cfg, err := s.config(database)
	if err != nil {
		return nil, err
	}
	a := &App{Config: cfg, Log: s.log, Metrics: metrics()}
	p, err := a.variant(ctx, v, s.services.SuperURL(database))
	if err != nil {
		a.Close()
		return nil, fmt.Errorf("bench: %w", err)
	}
	return p, nil
}

// variant is New for a benchmark: the database may be watched, or opened without the tenant door as superURL's role.
func (a *App) variant(ctx context.Context, v bench.Variant, superURL string) (*bench.Program, error) {
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	if v.Recorder != nil {
		a.DB.App = a.DB.App.WithQueryHook(v.Recorder)
		a.DB.Platform = a.DB.Platform.WithQueryHook(v.Recorder)
	}
	if v.Open {
		cfg, err := pgx.ParseConfig(superURL)
		if err != nil {
			return nil, err
		}
		cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // as storage.Open does: bun writes values into the text
		_ = a.DB.App.Close()
		a.DB.App = bun.NewDB(sql.OpenDB(tenancy.NewOpenConnector(*cfg)), pgdialect.New())
		a.DB.App.SetMaxOpenConns(a.Config.DatabaseConns)
		a.DB.App.SetMaxIdleConns(a.Config.DatabaseConns)
	}
	if err := a.build(); err != nil {
		return nil, err
	}
	h, err := a.Handler(nil, nil)
	if err != nil {
		return nil, err
	}
	city, err := a.Directory.BySlug(ctx, "batam")
	if err != nil {
		return nil, err
	}
	return &bench.Program{
		Casework: a.Casework, Surveys: a.Surveying, DuctMap: a.DuctMap, Leases: a.Leases, Tariffs: a.DuctPrice, Identity: a.Identity, Guard: a.Guard, DB: a.DB, City: city, Handler: h,
		Serve: func(ctx context.Context, ln net.Listener, h http.Handler) error {
			return a.serveOn(ctx, doors{web: ln}, h, false)
		},
		Close: a.Close,
	}, nil
}
