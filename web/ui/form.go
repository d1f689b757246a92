package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"bedelau/internal/kernel/i18n"
)

// Field is one question of a form, with what was answered and what is wrong with it.
//
// Type is one of: text, long_text, nik, kk, npwp, nib, nop, phone, email, password, new_password, number, decimal, money,
// code, date, choice, multi_choice, select, yes_no, file, point, consent, info, computed, person, group. An unknown type
// is asked as text. The input is named Name and has the id "f-"+Name, which ErrorBox links to.
type Field struct {
	Name, Type   string
	Of           string // of the form that it is in, where a page has several that may ask the same; part of its id
	Label, Hint  string
	Value        string   // an ISO day for date, "yes" for a given consent
	Typed        []string // of date and point: the parts as they were typed, when they make none
	Values       []string // of multi_choice
	Doubt        string   // what to look at again, where nothing is wrong
	Error        string
	Optional     bool
	Wrap         bool   // of a line that may be longer than its input: it breaks and is seen whole
	Max          int    // characters; 0 is no limit
	Autocomplete string // a token of the HTML standard, such as "email"
	Options      []Option
	Rule         FileRule // of file
	Files        []File   // already uploaded, of file

	Parts []Field    // of person
	Rows  []GroupRow // of group
	Add   string     // of group: address of the POST that adds a row; empty when there may be no more
	AddTo string     // of group: what that button says
	Map   *Map       // of point, and of a group that asks for points; nil draws none

	Off     bool   // not asked now: hidden until a script finds that Show holds
	Show    string // expressions that a script follows; see web/script/form.js
	Need    string
	Compute string
	As      string // of computed: number, money or text
}

// GroupRow is one row of a group. An empty Remove offers no removal.
type GroupRow struct {
	Name, Title string
	Remove      string // address of the POST that takes the row away
	Fields      []Field
}

// Option is one answer to choose from. Options of a select with the same Group stand together under it.
type Option struct{ Value, Label, Hint, Group string }

// groups parts options where their group changes.
func groups(all []Option) [][]Option {
	var out [][]Option
	for i, o := range all {
		if i == 0 || o.Group != all[i-1].Group {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], o)
	}
	return out
}

// FormData are the attributes by which a script follows a form whose questions depend on each other; without any, none.
type FormData struct {
	Names    string // JSON: the types of the answers by name
	Answered string // JSON: names with an answer on other pages
	Today    string
}

// Attributes are those of the form element.
func (d FormData) Attributes() templ.Attributes {
	if d.Names == "" {
		return nil
	}
	return templ.Attributes{"data-names": d.Names, "data-answered": d.Answered, "data-today": d.Today}
}

// FileRule is what may be uploaded. The rule is on the page before a person chooses a file.
type FileRule struct {
	Types    []string // "jpg", "png", "pdf"
	MaxMB    int
	MaxCount int
}

// File is a document that was uploaded. An empty Href is not linked; an empty Remove offers no removal.
type File struct {
	Name     string
	Size     int64
	Href     string
	Remove   string // address of the POST that takes the file away
	Image    bool   // a browser can show it in the page
	Held     bool   // not scanned for malware yet, or Infected, so it cannot be opened
	Infected bool   // malware was found in it
	PDF      bool   // a browser can show it in a frame
}

// FieldError is one refused answer in the reader's words. Label is what the question is called, for the list above the
// form, where the question itself is not in sight. At is the id of its field where that is not "f-" and its name.
type FieldError struct{ Name, Label, Text, At string }

// href leads to the field.
func (e FieldError) href() string {
	if e.At != "" {
		return "#" + e.At
	}
	return "#f-" + e.Name
}

// title is the error as the list above a form says it.
func (e FieldError) title() string {
	if e.Label == "" {
		return e.Text
	}
	return e.Label + ": " + e.Text
}

// Errors are the refused answers of a form in the order of the page.
type Errors []FieldError

// Of returns the error of the field called name, or "".
func (e Errors) Of(name string) string {
	for _, f := range e {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

func (f Field) id() string { return "f-" + f.Of + f.Name }

// Leads lets what was refused lead to the first of the fields that says so, be called as the field is, and stand in the order of the
// fields; what no field says stands last.
func (e Errors) Leads(fields []Field) Errors {
	out := slices.Clone(e)
	at := map[string]int{}
	for i, x := range out {
		at[x.Name] = slices.IndexFunc(fields, func(f Field) bool {
			return f.Error != "" && x.Name != "" && (f.Name == x.Name || f.Of+f.Name == x.Name)
		})
		if k := at[x.Name]; k >= 0 {
			out[i].At, out[i].Label = fields[k].id(), cmp.Or(fields[k].Label, x.Label)
			continue
		}
		at[x.Name] = slices.IndexFunc(fields, func(f Field) bool { return f.Name != "" && strings.HasPrefix(x.Name, f.Name+".") }) // of a row of a group
	}
	slices.SortStableFunc(out, func(a, b FieldError) int { return cmp.Compare(uint(at[a.Name]), uint(at[b.Name])) }) // below zero is far above
	return out
}

// described lists the ids of the hint and the error, which are read out after the label.
func (f Field) described() string {
	var ids []string
	if f.Hint != "" || f.Type == "file" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	if f.Doubt != "" {
		ids = append(ids, f.id()+"-doubt")
	}
	return strings.Join(ids, " ")
}

// inputType is the type of the input element. NIK and KK are digits but not numbers: no spinner, no grouping.
func (f Field) inputType() string {
	switch f.Type {
	case "email", "number":
		return f.Type
	case "phone":
		return "tel"
	case "password", "new_password":
		return "password"
	}
	return "text"
}

func (f Field) inputMode() string {
	switch f.Type {
	case "nik", "kk", "npwp", "nib", "nop", "money", "code":
		return "numeric"
	case "decimal":
		return "decimal"
	}
	return ""
}

func (f Field) autocomplete() string {
	if f.Autocomplete != "" {
		return f.Autocomplete
	}
	switch f.Type {
	case "password":
		return "current-password"
	case "new_password":
		return "new-password"
	case "code":
		return "one-time-code"
	case "email":
		return "email"
	case "phone":
		return "tel"
	}
	return ""
}

// max is where typing stops, or 0. A browser cuts what is pasted without a word, so a long text has no stop and is
// refused by the server instead, and a number leaves room for the spaces it is copied with.
func (f Field) max() int {
	switch {
	case f.Type == "long_text":
		return 0
	case f.Max == 0 && f.digits():
		return 32
	}
	return f.Max
}

func (f Field) width() string {
	switch f.Type {
	case "code":
		return "width-code"
	case "number", "decimal":
		return "width-s"
	case "nik", "kk", "npwp", "nib", "nop", "phone", "money":
		return "width-m"
	}
	return ""
}

// digits reports whether the answer is a long number that is copied from a card.
func (f Field) digits() bool {
	switch f.Type {
	case "nik", "kk", "npwp", "nib", "nop":
		return true
	}
	return false
}

// point is latitude and longitude, as they were typed or as they are kept.
func (f Field) point() [2]string {
	var out [2]string
	if lat, lon, ok := strings.Cut(f.Value, ","); ok {
		return [2]string{lat, lon}
	}
	copy(out[:], f.Typed)
	return out
}

// follows are the attributes of the box around a question that a script shows, demands or works out.
func (f Field) follows() templ.Attributes {
	a := templ.Attributes{"data-field": f.Name}
	for name, text := range map[string]string{"data-show": f.Show, "data-need": f.Need, "data-compute": f.Compute, "data-as": f.As} {
		if text != "" {
			a[name] = text
		}
	}
	return a
}

// choosing reports whether a select begins by asking to choose: not where the first option says what none means.
func (f Field) choosing() bool { return len(f.Options) == 0 || f.Options[0].Value != "" }

// watched reports whether a script follows the question.
func (f Field) watched() bool { return f.Off || f.Show != "" || f.Need != "" || f.Compute != "" }

// tick is how an answer is chosen: one of them, or as many as apply.
func (f Field) tick() string {
	if f.Type == "multi_choice" {
		return "checkbox"
	}
	return "radio"
}

func (f Field) ticked(value string) bool {
	if f.Type == "multi_choice" {
		return slices.Contains(f.Values, value)
	}
	return value == f.Value
}

// parts are the day, month and year of a date, as they were typed or as they are kept.
func (f Field) parts() [3]string {
	var out [3]string
	if t, err := time.Parse(time.DateOnly, f.Value); err == nil {
		return [3]string{t.Format("2"), t.Format("1"), t.Format("2006")}
	}
	if parts := strings.Split(f.Value, "-"); len(f.Typed) == 0 && len(parts) == 3 { // no day of the calendar, such as 31 February
		return [3]string{parts[2], parts[1], parts[0]}
	}
	copy(out[:], f.Typed)
	return out
}

// mostRadios is how many answers are shown at once; more of them fold into a select, which a phone shows as a list.
const mostRadios = 8

func (f Field) asSelect() Field {
	f.Type = "select"
	return f
}

// full reports whether a file field has all the files it may have.
func (f Field) full() bool { return f.Rule.MaxCount > 0 && len(f.Files) >= f.Rule.MaxCount }

// saysRule reports whether the city's own hint already states the size, so that it is not said twice.
func (f Field) saysRule() bool { return strings.Contains(f.Hint, fmt.Sprintf("%d MB", f.Rule.MaxMB)) }

// options are the answers of choice, select and yes_no.
func (f Field) options(l i18n.Locale) []Option {
	if f.Type == "yes_no" && len(f.Options) == 0 {
		return []Option{{Value: "yes", Label: l.T("yes")}, {Value: "no", Label: l.T("no")}}
	}
	return f.Options
}

// Hint says the rule in words: "JPG, PNG atau PDF, paling besar 5 MB".
func (r FileRule) Hint(l i18n.Locale) string {
	types := make([]string, len(r.Types))
	for i, t := range r.Types {
		types[i] = strings.ToUpper(t)
	}
	list := strings.Join(types, ", ")
	if n := len(types); n > 1 {
		list = strings.Join(types[:n-1], ", ") + " " + l.T("or") + " " + types[n-1]
	}
	hint := l.T("file.rule", "types", list, "mb", r.MaxMB)
	if r.MaxCount > 1 {
		hint += " " + l.T("file.rule_count", "n", r.MaxCount)
	}
	return hint
}

// accept narrows what the phone's file chooser offers; the server checks the content.
func (r FileRule) accept() string {
	types := make([]string, len(r.Types))
	for i, t := range r.Types {
		types[i] = "." + t
		if t == "jpg" {
			types[i] = ".jpg,.jpeg"
		}
	}
	return strings.Join(types, ",")
}

// Bytes writes a file's size as people compare it.
func Bytes(l i18n.Locale, n int64) string {
	point := ","
	if l == i18n.EN {
		point = "."
	}
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, n>>10))
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(n)/(1<<20)), ".", point, 1)
}

// lineOnPhone is about how many characters of a line a phone shows.
const lineOnPhone = 28

// wraps reports whether the answer is shown in lines, so that none of it is cut off.
func (f Field) wraps() bool {
	return f.Wrap && (f.Type == "" || f.Type == "text") && utf8.RuneCountInString(f.Value) > lineOnPhone
}

// lines is how many of them a phone needs.
func (f Field) lines() string {
	return strconv.Itoa((utf8.RuneCountInString(f.Value) + lineOnPhone - 1) / lineOnPhone)
}
