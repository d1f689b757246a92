package builder

import (
	"slices"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workflow"
)

type workflowStep = func(*workflow.Workflow) error

func noPart(what string) error { return fault.New(fault.NotFound, "workflow.no_part", "code", what) }

func codeOfState(s workflow.State) string   { return s.Code }
func codeOfAction(a workflow.Action) string { return a.Code }
func codeOfBranch(b workflow.Branch) string { return b.Code }

func indexOf[T any](list []T, code func(T) string, wanted string) int {
	return slices.IndexFunc(list, func(one T) bool { return code(one) == wanted })
}

// put adds one to a list, or with an old code replaces what has it. Codes differ within a list.
func put[T any](list *[]T, code func(T) string, old string, one T) error {
	at := -1
	if old != "" {
		if at = indexOf(*list, code, old); at < 0 {
			return noPart(old)
		}
	}
	if other := indexOf(*list, code, code(one)); other >= 0 && other != at {
		return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
	}
	if at < 0 {
		*list = append(*list, one)
	} else {
		(*list)[at] = one
	}
	return nil
}

func drop[T any](list *[]T, code func(T) string, wanted string) error {
	at := indexOf(*list, code, wanted)
	if at < 0 {
		return noPart(wanted)
	}
	*list = slices.Delete(*list, at, at+1)
	return nil
}

func shift[T any](list []T, code func(T) string, wanted string, by int) error {
	at := indexOf(list, code, wanted)
	if at < 0 {
		return noPart(wanted)
	}
	if to := at + by; to >= 0 && to < len(list) {
		list[at], list[to] = list[to], list[at]
	}
	return nil
}

// PutState adds a state, or with an old code changes it: actions that lead from and to it keep doing so under its new
// code, and its branches stay. start makes it the one of a submitted case.
func PutState(old string, s workflow.State, start bool) workflowStep {
	return func(w *workflow.Workflow) error {
		if at := indexOf(w.States, codeOfState, old); at >= 0 {
			s.Branches = w.States[at].Branches
		}
		if err := put(&w.States, codeOfState, old, s); err != nil {
			return err
		}
		if start || old != "" && w.Start == old {
			w.Start = s.Code
		}
		for i := range w.Actions {
			a := &w.Actions[i]
			if old != "" && a.To == old {
				a.To = s.Code
			}
			for j, from := range a.From {
				if old != "" && from == old {
					a.From[j] = s.Code
				}
			}
		}
		return nil
	}
}

// RemoveState drops a state with its branches. Actions that lead there stay, for their author to lead elsewhere.
func RemoveState(code string) workflowStep {
	return func(w *workflow.Workflow) error { return drop(&w.States, codeOfState, code) }
}

// MoveState moves a state up (-1) or down (1).
func MoveState(code string, by int) workflowStep {
	return func(w *workflow.Workflow) error { return shift(w.States, codeOfState, code, by) }
}

// PutAction adds an action, or with an old code changes it.
func PutAction(old string, a workflow.Action) workflowStep {
	return func(w *workflow.Workflow) error { return put(&w.Actions, codeOfAction, old, a) }
}

// RemoveAction drops an action.
func RemoveAction(code string) workflowStep {
	return func(w *workflow.Workflow) error { return drop(&w.Actions, codeOfAction, code) }
}

// MoveAction moves an action up (-1) or down (1) among all of them; of the automatic ones the first that holds is taken.
func MoveAction(code string, by int) workflowStep {
	return func(w *workflow.Workflow) error { return shift(w.Actions, codeOfAction, code, by) }
}

// FindBranch returns a branch and the code of its state.
func FindBranch(w workflow.Workflow, code string) (workflow.Branch, string, bool) {
	for _, s := range w.States {
		if b, ok := s.Branch(code); ok {
			return b, s.Code, true
		}
	}
	return workflow.Branch{}, "", false
}

// PutBranch adds a branch to a state, or with an old code changes it. Codes of branches differ across the workflow.
func PutBranch(state, old string, b workflow.Branch) workflowStep {
	return func(w *workflow.Workflow) error {
		at := indexOf(w.States, codeOfState, state)
		if at < 0 {
			return noPart(state)
		}
		if _, other, taken := FindBranch(*w, b.Code); taken && other != state {
			return fault.Fields([]fault.Field{{Name: "code", Code: "form_code_taken"}})
		}
		return put(&w.States[at].Branches, codeOfBranch, old, b)
	}
}

// RemoveBranch drops a branch.
func RemoveBranch(code string) workflowStep {
	return func(w *workflow.Workflow) error {
		_, state, ok := FindBranch(*w, code)
		if !ok {
			return noPart(code)
		}
		return drop(&w.States[indexOf(w.States, codeOfState, state)].Branches, codeOfBranch, code)
	}
}

// PutReminder changes the reminder at n, counted from 0, or with n behind the last adds one.
func PutReminder(n int, r workflow.Reminder) workflowStep {
	return func(w *workflow.Workflow) error { return putAt(&w.Reminders, n, r) }
}

// RemoveReminder drops the reminder at n.
func RemoveReminder(n int) workflowStep {
	return func(w *workflow.Workflow) error { return dropAt(&w.Reminders, n) }
}

// PutLevel changes the level of escalation at n, counted from 0, or with n behind the last adds one. Levels count from 1.
func PutLevel(n int, e workflow.Escalation) workflowStep {
	return func(w *workflow.Workflow) error {
		err := putAt(&w.Escalation, n, e)
		number(w)
		return err
	}
}

// RemoveLevel drops the level at n; those above it move down.
func RemoveLevel(n int) workflowStep {
	return func(w *workflow.Workflow) error {
		err := dropAt(&w.Escalation, n)
		number(w)
		return err
	}
}

func number(w *workflow.Workflow) {
	for i := range w.Escalation {
		w.Escalation[i].Level = i + 1
	}
}

func putAt[T any](list *[]T, n int, one T) error {
	switch {
	case n < 0 || n > len(*list):
		return noPart("")
	case n == len(*list):
		*list = append(*list, one)
	default:
		(*list)[n] = one
	}
	return nil
}

func dropAt[T any](list *[]T, n int) error {
	if n < 0 || n >= len(*list) {
		return noPart("")
	}
	*list = slices.Delete(*list, n, n+1)
	return nil
}

// Rewrite replaces the whole workflow, under its own code.
func Rewrite(by workflow.Workflow) workflowStep {
	return func(w *workflow.Workflow) error {
		by.Code, by.Version = w.Code, w.Version
		*w = by
		return nil
	}
}
