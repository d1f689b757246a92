package workflow

import "bedelau/internal/kernel/workcal"

// Paced reports whether the office gives itself a time in any state.
func (w *Workflow) Paced() bool {
	for _, s := range w.States {
		if !s.Within.IsZero() {
			return true
		}
	}
	return false
}

// paceMost bounds how many ways through a workflow are looked at.
const paceMost = 20_000

// Longest adds up the times of the states along the way from the start to a decision on which they are most, each state
// passed once. It is false where that is not simply decided: the times are counted in different units, no state has
// one, or there are too many ways.
func (w *Workflow) Longest() (workcal.Term, bool) {
	unit := workcal.Unit("")
	for _, s := range w.States {
		if !s.Within.IsZero() && unit != "" && s.Within.Unit != unit {
			return workcal.Term{}, false
		}
		if !s.Within.IsZero() {
			unit = s.Within.Unit
		}
	}
	if unit == "" {
		return workcal.Term{}, false
	}
	passed, looked := map[string]bool{}, 0
	var most func(code string) int
	most = func(code string) int {
		s, ok := w.State(code)
		if looked++; !ok || passed[code] || s.Clock == Stopped || looked > paceMost {
			return 0
		}
		passed[code] = true
		longest := 0
		for _, a := range w.Actions {
			for _, from := range a.From {
				if from == code {
					longest = max(longest, most(a.To))
				}
			}
		}
		passed[code] = false
		return s.Within.Amount + longest
	}
	total := most(w.Start)
	return workcal.Term{Amount: total, Unit: unit}, looked <= paceMost
}
