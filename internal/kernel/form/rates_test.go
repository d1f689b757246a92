package form_test

import (
	"fmt"
	"strings"
	"testing"

	"bedelau/internal/kernel/form"
)

// TestTheAmountsThatAFormulaNames are found at their places, also where an answer decides on the row.
func TestTheAmountsThatAFormulaNames(t *testing.T) {
	t.Parallel()
	f := form.Form{Code: "x", Version: 1, Pages: []form.Page{{Code: "p", Fields: []form.Field{
		{Code: "luas", Type: form.Number},
		{Code: "jenis", Type: form.Choice},
		{Code: "nilai", Type: form.Computed, As: form.Money, Compute: `int(luas * double(rates["reklame-nsr"]["papan-" + jenis]))`},
		{Code: "pajak", Type: form.Computed, As: form.Money, Compute: `(nilai * rates["reklame-pajak"]["persen"] + rates["reklame-nsr"]["dasar"]) / 100`, ShowIf: `jenis == "rates"`},
	}}}}
	var got []string
	for _, r := range f.Rates() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Path, r.Table, r.Row))
	}
	want := "pages[0].fields[2].compute reklame-nsr , pages[0].fields[3].compute reklame-pajak persen, pages[0].fields[3].compute reklame-nsr dasar"
	if strings.Join(got, ", ") != want {
		t.Errorf("found %s, want %s", strings.Join(got, ", "), want)
	}
	if tables := strings.Join(f.RateTables(), " "); tables != "reklame-nsr reklame-pajak" {
		t.Errorf("tables %s", tables)
	}
}
