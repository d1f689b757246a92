package editor

import (
	"strings"
	"time"

	"bedelau/internal/city/builder"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
)

// answeredIn are the questions of a form that a condition can be about.
func answeredIn(f form.Form) []form.Field { return builder.Before(f, "", "") }

// placed are the questions of a step or of what an office is asked, whatever comes before which.
func placed(list []form.Field) func(code string) []form.Field {
	return func(string) []form.Field { return form.Page{Fields: list}.Placed() }
}

// when says a condition in the words by which it was chosen, or as the expression that it is.
func when(questions []form.Field, text string, l i18n.Locale) office.When {
	q, op, value, ok := builder.Chosen(questions, text)
	if !ok {
		return office.When{Text: text}
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		value = l.Date(day)
	}
	for _, o := range q.Options {
		if o.Value == value {
			value = o.Label.In(l)
		}
	}
	if l.Has("builder.value." + value) {
		value = l.T("builder.value." + value)
	}
	key := "builder.when." + op
	switch {
	case q.Type == form.Date && l.Has(key+"_day"):
		key += "_day"
	case (q.Type == form.YesNo || q.Type == form.Consent) && l.Has(key+"_said"):
		key += "_said"
	}
	name := q.Title()
	if !strings.Contains(q.Name(), ".") {
		name = q.Label // of the same row, whichever that is
	}
	return office.When{Text: l.T(key, "question", name.In(l), "value", value), Words: true}
}
