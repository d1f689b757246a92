package editor

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
)

// flowWords puts a workflow into words. named are the actions that were shown before: an action leads from several states,
// and is moved and taken away at the first of them.
type flowWords struct {
	l     i18n.Locale
	b     flowing
	named map[string]bool
}

func (w flowWords) state(s workflow.State, i int) office.WorkflowState {
	flow := &w.b.draft.Body
	out := office.WorkflowState{
		Code: s.Code, Label: nameOr(s.Label.In(w.l), s.Code), Public: s.Public.In(w.l), Stage: w.l.T(s.Stage.TextKey()), Clock: w.l.T("flow.clock." + string(s.Clock)),
		Start: flow.Start == s.Code, Final: s.Final, First: i == 0, Last: i == len(flow.States)-1,
	}
	if s.Fee != nil {
		out.Fee = w.fee(*s.Fee)
	}
	if !s.Within.IsZero() {
		out.Within = w.l.T("pace.within", "term", site.TermText(s.Within, w.l))
	}
	for _, b := range s.Branches {
		out.Branches = append(out.Branches, office.WorkflowBranch{Code: b.Code, Label: nameOr(b.Label.In(w.l), b.Code), Facts: w.branch(b),
			Asks: fieldViews(b.Fields, "", placed(b.Fields), w.l)})
	}
	for j, a := range flow.Actions {
		if slices.Contains(a.From, s.Code) {
			out.Actions = append(out.Actions, w.action(a, j))
		}
	}
	return out
}

// loose are the actions that lead from no state that there is.
func (w flowWords) loose() []office.WorkflowAction {
	var out []office.WorkflowAction
	for j, a := range w.b.draft.Body.Actions {
		if !w.named[a.Code] {
			out = append(out, w.action(a, j))
		}
	}
	return out
}

func (w flowWords) fee(f workflow.Fee) string {
	amount := f.Field
	if f.Field == "" {
		amount = "Rp" + w.l.Number(f.Amount)
	}
	text := w.l.T("flow.fee", "amount", amount)
	if !f.Due.IsZero() {
		text += ", " + w.l.T("flow.within", "term", site.TermText(f.Due, w.l))
	}
	return text
}

func (w flowWords) branch(b workflow.Branch) []string {
	facts := []string{w.l.T("flow.asks", "agency", w.asked(b), "permission", b.Permission.Label(w.l))}
	if !b.Term.IsZero() {
		facts = append(facts, w.l.T("flow.within", "term", site.TermText(b.Term, w.l)))
	}
	for _, o := range b.Outcomes {
		key := "flow.agrees"
		if o.Refuses {
			key = "flow.refuses"
		}
		facts = append(facts, w.l.T(key, "name", nameOr(o.Label.In(w.l), o.Code)))
	}
	return facts
}

// asked is the office of which a branch is asked: first that of an address, where it names one.
func (w flowWords) asked(b workflow.Branch) string {
	if b.Office == "" {
		return w.agency(b.Agency)
	}
	return w.l.T("flow.asks_office", "question", b.Office) + " (" + w.l.T("flow.asks_office_else", "agency", w.agency(b.Agency)) + ")"
}

func (w flowWords) agency(code string) string {
	if code == "" {
		return w.l.T("flow.own_agency")
	}
	return site.OptionLabel(w.b.agencies, code)
}

func (w flowWords) role(code string) string {
	if code == workflow.ToHolder {
		return w.l.T("flow.holder")
	}
	return site.OptionLabel(w.b.roles, code)
}

func (w flowWords) fields(all []form.Field) []string {
	if len(all) == 0 {
		return nil
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = nameOr(f.Label.In(w.l), f.Code)
	}
	return []string{w.l.T("flow.fields", "names", strings.Join(names, ", "))}
}

func (w flowWords) action(a workflow.Action, j int) office.WorkflowAction {
	flow := &w.b.draft.Body
	out := office.WorkflowAction{Code: a.Code, Label: nameOr(a.Label.In(w.l), a.Code), Who: w.l.T("flow.by." + a.Actor),
		To: w.l.T("flow.to", "state", a.To), First: j == 0, Last: j == len(flow.Actions)-1}
	if !slices.Contains([]string{workflow.ByOfficer, workflow.ByApplicant, workflow.BySystem}, a.Actor) {
		out.Who = a.Actor
	}
	if to, ok := flow.State(a.To); ok {
		out.To, out.ToHref = w.l.T("flow.to", "state", nameOr(to.Label.In(w.l), to.Code)), "#status-"+to.Code
	}
	if !w.named[a.Code] {
		w.named[a.Code], out.ID = true, "tindakan-"+a.Code
		out.Asks, out.Officer = fieldViews(a.Fields, "", placed(a.Fields), w.l), a.Actor == workflow.ByOfficer || len(a.Fields) > 0
		for i, text := range w.letters(a.Notify) {
			out.Letters = append(out.Letters, office.WorkflowLine{N: i + 1, Text: text})
		}
	}
	say := func(on bool, key string, args ...any) {
		if on {
			out.Facts = append(out.Facts, w.l.T(key, args...))
		}
	}
	say(a.Permission != "", "flow.needs", "permission", a.Permission.Label(w.l))
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = w.role(r)
	}
	say(len(roles) > 0, "flow.only_roles", "roles", strings.Join(roles, ", "))
	say(a.Agency != "", "flow.only_agency", "agency", w.agency(a.Agency))
	say(a.FourEyes, "flow.four_eyes")
	say(!a.After.IsZero(), "flow.after", "term", site.TermText(a.After, w.l))
	if a.Remind != nil {
		say(true, "flow.reminds", "term", site.TermText(a.Remind.Before, w.l))
	}
	say(a.When != "", "flow.when", "text", a.When)
	say(a.Join != "", "flow.join."+a.Join)
	say(a.Actor == workflow.BySystem && a.After.IsZero() && a.When == "" && a.Join == "", "flow.on_issued")
	say(a.If != "", "flow.if", "text", a.If)
	say(a.Reason == workflow.ReasonRequired, "flow.reason_required")
	say(a.Pays, "flow.pays")
	say(a.Issues, "flow.issues")
	say(a.Reissues, "flow.reissues")
	say(!a.Extends.IsZero(), "flow.extends", "term", site.TermText(a.Extends, w.l))
	say(!a.Message.Empty(), "flow.message", "text", a.Message.In(w.l))
	if out.ID == "" {
		out.Facts = append(out.Facts, w.fields(a.Fields)...)
		out.Facts = append(out.Facts, w.letters(a.Notify)...)
	}
	return out
}

func (w flowWords) letters(all []workflow.Notice) []string {
	var out []string
	for _, n := range all {
		to := w.role(n.To)
		if n.To == workflow.ToApplicant {
			to = w.l.T("flow.by." + workflow.ByApplicant)
		}
		out = append(out, w.l.T("flow.letter", "to", to, "title", n.Title.In(w.l)))
	}
	return out
}

func (w flowWords) reminder(r workflow.Reminder) string {
	if !r.Before.IsZero() {
		return w.l.T("flow.reminder_before", "who", w.role(r.Tell), "term", site.TermText(r.Before, w.l))
	}
	return w.l.T("flow.reminder_percent", "who", w.role(r.Tell), "percent", r.Percent)
}

func (w flowWords) level(e workflow.Escalation) string {
	if e.By.IsZero() {
		return w.l.T("flow.level_due", "n", e.Level, "who", w.role(e.Tell))
	}
	return w.l.T("flow.level_by", "n", e.Level, "who", w.role(e.Tell), "term", site.TermText(e.By, w.l))
}

// flowProblems puts the places of what is wrong into words, with the addresses where it is mended.
func flowProblems(b flowing, l i18n.Locale) []office.BuilderProblem {
	out := make([]office.BuilderProblem, 0, len(b.draft.Problems))
	for _, x := range b.draft.Problems {
		if v := flowProblem(b, x, l); !slices.Contains(out, v) { // services that share it have the same to say
			out = append(out, v)
		}
	}
	return out
}

func flowProblem(b flowing, x pack.Problem, l i18n.Locale) office.BuilderProblem {
	v := office.BuilderProblem{Href: b.path + "/lanjutan", Place: l.T("flow.place.whole")}
	v.Text, v.Detail = said(x, l)
	at, w := builder.PlaceInWorkflow(b.draft.Body, x.Path), &b.draft.Body
	switch {
	case at.State != "":
		s, _ := w.State(at.State)
		v.Href, v.Place = b.path+"/status/"+at.State, l.T("flow.place.state", "name", nameOr(s.Label.In(l), at.State))
	case at.Action != "":
		a, _ := w.Action(at.Action)
		v.Href, v.Place = b.path+"/tindakan/"+at.Action, l.T("flow.place.action", "name", nameOr(a.Label.In(l), at.Action))
	case at.Branch != "":
		one, _, _ := builder.FindBranch(*w, at.Branch)
		v.Href, v.Place = b.path+"/cabang/"+at.Branch, l.T("flow.place.branch", "name", nameOr(one.Label.In(l), at.Branch))
	case at.Reminder > 0:
		v.Href, v.Place = b.path+"/pengingat/"+strconv.Itoa(at.Reminder), l.T("flow.place.reminder", "n", at.Reminder)
	case at.Level > 0:
		v.Href, v.Place = b.path+"/eskalasi/"+strconv.Itoa(at.Level), l.T("flow.place.level", "n", at.Level)
	}
	if text, ok := choices(x, "flow."+at.Property+".", l); ok {
		v.Text = text
	}
	input, labels := flowInput(at.Property), "flow.input."
	switch {
	case at.Question != "":
		list, _ := builder.Asked(*w, builder.Asker{Action: at.Action, Branch: at.Branch})
		for _, f := range list {
			if f.Code == at.Question {
				v.Text, v.Detail = saidOfField(x, f, l)
				v.Place += ", " + l.T("flow.place.question", "name", nameOr(f.Label.In(l), f.Code))
			}
		}
		v.Href += "/isian/" + at.Question
		input, labels = inputFor(at.Property), "builder.input."
	case at.Notice > 0:
		v.Href += "/surat/" + strconv.Itoa(at.Notice)
		v.Place += ", " + l.T("flow.place.letter", "n", at.Notice)
		input = noticeInput(at.Property)
	}
	switch {
	case at.Property == "":
	case l.Has(labels + input):
		v.Href += "#f-" + input
		v.Place += " (" + l.T(labels+input) + ")"
	default: // what no page asks is mended in the text
		v.Href = b.path + "/lanjutan"
		v.Place += " (" + at.Property + ")"
	}
	if x.Line > 0 {
		v.Place += ", " + l.T("flow.place.line", "n", x.Line)
	}
	return v
}

// flowInput is the input in which a property is mended.
func flowInput(property string) string {
	switch property {
	case "label", "public", "message":
		return property + "_id"
	case "after", "extends", "term", "before", "by", "within":
		return property + "_amount"
	case "remind":
		return "remind_amount"
	case "fee":
		return "fee_title_id"
	}
	return property
}
