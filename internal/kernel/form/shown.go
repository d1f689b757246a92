package form

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Shown writes answers for a paper, by the code of the question: what is sensitive is masked unless whole names it, and a
// group tells its rows one after the other. A question of a row is named without its row.
func (f *Form) Shown(a Answers, l i18n.Locale, whole ...string) map[string]string {
	out := map[string]string{}
	for _, fd := range f.Named() {
		if fd.Type == Group {
			out[fd.Code] = strings.Join(fd.rowsShown(a, l, whole), "; ")
			continue
		}
		out[fd.Code] = fd.shown(a, l, whole)
	}
	return out
}

func (f Field) shown(a Answers, l i18n.Locale, whole []string) string {
	v := f.Display(a[f.Code], l)
	if v != "" && f.Sensitive && !slices.Contains(whole, cmp.Or(f.name, f.Code)) {
		return f.Mask(v)
	}
	return v
}

// rowsShown are the rows of a group's answer, each on one line; without an answer it has none.
func (f Field) rowsShown(a Answers, l i18n.Locale, whole []string) []string {
	if len(a[f.Code]) == 0 {
		return nil
	}
	var out []string
	for n := range f.rows(a[f.Code]) {
		var parts []string
		for _, sub := range f.ofRow(n + 1) {
			for _, one := range append([]Field{sub}, sub.parts(nil)...) {
				if v := one.shown(a, l, whole); v != "" {
					parts = append(parts, v)
				}
			}
		}
		out = append(out, "("+strconv.Itoa(n+1)+") "+strings.Join(parts, ", "))
	}
	return out
}
