package editor

import (
	"slices"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// ruled are the kinds whose answer can be refused in words that an administrator chooses from.
var ruled = []form.Type{form.Text, form.Number, form.Money, form.Date, form.Choice, form.MultiChoice, form.YesNo}

// rule are the inputs of what the author says of the answer beyond its kind. A form that a pack brought may have several
// such rules of one question; the first is changed here, and the others stay.
func (s sheet) rule(f form.Field) office.BuilderSection {
	var r form.Rule
	if len(f.Rules) > 0 {
		r = f.Rules[0]
	}
	text := s.l.T("builder.section.rule_text")
	if f.Type == form.Group {
		text += " " + s.l.T("builder.section.rule_rows")
	}
	var ops []ui.Option
	for _, op := range builder.RuleOps() {
		ops = append(ops, ui.Option{Value: op, Label: s.l.T("builder.op." + op)})
	}
	return office.BuilderSection{Title: s.l.T("builder.section.rule"), Text: text, Fields: append(s.allRows(f),
		s.optional(s.choose("rule_op", "", ops)), s.optional(s.text("rule_value", "")),
		s.optional(s.input("long_text", "rule_when", r.When)), s.optional(s.text("rule_text_id", r.Text[i18n.ID])),
		s.optional(s.text("rule_text_en", r.Text[i18n.EN])), s.tick("rule_warn", r.Warn),
	)}
}

// readRule takes in the first rule of a question, in words where one was chosen and else as an expression; an empty one is
// none.
func readRule(in site.Form, f form.Field, old []form.Rule, bad []fault.Field) ([]form.Rule, []fault.Field) {
	if _, sent := in.Values["rule_when"]; !sent {
		return old, bad
	}
	var r form.Rule
	rest := old
	if len(old) > 0 {
		r, rest = old[0], old[1:]
	}
	r.When, r.Text, r.Warn = in.Text("rule_when"), in.Both("rule_text"), in.Yes("rule_warn")
	if op := in.Get("rule_op"); op != "" && slices.Contains(ruled, f.Type) {
		text, ok := builder.Rule(f, op, in.Get("rule_value"))
		if !ok {
			return old, append(bad, fault.Field{Name: "rule_value", Code: "form_condition"})
		}
		r.When = text
	}
	if r.When == "" {
		return slices.Clone(rest), bad
	}
	if r.Text[i18n.ID] == "" || r.Text[i18n.EN] == "" {
		return old, append(bad, fault.Field{Name: "rule_text_id", Code: "required"}, fault.Field{Name: "rule_text_en", Code: "required"})
	}
	return append([]form.Rule{r}, rest...), bad
}
