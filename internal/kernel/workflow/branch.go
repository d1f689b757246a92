package workflow

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
)

// Branch is what one office is asked while a case stands in a state, at the same time as the others. Its outcome is
// known to every later condition and document by the branch's code.
type Branch struct {
	Code       string            `json:"code" yaml:"code"`
	Label      i18n.Text         `json:"label" yaml:"label"`
	Agency     string            `json:"agency,omitempty" yaml:"agency"` // the case's own when empty
	Office     string            `json:"office,omitempty" yaml:"office"` // the person block whose address says which agency is asked; Agency where none serves it
	Permission access.Permission `json:"permission" yaml:"permission"`   // of who answers, in that agency
	Term       workcal.Term      `json:"term,omitzero" yaml:"term"`      // counted from the day on which the state is entered
	Outcomes   []Outcome         `json:"outcomes" yaml:"outcomes"`
	Fields     []form.Field      `json:"fields,omitempty" yaml:"fields"` // their conditions may ask for the outcome
}

// Outcome is one answer that an office can give.
type Outcome struct {
	Code    string    `json:"code" yaml:"code"`
	Label   i18n.Text `json:"label" yaml:"label"`
	Refuses bool      `json:"refuses,omitempty" yaml:"refuses"`
	Reason  string    `json:"reason" yaml:"reason"`
}

// How branches join again.
const (
	JoinAll     = "all"     // every office has answered
	JoinAny     = "any"     // one has answered without refusing
	JoinRefused = "refused" // one has refused
)

// Branch returns a branch of a state by its code.
func (s State) Branch(code string) (Branch, bool) {
	i := slices.IndexFunc(s.Branches, func(b Branch) bool { return b.Code == code })
	if i < 0 {
		return Branch{}, false
	}
	return s.Branches[i], true
}

// Outcome returns an outcome of a branch by its code.
func (b Branch) Outcome(code string) (Outcome, bool) {
	i := slices.IndexFunc(b.Outcomes, func(o Outcome) bool { return o.Code == code })
	if i < 0 {
		return Outcome{}, false
	}
	return b.Outcomes[i], true
}

// Count is how far the branches of a state are.
type Count struct{ Open, Agreed, Refused int }

// joins reports whether branches that are so far join in this way.
func (c Count) joins(how string) bool {
	switch how {
	case JoinRefused:
		return c.Refused > 0
	case JoinAny:
		return c.Agreed > 0
	}
	return how == JoinAll && c.Open == 0
}

// Joined returns the action by which the branches of a state join, if they do: a refusal comes first, then one that is
// enough, then that all have answered. holds tells whether an action's condition does.
func (w *Workflow) Joined(state string, n Count, holds func(Action) bool) (Action, bool) {
	for _, how := range []string{JoinRefused, JoinAny, JoinAll} {
		for _, a := range w.Offered(state, BySystem) {
			if a.Join == how && n.joins(how) && holds(a) {
				return a, true
			}
		}
	}
	return Action{}, false
}

// open are the ways in which the branches of s join whatever the answers are.
func (w *Workflow) open(s State) map[string]bool {
	has := map[string]bool{}
	for _, a := range w.Offered(s.Code, BySystem) {
		if a.If == "" && a.Join != "" {
			has[a.Join] = true
		}
	}
	return has
}

// covered reports whether the branches of s always join, whatever each office answers.
func (w *Workflow) covered(s State) bool {
	has := w.open(s)
	switch {
	case has[JoinAll], has[JoinAny] && has[JoinRefused]:
		return true
	case has[JoinAny]:
		return !s.each(true)
	}
	return has[JoinRefused] && !s.each(false)
}

// joinable reports whether the branches of s can ever join in this way: what comes earlier must leave it room.
func (w *Workflow) joinable(s State, how string) bool {
	has := w.open(s)
	switch {
	case len(s.Branches) == 0:
		return false
	case how == JoinRefused:
		return s.some(true)
	case how == JoinAny:
		return s.some(false)
	case has[JoinAny] && has[JoinRefused]:
		return false
	case has[JoinAny]:
		return s.each(true)
	case has[JoinRefused]:
		return s.each(false)
	}
	return true
}

// some reports whether some office can refuse, or with refuses false agree.
func (s State) some(refuses bool) bool {
	return slices.ContainsFunc(s.Branches, func(b Branch) bool { return b.can(refuses) })
}

// each reports whether every office can.
func (s State) each(refuses bool) bool {
	return !slices.ContainsFunc(s.Branches, func(b Branch) bool { return !b.can(refuses) })
}

func (b Branch) can(refuses bool) bool {
	return slices.ContainsFunc(b.Outcomes, func(o Outcome) bool { return o.Refuses == refuses })
}
