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
	MayAssign, Own               bool        // Own: the reader has it
	Colleagues                   []ui.Option // to whom it can be given
	Officer, Hand                string      // as in CaseView, of the form that was refused
	Outcomes                     []ui.Option
	Inputs                       []ui.Field
	Tried                        bool
	Chosen, Typed                string
}

// at is the address of an act on the task.
func (t Task) at(v CaseView, act string) string {
	return "/petugas/permohonan/" + v.ID + "/tugas/" + t.ID + act + v.From
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
	Receipt, Rest, Kept                   string
	Refunded                              int64 // whole rupiah, which the form of a refund sends back
	Entries                               []FeeEntry
	Due                                   time.Time
	MayRefund, Tried                      bool
	Typed, TypedAmount                    string // into the form of a refund that was refused
}

// FeeEntry is a payment or a refund in words. Proof is the address of the slip.
type FeeEntry struct{ Text, Proof string }

// TasksView lists what an office has been asked by others.
type TasksView struct {
	ui.Shell
	Rows                []TaskRow
	Open                int
	Next                string // address of the next page
	MayClaim, MayAssign bool
	Colleagues          []ui.Option // among whom work is dealt out
}

// TaskRow is one of them.
type TaskRow struct {
	ID                                            string
	Version                                       int
	Href, Number, Service, Ask, AskedBy, Assignee string
	Due                                           time.Time
	Late                                          bool
}

// many reports whether something can be done to several at once.
func (v TasksView) many() bool { return v.MayClaim || v.MayAssign }
