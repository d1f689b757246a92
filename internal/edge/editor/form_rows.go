package editor

import (
	"slices"
	"strconv"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// rowQuestions are what a rule about all rows of a group can name.
func rowQuestions(group form.Field) []form.Field {
	var out []form.Field
	for _, sub := range group.Row(1) {
		for _, one := range sub.WithParts() {
			if one.Nameable() {
				out = append(out, one)
			}
		}
	}
	return out
}

// allRows are the inputs of a rule about all rows of a group, in words; a group that asks nothing yet has none.
func (s sheet) allRows(f form.Field) []ui.Field {
	if f.Type != form.Group || len(f.Fields) == 0 {
		return nil
	}
	var questions, ops []ui.Option
	for _, q := range rowQuestions(f) {
		questions = append(questions, ui.Option{Value: q.Name(), Label: q.Label.In(s.l)})
	}
	for _, op := range builder.RowOps() {
		ops = append(ops, ui.Option{Value: op, Label: s.l.T("builder.rows." + op)})
	}
	return []ui.Field{s.optional(s.choose("rows_op", "", ops)), s.optional(s.choose("rows_question", "", questions)), s.optional(s.text("rows_value", ""))}
}

// withDistinct adds what only a question of a row has to say: that no two rows may answer it alike.
func withDistinct(s sheet, f form.Field, all []office.BuilderSection) []office.BuilderSection {
	if len(all) > 1 {
		all[1].Fields = append(all[1].Fields, s.tick("distinct", f.Distinct))
	}
	return all
}

// readRows takes in what only a group has: other bounds by what was answered before it, of which the first is changed here,
// and a rule about all rows in words, which takes the place of the first rule.
func readRows(in site.Form, old, f form.Field, bad []fault.Field) (form.Field, []fault.Field) {
	if f.Type != form.Group {
		f.RowsWhen = nil
		return f, bad
	}
	if _, sent := in.Values["rows_when"]; sent {
		whole := func(name string) int {
			if in.Text(name) == "" {
				return 0
			}
			n, err := strconv.Atoi(in.Text(name))
			if err != nil {
				bad = append(bad, fault.Field{Name: name, Code: "form_number"})
			}
			return n
		}
		first := form.RowBounds{When: in.Text("rows_when"), Min: whole("rows_when_min"), Max: whole("rows_when_max")}
		f.RowsWhen = slices.Clone(old.RowsWhen[min(1, len(old.RowsWhen)):])
		if first.When != "" {
			f.RowsWhen = append([]form.RowBounds{first}, f.RowsWhen...)
		}
	}
	name := in.Get("rows_question")
	if name == "" {
		return f, bad
	}
	of := rowQuestions(old)
	at := slices.IndexFunc(of, func(q form.Field) bool { return q.Name() == name })
	if at < 0 {
		return f, append(bad, fault.Field{Name: "rows_question", Code: "not_an_option"})
	}
	when, ok := builder.RowRule(of[at], in.Get("rows_op"), in.Get("rows_value"))
	if !ok {
		return f, append(bad, fault.Field{Name: "rows_value", Code: "form_condition"})
	}
	rule := form.Rule{When: when, Text: in.Both("rule_text"), Warn: in.Yes("rule_warn")}
	f.Rules = append([]form.Rule{rule}, old.Rules[min(1, len(old.Rules)):]...)
	return f, bad
}
