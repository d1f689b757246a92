package form

import (
	"slices"

	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// Rate is an amount of a tariff that an expression names, at its place in the form. Row is empty where it depends on an
// answer.
type Rate struct{ Path, Table, Row string }

// Rates lists the amounts that the expressions of f name, in the order of the form.
func (f *Form) Rates() []Rate {
	r, _ := f.compile()
	return r.rates
}

// RateTables lists the tariffs that the expressions of f name, each once.
func (f *Form) RateTables() []string {
	var out []string
	for _, r := range f.Rates() {
		if !slices.Contains(out, r.Table) {
			out = append(out, r.Table)
		}
	}
	return out
}

// rated finds rates["table"]["row"] in one expression.
func rated(x expression, path string) []Rate {
	var out []Rate
	celast.PostOrderVisit(x.ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		table, row, ok := indexed(e)
		if !ok {
			return
		}
		if name, key, ok := indexed(table); ok && name.Kind() == celast.IdentKind && name.AsIdent() == "rates" {
			if code := literal(key); code != "" {
				out = append(out, Rate{path, code, literal(row)})
			}
		}
	}))
	return out
}

// indexed takes a[b] apart.
func indexed(e celast.Expr) (of, by celast.Expr, ok bool) {
	if e.Kind() != celast.CallKind || e.AsCall().FunctionName() != operators.Index || len(e.AsCall().Args()) != 2 {
		return nil, nil, false
	}
	args := e.AsCall().Args()
	return args[0], args[1], true
}

func literal(e celast.Expr) string {
	if e.Kind() != celast.LiteralKind {
		return ""
	}
	s, _ := e.AsLiteral().(types.String)
	return string(s)
}
