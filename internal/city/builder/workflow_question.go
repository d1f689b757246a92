package builder

import (
	"slices"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/workflow"
)

// Asker is what of a workflow asks an officer: an action, or a branch.
type Asker struct{ Action, Branch string }

func (a Asker) page() string {
	if a.Branch != "" {
		return workflow.BranchPage(a.Branch)
	}
	return workflow.ActionPage(a.Action)
}

// in returns the questions themselves.
func (a Asker) in(w *workflow.Workflow) (*[]form.Field, error) {
	if a.Branch != "" {
		_, state, ok := FindBranch(*w, a.Branch)
		if !ok {
			return nil, noPart(a.Branch)
		}
		branches := w.States[indexOf(w.States, codeOfState, state)].Branches
		return &branches[indexOf(branches, codeOfBranch, a.Branch)].Fields, nil
	}
	at := indexOf(w.Actions, codeOfAction, a.Action)
	if at < 0 {
		return nil, noPart(a.Action)
	}
	return &w.Actions[at].Fields, nil
}

func codeOfField(f form.Field) string { return f.Code }

// Asked returns what an action or a branch asks of officers; NotFound "workflow.no_part" when there is neither.
func Asked(w workflow.Workflow, by Asker) ([]form.Field, error) {
	list, err := by.in(&w)
	if err != nil {
		return nil, err
	}
	return *list, nil
}

func asked(by Asker, do func(*[]form.Field) error) workflowStep {
	return func(w *workflow.Workflow) error {
		list, err := by.in(w)
		if err != nil {
			return err
		}
		return do(list)
	}
}

// PutQuestion adds a question to what officers are asked, or with an old code changes it.
func PutQuestion(by Asker, old string, f form.Field) workflowStep {
	return asked(by, func(list *[]form.Field) error { return put(list, codeOfField, old, f) })
}

// MoveQuestion moves a question up (-1) or down (1).
func MoveQuestion(by Asker, code string, n int) workflowStep {
	return asked(by, func(list *[]form.Field) error { return shift(*list, codeOfField, code, n) })
}

// RemoveQuestion drops a question.
func RemoveQuestion(by Asker, code string) workflowStep {
	return asked(by, func(list *[]form.Field) error { return drop(list, codeOfField, code) })
}

// BeforeQuestion lists what the condition of a question can name: the applicant's form and what the office is asked before
// it. Without a code it is for one that is still to be added behind the others.
func BeforeQuestion(w workflow.Workflow, applicant form.Form, by Asker, code string) []form.Field {
	sheet := *w.Sheet(&applicant).Form()
	if _, ok := sheet.Page(by.page()); ok || code != "" {
		return Before(sheet, by.page(), code)
	}
	// An action that asks nothing yet has no page: it would stand before those of the actions behind it.
	for _, a := range w.Actions[max(indexOf(w.Actions, codeOfAction, by.Action), 0):] {
		page := workflow.ActionPage(a.Code)
		if i := slices.IndexFunc(sheet.Pages, func(p form.Page) bool { return p.Code == page }); i >= 0 {
			sheet.Pages = sheet.Pages[:i]
			break
		}
	}
	return Before(sheet, "", "")
}

func notices(action string, do func(*[]workflow.Notice) error) workflowStep {
	return func(w *workflow.Workflow) error {
		at := indexOf(w.Actions, codeOfAction, action)
		if at < 0 {
			return noPart(action)
		}
		return do(&w.Actions[at].Notify)
	}
}

// PutNotice changes the letter at n of an action, counted from 0, or with n behind the last adds one.
func PutNotice(action string, n int, x workflow.Notice) workflowStep {
	return notices(action, func(list *[]workflow.Notice) error { return putAt(list, n, x) })
}

// RemoveNotice drops the letter at n of an action.
func RemoveNotice(action string, n int) workflowStep {
	return notices(action, func(list *[]workflow.Notice) error { return dropAt(list, n) })
}
