package simulation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

var wib = time.FixedZone("WIB", 7*3600)

func working() workcal.Calendar {
	c := workcal.Calendar{Zone: wib, Week: [7]bool{false, true, true, true, true, true, false}, Holidays: map[string]string{},
		Years: map[int]bool{2026: true, 2027: true}, Open: "07:30", Close: "16:00"}
	return c
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, wib)
	if err != nil {
		panic(err)
	}
	return t
}

// standard is a workflow of the common shape.
func standard() *workflow.Workflow {
	state := func(code string, stage workflow.Stage, clock workflow.Clock) workflow.State {
		return workflow.State{Code: code, Stage: stage, Clock: clock}
	}
	action := func(code, to string, from ...string) workflow.Action {
		return workflow.Action{Code: code, From: from, To: to}
	}
	return &workflow.Workflow{Code: "w", Version: 1, Start: "sent",
		States: []workflow.State{
			state("sent", workflow.StageReceived, workflow.Running), state("checked", workflow.StageInReview, workflow.Running),
			state("back", workflow.StageNeedsCorrection, workflow.Paused), state("granted", workflow.StageApproved, workflow.Stopped),
			state("over", workflow.StageCompleted, workflow.Stopped),
		},
		Actions: []workflow.Action{
			action("check", "checked", "sent"), action("ask", "back", "sent", "checked"), action("correct", "checked", "back"),
			action("grant", "granted", "checked"), action("fetch", "over", "granted"),
		}}
}

// sample is a case of Tuesday 24 November with two working days: checked at once, sent back on Wednesday morning,
// corrected a week later, granted the day after.
func sample() Case {
	return Case{ID: uuid.New(), Number: "BTM-26-1", Service: "s", Agency: "a", Term: workcal.Term{Amount: 2, Unit: workcal.WorkingDay}, Own: standard(),
		Submitted: at("2026-11-24 10:00"), Decided: at("2026-12-03 09:00"), Closed: at("2026-12-04 09:00"), Steps: []Step{
			{At: at("2026-11-24 10:00"), Action: "submitted", From: "draft", To: "sent"},
			{At: at("2026-11-24 11:00"), Action: "check", From: "sent", To: "checked", Officer: uuid.New()},
			{At: at("2026-11-25 09:00"), Action: "note", From: "checked", To: "checked"},
			{At: at("2026-11-25 09:00"), Action: "ask", From: "checked", To: "back"},
			{At: at("2026-12-02 09:00"), Action: "correct", From: "back", To: "checked"},
			{At: at("2026-12-03 09:00"), Action: "grant", From: "checked", To: "granted"},
			{At: at("2026-12-04 09:00"), Action: "fetch", From: "granted", To: "over"},
		}}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Case, *Definition)
		late   bool
		due    string
		held   int
	}{
		{"as it was", func(*Case, *Definition) {}, false, "2026-12-03 16:00", 2},
		{"a term of one day", func(_ *Case, d *Definition) { d.Term = workcal.Term{Amount: 1, Unit: workcal.WorkingDay} }, true, "2026-12-02 16:00", 2},
		{"48 hours", func(_ *Case, d *Definition) { d.Term = workcal.Term{Amount: 48, Unit: workcal.Hour} }, false, "2026-12-03 10:00", 2},
		{"40 hours", func(_ *Case, d *Definition) { d.Term = workcal.Term{Amount: 40, Unit: workcal.Hour} }, true, "2026-12-03 02:00", 2},
		{"a named day, which no pause moves", func(_ *Case, d *Definition) { d.Term = workcal.Term{Amount: 20261204, Unit: workcal.Date} }, false, "2026-12-04 16:00", 2},
		{"a named day that passed meanwhile", func(_ *Case, d *Definition) { d.Term = workcal.Term{Amount: 20261127, Unit: workcal.Date} }, true, "2026-11-27 16:00", 2},
		{"a holiday in between", func(_ *Case, d *Definition) { d.Calendar.Holidays["2026-11-25"] = "libur" }, false, "2026-12-04 16:00", 2},
		{"the clock runs on during a correction", func(_ *Case, d *Definition) {
			d.Workflow = standard()
			d.Workflow.States[2].Clock = workflow.Running
		}, true, "2026-11-26 16:00", 1},
		{"the clock stands still while it is checked", func(_ *Case, d *Definition) {
			d.Workflow = standard()
			d.Workflow.States[1].Clock = workflow.Paused
		}, false, "", 1},
		{"nothing promised", func(c *Case, _ *Definition) { c.Term = workcal.Term{} }, false, "", 2},
		{"late before it was sent back", func(c *Case, _ *Definition) { c.Submitted = at("2026-11-20 10:00"); c.Steps[0].At = c.Submitted }, true, "2026-12-01 16:00", 2},
	} {
		c, d := sample(), Definition{Calendar: working()}
		tt.change(&c, &d)
		got, err := Replay(c, d)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		due := ""
		if !got.Due.IsZero() {
			due = got.Due.In(wib).Format("2006-01-02 15:04")
		}
		if !got.Decided || got.Late != tt.late || due != tt.due || len(got.Held) != tt.held || len(got.Unknown) > 0 {
			t.Errorf("%s: %+v, due %s", tt.name, got, due)
		}
	}
}

// TestWhatTheProposalDoesNotKnowIsNamed and dealt with by the case's own workflow, not dropped.
func TestWhatTheProposalDoesNotKnowIsNamed(t *testing.T) {
	t.Parallel()
	c := sample()
	next := standard()
	next.States = slices.DeleteFunc(next.States, func(s workflow.State) bool { return s.Code == "back" })
	next.Actions = slices.DeleteFunc(next.Actions, func(a workflow.Action) bool { return a.Code == "ask" })
	got, err := Replay(c, Definition{Workflow: next, Calendar: working()})
	if err != nil || !slices.Equal(got.Unknown, []string{"back"}) || !slices.Equal(got.Untaken, []string{"ask checked>back"}) || got.Late {
		t.Errorf("%+v, %v", got, err)
	}
	next.States[1].Branches = []workflow.Branch{{Code: "rec", Agency: "dinkes"}, {Code: "own", Agency: "a"}}
	got, err = Replay(c, Definition{Workflow: next, Calendar: working()})
	if err != nil || len(got.Asked) != 1 || len(got.Asked["dinkes"]) != 2 || !got.Asked["dinkes"][0].From.Equal(at("2026-11-24 11:00")) {
		t.Errorf("an office that is asked: %+v, %v", got.Asked, err)
	}
	// By an address it is the office that was really asked, each time anew; of one that was never asked nothing is made up.
	next.States[1].Branches = []workflow.Branch{{Code: "tinjau", Agency: "setda", Office: "lokasi"}, {Code: "baru", Agency: "setda", Office: "lokasi"}}
	c.Asked = []Asking{{at("2026-11-24 11:00"), "tinjau", "kec-nongsa"}, {at("2026-12-02 09:00"), "tinjau", "kec-sekupang"}}
	got, err = Replay(c, Definition{Workflow: next, Calendar: working()})
	if err != nil || len(got.Asked) != 2 || len(got.Asked["kec-nongsa"]) != 1 || len(got.Asked["kec-sekupang"]) != 1 || !slices.Equal(got.Placeless, []string{"baru"}) {
		t.Errorf("the office of an address: %+v %v, %v", got.Asked, got.Placeless, err)
	}
	withdrawn := sample()
	withdrawn.Decided = time.Time{}
	if got, err := Replay(withdrawn, Definition{Calendar: working(), Term: workcal.Term{Amount: 1, Unit: workcal.Minute}}); err != nil || got.Decided || got.Late {
		t.Errorf("withdrawn: %+v, %v", got, err)
	}
}

// anyCase draws a history of the standard workflow.
func anyCase(t *rapid.T) Case {
	now := at("2026-02-02 08:00").Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "sent")) * time.Minute)
	c := Case{ID: uuid.New(), Service: "s", Agency: "a", Submitted: now, Own: standard(),
		Term:  workcal.Term{Amount: rapid.IntRange(1, 20).Draw(t, "term"), Unit: rapid.SampledFrom([]workcal.Unit{workcal.WorkingDay, workcal.Day, workcal.Hour, workcal.Minute, workcal.Month}).Draw(t, "unit")},
		Steps: []Step{{At: now, Action: "submitted", From: "draft", To: "sent"}}}
	step := func(action, from, to string) {
		now = now.Add(time.Duration(rapid.IntRange(1, 20*24*60).Draw(t, action)) * time.Minute)
		c.Steps = append(c.Steps, Step{At: now, Action: action, From: from, To: to})
	}
	step("check", "sent", "checked")
	for range rapid.IntRange(0, 3).Draw(t, "corrections") {
		step("ask", "checked", "back")
		step("correct", "back", "checked")
	}
	step("grant", "checked", "granted")
	c.Decided = now
	step("fetch", "granted", "over")
	c.Closed = now
	return c
}

// TestALongerTermIsNeverMoreLate, for every history.
func TestALongerTermIsNeverMoreLate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		shorter, err := Replay(c, Definition{Calendar: working()})
		if err != nil {
			t.Fatal(err)
		}
		more := c.Term
		more.Amount += rapid.IntRange(1, 10).Draw(t, "more")
		longer, err := Replay(c, Definition{Calendar: working(), Term: more})
		if err != nil {
			t.Fatal(err)
		}
		if longer.Late && !shorter.Late {
			t.Fatalf("%v is late and %v is not: %+v", more, c.Term, c)
		}
	})
}

// TestTheSameDefinitionChangesNothing: as figures, as a list of cases and as work in hand.
func TestTheSameDefinitionChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cal := map[string]workcal.Calendar{"a": working()}
		same := standard()
		tally := newTally(same, workcal.Term{}, cal, cal)
		late := 0
		for range rapid.IntRange(1, 8).Draw(t, "cases") {
			c := anyCase(t)
			was, err := Replay(c, Definition{Calendar: cal["a"]})
			if err != nil {
				t.Fatal(err)
			}
			kept := !was.Late
			if c.OnTime = &kept; was.Late {
				late++
			}
			if err := tally.add(c); err != nil {
				t.Fatal(err)
			}
		}
		r := tally.result(at("2026-02-01 00:00"), at("2027-01-01 00:00"))
		if r.LateBefore != late || r.LateAfter != late || r.ChangedAll+r.Differs+len(r.Unknown)+len(r.Untaken) > 0 {
			t.Fatalf("%+v", r)
		}
		for _, o := range r.Offices {
			for _, w := range o.Weeks {
				if w.MeanBefore != w.MeanAfter || w.PeakBefore != w.PeakAfter {
					t.Fatalf("%+v", w)
				}
			}
		}
	})
}

func TestWorkInHand(t *testing.T) {
	t.Parallel()
	weeks := weeksOf(at("2026-11-25 12:00"), at("2026-12-07 00:00"))
	if len(weeks) != 2 || weeks[0].Format(time.DateOnly) != "2026-11-23" {
		t.Fatalf("weeks %v", weeks)
	}
	l := load{before: []Span{
		{at("2026-11-20 00:00"), at("2026-11-30 00:00")}, // the whole first week
		{at("2026-11-23 00:00"), at("2026-11-26 12:00")}, // half of it
		{at("2026-11-26 12:00"), at("2026-12-03 12:00")}, // begins as that ends
	}}
	l.after = append(slices.Clone(l.before), Span{at("2026-11-30 00:00"), at("2026-12-07 00:00")}, Span{at("2026-11-30 00:00"), at("2027-12-07 00:00")})
	o := l.office("a", weeks, at("2026-12-07 00:00"))
	want := []Week{{"2026-11-23", 1, 20, 20, 2, 2}, {"2026-11-30", 2, 5, 25, 1, 3}}
	if !slices.Equal(o.Weeks, want) || o.Best != 2 || o.OverBefore != 0 || o.OverAfter != 1 {
		t.Errorf("%+v", o)
	}
	// Against the simplest count: look every hour.
	rapid.Check(t, func(t *rapid.T) {
		var spans []Span
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			from := at("2026-11-20 00:00").Add(time.Duration(rapid.IntRange(0, 400).Draw(t, fmt.Sprint("from", i))) * time.Hour)
			spans = append(spans, Span{from, from.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, fmt.Sprint("long", i))) * time.Hour)})
		}
		for i, h := range inHand(spans, weeks, at("2026-12-07 00:00")) {
			sum, peak := 0, 0
			for hour := weeks[i]; hour.Before(weeks[i].AddDate(0, 0, 7)); hour = hour.Add(time.Hour) {
				n := 0
				for _, s := range spans {
					if !hour.Before(s.From) && hour.Before(s.To) {
						n++
					}
				}
				sum, peak = sum+n, max(peak, n)
			}
			if h.peak != peak || h.mean != (10*sum+84)/168 {
				t.Fatalf("week %d: %+v, want %d and %d", i, h, (10*sum+84)/168, peak)
			}
		}
	})
}
