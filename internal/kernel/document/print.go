package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// sheetOf fills in a template for printing. at is in the city's zone.
func (t *Template) sheetOf(city tenancy.City, r Request, values map[string]string, at time.Time) (letter, error) {
	const l = i18n.ID
	body, err := t.parts(r, values, at)
	if err != nil {
		return letter{}, err
	}
	office := r.Agency.Name.In(l)
	if s := t.Letterhead.Office.In(l); s != "" {
		office = fillIn(s, values)
	}
	return letter{head: sheet.Of(city, office, t.Letterhead.Address), title: fillIn(t.Title.In(l), values), number: values["document_number"], signature: t.Signature,
		body: body, at: at}, nil
}

// parts are the paragraphs and tables whose condition is met.
func (t *Template) parts(r Request, values map[string]string, at time.Time) ([]part, error) {
	var out []part
	for _, b := range t.Body {
		if b.When != "" {
			met, err := r.meets(b.When, at)
			if err != nil {
				return nil, err
			}
			if !met {
				continue
			}
		}
		if !b.Text.Empty() {
			out = append(out, part{text: fillIn(b.Text.In(i18n.ID), values)})
		}
		var rows [][2]string
		var drawn [][]geo.Point
		for _, x := range b.Table {
			rows = append(rows, x.row(r.Form, values))
			if places := x.places(r, t.Unmasked); len(places) > 0 {
				drawn = append(drawn, places)
			}
		}
		if rows != nil {
			out = append(out, part{rows: rows, drawn: drawn})
		}
	}
	return out, nil
}

func (x Line) row(f *form.Form, values map[string]string) [2]string {
	const l = i18n.ID
	label, value := fillIn(x.Label.In(l), values), fillIn(x.Value.In(l), values)
	if x.Field == "" {
		return [2]string{label, value}
	}
	if label == "" && f != nil {
		fd, _ := f.Field(x.Field)
		label = fd.Label.In(l)
	}
	if value = values[x.Field]; value == "" {
		value = "-"
	}
	return [2]string{label, value}
}

// meets evaluates a condition on the answers; without a form there are none, and nothing is met.
func (r Request) meets(when string, at time.Time) (bool, error) {
	if r.Form == nil {
		return false, nil
	}
	f, wrong := conditional(r.Form, when)
	if wrong != nil {
		return false, fmt.Errorf("document: condition %q: %s", when, wrong.Text)
	}
	return f.Ask(r.Answers, r.Files, form.At{Now: at}).Asks(whenCode), nil
}

// whenCode cannot be the code of a question.
const whenCode = "document:when"

// conditional is a form with a last question that is put exactly where a condition on its answers is met, or what is
// wrong with the condition.
func conditional(f *form.Form, when string) (*form.Form, *form.Fault) {
	last := form.Page{Code: whenCode, Fields: []form.Field{{Code: whenCode, Type: form.Info, ShowIf: when}}}
	with := (&form.Form{Code: f.Code, Version: f.Version, Applicant: f.Applicant, Pages: append(slices.Clone(f.Pages), last)}).Ready()
	place := fmt.Sprintf("pages[%d]", len(f.Pages))
	for _, x := range with.Faults() {
		if strings.HasPrefix(x.Path, place) {
			return nil, &x
		}
	}
	return with, nil
}

// values is what the placeholders of a template stand for: the answers, what is sensitive masked unless whole names it, and
// what the owner of the subject says.
func (r Request) values(whole []string) map[string]string {
	out := map[string]string{}
	for _, name := range BuiltIn() {
		out[name] = ""
	}
	if r.Form != nil {
		maps.Copy(out, r.Form.Shown(r.Answers, i18n.ID, whole...))
	}
	maps.Copy(out, r.Values)
	return out
}
