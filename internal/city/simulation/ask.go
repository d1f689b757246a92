package simulation

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Ask is what is proposed for one service, and for which window. What is left out stays as it is.
type Ask struct {
	Service string          `json:"service"`
	Wide    bool            `json:"wide,omitempty"`    // all services that share the service's workflow
	Version int             `json:"version,omitempty"` // of the workflow; 0: each case's own
	Draft   json.RawMessage `json:"draft,omitempty"`   // a workflow that is not published, instead of a Version
	Term    workcal.Term    `json:"term,omitzero"`
	DaysOff []string        `json:"days_off,omitempty"` // no office works
	DaysOn  []string        `json:"days_on,omitempty"`  // offices work although it is a day off
	From    string          `json:"from"`               // days on which the cases were closed, both included
	To      string          `json:"to"`
}

const (
	maxDays   = 100
	maxWindow = 400 * 24 * time.Hour
	maxDraft  = 200 << 10
	maxTerm   = 1000
)

// LastQuarter is the calendar quarter before the one of now, as From and To.
func LastQuarter(now time.Time) (from, to string) {
	month := (int(now.Month())-1)/3*3 + 1
	start := time.Date(now.Year(), time.Month(month), 1, 12, 0, 0, 0, now.Location())
	return start.AddDate(0, -3, 0).Format(time.DateOnly), start.AddDate(0, 0, -1).Format(time.DateOnly)
}

// LastMonth is the calendar month before the one of now, as From and To.
func LastMonth(now time.Time) (from, to string) {
	start := time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, now.Location())
	return start.AddDate(0, -1, 0).Format(time.DateOnly), start.AddDate(0, 0, -1).Format(time.DateOnly)
}

// LastYear is the twelve calendar months before the one of now, as From and To.
func LastYear(now time.Time) (from, to string) {
	start := time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, now.Location())
	return start.AddDate(-1, 0, 0).Format(time.DateOnly), start.AddDate(0, 0, -1).Format(time.DateOnly)
}

// validate names every field at fault and returns the window in the city's zone.
func (a Ask) validate(zone *time.Location, now time.Time) (from, until time.Time, err error) {
	var bad []fault.Field
	refuse := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	from, err1 := time.ParseInLocation(time.DateOnly, a.From, zone)
	to, err2 := time.ParseInLocation(time.DateOnly, a.To, zone)
	until = to.AddDate(0, 0, 1)
	switch {
	case err1 != nil:
		refuse("from", "date_form")
	case err2 != nil:
		refuse("to", "date_form")
	case to.Before(from) || until.Sub(from) > maxWindow || from.Year() < 2000 || from.After(now):
		refuse("to", "simulation_window")
	}
	if a.Term != (workcal.Term{}) && (a.Term.Amount < 1 || a.Term.Amount > maxTerm || !slices.Contains(Units(), a.Term.Unit)) {
		refuse("term", "simulation_term", "max", maxTerm)
	}
	for name, days := range map[string][]string{"days_off": a.DaysOff, "days_on": a.DaysOn} {
		if len(days) > maxDays {
			refuse(name, "too_many", "max", maxDays)
		}
		for _, d := range days {
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				refuse(name, "simulation_day")
				break
			}
		}
	}
	if a.Version < 0 || a.Version > 1<<30 {
		refuse("version", "not_an_option")
	}
	if _, err := a.draft(); err != nil {
		refuse("draft", "simulation_draft")
	}
	return from, until, fault.Fields(bad)
}

// Units lists what a term can be counted in.
func Units() []workcal.Unit {
	return []workcal.Unit{workcal.WorkingDay, workcal.Day, workcal.Hour, workcal.Minute, workcal.Month}
}

// draft reads the workflow that is not published, or returns nil. It must hold together as far as a replay needs it;
// whether it can be published is for its own check.
func (a Ask) draft() (*workflow.Workflow, error) {
	if len(a.Draft) == 0 {
		return nil, nil
	}
	if len(a.Draft) > maxDraft {
		return nil, errDraft
	}
	var w workflow.Workflow
	d := json.NewDecoder(bytes.NewReader(a.Draft))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return nil, err
	}
	if _, ok := w.State(w.Start); !ok {
		return nil, errDraft
	}
	for _, s := range w.States {
		if !slices.Contains([]workflow.Clock{workflow.Running, workflow.Paused, workflow.Stopped}, s.Clock) {
			return nil, errDraft
		}
	}
	for _, x := range w.Actions {
		if _, ok := w.State(x.To); !ok {
			return nil, errDraft
		}
	}
	return &w, nil
}

var errDraft = fault.New(fault.Invalid, "input.invalid")

// changed is a calendar with the proposed days.
func (a Ask) changed(c workcal.Calendar) workcal.Calendar {
	c.Holidays, c.Special = maps.Clone(c.Holidays), maps.Clone(c.Special)
	if c.Holidays == nil {
		c.Holidays = map[string]string{}
	}
	if c.Special == nil {
		c.Special = map[string]workcal.Span{}
	}
	for _, d := range a.DaysOff {
		delete(c.Special, d)
		c.Holidays[d] = d
	}
	for _, d := range a.DaysOn {
		delete(c.Holidays, d)
		if day, err := time.ParseInLocation(time.DateOnly, d, c.Zone); err == nil && !c.Working(day) {
			c.Special[d] = workcal.Span{Open: c.Open, Close: c.Close}
		}
	}
	return c
}
