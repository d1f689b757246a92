// Package bill is the pages about money between a city and the BUMD: a city's own bills, and the BUMD's console.
//
// Every page is a title and sections: figures that lead to their lists, answers, tables with a way from each number to what
// it was computed from, a chart with its table, and forms. All of them work without a script.
package bill

import (
	"slices"

	"bedelau/web/ui"
)

// View is a page. Back is the address of the page above it, empty when there is none.
type View struct {
	ui.Shell
	Back, Heading, Lead string
	Mark                ui.Mark   // how it stands, in words
	Links               []ui.Link // what can be started or opened from here
	Errors              ui.Errors
	Sections            []Section
	Notes               []string // what the numbers are and are not
}

// shell is the frame, whose title says so when the page was answered with errors.
func (v View) shell() ui.Shell {
	v.ErrorTitle = v.ErrorTitle || len(v.Errors) > 0
	return v.Shell
}

// apart gives what several forms of the page ask by the same name an id of its own in each, so that a label belongs to its own field, and lets
// each error lead to the field that was refused.
func (v View) apart() View {
	times := map[string]int{}
	for _, s := range v.Sections {
		forms := s.Forms
		if s.More != nil {
			forms = slices.Concat(forms, s.More.Forms)
		}
		for _, f := range forms {
			for _, x := range f.Fields {
				times[x.Of+x.Name]++
			}
		}
		if s.Filter != nil {
			for _, x := range s.Filter.Fields {
				times[x.Name]++
			}
		}
	}
	var all []ui.Field
	v.Sections = slices.Clone(v.Sections)
	own := func(forms []Form) []Form {
		forms = slices.Clone(forms)
		for k := range forms {
			fields := slices.Clone(forms[k].Fields)
			for n, x := range fields {
				if x.Of == "" && times[x.Name] > 1 {
					fields[n].Of = forms[k].ID
				}
			}
			forms[k].Fields = fields
			all = append(all, fields...)
			for _, x := range fields {
				for _, row := range x.Rows {
					for _, y := range row.Fields {
						y.Label = row.Title + ", " + y.Label
						all = append(all, y)
					}
				}
			}
		}
		return forms
	}
	for i := range v.Sections {
		s := &v.Sections[i]
		if s.More != nil {
			more := *s.More
			more.Forms = own(more.Forms)
			s.More = &more
		}
		s.Forms = own(s.Forms)
	}
	v.Errors = v.Errors.Leads(all)
	return v
}

// Section is one part of a page; what is empty in it is not shown. ID is its anchor.
type Section struct {
	ID, Title, Text string
	Quiet           bool // its title is read out and not seen
	Note            Note
	Figures         []Figure
	Rows            []ui.Row
	Filter          *Form // that narrows the table down
	Table           *Table
	Empty           *Empty // instead of a table
	More            *More  // of the table
	Events          []ui.Event
	QR              string // an address as a picture, which QRText says in words
	QRText          string
	Chart           *ui.Chart
	Map             *ui.Map
	Net             *ui.NetMap
	Photos          []ui.Photo
	Forms           []Form
	Links           []ui.Link
	Previous, Next  string // pages of the table
}

// More is what of a section is folded away until somebody asks for it, with what can be done about that; on paper it is open.
type More struct {
	Title  string
	Tables []Table
	Forms  []Form
}

// refused reports whether something in one of its forms has to be looked at again.
func (m More) refused() bool { return slices.ContainsFunc(m.Forms, Form.refused) }

// Note is a remark that stands out.
type Note struct{ Tone, Text string }

// Empty says that a list holds nothing, and what to do about it.
type Empty struct{ Icon, Title, Text string }

// Figure is one number, what it counts and how exactly, and where the things that it counts are.
type Figure struct{ Value, Label, Meaning, Href string }

// Table is a list. The first cell of a row names it.
type Table struct {
	Title   string
	Columns []Column
	Rows    []Line
	Foot    []Cell
	Dense   bool
}

// Column is the head of a column; End sets numbers to the right.
type Column struct {
	Label string
	End   bool
}

// Line is a row. Pick is what its box sends, when the table stands in a form.
type Line struct {
	Cells []Cell
	Pick  string
}

// Cell is one place of a table.
type Cell struct {
	Text, Small, Href string
	Code              string // by which programs and files name it, in no language
	Mark              ui.Mark
	Whole             bool // a number that is read aloud, not broken over two lines
}

// Form is a question with its button. One that only asks has Get. Boxes is a table of which rows are chosen.
type Form struct {
	ID, Title, Text, Action string
	Get                     bool
	Hidden                  []ui.Option
	Fields                  []ui.Field
	Boxes                   *Table
	Submit                  string
	Second                  *Button // another way to send it
	Plain                   bool    // without a frame, such as a button alone
	Folded                  bool    // opened by who needs it
	Bad                     bool    // takes something back
	Upload                  bool    // carries a file
}

// Button sends a form to another end.
type Button struct{ Name, Value, Label string }

// BoxName is what the boxes of a form's table send.
const BoxName = "pilih"

// refused reports whether something in the form has to be looked at again.
func (f Form) refused() bool {
	for _, x := range f.Fields {
		if x.Error != "" {
			return true
		}
	}
	return false
}

// pressed reports whether a field has buttons of its own, which come before the one that sends the form.
func (f Form) pressed() bool {
	return slices.ContainsFunc(f.Fields, func(x ui.Field) bool { return len(x.Rows) > 0 || x.Add != "" || x.Map != nil })
}

func (f Form) encoding() string {
	if f.Upload {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

func (f Form) method() string {
	if f.Get {
		return "get"
	}
	return "post"
}
