// Package rest is how a door for programs is made: an operation is declared once, with what the gate asks of it and what
// the OpenAPI 3.1 document says of it, and every refusal, from whichever layer, is a problem document (RFC 9457) in the
// caller's language. What the operations are is package httpapi's.
package rest

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
)

// Base is where the operations are; a change that breaks callers gets a base of its own.
const Base = "/api/v1"

// API is a door that operations are registered with.
type API struct {
	gate  *gate.Gate
	huma  huma.API
	table gate.Table
	about string
	tags  []*huma.Tag
}

// New opens a door on g that the document describes in these words. Register the operations, then call Mounted.
func New(g *gate.Gate, about string, tags []*huma.Tag) *API {
	a := &API{gate: g, about: about, tags: tags}
	g.Engine().Use(a.elsewhere)
	a.huma = humagin.NewWithGroup(g.Engine(), g.Engine().Group(Base), a.config())
	return a
}

// Mounted ends the registration: the gate learns the table, and the document is served. Call it once.
func (a *API) Mounted() {
	a.gate.Record(a.table)
	a.gate.Mount(gate.Table{{
		Method: http.MethodGet, Path: "/openapi.json", Needs: access.Public, Scope: gate.Any, Handler: a.serveDocument(),
	}}, a.surface())
}

// Raw serves routes of other systems' protocols, which the document does not describe; refusals are answered as everywhere.
func (a *API) Raw(t gate.Table) { a.gate.Mount(t, a.surface()) }

// Table is what has been registered so far.
func (a *API) Table() gate.Table { return a.table }

// OpenAPI is the document, for what an operation has to say in it besides its types.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

func (a *API) surface() gate.Surface { return gate.Surface{Token: Bearer, Fail: a.fail, API: true} }

// Bearer returns the token of the Authorization header. Any other scheme is nobody's.
func Bearer(c *gin.Context) string {
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
