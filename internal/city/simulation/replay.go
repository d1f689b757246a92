package simulation

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Step is one event in the history of a case. Officer is the nil UUID for what no member of staff did.
type Step struct {
	At       time.Time
	Action   string
	From, To string // states; equal, or empty, where nothing moved
	Officer  uuid.UUID
}

// Asking is one request to an office, as it was made.
type Asking struct {
	At             time.Time
	Branch, Agency string
}

// Case is the history of one closed case as it really was.
type Case struct {
	ID                         uuid.UUID
	Number, Service, Agency    string
	Submitted, Decided, Closed time.Time    // Decided is zero when nothing was decided
	Term                       workcal.Term // as it was promised
	OnTime                     *bool        // as it was recorded at the decision
	Steps                      []Step       // the earliest first
	Asked                      []Asking     // the earliest first
	Own                        *workflow.Workflow
}

// Definition is by what a case is replayed.
type Definition struct {
	Workflow *workflow.Workflow // the case's own when nil
	Term     workcal.Term       // the promised one when zero
	Calendar workcal.Calendar
}

// Span is a stretch of time.
type Span struct{ From, To time.Time }

// Replayed is what a definition makes of a case.
type Replayed struct {
	Decided   bool
	Late      bool      // decided after the promised time
	Due       time.Time // the promised time as it stood at the decision; zero: none, or the clock was paused
	Held      []Span    // when it was the office's turn
	Asked     map[string][]Span
	Unknown   []string // states of the case that the workflow does not have; its own workflow's clock was taken for them
	Untaken   []string // steps of the case that the workflow does not offer, as "action from>to"
	Placeless []string // branches by an address that the case never went through: nobody knows which office they would ask
	Missing   int      // a year whose holidays are not known, or 0
	Stays     []Stay   // in the states that give their office time, the earliest first
}

// Replay walks through a case as if it had been dealt with by d, with every person acting at the very moments at which
// they did: the clock runs, pauses and stops by d's states, and the promise is counted by d's term and calendar. The same
// rules as those of casework: the promise is judged before the deciding step moves the clock.
func Replay(c Case, d Definition) (Replayed, error) {
	r := &replay{c: c, d: d, clock: workflow.Stopped, out: Replayed{Asked: map[string][]Span{}}}
	if d.Workflow == nil {
		r.d.Workflow = c.Own
	}
	if d.Term.IsZero() {
		r.d.Term = c.Term
	}
	if err := r.submit(); err != nil {
		return Replayed{}, err
	}
	for _, s := range c.Steps {
		if s.To == "" || s.From == s.To || s.At.Before(c.Submitted) || s.From == workflow.Draft {
			continue
		}
		if err := r.take(s); err != nil {
			return Replayed{}, err
		}
	}
	r.hand(c.Closed)
	return r.out, nil
}

// replay is the case on its way.
type replay struct {
	c        Case
	d        Definition
	clock    workflow.Clock
	due      time.Time
	left     *workcal.Remaining
	since    time.Time // when the office's turn began
	branches []string  // the offices that the present state asks
	entered  time.Time
	stay     *stay // in the present state, while it gives its office time
	out      Replayed
}

// start is the state in which the case was submitted.
func (c Case) start() string {
	for _, s := range c.Steps {
		if s.From == workflow.Draft && s.To != "" {
			return s.To
		}
	}
	if c.Own != nil {
		return c.Own.Start
	}
	return ""
}

func (r *replay) submit() error {
	if !r.d.Term.IsZero() {
		due, err := r.d.Calendar.Due(r.c.Submitted, r.d.Term)
		if err := r.tolerate(err); err != nil {
			return err
		}
		r.due = due
	}
	state, clock := r.look(r.c.start())
	r.clock = workflow.Running // a case is the office's from its submission on, unless its first state says otherwise
	r.since = r.c.Submitted
	r.enter(state, r.c.Submitted)
	if err := r.pace(state, clock, r.c.Submitted); err != nil {
		return err
	}
	return r.turn(clock, r.c.Submitted)
}

// look returns a state by the definition, or by the case's own workflow where that does not have it, which is noted.
func (r *replay) look(code string) (workflow.State, workflow.Clock) {
	if r.d.Workflow != nil {
		if s, ok := r.d.Workflow.State(code); ok {
			return s, s.Clock
		}
	}
	r.out.Unknown = once(r.out.Unknown, code)
	if r.c.Own != nil {
		if s, ok := r.c.Own.State(code); ok {
			return s, s.Clock
		}
	}
	return workflow.State{}, workflow.Running
}

func (r *replay) take(s Step) error {
	r.offered(s)
	if !r.c.Decided.IsZero() && !r.out.Decided && !s.At.Before(r.c.Decided) {
		r.out.Decided, r.out.Due = true, r.due
		switch {
		case r.clock == workflow.Paused && r.left != nil:
			r.out.Late = r.left.Late()
		default:
			r.out.Late = !r.due.IsZero() && s.At.After(r.due)
		}
	}
	state, clock := r.look(s.To)
	if err := r.turn(clock, s.At); err != nil {
		return err
	}
	r.enter(state, s.At)
	return r.pace(state, clock, s.At)
}

// offered notes a step that the proposed workflow would not have let anybody take.
func (r *replay) offered(s Step) {
	if r.d.Workflow == nil || r.d.Workflow == r.c.Own {
		return
	}
	a, ok := r.d.Workflow.Action(s.Action)
	if !ok || a.To != s.To || !slices.Contains(a.From, s.From) {
		r.out.Untaken = once(r.out.Untaken, s.Action+" "+s.From+">"+s.To)
	}
}

// turn moves the clock as casework does.
func (r *replay) turn(to workflow.Clock, at time.Time) error {
	from := r.clock
	r.clock = to
	switch {
	case r.d.Term.Unit == workcal.Date: // a named day waits for nobody
	case from == workflow.Running && to == workflow.Paused && !r.due.IsZero():
		left, err := r.d.Calendar.Remaining(at, r.due, r.d.Term.Unit)
		if err := r.tolerate(err); err != nil {
			return err
		}
		r.left, r.due = &left, time.Time{}
	case from == workflow.Paused && to == workflow.Running && r.left != nil:
		due, err := r.d.Calendar.Resume(at, *r.left)
		if err := r.tolerate(err); err != nil {
			return err
		}
		r.left, r.due = nil, due
	}
	switch {
	case from == workflow.Running && to != workflow.Running:
		r.hand(at)
	case from != workflow.Running && to == workflow.Running:
		r.since = at
	}
	return nil
}

// hand ends the office's turn.
func (r *replay) hand(at time.Time) {
	if !r.since.IsZero() && at.After(r.since) {
		r.out.Held = append(r.out.Held, Span{r.since, at})
	}
	r.since = time.Time{}
	r.leave(at)
}

// enter begins what a state asks of other offices.
func (r *replay) enter(s workflow.State, at time.Time) {
	r.leave(at)
	r.entered = at
	for _, b := range s.Branches {
		agency := b.Agency
		if b.Office != "" {
			known := false
			if agency, known = r.c.askedOf(b.Code, at); !known {
				r.out.Placeless = once(r.out.Placeless, b.Code)
			}
		}
		if agency != "" && agency != r.c.Agency {
			r.branches = once(r.branches, agency)
		}
	}
}

// askedOf is the office of which a branch was really asked, last before a moment where it was asked more than once. The
// answers with the address are not the simulation's to read.
func (c Case) askedOf(branch string, at time.Time) (agency string, known bool) {
	for _, a := range c.Asked {
		if a.Branch == branch && (!known || !a.At.After(at)) {
			agency, known = a.Agency, true
		}
	}
	return agency, known
}

func (r *replay) leave(at time.Time) {
	for _, agency := range r.branches {
		if at.After(r.entered) {
			r.out.Asked[agency] = append(r.out.Asked[agency], Span{r.entered, at})
		}
	}
	r.branches = nil
}

// tolerate notes a year without holidays, through which a date was counted all the same.
func (r *replay) tolerate(err error) error {
	if year, missing := workcal.MissingYear(err); missing {
		r.out.Missing = year
		return nil
	}
	return err
}

func once(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}
