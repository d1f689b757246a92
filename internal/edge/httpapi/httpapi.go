// Package httpapi is the city for programs: everything the pages do, as JSON under /api/v1, described by an OpenAPI 3.1
// document at /openapi.json.
//
// A program signs in as a person does and sends the session's token as a bearer token; the cookie of the pages is never
// looked at, so no page of another site can use it. Each operation declares in one place what the gate asks of it and
// what the document says of it (see rest.Register). Every refusal, from whichever layer, is a problem document (RFC 9457)
// in the caller's language.
//
// Wire structs live beside the operation that sends them and are filled there. Input structs are embedded only when
// their name is exported, because huma reads no others; that is the one reason for the exported names here.
package httpapi

import (
	"log/slog"
	"time"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/appointment"
	"bedelau/internal/edge/drafting"
	"bedelau/internal/edge/feed"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	issued "bedelau/internal/kernel/document"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/metering"
)

// Deps is what the operations call.
type Deps struct {
	Catalog   *catalog.Catalog
	Editor    *catalog.Editor
	Builder   *builder.Service
	Casework  *casework.Service
	Booking   *booking.Service
	Inbox     *inbox.Service
	Bulk      *bulk.Service
	Documents *issued.Service
	Dashboard *dashboard.Dashboard
	External  *external.Service
	Identity  *identity.Service
	Guard     *access.Guard
	Directory *tenancy.Directory
	Metering  *metering.Service
	Producers *metering.Producers
	Billing   *billing.Service

	Collection *collection.Service // whom Stripe tells; nobody when nil

	CityURL func(tenancy.City) string // of a tenant's site, without a slash at the end
	Log     *slog.Logger
	Now     func() time.Time // time.Now when nil
}

// API is the JSON door.
type API struct {
	Deps
	*rest.API
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
	a.API = rest.New(g, about, tags())
	a.sessions()
	a.registrations()
	a.city()
	a.services()
	a.figures()
	a.applications()
	a.forms()
	a.attachments()
	a.tracking()
	a.desk()
	a.tasks()
	a.batches()
	a.fees()
	a.papers()
	a.externals()
	appointment.Mount(a.API, appointment.Deps{Booking: a.Booking})
	feed.Mount(a.API, feed.Deps{External: a.External, Producers: a.Producers, Collection: a.Collection})
	drafting.Mount(a.API, drafting.Deps{Editor: a.Editor, Builder: a.Builder})
	a.usage()
	a.seriesOperations()
	a.platform()
	a.Mounted()
}
