package simulation

import (
	"cmp"
	"slices"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Stay is how a case stood in one state that gives its office time.
type Stay struct {
	State string
	Label i18n.Text
	Late  bool // longer than that time, the applicant's turns left out
}

// stay is one that has not ended.
type stay struct {
	state workflow.State
	due   time.Time
	left  *workcal.Remaining // while it is the applicant's turn
}

// pace moves the office's own time along as casework does: it waits while it is the applicant's turn, goes on where the case
// comes back to its state, and ends where it goes elsewhere.
func (r *replay) pace(to workflow.State, clock workflow.Clock, at time.Time) error {
	old := r.stay
	switch {
	case clock == workflow.Paused:
		if old == nil || old.left != nil {
			return nil
		}
		left, err := r.d.Calendar.Remaining(at, old.due, old.state.Within.Unit)
		old.left = &left
		return r.tolerate(err)
	case old != nil && old.state.Code == to.Code && clock == workflow.Running:
		if old.left == nil {
			return nil
		}
		due, err := r.d.Calendar.Resume(at, *old.left)
		old.due, old.left = due, nil
		return r.tolerate(err)
	case old != nil:
		late := at.After(old.due)
		if old.left != nil {
			late = old.left.Late()
		}
		r.out.Stays, r.stay = append(r.out.Stays, Stay{State: old.state.Code, Label: old.state.Label, Late: late}), nil
	}
	if clock != workflow.Running || to.Within.IsZero() {
		return nil
	}
	due, err := r.d.Calendar.Due(at, to.Within)
	r.stay = &stay{state: to, due: due}
	return r.tolerate(err)
}

// StepTime is how the cases of one agency stood in one state: of how many stays it had a time to keep, and how many of them
// were longer, by the workflow that each case had and by the proposed one.
type StepTime struct {
	Agency      string    `json:"agency"`
	State       string    `json:"state"`
	Label       i18n.Text `json:"label"`
	TimedBefore int       `json:"timedBefore"`
	LateBefore  int       `json:"lateBefore"`
	TimedAfter  int       `json:"timedAfter"`
	LateAfter   int       `json:"lateAfter"`
}

// pace counts the stays of one case. A state is called as the proposal calls it.
func (t *tally) pace(agency string, before, after []Stay) {
	for _, s := range before {
		step := t.step(agency, s)
		step.TimedBefore++
		if s.Late {
			step.LateBefore++
		}
	}
	for _, s := range after {
		step := t.step(agency, s)
		step.Label = s.Label
		step.TimedAfter++
		if s.Late {
			step.LateAfter++
		}
	}
}

func (t *tally) step(agency string, s Stay) *StepTime {
	key := [2]string{agency, s.State}
	if t.steps[key] == nil {
		t.steps[key] = &StepTime{Agency: agency, State: s.State, Label: s.Label}
	}
	return t.steps[key]
}

// stepTimes lists, agency by agency, the steps that would most often have been late first.
func (t *tally) stepTimes() []StepTime {
	var out []StepTime
	for _, s := range t.steps {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b StepTime) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(b.LateAfter, a.LateAfter), cmp.Compare(b.LateBefore, a.LateBefore), cmp.Compare(a.State, b.State))
	})
	return out
}
