package form

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
)

// Fault is what is wrong with one expression, at its place in the form: "pages[2].fields[0].show_if".
type Fault struct {
	Path string
	Text string // the compiler's own words, in English
	Code string // last part of the i18n key "pack.problem.<code>", which says it to whoever is no programmer
	Name string // what is unknown, or what was asked of things that it is not for
	At   int    // the letter of the expression at which it cannot be read, from 1
}

// Args are the parts of the sentence for a fault, by name.
func (x Fault) Args() []any { return []any{"text", x.Text, "name", x.Name, "at", x.At} }

// What can be wrong with an expression, beside what the compiler alone has words for.
const (
	faultOther     = "expression"
	faultUnknown   = "expression_unknown"   // a name that is not the answer to an earlier question
	faultKinds     = "expression_kinds"     // a text is compared with a number
	faultCut       = "expression_cut"       // something is missing
	faultCondition = "expression_condition" // not a question of yes or no
	faultResult    = "expression_result"    // another kind of answer than was chosen
)

// misread are the compiler's own words on an expression.
type misread struct{ *cel.Issues }

func (m misread) Error() string { return m.Err().Error() }

// misfit is an expression that gives another kind of answer than its place wants.
type misfit struct{ got, want *cel.Type }

func (m misfit) Error() string { return fmt.Sprintf("gives %s, not %s", m.got, m.want) }

// The compiler says what is wrong in sentences alone.
var (
	unknownName = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload  = regexp.MustCompile(`^found no matching overload for '([^']*)'`)
)

func faultOf(path string, err error) Fault {
	out := Fault{Path: path, Text: err.Error(), Code: faultOther}
	switch wrong := err.(type) {
	case misfit:
		if out.Code = faultResult; wrong.want == cel.BoolType {
			out.Code = faultCondition
		}
	case misread:
		first := wrong.Errors()[0]
		if m := unknownName.FindStringSubmatch(first.Message); m != nil {
			out.Code, out.Name = faultUnknown, m[1]
		} else if m := noOverload.FindStringSubmatch(first.Message); m != nil {
			out.Code, out.Name = faultKinds, strings.Trim(m[1], "_")
		} else if strings.HasPrefix(first.Message, "Syntax error") {
			out.Code, out.At = faultCut, first.Location.Column()+1
		}
	}
	return out
}
