// Package ductmoney is the pages about the money of a city's shared ducts: what they cost and who decided it, the book of the company that runs
// them, for its staff, and the offer that everybody may read.
//
// It stands beside the pages of the network and the leases. Every amount is worked out by city/ducttariff and
// kept by city/ductbill; a page decides nothing.
package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Where the money of the ducts stands.
const (
	PathTariffs  = ducts.PathDucts + "/tarif"
	PathLand     = ducts.PathDucts + "/lahan"
	PathBills    = ducts.PathDucts + "/tagihan"
	pathDrafts   = PathBills + "/konsep"
	PathBank     = ducts.PathDucts + "/rekening-bank"
	PathTaxes    = ducts.PathDucts + "/pajak"
	PathDeposits = ducts.PathDucts + "/jaminan"
	PathDebts    = ducts.PathDucts + "/piutang"
	PathRevenue  = ducts.PathDucts + "/pendapatan"
	PathLeaks    = ducts.PathDucts + "/kebocoran"
)

// Pages is the money of the ducts of every city.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.tariffRoutes(), p.offerRoutes(), p.billRoutes(), p.debtRoutes(), p.depositRoutes(), p.bank().Table(), p.fileRoutes(), p.tax().Table(), p.revenueRoutes(), p.quoteRoutes()}
}

// tariffRoutes is what the ducts cost.
func (p *Pages) tariffRoutes() gate.Table {
	read, acts, city := access.DuctRead, access.DuctTariff, gate.City
	asked, land := site.IDs("id", "duct_price_change"), site.IDs("id", "duct_land_rent")
	return gate.Table{
		{Method: get, Path: PathTariffs, Needs: read, Scope: city, Handler: p.tariffs},
		{Method: post, Path: PathTariffs, Needs: acts, Scope: city, Handler: p.askTariff},
		{Method: post, Path: PathTariffs + "/baru", Page: PathTariffs, Needs: acts, Scope: city, Handler: p.askNew},
		{Method: post, Path: PathTariffs + "/indeks", Page: PathTariffs, Needs: acts, Scope: city, Handler: p.askIndex},
		{Method: post, Path: PathTariffs + "/batas", Page: PathTariffs, Needs: acts, Scope: city, Handler: p.askFloor},
		{Method: post, Path: PathTariffs + "/ketentuan", Page: PathTariffs, Needs: acts, Scope: city, Handler: p.askTerms},
		{Method: post, Path: PathTariffs + "/permintaan/:id", Page: PathTariffs, Needs: acts, Scope: city, IDs: asked, Handler: p.decideTariff},
		{Method: get, Path: PathLand, Needs: read, Scope: city, Handler: p.lands},
		{Method: post, Path: PathLand, Needs: acts, Scope: city, Handler: p.askLand},
		{Method: post, Path: PathLand + "/:id", Page: PathLand, Needs: acts, Scope: city, IDs: land, Handler: p.decideLand},
		{Method: post, Path: PathLand + "/:id/akhir", Page: PathLand, Needs: acts, Scope: city, IDs: land, Handler: p.askLandEnd},
		{Method: post, Path: PathLand + "/:id/akhir/putusan", Page: PathLand, Needs: acts, Scope: city, IDs: land, Handler: p.decideLandEnd},
	}
}

// may reports whether the reader holds a permission.
func (p *Pages) may(c *gin.Context, x access.Permission) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), x) == nil
}

// again shows a page once more with what is wrong: fields by their labels, and conflicts above. The last result is the error of
// anything else.
func again(c *gin.Context, err error, labels map[string]string, show func(int, ui.Errors) error) error {
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return show(status, site.Called(c, errs, labels))
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict || f.Kind == fault.NotFound && f.Code == "lease.no_operator" {
		return show(http.StatusConflict, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// answer reads a decision: whether it is approved.
func answer(c *gin.Context) (bool, error) {
	in, err := site.ReadForm(c)
	if err != nil {
		return false, err
	}
	switch in.Text("jawaban") {
	case "setuju":
		return true, nil
	case "tolak":
		return false, nil
	}
	return false, site.Invalid("jawaban", "not_an_option")
}

// decided is how a request stands, with who decided it.
func decided(l i18n.Locale, approved *bool) ui.Mark {
	switch {
	case approved == nil:
		return ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}
	case *approved:
		return ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.approved")}
	}
	return ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}
}

// names are what people are called, by their ids.
func (p *Pages) names(c *gin.Context, ids ...uuid.UUID) (map[uuid.UUID]string, error) {
	return p.Identity.Names(c.Request.Context(), ids)
}
