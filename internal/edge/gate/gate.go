// Package gate is what every request passes before a page or an API operation sees it: request id, log line, security
// headers, the city of the host, the person of the session, the language, and the permission that the route declares.
//
// Both doors, portal and httpapi, declare their routes as a Table. The table is the one list of what can be asked for;
// the tests read it to prove that each route names its permission and that no route reaches another city.
package gate

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-redis/redis_rate/v10"
	"github.com/prometheus/client_golang/prometheus"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Scope says on which hosts a route exists; elsewhere it is not found.
type Scope uint8

// The scopes.
const (
	City     Scope = iota + 1 // a city's site
	Platform                  // the platform's site
	Any                       // both
)

// Limit bounds how often one address may call a route; the zero Limit is the general one.
type Limit struct {
	Name  string
	Count int
	Per   time.Duration
}

// Route is one thing that can be asked for. Needs must be set: access.Public for what everyone may see.
type Route struct {
	Method  string
	Path    string
	Needs   access.Permission
	Counter access.Permission // what staff need instead, who open it for a resident at a counter; "" where they do not
	Scope   Scope
	IDs     map[string]string // path parameter → kind of the object it names, such as "id": "application"
	Limit   Limit
	MaxBody int64  // bytes; zero means 1 MiB
	Page    string // of a form's address: the path of the page it is on, when that is not the nearest one above
	Handler func(*gin.Context) error
}

// Table is the list of a door's routes.
type Table []Route

// Deps is what the gate asks of the kernel.
type Deps struct {
	Directory *tenancy.Directory
	Identity  *identity.Service
	Keys      *apikey.Service // of programs; without it no key opens anything
	Guard     *access.Guard
	Limiter   *redis_rate.Limiter
	Log       *slog.Logger
	Proxies   []string
	Secure    bool                                            // the site is reached by https
	OnAPI     func(ctx context.Context, f event.APIRequested) // counts a program's request; must not block
	Metrics   prometheus.Registerer                           // where the time of requests is registered; nowhere when nil
}

// Gate builds the engine and mounts tables on it.
type Gate struct {
	Deps
	engine   *gin.Engine
	cross    *http.CrossOriginProtection
	requests *prometheus.HistogramVec
	tables   []Table
}

// Surface is one door's way to read a session and to answer a refusal.
type Surface struct {
	Token func(*gin.Context) string // the session token of the request, or ""
	Fail  func(*gin.Context, error) // writes a refusal as a page or a problem document
	API   bool                      // bearer tokens: no cookie, so no cross-origin check; counted as API use
}

// New returns a gate with the middleware that every request passes. It refuses a second gate on the same Metrics.
func New(d Deps) (*Gate, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.ContextWithFallback = true
	e.MaxMultipartMemory = 1 << 20
	if err := e.SetTrustedProxies(d.Proxies); err != nil {
		return nil, err
	}
	requests, err := newRequests(d.Metrics)
	if err != nil {
		return nil, fmt.Errorf("gate: metrics: %w", err)
	}
	g := &Gate{Deps: d, engine: e, cross: http.NewCrossOriginProtection(), requests: requests}
	e.Use(g.observe, g.secure)
	return g, nil
}

// Engine is the router with everything mounted so far; huma's adapter and the static files mount on it too.
func (g *Gate) Engine() *gin.Engine { return g.engine }

// Tables returns every mounted table, for the tests that walk all routes.
func (g *Gate) Tables() []Table { return g.tables }

// Mount serves t on surface s. What can be read can also be asked for by HEAD (RFC 9110 9.3.2), as monitors do.
func (g *Gate) Mount(t Table, s Surface) {
	g.tables = append(g.tables, t)
	for _, r := range t {
		g.engine.Handle(r.Method, r.Path, g.handle(r, s))
		if r.Method == http.MethodGet {
			g.engine.HEAD(r.Path, g.handle(r, s))
		}
	}
}

// Record adds a table whose routes another router serves through Enter, as huma's does.
func (g *Gate) Record(t Table) { g.tables = append(g.tables, t) }

func (g *Gate) handle(r Route, s Surface) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Fail(c, fmt.Errorf("gate: panic in %s: %v\n%s", r.Path, p, debug.Stack()))
			}
		}()
		if err := g.Enter(c, r, s); err != nil {
			s.Fail(c, err)
			return
		}
		if err := r.Handler(c); err != nil {
			s.Fail(c, err)
		}
	}
}
