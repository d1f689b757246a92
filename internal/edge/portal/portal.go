// Package portal is the pages of a person with a name: how people prove who they are, what they keep about themselves, and
// what a resident sees and does about their own applications. What can be asked for is in the tables: one for each area,
// each route with the permission that it needs.
package portal

import (
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

// Portal is the pages of people of every city and of the platform.
type Portal struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Portal { return &Portal{s} }

// Tables are the pages by area.
func (p *Portal) Tables() []gate.Table {
	return []gate.Table{p.accountRoutes(), p.residentRoutes(), p.mailboxRoutes()}
}
