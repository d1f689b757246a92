package simulation

import (
	"testing"

	"pgregory.net/rapid"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// within is the standard workflow with a time for its states.
func within(unit workcal.Unit, amounts map[string]int) *workflow.Workflow {
	w := standard()
	for i := range w.States {
		if n := amounts[w.States[i].Code]; n > 0 {
			w.States[i].Within = workcal.Term{Amount: n, Unit: unit}
		}
	}
	return w
}

// TestReplayOfStays: the sample is checked an hour after it came, on Tuesday; it is asked for on Wednesday morning, comes back a
// week later and is granted on the day after that.
func TestReplayOfStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		flow   *workflow.Workflow
		off    string
		stays  int
		late   string // the states in which it was
		change func(*workflow.Workflow)
	}{
		{name: "no time", flow: standard()},
		{name: "half an hour to begin", flow: within(workcal.Minute, map[string]int{"sent": 30}), stays: 1, late: "sent"},
		{name: "two hours to begin", flow: within(workcal.Minute, map[string]int{"sent": 120}), stays: 1},
		{name: "a day to check", flow: within(workcal.WorkingDay, map[string]int{"checked": 1}), stays: 1, late: "checked"},
		{name: "two, of which the applicant's week is none", flow: within(workcal.WorkingDay, map[string]int{"checked": 2}), stays: 1},
		{name: "two days and two hours on the clock", flow: within(workcal.Hour, map[string]int{"checked": 50}), stays: 1},
		{name: "less than it stood before and after", flow: within(workcal.Hour, map[string]int{"checked": 45}), stays: 1, late: "checked"},
		{name: "late already when it was sent back", flow: within(workcal.Hour, map[string]int{"checked": 20}), stays: 1, late: "checked"},
		{name: "the correction is the office's", flow: within(workcal.WorkingDay, map[string]int{"checked": 1, "back": 2}), stays: 3, late: "back",
			change: func(w *workflow.Workflow) { w.States[2].Clock = workflow.Running }},
	} {
		if tt.change != nil {
			tt.change(tt.flow)
		}
		got, err := Replay(sample(), Definition{Workflow: tt.flow, Calendar: working()})
		late := ""
		for _, s := range got.Stays {
			if s.Late {
				late += s.State
			}
		}
		if err != nil || len(got.Stays) != tt.stays || late != tt.late {
			t.Errorf("%s: %+v, %v", tt.name, got.Stays, err)
		}
	}
}

// TestAStepWithMoreTimeIsNeverMoreLate, for every history, and what is counted before does not depend on the proposal.
func TestAStepWithMoreTimeIsNeverMoreLate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]workcal.Unit{workcal.WorkingDay, workcal.Day, workcal.Hour, workcal.Minute}).Draw(t, "of")
		n := rapid.IntRange(1, 20).Draw(t, "within")
		cal := map[string]workcal.Calendar{"a": working()}
		tally := newTally(within(unit, map[string]int{"checked": n + rapid.IntRange(0, 10).Draw(t, "more")}), workcal.Term{}, cal, cal)
		for range rapid.IntRange(1, 6).Draw(t, "cases") {
			c := anyCase(t)
			c.Own = within(unit, map[string]int{"checked": n})
			if err := tally.add(c); err != nil {
				t.Fatal(err)
			}
		}
		r := tally.result(at("2026-02-01 00:00"), at("2027-01-01 00:00"))
		if len(r.Steps) != 1 || r.Steps[0].State != "checked" || r.Steps[0].Agency != "a" || r.Steps[0].TimedBefore != r.Cases ||
			r.Steps[0].TimedAfter != r.Cases || r.Steps[0].LateAfter > r.Steps[0].LateBefore {
			t.Fatalf("%+v", r.Steps)
		}
	})
}
