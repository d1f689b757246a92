// Package counter is the pages of the offices' counters: the day of a counter for those who serve at it, and how it is kept.
package counter

import (
	"net/http"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Pages is the counters of every office.
type Pages struct{ *site.Pages }

// New returns the pages in the frame s.
func New(s *site.Pages) *Pages { return &Pages{Pages: s} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.counterRoutes()} }
