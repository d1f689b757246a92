package workflow

import (
	"time"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
)

// Reminder tells somebody before the promised time ends: when Percent of it has passed, or Before its end.
type Reminder struct {
	Percent int          `json:"percent,omitempty" yaml:"percent"`
	Before  workcal.Term `json:"before,omitzero" yaml:"before"`
	Tell    string       `json:"tell" yaml:"tell"` // ToHolder, or a role in the agency
}

// Escalation says who is told when a case stays too long. After is "due", the end of the promised time; By counts from
// there. Levels are told one after the other, from 1 on.
type Escalation struct {
	After string       `json:"after" yaml:"after"`
	By    workcal.Term `json:"by,omitzero" yaml:"by"`
	Level int          `json:"level" yaml:"level"`
	Tell  string       `json:"tell" yaml:"tell"` // ToHolder, or a role in the agency
}

// AfterDue is the end of the promised time.
const AfterDue = "due"

// Ladder is who is told of a case, and when: before its promised time ends, and after. A workflow has one; what is dealt
// with by it may have its own instead.
type Ladder struct {
	Reminders  []Reminder   `json:"reminders,omitempty" yaml:"reminders"`
	Escalation []Escalation `json:"escalation,omitempty" yaml:"escalation"`
}

// Ladder is the one of the workflow.
func (w *Workflow) Ladder() Ladder { return Ladder{w.Reminders, w.Escalation} }

// Rung is the next thing to tell of a case that is not decided: a reminder, or a level of its lateness.
type Rung struct {
	Reminder int // counted from 1; 0 for a level
	Level    int
	Tell     string
	At       time.Time
}

// Next returns what is to be told of a case whose promised time of term ends at due, after so many reminders and levels
// were; false when nothing is left. A year whose holidays were not imported makes the moments earlier, never later.
func (l Ladder) Next(cal workcal.Calendar, due time.Time, term workcal.Term, reminded, level int) (Rung, bool, error) {
	if level == 0 && reminded < len(l.Reminders) {
		r := l.Reminders[reminded]
		back := r.Before
		if back.IsZero() {
			if term.Unit == workcal.Month { // of which a part is no whole number
				term = workcal.Term{Amount: 30 * term.Amount, Unit: workcal.Day}
			}
			back = workcal.Term{Amount: term.Amount - term.Amount*r.Percent/100, Unit: term.Unit}
		}
		at, err := cal.Back(due, back)
		return Rung{Reminder: reminded + 1, Tell: r.Tell, At: at}, true, known(err)
	}
	if level >= len(l.Escalation) {
		return Rung{}, false, nil
	}
	e := l.Escalation[level]
	at := due
	if !e.By.IsZero() {
		var err error
		if at, err = cal.Due(due, e.By); known(err) != nil {
			return Rung{}, false, err
		}
	}
	return Rung{Level: level + 1, Tell: e.Tell, At: at}, true, nil
}

// Check holds reminders to come before the end of the promised time, and levels to be told from 1 on, each at its place
// below at.
func (l Ladder) Check(c *pack.Check, at string) {
	below := func(list string, i int) string {
		if at != "" {
			list = at + "." + list
		}
		return pack.At(list, i)
	}
	for i, r := range l.Reminders {
		at := below("reminders", i)
		c.Code(at+".tell", r.Tell)
		if (r.Percent != 0) == (r.Before != workcal.Term{}) {
			c.Add(at, "percent_or_before")
		}
		if r.Percent < 0 || r.Percent > 99 {
			c.Add(at+".percent", "not_between", "value", r.Percent, "low", 1, "high", 99)
		}
		if r.Before != (workcal.Term{}) {
			checkTerm(c, at+".before", r.Before)
		}
	}
	for i, e := range l.Escalation {
		at := below("escalation", i)
		c.OneOf(at+".after", e.After, AfterDue)
		c.Code(at+".tell", e.Tell)
		if e.Level != i+1 {
			c.Add(at+".level", "bad_form", "value", e.Level, "example", i+1)
		}
		if e.By != (workcal.Term{}) {
			checkTerm(c, at+".by", e.By)
		}
	}
}

// known drops the warning that a year's holidays were not imported.
func known(err error) error {
	if _, missing := workcal.MissingYear(err); missing {
		return nil
	}
	return err
}
