package office

import (
	"time"

	"bedelau/web/ui"
)

// Task is what one office was asked of an application. Status is "open", "answered" or "withdrawn". Tried is the one whose
// form was refused, with what was Chosen and Typed.
type Task struct {
	ID, Agency, Ask, Status      string
	Outcome, Words, By, Assignee string
	Refused, Late, Held          bool
	Due, Closed                  time.Time
	Version                      int
	MayAnswer, MayClaim          bool
	MayTakeOver, MayRelease      bool
	Outcomes                     []ui.Option
	Inputs                       []ui.Field
	Tried                        bool
	Chosen, Typed                string
}

// tone is the colour of what became of it.
func (t Task) tone() string {
	switch {
	case t.Status == "withdrawn":
		return ""
	case t.Status == "answered" && t.Refused, t.Late:
		return "bad"
	case t.Status == "answered":
		return "good"
	}
	return "care"
}

// withFiles reports whether some input takes a file, so that its form must be sent in parts.
func withFiles(all []ui.Field) bool {
	for _, f := range all {
		if f.Type == "file" {
			return true
		}
	}
	return false
}

func encoding(all []ui.Field) string {
	if withFiles(all) {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// Fee is what the applicant is or was asked to pay. Status is "due", "dropped", "paid" or "refunded".
type Fee struct {
	ID, Title, Amount, Status, How, Basis string
	Reference, By, PaidOn, Words, Receipt string
	Due, Refunded                         time.Time
	MayRefund, Tried                      bool
	Typed                                 string
}

// TasksView lists what an office has been asked by others.
type TasksView struct {
	ui.Shell
	Rows []TaskRow
	Open int
	Next string // address of the next page
}

// TaskRow is one of them.
type TaskRow struct {
	Href, Number, Service, Ask, AskedBy, Assignee string
	Due                                           time.Time
	Late                                          bool
}
