// Package console is the pages about money between the cities and the BUMD: a city's own bills, for its treasurer and its
// administrators, and the BUMD's console, on the platform's host alone. Beside it stand package pricing, where price lists are
// written, and package treasury, where money comes in and is asked for.
//
// Every amount leads to what it was computed from: a line of an invoice to its price and from there to the events that were
// counted. Amounts and refusals are those of saas/billing and saas/finance; a page decides nothing.
package console

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/finance"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is both sides of the counter.
type Pages struct {
	*site.Pages
	finance *finance.Service
}

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s, finance: s.Finance} }

// Tables are the pages by side.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.cityRoutes(), p.bumdRoutes(), p.fileRoutes(gate.Route{Needs: access.InvoiceRead, Scope: gate.City}, pathBills),
		p.fileRoutes(gate.Route{Needs: access.InvoiceRead, Scope: gate.Platform}, PathInvoices)}
}

// DeskShell is the frame of a page: all of the console stand under two entries of the menu.
func (p *Pages) DeskShell(c *gin.Context, title string) ui.Shell {
	s := p.Pages.DeskShell(c, title)
	switch path := c.Request.URL.Path; {
	case gate.CityOf(c).Kind == tenancy.KindCity:
	case strings.HasPrefix(path, PathPlans), strings.HasPrefix(path, PathProposals), strings.HasPrefix(path, PathCoupons):
		s.Under = PathPlans
	default:
		s.Under = PathOverview
	}
	return s
}

const (
	pathBills  = "/kelola/tagihan"
	pathBudget = "/kelola/anggaran"
)

// cityRoutes is what a city sees of its own bills.
func (p *Pages) cityRoutes() gate.Table {
	needs, city := access.InvoiceRead, gate.City
	one, bill := pathBills+"/:id", site.IDs("id", "invoice")
	return gate.Table{
		{Method: get, Path: pathBills, Needs: needs, Scope: city, Handler: p.ownBills},
		{Method: post, Path: pathBudget, Page: pathBills, Needs: access.InvoiceBudget, Scope: city, Handler: p.setBudget},
		{Method: get, Path: pathBills + "/peristiwa", Needs: needs, Scope: city, Handler: p.ownEvents},
		{Method: get, Path: pathStripe, Needs: access.InvoicePay, Scope: city, Handler: p.stripePage},
		{Method: post, Path: pathStripe, Needs: access.InvoicePay, Scope: city, Handler: p.askStripe},
		{Method: get, Path: one, Needs: needs, Scope: city, IDs: bill, Handler: p.ownBill},
		{Method: get, Path: one + "/baris/:n", Needs: needs, Scope: city, IDs: bill, Handler: p.ownLine},
		{Method: get, Path: one + "/berkas", Needs: needs, Scope: city, IDs: bill, Handler: p.paper},
		{Method: get, Path: one + FormReturn, Needs: needs, Scope: city, IDs: bill, Handler: p.returnFile},
		{Method: get, Path: one + "/kuitansi/:payment", Needs: needs, Scope: city, IDs: site.IDs("id", "invoice", "payment", "payment"), Handler: p.receipt},
	}
}
