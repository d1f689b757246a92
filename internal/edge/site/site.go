// Package site is what every page of a browser shares: the frame with the menu that a reader's permissions give, the
// cookies, posted forms, refusals as pages, and the table of addresses.
//
// The pages themselves are in public (everyone), portal and visit (residents), queue, desk, counter and papers (officers),
// ducts (who runs a city's ducts), editor, replay, standard and admin (administrators), and console, pricing and treasury
// (money between the cities and the BUMD). A handler there reads the request, asks one capability, and fills the view of a
// page under web/page; it decides nothing itself. Every page works without a script.
package site

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/builder"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/dashboard"
	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/city/revenue"
	"bedelau/internal/city/simulation"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/metering"
)

// Deps is what the pages are made from.
type Deps struct {
	Catalog    *catalog.Catalog
	Editor     *catalog.Editor
	Tariffs    *tariff.Editor
	Casework   *casework.Service
	Ducts      *duct.Service
	Surveying  *ductsurvey.Service
	Leases     *lease.Service
	Operators  *operator.Service
	Orders     *ductorder.Service
	DuctMap    *ductmap.Service
	DuctBills  *ductbill.Service
	DuctWorks  *ductwork.Service
	Damages    *ductdamage.Service
	Revenue    *revenue.Service
	DuctPrice  *ducttariff.Service
	DuctWaits  *ductwait.Service
	Documents  *document.Service
	Bulk       *bulk.Service
	Builder    *builder.Service
	Inbox      *inbox.Service
	Booking    *booking.Service
	Calendar   *calendar.Service
	Dashboard  *dashboard.Dashboard
	External   *external.Service
	Registry   *registry.Service
	Simulation *simulation.Service
	Identity   *identity.Service
	Guard      *access.Guard
	Directory  *tenancy.Directory
	DB         *storage.DB
	Metering   *metering.Service
	Billing    *billing.Service
	Finance    *finance.Service
	Collection *collection.Service
	CityURL    func(tenancy.City) string // address of a tenant's site, without a slash at the end
	Secure     bool                      // people reach the site by https
	Mailbox    *mailbox.Box              // of a demonstration, whose pages say so; else nil
	StaffCodes func(tenant string) []StaffCode
	Log        *slog.Logger
	Now        func() time.Time // nil means time.Now
}

// StaffCode is one prepared account of a demonstration, by the tenant's slug: who one can be, and the present second
// factor. Code is empty for residents.
type StaffCode struct{ Label, Login, Password, Code string }

// Pages is the frame that every page stands in.
type Pages struct {
	Deps
	brands sync.Map   // colour → ui.Brand
	routes gate.Table // every page and form
}

// New returns the frame; Mount makes pages reachable in it.
func New(d Deps) *Pages {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Pages{Deps: d}
}

// Mount serves the pages of these tables on g, and answers addresses that are none. Call it once.
func (p *Pages) Mount(g *gate.Gate, tables ...gate.Table) {
	surface := gate.Surface{Token: SessionToken, Fail: p.fail}
	for _, t := range tables {
		g.Mount(t, surface)
		p.routes = append(p.routes, t...)
	}
	p.mountAssets(g.Engine())
	g.Engine().NoRoute(p.missingPage(g, surface))
	g.Engine().NoMethod(p.missingPage(g, surface))
}

// missingPage answers an address that no table has, or not with this method, in the frame of the city that was asked. Who
// opens the address of a form, from a bookmark or by reloading, comes to the page that the form is on.
func (p *Pages) missingPage(g *gate.Gate, s gate.Surface) gin.HandlerFunc {
	anyone := gate.Route{Path: "none", Needs: access.Public, Scope: gate.Any}
	return func(c *gin.Context) {
		wrongMethod := c.Writer.Status() == http.StatusMethodNotAllowed
		err := g.Enter(c, anyone, s)
		page, reads := p.pageOf(c.Request.URL.Path)
		reads = reads && (c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead)
		switch {
		case err != nil:
			p.fail(c, err)
		case wrongMethod && reads:
			p.Redirect(c, page)
		case wrongMethod:
			p.problem(c, http.StatusMethodNotAllowed, gate.LocaleOf(c).T("fault.page.no_method"))
		default:
			p.fail(c, NotFound())
		}
	}
}
