package form

import (
	"errors"
	"math"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"bedelau/internal/kernel/pack"
)

// RowBounds are how many rows a group has when a condition holds that sees the answers before it, such as two witnesses
// where a letter is missing. Of several the first that holds decides; where none does, the group's own bounds do.
type RowBounds struct {
	When string `json:"when" yaml:"when"`
	Min  int    `json:"min,omitempty" yaml:"min"`
	Max  int    `json:"max,omitempty" yaml:"max"` // 0 is no stated bound
}

// A rule of a group sees, besides what every rule sees, all of its rows as rows: each by the codes of its questions, of a
// person block also by its parts (r.orang.nik). What a row does not answer is not in it, as has(r.usia) tells. sum adds up a
// list of numbers:
//
//	sum(rows.map(r, r.saham)) != 100.0
//	!rows.exists(r, r.peran == "ketua")

const (
	rowsName = "rows"
	rowName  = "row" // of the type of one row in an expression
)

// rowTypes tells the compiler what the rows of one group hold.
type rowTypes struct {
	types.Provider
	fields map[string]map[string]*types.Type // by the name of the type
}

func (p rowTypes) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.fields[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p rowTypes) FindStructFieldNames(name string) ([]string, bool) {
	own, ok := p.fields[name]
	if !ok {
		return p.Provider.FindStructFieldNames(name)
	}
	var out []string
	for field := range own {
		out = append(out, field)
	}
	return out, true
}

func (p rowTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	own, ok := p.fields[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, field)
	}
	t, ok := own[field]
	return &types.FieldType{Type: t}, ok
}

func (p rowTypes) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if _, ok := p.fields[name]; ok {
		return types.WrapErr(errors.New("a row is answered, not made")) // by no author
	}
	return p.Provider.NewValue(name, fields)
}

// withRows is env with the rows of group f.
func withRows(env *cel.Env, f Field) (*cel.Env, error) {
	p := rowTypes{env.CELTypeProvider(), map[string]map[string]*types.Type{rowName: {}}}
	for _, sub := range f.ofRow(1) {
		for _, one := range append([]Field{sub}, sub.parts(nil)...) {
			t, ok := one.celType()
			if !ok || t == nil || !nameable.MatchString(one.name) {
				continue
			}
			block, part, inBlock := strings.Cut(one.name, ".")
			if !inBlock {
				p.fields[rowName][block] = t
				continue
			}
			name := rowName + "." + block
			if p.fields[name] == nil {
				p.fields[name], p.fields[rowName][block] = map[string]*types.Type{}, types.NewObjectType(name)
			}
			p.fields[name][part] = t
		}
	}
	return env.Extend(cel.CustomTypeProvider(p), cel.Variable(rowsName, cel.ListType(cel.ObjectType(rowName))),
		cel.Function("sum",
			cel.Overload("sum_list_double", []*cel.Type{cel.ListType(cel.DoubleType)}, cel.DoubleType, cel.UnaryBinding(sumOf(types.Double(0)))),
			cel.Overload("sum_list_int", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sumOf(types.Int(0))))))
}

// sumOf adds up a list, from zero. An amount beyond all sense is an error, by which no condition holds.
func sumOf(zero ref.Val) func(ref.Val) ref.Val {
	return func(list ref.Val) ref.Val {
		total := zero
		l, ok := list.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(list)
		}
		for it := l.Iterator(); it.HasNext() == types.True; {
			adder, ok := total.(traits.Adder)
			if !ok {
				return total // already an error
			}
			total = adder.Add(it.Next())
		}
		if n, ok := total.(types.Double); ok { // as exact as answers are, so that 33,3 and 33,3 and 33,4 are 100
			return types.Double(math.Round(float64(n)*1e6) / 1e6)
		}
		return total
	}
}

// rowKnown is what a rule of group f sees of one row, of which vars are all that its questions see.
func (f Field) rowKnown(vars map[string]any) map[string]any {
	out := map[string]any{}
	for _, sub := range f.ofRow(1) {
		if v, ok := vars[sub.name]; ok {
			out[sub.name] = v
		}
		if sub.Type != Person {
			continue
		}
		block := map[string]any{}
		for _, one := range sub.parts(nil) {
			if v, ok := vars[one.name]; ok {
				_, part, _ := strings.Cut(one.name, ".")
				block[part] = v
			}
		}
		out[sub.name] = block
	}
	return out
}

// bounded is group f with as many rows as what is answered before it asks for.
func (w *walk) bounded(f Field, vars map[string]any) Field {
	for i, x := range w.rules.bounds[f.key] {
		if x.program != nil && x.holds(vars) {
			f.MinRows, f.MaxRows = f.RowsWhen[i].Min, f.RowsWhen[i].Max
			break
		}
	}
	f.RowsWhen = nil
	return f
}

// checkRows notes what is wrong with the bounds of a group, at their places.
func (f Field) checkRows(c *pack.Check, at string) {
	bounds := func(least, most int, atLeast, atMost string) {
		switch {
		case least < 0 || least > mostRows:
			c.Add(atLeast, "not_between", "value", least, "low", 0, "high", mostRows)
		case most != 0 && (most < max(1, least) || most > mostRows):
			c.Add(atMost, "not_between", "value", most, "low", max(1, least), "high", mostRows)
		}
	}
	if f.Type != Group {
		if f.MinRows != 0 || f.MaxRows != 0 || !f.RowName.Empty() {
			c.Add(at+".max_rows", "only_for_type", "type", Group)
		}
		if len(f.RowsWhen) > 0 {
			c.Add(at+".rows_when", "only_for_type", "type", Group)
		}
		return
	}
	bounds(f.MinRows, f.MaxRows, at+".min_rows", at+".max_rows")
	for i, b := range f.RowsWhen {
		one := pack.At(at+".rows_when", i)
		c.Required(one+".when", b.When)
		bounds(b.Min, b.Max, one+".min", one+".max")
	}
}
