package form

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Area is a district of a city, or one of its parts: Parent names the district, and is empty for one.
type Area struct{ Name, Parent string }

// mostRows bounds a group whatever its author allows.
const mostRows = 50

// rowsMax is how many rows a group of no stated bound may have.
const rowsMax = 10

// partKinds are what a person block can ask, in its order. A place alone is a block of address, district, subdistrict.
var partKinds = []struct {
	name string
	part Field
}{
	{"nik", Field{Type: NIK, Required: true, Sensitive: true}},
	{"name", Field{Type: Text, Required: true, Max: 100}},
	{"sex", Field{Type: Choice, Required: true, Options: []Option{
		{Value: Man, Label: bothLanguages("form.sex.man")}, {Value: Woman, Label: bothLanguages("form.sex.woman")},
	}}},
	{"birth_place", Field{Type: Text, Required: true, Max: 100}},
	{"birth_date", Field{Type: Date, Required: true, Past: true}},
	{"phone", Field{Type: Phone, Required: true}},
	{"address", Field{Type: Text, Required: true, Max: 200}},
	{"district", Field{Type: District, Required: true, Max: 100}},
	{"subdistrict", Field{Type: Subdistrict, Required: true, Max: 100}},
}

// PartNames lists the parts that a person block can have.
func PartNames() []string {
	names := make([]string, len(partKinds))
	for i, k := range partKinds {
		names[i] = k.name
	}
	return names
}

// The answers to the part "sex" of a person block, as identity cards write them.
const (
	Man   = "L"
	Woman = "P"
)

// usualParts are the parts of a block that names none.
func usualParts() []string {
	return slices.DeleteFunc(PartNames(), func(s string) bool { return s == "phone" || s == "sex" })
}

// bothLanguages words a key of the texts.
func bothLanguages(key string, args ...any) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		out[l] = l.T(key, args...)
	}
	return out
}

// placed is a question at the top of a form.
func (f Field) placed() Field {
	f.key, f.name = f.Code, f.Code
	return f
}

// parts are the questions of a person block. Those of a block that need not be answered need not be either.
func (f Field) parts(areas []Area) []Field {
	if f.Type != Person {
		return nil
	}
	wanted := f.Parts
	if len(wanted) == 0 {
		wanted = usualParts()
	}
	var out []Field
	for _, k := range partKinds {
		if !slices.Contains(wanted, k.name) {
			continue
		}
		p := k.part
		p.Code, p.key, p.name = f.Code+"."+k.name, f.key+"."+k.name, f.name+"."+k.name
		p.Label, p.Within, p.Required = bothLanguages("form.part."+k.name), f.Title(), f.Required
		switch {
		case f.Prefill == PrefillEarlier:
			p.Prefill = PrefillEarlier
		case f.Prefill != "" && k.name == "name":
			p.Prefill = PrefillName
		case f.Prefill != "" && k.name == "phone":
			p.Prefill = PrefillPhone
		}
		out = append(out, p.inCity(areas))
	}
	return out
}

// inCity offers the city's districts, or the parts of them, where the city has a list.
func (f Field) inCity(areas []Area) Field {
	if len(f.Options) > 0 {
		return f // offered already
	}
	for _, a := range areas {
		if f.Type == District && a.Parent == "" || f.Type == Subdistrict && a.Parent != "" {
			f.Options = append(f.Options, Option{Value: a.Name, Label: i18n.Text{i18n.ID: a.Name, i18n.EN: a.Name}, Group: a.Parent})
		}
	}
	return f
}

// rowsAllowed are the bounds of a group; of one that no walk has met yet the widest that there can be.
func (f Field) rowsAllowed() (least, most int) {
	least, most = f.within(f.MinRows, f.MaxRows)
	for _, b := range f.RowsWhen {
		low, high := f.within(b.Min, b.Max)
		least, most = min(least, low), max(most, high)
	}
	return least, most
}

func (f Field) within(least, most int) (int, int) {
	if f.Required && least == 0 {
		least = 1
	}
	if most == 0 {
		most = max(rowsMax, least)
	}
	return least, min(most, mostRows)
}

// rows is the number of rows of a group's answer, never fewer than it must have or more than it may.
func (f Field) rows(answer []string) int {
	least, most := f.rowsAllowed()
	n := least
	if len(answer) == 1 {
		if typed, err := strconv.Atoi(answer[0]); err == nil {
			n = typed
		}
	}
	return min(max(n, least), most)
}

// More reports whether another row may be added to a group that has n, and Fewer whether one may be taken away.
func (f Field) More(n int) bool {
	_, most := f.rowsAllowed()
	return n < most
}

// Fewer reports whether a row may be taken away from a group that has n.
func (f Field) Fewer(n int) bool {
	least, _ := f.rowsAllowed()
	return n > least
}

// row is the heading of the n-th row of a group.
func (f Field) row(n int) Field {
	name := f.RowName
	if name.Empty() {
		name = f.Label
	}
	label := i18n.Text{}
	for _, l := range i18n.All() {
		label[l] = name.In(l) + " " + strconv.Itoa(n)
	}
	return Field{Code: f.Code + "." + strconv.Itoa(n), Type: Row, Label: label}
}

// ofRow are the questions of the n-th row of a group.
func (f Field) ofRow(n int) []Field {
	within := f.row(n).Label
	out := make([]Field, len(f.Fields))
	for i, sub := range f.Fields {
		sub.key, sub.name, sub.Within = f.key+"."+sub.Code, sub.Code, within
		sub.Code = f.Code + "." + strconv.Itoa(n) + "." + sub.Code
		out[i] = sub
	}
	return out
}

// inner follows the rest of a code into a block or a group.
func (f Field) inner(rest string, areas []Area) (Field, bool) {
	if rest == "" {
		return f, true
	}
	switch f.Type {
	case Person:
		for _, p := range f.parts(areas) {
			if p.Code == f.Code+"."+rest {
				return p, true
			}
		}
	case Group:
		number, rest, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(number)
		if _, most := f.rowsAllowed(); err != nil || n < 1 || n > most || strconv.Itoa(n) != number {
			return Field{}, false
		}
		if rest == "" {
			return f.row(n), true
		}
		code, rest, _ := strings.Cut(rest, ".")
		for _, sub := range f.ofRow(n) {
			if strings.HasSuffix(sub.Code, "."+code) && sub.name == code {
				return sub.inner(rest, areas)
			}
		}
	}
	return Field{}, false
}

// BelongsTo reports whether a code is that of a question or of anything inside it.
func BelongsTo(code, question string) bool {
	return code == question || strings.HasPrefix(code, question+".")
}

// AsksDistrict reports whether a question is about the city's districts, so that they have to be known.
func (f *Form) AsksDistrict() bool {
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.Type == Person || slices.ContainsFunc(fd.Fields, func(sub Field) bool { return sub.Type == Person }) {
				return true
			}
		}
	}
	return false
}

// AsksPoint reports whether a question is about a place on the map, so that the city's ground has to be known.
func (f *Form) AsksPoint() bool {
	return slices.ContainsFunc(f.Pages, Page.AsksPoint)
}

// AsksPoint reports whether a question of the page is about a place on the map.
func (p Page) AsksPoint() bool {
	return slices.ContainsFunc(p.Every(), func(f Field) bool { return f.Type == Point })
}

// Asks reports whether the page has a question of this code, whose answer is given there.
func (p Page) Asks(code string) bool {
	return slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Code == code })
}
