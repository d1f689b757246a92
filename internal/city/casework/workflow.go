package casework

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
)

// Stage is where an application stands, in words that hold for every workflow.
type Stage string

// The stages.
const (
	StageDraft           Stage = "draft"
	StageReceived        Stage = "received"
	StageInReview        Stage = "in_review"
	StageNeedsCorrection Stage = "needs_correction"
	StageApproved        Stage = "approved"
	StageRejected        Stage = "rejected"
	StageCancelled       Stage = "cancelled"
	StageCompleted       Stage = "completed"
)

// Stages lists them in the order of a case's life.
func Stages() []Stage {
	return []Stage{StageDraft, StageReceived, StageInReview, StageNeedsCorrection, StageApproved, StageRejected, StageCancelled, StageCompleted}
}

// TextKey is the i18n key of the stage in words.
func (s Stage) TextKey() string { return "status." + string(s) }

// Clock says whether the promised time runs in a state.
type Clock string

// The clocks.
const (
	Running Clock = "running"
	Paused  Clock = "paused"  // it is the applicant's turn
	Stopped Clock = "stopped" // decided, or over
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

// Workflow is one version of how an application is dealt with. It is data from the city's pack; an application keeps
// the version it was started with.
type Workflow struct {
	Code       string       `json:"code" yaml:"code"`
	Version    int          `json:"version" yaml:"version"`
	Start      string       `json:"start" yaml:"start"` // the state of a submitted application
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

// Escalation says who is told when an application stays too long. After is "due", the end of the promised time.
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

// actions returns what can be done from a state by one kind of actor.
func (w *Workflow) actions(state, by string) []Action {
	var out []Action
	for _, a := range w.Actions {
		if a.Actor == by && slices.Contains(a.From, state) {
			out = append(out, a)
		}
	}
	return out
}

// action returns an action of this code, whatever the state.
func (w *Workflow) action(code string) (Action, bool) {
	i := slices.IndexFunc(w.Actions, func(a Action) bool { return a.Code == code })
	if i < 0 {
		return Action{}, false
	}
	return w.Actions[i], true
}

// escalation returns what happens at a level of lateness.
func (w *Workflow) escalation(level int) (Escalation, bool) {
	i := slices.IndexFunc(w.Escalation, func(e Escalation) bool { return e.Level == level })
	if i < 0 {
		return Escalation{}, false
	}
	return w.Escalation[i], true
}

// correctable reports whether the applicant can send a correction from a state, and not only give up.
func (w *Workflow) correctable(state string) bool {
	return slices.ContainsFunc(w.actions(state, ByApplicant), func(a Action) bool {
		to, ok := w.State(a.To)
		return ok && to.Stage != StageCancelled
	})
}

// reachable returns the states that can be reached from the start.
func (w *Workflow) reachable() map[string]bool {
	seen := map[string]bool{w.Start: true}
	for grown := true; grown; {
		grown = false
		for _, a := range w.Actions {
			from := slices.ContainsFunc(a.From, func(s string) bool { return seen[s] })
			if from && !seen[a.To] {
				seen[a.To], grown = true, true
			}
		}
	}
	return seen
}

// ending returns the states from which a final state can be reached.
func (w *Workflow) ending() map[string]bool {
	seen := map[string]bool{}
	for _, s := range w.States {
		seen[s.Code] = s.Final
	}
	for grown := true; grown; {
		grown = false
		for _, a := range w.Actions {
			for _, s := range a.From {
				if seen[a.To] && !seen[s] {
					seen[s], grown = true, true
				}
			}
		}
	}
	return seen
}
