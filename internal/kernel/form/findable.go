package form

import (
	"maps"
	"slices"
)

// findable reports whether officers may look for the words of the answer.
func (f Field) findable() bool {
	return f.Search && (f.Type == Text || f.Type == LongText) && !f.Private()
}

// Searched reports whether the author of f lets officers look for the words of any answer.
func (f *Form) Searched() bool {
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.findable() || slices.ContainsFunc(fd.Fields, Field.findable) {
				return true
			}
		}
	}
	return false
}

// Findable are the answers for whose words officers may look: texts of which the author of f says so, and none that is
// stored sealed.
func (f *Form) Findable(all Answers) []string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if fd, ok := f.Field(code); ok && fd.findable() {
			out = append(out, all[code]...)
		}
	}
	return out
}
