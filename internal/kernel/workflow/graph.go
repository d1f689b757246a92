package workflow

import "slices"

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
