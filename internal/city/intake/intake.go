// Package intake is the resident's side of an application: the draft and its pages, what may be sent and how often, the
// receipt, and the ways to follow and to verify it. Package application holds the record that it works on.
//
// What is asked is data: a version of a form, which the draft keeps until its end. A draft is a resident's own; what one
// may not see is NotFound, as if it did not exist.
package intake

import (
	"bedelau/internal/city/application"
	"bedelau/internal/city/cosign"
)

// Service is what residents of every city can do with their applications.
type Service struct {
	*application.Service
	Cosign *cosign.Service
}

// New returns the Service over the record.
func New(s *application.Service) *Service { return &Service{Service: s, Cosign: cosign.New(s)} }
