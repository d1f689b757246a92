package form

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
)

// Expressions are written in CEL (github.com/google/cel-spec) by whoever writes the form, so they are bounded: in
// length, in nesting, and in the work that one evaluation may do.
const (
	exprMax     = 500
	exprNesting = 50
	exprCost    = 10_000
)

// A name in an expression is the answer to a question that comes earlier in the form: text, nik, kk, choice and the
// like are strings, number is a double, money an int of rupiah, yes_no and consent bools, date a timestamp,
// multi_choice a list of strings, file the number of files, group the number of rows, point has .lat and .lon, and the
// parts of a person block are named behind its code, as ibu.birth_date. A question of a row also sees the earlier ones of
// its row. Besides, today is the present day, years(from, to) counts
// completed years, rates["reklame"]["utama"] is an amount of a tariff that the form names, and answered lists the codes
// that have an answer.
//
// A condition that needs an answer which is not there yet is not met; || and && are met without it where the other
// side decides.

// baseEnv is what every expression can use; building it costs milliseconds.
var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.ParserExpressionSizeLimit(exprMax), cel.ParserRecursionLimit(exprNesting), cel.CrossTypeNumericComparisons(true),
		cel.ASTValidators(cel.ValidateComprehensionNestingLimit(1), cel.ValidateRegexLiterals()),
		ext.Math(),
		cel.Variable("rates", cel.MapType(cel.StringType, cel.MapType(cel.StringType, cel.IntType))),
		cel.Variable("today", cel.TimestampType), cel.Variable("answered", cel.ListType(cel.StringType)),
		cel.Function("years", cel.Overload("years_timestamp_timestamp", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(from, to ref.Val) ref.Val {
				return types.Int(years(from.(types.Timestamp).Time, to.(types.Timestamp).Time))
			}))),
	)
})

// years counts completed years as law does: the day itself completes one; who was born on 29 February completes it on
// 1 March of a common year.
func years(from, to time.Time) int {
	n := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		n--
	}
	return n
}

// nameable is what CEL can name.
var nameable = regexp.MustCompile(`^[a-z][a-z0-9_]*(?:\.[a-z_]+)?$`)

// celType is how the answer to f stands in an expression, and false for what has none.
func (f Field) celType() (*cel.Type, bool) {
	switch f.Type {
	case Info, Person, Row:
		return nil, false
	case Group:
		return cel.IntType, true
	case Point:
		return cel.MapType(cel.StringType, cel.DoubleType), true
	case Number:
		return cel.DoubleType, true
	case Money:
		return cel.IntType, true
	case YesNo, Consent:
		return cel.BoolType, true
	case Date:
		return cel.TimestampType, true
	case MultiChoice:
		return cel.ListType(cel.StringType), true
	case File:
		return cel.IntType, true
	case Computed:
		return map[Type]*cel.Type{Number: cel.DoubleType, Money: cel.IntType, Text: cel.StringType}[f.As], true
	}
	return cel.StringType, true
}

// value is the answer to f in an expression; false when there is none.
func (f Field) value(answer []string, files int) (any, bool) {
	switch f.Type {
	case File:
		return int64(files), true
	case Group:
		return int64(f.rows(answer)), true
	case Info, Person, Row:
		return nil, false
	}
	if len(answer) == 0 {
		return nil, false
	}
	kind := f.Type
	if kind == Computed {
		kind = f.As
	}
	switch kind {
	case Number:
		n, err := parseNumber(answer[0])
		return n, err == nil
	case Money:
		n, err := parseMoney(answer[0])
		return n, err == nil
	case YesNo, Consent:
		return answer[0] == "yes", true
	case Date:
		t, err := time.Parse(time.DateOnly, answer[0])
		return t, err == nil
	case MultiChoice:
		return answer, true
	case Point:
		lat, lon, ok := parsePoint(answer[0])
		return map[string]float64{"lat": lat, "lon": lon}, ok
	}
	return answer[0], true
}

// expression is one compiled condition or computation.
type expression struct {
	program cel.Program
	env     *cel.Env
	ast     *cel.Ast
}

// rules are the expressions of one form, compiled: by page code and by the key of the field.
type rules struct {
	pages    map[string]expression
	shown    map[string]expression
	required map[string]expression
	computed map[string]expression
	judged   map[string][]expression // as many as the field has rules
	bounds   map[string][]expression // as many as the group has RowsWhen
	cosign   map[string]expression
	faults   []Fault
	rates    []Rate
}

// Faults returns what is wrong with the expressions of f.
func (f *Form) Faults() []Fault {
	_, faults := f.compile()
	return faults
}

// compile reads every expression of f. Each sees only the questions before it, so none can go in a circle.
func (f *Form) compile() (*rules, []Fault) {
	env, err := baseEnv()
	if err != nil {
		return nil, []Fault{faultOf("", err)}
	}
	r := &rules{pages: map[string]expression{}, shown: map[string]expression{}, required: map[string]expression{}, computed: map[string]expression{},
		judged: map[string][]expression{}, bounds: map[string][]expression{}, cosign: map[string]expression{}}
	for i, p := range f.Pages {
		at := fmt.Sprintf("pages[%d]", i)
		r.read(env, r.pages, p.Code, at+".show_if", p.ShowIf, cel.BoolType)
		for j, fd := range p.Fields {
			env = r.field(env, fd.placed(), fmt.Sprintf("%s.fields[%d]", at, j))
		}
	}
	r.cosigns(env, f)
	return r, r.faults
}

// field reads the expressions of one question and of what is inside it, and returns the names that the next can see.
func (r *rules) field(env *cel.Env, f Field, at string) *cel.Env {
	r.read(env, r.shown, f.key, at+".show_if", f.ShowIf, cel.BoolType)
	r.read(env, r.required, f.key, at+".required_if", f.RequiredIf, cel.BoolType)
	for i, b := range f.RowsWhen {
		r.bounds[f.key] = append(r.bounds[f.key], r.one(env, f.key, fmt.Sprintf("%s.rows_when[%d].when", at, i), b.When))
	}
	for _, part := range f.parts(nil) {
		env = r.field(env, part, at)
	}
	t, ok := f.celType()
	if !ok || t == nil {
		r.rules(env, f, at)
		return env
	}
	r.read(env, r.computed, f.key, at+".compute", f.Compute, t)
	if !nameable.MatchString(f.name) {
		r.rules(env, f, at)
		return env // a code with a hyphen cannot be named
	}
	next, err := env.Extend(cel.Variable(f.name, t))
	if err != nil {
		r.faults = append(r.faults, faultOf(at+".code", err))
		return env
	}
	row := next
	for k, sub := range f.ofRow(1) {
		row = r.field(row, sub, fmt.Sprintf("%s.fields[%d]", at, k))
	}
	r.rules(next, f, at)
	return next
}

// rules reads what the author says of the answer to f.
func (r *rules) rules(env *cel.Env, f Field, at string) {
	if f.Type == Group && len(f.Rules) > 0 {
		all, err := withRows(env, f)
		if err != nil {
			r.faults = append(r.faults, faultOf(at+".rules", err))
			return
		}
		env = all
	}
	for i, rule := range f.Rules {
		r.judged[f.key] = append(r.judged[f.key], r.one(env, f.key, fmt.Sprintf("%s.rules[%d].when", at, i), rule.When))
	}
}

// one reads one of several conditions of a question; it is empty where it cannot be read.
func (r *rules) one(env *cel.Env, key, path, text string) expression {
	read := map[string]expression{}
	r.read(env, read, key, path, text, cel.BoolType)
	return read[key]
}

func (r *rules) read(env *cel.Env, into map[string]expression, key, path, text string, want *cel.Type) {
	if strings.TrimSpace(text) == "" {
		return
	}
	x, err := compileOne(env, text, want)
	if err != nil {
		r.faults = append(r.faults, faultOf(path, err))
		return
	}
	into[key] = x
	r.rates = append(r.rates, rated(x, path)...)
}

func compileOne(env *cel.Env, text string, want *cel.Type) (expression, error) {
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return expression{}, misread{issues}
	}
	got := ast.OutputType()
	if want == cel.DoubleType && got.IsExactType(cel.IntType) {
		return compileOne(env, "double("+text+")", want) // a number that is whole, such as years
	}
	if !got.IsExactType(want) {
		return expression{}, misfit{got, want}
	}
	program, err := env.Program(ast, cel.CostLimit(exprCost), cel.EvalOptions(cel.OptOptimize))
	return expression{program, env, ast}, err
}

// holds evaluates a condition; one that cannot be evaluated yet is not met.
func (x expression) holds(vars map[string]any) bool {
	out, _, err := x.program.Eval(vars)
	return err == nil && out == types.True
}

// text evaluates a computation into the spelling in which answers are kept; false while an answer it needs is missing,
// or when the result is no number.
func (x expression) text(vars map[string]any) (string, bool) {
	out, _, err := x.program.Eval(vars)
	if err != nil {
		return "", false
	}
	switch v := out.Value().(type) {
	case string:
		return v, true
	case int64:
		return formatMoney(v)
	case float64:
		return formatNumber(v)
	}
	return "", false
}
