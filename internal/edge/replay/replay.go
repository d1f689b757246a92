// Package replay is the pages by which an administrator tries a change on past cases before publishing it: which of them
// would have been late, and which office would have had too much.
package replay

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the replays of every city.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.simulationRoutes()} }
