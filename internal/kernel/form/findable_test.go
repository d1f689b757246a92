package form

import (
	"slices"
	"testing"
)

// TestOfficersLookInWhatTheAuthorOpened: in texts and the texts of rows, and never in what is sealed or of a person.
func TestOfficersLookInWhatTheAuthorOpened(t *testing.T) {
	t.Parallel()
	f := &Form{Pages: []Page{{Fields: []Field{
		{Code: "place", Type: Text, Search: true},
		{Code: "name", Type: Text},
		{Code: "secret", Type: LongText, Search: true, Sensitive: true},
		{Code: "nik", Type: NIK, Search: true},
		{Code: "who", Type: Person, Search: true},
		{Code: "roads", Type: Group, Fields: []Field{{Code: "road", Type: Text, Search: true}, {Code: "holder", Type: Text}}},
	}}}}
	got := f.Findable(Answers{"place": {"Pasar"}, "name": {"Siti"}, "secret": {"x"}, "nik": {"2171046703900003"}, "who.name": {"Budi"}, "who.address": {"Jalan"},
		"roads": {"1"}, "roads.1.road": {"Sudirman"}, "roads.1.holder": {"Ani"}, "gone": {"x"}})
	if want := []string{"Pasar", "Sudirman"}; !slices.Equal(got, want) || !f.Searched() {
		t.Errorf("found %v, want %v", got, want)
	}
	if plain := (&Form{Pages: []Page{{Fields: f.Pages[0].Fields[1:5]}}}); plain.Searched() {
		t.Error("a form that opens nothing is searched")
	}
}
