package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// Cosign is other people who must agree before an application is sent, such as the head of the family that somebody
// joins, or two witnesses. Each sees the answers that Shows names, masked, and declares Declare.
type Cosign struct {
	Code    string    `json:"code" yaml:"code"`
	Label   i18n.Text `json:"label" yaml:"label"`                 // what one of them is called, such as Saksi
	Count   int       `json:"count,omitempty" yaml:"count"`       // how many; 0 is one
	ShowIf  string    `json:"show_if,omitempty" yaml:"show_if"`   // needed only when it holds; it sees every answer
	Declare i18n.Text `json:"declare" yaml:"declare"`             // what they are asked to say, as their own words
	Shows   []string  `json:"shows" yaml:"shows"`                 // questions whose answers they see; of a block or group all
	Named   string    `json:"named_by,omitempty" yaml:"named_by"` // the question that says who it is, "saksi.nama" of a group's rows
}

// cosignMost bounds how many people one application waits for in one part, and cosignParts the parts.
const (
	cosignMost  = 5
	cosignParts = 5
)

// People is how many people the part needs.
func (c Cosign) People() int { return max(c.Count, 1) }

// Title names the n-th of them, from 1: "Saksi 2", or the label alone where there is one.
func (c Cosign) Title(n int, l i18n.Locale) string {
	if c.People() == 1 {
		return c.Label.In(l)
	}
	return c.Label.In(l) + " " + strconv.Itoa(n)
}

// NamedBy is the code of the answer that says who the n-th of them is, from 1; empty when the form does not ask.
func (f *Form) NamedBy(c Cosign, n int) string {
	first, rest, _ := strings.Cut(c.Named, ".")
	if fd, ok := f.Field(first); ok && fd.Type == Group {
		return first + "." + strconv.Itoa(n) + "." + rest
	}
	return c.Named
}

// Sees reports whether who signs c sees the answer of this code.
func (c Cosign) Sees(code string) bool {
	return slices.ContainsFunc(c.Shows, func(shown string) bool { return BelongsTo(code, shown) })
}

// Cosigns returns those of f's cosigns that the answers make necessary.
func (f *Form) Cosigns(answers Answers, files map[string]int, at At) []Cosign {
	if len(f.Cosign) == 0 {
		return nil
	}
	w := NewChecker(f, at).walk(files)
	for _, p := range f.Pages {
		w.page(p, func(fd Field, worked []string) []string {
			if fd.Type == Computed {
				return worked
			}
			return answers[fd.Code]
		})
	}
	var out []Cosign
	for _, c := range f.Cosign {
		if x, ok := w.rules.cosign[c.Code]; !ok || x.holds(w.vars) {
			out = append(out, c)
		}
	}
	return out
}

// Cosigner returns the cosign of this code.
func (f *Form) Cosigner(code string) (Cosign, bool) {
	i := slices.IndexFunc(f.Cosign, func(c Cosign) bool { return c.Code == code })
	if i < 0 {
		return Cosign{}, false
	}
	return f.Cosign[i], true
}

// cosigns reads the conditions of f's cosigns, which see every answer of the form.
func (r *rules) cosigns(env *cel.Env, f *Form) {
	for i, c := range f.Cosign {
		r.read(env, r.cosign, c.Code, fmt.Sprintf("cosign[%d].show_if", i), c.ShowIf, cel.BoolType)
	}
}

func (f Form) checkCosign(c *pack.Check) {
	if len(f.Cosign) > cosignParts {
		c.Add("cosign", "not_between", "value", len(f.Cosign), "low", 0, "high", cosignParts)
	}
	codes := map[string]bool{}
	for i, x := range f.Cosign {
		at := pack.At("cosign", i)
		c.Once(codes, at+".code", x.Code)
		c.Text(at+".label", x.Label)
		c.Text(at+".declare", x.Declare)
		if x.Count < 0 || x.Count > cosignMost {
			c.Add(at+".count", "not_between", "value", x.Count, "low", 1, "high", cosignMost)
		}
		if len(x.Shows) == 0 {
			c.Add(at+".shows", "required")
		}
		for j, code := range x.Shows {
			if fd, ok := f.Field(code); !ok || fd.Type == Info || fd.Type == File || fd.Type == Row {
				c.Add(pack.At(at+".shows", j), "no_such_field", "value", code)
			}
		}
		if x.Named == "" {
			continue
		}
		if fd, ok := f.Field(f.NamedBy(x, 1)); !ok || fd.Type != Text {
			c.Add(at+".named_by", "no_such_field", "value", x.Named)
		}
	}
}
