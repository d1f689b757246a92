// Package resident is what a signed-in person does for themselves: apply, correct, follow, keep their account.
//
// Each page function takes the view declared beside it. Posts and their inputs:
//
//	/permohonan/:id/isi/:page               the fields of the page, multipart; with ?nanti=1 saves and leaves
//	/permohonan/:id/berkas/:file/hapus      nothing
//	/permohonan/:id/kirim                   key
//	/permohonan/:id/batal                   reason
//	/permohonan                             nik
//	/akun/data                              name, phone
//	/akun/sandi                             present, password
//	/akun/sesi/:id/hapus, /akun/sesi-lain/hapus
package resident

import (
	"slices"
	"time"

	"bedelau/web/ui"
)

// Item is one of the person's applications.
type Item struct {
	ID, Number, Service, Agency string
	Status                      ui.Status
	Text                        string // what the status means, in the words of the city
	Asked                       string // the officer's words where a correction waits for the person
	Document                    string // address of what was issued
	Deadline                    ui.Deadline
	Updated                     time.Time
	Kept                        time.Time // until when a draft is kept; zero for what was sent
	At                          time.Time // when it began: the newest comes first
	App                         string    // the agency's app in which it was made and goes on; empty for one made here
	URL                         string    // its page there, or empty; Document is an address there too
	Label                       string    // the app's own words for where it stands
}

// MineView lists the person's applications: what waits for them first, then what the city works on, what is approved and
// to be fetched, then the rest.
type MineView struct {
	ui.Shell
	Waiting, Running, Ready, Closed []Item
	Over                            bool   // what is over is shown, else what is open
	First, Next                     string // addresses of the beginning and of the next page; empty for none
	Linked                          bool   // the person has named the NIK by which other apps are searched
	NIK                             string // as it was typed in a refused form
	Errors                          ui.Errors
}

func (v MineView) empty() bool { return len(v.Waiting)+len(v.Running)+len(v.Ready)+len(v.Closed) == 0 }

// href leads to where the application goes on: a draft to its form, one of another app there, anything else to its story.
func (i Item) href() string {
	if i.App != "" {
		return i.URL
	}
	return "/permohonan/" + i.ID
}

// FormView is one page of a form.
type FormView struct {
	ui.Shell
	ID, Service, Page string
	Heading, Hint     string
	Step, Of          int
	Back              string // address of the page before, or of the service
	Correction        string // the officer's words, when this is a correction
	Named             bool   // the officer named what to correct
	Locked            bool   // and none of it is on this page
	Fields            []ui.Field
	Errors            ui.Errors
	Follow            ui.FormData
	Doubts            ui.Errors // what to look at again before going on, once
	Seen              string    // names those, for the button that confirms them
	Lookups           []ui.Link // registers that may fill in questions of the page
}

// presses reports whether buttons of the questions come before the one that goes on: Enter in a box must not press one.
func (v FormView) presses() bool {
	return slices.ContainsFunc(v.Fields, func(f ui.Field) bool { return f.Map != nil || f.Type == "group" })
}

// mapped reports whether a question of the page is asked on a map.
func (v FormView) mapped() bool {
	return slices.ContainsFunc(v.Fields, func(f ui.Field) bool { return f.Map != nil })
}

// multipart reports whether the page takes files, so that the form can carry them.
func (v FormView) multipart() bool {
	return slices.ContainsFunc(v.Fields, func(f ui.Field) bool {
		return f.Type == "file" || slices.ContainsFunc(f.Rows, func(r ui.GroupRow) bool {
			return slices.ContainsFunc(r.Fields, func(in ui.Field) bool { return in.Type == "file" })
		})
	})
}

// scripted reports whether a script has something to do on the page.
func (v FormView) scripted() bool { return v.Follow.Names != "" }

// Section is one page of the form with its answers.
type Section struct {
	Title string
	Rows  []ui.Row
}

// Todo is something that stands between a draft and its submission, with the address where it is mended.
type Todo struct{ Href, Text string }

// ReviewView shows every answer before it is sent. Key makes sending twice the same as sending once.
type ReviewView struct {
	ui.Shell
	ID, Service, Agency, Key string
	Back                     string
	Sections                 []Section
	Missing                  []Todo
	Warnings                 []Todo
	Correction               *Correction // set when this sends corrections rather than a new application
	Asked                    []ui.Row    // what the officer named, taken out of Sections
	Refused                  string      // why it was not sent, where nothing is missing
	Signers                  []Signer    // who else must agree
	Waits                    bool        // one of them has not
	SendBy                   string      // until when it can be sent, in a sentence; empty without an end
	Shut                     bool        // it cannot be sent now, as Refused says
}

// lead says what to do with the page.
func (v ReviewView) lead() string {
	switch {
	case v.Correction == nil:
		return v.L.T("review.lead")
	case len(v.Asked) > 0:
		return v.L.T("review.lead_asked")
	}
	return v.L.T("review.lead_any")
}

// HeldView says why one cannot apply now; its heading is the title of the Shell. Earlier is the reader's own application
// that is in the way; without it, the office of Agency is the one to ask.
type HeldView struct {
	ui.Shell
	Text                   string
	Earlier                *Item
	MayCancel              bool // the earlier one
	Agency, Phone, Website string
	Draft                  string // address of what was filled in, which is kept
	Other                  string // address to apply at for another person
}

// SubmittedView says that it was sent, and what happens next.
type SubmittedView struct {
	ui.Shell
	ID, Number, Service, Agency, Email string
	Due                                time.Time // zero: nothing is promised
	Term                               string    // the promise in words
	Correction                         bool
	Case                               string // where whoever sent it follows it
	Another                            string // where an officer at a counter begins the next one; empty for residents
}

// ReceiptView is the tanda terima, for the screen, A4 and the 80 mm printers of counters. QR is a data: address.
type ReceiptView struct {
	ui.Shell
	ID, Number, Service, Agency, Applicant, Term, QR string
	Back                                             string
	Submitted, Due                                   time.Time
	Documents                                        []string // what was handed in
	Places                                           []ui.Row // answers that are places, each with its map
}

// Document is what the city issued.
type Document struct {
	Title, Number, Href, VerifyHref string
	Issued                          time.Time
	Until                           time.Time // zero: without end
	Ended                           string    // revoked, replaced or expired; empty for one that is valid
	RenewHref                       string
}

// tone is good for a document that is valid.
func (d Document) tone() string {
	if d.Ended != "" {
		return "care"
	}
	return "good"
}

// Correction is what an officer asked for.
type Correction struct {
	Message string
	Fields  []Todo // what is to be corrected, each with the address where
}

// DetailView is one application as its applicant sees it.
type DetailView struct {
	ui.Shell
	ID, Number, Service, Agency string
	Status                      ui.Status
	StatusText                  string
	Deadline                    ui.Deadline
	Submitted                   time.Time
	Correction                  *Correction // set while the applicant has to act
	Reason                      string      // of the decision
	Documents                   []Document
	Events                      []ui.Event
	Sections                    []Section
	MayCancel                   bool
	Steps                       []Step // that the workflow leaves to the applicant
	Version                     int    // of the application to which they belong
	Errors                      ui.Errors
	Collect                     string  // where a time to collect it is booked; empty when there is none
	Waits                       []Waits // offices whose answer is waited for, or has come
	Fees                        []Fee
}

// Step is a step that the applicant may take. Reason is nil where no words are asked for; Price says what they will be asked
// to pay by it, on the Basis of which rule, and is empty for nothing.
type Step struct {
	Action, Label string
	Price, Basis  string
	Reason        *ui.Field
}

// Waits is an office that was asked something of an application.
type Waits struct {
	Agency, Ask string
	Due         time.Time
	Answered    bool
}

// Fee is what the applicant is or was asked to pay. Receipt is the address of the paper once it was paid.
type Fee struct {
	Title, Amount, Status, How, Basis string
	Due                               time.Time
	Rest, Receipt                     string   // Rest: how much is paid and how much left, of one that is paid in parts
	Entries                           []string // payments and refunds in words
}

// Visit is a place where the person is signed in.
type Visit struct {
	ID, Agent, IP string
	Seen          time.Time
	Current       bool
}

// AccountView is the person's own account.
type AccountView struct {
	ui.Shell
	Name, Email, Phone string
	Staff              bool // has an authenticator and recovery codes
	Visits             []Visit
	Errors             ui.Errors // of "name", "phone", "present", "password" and "code"
}
