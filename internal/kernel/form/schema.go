package form

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bedelau/internal/kernel/i18n"
)

// Schema is f as a JSON Schema (draft 2020-12) of its answers: an object by code, each in the spelling in which answers
// are kept. It says what shape an answer has. What has to be answered, and what bounds a date or a number, depends on the
// other answers and on the day, and is the Checker's to say; files are sent on their own. Answers that fit the schema are
// read by the Checker, and answers that the Checker keeps fit the schema.
func (f *Form) Schema(l i18n.Locale, areas []Area) map[string]any {
	properties, patterns := map[string]any{}, map[string]any{}
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			fd = fd.placed()
			put := func(sub Field) {
				if s := sub.inCity(areas).schema(l); s != nil {
					properties[sub.Code] = s
				}
			}
			put(fd)
			for _, part := range fd.parts(nil) {
				put(part)
			}
			if fd.Type == Group {
				fd.schemaOfRows(patterns, l, areas)
			}
		}
	}
	out := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": fmt.Sprintf("urn:bedelau:form:%s:%d", f.Code, f.Version),
		"type": "object", "properties": properties, "additionalProperties": false,
	}
	if len(patterns) > 0 {
		out["patternProperties"] = patterns
	}
	return out
}

// schemaOfRows adds what the rows of a group ask, whichever row it is.
func (f Field) schemaOfRows(into map[string]any, l i18n.Locale, areas []Area) {
	_, most := f.rowsAllowed()
	numbers := make([]string, most)
	for n := range numbers {
		numbers[n] = strconv.Itoa(n + 1)
	}
	put := func(sub Field) {
		if s := sub.inCity(areas).schema(l); s != nil {
			inner := strings.TrimPrefix(sub.Code, f.Code+".1.")
			into["^"+regexp.QuoteMeta(f.Code)+`\.(`+strings.Join(numbers, "|")+`)\.`+regexp.QuoteMeta(inner)+"$"] = s
		}
	}
	for _, sub := range f.ofRow(1) {
		put(sub)
		for _, part := range sub.parts(nil) {
			put(part)
		}
	}
}

// schema is the shape of one answer; nil for what has none or is not sent with the others.
func (f Field) schema(l i18n.Locale) map[string]any {
	if !f.Typed() {
		return nil
	}
	out := map[string]any{"type": "string", "title": f.Title().In(l)}
	if hint := f.Hint.In(l); hint != "" {
		out["description"] = hint
	}
	numbered := func(n int) {
		same := make([]any, 10)
		for i := range same {
			same[i] = strings.Repeat(strconv.Itoa(i), n)
		}
		out["pattern"], out["not"] = fmt.Sprintf("^[0-9]{%d}$", n), map[string]any{"enum": same}
	}
	switch f.Type {
	case NIK:
		out["pattern"] = `^[0-9]{6}(0[1-9]|[12][0-9]|3[01]|4[1-9]|[56][0-9]|7[01])(0[1-9]|1[0-2])[0-9]{6}$`
		out["not"] = map[string]any{"pattern": "0000$"}
	case KK, NPWP:
		numbered(16)
	case NIB:
		numbered(13)
	case NOP:
		numbered(18)
	case Phone:
		out["pattern"] = `^\+628[0-9]{8,11}$`
	case Email:
		out["format"], out["maxLength"] = "email", f.longest()
	case Number:
		out["pattern"], out["format"] = `^-?(0|[1-9][0-9]{0,15})(,[0-9]{1,6})?$`, "bedelau-number"
	case Money:
		out["pattern"], out["format"] = `^(0|[1-9][0-9]{0,15})$`, "bedelau-rupiah"
	case Date:
		out["format"] = "date"
	case Point:
		out["pattern"] = `^-?[0-9]{1,3}\.[0-9]{6},-?[0-9]{1,3}\.[0-9]{6}$`
	case Group:
		out["pattern"] = "^(0|[1-9][0-9]?)$"
	case YesNo:
		out["enum"] = []any{"yes", "no"}
	case Consent:
		out["const"] = "yes"
	case MultiChoice:
		return map[string]any{"type": "array", "title": out["title"], "uniqueItems": true, "minItems": 1, "items": map[string]any{"oneOf": f.consts(l)}}
	case Choice, District, Subdistrict:
		if len(f.Options) > 0 {
			out["oneOf"] = f.consts(l)
		} else {
			out["maxLength"], out["pattern"] = f.longest(), `\S`
		}
	default:
		out["maxLength"], out["pattern"] = f.longest(), `\S`
	}
	return out
}

// consts are the answers to choose from. Parts of two districts may have the same name.
func (f Field) consts(l i18n.Locale) []any {
	var out []any
	var seen []string
	for _, o := range f.Options {
		if !slices.Contains(seen, o.Value) {
			out = append(out, map[string]any{"const": o.Value, "title": o.Label.In(l)})
		}
		seen = append(seen, o.Value)
	}
	return out
}

// Shape checks answers against the schema of a form.
type Shape struct{ schema *jsonschema.Schema }

// Shape compiles the schema of f.
func (f *Form) Shape(areas []Area) (*Shape, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "email", Validate: formatted(func(s string) bool {
		check := NewChecker(&Form{}, At{})
		check.email(Field{}, s)
		return len(check.Errors) == 0
	})})
	c.RegisterFormat(&jsonschema.Format{Name: "bedelau-number", Validate: formatted(func(s string) bool {
		n, err := parseNumber(s)
		return err == nil && n <= float64(amountMost) && n >= -float64(amountMost)
	})})
	c.RegisterFormat(&jsonschema.Format{Name: "bedelau-rupiah", Validate: formatted(func(s string) bool {
		n, err := parseMoney(s)
		return err == nil && n <= amountMost
	})})
	c.RegisterFormat(&jsonschema.Format{Name: "date", Validate: formatted(func(s string) bool {
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	})})
	doc := f.Schema(i18n.ID, areas)
	const at = "urn:bedelau:form"
	delete(doc, "$id")
	if err := c.AddResource(at, plain(doc)); err != nil {
		return nil, fmt.Errorf("form: schema of %s: %w", f.Code, err)
	}
	schema, err := c.Compile(at)
	if err != nil {
		return nil, fmt.Errorf("form: schema of %s: %w", f.Code, err)
	}
	return &Shape{schema}, nil
}

func formatted(ok func(string) bool) func(any) error {
	return func(v any) error {
		if s, isText := v.(string); isText && !ok(s) {
			return errors.New("not in this form")
		}
		return nil
	}
}

// plain turns whole numbers into those that a JSON reader would give.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, one := range v {
			out[k] = plain(one)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = plain(one)
		}
		return out
	case int:
		return float64(v)
	}
	return v
}

// Misfits names the answers that do not fit the schema, in no order. Several values are one list; the answer to a
// multiple choice is always one.
func (s *Shape) Misfits(f *Form, answers map[string][]string) []string {
	var bad []string
	for code, values := range answers {
		var v any
		if fd, _ := f.Field(code); fd.Type == MultiChoice || len(values) != 1 {
			list := make([]any, len(values))
			for i, one := range values {
				list[i] = one
			}
			v = list
		} else {
			v = values[0]
		}
		if s.schema.Validate(map[string]any{code: v}) != nil {
			bad = append(bad, code)
		}
	}
	return bad
}
