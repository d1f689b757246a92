package form

import (
	"slices"
	"testing"
)

// TestOfficersLookInWhatTheAuthorOpened: in texts and the texts of rows, and never in what is sealed or of a person; and in what a
// later version opens, as far as it was such a text before.
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
	answers := Answers{"place": {"Pasar"}, "name": {"Siti"}, "secret": {"x"}, "nik": {"2171046703900003"}, "who.name": {"Budi"}, "who.address": {"Jalan"},
		"roads": {"1"}, "roads.1.road": {"Sudirman"}, "roads.1.holder": {"Ani"}, "roads.2.holder": {"Ira"}, "gone": {"x"}}
	later := func(change ...Field) *Form { return &Form{Pages: []Page{{Fields: change}}} }
	for name, tt := range map[string]struct {
		later  *Form
		want   []string
		opened bool
	}{
		"the same":        {f, []string{"Pasar", "Sudirman"}, false},
		"nothing is left": {later(), []string{"Pasar", "Sudirman"}, false},
		"a question":      {later(Field{Code: "name", Type: LongText, Search: true}), []string{"Siti", "Pasar", "Sudirman"}, true},
		"of rows": {later(Field{Code: "roads", Type: Group, Fields: []Field{{Code: "holder", Type: Text, Search: true}}}),
			[]string{"Pasar", "Ani", "Sudirman", "Ira"}, true},
		"one that is sealed now":    {later(Field{Code: "name", Type: Text, Search: true, Sensitive: true}), []string{"Pasar", "Sudirman"}, false},
		"one that was sealed":       {later(Field{Code: "secret", Type: LongText, Search: true}), []string{"Pasar", "Sudirman"}, false},
		"one that was not a text":   {later(Field{Code: "nik", Type: Text, Search: true}), []string{"Pasar", "Sudirman"}, false},
		"one that is new":           {later(Field{Code: "gone", Type: Text, Search: true}), []string{"Pasar", "Sudirman"}, false},
		"one that was opened first": {later(Field{Code: "place", Type: Text, Search: true}), []string{"Pasar", "Sudirman"}, false},
	} {
		got := f.Findable(answers, tt.later)
		slices.Sort(tt.want)
		if slices.Sort(got); !slices.Equal(got, tt.want) || !f.Searched(tt.later) || f.Opened(tt.later) != tt.opened {
			t.Errorf("%s: found %v, want %v; opened %v", name, got, tt.want, f.Opened(tt.later))
		}
	}
	if plain := (&Form{Pages: []Page{{Fields: f.Pages[0].Fields[1:5]}}}); plain.Searched(plain) || !plain.Searched(later(Field{Code: "name", Type: Text, Search: true})) {
		t.Error("what a form opens, or does not, is taken for something else")
	}
}
