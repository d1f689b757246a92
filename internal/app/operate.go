package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// Main runs one command of the program and returns its exit status.
func Main(ctx context.Context, args []string) int {
	return cli.Run(ctx, args, cli.Ops{
		Serve: func(ctx context.Context, work bool) error {
			return with(ctx, func(a *App) error {
				h, err := a.Handler(nil, nil)
				if err != nil {
					return err
				}
				return a.Serve(ctx, h, work)
			})
		},
		Work:      func(ctx context.Context) error { return with(ctx, func(a *App) error { return a.Work(ctx) }) },
		Migrate:   migrate,
		SQL:       storage.BootstrapSQL,
		Demo:      demo,
		Doctor:    doctor,
		Bench:     measure,
		Lifecycle: lifecycle,
		Metered:   metered,
		DuctBench: ducted,
		Usage: func(ctx context.Context, slug, month string) (u cli.Usage, err error) {
			err = with(ctx, func(a *App) error { u, err = a.usage(ctx, slug, month); return err })
			return u, err
		},
		Billing: cli.BillingOps{
			Load: func(ctx context.Context, file string) (n int, err error) {
				err = with(ctx, func(a *App) error { n, err = a.loadSeller(ctx, file); return err })
				return n, err
			},
			Close: func(ctx context.Context, o cli.CloseOptions) (all []cli.Closed, err error) {
				err = with(ctx, func(a *App) error { all, err = a.closeMonth(ctx, o); return err })
				return all, err
			},
		},
		Metering: meteringOps(),
		Payin:    payinOps(),
		Pack: cli.PackOps{Check: checkPack, Apply: func(ctx context.Context, dir, slug string) (s string, err error) {
			err = with(ctx, func(a *App) error { s, err = a.applyPack(ctx, dir, slug); return err })
			return s, err
		}},
		Cities: func(ctx context.Context) (rows []cli.CityRow, err error) {
			err = with(ctx, func(a *App) error { rows, err = a.cities(ctx); return err })
			return rows, err
		},
		Admin: func(ctx context.Context, o cli.AdminOptions) (password string, err error) {
			err = with(ctx, func(a *App) error { password, err = a.firstAdmin(ctx, o); return err })
			return password, err
		},
		MailRetry: func(ctx context.Context, slug string) (r cli.MailRetry, err error) {
			err = with(ctx, func(a *App) error { r, err = a.retryMail(ctx, slug); return err })
			return r, err
		},
		Registry: func(ctx context.Context, o cli.RegistryOptions) error {
			return with(ctx, func(a *App) error { return a.setRegistry(ctx, o) })
		},
		Rotate: func(ctx context.Context) (r cli.KeyRotation, err error) {
			err = with(ctx, func(a *App) error { r, err = a.rotateKeys(ctx); return err })
			return r, err
		},
	})
}

// with builds the program from the environment for one command.
func with(ctx context.Context, fn func(*App) error) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	a, err := New(ctx, cfg, Logger(cfg.LogFormat))
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}

// Logger writes to standard error: JSON for machines, text for people.
func Logger(format string) *slog.Logger {
	if format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}

func migrate(ctx context.Context) (int, error) {
	url, err := config.OwnerURL()
	if err != nil {
		return 0, err
	}
	return storage.Migrate(ctx, string(url), Logger("text"))
}

func packs(dir string) fs.FS {
	if dir == "" {
		return tenants.FS
	}
	return os.DirFS(dir)
}

func checkPack(_ context.Context, dir, slug string) (string, error) {
	p, err := pack.Load(packs(dir), slug)
	if err == nil {
		err = packEngine().Check(p)
	}
	if err != nil {
		return "", packError(err)
	}
	return fmt.Sprintf("%s: %d services, no fault found", p.City.Name, len(p.Names("services"))), nil
}

func (a *App) applyPack(ctx context.Context, dir, slug string) (string, error) {
	p, err := pack.Load(packs(dir), slug)
	if err != nil {
		return "", packError(err)
	}
	r, err := a.Packs.Apply(ctx, a.DB, p)
	if err != nil {
		return "", packError(err)
	}
	a.Directory.Forget()
	if r.Unchanged() {
		return p.City.Name + ": unchanged", nil
	}
	city, err := a.Directory.BySlug(ctx, slug)
	if err != nil {
		return "", err
	}
	a.beginChain(tenancy.With(ctx, city))
	return fmt.Sprintf("%s: %d files added, %d changed, %d removed", p.City.Name, len(r.Added), len(r.Changed), len(r.Removed)), nil
}

// packError shows every problem of a pack on its own line, for the person who writes it.
func packError(err error) error {
	var problems pack.Problems
	if !errors.As(err, &problems) {
		return err
	}
	lines := []string{"the pack has faults:"}
	for _, p := range problems {
		lines = append(lines, "  "+p.In(i18n.EN))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// beginChain seals what was just recorded, since a chain does not begin with entries that waited a day and `bedelau work`
// may be started later than that. What fails here is no reason to undo the act: the worker seals it too, and doctor
// tells of a record that is broken.
func (a *App) beginChain(ctx context.Context) {
	if _, err := audit.Seal(ctx, a.DB.App); err != nil {
		a.Log.ErrorContext(ctx, "the act is recorded, its entry is not chained yet", "err", err)
	}
}

func (a *App) cities(ctx context.Context) ([]cli.CityRow, error) {
	all, err := a.Directory.All(ctx)
	if err != nil {
		return nil, err
	}
	var rows []cli.CityRow
	for _, c := range all {
		if c.Kind == tenancy.KindCity {
			rows = append(rows, cli.CityRow{Slug: c.Slug, Name: c.Name, Code: c.Code, Status: string(c.Status), URL: a.CityURL(c)})
		}
	}
	return rows, nil
}

func (a *App) usage(ctx context.Context, slug, month string) (cli.Usage, error) {
	city, err := a.Directory.BySlug(ctx, slug)
	if err != nil {
		return cli.Usage{}, err
	}
	at, err := monthOf(city, month, time.Now())
	if err != nil {
		return cli.Usage{}, err
	}
	ctx = tenancy.With(ctx, city)
	used, err := a.Metering.Month(ctx, city, at)
	if err != nil {
		return cli.Usage{}, err
	}
	u := cli.Usage{City: city.Name, Month: at.Format("2006-01"), AsOf: used.AsOf.In(city.Location())}
	for _, r := range used.Readings {
		u.Meters = append(u.Meters, cli.UsageLine{Meter: r.Meter.Code, Name: r.Meter.Name.In(i18n.EN), Unit: r.Meter.Unit.In(i18n.EN), Quantity: r.Quantity})
	}
	cost, err := a.Billing.Estimate(ctx, city, at)
	if fault.From(err).Kind == fault.NotFound && err != nil {
		return u, nil // no plan yet: the usage stands alone
	}
	if err != nil {
		return cli.Usage{}, err
	}
	u.Plan, u.Total = cost.Plan.Name.In(i18n.EN), cost.Total
	for _, l := range cost.Lines {
		u.Lines = append(u.Lines, cli.CostLine{Name: l.Name.In(i18n.EN), Working: l.Working(i18n.EN), Amount: l.Amount})
	}
	u.Notes = cost.Notes(i18n.EN)
	return u, nil
}

// monthOf reads "2026-11" where the city is; without a month it is the one in which now falls there.
func monthOf(city tenancy.City, month string, now time.Time) (time.Time, error) {
	if month == "" {
		return now.In(city.Location()), nil
	}
	return time.ParseInLocation("2006-01", month, city.Location())
}

// firstAdmin makes the account from which every other invitation of a tenant starts. It returns a password only for an
// account that it has made.
func (a *App) firstAdmin(ctx context.Context, o cli.AdminOptions) (string, error) {
	t, err := a.Directory.BySlug(ctx, o.City)
	if err != nil {
		return "", err
	}
	role := "city_admin"
	if t.Kind == tenancy.KindPlatform {
		role = "bumd_admin"
	}
	ctx = tenancy.With(ctx, t)
	if n, err := identity.CountHolders(ctx, a.DB.App, role); err != nil || n > 0 {
		return "", errors.Join(err, fmt.Errorf("%s has an administrator already, who can invite others", t.Name))
	}
	password := rand.Text()
	_, err = a.Identity.CreateStaff(ctx, identity.SeedInput{Name: o.Name, Email: o.Email, Password: password, Roles: []string{role}})
	if fault.Is(err, "identity.email_taken") {
		return "", fmt.Errorf("%s has an account of %s already, which stays as it is: run this again with an --email that has none", o.Email, t.Name)
	}
	if err != nil {
		return "", err
	}
	a.beginChain(ctx)
	return password, nil
}
