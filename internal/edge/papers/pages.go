// Package papers is the pages of an office about the documents that it has issued, or that wait for a signature.
package papers

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the documents of every office.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.paperRoutes()} }
