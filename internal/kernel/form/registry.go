package form

import (
	"maps"
	"slices"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/registry"
)

// Lookup lets an applicant have questions filled in by a register of the state, about themselves and with their consent.
// What it answers is a suggestion, marked as such; nothing is asked of a register for a form that names none.
type Lookup struct {
	Registry registry.Kind     `json:"registry" yaml:"registry"`
	By       string            `json:"by" yaml:"by"`       // the question whose answer is the applicant's identifier there
	Fills    map[string]string `json:"fills" yaml:"fills"` // attribute of the register → question
}

// LookupIn returns what f has filled in by a register.
func (f *Form) LookupIn(k registry.Kind) (Lookup, bool) {
	i := slices.IndexFunc(f.Lookups, func(x Lookup) bool { return x.Registry == k })
	if i < 0 {
		return Lookup{}, false
	}
	return f.Lookups[i].told(), true
}

// told leaves out what no register tells, which a form that was published earlier may still name.
func (x Lookup) told() Lookup {
	fills := map[string]string{}
	for _, name := range registry.Attributes(x.Registry) {
		if code, ok := x.Fills[name]; ok {
			fills[name] = code
		}
	}
	x.Fills = fills
	return x
}

// Accept returns the answer to a question that a value makes which nobody typed on its page, or what is wrong with it.
func (f *Form) Accept(code, value string, at At) ([]string, []fault.Field) {
	fd, ok := f.Field(code)
	if !ok || !fd.Typed() {
		return nil, []fault.Field{{Name: code, Code: "not_answerable"}}
	}
	c := NewChecker(f, at)
	answer, _ := c.field(fd.inCity(at.Areas), []string{value}, true)
	return answer, c.Errors
}

// keyOf is the type of question that holds an identifier of a register.
func keyOf(k registry.Kind) Type {
	if k == registry.Business {
		return NIB
	}
	return NIK
}

func (f Form) checkLookups(c *pack.Check) {
	seen := map[string]bool{}
	for i, x := range f.Lookups {
		at := pack.At("lookups", i)
		known := registry.Attributes(x.Registry)
		if known == nil {
			c.OneOf(at+".registry", string(x.Registry), string(registry.Population), string(registry.Business))
			continue
		}
		c.Once(seen, at+".registry", string(x.Registry))
		by, ok := f.Field(x.By)
		if !ok || by.Type != keyOf(x.Registry) || x.Registry == registry.Population && x.By != f.Identified().NIK {
			c.Add(at+".by", "no_such_field", "value", x.By) // of the population only the applicant's own
		}
		if len(x.Fills) == 0 {
			c.Add(at+".fills", "required")
		}
		for _, name := range slices.Sorted(maps.Keys(x.Fills)) {
			if !slices.Contains(known, name) {
				c.OneOf(at+".fills."+name, name, known...)
				continue
			}
			if fd, ok := f.Field(x.Fills[name]); !ok || fd.Private() || fd.Type != Text && fd.Type != LongText {
				c.Add(at+".fills."+name, "no_such_field", "value", x.Fills[name])
			}
		}
	}
}
