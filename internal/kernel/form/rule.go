package form

import (
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// Rule is what the author of a form says of an answer beyond its type, such as that a child is under 17. When it holds,
// the answer is refused with Text; with Warn the applicant is only asked to look again. When sees the answer itself and
// those before it; of a person block all its parts, one of which Part names as the one to mend.
type Rule struct {
	When string    `json:"when" yaml:"when"`
	Text i18n.Text `json:"text" yaml:"text"`
	Warn bool      `json:"warn,omitempty" yaml:"warn"`
	Part string    `json:"part,omitempty" yaml:"part"`
}

// said is the code of a fault whose sentence is the form's own.
const said = "said"

// judge tells w's reader which rules of a question the answers break, once it and what is inside it are known.
func (w *walk) judge(f Field, vars map[string]any) {
	if w.broken == nil {
		return
	}
	for i, x := range w.rules.judged[f.key] {
		if x.program != nil && x.holds(vars) {
			w.broken(f, f.Rules[i])
		}
	}
}

// breaks notes a rule that does not hold.
func (c *Checker) breaks(f Field, r Rule) {
	code := f.Code
	if r.Part != "" {
		code += "." + r.Part
	}
	if r.Warn {
		c.warn(code, said, "text", r.Text)
		return
	}
	for _, e := range c.Errors {
		if e.Name == code { // it could not even be read
			return
		}
	}
	c.Errors = append(c.Errors, fault.Field{Name: code, Code: said, Args: []any{"text", r.Text}})
}

func (f Field) checkRules(c *pack.Check, at string) {
	for i, r := range f.Rules {
		one := pack.At(at+".rules", i)
		c.Required(one+".when", r.When)
		c.Text(one+".text", r.Text)
		if r.Part != "" {
			if f.Type != Person {
				c.Add(one+".part", "only_for_type", "type", Person)
			}
			c.OneOf(one+".part", r.Part, PartNames()...)
		}
	}
	if len(f.Rules) > 0 && !f.Answered() && f.Type != Person {
		c.Add(at+".rules", "only_for_type", "type", "all but info")
	}
}
