package application

import (
	"slices"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
)

// Doubts are the warnings about a page, or about every one when page is empty, that are not confirmed.
func (a Application) Doubts(f *form.Form, page string, all []fault.Field) []fault.Field {
	var out []fault.Field
	for _, w := range all {
		if on, _ := f.PageOf(w.Name); page != "" && on != page || a.HasConfirmed(w) {
			continue
		}
		out = append(out, w)
	}
	return out
}

// HasConfirmed reports whether the applicant has confirmed what a warning is about.
func (a Application) HasConfirmed(w fault.Field) bool {
	return slices.ContainsFunc(a.Confirmed, func(c Confirmed) bool { return c.Field == w.Name && c.Code == w.Code })
}

// Doubt drops what was confirmed of answers that have changed.
func (a *Application) Doubt(changed []string) {
	a.Confirmed = slices.DeleteFunc(a.Confirmed, func(c Confirmed) bool { return slices.Contains(changed, c.Field) })
}

// Confirm keeps the doubts that the applicant has seen, and returns those that are left. One about an answer that has just
// changed was seen of the answer before.
func (a *Application) Confirm(doubts, seen []fault.Field, changed []string, at time.Time) (left []fault.Field) {
	for _, w := range doubts {
		known := slices.ContainsFunc(seen, func(x fault.Field) bool { return x.Name == w.Name && x.Code == w.Code })
		if !known || slices.Contains(changed, w.Name) {
			left = append(left, w)
			continue
		}
		a.Confirmed = append(a.Confirmed, Confirmed{Field: w.Name, Code: w.Code, At: at})
	}
	return left
}
