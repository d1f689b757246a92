package editor

import (
	"strings"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/ui"
)

// Picture draws a workflow that is not the draft under hand, in the reader's words for its roles and agencies.
func Picture(w workflow.Workflow, roles, agencies []ui.Option, l i18n.Locale, title string) ui.Diagram {
	return flowWords{l: l, b: flowing{draft: builder.Draft[workflow.Workflow]{Body: w}, roles: roles, agencies: agencies}}.picture(title)
}

// picture draws a workflow: its states, the steps between them, and what is asked of offices between two bars. Its table
// says the same step by step.
func (w flowWords) picture(title string) ui.Diagram {
	flow := &w.b.draft.Body
	d := ui.Diagram{Title: title, Head: []string{w.l.T("flow.picture_from"), w.l.T("flow.picture_step"), w.l.T("flow.picture_who"), w.l.T("flow.picture_to")}}
	add := func(n ui.DiagramNode, from ...int) int {
		d.Nodes = append(d.Nodes, n)
		at := len(d.Nodes) - 1
		for _, f := range from {
			d.Links = append(d.Links, [2]int{f, at})
		}
		return at
	}
	states, joins := map[string]int{}, map[string]int{}
	// The first state comes first: from there on the walk knows what leads back.
	for _, first := range []bool{true, false} {
		for _, s := range flow.States {
			if (s.Code == flow.Start) == first {
				states[s.Code] = add(stateNode(s, first, w))
			}
		}
	}
	for _, s := range flow.States {
		if len(s.Branches) == 0 {
			continue
		}
		fork := add(ui.DiagramNode{Kind: ui.DiagramBar}, states[s.Code])
		var asked []int
		for _, b := range s.Branches {
			asked = append(asked, add(ui.DiagramNode{Kind: ui.DiagramBranch, Label: nameOr(b.Label.In(w.l), b.Code), Note: w.agencyWithin(b)}, fork))
			d.Rows = append(d.Rows, []string{nameOr(s.Label.In(w.l), s.Code), nameOr(b.Label.In(w.l), b.Code), w.agencyWithin(b), w.l.T("flow.picture_waits")})
		}
		joins[s.Code] = add(ui.DiagramNode{Kind: ui.DiagramBar}, asked...)
	}
	for _, a := range flow.Actions {
		var from []int
		for _, code := range a.From {
			at, ok := states[code]
			if join, joined := joins[code]; joined && a.Join != "" {
				at = join
			}
			if ok {
				from = append(from, at)
			}
		}
		step := add(w.stepNode(a), from...)
		to := a.To
		if at, ok := states[a.To]; ok {
			d.Links = append(d.Links, [2]int{step, at})
			s, _ := flow.State(a.To)
			to = nameOr(s.Label.In(w.l), s.Code)
		}
		for _, code := range a.From {
			s, _ := flow.State(code)
			who := w.l.T("flow.by." + a.Actor)
			if note := d.Nodes[step].Note; note != "" {
				who += ", " + note
			}
			d.Rows = append(d.Rows, []string{nameOr(s.Label.In(w.l), code), nameOr(a.Label.In(w.l), a.Code), who, to})
		}
	}
	return d
}

func stateNode(s workflow.State, start bool, w flowWords) ui.DiagramNode {
	n := ui.DiagramNode{Kind: ui.DiagramState, Label: nameOr(s.Label.In(w.l), s.Code)}
	switch {
	case s.Final:
		n.Kind = ui.DiagramEnd
	case start:
		n.Kind = ui.DiagramStart
	}
	if s.Fee != nil {
		n.Note = w.fee(*s.Fee)
	}
	return n
}

// stepNode is an action with what it waits for.
func (w flowWords) stepNode(a workflow.Action) ui.DiagramNode {
	n := ui.DiagramNode{Kind: ui.DiagramOfficer, Label: nameOr(a.Label.In(w.l), a.Code)}
	switch {
	case a.Actor == workflow.ByApplicant:
		n.Kind = ui.DiagramApplicant
	case !a.After.IsZero():
		n.Kind, n.Note = ui.DiagramTimer, w.l.T("flow.picture_after", "term", site.TermText(a.After, w.l))
	case a.Actor == workflow.BySystem:
		n.Kind = ui.DiagramAuto
		if a.Join != "" {
			n.Note = w.l.T("flow.join." + a.Join)
		}
	case a.Agency != "":
		n.Note = w.agency(a.Agency)
	}
	if a.If != "" || a.When != "" {
		n.Note = strings.TrimPrefix(n.Note+", ", ", ") + w.l.T("flow.picture_if")
	}
	return n
}

func (w flowWords) agencyWithin(b workflow.Branch) string {
	if b.Term.IsZero() {
		return w.asked(b)
	}
	return w.asked(b) + ", " + w.l.T("flow.within", "term", site.TermText(b.Term, w.l))
}
