package form

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/kernel/geo"
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

// HasPlaces reports whether a question asks for a place, or is a group that asks for one in each row.
func (f *Form) HasPlaces(code string) bool {
	fd, ok := f.Field(code)
	return ok && (fd.Type == Point || slices.ContainsFunc(fd.Fields, func(sub Field) bool { return sub.Type == Point }))
}

// Places are the places that a question was answered with, of a group those of its rows. What is sensitive is left out unless
// whole names it, as in Shown.
func (f *Form) Places(a Answers, code string, whole ...string) []geo.Point {
	fd, ok := f.Field(code)
	if !ok {
		return nil
	}
	asked := []Field{fd}
	if fd.Type == Group {
		asked = nil
		for n := range fd.rows(a[code]) {
			asked = append(asked, fd.ofRow(n+1)...)
		}
	}
	var out []geo.Point
	for _, x := range asked {
		if x.Type != Point || x.Sensitive && !slices.Contains(whole, cmp.Or(x.name, x.Code)) {
			continue
		}
		if p, ok := geo.Parse(a.Get(x.Code)); ok {
			out = append(out, p)
		}
	}
	return out
}
