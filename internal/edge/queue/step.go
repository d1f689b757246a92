package queue

import (
	"bedelau/internal/city/casework"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// Steps are the steps of a case that its reader may take, with the questions that each asks.
func Steps(d casework.Detail, l i18n.Locale) []office.Action {
	var out []office.Action
	for _, a := range d.Actions {
		x := office.Action{Code: a.Code, Label: a.Label.In(l), Reason: a.Reason, Issues: a.Issues}
		x.Inputs = Inputs(d.Asks[workflow.ActionPage(a.Code)], nil, nil, l)
		to, _ := d.Workflow.State(a.To)
		switch to.Stage {
		case workflow.StageNeedsCorrection:
			x.Correct = true
		case workflow.StageApproved, workflow.StageCompleted:
			x.Tone = "good"
		case workflow.StageRejected:
			x.Tone = "bad"
		}
		out = append(out, x)
	}
	return out
}

// ColleagueOptions are officers to choose among in a form, by name.
func ColleagueOptions(all []casework.Colleague) []ui.Option {
	var out []ui.Option
	for _, x := range all {
		out = append(out, ui.Option{Value: x.ID.String(), Label: x.Name})
	}
	return out
}
