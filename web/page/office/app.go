package office

import (
	"time"

	"bedelau/web/ui"
)

// AppRow is one agency's app in the list.
type AppRow struct {
	ID, Name, Agency string
	Services         int
	Closed           bool
}

// RegisterRow is a register of the state that the city asks. Answered and Failed are zero when there was none lately.
type RegisterRow struct {
	Kind, Name              string
	Active                  bool
	Since, Answered, Failed time.Time
}

// AppsView lists the agencies' own apps, and the registers that the operator has connected. Agencies are those for which another can be registered.
type AppsView struct {
	ui.Shell
	Rows      []AppRow
	Agencies  []ui.Option
	Chosen    string
	Errors    ui.Errors // of "dinas"
	Registers []RegisterRow
}

// AppForm is what an administrator says of an app. Services are those of its agency; Hosts one a line. Errors are of
// "name", "source", "contact", "services" and "hosts".
type AppForm struct {
	Name, Source, Contact, Hosts string
	Services                     []Tick
	Errors                       ui.Errors
}

// NewAppView asks what is to be said of a new app of one agency.
type NewAppView struct {
	ui.Shell
	Agency, AgencyName string
	AppForm
}

// AppKey is a key of an app without its secret. Works is false for one that has ended.
type AppKey struct {
	ID, Prefix       string
	Made, Ends, Used time.Time
	Works            bool
}

// AppDelivery is what became of one request of an app. Refusals say which event and why, each in one line.
type AppDelivery struct {
	At                            time.Time
	Mode                          string
	Accepted, Duplicates, Refused int
	Refusals                      []string
}

// AppView is one app: what is said of it, its keys, its latest requests, and a help for its makers. Secret is of a key
// that was just made, shown this once. Tried is what was said of the event in Trial.
type AppView struct {
	ui.Shell
	ID, AgencyName, AppSource string
	Closed                    bool
	Form                      AppForm
	Keys                      []AppKey
	Ages                      []ui.Option
	Secret                    string
	Deliveries                []AppDelivery
	Trial                     string
	Tried                     []string
	TriedGood                 bool
	Type, Example             string
	KeyErrors, TrialErrors    ui.Errors
}

func (v AppView) errors() ui.Errors {
	return append(append(append(ui.Errors{}, v.Form.Errors...), v.KeyErrors...), v.TrialErrors...)
}

func (v AppView) at(act string) string { return "/kelola/aplikasi/" + v.ID + act }

// OtherView is one application in an agency's app: where it stands, what the app has told of it, the latest first, and
// its page there.
type OtherView struct {
	ui.Shell
	Back, Before, After                        string
	Reference, Service, App, Agency, Applicant string
	Status                                     ui.Status
	Label                                      string // the app's own words for where it stands
	Deadline                                   ui.Deadline
	URL, Document                              string // in the app, or empty
	First, Due, Heard                          time.Time
	Events                                     []ui.Event
}

// facts are what is known of it besides where it stands.
func (v OtherView) facts() []ui.Row {
	due := ui.Row{Label: v.L.T("queue.deadline"), Missing: v.L.T("other.no_due")}
	if !v.Due.IsZero() {
		due = ui.Row{Label: v.L.T("queue.deadline"), Value: v.L.DateTime(v.Due)}
	}
	return []ui.Row{
		{Label: v.L.T("other.app"), Value: v.App},
		{Label: v.L.T("queue.filter.agency"), Value: v.Agency},
		due,
		{Label: v.L.T("queue.submitted"), Value: v.L.DateTime(v.First)},
		{Label: v.L.T("other.heard"), Value: v.L.DateTime(v.Heard)},
	}
}

// lately is a moment, or that there was none in the days that are looked through.
func lately(s ui.Shell, at time.Time) string {
	if at.IsZero() {
		return s.L.T("registers.never")
	}
	return s.L.DateTime(at)
}
