// Package workflow says how a case is dealt with, as data: the states in which it can stand, the actions that lead from
// one to another, and who may take them. A case is whatever is carried by steps to an end within a promised time, such
// as a resident's application or an order; it keeps the version of the workflow that it was started with.
//
// A city's pack or its administrator writes a workflow; Check refuses one in which a case could get stuck.
package workflow

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
)

// Who may take an action.
const (
	ByOfficer   = "officer"
	ByApplicant = "applicant"
	BySystem    = "system" // taken by itself when a document has been issued
)

// What an action asks for in words.
const (
	ReasonNone     = "none"
	ReasonOptional = "optional"
	ReasonRequired = "required"
)

// Workflow is one version of how a case is dealt with.
type Workflow struct {
	Code       string       `json:"code" yaml:"code"`
	Version    int          `json:"version" yaml:"version"`
	Start      string       `json:"start" yaml:"start"` // the state of a submitted case
	States     []State      `json:"states" yaml:"states"`
	Actions    []Action     `json:"actions" yaml:"actions"`
	Escalation []Escalation `json:"escalation,omitempty" yaml:"escalation"`
}

// State is where a workflow can stand.
type State struct {
	Code   string    `json:"code" yaml:"code"`
	Label  i18n.Text `json:"label" yaml:"label"`
	Public i18n.Text `json:"public" yaml:"public"` // what it means to the applicant
	Stage  Stage     `json:"stage" yaml:"stage"`
	Clock  Clock     `json:"clock" yaml:"clock"`
	Final  bool      `json:"final" yaml:"final"`
}

// Action leads from any of its states to one.
type Action struct {
	Code       string            `json:"code" yaml:"code"`
	Label      i18n.Text         `json:"label" yaml:"label"`
	From       []string          `json:"from" yaml:"from"`
	To         string            `json:"to" yaml:"to"`
	Actor      string            `json:"actor" yaml:"actor"`
	Permission access.Permission `json:"permission,omitempty" yaml:"permission"` // of officers
	Reason     string            `json:"reason" yaml:"reason"`
	Issues     bool              `json:"issues,omitempty" yaml:"issues"`   // the service's document is made
	Message    i18n.Text         `json:"message,omitempty" yaml:"message"` // to the applicant
}

// Escalation says who is told when a case stays too long. After is "due", the end of the promised time.
type Escalation struct {
	After string `json:"after" yaml:"after"`
	Level int    `json:"level" yaml:"level"`
	Tell  string `json:"tell" yaml:"tell"` // a role in the agency
}

// AfterDue is the end of the promised time.
const AfterDue = "due"

// State returns the state of this code.
func (w *Workflow) State(code string) (State, bool) {
	i := slices.IndexFunc(w.States, func(s State) bool { return s.Code == code })
	if i < 0 {
		return State{}, false
	}
	return w.States[i], true
}

// Offered returns what can be done from a state by one kind of actor.
func (w *Workflow) Offered(state, by string) []Action {
	var out []Action
	for _, a := range w.Actions {
		if a.Actor == by && slices.Contains(a.From, state) {
			out = append(out, a)
		}
	}
	return out
}

// Action returns the action of this code, whatever the state.
func (w *Workflow) Action(code string) (Action, bool) {
	i := slices.IndexFunc(w.Actions, func(a Action) bool { return a.Code == code })
	if i < 0 {
		return Action{}, false
	}
	return w.Actions[i], true
}

// Escalated returns what happens at a level of lateness.
func (w *Workflow) Escalated(level int) (Escalation, bool) {
	i := slices.IndexFunc(w.Escalation, func(e Escalation) bool { return e.Level == level })
	if i < 0 {
		return Escalation{}, false
	}
	return w.Escalation[i], true
}

// Correctable reports whether the applicant can send a correction from a state, and not only give up.
func (w *Workflow) Correctable(state string) bool {
	return slices.ContainsFunc(w.Offered(state, ByApplicant), func(a Action) bool {
		to, ok := w.State(a.To)
		return ok && to.Stage != StageCancelled
	})
}
