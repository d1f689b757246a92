package builder

import (
	"regexp"
	"strconv"

	"bedelau/internal/kernel/form"
)

// Place is where in a form a problem is: a page or a question, and which property of it.
type Place struct{ Page, Field, Property string }

var placePattern = regexp.MustCompile(`^pages\[(\d+)\](?:\.fields\[(\d+)\](?:\.fields\[(\d+)\])?)?(?:\.([a-z_]+).*)?$`)

// PlaceOf reads the path of a problem, such as "pages[2].fields[0].options[1].label.en".
func PlaceOf(f form.Form, path string) Place {
	m := placePattern.FindStringSubmatch(path)
	if m == nil {
		return Place{}
	}
	at := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1
		}
		return n
	}
	p, i, k := at(m[1]), at(m[2]), at(m[3])
	if p < 0 || p >= len(f.Pages) {
		return Place{}
	}
	out := Place{Page: f.Pages[p].Code, Property: m[4]}
	if i < 0 || i >= len(f.Pages[p].Fields) {
		return out
	}
	fd := f.Pages[p].Fields[i]
	out.Field = fd.Code
	if k >= 0 && k < len(fd.Fields) {
		out.Field += "." + fd.Fields[k].Code
	}
	return out
}
