// Package office is the desk of a city's staff: the queue, one application with everything to decide it by, and what
// an administrator keeps in order.
//
// Each page function takes the view declared beside it. Posts and their inputs:
//
//	/petugas/antrean                         q
//	/petugas/antrean/massal                  pilih (repeated: an id, a space, a version), what, officer, action, reason
//	/petugas/antrean/saringan                name, shared, and the fields of the filter as they stand in the address
//	/petugas/antrean/saringan/:id/hapus      nothing
//	/petugas/berikutnya                      case (that it comes after)
//	/petugas/permohonan/:id/tindakan         action, version, reason, fields (repeated)
//	/petugas/permohonan/:id/ambil            version, take_over, reason, next (the list it was taken from)
//	/petugas/permohonan/:id/lepas            version, reason
//	/petugas/permohonan/:id/serahkan         version, officer, reason
//	…/tugas/:task/ambil, …/lepas, …/serahkan  the same, of what an office was asked
//	/petugas/tugas/massal                    pilih, what, officer, why, action, reason
//	/petugas/permohonan/:id/catatan          note
//	/petugas/permohonan/:id/buka/:field      nothing; shows the case again with the value
//	/kelola/staf                             name, email, role, agency
//	/kelola/staf/:id/peran                   role (repeated), agency
//	/kelola/staf/:id/nonaktif, …/aktif, …/hapus-kode
//	/kelola/peran                            role (repeated), perm (repeated: a role, a space, a permission)
package office

import (
	"slices"
	"strings"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// Tab is one view of the queue with the number of applications in it; Alarm marks those that are late.
type Tab struct {
	Code, Label, Href string
	Count             int
	Alarm             bool
}

// Row is one application in the queue, with the address of its page. Level is how far its being late has been reported;
// Version is what it is taken at when nobody has it. App names the agency's app where it is worked on, when that is not
// here, and Label is what that calls where it stands.
type Row struct {
	ID, Href, Number, Service, Agency, Applicant, StatusLabel, Assignee string
	App, Label                                                          string
	Status                                                              ui.Status
	Deadline                                                            ui.Deadline
	Submitted                                                           time.Time
	Level, Version                                                      int
	Mine, MayClaim                                                      bool
	StepLate                                                            bool // past the time that the office gives itself in the state
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
	Page                     string // of the form, by its title
	ID, Label, Value, Reveal string
	Before                   string // what it was when a correction was asked for, if it has changed
	Files                    []ui.File
	Corrected                bool    // the applicant was asked to correct it
	Revealed                 bool    // just now
	Map                      *ui.Map // of an answer that is a place; nil draws none
}

// Action is a step that the officer may take now. Reason is "none", "optional" or "required"; Tone is "good", "bad" or
// empty; Correct asks which answers are to be corrected.
type Action struct {
	Code, Label, Reason, Tone string
	Issues, Correct           bool
	Phrases                   []Phrase   // reasons to begin with
	Inputs                    []ui.Field // what the workflow asks for it
}

// Document is what the city issued.
type Document struct{ Title, Number, Href, Status, Desk string }

// Changed says what happened to an application between the officer's looking and acting. Kept is what the officer
// wrote for a step that can no longer be taken, and Fields what they ticked for it; what was written for one that can is in its form.
type Changed struct {
	Text   string
	Events []ui.Event
	Kept   string
	Fields []string // that were ticked to be corrected
}

// keptKey names the sentence before what was written: a step of what a colleague has comes back with the case.
func (v CaseView) keptKey() string {
	if v.Held {
		return "case.kept_held"
	}
	return "case.kept_here"
}

// gone reports whether what was written has no form any more.
func (c Changed) gone() bool { return c.Kept != "" || len(c.Fields) > 0 }

// CaseView is one application with everything to decide it by. Tried is the action whose form was refused: it stays
// open with the Reason and the Fields that were sent. Errors are of "reason", "fields", "officer", "note", or of none.
type CaseView struct {
	ui.Shell
	ID, Number, Service, Applicant, Agency string
	Status                                 ui.Status
	StatusLabel                            string
	Deadline                               ui.Deadline
	StepDue                                time.Time // by when the office means to be done with the state; zero: it has no time of its own
	StepLate                               bool
	Submitted                              time.Time
	Assignee                               string
	Version, Level                         int
	Warnings                               []string
	Obstacle                               []string // what holds it up: a title, and what to do
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
	MayNext      bool   // may take up another after this one
	Before       string // addresses of the neighbours in the list that the case was opened from
	After        string
	Show         string // id of the paper in the viewer
	Term         string // what was promised
	Provisional  bool   // the deadline runs into a year without imported holidays
	Correction   string // what the applicant was asked for and has not sent
	Decision     string // the words of the decision
	MayNote      bool
	Note         string // as it was typed, when it was refused
	Officer      string // id of who has it
	Own          bool   // the reader has it
	Hand         string // the form of who works on it that was refused: "claimed", "released" or "assigned"
	ChannelLabel string
	Place        string   // the subdistrict and district it is about
	Agreed       []string // the statements that were agreed to
	Back         string   // the view that the case was opened from
	Joint        []Task   // what offices were asked, the latest first
	Fees         []Fee
	StandIn      string   // who stands in today for who has it
	Office       []Answer // what the office filled in
	From         string   // query that keeps it while the case is worked on
}

// at is the address of a form of the case.
func (v CaseView) at(act string) string { return "/petugas/permohonan/" + v.ID + act + v.From }

// mapped reports whether a form of the case sets points on a map.
func (v CaseView) mapped() bool {
	return slices.ContainsFunc(v.Actions, func(a Action) bool { return mapped(a.Inputs) }) ||
		slices.ContainsFunc(v.Joint, func(t Task) bool { return mapped(t.Inputs) })
}

func mapped(inputs []ui.Field) bool {
	return slices.ContainsFunc(inputs, func(f ui.Field) bool { return f.Map != nil })
}

// plain reports whether the step is a single button.
func (a Action) plain() bool {
	return a.Reason == "none" && !a.Correct && !a.Issues && len(a.Inputs) == 0
}

func (a Action) button() string {
	switch a.Tone {
	case "good":
		return "btn-good"
	case "bad":
		return "btn-bad"
	}
	return "btn-primary"
}

// asked reports whether an answer of the reader's office is waited for.
func (v CaseView) asked() bool {
	return slices.ContainsFunc(v.Joint, func(t Task) bool { return t.MayAnswer })
}

func (v CaseView) ticked(code string) bool { return slices.Contains(v.Fields, code) }

// words lists what was answered in words, and files what was handed in, each with its question.
func (v CaseView) words() []Answer { return v.pick(func(a Answer) bool { return len(a.Files) == 0 }) }

// part is what was answered in words on one page of the form. It has a title where the form's pages have several questions,
// because the same words, such as those of an address, then stand on more than one.
type part struct {
	Title   string
	Answers []Answer
}

func (v CaseView) parts() []part {
	var out []part
	words := v.words()
	for _, a := range words {
		if n := len(out); n == 0 || out[n-1].Title != a.Page {
			out = append(out, part{Title: a.Page})
		}
		out[len(out)-1].Answers = append(out[len(out)-1].Answers, a)
	}
	if len(words) < 2*len(out) {
		return []part{{Answers: words}}
	}
	return out
}

// paper is the id of a file in the address of its case.
func (v CaseView) paper(f ui.File) string { return f.Href[strings.LastIndexByte(f.Href, '/')+1:] }

// beside is the address of the case with a paper in the viewer.
func (v CaseView) beside(f ui.File) string {
	join := "?"
	if v.From != "" {
		join = "&"
	}
	return "/petugas/permohonan/" + v.ID + v.From + join + "berkas=" + v.paper(f) + "#penampil"
}

// viewable are the papers that the viewer can show.
func (v CaseView) viewable() []ui.File {
	var out []ui.File
	for _, a := range v.files() {
		for _, f := range a.Files {
			if (f.Image || f.PDF) && !f.Held {
				out = append(out, f)
			}
		}
	}
	return out
}

// shown is the paper in the viewer, or nil.
func (v CaseView) shown() *ui.File {
	for _, f := range v.viewable() {
		if v.Show != "" && v.paper(f) == v.Show {
			return &f
		}
	}
	return nil
}

// labelOf is the question that a file answers.
func (v CaseView) labelOf(f *ui.File) string {
	for _, a := range v.files() {
		for _, x := range a.Files {
			if x.Href == f.Href {
				return a.Label
			}
		}
	}
	return f.Name
}

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
