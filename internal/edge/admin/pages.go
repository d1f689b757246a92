// Package admin is the pages of who keeps a city or the platform in order: staff, roles, working days, the record of acts, the
// apps of agencies, and what the BUMD sees of its cities.
package admin

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the administration of every city and of the platform.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.adminRoutes(), p.calendarRoutes(), p.bumdRoutes()}
}
