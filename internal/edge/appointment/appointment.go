// Package appointment is the counters of a city for programs: times that are free, a resident's own appointments, and who
// is served at the counter.
package appointment

import (
	"bedelau/internal/city/booking"
	"bedelau/internal/edge/rest"
)

// Deps is what the operations call.
type Deps struct{ Booking *booking.Service }

type operations struct {
	Deps
	api *rest.API
}

// Mount registers the operations with a.
func Mount(a *rest.API, d Deps) {
	o := operations{d, a}
	o.counters()
	o.appointments()
	o.counterDesk()
}
