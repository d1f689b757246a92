package simulation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Result is what a proposal would have made of the cases of a window.
type Result struct {
	Cases      int `json:"cases"`
	Decided    int `json:"decided"`
	LateBefore int `json:"lateBefore"` // as it was recorded
	LateAfter  int `json:"lateAfter"`
	// Differs counts the cases of which today's definitions, without the proposal, already say something else than was
	// recorded, such as after a holiday that was decreed later.
	Differs int `json:"differs"`

	Rows       []Row      `json:"rows"`
	Changed    []Change   `json:"changed"`    // the first of them
	ChangedAll int        `json:"changedAll"` // how many there are
	Offices    []Office   `json:"offices"`
	Steps      []StepTime `json:"steps"`     // that have a time of their own
	Unknown    []Named    `json:"unknown"`   // states that the proposed workflow does not have
	Untaken    []Named    `json:"untaken"`   // steps that it does not offer
	Placeless  []Named    `json:"placeless"` // requests by an address, and the cases that were never asked them: their load is not counted
	Missing    []int      `json:"missing"`   // years without holidays
}

// Row is the cases of one service in one agency.
type Row struct {
	Service    string `json:"service"`
	Agency     string `json:"agency"`
	Cases      int    `json:"cases"`
	Decided    int    `json:"decided"`
	LateBefore int    `json:"lateBefore"`
	LateAfter  int    `json:"lateAfter"`
}

// Change is a case that would have ended otherwise: late instead of in time, or the other way round.
type Change struct {
	ID      uuid.UUID `json:"id"`
	Number  string    `json:"number"`
	Service string    `json:"service"`
	Agency  string    `json:"agency"`
	Decided time.Time `json:"decided"`
	Due     time.Time `json:"due,omitzero"` // under the proposal
	Late    bool      `json:"late"`         // under the proposal
}

// Named is something of the cases that the proposal does not know, and how many of them have it.
type Named struct {
	Name  string `json:"name"`
	Cases int    `json:"cases"`
}

// maxChanges bounds the list of cases; the counts are of all.
const maxChanges = 500

// tally gathers cases into a Result, one at a time.
type tally struct {
	workflow  *workflow.Workflow // proposed, or nil
	term      workcal.Term       // proposed, or zero
	now, then map[string]workcal.Calendar
	out       Result
	rows      map[[2]string]*Row
	loads     map[string]*load
	steps     map[[2]string]*StepTime
	unknown   map[string]int
	untaken   map[string]int
	placeless map[string]int
	missing   map[int]bool
}

// newTally counts by the calendars of today, now, and by those of the proposal, then, by agency.
func newTally(wf *workflow.Workflow, term workcal.Term, now, then map[string]workcal.Calendar) *tally {
	return &tally{workflow: wf, term: term, now: now, then: then, rows: map[[2]string]*Row{}, loads: map[string]*load{}, steps: map[[2]string]*StepTime{},
		unknown: map[string]int{}, untaken: map[string]int{}, placeless: map[string]int{}, missing: map[int]bool{}}
}

// add replays one case as it is and as it would be.
func (t *tally) add(c Case) error {
	before, err := Replay(c, Definition{Calendar: of(t.now, c.Agency)})
	if err != nil {
		return err
	}
	after, err := Replay(c, Definition{Workflow: t.workflow, Term: t.term, Calendar: of(t.then, c.Agency)})
	if err != nil {
		return err
	}
	late := c.OnTime != nil && !*c.OnTime
	row := t.row(c)
	t.out.Cases++
	row.Cases++
	if !c.Decided.IsZero() {
		t.out.Decided++
		row.Decided++
		t.judge(c, row, late, before, after)
	}
	l := t.load(c.Agency)
	l.before, l.after = append(l.before, before.Held...), append(l.after, after.Held...)
	for agency, spans := range before.Asked {
		t.load(agency).before = append(t.load(agency).before, spans...)
	}
	for agency, spans := range after.Asked {
		t.load(agency).after = append(t.load(agency).after, spans...)
	}
	for _, s := range c.Steps {
		if s.Officer != uuid.Nil {
			l.officers[s.Officer] = true
		}
	}
	t.pace(c.Agency, before.Stays, after.Stays)
	t.note(after)
	return nil
}

// of is an agency's calendar, or the city's for one that is no longer in the catalogue.
func of(all map[string]workcal.Calendar, agency string) workcal.Calendar {
	if c, ok := all[agency]; ok {
		return c
	}
	return all[""]
}

func (t *tally) judge(c Case, row *Row, late bool, before, after Replayed) {
	if late {
		t.out.LateBefore++
		row.LateBefore++
	}
	if after.Late {
		t.out.LateAfter++
		row.LateAfter++
	}
	if before.Late != late {
		t.out.Differs++
	}
	if after.Late == late {
		return
	}
	t.out.ChangedAll++
	if len(t.out.Changed) < maxChanges {
		t.out.Changed = append(t.out.Changed, Change{ID: c.ID, Number: c.Number, Service: c.Service, Agency: c.Agency, Decided: c.Decided,
			Due: after.Due, Late: after.Late})
	}
}

func (t *tally) note(r Replayed) {
	for _, s := range r.Unknown {
		t.unknown[s]++
	}
	for _, s := range r.Untaken {
		t.untaken[s]++
	}
	for _, b := range r.Placeless {
		t.placeless[b]++
	}
	if r.Missing != 0 {
		t.missing[r.Missing] = true
	}
}

func (t *tally) row(c Case) *Row {
	key := [2]string{c.Service, c.Agency}
	if t.rows[key] == nil {
		t.rows[key] = &Row{Service: c.Service, Agency: c.Agency}
	}
	return t.rows[key]
}

func (t *tally) load(agency string) *load {
	if t.loads[agency] == nil {
		t.loads[agency] = &load{officers: map[uuid.UUID]bool{}}
	}
	return t.loads[agency]
}

// result closes the count of the window from from to until.
func (t *tally) result(from, until time.Time) Result {
	out := t.out
	for _, r := range t.rows {
		out.Rows = append(out.Rows, *r)
	}
	slices.SortFunc(out.Rows, func(a, b Row) int { return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Service, b.Service)) })
	weeks := weeksOf(from, until)
	for _, agency := range slices.Sorted(maps.Keys(t.loads)) {
		out.Offices = append(out.Offices, t.loads[agency].office(agency, weeks, until))
	}
	out.Steps = t.stepTimes()
	out.Unknown, out.Untaken = named(t.unknown), named(t.untaken)
	out.Placeless = named(t.placeless)
	out.Missing = slices.Sorted(maps.Keys(t.missing))
	return out
}

// named lists the most frequent first.
func named(counts map[string]int) []Named {
	var out []Named
	for name, n := range counts {
		out = append(out, Named{Name: name, Cases: n})
	}
	slices.SortFunc(out, func(a, b Named) int { return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.Name, b.Name)) })
	return out
}
