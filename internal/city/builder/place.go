package builder

import (
	"regexp"
	"strconv"

	"bedelau/internal/kernel/form"
)

// Place is where in a form a problem is: a page or a question, who must agree, or a register that fills in; and which
// property of it.
type Place struct{ Page, Field, Cosign, Lookup, Property string }

var placePattern = regexp.MustCompile(`^pages\[(\d+)\](?:\.fields\[(\d+)\](?:\.fields\[(\d+)\])?)?(?:\.([a-z_]+).*)?$`)

var besidePattern = regexp.MustCompile(`^(cosign|lookups)\[(\d+)\](?:\.([a-z_]+).*)?$`)

// PlaceOf reads the path of a problem, such as "pages[2].fields[0].options[1].label.en".
func PlaceOf(f form.Form, path string) Place {
	m := placePattern.FindStringSubmatch(path)
	if m == nil {
		return besidePages(f, path)
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

// besidePages is PlaceOf for what stands beside the pages: "cosign[0].shows[1]", "lookups[0].fills.name".
func besidePages(f form.Form, path string) Place {
	m := besidePattern.FindStringSubmatch(path)
	if m == nil {
		return Place{}
	}
	n, err := strconv.Atoi(m[2])
	switch {
	case err == nil && m[1] == "cosign" && n < len(f.Cosign):
		return Place{Cosign: f.Cosign[n].Code, Property: m[3]}
	case err == nil && m[1] == "lookups" && n < len(f.Lookups):
		return Place{Lookup: string(f.Lookups[n].Registry), Property: m[3]}
	}
	return Place{}
}
