package workflow

import (
	"testing"

	"bedelau/internal/kernel/workcal"
)

// TestTheLongestWay adds up the times of the states along the way on which they are most.
func TestTheLongestWay(t *testing.T) {
	t.Parallel()
	days := func(n int) workcal.Term { return workcal.Term{Amount: n, Unit: workcal.WorkingDay} }
	flow := func(hours bool) *Workflow {
		w := &Workflow{Start: "a", States: []State{
			{Code: "a", Clock: Running, Within: days(1)}, {Code: "b", Clock: Running, Within: days(2)}, {Code: "c", Clock: Running, Within: days(4)},
			{Code: "wait", Clock: Paused}, {Code: "end", Clock: Stopped, Final: true},
		}, Actions: []Action{
			{Code: "check", From: []string{"a"}, To: "b"}, {Code: "ask", From: []string{"a", "b"}, To: "wait"}, {Code: "correct", From: []string{"wait"}, To: "b"},
			{Code: "survey", From: []string{"wait"}, To: "c"}, {Code: "decide", From: []string{"b", "c"}, To: "end"},
		}}
		if hours {
			w.States[2].Within = workcal.Term{Amount: 4, Unit: workcal.Hour}
		}
		return w
	}
	if got, ok := flow(false).Longest(); !ok || got != days(7) { // a, b, back to the applicant, c
		t.Errorf("%v, %v", got, ok)
	}
	if got, ok := flow(true).Longest(); ok {
		t.Errorf("hours and days added up to %v", got)
	}
	if _, ok := (&Workflow{Start: "a", States: []State{{Code: "a", Clock: Running}}}).Longest(); ok {
		t.Error("no state has a time")
	}
}
