// Package ductsurvey is how the network of a city's ducts comes in and goes out as files: a survey is taken in, checked feature by
// feature against the network of its day, shown, applied in one transaction and, where it was wrong, undone. What goes out can
// be read in again.
package ductsurvey

import (
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Ducts *duct.Service
	Now   func() time.Time // time.Now when nil
}

// Service is the surveys of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d}
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }
