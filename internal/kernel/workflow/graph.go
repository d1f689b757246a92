package workflow

import "slices"

// reachable returns the states that can be reached from the start.
func (w *Workflow) reachable() map[string]bool {
	seen := map[string]bool{w.Start: true}
	for grown := true; grown; {
		grown = false
		for _, a := range w.Actions {
			from := slices.ContainsFunc(a.From, func(s string) bool { return seen[s] && w.possible(a, s) })
			if from && !seen[a.To] {
				seen[a.To], grown = true, true
			}
		}
	}
	return seen
}

// ending returns the states from which a final state can be reached, whatever was answered before: by actions that ask
// for no condition.
func (w *Workflow) ending() map[string]bool {
	seen := map[string]bool{}
	for _, s := range w.States {
		seen[s.Code] = s.Final
	}
	for grown := true; grown; {
		grown = false
		for _, a := range w.Actions {
			for _, s := range a.From {
				if seen[a.To] && !seen[s] && a.If == "" && a.When == "" && w.possible(a, s) {
					seen[s], grown = true, true
				}
			}
		}
	}
	return seen
}

// possible reports whether an action can be taken from a state at all: what the system waits for must be able to happen,
// and no earlier action may take its place whenever it does.
func (w *Workflow) possible(a Action, from string) bool {
	if a.Actor != BySystem {
		return true
	}
	trigger := a.trigger()
	for _, b := range w.Offered(from, BySystem) {
		if b.Code == a.Code {
			break
		}
		if (trigger == onJoin || trigger == onIssued) && b.trigger() == trigger && b.Join == a.Join && b.If == "" {
			return false
		}
	}
	switch trigger {
	case onJoin:
		s, _ := w.State(from)
		return w.joinable(s, a.Join)
	case onIssued:
		return slices.ContainsFunc(w.Actions, func(b Action) bool { return b.Issues && b.To == from })
	}
	return true
}

// circles returns the states that actions taken on entry lead back to, so that a case would never come to rest.
func (w *Workflow) circles() []string {
	var out []string
	for _, s := range w.States {
		seen := map[string]bool{}
		next := []string{s.Code}
		for len(next) > 0 {
			at := next[0]
			next = next[1:]
			for _, a := range w.Offered(at, BySystem) {
				if a.trigger() == onEntry && !seen[a.To] {
					seen[a.To] = true
					next = append(next, a.To)
				}
			}
		}
		if seen[s.Code] {
			out = append(out, s.Code)
		}
	}
	return out
}
