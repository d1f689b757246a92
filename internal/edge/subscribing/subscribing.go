// Package subscribing is where a city changes its own subscription, with what that costs before it is ordered, and where the BUMD sees what
// cities have ordered, approves what the contract leaves to it, and says what the contract does. Rules are those of saas/change.
package subscribing

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/change"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost

	pathPlan   = change.PathOwn + "/paket/:plan"
	pathPause  = change.PathOwn + "/jeda"
	pathCancel = change.PathOwn + "/henti"
	pathResume = change.PathOwn + "/lanjut"
	pathBills  = "/kelola/tagihan"
)

// Pages is both sides of an order.
type Pages struct{ *console.Pages }

// New returns the pages beside the console's.
func New(s *site.Pages) *Pages { return &Pages{console.New(s)} }

// Tables are the pages by side.
func (p *Pages) Tables() []gate.Table {
	reads, orders, manages := access.InvoiceRead, access.InvoiceOrder, access.PlanManage
	plan, one, city := site.IDs("plan", "city"), site.IDs("id", "subscription_order"), site.IDs("slug", "city")
	own := gate.Table{
		{Method: get, Path: change.PathOwn, Needs: reads, Scope: gate.City, Handler: p.own},
		{Method: get, Path: pathPlan, Needs: orders, Scope: gate.City, IDs: plan, Handler: p.plan},
		{Method: post, Path: pathPlan, Needs: orders, Scope: gate.City, IDs: plan, Handler: p.orderPlan},
		{Method: post, Path: change.PathOwn + "/pesanan/:id/tarik", Page: change.PathOwn, Needs: orders, Scope: gate.City, IDs: one, Handler: p.withdraw},
	}
	for path, kind := range map[string]change.Kind{pathPause: change.Pause, pathCancel: change.Cancel, pathResume: change.Resume} {
		own = append(own, gate.Route{Method: get, Path: path, Needs: orders, Scope: gate.City, Handler: p.stop(kind)},
			gate.Route{Method: post, Path: path, Needs: orders, Scope: gate.City, Handler: p.orderStop(kind)})
	}
	contract := console.OrdersOf(":slug")
	return []gate.Table{own, {
		{Method: get, Path: console.PathOrders, Needs: manages, Scope: gate.Platform, Handler: p.all},
		{Method: post, Path: console.PathOrders + "/:slug/:id/putus", Page: console.PathOrders, Needs: manages, Scope: gate.Platform, IDs: site.IDs("slug", "city", "id", "subscription_order"), Handler: p.decide},
		{Method: get, Path: contract, Needs: manages, Scope: gate.Platform, IDs: city, Handler: p.ofCity},
		{Method: post, Path: contract, Needs: manages, Scope: gate.Platform, IDs: city, Handler: p.agree},
	}}
}

// DeskShell is the frame; a city's pages stand under its bills.
func (p *Pages) DeskShell(c *gin.Context, title string) ui.Shell {
	s := p.Pages.DeskShell(c, title)
	if gate.CityOf(c).Kind == tenancy.KindCity {
		s.Under = pathBills
	}
	return s
}

// stateMark is how an order stands, in words.
func stateMark(l i18n.Locale, s change.State) ui.Mark {
	m := ui.Mark{Icon: "ban", Text: l.T("subchange.state." + string(s))}
	switch s {
	case change.Waiting:
		m.Tone, m.Icon = "care", "clock"
	case change.Done:
		m.Tone, m.Icon = "good", "circle-check"
	case change.Refused:
		m.Tone, m.Icon = "bad", "circle-x"
	}
	return m
}
