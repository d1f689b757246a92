package access

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/sync/singleflight"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

const (
	freshFor = 1500 * time.Millisecond // a change is obeyed everywhere within two seconds
	maxHeld  = 512                     // cities whose rules a process keeps at a time
)

// Guard answers permission questions from each city's compiled rules. Every process has one; a change made through
// another is seen by NOTIFY at once, by the poll within a second, and in any case before an answer that rests on
// rules not checked for two seconds.
type Guard struct {
	db    *storage.DB
	log   *slog.Logger
	cat   catalogue
	start time.Time

	mu     sync.Mutex // guards adding to and evicting from cities
	held   int
	cities sync.Map // tenancy.ID → *entry
	load   singleflight.Group

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// entry is one city's rules. The times are nanoseconds since the guard started; zero means never.
type entry struct {
	policy  atomic.Pointer[compiled]
	checked atomic.Int64
	used    atomic.Int64
}

// New returns a Guard that knows no city yet. It answers rightly without Start; Start only saves each process a query
// every two seconds and city.
func New(db *storage.DB, log *slog.Logger) (*Guard, error) {
	cat, err := newCatalogue(All())
	if err != nil {
		return nil, err
	}
	return &Guard{db: db, log: log, cat: cat, start: time.Now()}, nil
}

// Allow returns nil if the actor may do p in ctx's city. Visitors, and sessions of another city, are Unauthenticated
// "access.sign_in". Staff without second factor are Forbidden "access.second_factor", staff who would change
// something while their city is suspended "access.suspended", programs whose key lacks the scope "access.scope", everyone
// else "access.denied".
func (g *Guard) Allow(ctx context.Context, a identity.Actor, p Permission) error {
	if p == Public {
		return nil
	}
	city, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	if a.Kind == identity.Machine {
		return g.allowMachine(ctx, a, p)
	}
	if !a.SignedIn() || a.TenantID != city {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	if p == SignedIn {
		return nil
	}
	i, ok := g.cat.place[p]
	if !ok {
		return fmt.Errorf("access: %q is not in the catalogue", p)
	}
	if a.Kind == identity.Staff {
		if !a.TOTP {
			return fault.New(fault.Forbidden, "access.second_factor")
		}
		if c, ok := tenancy.CityFrom(ctx); ok && c.Status == tenancy.StatusSuspended && !g.cat.all[i].Reads {
			return fault.New(fault.Forbidden, "access.suspended")
		}
	}
	rules, err := g.rules(ctx, city)
	if err != nil {
		return err
	}
	if rules.roles[string(a.Kind)].has(i) {
		return nil
	}
	for _, r := range a.Roles {
		if rules.roles[r].has(i) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "access.denied")
}

// allowMachine answers for a program: what its key's scopes name, of the permissions that are for programs. It is
// nobody's colleague, so every other permission is Unauthenticated "access.sign_in", as to a visitor.
func (g *Guard) allowMachine(ctx context.Context, a identity.Actor, p Permission) error {
	i, ok := g.cat.place[p]
	if !ok || !g.cat.all[i].Machine || a.TenantID != tenancy.Must(ctx) {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	if !slices.Contains(a.Scopes, string(p)) {
		return fault.New(fault.Forbidden, "access.scope")
	}
	if c, ok := tenancy.CityFrom(ctx); ok && c.Status == tenancy.StatusSuspended && !g.cat.all[i].Reads {
		return fault.New(fault.Forbidden, "access.suspended")
	}
	return nil
}

func (g *Guard) clock() int64 { return int64(time.Since(g.start)) + 1 }

// rules returns what a city allows, at most two seconds old.
func (g *Guard) rules(ctx context.Context, city tenancy.ID) (*compiled, error) {
	if v, ok := g.cities.Load(city); ok {
		e := v.(*entry)
		now := g.clock()
		if at := e.checked.Load(); at != 0 && now-at < int64(freshFor) {
			e.used.Store(now)
			return e.policy.Load(), nil
		}
	}
	v, err, _ := g.load.Do(city.String(), func() (any, error) {
		// Others wait for this answer, so it must not end with the request that happened to ask first.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return g.refresh(ctx, city)
	})
	if err != nil {
		return nil, fmt.Errorf("access: rules of city: %w", err)
	}
	return v.(*compiled), nil
}

// refresh checks the version of a city's rules and reads them anew if they changed.
func (g *Guard) refresh(ctx context.Context, city tenancy.ID) (*compiled, error) {
	at := g.clock() // before the question: what is committed after it may be missing from the answer
	var old *compiled
	if v, ok := g.cities.Load(city); ok {
		old = v.(*entry).policy.Load()
	}
	var fresh *compiled
	err := tenancy.InTx(ctx, g.db.App, func(ctx context.Context, tx bun.Tx) error {
		// The version comes first: rules newer than it are read again at the next check, older ones never.
		domain, version, err := head(ctx, tx, city)
		if err != nil || old != nil && old.version == version {
			return err
		}
		fresh, err = g.read(ctx, tx, domain)
		if err == nil {
			fresh.version = version
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if fresh == nil {
		fresh = old
	}
	g.keep(city, fresh, at)
	return fresh, nil
}

// head returns a tenant's domain and the version of its rules.
func head(ctx context.Context, tx bun.IDB, city tenancy.ID) (domain string, version int64, err error) {
	var kind tenancy.Kind
	err = tx.NewRaw(`
SELECT t.kind, coalesce((SELECT v.version FROM access_version v WHERE v.tenant_id = t.id), 0) FROM tenant t WHERE t.id = ?`,
		city).Scan(ctx, &kind, &version)
	if kind == tenancy.KindPlatform {
		return platformDomain, version, err
	}
	return city.String(), version, err
}

// read compiles the rules of ctx's city as tx sees them.
func (g *Guard) read(ctx context.Context, tx bun.IDB, domain string) (*compiled, error) {
	changes, err := changesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	return g.build(effective(builtin(), changes, domain), domain)
}

func (g *Guard) build(lines []line, domain string) (*compiled, error) {
	e, err := enforcer(lines)
	if err != nil {
		return nil, err
	}
	roles, err := g.cat.compile(e, domain)
	return &compiled{domain: domain, roles: roles}, err
}

func changesOf(ctx context.Context, tx bun.IDB) ([]rule, error) {
	var changes []rule
	err := tx.NewRaw(`SELECT role, permission, granted FROM access_rule WHERE tenant_id = ? ORDER BY role, permission`,
		tenancy.Must(ctx)).Scan(ctx, &changes)
	return changes, err
}

// keep holds a city's rules and lets go of those unused for longest when there are too many.
func (g *Guard) keep(city tenancy.ID, p *compiled, at int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, held := g.cities.LoadOrStore(city, &entry{})
	e := v.(*entry)
	e.policy.Store(p)
	e.used.Store(at)
	e.checked.Store(at)
	if held {
		return
	}
	if g.held++; g.held <= maxHeld {
		return
	}
	var oldest tenancy.ID
	least := int64(1<<63 - 1)
	g.cities.Range(func(k, v any) bool {
		if used := v.(*entry).used.Load(); used < least && k.(tenancy.ID) != city {
			oldest, least = k.(tenancy.ID), used
		}
		return true
	})
	g.cities.Delete(oldest)
	g.held--
}
