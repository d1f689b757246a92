package ui

import (
	"fmt"
	"strings"
	"time"

	"bedelau/internal/kernel/i18n"
)

// Field is one question of a form, with what was answered and what is wrong with it.
//
// Type is one of: text, long_text, nik, kk, phone, email, password, new_password, number, code, date, choice, select,
// yes_no, file, consent, info. An unknown type is asked as text. The input is named Name and has the id "f-"+Name,
// which ErrorBox links to.
type Field struct {
	Name, Type   string
	Label, Hint  string
	Value        string   // an ISO day for date, "yes" for a given consent
	Typed        []string // of date: day, month, year as they were typed, when they make no day
	Error        string
	Optional     bool
	Max          int    // characters; 0 is no limit
	Autocomplete string // a token of the HTML standard, such as "email"
	Options      []Option
	Rule         FileRule // of file
	Files        []File   // already uploaded, of file
}

// Option is one answer to choose from.
type Option struct{ Value, Label, Hint string }

// FileRule is what may be uploaded. The rule is on the page before a person chooses a file.
type FileRule struct {
	Types    []string // "jpg", "png", "pdf"
	MaxMB    int
	MaxCount int
}

// File is a document that was uploaded. An empty Href is not linked; an empty Remove offers no removal.
type File struct {
	Name   string
	Size   int64
	Href   string
	Remove string // address of the POST that takes the file away
	Image  bool   // a browser can show it in the page
}

// FieldError is one refused answer in the reader's words. Label is what the question is called, for the list above the
// form, where the question itself is not in sight.
type FieldError struct{ Name, Label, Text string }

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

func (f Field) id() string { return "f-" + f.Name }

// described lists the ids of the hint and the error, which are read out after the label.
func (f Field) described() string {
	var ids []string
	if f.Hint != "" || f.Type == "file" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
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
	case "nik", "kk", "code":
		return "numeric"
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
	case f.Max == 0 && (f.Type == "nik" || f.Type == "kk"):
		return 24
	}
	return f.Max
}

func (f Field) width() string {
	switch f.Type {
	case "code":
		return "width-code"
	case "number":
		return "width-s"
	case "nik", "kk", "phone":
		return "width-m"
	}
	return ""
}

// parts are the day, month and year of a date, as they were typed or as they are kept.
func (f Field) parts() [3]string {
	var out [3]string
	if t, err := time.Parse(time.DateOnly, f.Value); err == nil {
		return [3]string{t.Format("2"), t.Format("1"), t.Format("2006")}
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
		return []Option{{"yes", l.T("yes"), ""}, {"no", l.T("no"), ""}}
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
