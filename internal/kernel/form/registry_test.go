package form

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

func TestALookupThatCannotBeIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	text := i18n.Text{"id": "Isian", "en": "Answer"}
	for _, tt := range []struct {
		name, want string
		change     func(*Form)
	}{
		{"nothing is wrong", "", func(*Form) {}},
		{"an unknown register", "lookups[0].registry", func(f *Form) { f.Lookups[0].Registry = "tax" }},
		{"twice the same", "lookups[1].registry", func(f *Form) { f.Lookups = append(f.Lookups, f.Lookups[0]) }},
		{"by another person's number", "lookups[0].by", func(f *Form) { f.Lookups[0].By = "ibu.nik" }},
		{"by what is no number", "lookups[0].by", func(f *Form) { f.Lookups[0].By = "nama" }},
		{"nothing to fill in", "lookups[0].fills", func(f *Form) { f.Lookups[0].Fills = nil }},
		{"what no register tells", "lookups[0].fills.income", func(f *Form) { f.Lookups[0].Fills["income"] = "nama" }},
		{"a question that is none", "lookups[0].fills.name", func(f *Form) { f.Lookups[0].Fills["name"] = "nama_ibu" }},
		{"a birth date", "lookups[0].fills.birth_date", func(f *Form) { f.Lookups[0].Fills["birth_date"] = "lahir" }},
		{"a family card", "lookups[0].fills.family_card", func(f *Form) { f.Lookups[0].Fills["family_card"] = "nama" }},
		{"an address", "lookups[0].fills.address", func(f *Form) { f.Lookups[0].Fills["address"] = "nama" }},
		{"a text into a date", "lookups[0].fills.name", func(f *Form) { f.Lookups[0].Fills["name"] = "lahir" }},
	} {
		f := Form{Version: 1, Pages: []Page{{Code: "a", Title: text, Fields: []Field{
			{Code: "nik", Type: NIK, Label: text}, {Code: "nama", Type: Text, Label: text}, {Code: "lahir", Type: Date, Label: text},
			{Code: "ibu", Type: Person, Label: text, Parts: []string{"nik", "name"}},
		}}}, Lookups: []Lookup{{Registry: "population", By: "nik", Fills: map[string]string{"name": "nama"}}}}
		tt.change(&f)
		c := pack.CheckOf("form")
		f.Check(c, nil)
		if err := c.Err(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestWhatARegisterAnswersIsHeldToTheQuestion(t *testing.T) {
	t.Parallel()
	f := (&Form{Pages: []Page{{Code: "a", Fields: []Field{{Code: "lahir", Type: Date, Past: true}, {Code: "nama", Type: Text, Max: 10}, {Code: "foto", Type: File}}}}}).Ready()
	for _, tt := range []struct {
		code, value string
		ok          bool
	}{
		{"lahir", "1990-03-27", true}, {"lahir", "2030-01-01", false}, {"lahir", "27 Maret 1990", false},
		{"nama", " Siti\u202e ", true}, {"nama", strings.Repeat("x", 11), false}, {"nama", "a\x00b", false}, {"foto", "x", false}, {"ibu", "x", false},
	} {
		v, bad := f.Accept(tt.code, tt.value, At{Now: checkDay})
		if (len(bad) == 0) != tt.ok || tt.ok && len(v) != 1 {
			t.Errorf("%s %q: %v, %v", tt.code, tt.value, v, bad)
		}
	}
}
