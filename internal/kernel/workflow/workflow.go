// Package workflow says how a case is dealt with, as data: the states in which it can stand, the actions that lead from
// one to another, and who may take them. A case is whatever is carried by steps to an end within a promised time, such
// as a resident's application or an order; it keeps the version of the workflow that it was started with.
//
// A city's pack or its administrator writes a workflow; Check refuses one in which a case could get stuck.
package workflow

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
)

// Who may take an action.
const (
	ByOfficer   = "officer"
	ByApplicant = "applicant"
	BySystem    = "system" // taken by itself; Action says when
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
	Reminders  []Reminder   `json:"reminders,omitempty" yaml:"reminders"`
	Escalation []Escalation `json:"escalation,omitempty" yaml:"escalation"`
}

// State is where a workflow can stand.
type State struct {
	Code     string       `json:"code" yaml:"code"`
	Label    i18n.Text    `json:"label" yaml:"label"`
	Public   i18n.Text    `json:"public" yaml:"public"` // what it means to the applicant
	Stage    Stage        `json:"stage" yaml:"stage"`
	Clock    Clock        `json:"clock" yaml:"clock"`
	Final    bool         `json:"final" yaml:"final"`
	Branches []Branch     `json:"branches,omitempty" yaml:"branches"` // what is asked of offices at the same time
	Fee      *Fee         `json:"fee,omitempty" yaml:"fee"`           // what the applicant pays here
	Within   workcal.Term `json:"within,omitzero" yaml:"within"`      // the time that the office gives itself here
}

// waits reports whether the promised time stands still in s because the applicant has to come or bring something that is no
// correction of the answers and no fee, such as fingers for a card. Whoever leads there tells why.
func (s State) waits() bool { return s.Stage == StageInReview && s.Clock == Paused && s.Fee == nil }

// Action leads from any of its states to one.
//
// Of the system's actions, one with After is taken when the case has stood so long in the state, one with When as soon
// as the state is entered and the condition holds, one with Join when the state's branches have answered so, and one
// with none of them when the document has been issued.
type Action struct {
	Code       string            `json:"code" yaml:"code"`
	Label      i18n.Text         `json:"label" yaml:"label"`
	From       []string          `json:"from" yaml:"from"`
	To         string            `json:"to" yaml:"to"`
	Actor      string            `json:"actor" yaml:"actor"`
	Permission access.Permission `json:"permission,omitempty" yaml:"permission"` // of officers
	Roles      []string          `json:"roles,omitempty" yaml:"roles"`           // of officers: one of these; any when empty
	Agency     string            `json:"agency,omitempty" yaml:"agency"`         // of officers; any that sees the case when empty
	If         string            `json:"if,omitempty" yaml:"if"`                 // offered only while it holds; see Sheet
	When       string            `json:"when,omitempty" yaml:"when"`
	After      workcal.Term      `json:"after,omitzero" yaml:"after"`
	Remind     *Remind           `json:"remind,omitempty" yaml:"remind"`       // before After has passed
	FourEyes   bool              `json:"four_eyes,omitempty" yaml:"four_eyes"` // of officers: not of who filled it in at a counter
	Join       string            `json:"join,omitempty" yaml:"join"`           // JoinAll, JoinAny or JoinRefused
	Reason     string            `json:"reason" yaml:"reason"`
	Fields     []form.Field      `json:"fields,omitempty" yaml:"fields"`     // what an officer fills in when taking it
	Pays       bool              `json:"pays,omitempty" yaml:"pays"`         // the state's fee has been paid
	Issues     bool              `json:"issues,omitempty" yaml:"issues"`     // the service's document is made, of a refusal too
	Reissues   bool              `json:"reissues,omitempty" yaml:"reissues"` // what it issued may be issued anew after it was revoked
	Extends    workcal.Term      `json:"extends,omitzero" yaml:"extends"`    // of officers: by how much the promised time grows
	Message    i18n.Text         `json:"message,omitempty" yaml:"message"`   // to the applicant
	Notify     []Notice          `json:"notify,omitempty" yaml:"notify"`
}

// Remind tells the one whose turn it is that a step will be taken by itself: the applicant while the clock is paused,
// else the officer who has the case.
type Remind struct {
	Before  workcal.Term `json:"before" yaml:"before"`
	Message i18n.Text    `json:"message" yaml:"message"`
}

// Notice is a letter that goes out when an action is taken. To is ToApplicant, ToHolder or a role in the agency. Its
// texts may name {number}, {service}, {agency}, {state}, {due} and {reason}.
type Notice struct {
	To     string    `json:"to" yaml:"to"`
	Agency string    `json:"agency,omitempty" yaml:"agency"` // the case's own when empty
	Title  i18n.Text `json:"title" yaml:"title"`
	Body   i18n.Text `json:"body" yaml:"body"`
}

// To whom a letter goes, besides the roles of an agency.
const (
	ToApplicant = "applicant"
	ToHolder    = "holder" // the officer who has the case
)

// NoticeNames are what the texts of a Notice may name.
func NoticeNames() []string { return []string{"number", "service", "agency", "state", "due", "reason"} }

// Fee is what a case costs its applicant. The amount is the answer to a field of money, of the applicant's form or of
// an action, or the same for all.
type Fee struct {
	Field  string       `json:"field,omitempty" yaml:"field"`
	Amount int64        `json:"amount,omitempty" yaml:"amount"` // rupiah, when there is no Field
	Due    workcal.Term `json:"due,omitzero" yaml:"due"`        // from the day on which the state is entered
	Title  i18n.Text    `json:"title" yaml:"title"`             // of the receipt, such as "Pajak reklame"
	How    i18n.Text    `json:"how" yaml:"how"`                 // where to pay; may name {code}, {amount}, {due} and {number}
	Basis  string       `json:"basis,omitempty" yaml:"basis"`   // the regulation that sets it
}

// FeeNames are what the text of how to pay may name.
func FeeNames() []string { return []string{"code", "amount", "due", "number"} }

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

// Correctable reports whether the applicant can send a correction from a state, and not only give up.
func (w *Workflow) Correctable(state string) bool {
	return slices.ContainsFunc(w.Offered(state, ByApplicant), func(a Action) bool {
		to, ok := w.State(a.To)
		return ok && to.Stage != StageCancelled
	})
}

// IssuesOn reports whether a decision that leads to this stage makes the document.
func (w *Workflow) IssuesOn(stage Stage) bool {
	return slices.ContainsFunc(w.Actions, func(a Action) bool {
		to, ok := w.State(a.To)
		return ok && a.Issues && to.Stage == stage
	})
}

// OnIssued returns the action that is taken from a state when the document has been issued. holds tells whether an
// action's condition does.
func (w *Workflow) OnIssued(state string, holds func(Action) bool) (Action, bool) {
	for _, a := range w.Offered(state, BySystem) {
		if a.trigger() == onIssued && holds(a) {
			return a, true
		}
	}
	return Action{}, false
}

// Timed returns the actions that are taken from a state when time has passed.
func (w *Workflow) Timed(state string) []Action {
	var out []Action
	for _, a := range w.Offered(state, BySystem) {
		if a.trigger() == onTime {
			out = append(out, a)
		}
	}
	return out
}

// Waits reports whether anything is asked for as soon as some state is entered: offices, timers, a fee, a next step.
func (w *Workflow) Waits() bool {
	return slices.ContainsFunc(w.States, func(s State) bool { return len(s.Branches) > 0 || s.Fee != nil }) ||
		slices.ContainsFunc(w.Actions, func(a Action) bool { return a.Actor == BySystem && a.trigger() != onIssued })
}

// What makes the system take an action.
const (
	onIssued = "issued"
	onTime   = "after"
	onEntry  = "when"
	onJoin   = "join"
)

func (a Action) trigger() string {
	switch {
	case !a.After.IsZero():
		return onTime
	case a.When != "":
		return onEntry
	case a.Join != "":
		return onJoin
	}
	return onIssued
}
