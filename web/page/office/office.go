// Package office is the desk of a city's staff: the queue, one application with everything to decide it by, and what
// an administrator keeps in order.
//
// Each page function takes the view declared beside it. Posts and their inputs:
//
//	/petugas/permohonan/:id/tindakan         action, version, reason, fields (repeated)
//	/petugas/permohonan/:id/ambil            version, take_over, next (the list it was taken from)
//	/petugas/permohonan/:id/lepas            version
//	/petugas/permohonan/:id/serahkan         version, officer
//	/petugas/permohonan/:id/catatan          note
//	/petugas/permohonan/:id/buka/:field      nothing; shows the case again with the value
//	/kelola/staf                             name, email, role, agency
//	/kelola/staf/:id/peran                   role (repeated), agency
//	/kelola/staf/:id/nonaktif, …/aktif, …/hapus-kode
//	/kelola/peran                            role (repeated), perm (repeated: a role, a space, a permission)
package office

import (
	"slices"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// Tab is one view of the queue with the number of applications in it; Alarm marks those that are late.
type Tab struct {
	Code, Label string
	Count       int
	Alarm       bool
}

// Row is one application in the queue. Level is how far its being late has been reported; Version is what it is taken
// at when nobody has it.
type Row struct {
	ID, Number, Service, Agency, Applicant, StatusLabel, Assignee string
	Status                                                        ui.Status
	Deadline                                                      ui.Deadline
	Submitted                                                     time.Time
	Level, Version                                                int
	Mine, MayClaim                                                bool
}

// QueueView is a page of an office's work, most urgent first.
type QueueView struct {
	ui.Shell
	Agency string // whose queue it is
	Tab    string // code of the view shown; empty while searching
	Hint   string // what else is to be known about the view
	Search string
	Tabs   []Tab
	Rows   []Row
	First  string // address of the first page, when this is another
	Next   string // address of the next page
	Here   string // address of this page
	From   string // query that tells a case where it was opened from
	Now    time.Time
	More   bool // a search found more than it shows
}

// noneKey names the sentence for a view that holds nothing, and for a search that found nothing.
func (v QueueView) noneKey() string {
	if v.Search != "" {
		return "queue.none.search"
	}
	return "queue.none." + v.Tab
}

// due is the day of the deadline beside the time that remains; empty when there is none or the tag says it already.
func (r Row) due(l i18n.Locale, now time.Time) string {
	if r.Deadline.Due.IsZero() || r.Deadline.Left == 0 && r.Deadline.State != "late" {
		return ""
	}
	return l.ShortTime(r.Deadline.Due, now)
}

// Answer is one question of the form as the officer may see it. Reveal is the address that shows a masked value, and
// ID is where it comes back to.
type Answer struct {
	ID, Label, Value, Reveal string
	Before                   string // what it was when a correction was asked for, if it has changed
	Files                    []ui.File
	Corrected                bool // the applicant was asked to correct it
	Revealed                 bool // just now
}

// Action is a step that the officer may take now. Reason is "none", "optional" or "required"; Tone is "good", "bad" or
// empty; Correct asks which answers are to be corrected.
type Action struct {
	Code, Label, Reason, Tone string
	Issues, Correct           bool
}

// Document is what the city issued.
type Document struct{ Title, Number, Href string }

// Changed says what happened to an application between the officer's looking and acting. Kept is what the officer
// wrote for a step that can no longer be taken; what was written for one that can is in its form.
type Changed struct {
	Text   string
	Events []ui.Event
	Kept   string
}

// Next is the application to take up after this one.
type Next struct{ Href, Number, Service string }

// CaseView is one application with everything to decide it by. Tried is the action whose form was refused: it stays
// open with the Reason and the Fields that were sent. Errors are of "reason", "fields", "officer", "note", or of none.
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
	Answers                                []Answer // in the order of the form
	Issued                                 []Document
	Events                                 []ui.Event
	Actions                                []Action
	Correctable                            []ui.Option // answers that can be sent back
	MayClaim, MayRelease, MayAssign        bool
	MayTakeOver                            bool // from Assignee
	Held                                   bool // by Assignee, so that no step is the reader's
	Colleagues                             []ui.Option
	Tried, Reason                          string
	Fields                                 []string
	Errors                                 ui.Errors

	Changed      *Changed
	Next         *Next
	Term         string // what was promised
	Provisional  bool   // the deadline runs into a year without imported holidays
	Correction   string // what the applicant was asked for and has not sent
	Decision     string // the words of the decision
	MayNote      bool
	Note         string // as it was typed, when it was refused
	Officer      string // id of who has it
	ChannelLabel string
	Agreed       []string // the statements that were agreed to
	Back         string   // the view that the case was opened from
	From         string   // query that keeps it while the case is worked on
}

// at is the address of a form of the case.
func (v CaseView) at(act string) string { return "/petugas/permohonan/" + v.ID + act + v.From }

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

// words lists what was answered in words, and files what was handed in, each with its question.
func (v CaseView) words() []Answer { return v.pick(func(a Answer) bool { return len(a.Files) == 0 }) }

func (v CaseView) files() []Answer { return v.pick(func(a Answer) bool { return len(a.Files) > 0 }) }

func (v CaseView) pick(want func(Answer) bool) []Answer {
	var out []Answer
	for _, a := range v.Answers {
		if want(a) {
			out = append(out, a)
		}
	}
	return out
}
