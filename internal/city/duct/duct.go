// Package duct is the record of a city's shared ducts (Ducting Bersama): where people reach them, which way they run, what
// lies in them, and how all of it was on any day. Engineers of the municipal company keep it, mostly by files of surveys.
//
// A network is nodes (manholes, poles, entries of buildings) and segments between two of them. In a segment lie ducts, in a
// duct subducts, in a subduct microducts: a tree of units, each of which can be let. Every one has a state for each span of
// days; what turns out to have been wrong is voided and stays on record. Lengths are millimetres along the ellipsoid of
// WGS 84 (EPSG:4326), reckoned by PostGIS; what was surveyed and what is billed are kept apart from it.
package duct

import (
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
}

// Service is the networks of every city.
type Service struct {
	d      Deps
	totals totals
}

// New returns the Service.
func New(d Deps) *Service {
	return &Service{d: d, totals: totals{of: map[counted]Total{}}}
}

// The kinds of node.
const (
	Manhole       = "manhole"
	Handhole      = "handhole"
	Riser         = "riser" // where a cable leaves the ground
	Pole          = "pole"
	BuildingEntry = "building_entry"
	POP           = "pop" // point of presence: where operators meet
)

// The kinds of unit, from the ground inwards.
const (
	Duct      = "duct"
	Subduct   = "subduct"
	Microduct = "microduct"
)

// How true the line of a segment is.
const (
	AsBuilt  = "as_built" // measured when it was laid
	Surveyed = "surveyed" // measured afterwards
	Planned  = "planned"
	Unknown  = "unknown"
)

// The conditions of a node, a segment or a unit; Unknown is one too.
const (
	Good    = "good"
	Damaged = "damaged"
	Blocked = "blocked"
)

// What a unit is kept back for. It cannot be let.
const (
	Maintenance = "maintenance"
	Government  = "government"
)

// NodeKinds are the kinds of node in the order in which they are shown.
func NodeKinds() []string { return []string{Manhole, Handhole, Riser, Pole, BuildingEntry, POP} }

// UnitKinds are the kinds of unit from the ground inwards.
func UnitKinds() []string { return []string{Duct, Subduct, Microduct} }

// Classes are those of a line, the truest first.
func Classes() []string { return []string{AsBuilt, Surveyed, Planned, Unknown} }

// Conditions are those of a part of the network, the best first.
func Conditions() []string { return []string{Good, Damaged, Blocked, Unknown} }

// DayOf is the calendar day that a moment shows, as midnight UTC: a day of the network has no zone. Zero stays zero.
func DayOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
