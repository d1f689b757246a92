package workflow

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/pack"
)

// Draft is the state of a case that nobody has submitted; no workflow may name one of its own so.
const Draft = "draft"

// Check adds to c whatever would let a case get stuck, and every step that nobody may take. The officers' permissions
// are those that a step of this kind of case may ask for.
func (w *Workflow) Check(c *pack.Check, officers ...access.Permission) {
	c.Version("version", w.Version)
	states := map[string]bool{}
	for i, s := range w.States {
		at := pack.At("states", i)
		c.Once(states, at+".code", s.Code)
		checkState(c, at, s)
	}
	if !states[w.Start] {
		c.Add("start", "no_such_state", "value", w.Start)
	}
	actions := map[string]bool{}
	for i, a := range w.Actions {
		at := pack.At("actions", i)
		c.Once(actions, at+".code", a.Code)
		w.checkAction(c, at, a, officers)
	}
	reached, ends := w.reachable(), w.ending()
	for i, s := range w.States {
		at := pack.At("states", i)
		if !reached[s.Code] {
			c.Add(at, "unreachable", "value", s.Code)
		}
		if !ends[s.Code] {
			c.Add(at, "dead_end", "value", s.Code)
		}
		if s.Stage == StageNeedsCorrection && !w.Correctable(s.Code) {
			c.Add(at, "no_correction", "value", s.Code)
		}
	}
	levels := map[int]bool{}
	for i, e := range w.Escalation {
		at := pack.At("escalation", i)
		c.OneOf(at+".after", e.After, AfterDue)
		c.Required(at+".tell", e.Tell)
		// One level today: the sweep looks for the end of the promised time alone.
		if e.Level != 1 || levels[e.Level] {
			c.Add(at+".level", "bad_form", "value", e.Level, "example", 1)
		}
		levels[e.Level] = true
	}
}

func checkState(c *pack.Check, at string, s State) {
	c.Text(at+".label", s.Label)
	c.Text(at+".public", s.Public)
	var stages []string
	for _, one := range Stages()[1:] {
		stages = append(stages, string(one))
	}
	c.OneOf(at+".stage", string(s.Stage), stages...)
	c.OneOf(at+".clock", string(s.Clock), string(Running), string(Paused), string(Stopped))
	if s.Code == Draft {
		c.Add(at+".code", "reserved", "value", s.Code)
	}
	// The clock follows from whose turn it is: it cannot run while the applicant has it, nor after a decision.
	want := map[Stage]Clock{
		StageReceived: Running, StageInReview: Running, StageNeedsCorrection: Paused,
		StageApproved: Stopped, StageRejected: Stopped, StageCancelled: Stopped, StageCompleted: Stopped,
	}[s.Stage]
	if want != "" && s.Clock != want {
		c.Add(at+".clock", "not_one_of", "value", s.Clock, "allowed", want)
	}
	over := s.Stage == StageRejected || s.Stage == StageCancelled || s.Stage == StageCompleted
	if over && !s.Final || s.Final && s.Clock != Stopped {
		c.Add(at+".final", "not_one_of", "value", s.Final, "allowed", over)
	}
}

func (w *Workflow) checkAction(c *pack.Check, at string, a Action, officers []access.Permission) {
	c.Text(at+".label", a.Label)
	c.OptionalText(at+".message", a.Message)
	to, ok := w.State(a.To)
	if !ok {
		c.Add(at+".to", "no_such_state", "value", a.To)
	}
	if len(a.From) == 0 {
		c.Add(at+".from", "required")
	}
	for i, code := range a.From {
		if s, ok := w.State(code); !ok || s.Final {
			c.Add(pack.At(at+".from", i), "no_such_state", "value", code)
		}
	}
	c.OneOf(at+".actor", a.Actor, ByOfficer, ByApplicant, BySystem)
	c.OneOf(at+".reason", a.Reason, ReasonNone, ReasonOptional, ReasonRequired)
	switch {
	case a.Actor == ByOfficer && !slices.Contains(officers, a.Permission):
		c.Add(at+".permission", "no_such_permission", "value", a.Permission)
	case a.Actor != ByOfficer && a.Permission != "":
		c.Add(at+".permission", "only_for_type", "type", ByOfficer)
	}
	if (to.Stage == StageRejected || to.Stage == StageNeedsCorrection) && a.Reason != ReasonRequired {
		c.Add(at+".reason", "not_one_of", "value", a.Reason, "allowed", ReasonRequired)
	}
	if a.Issues && to.Stage != StageApproved {
		c.Add(at+".issues", "only_for_type", "type", StageApproved)
	}
}
