package form

import (
	"strconv"
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Shown writes answers for a paper, by the code of the question: what is sensitive is masked, and a group tells its rows one
// after the other.
func (f *Form) Shown(a Answers, l i18n.Locale) map[string]string {
	out := map[string]string{}
	for _, fd := range f.Named() {
		if fd.Type == Group {
			out[fd.Code] = strings.Join(fd.rowsShown(a, l), "; ")
			continue
		}
		out[fd.Code] = fd.shown(a, l)
	}
	return out
}

func (f Field) shown(a Answers, l i18n.Locale) string {
	v := f.Display(a[f.Code], l)
	if v != "" && f.Sensitive {
		return f.Mask(v)
	}
	return v
}

// rowsShown are the rows of a group's answer, each on one line; without an answer it has none.
func (f Field) rowsShown(a Answers, l i18n.Locale) []string {
	if len(a[f.Code]) == 0 {
		return nil
	}
	var out []string
	for n := range f.rows(a[f.Code]) {
		var parts []string
		for _, sub := range f.ofRow(n + 1) {
			for _, one := range append([]Field{sub}, sub.parts(nil)...) {
				if v := one.shown(a, l); v != "" {
					parts = append(parts, v)
				}
			}
		}
		out = append(out, "("+strconv.Itoa(n+1)+") "+strings.Join(parts, ", "))
	}
	return out
}
