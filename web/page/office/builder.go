package office

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"bedelau/web/ui"
)

// BuilderView is a form as its author works on it. Path is the address of the builder.
type BuilderView struct {
	ui.Shell
	Service, Path string
	Version       int // in force; 0 when there is none
	Base          int // that the draft began from
	Revision      int // 0: nothing is changed
	Last          string
	Changed       string // what somebody else did meanwhile
	Problems      []BuilderProblem
	Errors        ui.Errors
	Pages         []BuilderPage
	Agree         []BuilderAgree
	Lookups       []BuilderLookup
}

// BuilderAgree is others who must agree before an application is sent. What they read is filled in for a preview.
type BuilderAgree struct {
	Code, Label    string
	Condition      When
	People         int
	Declare, Named string
	Shows          []string
}

// BuilderLookup is a register of the state, and the questions that it fills in.
type BuilderLookup struct {
	Kind, Name string
	Set        bool
	Fills      []string
}

// stale reports whether another version came into force after the draft was begun.
func (v BuilderView) stale() bool { return v.Revision > 0 && v.Base != v.Version }

// revision is what every step hands back.
func (v BuilderView) revision() string { return strconv.Itoa(v.Revision) }

// BuilderProblem is one thing that keeps a form from being published. Detail is the compiler's own words.
type BuilderProblem struct{ Href, Place, Text, Detail string }

// BuilderPage is one page of the form.
type BuilderPage struct {
	Code, Title string
	Condition   When
	First, Last bool
	Fields      []BuilderField
}

// BuilderField is one question. Code of one in a group is "saksi.nama".
type BuilderField struct {
	Code, Label, Type   string
	Condition           When
	Required, Sensitive bool
	First, Last         bool
	Group               bool
	Inner               []BuilderField
}

// When is a condition: in words where it was chosen by them, else as its expression.
type When struct {
	Text  string
	Words bool
}

// BuilderEditView is a part of a form or of a workflow in the hand of its author.
type BuilderEditView struct {
	ui.Shell
	Heading, Service string
	Action, Back     string
	Revision         int
	Page, Group      string // where a new question goes
	Changed          string
	ChangedTitle     string
	Sections         []BuilderSection
	Names            []BuilderName
	Errors           ui.Errors
	Follow           ui.FormData
}

func (v BuilderEditView) revision() string { return strconv.Itoa(v.Revision) }

// BuilderSection is a group of inputs. One with a Show is hidden by a script while it does not hold.
type BuilderSection struct {
	Title, Text string
	Fields      []ui.Field
	Show        string // an expression over the inputs
	Off         bool   // it does not hold now
}

// Of keeps the section for one value of the input called name, which is now as given.
func (s BuilderSection) Of(name, value, now string) BuilderSection {
	s.Show, s.Off = name+" == "+strconv.Quote(value), now != value
	return s
}

// follows are the attributes of the box around a section that a script shows.
func (s BuilderSection) follows() templ.Attributes {
	return templ.Attributes{"data-field": "", "data-show": s.Show}
}

// BuilderName is an answer that a condition can name.
type BuilderName struct{ Name, Label, Type string }

// BuilderPreviewView is a page of a form as applicants will see it.
type BuilderPreviewView struct {
	ui.Shell
	Service, Back, Action string
	Pages                 []BuilderTab
	Heading, Hint         string
	Fields                []ui.Field
	Follow                ui.FormData
	Errors                ui.Errors
	Doubts                []string
	Tried, Skipped        bool
	Remarks               []string       // what registers fill in
	Agree                 []BuilderAgree // instead of a page
}

// BuilderTab leads to the preview of one page.
type BuilderTab struct {
	Href, Text string
	Current    bool
}

// MovedAt is where the page of a form or workflow begins after something was moved: act is "up" or "down", and what is
// what the button named, such as "field nib".
func MovedAt(act, what string) string {
	if act == "up" {
		return "naik-" + strings.ReplaceAll(what, " ", "-")
	}
	return "turun-" + strings.ReplaceAll(what, " ", "-")
}

// upID and downID are what MovedAt leads to. What was moved down to the end has its up button at hand, and what was moved
// up to the beginning its down button; a button that cannot be pressed is never where a page begins.
func upID(what string, last bool) string {
	if last {
		return MovedAt("down", what)
	}
	return MovedAt("up", what)
}

func downID(what string, first bool) string {
	if first {
		return MovedAt("up", what)
	}
	return MovedAt("down", what)
}
