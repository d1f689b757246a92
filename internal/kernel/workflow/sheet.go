package workflow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
)

// Sheet is everything that is answered about a case, as one form: the applicant's pages, then what each branch and each
// action asks of the office, in the order of the workflow. A condition of an action may name any of it; those of an
// office's field what comes before. The outcome of a branch has the branch's code.
type Sheet struct {
	form   *form.Form
	from   []string    // the place in the workflow of each page; empty for the applicant's
	before map[int]int // how many fields of a page stand before those that its author wrote
	words  []string    // the codes of what the office answers
	rates  []form.Rate // amounts of tariffs that what is asked of the office names, at their places in the workflow
}

// Sheet puts a workflow's questions behind the applicant's form.
func (w *Workflow) Sheet(applicant *form.Form) *Sheet {
	s := &Sheet{form: &form.Form{Code: applicant.Code + "+" + w.Code, Version: 1, Pages: append([]form.Page{}, applicant.Pages...)}}
	s.from, s.before = make([]string, len(s.form.Pages)), map[int]int{}
	for i, state := range w.States {
		for j, b := range state.Branches {
			s.before[len(s.from)] = 1
			s.add(fmt.Sprintf("states[%d].branches[%d]", i, j), BranchPage(b.Code), b.Label, "", b.fields())
		}
	}
	for i, a := range w.Actions {
		if asks := a.asks(); len(asks) > 0 {
			s.before[len(s.from)] = len(asks) - len(a.Fields)
			s.add(fmt.Sprintf("actions[%d]", i), ActionPage(a.Code), a.Label, "", asks)
		}
	}
	for i, a := range w.Actions {
		s.condition(i, ifKey, a.Code, a.If)
		s.condition(i, whenKey, a.Code, a.When)
	}
	s.form.Ready()
	for _, r := range s.form.Rates() {
		if path, ok := s.place(r.Path); ok {
			s.rates = append(s.rates, form.Rate{Path: path, Table: r.Table, Row: r.Row})
		}
	}
	return s
}

// Rates lists the amounts of tariffs that the workflow's own questions and conditions name, each once, where it deals with
// what these forms ask.
func (w *Workflow) Rates(forms []form.Form) []form.Rate {
	var out []form.Rate
	for _, f := range append([]form.Form{{}}, forms...) {
		for _, r := range w.Sheet(&f).rates {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// RateTables lists the tariffs whose amounts are named by what is asked of the office, each once.
func (s *Sheet) RateTables() []string {
	var out []string
	for _, r := range s.rates {
		if !slices.Contains(out, r.Table) {
			out = append(out, r.Table)
		}
	}
	return out
}

const (
	actKey  = "act:"
	askKey  = "ask:"
	ifKey   = "if:"
	whenKey = "when:"
)

// ActionPage is the code of the page with what an action asks; no applicant's page can have it.
func ActionPage(action string) string { return actKey + action }

// BranchPage is the code of the page with what a branch asks.
func BranchPage(branch string) string { return askKey + branch }

func (s *Sheet) add(from, code string, title i18n.Text, showIf string, fields []form.Field) {
	s.form.Pages = append(s.form.Pages, form.Page{Code: code, Title: title, ShowIf: showIf, Fields: fields})
	s.from = append(s.from, from)
	for _, f := range fields {
		if f.Answered() {
			s.words = append(s.words, f.Code)
		}
	}
}

// condition adds a page that is shown while a condition of an action holds.
func (s *Sheet) condition(i int, key, action, text string) {
	if text != "" {
		mark := []form.Field{{Code: key + action, Type: form.Info}}
		s.add(fmt.Sprintf("actions[%d].%s", i, strings.TrimSuffix(key, ":")), key+action, nil, text, mark)
	}
}

// fields are what an office answers: the outcome, then what the workflow asks besides.
func (b Branch) fields() []form.Field {
	outcome := form.Field{Code: b.Code, Type: form.Choice, Label: b.Label, Required: true}
	for _, o := range b.Outcomes {
		outcome.Options = append(outcome.Options, form.Option{Value: o.Code, Label: o.Label})
	}
	return append([]form.Field{outcome}, b.Fields...)
}

// Plain reports whether the workflow asks nothing of the office and has no condition.
func (s *Sheet) Plain() bool { return len(s.from) == 0 || s.from[len(s.from)-1] == "" }

// Field returns the field of this code, the applicant's or the office's.
func (s *Sheet) Field(code string) (form.Field, bool) { return s.form.Field(code) }

// Form is the sheet as one form, whose pages of the office have the codes ActionPage and BranchPage; do not change it.
func (s *Sheet) Form() *form.Form { return s.form }

// Office returns the pages that the office answers.
func (s *Sheet) Office() []form.Page {
	var out []form.Page
	for _, p := range s.form.Pages {
		if strings.HasPrefix(p.Code, actKey) || strings.HasPrefix(p.Code, askKey) {
			out = append(out, p)
		}
	}
	return out
}

// Standing is what the answers so far make of a sheet.
type Standing struct{ asked form.Asked }

// Stand judges the sheet by what is known of a case: its answers and the numbers of its files by field.
func (s *Sheet) Stand(answers form.Answers, files map[string]int, at form.At) Standing {
	return Standing{s.form.Ask(answers, files, at)}
}

// Holds reports whether the condition under which an action is offered holds; without one it does.
func (st Standing) Holds(a Action) bool { return a.If == "" || st.asked.Asks(ifKey+a.Code) }

// Entered reports whether an action is to be taken as soon as its state is entered.
func (st Standing) Entered(a Action) bool {
	return a.trigger() == onEntry && st.Holds(a) && st.asked.Asks(whenKey+a.Code)
}

// Page returns what a page of the office asks now; false when it asks nothing.
func (st Standing) Page(code string) (form.Page, bool) {
	for _, p := range st.asked.Pages {
		if p.Code == code {
			return p, true
		}
	}
	return form.Page{}, false
}

// Computed is what a field that is worked out comes to, in the spelling in which answers are kept; empty while it cannot be.
func (st Standing) Computed(field string) string { return st.asked.Computed.Get(field) }

// Required reports whether a field must be answered now.
func (st Standing) Required(field string) bool { return st.asked.Required[field] }

// Read takes what an officer typed on a page of the sheet, beside the answers and files that are known; files counts
// also what comes with it. It returns the answers in their one spelling and what is wrong with them.
func (s *Sheet) Read(page string, typed map[string][]string, known form.Answers, files map[string]int, at form.At) (form.Answers, []fault.Field) {
	p, ok := s.form.Page(page)
	if !ok {
		p = form.Page{Code: page}
	}
	c := form.NewChecker(s.form, at)
	out := c.Page(p, typed, known, files)
	all := form.Answers{}
	for _, from := range []form.Answers{known, out} {
		for code, v := range from {
			all[code] = v
		}
	}
	st := s.Stand(all, files, at)
	for _, f := range p.Fields {
		if f.Type == form.File && files[f.Code] == 0 && st.Required(f.Code) {
			c.Errors = append(c.Errors, fault.Field{Name: f.Code, Code: "file_required"})
		}
	}
	return out, c.Errors
}

// faults returns what is wrong with the sheet's expressions, at their places in the workflow; those of the applicant's
// form are the form's own.
func (s *Sheet) faults() []form.Fault {
	var out []form.Fault
	for _, f := range s.form.Faults() {
		if path, ok := s.place(f.Path); ok {
			f.Path = path
			out = append(out, f)
		}
	}
	return out
}

// place is a path of the sheet's form as one of the workflow; false for what the applicant is asked.
func (s *Sheet) place(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "pages[")
	number, rest, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	if !ok || err != nil || i >= len(s.from) || s.from[i] == "" {
		return "", false
	}
	if rest = shift(rest, s.before[i]); strings.Contains(rest, "fields[") {
		return s.from[i] + rest, true
	}
	return s.from[i] + strings.TrimSuffix(rest, ".show_if"), true
}

// shift counts the fields of a path without the first n, which no author wrote.
func shift(path string, n int) string {
	head, rest, ok := strings.Cut(path, "fields[")
	number, tail, _ := strings.Cut(rest, "]")
	at, err := strconv.Atoi(number)
	if !ok || err != nil {
		return path
	}
	return fmt.Sprintf("%sfields[%d]%s", head, at-n, tail)
}
