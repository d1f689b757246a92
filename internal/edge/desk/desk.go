// Package desk is the pages of staff: what officers and heads of agencies work with, what an administrator keeps in order,
// and what the BUMD sees of its cities. What can be asked for is in the tables: one for each area, each route with the
// permission that it needs.
package desk

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the desk of every city and of the platform.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.officeRoutes(), p.counterRoutes(), p.calendarRoutes(), p.adminRoutes(), p.builderRoutes(), p.paperRoutes(), p.templateRoutes(), p.bumdRoutes()}
}
