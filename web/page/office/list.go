package office

import (
	"net/url"
	"slices"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// QueueView is a page of an office's work, most urgent first.
type QueueView struct {
	ui.Shell
	Agency    string // whose queue it is
	Tab       string // code of the view shown; empty while searching
	Hint      string // what else is to be known about the view
	Search    string
	Tabs      []Tab
	Rows      []Row
	Total     int    // in all pages of the list
	TotalHere int    // of them, those that are worked on here
	First     string // address of the first page, when this is another
	Next      string // address of the next page
	Here      string // address of this page
	From      string // query that tells a case where it was opened from
	Now       time.Time
	More      bool // a search found more than it shows
	Months    int  // how far back it looked, of Spans
	Spans     []ui.Option
	Searched  string   // where it looked
	Limited   []string // why the list may be empty: the areas to which its reader is limited
	Errors    ui.Errors

	Filter     FilterForm
	Query      url.Values // the filter as it stands in an address
	Saved      []Saved
	SaveName   string // as it was typed, when it was refused
	SaveShared bool   // as it was ticked
	Saving     bool   // so that its form stays open
	MayShare   bool
	Asked      string // how many requests of other offices wait; empty for none
	MayExport  bool
	MayClaim   bool
	MayAssign  bool
	Colleagues []ui.Option // among whom work is dealt out
}

// FilterForm is what a list can be narrowed down by, and what is chosen.
type FilterForm struct {
	Open, Active bool
	View, Clear  string
	Said         []string // what is chosen, in words
	Fields       []ui.Field
	Late         bool
	StepLate     bool // past the time of its state
	Days         []DaySpan
}

// DaySpan asks for the days from one to another.
type DaySpan struct{ Label, From, To, FromDay, ToDay string }

// Saved is a filter with a name.
type Saved struct {
	ID, Name, Href             string
	Current, Shared, MayForget bool
}

// noneKey names the sentence for a view that holds nothing, for a filter that leaves nothing of it, and for a search
// that found nothing.
func (v QueueView) noneKey() string {
	switch {
	case v.Search != "":
		return "queue.none.search"
	case v.Filter.Active:
		return "queue.none.filter"
	}
	return "queue.none." + v.Tab
}

// many reports whether something can be done to several at once.
func (v QueueView) many() bool {
	return v.Tab != "done" && v.Search == "" && v.TotalHere > 0 && (v.MayClaim || v.MayAssign)
}

// hiddenFilter is the filter as the fields of a form.
func (v QueueView) hiddenFilter() [][2]string {
	var out [][2]string
	for name, values := range v.Query {
		out = append(out, [2]string{name, values[0]})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

func (v QueueView) export(kind string) string {
	return "/petugas/antrean/unduh." + kind + "?" + v.Query.Encode()
}

// total says how many there are, and how many of them in the agencies' apps.
func (v QueueView) total() string {
	if apps := v.Total - v.TotalHere; apps > 0 {
		return v.L.T("queue.total_apps", "n", v.Total, "apps", apps)
	}
	return v.L.T("queue.total", "n", v.Total)
}

// BulkView is what is to be done to many applications or tasks, or what became of each.
type BulkView struct {
	ui.Shell
	Back, From string
	Post, What string // where the step that is chosen goes, and under which name
	Items      []BulkItem
	Beyond     int          // how many the filter has, when that is more than can be acted on at once
	Key        string       // of this form: sent again, it is the same batch
	AtMost     bool         // the counts of Actions are upper bounds
	AskSure    bool         // so many that the officer says that the number is meant
	Actions    []BulkAction // that can be taken of at least one
	Action     string       // that was chosen, with what was typed
	Reason     string
	Errors     ui.Errors
	Done       bool
	Succeeded  int
	Results    []BulkResult
}

// listedMost bounds the applications that the form names; it counts the rest.
const listedMost = 100

func (v BulkView) listed() []BulkItem { return v.Items[:min(len(v.Items), listedMost)] }

// of says of how many a step can be taken.
func (v BulkView) of(a BulkAction) string {
	key := "bulk.of"
	if v.AtMost {
		key = "bulk.at_most"
	}
	return v.L.T(key, "n", a.Count, "all", len(v.Items))
}

func (v BulkView) others() int { return max(len(v.Items)-listedMost, 0) }

// BulkItem is one application or task that was ticked; Value names it and the version that was seen, Who its applicant.
type BulkItem struct{ Value, Number, Service, Who string }

// BulkAction is a step with the number of applications of which it can be taken.
type BulkAction struct {
	Action
	Names i18n.Text // in every language
	Count int
}

// BulkResult is what became of one. Text says why nothing did.
type BulkResult struct {
	ID, Href, Number, Service, Text string
	OK                              bool
}

// failed are the results to look at, before those that went well.
func (v BulkView) failed() []BulkResult { return v.results(false) }

func (v BulkView) results(ok bool) []BulkResult {
	var out []BulkResult
	for _, r := range v.Results {
		if r.OK == ok {
			out = append(out, r)
		}
	}
	return out
}

// WorkloadView is how the work of an office is spread.
type WorkloadView struct {
	ui.Shell
	Agency   string // code, when one of several was chosen
	Agencies []ui.Option
	Rows     []Load
	Areas    []Load     // by district, of native work alone
	Steps    []StepTime // of the agency, where its workflows give it time by the state; the slowest first
	Days     int        // that Steps looks back
	Choose   bool       // Steps are of one agency, and none is chosen
}

// StepTime is how long applications of a service stood in a state. Usual is the middle one; Kept is empty where the
// office gives itself no time in the state.
type StepTime struct {
	Service, State, Usual, Longest, Kept string
	N                                    int
	Slow                                 bool // less than half were within the time
}

// Load is how much one officer has, what nobody has, what the agencies' apps have, or what lies in one district.
type Load struct {
	Name                            string
	Nobody, Apps                    bool
	Open, Late, Week, Waiting, Done Figure
	Unassigned                      Figure // of a district
}

// Figure is a number with the list that it counts.
type Figure struct {
	N    int
	Href string
}

// keyHelp is what each key does; web/script/desk.js does it.
var keyHelp = []struct{ key, text string }{
	{"j", "keys.j"}, {"k", "keys.k"}, {"o", "keys.o"}, {"/", "keys.search"}, {"n", "keys.n"}, {"c", "keys.c"}, {"?", "keys.help"},
}
