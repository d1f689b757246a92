package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/workcal"
)

// anyWorkflow draws a graph of a few states with steps of every kind. Half of them have a way from each state to the next
// besides, so that enough are accepted.
func anyWorkflow(t *rapid.T) *Workflow {
	n := rapid.IntRange(2, 6).Draw(t, "states")
	w := &Workflow{Code: "w", Version: 1, Start: "s0"}
	code := func(i int) string { return fmt.Sprintf("s%d", i) }
	for i := range n {
		s := state(code(i), i == n-1 || i > 0 && rapid.IntRange(0, 5).Draw(t, "final") == 0)
		if i > 0 && !s.Final && rapid.IntRange(0, 3).Draw(t, "approved") == 0 {
			s.Stage, s.Clock = StageApproved, Stopped
		} else if !s.Final && rapid.IntRange(0, 2).Draw(t, "branches") == 0 {
			for j := range rapid.IntRange(1, 3).Draw(t, "offices") {
				outcomes := rapid.SampledFrom([][]bool{{false}, {true}, {false, true}}).Draw(t, "outcomes")
				s.Branches = append(s.Branches, asks(fmt.Sprintf("b%d_%d", i, j), outcomes...))
			}
		}
		w.States = append(w.States, s)
	}
	fewest, most := 1, 10
	if rapid.Bool().Draw(t, "goes on") {
		fewest, most = 0, 4
		for i, s := range w.States[:n-1] {
			if a := step(fmt.Sprintf("n%d", i), code(i+1), s.Code); !s.Final {
				if len(s.Branches) > 0 {
					a.Permission, a.Actor, a.Join = "", BySystem, JoinAll
				}
				w.Actions = append(w.Actions, a)
			}
		}
	}
	for i := range rapid.IntRange(fewest, most).Draw(t, "actions") {
		from := code(rapid.IntRange(0, n-2).Draw(t, "from"))
		a := step(fmt.Sprintf("a%d", i), code(rapid.IntRange(0, n-1).Draw(t, "to")), from)
		if kind := rapid.SampledFrom([]string{"officer", "applicant", "after", "when", "join", "issued"}).Draw(t, "kind"); kind != "officer" {
			a.Permission, a.Actor = "", BySystem
			switch kind {
			case "applicant":
				a.Actor = ByApplicant
			case "after":
				a.After = workcal.Term{Amount: 1, Unit: workcal.Day}
			case "when":
				a.When = "true"
			case "join":
				a.Join = rapid.SampledFrom([]string{JoinAll, JoinAny, JoinRefused}).Draw(t, "join")
			}
		}
		if to, _ := w.State(a.To); a.Actor == ByOfficer && to.Stage == StageApproved {
			a.Issues = rapid.Bool().Draw(t, "issues")
		}
		if a.When == "" && rapid.IntRange(0, 4).Draw(t, "if") == 0 {
			a.If = "true"
		}
		w.Actions = append(w.Actions, a)
	}
	return w
}

// place is where a played case stands: its state, and of each branch whether it is open, agreed or refused.
type place struct{ state, branches string }

// enter comes to a state with every branch open.
func (w *Workflow) enter(code string) place {
	s, _ := w.State(code)
	return place{code, strings.Repeat("?", len(s.Branches))}
}

// moves lists where a case can go from p by one act of anybody, when the conditions hold or do not.
func (w *Workflow) moves(p place, holds bool) []place {
	var out []place
	may := func(a Action) bool { return a.If == "" || holds }
	s, _ := w.State(p.state)
	for _, a := range w.Actions {
		switch trigger := a.trigger(); {
		case !slices.Contains(a.From, p.state) || !may(a):
		case a.Actor != BySystem || trigger == onTime || trigger == onEntry && holds:
			out = append(out, w.enter(a.To))
		}
	}
	if a, ok := w.OnIssued(p.state, may); ok && w.issuesAt(p.state) {
		out = append(out, w.enter(a.To))
	}
	for i, b := range s.Branches {
		if p.branches[i] != '?' {
			continue
		}
		for _, o := range b.Outcomes {
			mark := map[bool]string{true: "-", false: "+"}[o.Refuses]
			next := place{p.state, p.branches[:i] + mark + p.branches[i+1:]}
			n := Count{strings.Count(next.branches, "?"), strings.Count(next.branches, "+"), strings.Count(next.branches, "-")}
			if a, ok := w.Joined(p.state, n, may); ok {
				next = w.enter(a.To)
			}
			out = append(out, next)
		}
	}
	return out
}

// issuesAt reports whether a case in a state waits for its document.
func (w *Workflow) issuesAt(state string) bool {
	return slices.ContainsFunc(w.Actions, func(a Action) bool { return a.Issues && a.To == state })
}

// ends reports whether an end can be reached from p when no condition holds.
func (w *Workflow) ends(p place) bool {
	seen := map[place]bool{p: true}
	for next := []place{p}; len(next) > 0; next = next[1:] {
		if s, _ := w.State(next[0].state); s.Final {
			return true
		}
		for _, m := range w.moves(next[0], false) {
			if !seen[m] {
				seen[m] = true
				next = append(next, m)
			}
		}
	}
	return false
}

// everywhere lists the places that play can come to.
func (w *Workflow) everywhere() map[place]bool {
	seen := map[place]bool{w.enter(w.Start): true}
	for next := []place{w.enter(w.Start)}; len(next) > 0; next = next[1:] {
		for _, holds := range []bool{true, false} {
			for _, m := range w.moves(next[0], holds) {
				if !seen[m] {
					seen[m] = true
					next = append(next, m)
				}
			}
		}
	}
	return seen
}

// TestNoAcceptedWorkflowGetsStuck plays every accepted graph to every place it can come to, and finds an end from each.
func TestNoAcceptedWorkflowGetsStuck(t *testing.T) {
	t.Parallel()
	accepted := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorkflow(rt)
		if len(found(t, w, Rules{Officers: []access.Permission{access.ApplicationReview}})) > 0 {
			return
		}
		accepted++
		for p := range w.everywhere() {
			if !w.ends(p) {
				rt.Fatalf("stuck at %+v of %+v", p, w)
			}
		}
	})
	if !testing.Short() && accepted == 0 {
		t.Error("no graph was accepted")
	}
}

// TestWhatIsRefusedHasAWitness: a state called unreachable is at no place of any play; one called a dead end cannot end by
// steps without condition; of branches that do not join there are answers after which nothing follows; a step called
// impossible is taken in no play.
func TestWhatIsRefusedHasAWitness(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorkflow(rt)
		all := w.everywhere()
		for _, problem := range found(t, w, Rules{Officers: []access.Permission{access.ApplicationReview}}) {
			at, code, _ := strings.Cut(problem, " ")
			var i int
			_, _ = fmt.Sscanf(strings.NewReplacer("states[", "", "actions[", "").Replace(at), "%d", &i)
			switch code {
			case "unreachable":
				for p := range all {
					if p.state == w.States[i].Code {
						rt.Fatalf("%s is called unreachable, and reached: %+v", p.state, w)
					}
				}
			case "dead_end":
				if w.ends(w.enter(w.States[i].Code)) {
					rt.Fatalf("%s is called a dead end, and ends: %+v", w.States[i].Code, w)
				}
			case "no_join":
				if !w.loose(w.States[i]) {
					rt.Fatalf("the branches of %s always join: %+v", w.States[i].Code, w)
				}
			case "never_taken":
				if w.happens(w.Actions[i]) {
					rt.Fatalf("%s is taken: %+v", w.Actions[i].Code, w)
				}
			case "circle":
				if !w.turns(w.States[i].Code) {
					rt.Fatalf("no circle through %s: %+v", w.States[i].Code, w)
				}
			}
		}
	})
}

// answers lists every way in which the branches of s can all be answered.
func (s State) answers() []string {
	out := []string{""}
	for _, b := range s.Branches {
		var next []string
		for _, so := range out {
			for _, o := range b.Outcomes {
				next = append(next, so+map[bool]string{true: "-", false: "+"}[o.Refuses])
			}
		}
		out = next
	}
	return out
}

// loose reports whether some answers leave the branches of s where no step without condition joins them.
func (w *Workflow) loose(s State) bool {
	return slices.ContainsFunc(s.answers(), func(marks string) bool {
		for i := range marks { // in the order of the offices; joining is not undone by what comes after
			n := Count{len(marks) - i - 1, strings.Count(marks[:i+1], "+"), strings.Count(marks[:i+1], "-")}
			if _, ok := w.Joined(s.Code, n, func(a Action) bool { return a.If == "" }); ok {
				return false
			}
		}
		return true
	})
}

// happens reports whether some answers join the branches by a.
func (w *Workflow) happens(a Action) bool {
	s, _ := w.State(a.From[0])
	if a.trigger() == onIssued {
		got, _ := w.OnIssued(s.Code, func(b Action) bool { return b.If == "" || b.Code == a.Code })
		return got.Code == a.Code && w.issuesAt(s.Code)
	}
	return slices.ContainsFunc(s.answers(), func(marks string) bool {
		for i := range marks {
			n := Count{len(marks) - i - 1, strings.Count(marks[:i+1], "+"), strings.Count(marks[:i+1], "-")}
			got, ok := w.Joined(s.Code, n, func(b Action) bool { return b.If == "" || b.Code == a.Code })
			if ok {
				return got.Code == a.Code
			}
		}
		return false
	})
}

// turns reports whether steps on entry lead from a state back to it.
func (w *Workflow) turns(from string) bool {
	at := map[string]bool{from: true}
	for range w.States {
		next := map[string]bool{}
		for _, a := range w.Actions {
			if a.When != "" && at[a.From[0]] {
				next[a.To] = true
			}
		}
		if next[from] {
			return true
		}
		at = next
	}
	return false
}
