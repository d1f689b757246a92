// Package app builds the program once, in order, and stops it in reverse. It is the only place that knows everybody.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/city/revenue"
	"bedelau/internal/city/simulation"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/tsa"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/metering"
)

// maxUpload bounds one file of any form; a form's own rule is usually far below it.
const maxUpload = 50 << 20

// scanTime is how long a person waits for the scan of their upload before it is taken in and held.
const scanTime = 20 * time.Second

// App is the whole program, built and not yet started.
type App struct {
	Config    config.Config
	Log       *slog.Logger
	DB        *storage.DB
	Redis     *redis.Client
	Limiter   *redis_rate.Limiter
	Directory *tenancy.Directory
	Keys      *privacy.Keys
	Runner    *jobs.Runner
	Bus       *event.Bus
	Identity  *identity.Service
	Guard     *access.Guard
	Files     *files.Store
	Documents *document.Service
	Notify    *notify.Service
	Packs     *pack.Engine
	Catalog   *catalog.Catalog
	Editor    *catalog.Editor
	Tariffs   *tariff.Editor
	Registry  *registry.Service
	Casework  *casework.Service
	Ducts     *duct.Service
	Surveying *ductsurvey.Service
	Leases    *lease.Service
	DuctEdit  *ductedit.Service
	Cables    *ductcable.Service
	Operators *operator.Service
	DuctMap   *ductmap.Service
	DuctPrice *ducttariff.Service
	DuctWaits *ductwait.Service
	DuctBills *ductbill.Service
	DuctWorks *ductwork.Service
	Damages   *ductdamage.Service
	Orders    *ductorder.Service
	Revenue   *revenue.Service
	Waves     *ductwave.Service
	Bulk      *bulk.Service
	Booking   *booking.Service
	Calendar  *calendar.Service
	Builder   *builder.Service
	Inbox     *inbox.Service
	Dashboard *dashboard.Dashboard
	APIKeys   *apikey.Service
	External  *external.Service
	Replays   *simulation.Service
	Metering  *metering.Service
	Producers *metering.Producers
	Collector *metering.Collector
	Billing   *billing.Service
	Changes   *change.Service
	Finance   *finance.Service

	Collection *collection.Service

	Metrics *prometheus.Registry

	sweep    time.Duration // between two sweeps of the outbox; that of jobs.Options if it is zero
	stopping atomic.Bool
}

// New opens the database and Redis and builds every service; Close gives back what it opened. It refuses a database
// role that could see across cities, and tables that would let it.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	a := &App{Config: cfg, Log: log, Metrics: metrics()}
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.build(); err != nil {
		a.Close()
		return nil, fmt.Errorf("app: %w", err)
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	opts, err := redis.ParseURL(string(a.Config.RedisURL))
	if err != nil {
		return errors.New("app: REDIS_URL must be like redis://:password@host:6379/0")
	}
	opts.ContextTimeoutEnabled = true
	a.Redis = redis.NewClient(opts)
	a.Limiter = redis_rate.NewLimiter(a.Redis)
	a.DB, err = storage.Open(ctx, string(a.Config.DatabaseURL), string(a.Config.DatabasePlatformURL), a.Config.DatabaseConns, bun.WithDiscardUnknownColumns())
	if err != nil {
		return err
	}
	return errors.Join(a.DB.VerifyRoles(ctx), a.DB.VerifyTables(ctx), a.ensurePlatform(ctx))
}

// build makes the services from the kernel upwards, and lets each bind its jobs and subscriptions.
func (a *App) build() error {
	master, former, err := a.Config.Masters()
	if err != nil {
		return err
	}
	a.Directory = tenancy.NewDirectory(a.DB.App, a.Config.Domain())
	if a.Keys, err = privacy.NewKeys(a.DB.App, master, former...); err != nil {
		return err
	}
	a.Runner, err = jobs.New(a.DB, jobs.Options{Redis: string(a.Config.RedisURL), Workers: a.Config.Workers,
		Drain: a.Config.Drain, Sweep: a.sweep, Metrics: a.Metrics}, a.Directory, a.Log)
	if err != nil {
		return err
	}
	a.Bus = event.New(a.Runner)
	if a.Guard, err = access.New(a.DB, a.Log); err != nil {
		return err
	}
	a.Identity = identity.New(identity.Deps{DB: a.DB.App, Keys: a.Keys, Bus: a.Bus, Roles: a.Guard, Limiter: a.Limiter, Log: a.Log})
	if err := a.Identity.Plan(a.Runner); err != nil {
		return err
	}
	if a.Files, err = files.New(files.Deps{DB: a.DB.App, Keys: a.Keys, Dir: filepath.Join(a.Config.DataDir, "files"), MaxBytes: maxUpload, Log: a.Log}); err != nil {
		return err
	}
	if a.Config.Clamd != "" {
		scanner, err := files.NewClamd(a.Config.Clamd, scanTime)
		if err != nil {
			return fmt.Errorf("BEDELAU_CLAMD: %w", err)
		}
		a.Files.ScanWith(scanner)
	}
	if err := a.Files.Register(a.Runner); err != nil {
		return err
	}
	if err := a.buildNotify(); err != nil {
		return err
	}
	jobs.EachTenant(a.Runner, "audit.seal", time.Minute, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		_, err := audit.Seal(ctx, tx)
		return err
	})
	a.Packs = packEngine()
	return a.buildCity()
}

// caseworkDeps is what casework is built from, with the present as now tells it.
func (a *App) caseworkDeps(now func() time.Time) application.Deps {
	return application.Deps{DB: a.DB, Guard: a.Guard, Bus: a.Bus, Files: a.Files, Documents: a.Documents, Keys: a.Keys, Notify: a.Notify,
		Staff: a.Identity, Registry: a.Registry, Standards: standards{a.Catalog}, BaseURL: a.CityURL, Log: a.Log, Now: now}
}

// packEngine knows every section that a city pack can have.
func packEngine() *pack.Engine {
	e := pack.NewEngine()
	e.Register(catalog.Section())
	e.Register(tariff.Section())
	e.Register(application.Section())
	e.Register(booking.Section())
	e.Register(duct.Section())
	e.Register(ductcable.Section())
	e.Register(lease.Section())
	e.Register(ducttariff.Section())
	e.Register(ductbill.Section())
	e.Register(ductwork.Section())
	e.Register(ductwork.PermitSection())
	e.Register(ductflow.Section())
	e.Register(revenue.Section())
	e.Register(revenue.AccountingSection())
	e.Register(ductdamage.Section())
	e.Register(ductwave.Section())
	e.Register(ductwait.Section())
	return e
}

func (a *App) buildCity() error {
	a.Catalog = catalog.New(a.DB.App)
	a.Documents = document.New(document.Deps{DB: a.DB, Guard: a.Guard, Bus: a.Bus, Files: a.Files, Keys: a.Keys, Notify: a.Notify, BaseURL: a.CityURL, MadeWith: a.Catalog.MadeWith,
		TSA: tsa.Authority{URL: a.Config.TSA, Optional: !a.Config.TSARequired}})
	if err := a.Documents.Register(a.Runner); err != nil {
		return err
	}
	a.Registry = registry.New(registry.Deps{DB: a.DB.App, Keys: a.Keys})
	a.Casework = casework.New(a.caseworkDeps(nil))
	if err := a.Casework.Register(a.Runner); err != nil {
		return err
	}
	a.Casework.Subscribe()
	a.Bulk = bulk.New(bulk.Deps{DB: a.DB, Guard: a.Guard, Steps: steps{a.Casework}, Log: a.Log})
	if err := a.Bulk.Register(a.Runner); err != nil {
		return err
	}
	a.Booking = booking.New(booking.Deps{DB: a.DB, Guard: a.Guard, Bus: a.Bus, Notify: a.Notify, Staff: a.Identity,
		Matters: matters{a.Catalog, a.Casework}, Log: a.Log})
	if err := a.Booking.Register(a.Runner); err != nil {
		return err
	}
	a.Ducts = duct.New(duct.Deps{DB: a.DB.App, Guard: a.Guard})
	a.Surveying = ductsurvey.New(ductsurvey.Deps{DB: a.DB.App, Guard: a.Guard, Ducts: a.Ducts})
	if err := a.Surveying.Register(a.Runner); err != nil {
		return err
	}
	a.DuctBills = ductbill.New(ductbill.Deps{DB: a.DB, Guard: a.Guard, Files: a.Files, Notify: a.Notify})
	if err := a.DuctBills.Register(a.Runner); err != nil {
		return err
	}
	a.DuctWorks = ductwork.New(ductwork.Deps{DB: a.DB.App, Guard: a.Guard, Files: a.Files, Notify: a.Notify, Keys: a.Keys, Applications: a.Casework})
	a.DuctWorks.Register(a.Runner)
	a.DuctWorks.Subscribe(a.Bus, a.Documents)
	a.Leases = lease.New(lease.Deps{Line: ductwait.Line{}, DB: a.DB.App, Guard: a.Guard, Book: a.DuctBills, Works: a.DuctWorks})
	a.DuctMap = ductmap.New(ductmap.Deps{DB: a.DB.App, Guard: a.Guard, Leases: a.Leases})
	a.Leases.Register(a.Runner)
	a.DuctEdit = ductedit.New(ductedit.Deps{DB: a.DB.App, Guard: a.Guard, Files: a.Files})
	a.Cables = ductcable.New(ductcable.Deps{DB: a.DB.App, Guard: a.Guard})
	a.Operators = operator.New(operator.Deps{DB: a.DB.App, Guard: a.Guard, Identity: a.Identity, Leases: a.Leases, Files: a.Files})
	a.DuctWaits = ductwait.New(ductwait.Deps{DB: a.DB.App, Guard: a.Guard, Leases: a.Leases, Operators: a.Operators, Notify: a.Notify})
	a.DuctWaits.Register(a.Runner)
	a.DuctPrice = ducttariff.New(ducttariff.Deps{DB: a.DB.App, Guard: a.Guard})
	a.Orders = ductorder.New(ductorder.Deps{DB: a.DB.App, Guard: a.Guard, Leases: a.Leases, Operators: a.Operators, Waits: a.DuctWaits, Prices: a.DuctPrice, Files: a.Files, Keys: a.Keys, Notify: a.Notify})
	if err := a.Orders.Register(a.Runner); err != nil {
		return err
	}
	a.Revenue = revenue.New(revenue.Deps{DB: a.DB, Guard: a.Guard})
	a.Revenue.Register(a.Runner)
	a.Damages = ductdamage.New(ductdamage.Deps{DB: a.DB.App, Guard: a.Guard, Notify: a.Notify, Files: a.Files, Keys: a.Keys, Ducts: a.Ducts, Companies: a.Operators, Book: a.DuctBills})
	if err := a.Damages.Register(a.Runner); err != nil {
		return err
	}
	a.Calendar = calendar.New(a.DB.App, a.Guard, time.Now)
	a.Calendar.Warn(a.Runner, a.Notify)
	catalog.Warn(a.Runner, a.Notify, time.Now)
	a.Waves = ductwave.New(ductwave.Deps{DB: a.DB.App, Guard: a.Guard, Leases: a.Leases, Operators: a.Operators, Files: a.Files, Notify: a.Notify})
	a.Waves.Register(a.Runner)
	a.Tariffs = tariff.NewEditor(a.DB.App, a.Guard, nil)
	a.Editor = catalog.NewEditor(catalog.EditorDeps{DB: a.DB, Guard: a.Guard, Definitions: a.Casework})
	a.Builder = builder.New(builder.Deps{DB: a.DB, Guard: a.Guard, Forms: a.Casework, Workflows: a.Casework, Reserved: document.BuiltIn(), MadeWith: a.Catalog.MadeWith})
	a.Inbox = inbox.New(inbox.Deps{DB: a.DB, Guard: a.Guard, Keys: a.Keys, Number: application.ParseNumber})
	a.Inbox.Register(a.Runner)
	a.Dashboard = dashboard.New(a.DB.App)
	a.Dashboard.Register(a.Bus)
	a.APIKeys = apikey.New(a.DB.App, nil)
	a.External = external.New(external.Deps{DB: a.DB.App, Guard: a.Guard, Keys: a.Keys, Codes: a.APIKeys, Bus: a.Bus})
	a.External.Register(a.Runner)
	a.Replays = simulation.New(simulation.Deps{DB: a.DB.App, Guard: a.Guard, Log: a.Log})
	if err := a.Replays.Register(a.Runner); err != nil {
		return err
	}
	a.Metering = metering.New(a.DB, time.Now)
	a.Metering.Plan(a.Runner)
	metering.Register(a.Bus)
	a.Producers = metering.NewProducers(metering.ProducersDeps{DB: a.DB, Guard: a.Guard, Codes: a.APIKeys})
	a.Collector = metering.NewCollector(a.DB.App, a.Log)
	dropped := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "usage_dropped_total", Help: "Requests of the API that were not counted as usage.",
	}, func() float64 { return float64(a.Collector.Dropped()) })
	if err := a.Metrics.Register(dropped); err != nil {
		return err
	}
	a.Billing = billing.New(a.DB, a.Metering, time.Now)
	a.Changes = change.New(change.Deps{DB: a.DB, Guard: a.Guard, Billing: a.Billing, Notify: a.Notify})
	a.Finance = finance.New(finance.Deps{Limits: a.Billing, DB: a.DB, Guard: a.Guard, Files: a.Files, Notify: a.Notify, Collector: collector{a}})
	a.buildCollection()
	return errors.Join(a.Billing.Register(a.Runner, a.Notify), a.Changes.Register(a.Runner), a.Finance.Register(a.Runner), a.Collection.Register(a.Runner))
}

// CityURL is the address of a tenant's site, without a slash at the end.
func (a *App) CityURL(c tenancy.City) string {
	if c.Kind == tenancy.KindPlatform {
		return a.Config.PublicURL
	}
	return a.Config.CityURL(c.Slug, c.Hosts)
}

// Close gives back the connections.
func (a *App) Close() {
	if a.DB != nil {
		a.DB.Close()
	}
	if a.Redis != nil {
		_ = a.Redis.Close()
	}
}

// ensurePlatform makes the platform's own line in the directory, under which the BUMD's accounts, sessions and audit
// are kept.
func (a *App) ensurePlatform(ctx context.Context) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = a.DB.Platform.NewRaw(`INSERT INTO tenant (id, kind, slug, name, short_name)
		VALUES (?, 'platform', 'platform', 'Bedelau', 'Bedelau') ON CONFLICT DO NOTHING`, id).Exec(ctx)
	return err
}
