package external

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// App is an agency's app as it is registered.
type App struct {
	bun.BaseModel `bun:"table:external_app,alias:p"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	ID        uuid.UUID  `bun:"id,pk"`
	Name      string     `bun:"name"`
	Agency    string     `bun:"agency"` // code
	Source    string     `bun:"source"` // of its events, an absolute URI
	Contact   string     `bun:"contact"`
	Services  []string   `bun:"services,array"` // codes
	Hosts     []string   `bun:"hosts,array"`
	CreatedAt time.Time  `bun:"created_at"`
	CreatedBy uuid.UUID  `bun:"created_by"`
	ClosedAt  time.Time  `bun:"closed_at,nullzero"`
}

// AppInput is what an administrator says of an app. Agency and Source are of a new one alone: events refer to them.
type AppInput struct {
	Name     string
	Agency   string
	Source   string
	Contact  string
	Services []string
	Hosts    []string
}

const (
	maxName    = 120
	maxContact = 200
	maxSource  = 200
	maxList    = 200 // services, or hosts
)

var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// clean reads the input and names every field at fault.
func (in AppInput) clean(isNew bool) (AppInput, error) {
	var bad []fault.Field
	text := func(name string, s *string, most int) {
		*s = strings.Join(strings.Fields(*s), " ")
		switch {
		case *s == "":
			bad = append(bad, fault.Field{Name: name, Code: "required"})
		case utf8.RuneCountInString(*s) > most:
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", most}})
		case !plain(*s):
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		}
	}
	text("name", &in.Name, maxName)
	text("contact", &in.Contact, maxContact)
	if isNew {
		text("source", &in.Source, maxSource)
		if u, err := url.Parse(in.Source); in.Source != "" && (err != nil || !u.IsAbs() || strings.Contains(in.Source, " ")) {
			bad = append(bad, fault.Field{Name: "source", Code: "app_source"})
		}
	}
	in.Services, in.Hosts = tidy(in.Services), tidy(in.Hosts)
	if len(in.Services) == 0 {
		bad = append(bad, fault.Field{Name: "services", Code: "required"})
	}
	for name, list := range map[string][]string{"services": in.Services, "hosts": in.Hosts} {
		if len(list) > maxList {
			bad = append(bad, fault.Field{Name: name, Code: "too_many", Args: []any{"max", maxList}})
		}
	}
	if slices.ContainsFunc(in.Hosts, func(h string) bool { return len(h) > 253 || !hostPattern.MatchString(h) }) {
		bad = append(bad, fault.Field{Name: "hosts", Code: "app_host"})
	}
	return in, fault.Fields(bad)
}

// tidy is a list of codes or hosts without blanks and repetitions, in order.
func tidy(list []string) []string {
	out := []string{}
	for _, one := range list {
		if one = strings.ToLower(strings.TrimSpace(one)); one != "" {
			out = append(out, one)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plain reports whether s is text of one line that can be kept.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// RegisterApp takes an app in, for staff with app:manage. It refuses bad fields, an agency that is none, services that
// are not the agency's own (field "services") and a source that another app has (field "source").
func (s *Service) RegisterApp(ctx context.Context, actor identity.Actor, in AppInput) (App, error) {
	if err := s.mayAdd(ctx, actor); err != nil {
		return App{}, err
	}
	in, err := in.clean(true)
	if err != nil {
		return App{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return App{}, err
	}
	app := App{TenantID: tenancy.Must(ctx), ID: id, Name: in.Name, Agency: in.Agency, Source: in.Source, Contact: in.Contact,
		Services: in.Services, Hosts: in.Hosts, CreatedAt: s.now(), CreatedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := mustOffer(ctx, tx, in.Agency, in.Services); err != nil {
			return err
		}
		res, err := tx.NewInsert().Model(&app).On("CONFLICT (tenant_id, source) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.Fields([]fault.Field{{Name: "source", Code: "app_source_taken"}})
		}
		return s.recordApp(ctx, tx, actor, app, "register")
	})
	if err != nil {
		return App{}, fmt.Errorf("external: register: %w", err)
	}
	return app, nil
}

// UpdateApp changes what is said of an app, but for its agency and source, for staff with app:manage. The refusals are
// those of RegisterApp, and NotFound "external.no_app".
func (s *Service) UpdateApp(ctx context.Context, actor identity.Actor, id uuid.UUID, in AppInput) error {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return err
	}
	in, err := in.clean(false)
	if err != nil {
		return err
	}
	return s.change(ctx, id, "update", func(ctx context.Context, tx bun.Tx, app *App) error {
		if err := mustOffer(ctx, tx, app.Agency, in.Services); err != nil {
			return err
		}
		app.Name, app.Contact, app.Services, app.Hosts = in.Name, in.Contact, in.Services, in.Hosts
		return s.recordApp(ctx, tx, actor, *app, "update")
	})
}

// CloseApp ends an app: its keys open nothing from now on and its applications stay as they are. For staff with
// app:manage. Closing it again changes nothing.
func (s *Service) CloseApp(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return err
	}
	return s.change(ctx, id, "close", func(ctx context.Context, tx bun.Tx, app *App) error {
		if !app.ClosedAt.IsZero() {
			return nil
		}
		app.ClosedAt = s.now()
		keys, err := s.d.Codes.List(ctx, tx, owner(id))
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := s.d.Codes.Revoke(ctx, tx, actor, owner(id), k.ID); err != nil {
				return err
			}
		}
		return s.recordApp(ctx, tx, actor, *app, "close")
	})
}

// change runs fn on an app under its lock and writes it back.
func (s *Service) change(ctx context.Context, id uuid.UUID, what string, fn func(context.Context, bun.Tx, *App) error) error {
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		app, err := lockApp(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, &app); err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model(&app).Column("name", "contact", "services", "hosts", "closed_at").WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("external: %s app: %w", what, err)
	}
	return nil
}

// lockApp reads an app so that nobody else changes it or receives for it until tx ends.
func lockApp(ctx context.Context, tx bun.IDB, id uuid.UUID) (App, error) {
	var found []App
	err := tx.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).For("UPDATE").Scan(ctx)
	if err == nil && len(found) != 1 {
		err = fault.New(fault.NotFound, "external.no_app")
	}
	if err != nil {
		return App{}, err
	}
	return found[0], nil
}

// App returns one app, for staff with app:manage, or NotFound "external.no_app".
func (s *Service) App(ctx context.Context, actor identity.Actor, id uuid.UUID) (App, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return App{}, err
	}
	var found []App
	err := s.d.DB.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).Scan(ctx)
	if err != nil {
		return App{}, fmt.Errorf("external: app: %w", err)
	}
	if len(found) != 1 {
		return App{}, fault.New(fault.NotFound, "external.no_app")
	}
	return found[0], nil
}

// Apps lists the city's apps by name, for staff with app:manage.
func (s *Service) Apps(ctx context.Context, actor identity.Actor) ([]App, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return nil, err
	}
	var all []App
	err := s.d.DB.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).
		OrderExpr("closed_at IS NOT NULL, name, id").Limit(500).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("external: apps: %w", err)
	}
	return all, nil
}

// offers are the services that the catalogue lists as an agency's own.
func offers(ctx context.Context, tx bun.IDB, agency string) (map[string]bool, error) {
	var codes []string
	err := tx.NewRaw(`SELECT code FROM v_service WHERE tenant_id = ? AND agency = ?`, tenancy.Must(ctx), agency).Scan(ctx, &codes)
	out := map[string]bool{}
	for _, c := range codes {
		out[c] = true
	}
	return out, err
}

func mustOffer(ctx context.Context, tx bun.IDB, agency string, services []string) error {
	known, err := offers(ctx, tx, agency)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		return fault.Fields([]fault.Field{{Name: "agency", Code: "not_an_option"}})
	}
	for _, code := range services {
		if !known[code] {
			return fault.Fields([]fault.Field{{Name: "services", Code: "app_service"}})
		}
	}
	return nil
}

func (s *Service) recordApp(ctx context.Context, tx bun.IDB, actor identity.Actor, app App, what string) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "external_app." + what, Object: "external_app", ObjectID: app.ID, At: s.now(),
		Detail: map[string]any{"agency": app.Agency, "source": app.Source, "services": len(app.Services), "hosts": app.Hosts[:min(len(app.Hosts), 20)]},
	})
}

// mayAdd holds who adds an app or a key to the guard and to the city's plan. To change, close or revoke one is held to the guard
// alone, and what an app sends is taken in whatever the plan says.
func (s *Service) mayAdd(ctx context.Context, actor identity.Actor) error {
	if err := s.d.Guard.Allow(ctx, actor, access.AppManage); err != nil {
		return err
	}
	return tenancy.MayAdd(ctx, tenancy.ModuleApps, s.now())
}
