package form

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTheCorpusOfExpressions holds the server to the table that the browser's library is held to as well, by
// web/script/expression.test.mjs.
func TestTheCorpusOfExpressions(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/expressions.json")
	if err != nil {
		t.Fatal(err)
	}
	var corpus []struct {
		Expr    string
		Types   map[string]Type
		Answers Answers
		Files   map[string]int
		As      Type
		Gives   string
		Holds   bool
	}
	if err := json.Unmarshal(raw, &corpus); err != nil {
		t.Fatal(err)
	}
	for _, tt := range corpus {
		var fields []Field
		for _, name := range slices.Sorted(maps.Keys(tt.Types)) {
			fields = append(fields, Field{Code: name, Type: tt.Types[name]})
		}
		if tt.As == "" {
			fields = append(fields, Field{Code: "zzz", Type: Text, ShowIf: tt.Expr})
		} else {
			fields = append(fields, Field{Code: "zzz", Type: Computed, As: tt.As, Compute: tt.Expr})
		}
		for i, f := range fields {
			if f.Type == Group {
				fields[i].Fields, fields[i].MaxRows = []Field{{Code: "inner", Type: Text}}, 9
			}
		}
		f := &Form{Pages: []Page{{Code: "p", Fields: fields}}}
		if _, faults := f.compile(); len(faults) > 0 {
			t.Errorf("%s: %v", tt.Expr, faults)
			continue
		}
		asked := f.Ask(tt.Answers, tt.Files, At{Now: checkDay})
		if got := asked.Asks("zzz"); tt.As == "" && got != tt.Holds {
			t.Errorf("%s with %v: %v, want %v", tt.Expr, tt.Answers, got, tt.Holds)
		}
		if got := asked.Computed.Get("zzz"); tt.As != "" && got != tt.Gives {
			t.Errorf("%s with %v: %q, want %q", tt.Expr, tt.Answers, got, tt.Gives)
		}
	}
}

// TestOnlyWhatIsLeftReachesTheBrowser: the answers of other pages are filled in, and none is sent along.
func TestOnlyWhatIsLeftReachesTheBrowser(t *testing.T) {
	t.Parallel()
	f := (&Form{Pages: []Page{
		{Code: "a", Fields: []Field{{Code: "badan", Type: Choice, Options: []Option{{Value: "pt"}, {Value: "orang"}}}, {Code: "modal", Type: Money}, {Code: "kosong", Type: Text}}},
		{Code: "b", Fields: []Field{
			{Code: "izin", Type: YesNo},
			{Code: "nomor", Type: Text, ShowIf: `badan == "pt" && izin`},
			{Code: "tua", Type: Text, ShowIf: `modal > 100`},
			{Code: "luas", Type: Number},
			{Code: "biaya", Type: Computed, As: Money, Compute: `modal + int(luas)`},
			{Code: "lain", Type: Text, ShowIf: `kosong == "x" || izin`},
			{Code: "saksi", Type: Group, MinRows: 2, Fields: []Field{{Code: "usia", Type: Number}, {Code: "wali", Type: Text, RequiredIf: `usia < 17.0 && badan == "pt"`}}},
		}},
	}}).Ready()
	kept := Answers{"badan": {"pt"}, "modal": {"500"}}
	c := NewChecker(f, At{Now: checkDay})
	c.Page(f.Pages[1], nil, kept, nil)
	m := f.Mirror(f.Pages[1], c.Shown.Fields, kept, nil, At{Now: checkDay})
	for code, want := range map[string]string{"nomor": "izin", "tua": "", "lain": `kosong == "x" || izin`} {
		if m.Show[code] != want {
			t.Errorf("%s shows when %q, want %q", code, m.Show[code], want)
		}
	}
	if got := m.Compute["biaya"]; got != "500 + int(luas)" {
		t.Errorf("biaya is %q", got)
	}
	if got := m.Need["saksi.2.wali"]; got != "usia < 17.0" {
		t.Errorf("saksi.2.wali is needed when %q", got)
	}
	if m.Names["saksi.*.usia"] != Number || m.Names["izin"] != YesNo || m.Names["badan"] != "" || strings.Join(m.Answered, " ") != "badan modal" {
		t.Errorf("names %v, answered %v", m.Names, m.Answered)
	}
}
