package office

import (
	"time"

	"bedelau/web/ui"
)

// StandardSection is one part of a service's standard. A folded one opens where something is wrong in it; Add offers one
// more requirement before it.
type StandardSection struct {
	Title, Lead     string
	Fold, Open, Add bool
	Fields          []ui.Field
}

// StandardProblem is what keeps a draft from being published, with where it is mended.
type StandardProblem struct{ Href, Place, Text string }

// StandardView is the draft of a service and its standard, to be written.
type StandardView struct {
	ui.Shell
	Code, Service, Last, Changed string
	Revision, Requirements       int
	Unverified                   bool // nobody has compared what it says with its source
	Problems                     []StandardProblem
	Sections                     []StandardSection
}

// StandardVersion is one version of a standard; a zero To has no end.
type StandardVersion struct {
	Version, Decree, Source string
	From, To                time.Time
	Verified, InForce       bool
}

// ServiceHomeView is everything about one service for its administrator. Errors are of "instead_id" and "instead_en".
type ServiceHomeView struct {
	ui.Shell
	Code, Name, Summary, Last, Changed string
	Latest, Revision                   int
	Retired, Native                    bool
	Document, Workflow                 bool // it has one, to be written
	Instead, InsteadID, InsteadEN      string
	From                               time.Time // when the draft would come into force
	Integration                        ui.Integration
	Problems                           []StandardProblem
	Obstacles                          []Obstacle
	Again                              int // minutes after which what is held up is tried again
	Rows                               []ui.Row
	Versions                           []StandardVersion
	Errors                             ui.Errors
}

// Obstacle is an application that the system cannot go on with by itself.
type Obstacle struct {
	Number, Kind, Letters string
	Since                 time.Time
}

func (v ServiceHomeView) path(part string) string { return "/kelola/layanan/" + v.Code + part }

// NewServiceView begins a service: what it is called, and below it what to copy where no other service is the model.
type NewServiceView struct {
	ui.Shell
	Fields, Parts []ui.Field
	Errors        ui.Errors
}
