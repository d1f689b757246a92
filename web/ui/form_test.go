package ui

import (
	"slices"
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
)

// TestFaultsStandAsTheirFields: the list above a form calls each fault as its field is called, leads to it, and stands in the order of the
// fields, whatever order and names they were refused in; what is of no field stands last.
func TestFaultsStandAsTheirFields(t *testing.T) {
	t.Parallel()
	fields := []Field{{Name: "number", Label: "Nomor izin", Error: "x"}, {Name: "jalur", Label: "Letak"}, {Name: "day", Of: "izin", Label: "Tanggal izin", Error: "x"}}
	got := Errors{{Text: "Semuanya"}, {Name: "day", Label: "Hari", Text: "x"}, {Name: "jalur.1.titik", Label: "Titik 1", Text: "x"}, {Name: "number", Label: "Nomor permohonan", Text: "x"}}.Leads(fields)
	want := Errors{{Name: "number", Label: "Nomor izin", Text: "x", At: "f-number"}, {Name: "jalur.1.titik", Label: "Titik 1", Text: "x"}, {Name: "day", Label: "Tanggal izin", Text: "x", At: "f-izinday"}, {Text: "Semuanya"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestADayThatIsNoneStandsInItsBoxes as it was typed.
func TestADayThatIsNoneStandsInItsBoxes(t *testing.T) {
	t.Parallel()
	for _, f := range []Field{{Type: "date", Value: "2027-02-31"}, {Type: "date", Value: "x", Typed: []string{"31", "02", "2027"}}} {
		if got := f.parts(); got != [3]string{"31", "02", "2027"} {
			t.Errorf("%+v: %q", f, got)
		}
	}
}

// TestALongLineIsSeenWhole: what is longer than a phone is wide breaks, and nothing else does.
func TestALongLineIsSeenWhole(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Nilai sewa ", 6)
	for _, tt := range []struct {
		f    Field
		rows string
	}{
		{Field{Name: "x", Value: long, Wrap: true}, `rows="3"`},
		{Field{Name: "x", Value: "Nilai sewa", Wrap: true}, ""},
		{Field{Name: "x", Value: long}, ""},
		{Field{Name: "x", Type: "email", Value: long, Wrap: true}, ""},
	} {
		var b strings.Builder
		if err := Input(Shell{L: i18n.ID}, tt.f).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); strings.Contains(got, "<textarea") != (tt.rows != "") || !strings.Contains(got, tt.rows) {
			t.Errorf("%+v: %s", tt.f, got)
		}
	}
}
