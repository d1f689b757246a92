package ducttariff_test

import (
	"io/fs"
	"testing"

	"gopkg.in/yaml.v3"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/i18n"
	"bedelau/tenants"
)

// TestNotesAreReadInEnglish: every method and legal note of Batam's prices has its English, what was not translated is read as it was
// decided, and the Indonesian stays what it is.
func TestNotesAreReadInEnglish(t *testing.T) {
	t.Parallel()
	raw, err := fs.ReadFile(tenants.FS, "batam/duct/tariffs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list ducttariff.List
	if err := yaml.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	for _, x := range list.Tariffs {
		method, legal := x.NotesIn(i18n.EN)
		if method == "" || method == x.Method || (legal == x.LegalNote) != (x.LegalNote == "") {
			t.Errorf("%s is read in English as %q, %q", x.Code, method, legal)
		}
		if method, legal := x.NotesIn(i18n.ID); method != x.Method || legal != x.LegalNote {
			t.Errorf("%s is read in Indonesian as %q, %q", x.Code, method, legal)
		}
	}
	decided := ducttariff.Tariff{Method: "Biaya pokok"}
	if method, _ := decided.NotesIn(i18n.EN); method != "Biaya pokok" {
		t.Errorf("what was not translated is %q", method)
	}
}
