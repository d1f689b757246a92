package form

import (
	"maps"
	"slices"
)

// plain reports whether the answer is a text that is not stored sealed.
func (f Field) plain() bool { return (f.Type == Text || f.Type == LongText) && !f.Private() }

// searches reports whether officers may look for the words of an answer to f, because its author says so or that of a later
// version, which may be f itself.
func (f *Form) searches(code string, later *Form) bool {
	own, ok := f.Field(code)
	if !ok || !own.plain() {
		return false
	}
	next, ok := later.Field(code)
	return own.Search || ok && next.Search && next.plain()
}

// texts reports whether is holds for a question that can be searched, those of rows by the code in the first one.
func (f *Form) texts(is func(code string) bool) bool {
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if is(fd.Code) || slices.ContainsFunc(fd.Fields, func(inner Field) bool { return is(fd.Code + ".1." + inner.Code) }) {
				return true
			}
		}
	}
	return false
}

// Searched reports whether officers may look for the words of any answer to f, as its author says or that of a later version.
func (f *Form) Searched(later *Form) bool {
	return f.texts(func(code string) bool { return f.searches(code, later) })
}

// Opened reports whether a later version lets officers look for the words of an answer to f of which f does not say so.
func (f *Form) Opened(later *Form) bool {
	return f.texts(func(code string) bool { return f.searches(code, later) && !f.searches(code, f) })
}

// Findable are the answers for whose words officers may look: texts of which the author of f says so, or that of a later
// version, and none that is stored sealed.
func (f *Form) Findable(all Answers, later *Form) []string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if f.searches(code, later) {
			out = append(out, all[code]...)
		}
	}
	return out
}
