package builder

import (
	"regexp"
	"strconv"

	"bedelau/internal/kernel/workflow"
)

// WorkflowPlace is where in a workflow a problem is. One of State, Action and Branch is the code of a part, or Reminder or
// Level its number from 1; of an action or a branch Question is the code of one of its questions, or of an action Notice the
// number of one of its letters. Property is the part's own, as its page asks it.
type WorkflowPlace struct {
	State, Action, Branch string
	Question              string
	Notice                int
	Reminder, Level       int
	Property              string
}

var workflowPlace = regexp.MustCompile(`^(states|actions|reminders|escalation)\[(\d+)\](?:\.branches\[(\d+)\])?(?:\.(fields|notify)\[(\d+)\])?(?:\.([a-z_]+).*)?$`)

// PlaceInWorkflow reads the path of a problem, such as "states[2].branches[0].outcomes[1].code".
func PlaceInWorkflow(w workflow.Workflow, path string) WorkflowPlace {
	m := workflowPlace.FindStringSubmatch(path)
	if m == nil {
		return WorkflowPlace{}
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return WorkflowPlace{}
	}
	out := WorkflowPlace{Property: m[6]}
	switch {
	case m[1] == "reminders":
		out.Reminder = n + 1
	case m[1] == "escalation":
		out.Level = n + 1
	case m[1] == "actions" && n < len(w.Actions):
		out.Action = w.Actions[n].Code
	case m[1] == "states" && n < len(w.States):
		if k, err := strconv.Atoi(m[3]); err == nil && k < len(w.States[n].Branches) {
			out.Branch = w.States[n].Branches[k].Code
		} else {
			out.State = w.States[n].Code
		}
	default:
		return WorkflowPlace{}
	}
	k, err := strconv.Atoi(m[5])
	switch list, _ := Asked(w, Asker{out.Action, out.Branch}); {
	case err != nil:
	case m[4] == "notify":
		out.Notice = k + 1
	case k < len(list):
		out.Question = list[k].Code
	}
	return out
}
