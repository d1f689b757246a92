package form

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// board asks who runs a company: more of them where it is large, one of whom leads it, with shares that make a whole and a
// scan of each one's identity card.
func board() *Form {
	text := i18n.Text{"id": "Pengurus", "en": "Board"}
	said := func(s string) i18n.Text { return i18n.Text{"id": s, "en": s} }
	return (&Form{Version: 1, Pages: []Page{{Code: "p", Title: text, Fields: []Field{
		{Code: "besar", Type: YesNo, Label: text},
		{Code: "pengurus", Type: Group, Label: text, MinRows: 1, MaxRows: 4, RowsWhen: []RowBounds{{When: "besar", Min: 3, Max: 6}}, Fields: []Field{
			{Code: "orang", Type: Person, Required: true, Label: text, Parts: []string{"nik"}},
			{Code: "peran", Type: Choice, Label: text, Options: []Option{{Value: "ketua", Label: text}, {Value: "anggota", Label: text}}},
			{Code: "saham", Type: Number, Label: text},
			{Code: "ktp", Type: File, Required: true, Label: text, File: &FileRule{Types: []string{"jpg"}, MaxMB: 1, MaxCount: 1}},
		}, Rules: []Rule{
			{When: "sum(rows.map(r, has(r.saham), r.saham)) != 100.0", Text: said("bukan seratus")},
			{When: `rows.filter(r, has(r.peran) && r.peran == "ketua").size() != 1`, Text: said("bukan satu ketua")},
			{When: "rows.exists(r, r.ktp > 0 && r.orang.nik.startsWith(\"99\"))", Text: said("bukan dari sini"), Warn: true},
		}},
	}}}}).Ready()
}

func TestRulesOfAllRows(t *testing.T) {
	t.Parallel()
	row := func(n, nik, role, share string) map[string][]string {
		at := "pengurus." + n + "."
		return map[string][]string{at + "orang.nik": {nik}, at + "peran": {role}, at + "saham": {share}}
	}
	three := func(shares ...string) []map[string][]string {
		return []map[string][]string{{"pengurus": {"3"}}, row("1", "2171040101800001", "ketua", shares[0]), row("2", "2171040101800002", "anggota", shares[1]), row("3", "2171040101800003", "", shares[2])}
	}
	for _, tt := range []struct {
		name  string
		typed []map[string][]string
		want  string
	}{
		{"a whole, of decimals that no computer holds", three("33,3", "33,3", "33,4"), ""},
		{"less than a whole", three("30", "30", "30"), "pengurus: bukan seratus"},
		{"what a row leaves out is no number", three("50", "50", ""), ""},
		{"nobody leads", []map[string][]string{{"pengurus": {"1"}}, row("1", "2171040101800001", "anggota", "100")}, "pengurus: bukan satu ketua"},
		{"two lead", append(three("50", "50", ""), map[string][]string{"pengurus.2.peran": {"ketua"}}), "pengurus: bukan satu ketua"},
		{"a large company of one", []map[string][]string{{"besar": {"yes"}, "pengurus": {"1"}}, row("1", "2171040101800001", "ketua", "100")}, "pengurus: rows_few"},
		{"a small one of five", []map[string][]string{{"besar": {"no"}, "pengurus": {"5"}}}, "pengurus: rows_many"},
		{"a large one of three", append(three("50", "50", ""), map[string][]string{"besar": {"yes"}}), ""},
	} {
		f, typed := board(), map[string][]string{}
		for _, m := range tt.typed {
			for k, v := range m {
				typed[k] = v
			}
		}
		c := NewChecker(f, At{Now: checkDay})
		kept := c.Page(f.Pages[0], typed, nil, nil)
		got := ""
		for _, e := range c.Errors {
			if e.Name != "pengurus" { // what a row itself lacks is not the matter here
				continue
			}
			got = "pengurus: " + e.Code
			if e.Code == said {
				got = "pengurus: " + i18n.ID.T("field."+e.Code, e.Args...)
			}
			break
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.want != "" {
			continue
		}
		files := map[string]int{"pengurus.1.ktp": 1, "pengurus.2.ktp": 1}
		whole := NewChecker(f, At{Now: checkDay})
		whole.All(kept, files)
		if len(whole.Errors) != 1 || whole.Errors[0].Name != "pengurus.3.ktp" || whole.Errors[0].Code != "file_required" {
			t.Errorf("%s: at submission %+v", tt.name, whole.Errors)
		}
	}
}

func TestRowsThatCannotBeAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		change     func(*Field)
	}{
		{"nothing is wrong", "", func(*Field) {}},
		{"a question that no row has", "pages[0].fields[1].rules[0].when", func(f *Field) { f.Rules[0].When = "rows.exists(r, r.umur > 1.0)" }},
		{"a part that the block has not", "pages[0].fields[1].rules[0].when", func(f *Field) { f.Rules[0].When = `rows.exists(r, r.orang.name == "x")` }},
		{"words added up", "pages[0].fields[1].rules[0].when", func(f *Field) { f.Rules[0].When = "sum(rows.map(r, r.peran)) > 1.0" }},
		{"rows in rows", "pages[0].fields[1].rules[0].when", func(f *Field) { f.Rules[0].When = "rows.all(r, rows.all(s, r.saham == s.saham))" }},
		{"the rows before they are answered", "pages[0].fields[1].rows_when[0].when", func(f *Field) { f.RowsWhen[0].When = "rows.size() > 1" }},
		{"its own number of rows before it is known", "pages[0].fields[1].rows_when[0].when", func(f *Field) { f.RowsWhen[0].When = "pengurus > 1" }},
		{"no condition", "pages[0].fields[1].rows_when[0].when", func(f *Field) { f.RowsWhen[0].When = "" }},
		{"more at least than at most", "pages[0].fields[1].rows_when[0].max", func(f *Field) { f.RowsWhen[0].Max = 2 }},
		{"too many at least", "pages[0].fields[1].rows_when[0].min", func(f *Field) { f.RowsWhen[0].Min = 99 }},
		{"a group in a group", "pages[0].fields[1].fields[0].type", func(f *Field) { f.Fields[0].Type, f.Fields[0].Parts = Group, nil }},
	} {
		f := board()
		tt.change(&f.Pages[0].Fields[1])
		f.rules = nil
		c := pack.CheckOf("form")
		f.Check(c, nil)
		if err := c.Err(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	// Rows are of their group alone.
	f := board()
	f.Pages[0].Fields = append(f.Pages[0].Fields, Field{Code: "lain", Type: Text, ShowIf: "rows.size() > 1"})
	if _, faults := f.compile(); len(faults) != 1 || faults[0].Path != "pages[0].fields[2].show_if" {
		t.Errorf("behind the group: %+v", faults)
	}
	// Before its condition is known a group is as wide as it can be, so that no row of it has no address.
	if _, ok := board().Field("pengurus.6.ktp"); !ok {
		t.Error("the sixth scan has no address")
	}
}
