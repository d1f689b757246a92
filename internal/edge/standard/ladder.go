package standard

import (
	"strconv"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const (
	unitPercent = "percent" // of the promised time, in the place of a unit
	mostRungs   = 10        // of one kind that a page asks
)

// ladder asks who is told of a deadline, and when, where the service has its own instead of its workflow's: what there is,
// and one more of each kind.
func (f asker) ladder(own *workflow.Ladder, roles []ui.Option) office.StandardSection {
	l := workflow.Ladder{}
	if own != nil {
		l = *own
	}
	tell := append([]ui.Option{{Value: workflow.ToHolder, Label: f.l.T("flow.holder")}}, roles...)
	units := options([]string{string(workcal.WorkingDay), string(workcal.Day), string(workcal.Hour), string(workcal.Minute)},
		func(v string) string { return f.l.T("simulation.unit_of." + v) })
	rung := func(kind string, i, amount int, unit, role string, units []ui.Option) []ui.Field {
		at, value := "rules_ladder_"+kind+"_"+strconv.Itoa(i)+"_", ""
		if amount != 0 {
			value = strconv.Itoa(amount)
		}
		out := []ui.Field{{Name: at + "amount", Type: "number", Value: value, Max: 4}, {Name: at + "unit", Type: "select", Value: unit, Options: units},
			{Name: at + "tell", Type: "select", Value: role, Options: withChosen(tell, role)}}
		for j, part := range []string{"amount", "unit", "tell"} {
			out[j].Label, out[j].Optional, out[j].Autocomplete = f.l.T("standard.ladder_"+kind+"_"+part, "n", i+1), true, "off"
		}
		return out
	}
	fields := f.tick("rules_ladder_own", own != nil)
	for i := range min(len(l.Reminders)+1, mostRungs) {
		r := workflow.Reminder{}
		if i < len(l.Reminders) {
			r = l.Reminders[i]
		}
		amount, unit := r.Before.Amount, string(r.Before.Unit)
		if r.Percent != 0 {
			amount, unit = r.Percent, unitPercent
		}
		fields = append(fields, rung("reminders", i, amount, unit, r.Tell, append([]ui.Option{{Value: unitPercent, Label: f.l.T("standard.ladder_percent")}}, units...))...)
	}
	for i := range min(len(l.Escalation)+1, mostRungs) {
		e := workflow.Escalation{}
		if i < len(l.Escalation) {
			e = l.Escalation[i]
		}
		fields = append(fields, rung("escalation", i, e.By.Amount, string(e.By.Unit), e.Tell, units)...)
	}
	return office.StandardSection{Title: f.l.T("standard.ladder_part"), Lead: ladderText(own, f.l), Fold: true, Fields: fields}
}

// ladderText says whose ladder the service has.
func ladderText(own *workflow.Ladder, l i18n.Locale) string {
	if own == nil {
		return l.T("standard.ladder_flow")
	}
	return l.T("standard.ladder_of_its_own")
}

// readLadder reads the ladder as it was typed; nil where the service follows its workflow. A row that was left empty is
// none, and levels count from 1.
func readLadder(in site.Form) *workflow.Ladder {
	if in.Text("rules_ladder_own") != "yes" {
		return nil
	}
	out := &workflow.Ladder{}
	for i := range mostRungs {
		amount, unit, tell := rungOf(in, "reminders", i)
		switch {
		case amount == 0 && unit == "" && tell == "":
		case unit == unitPercent:
			out.Reminders = append(out.Reminders, workflow.Reminder{Percent: amount, Tell: tell})
		default:
			out.Reminders = append(out.Reminders, workflow.Reminder{Before: workcal.Term{Amount: amount, Unit: workcal.Unit(unit)}, Tell: tell})
		}
	}
	for i := range mostRungs {
		amount, unit, tell := rungOf(in, "escalation", i)
		if amount != 0 || unit != "" || tell != "" {
			out.Escalation = append(out.Escalation, workflow.Escalation{After: workflow.AfterDue, By: workcal.Term{Amount: amount, Unit: workcal.Unit(unit)},
				Level: len(out.Escalation) + 1, Tell: tell})
		}
	}
	return out
}

func rungOf(in site.Form, kind string, i int) (amount int, unit, tell string) {
	at := "rules_ladder_" + kind + "_" + strconv.Itoa(i) + "_"
	return number(in, at+"amount"), in.Text(at + "unit"), in.Text(at + "tell")
}
