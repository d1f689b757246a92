package form

import (
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestWhatIsSaidOfAnExpression: every usual mistake has words of its own, with the name or the letter it is about.
func TestWhatIsSaidOfAnExpression(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, when string
		code       string
		about      string
		at         int
	}{
		{"a misspelt name", `bentuk_usahaa == "pt"`, faultUnknown, "bentuk_usahaa", 0},
		{"a function that there is not", `umur(lahir) > 17`, faultUnknown, "umur", 0},
		{"a text beside a number", `bentuk_usaha == 5`, faultKinds, "==", 0},
		{"a whole number times one that need not be", `luas * 2 > 10.0`, faultKinds, "*", 0},
		{"a bracket too few", `years(lahir, today`, faultCut, "", 19},
		{"nothing to compare with", `luas >`, faultCut, "", 7},
		{"no condition", `luas`, faultCondition, "", 0},
		{"too long a way inside", `[[1]].all(x, x.all(y, [2].all(z, z > y)))`, faultOther, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := (&Form{Code: "x", Pages: []Page{{Code: "p", Fields: []Field{
				{Code: "bentuk_usaha", Type: Text}, {Code: "luas", Type: Number}, {Code: "lahir", Type: Date},
				{Code: "akta", Type: Text, ShowIf: tt.when},
			}}}}).Ready()
			faults := f.Faults()
			if len(faults) != 1 {
				t.Fatalf("faults %+v", faults)
			}
			x := faults[0]
			if x.Code != tt.code || x.Name != tt.about || x.At != tt.at || x.Path != "pages[0].fields[3].show_if" || x.Text == "" {
				t.Errorf("%+v", x)
			}
			for _, l := range i18n.All() {
				if key := "pack.problem." + x.Code; !l.Has(key) {
					t.Errorf("%s has no words in %s", key, l)
				}
			}
		})
	}
}

// TestAWholeNumberIsANumber: whoever asks for an age need not know that years are whole.
func TestAWholeNumberIsANumber(t *testing.T) {
	t.Parallel()
	f := (&Form{Code: "x", Pages: []Page{{Code: "p", Fields: []Field{
		{Code: "lahir", Type: Date}, {Code: "umur", Type: Computed, As: Number, Compute: "years(lahir, today)"},
		{Code: "kata", Type: Computed, As: Text, Compute: "years(lahir, today)"},
	}}}}).Ready()
	if got := f.Ask(Answers{"lahir": {"2000-11-25"}}, nil, At{Now: checkDay}).Computed.Get("umur"); got != "25" {
		t.Errorf("computes %q", got)
	}
	if faults := f.Faults(); len(faults) != 1 || faults[0].Code != faultResult || faults[0].Path != "pages[0].fields[2].compute" {
		t.Errorf("faults %+v", faults)
	}
}
