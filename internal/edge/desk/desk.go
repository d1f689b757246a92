// Package desk is the pages where officers and heads of agencies work on one application: the case with its steps, notes,
// tasks and fees, what an officer files for a resident, who is away, and ready-made sentences. Package queue is how they
// find it. What can be asked for is in the tables: one for each area, each route with the permission that it needs.
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
	return []gate.Table{p.caseRoutes(), p.filingRoutes()}
}
