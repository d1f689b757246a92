// Package problem is the page shown instead of the one that was asked for: what happened, in words, and what to do.
package problem

import (
	"net/http"

	"bedelau/web/ui"
)

// View is a refusal for a person to read. Text is the sentence of the fault; Request goes into a complaint, so that
// somebody can find the line in the log.
type View struct {
	ui.Shell
	Status  int
	Text    string
	Request string
	SignIn  string  // address to sign in at, when that would help
	Back    string  // address to go back to; empty means the front page
	Desk    ui.Link // where staff go on working; empty for everyone else
	Case    bool    // an application that staff asked for, which is not their agency's or does not exist
}

// Heading is the title for a status; every status without one of its own is our fault or the visitor's.
func (v View) Heading() string {
	switch v.Status {
	case http.StatusNotFound:
		if v.Case {
			return v.L.T("problem.no_case")
		}
		return v.L.T("problem.not_found")
	case http.StatusForbidden:
		return v.L.T("problem.forbidden")
	case http.StatusUnauthorized:
		return v.L.T("problem.sign_in")
	case http.StatusConflict:
		return v.L.T("problem.conflict")
	case http.StatusGone:
		return v.L.T("problem.gone")
	case http.StatusRequestEntityTooLarge:
		return v.L.T("problem.too_large")
	case http.StatusTooManyRequests:
		return v.L.T("problem.too_many")
	case http.StatusServiceUnavailable:
		return v.L.T("problem.unavailable")
	}
	if v.Status >= http.StatusInternalServerError {
		return v.L.T("problem.internal")
	}
	return v.L.T("problem.refused")
}

// advice is what the reader can do now, where the sentence of the fault does not say so itself.
func (v View) advice() string {
	switch {
	case v.Status >= http.StatusInternalServerError:
		return v.L.T("problem.advice_saved")
	case v.Case:
		return v.L.T("problem.advice_case")
	case v.Status == http.StatusForbidden && v.Desk.Href != "":
		return v.L.T("problem.advice_admin")
	case v.Status == http.StatusForbidden:
		return v.L.T("problem.advice_other")
	}
	return ""
}

func (v View) icon() string {
	switch {
	case v.Status == http.StatusNotFound:
		return "file-off"
	case v.Status == http.StatusForbidden || v.Status == http.StatusUnauthorized:
		return "lock"
	case v.Status == http.StatusTooManyRequests:
		return "hourglass"
	case v.Status >= http.StatusInternalServerError:
		return "server-off"
	}
	return "alert-circle"
}

func (v View) back() string {
	if v.Back == "" {
		return "/"
	}
	return v.Back
}
