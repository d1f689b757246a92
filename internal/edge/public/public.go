// Package public is the pages that everyone may open, without a name: what a city offers, who answers for it, how it does,
// and where an application stands or whether a document is real, for whoever holds its number.
package public

import (
	"net/http"
	"time"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
)

// The routes where guessing would pay, counted by address. Behind one address there may be a whole office or a mobile
// network, so these only slow a guesser down; what stops one is the lockout of each application's number in intake.
var (
	limitTrack   = gate.Limit{Name: "track", Count: 20, Per: time.Minute}
	limitVerify  = gate.Limit{Name: "verify", Count: 60, Per: time.Minute}
	limitSign    = gate.Limit{Name: "sign", Count: 30, Per: time.Minute}
	limitAsk     = gate.Limit{Name: "cosign", Count: 10, Per: time.Minute}
	limitCompare = gate.Limit{Name: "compare", Count: 10, Per: time.Minute}
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is what the public sees of every city and of the platform.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.publicRoutes()} }

// publicRoutes are what everyone may open.
func (p *Pages) publicRoutes() gate.Table {
	all, city, both := access.Public, gate.City, gate.Any
	return gate.Table{
		{Method: get, Path: "/", Needs: all, Scope: both, Handler: p.front},
		{Method: get, Path: "/privasi", Needs: all, Scope: both, Handler: p.privacy},
		{Method: post, Path: "/bahasa", Needs: all, Scope: both, Handler: p.language},
		{Method: get, Path: "/brand/:slug/:file", Needs: all, Scope: both, Handler: p.BrandFile},
		{Method: get, Path: "/layanan", Needs: all, Scope: city, Handler: p.services},
		{Method: get, Path: "/layanan/:code", Needs: all, Scope: city, Handler: p.service},
		{Method: get, Path: "/instansi", Needs: all, Scope: city, Handler: p.agencies},
		{Method: get, Path: "/instansi/:code", Needs: all, Scope: city, Handler: p.agency},
		{Method: get, Path: "/dasbor", Needs: all, Scope: city, Handler: p.dashboardPage},
		{Method: get, Path: "/dasbor.json", Needs: all, Scope: city, Handler: p.dashboardJSON},
		{Method: get, Path: "/dasbor.csv", Needs: all, Scope: city, Handler: p.dashboardCSV},
		{Method: get, Path: "/lacak", Needs: all, Scope: city, Handler: p.trackForm},
		{Method: post, Path: "/lacak", Needs: all, Scope: city, Limit: limitTrack, Handler: p.track},
		{Method: get, Path: "/verifikasi/:token", Needs: all, Scope: city, Limit: limitVerify, Handler: p.verify},
		{Method: get, Path: "/tanda-tangan/:token", Needs: all, Scope: city, Limit: limitSign, Handler: p.signForm},
		{Method: post, Path: "/tanda-tangan/:token", Needs: all, Scope: city, Limit: limitSign, Handler: p.sign},
		{Method: post, Path: "/tanda-tangan/:token/kode", Page: "/tanda-tangan/:token", Needs: all, Scope: city, Limit: limitAsk, Handler: p.signCode},
		{Method: post, Path: "/verifikasi/:token", Needs: all, Scope: city, Limit: limitCompare, MaxBody: compareBody, Handler: p.compare},
	}
}
