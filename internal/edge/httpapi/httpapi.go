// Package httpapi is the city for programs: everything the pages do, as JSON under /api/v1, described by an OpenAPI 3.1
// document at /openapi.json.
//
// A program signs in as a person does and sends the session's token as a bearer token; the cookie of the pages is never
// looked at, so no page of another site can use it. Each operation declares in one place what the gate asks of it and
// what the document says of it (see register). Every refusal, from whichever layer, is a problem document (RFC 9457)
// in the caller's language.
//
// Wire structs live beside the operation that sends them and are filled there. Input structs are embedded only when
// their name is exported, because huma reads no others; that is the one reason for the exported names here.
package httpapi

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
)

// base is where the operations are; a change that breaks callers gets a base of its own.
const base = "/api/v1"

// Deps is what the operations call.
type Deps struct {
	Catalog   *catalog.Catalog
	Casework  *casework.Service
	Booking   *booking.Service
	Inbox     *inbox.Service
	Dashboard *dashboard.Dashboard
	External  *external.Service
	Identity  *identity.Service
	Guard     *access.Guard
	Directory *tenancy.Directory
	Metering  *metering.Service
	Billing   *billing.Service
	CityURL   func(tenancy.City) string // of a tenant's site, without a slash at the end
	Log       *slog.Logger
	Now       func() time.Time // time.Now when nil
}

// API is the JSON door.
type API struct {
	Deps
	gate  *gate.Gate
	huma  huma.API
	table gate.Table
}

// New returns an API that is not mounted yet.
func New(d Deps) *API {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &API{Deps: d}
}

// Mount serves every operation and the document on g. Call it once.
func (a *API) Mount(g *gate.Gate) {
	a.gate = g
	g.Engine().Use(a.elsewhere)
	a.huma = humagin.NewWithGroup(g.Engine(), g.Engine().Group(base), a.config())
	a.sessions()
	a.registrations()
	a.city()
	a.services()
	a.figures()
	a.applications()
	a.forms()
	a.attachments()
	a.tracking()
	a.counters()
	a.appointments()
	a.counterDesk()
	a.desk()
	a.externals()
	a.events()
	a.usage()
	a.platform()
	g.Record(a.table)
	g.Mount(gate.Table{{
		Method: http.MethodGet, Path: "/openapi.json", Needs: access.Public, Scope: gate.Any, Handler: a.serveDocument(),
	}}, a.surface())
}

func (a *API) surface() gate.Surface { return gate.Surface{Token: bearer, Fail: a.fail, API: true} }

// bearer returns the token of the Authorization header. Any other scheme is nobody's.
func bearer(c *gin.Context) string {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// elsewhere answers what no route does below /api as the API and not as a page. The router runs it also before routes
// that were mounted later; those have a full path and go on.
func (a *API) elsewhere(c *gin.Context) {
	if c.FullPath() != "" || c.Request.URL.Path != "/api" && !strings.HasPrefix(c.Request.URL.Path, "/api/") {
		return
	}
	if c.Writer.Status() == http.StatusMethodNotAllowed {
		a.fail(c, errMethod)
	} else {
		a.fail(c, errNoOperation)
	}
	c.Abort()
}
