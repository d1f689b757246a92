// Package partner is the pages of the companies that lease a city's shared ducts: how they stand, what is free in the areas that
// they were granted, ways through it, their own leases, papers and people, and the form by which a company registers itself.
//
// What a company may see and do is decided by city/operator; a page decides nothing.
package partner

import (
	"net/http"
	"time"

	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Where the pages are.
const (
	pathHome     = site.PathPartner
	pathRegister = pathHome + "/daftar"
	pathMap      = pathHome + "/peta"
	pathTiles    = pathHome + "/ubin"
	pathPlan     = pathHome + "/rencana"
	pathLeases   = pathHome + "/sewa"
	pathWaits    = pathHome + "/antrean"
	pathAugments = pathHome + "/perluasan"
	pathPapers   = pathHome + "/berkas"
	pathPeople   = pathHome + "/orang"
)

// pageSize is how many leases or segments a page lists.
const pageSize = 50

// Pages is the companies' side of every city's ducts.
type Pages struct{ *ducts.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// limitRegister holds back a program that has mails sent to strangers.
var limitRegister = gate.Limit{Name: "partner_register", Count: 5, Per: time.Hour}

// limitInvite does so for who has signed in.
var limitInvite = gate.Limit{Name: "partner_invite", Count: 20, Per: time.Hour}

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	own, city := access.DuctOwn, gate.City
	return []gate.Table{p.damageRoutes(), {
		{Method: get, Path: pathHome, Needs: own, Scope: city, Handler: p.home},
		{Method: post, Path: pathHome + "/data", Page: pathHome, Needs: own, Scope: city, Handler: p.amend},
		{Method: get, Path: pathRegister, Needs: access.Public, Scope: city, Handler: p.registerForm},
		{Method: post, Path: pathRegister, Needs: access.Public, Scope: city, Limit: limitRegister, Handler: p.register},
		{Method: get, Path: pathMap, Needs: own, Scope: city, Handler: p.mapPage},
		{Method: get, Path: pathMap + "/lahan.geojson", Needs: own, Scope: city, Handler: p.Land},
		{Method: get, Path: pathTiles + "/:z/:x/:y", Needs: own, Scope: city, Handler: p.tile},
		{Method: get, Path: pathPlan, Needs: own, Scope: city, Handler: p.plan},
		{Method: get, Path: pathLeases, Needs: own, Scope: city, Handler: p.leases},
		{Method: get, Path: pathLeases + "/:id", Needs: own, Scope: city, IDs: site.IDs("id", "duct_lease"), Handler: p.lease},
		{Method: get, Path: pathPapers, Needs: own, Scope: city, Handler: p.papers},
		{Method: post, Path: pathPapers, Needs: own, Scope: city, MaxBody: paperBody, Handler: p.filePaper},
		{Method: get, Path: pathPapers + "/:id", Needs: own, Scope: city, IDs: site.IDs("id", "duct_paper"), Handler: p.paper},
		{Method: get, Path: pathPeople, Needs: own, Scope: city, Handler: p.people},
		{Method: post, Path: pathPeople, Needs: own, Scope: city, Limit: limitInvite, Handler: p.invite},
		{Method: post, Path: pathPeople + "/:id/akhiri", Page: pathPeople, Needs: own, Scope: city, IDs: site.IDs("id", "duct_person"), Handler: p.remove},
	}, p.waitRoutes(), p.orderRoutes(), p.augmentRoutes(), p.billRoutes()}
}
