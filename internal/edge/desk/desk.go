// Package desk is the pages that officers and heads of agencies work with: the queue, the case, what is done to many at
// once, and what an officer files for a resident. What can be asked for is in the tables: one for each area, each route
// with the permission that it needs.
package desk

import (
	"net/http"

	"bedelau/internal/city/phrase"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/absence"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the desk of every city.
type Pages struct {
	*site.Pages
	absences *absence.Service
	phrases  *phrase.Service
}

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages {
	return &Pages{
		Pages:    s,
		absences: &absence.Service{DB: s.DB.App, Guard: s.Guard, Staff: s.Identity, Now: s.Now},
		phrases:  &phrase.Service{DB: s.DB.App, Guard: s.Guard, Now: s.Now},
	}
}

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.officeRoutes(), p.batchRoutes(), p.filingRoutes()}
}
