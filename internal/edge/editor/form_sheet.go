package editor

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// only are the inputs that make sense for some kinds of question alone.
var only = map[string][]form.Type{
	"max": {form.Text, form.LongText}, "min": {form.Number, form.Money}, "most": {form.Number, form.Money}, "past": {form.Date}, "ahead": {form.Date}, "search": {form.Text, form.LongText}, "where": {form.Person, form.Choice, form.Point},
	"options": {form.Choice, form.MultiChoice}, "file_types": {form.File}, "max_mb": {form.File}, "max_count": {form.File},
	"compute": {form.Computed}, "as": {form.Computed}, "parts": {form.Person},
	"row_name_id": {form.Group}, "row_name_en": {form.Group}, "min_rows": {form.Group}, "max_rows": {form.Group},
	"rule_op": ruled, "rule_value": ruled,
	"rows_when": {form.Group}, "rows_when_min": {form.Group}, "rows_when_max": {form.Group},
}

// unseen reports whether the kind that was chosen has inputs of its own that were not sent: without a script they are
// shown once the kind is known.
func unseen(in site.Form, kind form.Type) bool {
	for _, name := range []string{"max", "min", "options", "max_mb", "compute", "row_name_id"} {
		if _, sent := in.Values[name]; slices.Contains(only[name], kind) && !sent && name != "max" {
			return true
		}
	}
	return false
}

// sheet lays out the inputs of a page or a question, with what was typed or else with what is so.
type sheet struct {
	l    i18n.Locale
	t    tryEdit
	kind form.Type // of a question
	flow bool      // of a workflow, not of a form
}

func (s sheet) input(kind, name, value string) ui.Field {
	label, hint := "builder.input."+name, "builder.hint."+name
	if s.flow {
		label, hint = "flow.input."+name, "flow.hint."+name
	}
	f := ui.Field{Name: name, Type: kind, Label: s.l.T(label), Value: value, Error: s.t.errs.Of(name)}
	if s.l.Has(hint) {
		f.Hint = s.l.T(hint)
	}
	if s.t.in.Values != nil {
		f.Value, f.Values = s.t.in.Get(name), s.t.in.Values[name]
	}
	if types := only[name]; types != nil && !s.flow {
		quoted := make([]string, len(types))
		for i, t := range types {
			quoted[i] = strconv.Quote(string(t))
		}
		f.Show, f.Off = "kind in ["+strings.Join(quoted, ", ")+"]", !slices.Contains(types, s.kind)
	}
	return f
}

func (s sheet) text(name, value string) ui.Field {
	f := s.input("text", name, value)
	f.Wrap = true
	return f
}

func (s sheet) optional(f ui.Field) ui.Field {
	f.Optional = true
	return f
}

func (s sheet) whole(name string, n int) ui.Field {
	value := ""
	if n != 0 {
		value = strconv.Itoa(n)
	}
	return s.optional(s.input("decimal", name, value))
}

func (s sheet) bound(name string, n *int64) ui.Field {
	value := ""
	if n != nil {
		value = strconv.FormatInt(*n, 10)
	}
	return s.optional(s.input("decimal", name, value))
}

func (s sheet) tick(name string, on bool) ui.Field {
	value := ""
	if on {
		value = "yes"
	}
	return s.input("consent", name, value)
}

func (s sheet) choose(name, value string, options []ui.Option) ui.Field {
	f := s.input("select", name, value)
	f.Options = options
	return f
}

func (s sheet) several(name string, values []string, options []ui.Option) ui.Field {
	f := s.input("multi_choice", name, "")
	if s.t.in.Values == nil {
		f.Values = values
	}
	f.Options = options
	return s.optional(f)
}

// field are the inputs of a question, which is of none of the types in but.
func (s sheet) field(f form.Field, names []form.Field, but ...form.Type) []office.BuilderSection {
	var types, parts, kinds, as, prefill []ui.Option
	for _, t := range form.Types() {
		if !slices.Contains(but, t) {
			types = append(types, ui.Option{Value: string(t), Label: typeName(t, s.l)})
		}
	}
	for _, name := range form.PartNames() {
		parts = append(parts, ui.Option{Value: name, Label: s.l.T("form.part." + name)})
	}
	for _, t := range files.Types() {
		kinds = append(kinds, ui.Option{Value: t, Label: strings.ToUpper(t)})
	}
	for _, t := range []form.Type{form.Number, form.Money, form.Text} {
		as = append(as, ui.Option{Value: string(t), Label: typeName(t, s.l)})
	}
	for _, name := range form.Prefills() {
		prefill = append(prefill, ui.Option{Value: name, Label: s.l.T("builder.prefill." + strings.ReplaceAll(name, ".", "_"))})
	}
	rule := form.FileRule{Types: []string{"jpg", "png", "pdf"}, MaxMB: 5, MaxCount: 1}
	if f.File != nil {
		rule = *f.File
	}
	var bounds form.RowBounds
	if len(f.RowsWhen) > 0 {
		bounds = f.RowsWhen[0]
	}
	text := s.input("long_text", "hint_id", f.Hint[i18n.ID])
	english := s.input("long_text", "hint_en", f.Hint[i18n.EN])
	return []office.BuilderSection{
		{Fields: []ui.Field{
			s.choose("kind", string(f.Type), types), s.text("label_id", f.Label[i18n.ID]), s.text("label_en", f.Label[i18n.EN]),
			s.optional(text), s.optional(english), s.optional(s.text("code", f.Code)), s.tick("required", f.Required),
		}},
		{Title: s.l.T("builder.section.answer"), Fields: []ui.Field{
			s.optional(s.input("long_text", "options", optionLines(f.Options))),
			s.whole("max", f.Max), s.bound("min", f.Min), s.bound("most", f.Most), s.tick("past", f.Past), s.tick("ahead", f.Ahead),
			s.several("file_types", rule.Types, kinds), s.whole("max_mb", rule.MaxMB), s.whole("max_count", rule.MaxCount),
			s.choose("as", string(f.As), as), s.input("long_text", "compute", f.Compute), s.several("parts", f.Parts, parts),
			s.optional(s.text("row_name_id", f.RowName[i18n.ID])), s.optional(s.text("row_name_en", f.RowName[i18n.EN])),
			s.whole("min_rows", f.MinRows), s.whole("max_rows", f.MaxRows),
			s.optional(s.input("long_text", "rows_when", bounds.When)), s.whole("rows_when_min", bounds.Min), s.whole("rows_when_max", bounds.Max),
			s.tick("sensitive", f.Sensitive), s.tick("search", f.Search), s.tick("where", f.Where), s.optional(s.choose("prefill", f.Prefill, prefill)),
		}},
		s.condition(names, f.ShowIf, &f.RequiredIf),
		s.rule(f),
	}
}

// condition are the inputs of when something is asked: in words, or as an expression.
func (s sheet) condition(names []form.Field, showIf string, requiredIf *string) office.BuilderSection {
	var questions, ops []ui.Option
	for _, f := range names {
		questions = append(questions, ui.Option{Value: f.Name(), Label: f.Title().In(s.l)})
	}
	for _, op := range builder.Ops() {
		ops = append(ops, ui.Option{Value: op, Label: s.l.T("builder.op." + op)})
	}
	question, op, value := "", "", ""
	if q, o, v, ok := builder.Chosen(names, showIf); ok {
		question, op, value, showIf = q.Name(), o, v, ""
	}
	out := office.BuilderSection{Title: s.l.T("builder.section.condition"), Text: s.l.T("builder.section.condition_text")}
	if len(names) > 0 {
		out.Fields = append(out.Fields, s.optional(s.choose("cond_question", question, questions)), s.optional(s.choose("cond_op", op, ops)), s.optional(s.text("cond_value", value)))
	}
	out.Fields = append(out.Fields, s.optional(s.input("long_text", "show_if", showIf)))
	if requiredIf != nil {
		out.Fields = append(out.Fields, s.optional(s.input("long_text", "required_if", *requiredIf)))
	}
	return out
}

func labelOfInput(name string, l i18n.Locale) string { return l.T("builder.input." + name) }

// inputFor is the input in which a property of a form is mended.
func inputFor(property string) string {
	switch property {
	case "label", "title", "hint", "row_name":
		return property + "_id"
	case "file":
		return "file_types"
	case "rules":
		return "rule_when"
	case "fields", "type":
		return "kind"
	}
	return property
}

// besideInput is the input in which a property of who must agree, or of a register, is mended.
func besideInput(property string) string {
	switch property {
	case "label":
		return "cosign_label_id"
	case "declare":
		return "declare_id"
	case "fills":
		return "fill_name"
	}
	return property
}

// optionLines writes options as they are typed: value | Indonesian | English.
func optionLines(list []form.Option) string {
	lines := make([]string, len(list))
	for i, o := range list {
		lines[i] = o.Value + " | " + o.Label[i18n.ID] + " | " + o.Label[i18n.EN]
	}
	return strings.Join(lines, "\n")
}

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// slug makes a code out of what something is called.
func slug(name string) string {
	s := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "_")
	s = strings.Trim(s, "_")
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		s = "n" + s
	}
	return strings.Trim(site.Clip(s, 40), "_")
}

// showIf takes the condition in words where one was chosen, and else the expression.
func showIf(in site.Form, names []form.Field, bad []fault.Field) (string, []fault.Field) {
	name := in.Get("cond_question")
	if name == "" {
		return in.Text("show_if"), bad
	}
	at := slices.IndexFunc(names, func(f form.Field) bool { return f.Name() == name })
	if at < 0 {
		return "", append(bad, fault.Field{Name: "cond_question", Code: "not_an_option"})
	}
	if in.Text("show_if") != "" {
		return "", append(bad, fault.Field{Name: "show_if", Code: "form_condition_twice"})
	}
	text, ok := builder.Condition(names[at], in.Get("cond_op"), in.Get("cond_value"))
	if !ok {
		return "", append(bad, fault.Field{Name: "cond_value", Code: "form_condition"})
	}
	return text, bad
}

// readField reads what a question is. What has no input here stays as it was.
func readField(in site.Form, old form.Field) (form.Field, []fault.Field) {
	bad := site.Missing(in, "label_id", "label_en")
	f := old
	f.Type, f.Label, f.Hint = form.Type(in.Get("kind")), in.BothLines("label"), in.Both("hint")
	if !slices.Contains(form.Types(), f.Type) {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if f.Code = in.Text("code"); f.Code == "" {
		f.Code = slug(f.Label[i18n.ID])
	}
	if !codePattern.MatchString(f.Code) && len(f.Label) > 0 {
		bad = append(bad, fault.Field{Name: "code", Code: "form_code"})
	}
	is := func(name string) bool { return slices.Contains(only[name], f.Type) }
	whole := func(name string, otherwise int) int {
		s := in.Text(name)
		if s == "" || !is(name) {
			return otherwise
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			bad = append(bad, fault.Field{Name: name, Code: "form_number"})
		}
		return n
	}
	bound := func(name string) *int64 {
		s := strings.ReplaceAll(in.Text(name), ".", "")
		if s == "" || !is(name) {
			return nil
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			bad = append(bad, fault.Field{Name: name, Code: "form_number"})
		}
		return &n
	}
	f.Required, f.Sensitive, f.Past = in.Yes("required"), in.Yes("sensitive"), in.Yes("past") && is("past")
	f.Ahead = in.Yes("ahead") && is("ahead")
	f.Search, f.Where = in.Yes("search") && is("search"), in.Yes("where") && is("where")
	f.Max, f.Min, f.Most = whole("max", 0), bound("min"), bound("most")
	f.MinRows, f.MaxRows, f.RowName = whole("min_rows", 0), whole("max_rows", 0), nil
	f.RequiredIf, f.Compute, f.As, f.Prefill, f.Parts, f.Options = in.Text("required_if"), "", "", in.Get("prefill"), nil, nil
	if is("row_name_id") {
		f.RowName = in.BothLines("row_name")
	} else {
		f.Fields = nil
	}
	if is("compute") {
		f.Compute, f.As = in.Text("compute"), form.Type(in.Get("as"))
	}
	if is("parts") {
		f.Parts = in.Values["parts"]
	}
	if is("options") {
		f.Options, bad = readOptions(in.Get("options"), bad)
	}
	f.Rules, bad = readRule(in, f, old.Rules, bad)
	f.File = nil
	if f.Type == form.File {
		rule := form.FileRule{Types: in.Values["file_types"], MaxMB: whole("max_mb", 5), MaxCount: whole("max_count", 1)}
		if _, sent := in.Values["max_mb"]; !sent && len(rule.Types) == 0 {
			rule.Types = []string{"jpg", "png", "pdf"}
		}
		if old.File != nil {
			rule.Requirement = old.File.Requirement
		}
		f.File = &rule
	}
	return f, bad
}

// readOptions reads one answer a line: value | Indonesian | English. A line of one text is all three.
func readOptions(text string, bad []fault.Field) ([]form.Option, []fault.Field) {
	var out []form.Option
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := strings.Split(line, "|")
		for j := range parts {
			parts[j] = strings.TrimSpace(parts[j])
		}
		switch len(parts) {
		case 1:
			parts = []string{slug(parts[0]), parts[0], parts[0]}
		case 2:
			parts = append(parts, parts[1])
		}
		if len(parts) != 3 || slices.Contains(parts, "") {
			return out, append(bad, fault.Field{Name: "options", Code: "form_option", Args: []any{"n", i + 1}})
		}
		out = append(out, form.Option{Value: parts[0], Label: i18n.Text{i18n.ID: parts[1], i18n.EN: parts[2]}})
	}
	return out, bad
}
