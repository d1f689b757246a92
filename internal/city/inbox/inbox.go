// Package inbox is an officer's list of work: which applications are within reach, in what order, how many there are in
// each view, and who is busy with how many. What the agencies' own apps tell of stands in the same list, at its own
// deadline, although it is worked on there.
//
// It reads the views inbox_case, inbox_external, inbox_answer and inbox_message and changes no application: what one is, and every act
// on it, is casework's, or its app's. A list is a list of ids for that reason. All counts are read from the indexes of
// open work at the moment of the list, so there is no second store that could lag behind the first.
package inbox

import (
	"context"
	"time"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the inbox is built from.
type Deps struct {
	DB     *storage.DB
	Guard  *access.Guard
	Keys   *privacy.Keys                      // seal what was searched for
	Number func(typed string) (string, error) // reads a number as people type it, or refuses
	Now    func() time.Time                   // time.Now when nil
}

// Service is the inbox of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d}
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// zone is the city's.
func zone(ctx context.Context) *time.Location {
	if city, ok := tenancy.CityFrom(ctx); ok {
		return city.Location()
	}
	return time.UTC
}

// The ranks of open work as casework keeps them in queue_rank, in the order of a list. queue_at is the deadline where
// there is one, otherwise since when it is so.
const (
	rankDue     = 0
	rankDecided = 2 // to be handed over
	rankWaiting = 3 // the applicant's turn
)
