// Package standard is the pages by which an administrator keeps what a service promises (time, fee, requirements, rules), the
// tariffs by which fees are worked out, and the document that it ends with.
package standard

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the editors of standards and documents.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.standardRoutes(), p.tariffRoutes(), p.templateRoutes(), p.templateListRoutes()}
}
