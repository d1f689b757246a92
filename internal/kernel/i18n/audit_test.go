package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryActOfTheAuditRecordHasWords: whoever reads the record reads what was done, not its code. The codes are read in
// the source where an entry is made, back through the functions that make one for their callers. The steps of workflows
// are data of a city and are not among them.
func TestEveryActOfTheAuditRecordHasWords(t *testing.T) {
	t.Parallel()
	r := readActs(t)
	found := r.acts()
	if len(found) < 80 {
		t.Fatalf("only %d acts are found: %v", len(found), found)
	}
	for _, act := range found {
		if _, ok := catalogue()["audit.act."+act]; !ok {
			t.Errorf("the audit record says %s, for which no locale file has words", act)
		}
	}
}

// TestEveryDetailOfTheAuditRecordHasWords: and what is on record beside the act is not called by its code either.
func TestEveryDetailOfTheAuditRecordHasWords(t *testing.T) {
	t.Parallel()
	found := readActs(t).details
	if len(found) < 80 {
		t.Fatalf("only %d details are found", len(found))
	}
	for key, where := range found {
		if _, ok := catalogue()["audit.key."+key]; !ok {
			t.Errorf("the audit record says %s (%s), for which no locale file has words", key, where)
		}
	}
}

// recording are the functions that make an entry for their callers.
var recording = regexp.MustCompile(`^(note|record|told|readBy)([A-Z].*)?$`)

// place is an expression within the function in which it stands.
type place struct {
	expr ast.Expr
	in   *ast.FuncDecl
	pkg  string
}

// reader knows what it takes to tell the values of an expression of text.
type reader struct {
	consts  map[string]string  // by package and name
	entries []place            // what is put into Action of an audit.Entry
	calls   map[string][]*call // by package and name of the function
	details map[string]string  // key of what is put into Detail of an audit.Entry, and a package that does
}

type call struct {
	args []ast.Expr
	in   *ast.FuncDecl
}

func readActs(t *testing.T) *reader {
	t.Helper()
	r := &reader{consts: map[string]string{}, calls: map[string][]*call{}, details: map[string]string{}}
	for name, src := range sources(t) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.Base(filepath.Dir(name))
		for _, d := range f.Decls {
			fn, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				r.read(n, fn, pkg)
				return true
			})
		}
	}
	return r
}

func (r *reader) read(n ast.Node, in *ast.FuncDecl, pkg string) {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, v := range n.Values {
			if s, ok := textOf(v); ok && i < len(n.Names) {
				r.consts[pkg+"."+n.Names[i].Name] = s
			}
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if x, ok := left.(*ast.IndexExpr); ok && lastName(x.X) == "detail" {
				r.key(x.Index, pkg)
			} else if i < len(n.Rhs) && lastName(left) == "detail" {
				r.detail(n.Rhs[i], pkg)
			}
		}
	case *ast.CallExpr:
		name := lastName(n.Fun)
		if recording.MatchString(name) {
			for _, a := range n.Args {
				r.detail(a, pkg)
			}
		}
		r.calls[pkg+"."+name] = append(r.calls[pkg+"."+name], &call{n.Args, in})
	case *ast.CompositeLit:
		if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Entry" || lastName(s.X) != "audit" {
			return
		}
		for _, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			switch {
			case !ok:
			case lastName(kv.Key) == "Action":
				r.entries = append(r.entries, place{kv.Value, in, pkg})
			case lastName(kv.Key) == "Detail":
				r.detail(kv.Value, pkg)
			}
		}
	}
}

// detail takes the keys of a map that is written out, and of those in it.
func (r *reader) detail(e ast.Expr, pkg string) {
	if lit, ok := e.(*ast.CompositeLit); ok {
		for _, x := range lit.Elts {
			if kv, ok := x.(*ast.KeyValueExpr); ok {
				r.key(kv.Key, pkg)
				r.detail(kv.Value, pkg)
			}
		}
	}
}

func (r *reader) key(e ast.Expr, pkg string) {
	if s, ok := textOf(e); ok {
		r.details[s] = pkg
	}
}

// acts lists the actions that entries are made with.
func (r *reader) acts() []string {
	var out []string
	for _, p := range r.entries {
		out = append(out, r.values(p, 4)...)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return !strings.Contains(s, ".") || strings.HasSuffix(s, ".") })
	slices.Sort(out)
	return slices.Compact(out)
}

// values are the texts that an expression can be, as far as the source says: none for what is data.
func (r *reader) values(p place, deep int) []string {
	if deep == 0 {
		return nil
	}
	switch x := p.expr.(type) {
	case *ast.BasicLit:
		s, _ := textOf(x)
		return []string{s}
	case *ast.BinaryExpr:
		var out []string
		for _, a := range r.values(place{x.X, p.in, p.pkg}, deep) {
			for _, b := range r.values(place{x.Y, p.in, p.pkg}, deep) {
				out = append(out, a+b)
			}
		}
		return out
	case *ast.CallExpr: // string(x)
		if len(x.Args) == 1 && lastName(x.Fun) == "string" {
			return r.values(place{x.Args[0], p.in, p.pkg}, deep)
		}
	case *ast.SelectorExpr:
		if s, ok := r.consts[lastName(x.X)+"."+x.Sel.Name]; ok {
			return []string{s}
		}
	case *ast.Ident:
		if s, ok := r.consts[p.pkg+"."+x.Name]; ok {
			return []string{s}
		}
		return r.variable(x.Name, p, deep)
	}
	return nil
}

// variable is what a function's variable is set to: by its callers, when it is a parameter.
func (r *reader) variable(name string, p place, deep int) []string {
	if p.in == nil {
		return nil
	}
	var out []string
	i := 0
	for _, group := range p.in.Type.Params.List {
		for _, n := range group.Names {
			if n.Name == name {
				for _, c := range r.calls[p.pkg+"."+p.in.Name.Name] {
					if i < len(c.args) {
						out = append(out, r.values(place{c.args[i], c.in, p.pkg}, deep-1)...)
					}
				}
			}
			i++
		}
	}
	ast.Inspect(p.in.Body, func(n ast.Node) bool {
		if set, ok := n.(*ast.AssignStmt); ok && len(set.Lhs) == len(set.Rhs) {
			for i := range set.Lhs {
				if id, ok := set.Lhs[i].(*ast.Ident); ok && id.Name == name {
					out = append(out, r.values(place{set.Rhs[i], p.in, p.pkg}, deep-1)...)
				}
			}
		}
		return true
	})
	return out
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func textOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
