package rest

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"bedelau/internal/kernel/fault"
)

// said maps what huma says of a value to our codes. The words are huma's own, up to their first placeholder; what
// follows is the limit, for the placeholder that arg names. Longer words come before those that they begin with.
var said = []struct{ words, code, arg string }{
	{start(validation.MsgExpectedOneOf), "not_an_option", ""},
	{start(validation.MsgExpectedMaxLength), "too_long", "max"},
	{start(validation.MsgExpectedMinLength), "too_short", "min"},
	{start(validation.MsgExpectedMaxItems), "too_many", "max"},
	{start(validation.MsgExpectedMaxProperties), "too_many", "max"},
	{start(validation.MsgExpectedMinItems), "too_few", "min"},
	{start(validation.MsgExpectedMinProperties), "too_few", "min"},
	{start(validation.MsgExpectedMinimumNumber), "too_small", "min"},
	{start(validation.MsgExpectedMaximumNumber), "too_large", "max"},
	{validation.MsgUnexpectedProperty, "not_known", ""},
	{"unknown query parameter", "not_known", ""},
	{validation.MsgExpectedBoolean, "not_boolean", ""},
	{"invalid boolean", "not_boolean", ""},
	{validation.MsgExpectedInteger, "not_integer", ""},
	{validation.MsgExpectedNumber, "not_integer", ""},
	{"invalid integer", "not_integer", ""},
	{validation.MsgExpectedString, "not_text", ""},
	{validation.MsgExpectedArray, "not_list", ""},
	{start(validation.MsgExpectedMatchAtLeastOneSchema), "not_text", ""}, // the only choice of types is that of an answer
	{validation.MsgExpectedObject, "not_object", ""},
}

func start(format string) string {
	before, _, _ := strings.Cut(format, "%")
	return before
}

// invalid names every input that huma found at fault.
func invalid(details []*huma.ErrorDetail) []fault.Field {
	var out []fault.Field
	for _, d := range details {
		if d != nil {
			out = append(out, field(d))
		}
	}
	if len(out) == 0 {
		out = append(out, fault.Field{Name: "body", Code: "invalid"})
	}
	return out
}

func field(d *huma.ErrorDetail) fault.Field {
	name := place(d.Location)
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if missing, ok := strings.CutPrefix(d.Message, before); ok {
		missing, _ = strings.CutSuffix(missing, after)
		if name != "body" {
			missing = name + "." + missing
		}
		return fault.Field{Name: Clip(missing), Code: "required"}
	}
	if strings.HasPrefix(d.Message, "required ") {
		return fault.Field{Name: name, Code: "required"}
	}
	for _, s := range said {
		rest, ok := strings.CutPrefix(d.Message, s.words)
		if !ok {
			continue
		}
		f := fault.Field{Name: name, Code: s.code}
		if s.arg != "" {
			limit, _, _ := strings.Cut(rest, " ")
			f.Args = []any{s.arg, limit}
			if limit == "1" && (s.code == "too_short" || s.code == "too_few") {
				return fault.Field{Name: name, Code: "required"} // too little of what may be as little as one is none
			}
		}
		return f
	}
	return fault.Field{Name: name, Code: "invalid"}
}

// place is a location without the part of the request that it is in: body.answers.nik is answers.nik.
func place(location string) string {
	for _, part := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(location, part); ok {
			return Clip(strings.TrimPrefix(rest, "."))
		}
	}
	return Clip(location)
}
