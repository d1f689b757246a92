package booking

import (
	"time"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
)

// nobody is the actor of what the system does by itself.
var nobody = identity.Actor{}

var closeKind = jobs.Kind[closeArgs]{Name: "booking.close.v1", MaxRetry: 12, Timeout: 5 * time.Minute}

// Register binds the reminders, the end of each day and the look for days that have become days off. Call it once, before
// the runner starts.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "booking.remind", 10*time.Minute, s.remind)
	jobs.EachCity(r, "booking.miss", time.Hour, s.miss)
	jobs.EachCity(r, "booking.calendar", 5*time.Minute, s.followCalendar)
	return jobs.HandleCall(r, closeKind, s.closeByCalendar)
}
