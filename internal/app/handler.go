package app

import (
	"net/http"
	"slices"

	"bedelau/internal/edge/admin"
	"bedelau/internal/edge/console"
	"bedelau/internal/edge/counter"
	"bedelau/internal/edge/damage"
	"bedelau/internal/edge/desk"
	"bedelau/internal/edge/ductmoney"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/editor"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/groundwork"
	"bedelau/internal/edge/httpapi"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/papers"
	"bedelau/internal/edge/partner"
	"bedelau/internal/edge/portal"
	"bedelau/internal/edge/pricing"
	"bedelau/internal/edge/public"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/replay"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/standard"
	"bedelau/internal/edge/treasury"
	"bedelau/internal/edge/visit"
	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/web"
)

// Handler is everything that the program answers over HTTP. box and codes are of the demonstration alone.
func (a *App) Handler(box *mailbox.Box, codes func(tenant string) []site.StaffCode) (http.Handler, error) {
	g, err := a.gate(box, codes)
	if err != nil {
		return nil, err
	}
	return g.Engine(), nil
}

func (a *App) gate(box *mailbox.Box, codes func(tenant string) []site.StaffCode) (*gate.Gate, error) {
	if err := web.Check(); err != nil {
		return nil, err
	}
	g, err := gate.New(gate.Deps{Directory: a.Directory, Identity: a.Identity, Keys: a.APIKeys, Guard: a.Guard, Limiter: a.Limiter, Log: a.Log,
		Proxies: a.Config.Proxies, Secure: a.Config.Secure(), OnAPI: a.Collector.Requested, Metrics: a.Metrics})
	if err != nil {
		return nil, err
	}
	g.Health(a.ready)
	pages := site.New(site.Deps{
		DuctWorks: a.DuctWorks,
		Operators: a.Operators, DuctWaits: a.DuctWaits, Damages: a.Damages,
		Catalog: a.Catalog, Editor: a.Editor, Tariffs: a.Tariffs, Casework: a.Casework, Ducts: a.Ducts, Surveying: a.Surveying, Leases: a.Leases, DuctMap: a.DuctMap, DuctPrice: a.DuctPrice, DuctBills: a.DuctBills, Revenue: a.Revenue, Builder: a.Builder, Documents: a.Documents, Bulk: a.Bulk, Inbox: a.Inbox, Booking: a.Booking, Calendar: a.Calendar, Dashboard: a.Dashboard, External: a.External, Registry: a.Registry, Simulation: a.Replays, Identity: a.Identity, Guard: a.Guard,
		Orders:    a.Orders,
		Directory: a.Directory, DB: a.DB, Metering: a.Metering, Billing: a.Billing, Finance: a.Finance, Collection: a.Collection, CityURL: a.CityURL,
		Secure: a.Config.Secure(), Mailbox: box, StaffCodes: codes, Log: a.Log,
	})
	pages.Mount(g, slices.Concat(
		public.New(pages).Tables(), portal.New(pages).Tables(), visit.New(pages).Tables(),
		groundwork.New(pages).Tables(),
		queue.New(pages).Tables(), desk.New(pages).Tables(), counter.New(pages).Tables(), papers.New(pages).Tables(), editor.New(pages).Tables(), replay.New(pages).Tables(), standard.New(pages).Tables(), admin.New(pages).Tables(), console.New(pages).Tables(), ducts.New(pages).Tables(), leasing.New(pages).Tables(), partner.New(pages).Tables(), ductmoney.New(pages).Tables(), damage.New(pages).Tables(), pricing.New(pages).Tables(), treasury.New(pages).Tables(),
	)...)
	httpapi.New(httpapi.Deps{
		Bulk: a.Bulk, Documents: a.Documents,
		Catalog: a.Catalog, Editor: a.Editor, Builder: a.Builder, Casework: a.Casework, Booking: a.Booking, Inbox: a.Inbox, Dashboard: a.Dashboard, External: a.External, Identity: a.Identity, Guard: a.Guard,
		Directory: a.Directory, Metering: a.Metering, Producers: a.Producers, Billing: a.Billing, Collection: a.Collection, CityURL: a.CityURL, Log: a.Log,
	}).Mount(g)
	return g, nil
}
