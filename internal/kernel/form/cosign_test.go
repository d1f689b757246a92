package form

import (
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// witnessed asks for two witnesses of a birth without a letter, and for the head of a family that is joined.
func witnessed() *Form {
	text := i18n.Text{"id": "Saksi", "en": "Witness"}
	return (&Form{Version: 1, Pages: []Page{{Code: "a", Title: text, Fields: []Field{
		{Code: "surat", Type: YesNo, Label: text},
		{Code: "ibu", Type: Person, Label: text, Parts: []string{"nik", "name"}},
		{Code: "kepala", Type: Text, Label: text},
		{Code: "foto", Type: File, Label: text, File: &FileRule{Types: []string{"jpg"}, MaxMB: 1, MaxCount: 1}},
		{Code: "saksi", Type: Group, Label: text, MaxRows: 2, Fields: []Field{{Code: "nama", Type: Text, Label: text}}},
	}}}, Cosign: []Cosign{
		{Code: "saksi", Label: text, Declare: text, Count: 2, ShowIf: "!surat", Named: "saksi.nama", Shows: []string{"ibu.name", "saksi"}},
		{Code: "kepala", Label: text, Declare: text, Named: "kepala", Shows: []string{"ibu"}},
	}}).Ready()
}

func TestWhoMustAgreeFollowsTheAnswers(t *testing.T) {
	t.Parallel()
	f := witnessed()
	for _, tt := range []struct {
		name    string
		answers Answers
		want    string
	}{
		{"the condition is not met yet", Answers{}, "kepala"},
		{"with a letter", Answers{"surat": {"yes"}}, "kepala"},
		{"without one", Answers{"surat": {"no"}}, "saksi kepala"},
	} {
		var got []string
		for _, c := range f.Cosigns(tt.answers, nil, At{Now: checkDay}) {
			got = append(got, c.Code)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
	two, one := f.Cosign[0], f.Cosign[1]
	if f.NamedBy(two, 2) != "saksi.2.nama" || f.NamedBy(one, 1) != "kepala" {
		t.Errorf("named by %s and %s", f.NamedBy(two, 2), f.NamedBy(one, 1))
	}
	if two.Title(2, i18n.ID) != "Saksi 2" || one.Title(1, i18n.EN) != "Witness" {
		t.Errorf("called %q and %q", two.Title(2, i18n.ID), one.Title(1, i18n.EN))
	}
	for code, want := range map[string]bool{"ibu.name": true, "ibu.nik": false, "saksi.2.nama": true, "kepala": false} {
		if two.Sees(code) != want {
			t.Errorf("a witness sees %s: %v", code, !want)
		}
	}
}

func TestACosignThatCannotBeIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		change     func(*Form)
	}{
		{"nothing is wrong", "", func(*Form) {}},
		{"a condition on nothing", "cosign[0].show_if", func(f *Form) { f.Cosign[0].ShowIf = "nikah" }},
		{"a condition that is none", "cosign[0].show_if", func(f *Form) { f.Cosign[0].ShowIf = `"yes"` }},
		{"twice the same", "cosign[1].code", func(f *Form) { f.Cosign[1].Code = "saksi" }},
		{"too many people", "cosign[0].count", func(f *Form) { f.Cosign[0].Count = 6 }},
		{"nothing to see", "cosign[0].shows", func(f *Form) { f.Cosign[0].Shows = nil }},
		{"an answer that is none", "cosign[0].shows[1]", func(f *Form) { f.Cosign[0].Shows[1] = "ayah" }},
		{"a file", "cosign[0].shows[0]", func(f *Form) { f.Cosign[0].Shows[0] = "foto" }},
		{"nothing to declare", "cosign[1].declare", func(f *Form) { f.Cosign[1].Declare = nil }},
		{"a name that is a number", "cosign[1].named_by", func(f *Form) { f.Cosign[1].Named = "ibu.nik" }},
		{"too many kinds", "cosign", func(f *Form) { f.Cosign = slices.Repeat(f.Cosign, 3) }},
	} {
		f := witnessed()
		tt.change(f)
		f.rules = nil
		c := pack.CheckOf("form")
		f.Check(c, nil)
		if err := c.Err(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
