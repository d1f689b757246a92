// Package casework is the office's side of an application, from its arrival to a decision within a promised time, and on
// to the document that the city issues: who takes it, which step is taken, who else is asked, what is paid, who is told
// when time runs out. Package application holds the record and its steps, package intake the resident's side.
//
// Who may do what in which state, and what is issued are data of the city. An officer's act names the version of the
// application that the officer saw, so two officers never undo each other unseen. Deadlines are counted by the city's
// calendar; they pause while the applicant has the turn, and a sweep finds those that have passed.
package casework

import (
	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
)

// Service is the casework of every city, with the resident's side of it.
type Service struct{ *intake.Service }

// New returns the Service. Register binds its jobs.
func New(d application.Deps) *Service { return &Service{Service: intake.New(application.New(d))} }
