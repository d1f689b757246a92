// Package office is the desk of a city's staff: the queue, one application with everything to decide it by, and what
// an administrator keeps in order.
//
// Each page function takes the view declared beside it. Posts and their inputs:
//
//	/petugas/permohonan/:id/tindakan         action, version, reason, fields (repeated)
//	/petugas/permohonan/:id/ambil, …/lepas   version
//	/petugas/permohonan/:id/tugaskan         version, officer
//	/petugas/permohonan/:id/catatan          text
//	/petugas/permohonan/:id/buka/:field      nothing; shows the case again with the value
//	/kelola/staf                             name, email, role, agency
//	/kelola/staf/:id/nonaktif, …/aktif, …/hapus-kode
//	/kelola/peran/:role                      perm (repeated)
//	/kelola/kalender                         day (three values), name, kind
package office

import (
	"slices"
	"time"

	"bedelau/web/ui"
)

// Tab is one view of the queue with the number of applications in it; Alarm marks those that are late.
type Tab struct {
	Code, Label string
	Count       int
	Alarm       bool
}

// Row is one application in the queue. Level is how far its being late has been reported.
type Row struct {
	ID, Number, Service, Applicant, StatusLabel, Assignee string
	Status                                                ui.Status
	Deadline                                              ui.Deadline
	Submitted                                             time.Time
	Level                                                 int
}

// QueueView is a page of an office's work, most urgent first.
type QueueView struct {
	ui.Shell
	Agency string // whose queue it is
	Tab    string // code of the view shown; empty while searching
	Search string
	Tabs   []Tab
	Rows   []Row
	Next   string // address of the next page
	More   bool   // a search found more than it shows
}

// Answer is one question of the form as the officer may see it. Reveal is the address that shows a masked value.
type Answer struct {
	Label, Value, Reveal string
	Files                []ui.File
	Corrected            bool // the applicant was asked to correct it
}

// Section is one page of the form.
type Section struct {
	Title   string
	Answers []Answer
}

// Action is a step that the officer may take now. Reason is "none", "optional" or "required"; Tone is "good", "bad" or
// empty; Correct asks which answers are to be corrected.
type Action struct {
	Code, Label, Reason, Tone string
	Issues, Correct           bool
}

// Document is what the city issued.
type Document struct{ Title, Number, Href string }

// CaseView is one application with everything to decide it by. Tried is the action whose form was refused: it stays
// open with the Reason and the Fields that were sent. Errors are of "reason", "fields", "officer", "text", or of none.
type CaseView struct {
	ui.Shell
	ID, Number, Service, Applicant, Agency string
	Status                                 ui.Status
	StatusLabel                            string
	Deadline                               ui.Deadline
	Submitted                              time.Time
	Assignee                               string
	Version, Level                         int
	Warnings                               []string
	Sections                               []Section
	Issued                                 []Document
	Events                                 []ui.Event
	Actions                                []Action
	Correctable                            []ui.Option // answers that can be sent back
	MayClaim, MayRelease, MayAssign        bool
	Colleagues                             []ui.Option
	Tried, Reason                          string
	Fields                                 []string
	Errors                                 ui.Errors
}

// plain reports whether the step is a single button.
func (a Action) plain() bool { return a.Reason == "none" && !a.Correct && !a.Issues }

func (a Action) button() string {
	switch a.Tone {
	case "good":
		return "btn-good"
	case "bad":
		return "btn-bad"
	}
	return "btn-primary"
}

func (v CaseView) ticked(code string) bool { return slices.Contains(v.Fields, code) }

// files lists what was handed in, with the question it answers.
func (v CaseView) files() []Answer {
	var out []Answer
	for _, s := range v.Sections {
		for _, a := range s.Answers {
			if len(a.Files) > 0 {
				out = append(out, a)
			}
		}
	}
	return out
}
