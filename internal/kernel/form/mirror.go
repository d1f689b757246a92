package form

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// Mirror is what a browser needs to follow the answers of one page while they are typed: of each expression, what is left
// of it once the answers of the other pages are filled in. An expression that they decide is not in it, so no answer of
// another page reaches the browser.
type Mirror struct {
	Names    map[string]Type   // of the page's answers, by the name in an expression; of a row as "saksi.*.nama"
	Answered []string          // names of other pages that have an answer
	Show     map[string]string // by code
	Need     map[string]string
	Compute  map[string]string
}

// Empty reports whether nothing on the page depends on the rest of it.
func (m Mirror) Empty() bool { return len(m.Show)+len(m.Need)+len(m.Compute) == 0 }

// Mirror returns what is left to be decided on page p, given the answers of the others and the rows that are shown.
func (f *Form) Mirror(p Page, shown []Field, kept Answers, files map[string]int, at At) Mirror {
	m := Mirror{Names: map[string]Type{}, Show: map[string]string{}, Need: map[string]string{}, Compute: map[string]string{}}
	w := NewChecker(f, at).walk(files)
	for _, page := range f.Pages {
		if page.Code == p.Code {
			break
		}
		w.page(page, func(fd Field, worked []string) []string {
			if fd.Type == Computed {
				return worked
			}
			return kept[fd.Code]
		})
	}
	m.Answered = w.vars["answered"].([]string)
	open := []*cel.AttributePatternType{cel.AttributePattern("today"), cel.AttributePattern("answered")}
	for _, fd := range p.Every() {
		if t, ok := fd.celType(); !ok || t == nil || fd.name == "" {
			continue
		}
		open = append(open, cel.AttributePattern(fd.name))
		m.Names[fd.scoped()] = fd.plainType()
	}
	known, err := cel.PartialVars(w.vars, open...)
	if err != nil {
		return m
	}
	for _, fd := range shown {
		m.left(m.Show, w.rules.shown, fd, known)
		m.left(m.Need, w.rules.required, fd, known)
		m.left(m.Compute, w.rules.computed, fd, known)
	}
	return m
}

func (m Mirror) left(into map[string]string, from map[string]expression, f Field, known cel.PartialActivation) {
	x, ok := from[f.key]
	if !ok {
		return
	}
	if text, ok := x.residual(known); ok {
		into[f.Code] = text
	}
}

// residual is what is left of x when known is filled in; false when that decides it.
func (x expression) residual(known cel.PartialActivation) (string, bool) {
	program, err := x.env.Program(x.ast, cel.CostLimit(exprCost), cel.EvalOptions(cel.OptTrackState, cel.OptPartialEval))
	if err != nil {
		return "", false
	}
	out, details, _ := program.Eval(known)
	if !types.IsUnknown(out) {
		return "", false
	}
	left, err := x.env.ResidualAst(x.ast, details)
	if err != nil {
		return "", false
	}
	text, err := cel.AstToString(left)
	return text, err == nil
}

// plainType is the type by which a browser reads the answer.
func (f Field) plainType() Type {
	if f.Type == Computed {
		return f.As
	}
	return f.Type
}

// scoped is the name of f, with the group before it if f stands in a row.
func (f Field) scoped() string {
	if f.key == f.name {
		return f.name
	}
	return f.key[:len(f.key)-len(f.name)] + "*." + f.name
}

// Every lists the questions of a page with all that could be inside them, whatever is asked now.
func (p Page) Every() []Field {
	var out []Field
	add := func(f Field) {
		out = append(out, f)
		out = append(out, f.parts(nil)...)
	}
	for _, f := range p.Fields {
		f = f.placed()
		add(f)
		if f.Type != Group {
			continue
		}
		_, most := f.rowsAllowed()
		for n := range most {
			out = append(out, f.row(n+1))
			for _, sub := range f.ofRow(n + 1) {
				add(sub)
			}
		}
	}
	return out
}
