package editor

import (
	"strconv"
	"strings"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// said puts what is wrong into words for whoever is no programmer. Under it stands the expression, with a mark at the place
// where it cannot be read; of a mistake that has no words here, all that the compiler says.
func said(x pack.Problem, l i18n.Locale) (text, detail string) {
	text = l.T("pack.problem."+x.Code, x.Args...)
	if !strings.HasPrefix(x.Code, "expression") {
		return text, ""
	}
	detail, _ = arg(x, "text").(string)
	if x.Code == "expression" {
		return l.T("builder.expression"), detail
	}
	_, detail, _ = strings.Cut(detail, "\n")
	if i := strings.Index(detail, "\nERROR:"); i >= 0 {
		detail = detail[:i] // what follows from the first
	}
	return text, detail
}

// saidOfField is said of a question, whose kind decides what it must have and what it cannot have.
func saidOfField(x pack.Problem, f form.Field, l i18n.Locale) (text, detail string) {
	kinds, _ := arg(x, "type").(string)
	if t, ok := arg(x, "type").(form.Type); ok {
		kinds = string(t)
	}
	if x.Code != "only_for_type" || kinds == "" || !l.Has("builder.type."+string(f.Type)) {
		return said(x, l)
	}
	for _, k := range strings.Split(kinds, ", ") {
		if k == string(f.Type) {
			return l.T("builder.needed_for", "kind", typeName(f.Type, l)), ""
		}
	}
	return l.T("builder.not_for", "kind", typeName(f.Type, l)), ""
}

// arg is a part of the sentence for a problem, or nil.
func arg(x pack.Problem, name string) any {
	for i := 0; i+1 < len(x.Args); i += 2 {
		if x.Args[i] == name {
			return x.Args[i+1]
		}
	}
	return nil
}

// choices puts the codes of what can be chosen into the words of the page, where it has some: "flow.reason.none".
func choices(x pack.Problem, prefix string, l i18n.Locale) (string, bool) {
	allowed, _ := arg(x, "allowed").(string)
	if x.Code != "not_one_of" || allowed == "" {
		return "", false
	}
	var out []string
	for _, code := range strings.Split(allowed, ", ") {
		if !l.Has(prefix + code) {
			return "", false
		}
		out = append(out, "“"+l.T(prefix+code)+"”")
	}
	return l.T("builder.choose", "choices", strings.Join(out, ", ")), true
}

// freeCode is code, or what follows it when another has it already: whoever leaves the code to the page should not have to
// think of one.
func freeCode(code string, taken func(string) bool) string {
	free := code
	for n := 2; taken(free); n++ {
		end := "_" + strconv.Itoa(n)
		free = strings.TrimRight(code[:min(len(code), 40-len(end))], "_") + end
	}
	return free
}
