package office

import (
	"strconv"

	"bedelau/web/ui"
)

// WorkflowView is a workflow as its author works on it. Path is the address of its pages.
type WorkflowView struct {
	ui.Shell
	Service, Path, Simulation string
	Shared                    []string // other services that are dealt with by it
	Version                   int      // in force; 0 when there is none
	Base                      int      // that the draft began from
	Revision                  int      // 0: nothing is changed
	Last, Changed             string
	Problems                  []BuilderProblem
	Paces                     []string // promises that the times of the states exceed
	Errors                    ui.Errors
	Picture                   *ui.Diagram // nil while there is nothing to draw
	States                    []WorkflowState
	Loose                     []WorkflowAction // which lead from no state
	Reminders, Levels         []WorkflowLine
}

func (v WorkflowView) stale() bool { return v.Revision > 0 && v.Base != v.Version }

func (v WorkflowView) revision() string { return strconv.Itoa(v.Revision) }

// WorkflowState is one state, with what can be done in it.
type WorkflowState struct {
	Code, Label, Public, Stage, Clock, Fee string
	Within                                 string // the time that the office gives itself here
	Start, Final, First, Last              bool
	Branches                               []WorkflowBranch
	Actions                                []WorkflowAction
}

// WorkflowBranch is what one office is asked.
type WorkflowBranch struct {
	Code, Label string
	Facts       []string
	Asks        []BuilderField // of who answers
}

// WorkflowAction is a step out of a state. ID is its anchor, where it is first named, and where its questions and letters
// are; First and Last are among all steps. An Officer's can ask.
type WorkflowAction struct {
	Code, ID, Label, Who, To, ToHref string
	Facts                            []string
	First, Last, Officer             bool
	Asks                             []BuilderField
	Letters                          []WorkflowLine
}

func (a WorkflowAction) extras() int { return len(a.Asks) + len(a.Letters) }

// WorkflowLine is a reminder or a level of escalation, by its number from 1.
type WorkflowLine struct {
	N    int
	Text string
}

// DefinitionTextView is a form or a workflow as text.
type DefinitionTextView struct {
	ui.Shell
	Service, Path, Lead   string
	Revision              int
	Changed, ChangedTitle string
	Errors                ui.Errors
	Problems              []BuilderProblem
	Field                 ui.Field
}

func (v DefinitionTextView) revision() string { return strconv.Itoa(v.Revision) }
