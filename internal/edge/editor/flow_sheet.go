package editor

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// flowSheet lays out the inputs of a part of a workflow, with what was typed or else with what is so.
type flowSheet struct {
	sheet
	b flowing
}

// words are options whose texts are keys below prefix.
func (s flowSheet) words(prefix string, values ...string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: s.l.T(prefix + v)}
	}
	return out
}

// term are the two inputs of a length of time.
func (s flowSheet) term(name string, t workcal.Term) []ui.Field {
	unit := s.optional(s.choose(name+"_unit", string(t.Unit), s.words("simulation.unit_of.", string(workcal.WorkingDay), string(workcal.Day),
		string(workcal.Hour), string(workcal.Minute), string(workcal.Month))))
	return []ui.Field{s.whole(name+"_amount", t.Amount), unit}
}

func (s flowSheet) told(role string) ui.Field {
	return s.choose("tell", role, append([]ui.Option{{Value: workflow.ToHolder, Label: s.l.T("flow.holder")}}, s.b.roles...))
}

func (s flowSheet) permission(p access.Permission) ui.Field {
	var options []ui.Option
	for _, one := range []access.Permission{access.ApplicationReview, access.ApplicationDecide} {
		options = append(options, ui.Option{Value: string(one), Label: one.Label(s.l)})
	}
	return s.choose("permission", string(p), options)
}

func (s flowSheet) states() []ui.Option {
	var out []ui.Option
	for _, one := range s.b.draft.Body.States {
		out = append(out, ui.Option{Value: one.Code, Label: nameOr(one.Label.In(s.l), one.Code)})
	}
	return out
}

func (s flowSheet) section(key string, fields ...ui.Field) office.BuilderSection {
	return office.BuilderSection{Title: s.l.T("flow.section." + key), Text: s.l.T("flow.section." + key + "_text"), Fields: fields}
}

func (s flowSheet) state(of workflow.State, start bool) []office.BuilderSection {
	var stages []string
	for _, one := range workflow.Stages()[1:] {
		stages = append(stages, string(one))
	}
	clocks := s.words("flow.clock.", string(workflow.Running), string(workflow.Paused), string(workflow.Stopped))
	fee := workflow.Fee{}
	if of.Fee != nil {
		fee = *of.Fee
	}
	amount := ""
	if fee.Amount != 0 {
		amount = strconv.FormatInt(fee.Amount, 10)
	}
	first := append(s.labels(of.Label), s.input("long_text", "public_id", of.Public[i18n.ID]), s.input("long_text", "public_en", of.Public[i18n.EN]),
		s.choose("stage", string(of.Stage), s.words("status.", stages...)), s.choose("clock", string(of.Clock), clocks),
		s.tick("final", of.Final), s.tick("start", start), s.optional(s.text("code", of.Code)))
	cost := []ui.Field{s.optional(s.text("fee_title_id", fee.Title[i18n.ID])), s.optional(s.text("fee_title_en", fee.Title[i18n.EN])),
		s.optional(s.input("money", "fee_amount", amount)), s.optional(s.text("fee_field", fee.Field))}
	cost = append(append(cost, s.term("fee_due", fee.Due)...), s.optional(s.input("long_text", "fee_how_id", fee.How[i18n.ID])),
		s.optional(s.input("long_text", "fee_how_en", fee.How[i18n.EN])), s.optional(s.text("fee_basis", fee.Basis)))
	return []office.BuilderSection{{Fields: first}, s.section("within", s.term("within", of.Within)...), s.section("fee", cost...)}
}

func (s flowSheet) action(a workflow.Action) []office.BuilderSection {
	var reasons []ui.Option
	for _, one := range []string{workflow.ReasonNone, workflow.ReasonOptional, workflow.ReasonRequired} {
		reasons = append(reasons, ui.Option{Value: one, Label: s.l.T("flow.reason." + one)})
	}
	first := append(s.labels(a.Label), s.several("from", a.From, s.states()), s.choose("to", a.To, s.states()),
		s.choose("actor", a.Actor, s.words("flow.by.", workflow.ByOfficer, workflow.ByApplicant, workflow.BySystem)),
		s.choose("reason", a.Reason, reasons), s.optional(s.input("long_text", "if", a.If)),
		s.optional(s.input("long_text", "message_id", a.Message[i18n.ID])), s.optional(s.input("long_text", "message_en", a.Message[i18n.EN])),
		s.tick("issues", a.Issues), s.tick("reissues", a.Reissues), s.optional(s.text("code", a.Code)))
	officer := append([]ui.Field{s.optional(s.permission(a.Permission)), s.several("roles", a.Roles, s.b.roles),
		s.optional(s.choose("agency", a.Agency, s.b.agencies)), s.tick("four_eyes", a.FourEyes), s.tick("pays", a.Pays)}, s.term("extends", a.Extends)...)
	remind := workflow.Remind{}
	if a.Remind != nil {
		remind = *a.Remind
	}
	system := append(s.term("after", a.After), s.optional(s.input("long_text", "when", a.When)),
		s.optional(s.choose("join", a.Join, s.words("flow.join.", workflow.JoinAll, workflow.JoinAny, workflow.JoinRefused))))
	system = append(append(system, s.term("remind", remind.Before)...), s.optional(s.input("long_text", "remind_message_id", remind.Message[i18n.ID])),
		s.optional(s.input("long_text", "remind_message_en", remind.Message[i18n.EN])))
	by := a.Actor
	if s.t.in.Values != nil {
		by = s.t.in.Get("actor")
	}
	return []office.BuilderSection{{Fields: first}, s.section("officer", officer...).Of("actor", workflow.ByOfficer, by),
		s.section("system", system...).Of("actor", workflow.BySystem, by)}
}

// branch are the inputs of what an office is asked. addresses are the questions of the applicant's form that ask where.
func (s flowSheet) branch(b workflow.Branch, addresses []ui.Option) []office.BuilderSection {
	first := append(s.labels(b.Label), s.optional(s.choose("agency", b.Agency, s.b.agencies)))
	if b.Office != "" && !slices.ContainsFunc(addresses, func(o ui.Option) bool { return o.Value == b.Office }) {
		addresses = append(addresses, ui.Option{Value: b.Office, Label: b.Office})
	}
	if len(addresses) > 0 {
		first = append(first, s.optional(s.choose("office", b.Office, addresses)))
	}
	first = append(first, s.permission(b.Permission))
	first = append(append(first, s.term("term", b.Term)...), s.input("long_text", "outcomes", s.outcomes(b.Outcomes)), s.optional(s.text("code", b.Code)))
	return []office.BuilderSection{{Fields: first}}
}

// outcomes writes answers as they are typed: code | agree or refuse | Indonesian | English.
func (s flowSheet) outcomes(list []workflow.Outcome) string {
	lines := make([]string, len(list))
	for i, o := range list {
		word := outcomeWords[0]
		if o.Refuses {
			word = outcomeWords[1]
		}
		lines[i] = strings.Join([]string{o.Code, word, o.Label[i18n.ID], o.Label[i18n.EN]}, " | ")
	}
	return strings.Join(lines, "\n")
}

// outcomeWords are how an answer that agrees, and one that refuses, is typed in either language.
var outcomeWords = [2]string{"setuju", "tolak"}

func readOutcomes(text string, old workflow.Branch, bad *[]fault.Field) []workflow.Outcome {
	var out []workflow.Outcome
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := strings.Split(line, "|")
		for j := range parts {
			parts[j] = strings.TrimSpace(parts[j])
		}
		if len(parts) != 4 || slices.Contains(parts, "") || !slices.Contains(outcomeWords[:], parts[1]) {
			*bad = append(*bad, fault.Field{Name: "outcomes", Code: "flow_outcome", Args: []any{"n", i + 1}})
			return out
		}
		o := workflow.Outcome{Code: parts[0], Refuses: parts[1] == outcomeWords[1], Reason: workflow.ReasonOptional, Label: i18n.Text{i18n.ID: parts[2], i18n.EN: parts[3]}}
		if before, ok := old.Outcome(o.Code); ok {
			o.Reason = before.Reason
		}
		if o.Refuses {
			o.Reason = workflow.ReasonRequired
		}
		out = append(out, o)
	}
	return out
}

func readWhole(in site.Form, name string, bad *[]fault.Field) int {
	s := in.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		*bad = append(*bad, fault.Field{Name: name, Code: "form_number"})
	}
	return n
}

// readTerm reads the two inputs of a length of time; with neither there is none.
func readTerm(in site.Form, name string, bad *[]fault.Field) workcal.Term {
	t := workcal.Term{Amount: readWhole(in, name+"_amount", bad), Unit: workcal.Unit(in.Get(name + "_unit"))}
	if (t.Amount != 0) != (t.Unit != "") {
		*bad = append(*bad, fault.Field{Name: name + "_amount", Code: "flow_term"})
	}
	return t
}

// readCode reads the code of a part; one that was left empty is made of what the part is called.
func readCode(in site.Form, bad *[]fault.Field) string {
	code := in.Text("code")
	if code == "" {
		code = slug(in.Text("label_id"))
	}
	if !codePattern.MatchString(code) && in.Text("label_id") != "" {
		*bad = append(*bad, fault.Field{Name: "code", Code: "form_code"})
	}
	return code
}

// readState reads what a state is. What has no input here stays as it was.
func readState(in site.Form, old workflow.State) (workflow.State, []fault.Field) {
	bad := site.Missing(in, "label_id", "label_en", "public_id", "public_en", "stage", "clock")
	s := old
	s.Label, s.Public, s.Final = in.BothLines("label"), in.Both("public"), in.Yes("final")
	s.Stage, s.Clock, s.Code = workflow.Stage(in.Get("stage")), workflow.Clock(in.Get("clock")), readCode(in, &bad)
	s.Within = readTerm(in, "within", &bad)
	fee := workflow.Fee{Title: in.BothLines("fee_title"), How: in.Both("fee_how"), Field: in.Text("fee_field"), Basis: in.Line("fee_basis"),
		Due: readTerm(in, "fee_due", &bad)}
	if amount := strings.ReplaceAll(in.Text("fee_amount"), ".", ""); amount != "" {
		n, err := strconv.ParseInt(amount, 10, 64)
		if err != nil {
			bad = append(bad, fault.Field{Name: "fee_amount", Code: "form_number"})
		}
		fee.Amount = n
	}
	s.Fee = nil
	if fee.Title != nil || fee.How != nil || fee.Field != "" || fee.Amount != 0 {
		s.Fee = &fee
	}
	return s, bad
}

// readAction reads what an action is. What only another actor's action has is left out; its questions and letters, which have
// pages of their own, stay.
func readAction(in site.Form, old workflow.Action) (workflow.Action, []fault.Field) {
	bad := site.Missing(in, "label_id", "label_en", "from", "to", "actor", "reason")
	a := old
	a.Label, a.Message, a.Code = in.BothLines("label"), in.Both("message"), readCode(in, &bad)
	a.From, a.To, a.Actor, a.Reason = inOrder(old.From, in.Values["from"]), in.Get("to"), in.Get("actor"), in.Get("reason")
	a.If, a.Issues, a.Reissues = in.Text("if"), in.Yes("issues"), in.Yes("reissues")
	a.Permission, a.Roles, a.Agency, a.FourEyes, a.Pays, a.Extends = "", nil, "", false, false, workcal.Term{}
	a.After, a.When, a.Join, a.Remind = workcal.Term{}, "", "", nil
	switch a.Actor {
	case workflow.ByOfficer:
		bad = append(bad, site.Missing(in, "permission")...)
		a.Permission, a.Roles, a.Agency = access.Permission(in.Get("permission")), inOrder(old.Roles, in.Values["roles"]), in.Get("agency")
		a.FourEyes, a.Pays, a.Extends = in.Yes("four_eyes"), in.Yes("pays"), readTerm(in, "extends", &bad)
	case workflow.BySystem:
		asked := func(name string) bool { return in.Values[name] != nil }
		if !slices.ContainsFunc([]string{"after_amount", "when", "join"}, asked) { // without a script the page was made for another actor
			bad = append(bad, fault.Field{Name: "after_amount", Code: "flow_automatic"})
		}
		a.After, a.When, a.Join = readTerm(in, "after", &bad), in.Text("when"), in.Get("join")
		remind := workflow.Remind{Before: readTerm(in, "remind", &bad), Message: in.Both("remind_message")}
		if !remind.Before.IsZero() || remind.Message != nil {
			a.Remind = &remind
		}
	}
	return a, bad
}

// inOrder is what was ticked, in the order in which its author once wrote it.
func inOrder(old, ticked []string) []string {
	var out []string
	for _, one := range append(slices.Clone(old), ticked...) {
		if slices.Contains(ticked, one) && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// readBranch reads what an office is asked. Its questions, which have pages of their own, stay.
func readBranch(in site.Form, old workflow.Branch) (workflow.Branch, []fault.Field) {
	bad := site.Missing(in, "label_id", "label_en", "permission", "outcomes")
	b := old
	b.Office = in.Get("office")
	b.Label, b.Agency, b.Permission, b.Code = in.BothLines("label"), in.Get("agency"), access.Permission(in.Get("permission")), readCode(in, &bad)
	b.Term = readTerm(in, "term", &bad)
	b.Outcomes = readOutcomes(in.Get("outcomes"), old, &bad)
	return b, bad
}
