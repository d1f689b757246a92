package form

import (
	"regexp"
	"slices"
	"strings"
)

// areaPattern is the Kemendagri code of a district or of one of its parts.
var areaPattern = regexp.MustCompile(`^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$`)

// placing reports whether the answer can say where an application lies: an address with its district, a choice among the
// codes of areas, or a point.
func (f Field) placing() bool {
	switch f.Type {
	case Point:
		return true
	case Person:
		return len(f.Parts) == 0 || slices.Contains(f.Parts, "district")
	case Choice:
		return len(f.Options) > 0 && !slices.ContainsFunc(f.Options, func(o Option) bool { return !areaPattern.MatchString(o.Value) })
	}
	return false
}

// Where are the questions of f that can say where an application lies, the one to be asked first in front: which the author
// marks, the one named, the applicant's own address, any other, and points last.
func (f *Form) Where(named string) []Field {
	applicant, _ := strings.CutSuffix(f.Identified().NIK, ".nik")
	rank := func(fd Field) int {
		switch {
		case fd.Where:
			return 0
		case fd.Code == named:
			return 1
		case fd.Code == applicant:
			return 2
		case fd.Type != Point:
			return 3
		}
		return 4
	}
	var out []Field
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.placing() {
				out = append(out, fd)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Field) int { return rank(a) - rank(b) })
	return out
}
