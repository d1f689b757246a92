// Package editor is the pages by which an administrator draws how a service is asked for and handled: its form and its flow.
// Package replay tries a change on past cases.
package editor

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the editors of forms and flows.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.builderRoutes(), p.flowRoutes()}
}
