// Package portal is the pages of everyone: what the public, and a resident about their own applications, see of a city in
// a browser, and how people prove who they are. What can be asked for is in the tables: one for each area, each route with
// the permission that it needs.
package portal

import (
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

// Portal is the pages of every city and of the platform that are not the desk's.
type Portal struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Portal { return &Portal{s} }

// Tables are the pages by area.
func (p *Portal) Tables() []gate.Table {
	return []gate.Table{p.publicRoutes(), p.accountRoutes(), p.residentRoutes(), p.mailboxRoutes()}
}
