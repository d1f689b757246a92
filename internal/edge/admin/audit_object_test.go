package admin

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// byName are the places that name what they act on by a variable, with what that is.
func byName() map[string][]string {
	return map[string][]string{"city/builder": {"form", "workflow"}}
}

// TestTheRecordCanBeAskedForEverythingInIt: each kind of thing that the source records an act on can be chosen: in a city what its own packages
// record and the kernel's, whose books the company of its ducts keeps there, and on the platform what it bills and keeps.
func TestTheRecordCanBeAskedForEverythingInIt(t *testing.T) {
	t.Parallel()
	city, platform := auditObjects[tenancy.KindCity], auditObjects[tenancy.KindPlatform]
	billing := []string{"saas/finance", "kernel/invoice", "kernel/payin", "kernel/faktur", "kernel/arrears"}
	found := map[string]bool{}
	for folder, objects := range recorded(t) {
		for _, object := range objects {
			found[object] = true
			if (strings.HasPrefix(folder, "city/") || strings.HasPrefix(folder, "kernel/")) && !slices.Contains(city, object) {
				t.Errorf("%s records acts on %q, which a city's record cannot be asked for", folder, object)
			}
			if (slices.Contains(billing, folder) || strings.HasPrefix(folder, "saas/") && !slices.Contains(city, object)) && !slices.Contains(platform, object) {
				t.Errorf("%s records acts on %q, which the platform's record cannot be asked for", folder, object)
			}
		}
	}
	if len(found) < 45 {
		t.Fatalf("the source was not read: %d kinds", len(found))
	}
	for _, object := range slices.Concat(city, platform) {
		if !found[object] {
			t.Errorf("nothing is recorded on %q", object)
		}
		for _, l := range i18n.All() {
			if !l.Has("audit.object." + object) {
				t.Errorf("%q has no words in %s", object, l)
			}
		}
	}
}

// recorded are the kinds of things that each package records acts on, by its folder.
func recorded(t *testing.T) map[string][]string {
	t.Helper()
	out, tree := map[string][]string{}, os.DirFS("../..")
	err := fs.WalkDir(tree, ".", func(folder string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		var p source
		all, err := fs.Glob(tree, path.Join(folder, "*.go"))
		if err != nil {
			return err
		}
		for _, name := range all {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			p = append(p, file)
		}
		named, unknown := p.objects()
		if by, ok := byName()[folder]; ok {
			named, unknown = append(named, by...), nil
		}
		if len(unknown) > 0 {
			t.Errorf("%s records acts on what cannot be read off its source, in %v", folder, unknown)
		}
		if slices.Sort(named); len(named) > 0 {
			out[folder] = slices.Compact(named)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// source is the files of a package.
type source []*ast.File

// objects are the kinds that a package records acts on, and the functions where that cannot be read.
func (p source) objects() (named, unknown []string) {
	for _, f := range p {
		for _, d := range f.Decls {
			within, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name == "audit" {
				continue
			}
			ast.Inspect(within, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok || !isEntry(lit.Type) {
					return true
				}
				for _, e := range lit.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, "Object") {
						is := p.values(within, kv.Value)
						if named = append(named, is...); is == nil {
							unknown = append(unknown, within.Name.Name)
						}
					}
				}
				return true
			})
		}
	}
	return named, unknown
}

func isEntry(x ast.Expr) bool {
	s, ok := x.(*ast.SelectorExpr)
	return ok && isIdent(s.X, "audit") && s.Sel.Name == "Entry"
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// values are the texts that an expression of a function can be: itself, a constant of the package, or what the function is called with.
func (p source) values(within *ast.FuncDecl, x ast.Expr) (out []string) {
	if lit, ok := x.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			return []string{text}
		}
		return nil
	}
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	at, is := 0, -1
	for _, field := range within.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == id.Name {
				is = at
			}
			at++
		}
	}
	for _, f := range p {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.CONST && is < 0 && len(v.Names) == 1 && v.Names[0].Name == id.Name && len(v.Values) == 1 {
						return p.values(within, v.Values[0])
					}
				}
			case *ast.FuncDecl:
				ast.Inspect(d, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && is >= 0 && is < len(call.Args) && called(call.Fun) == within.Name.Name && len(call.Args) == at {
						out = append(out, p.values(d, call.Args[is])...)
					}
					return true
				})
			}
		}
	}
	return out
}

// called is the name of a function or a method that is called.
func called(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
