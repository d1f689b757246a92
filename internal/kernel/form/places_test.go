package form

import (
	"testing"

	"bedelau/internal/kernel/geo"
)

// TestWhichPlacesArePrinted: a paper draws what it says, in the order of the rows, and nothing that it masks.
func TestWhichPlacesArePrinted(t *testing.T) {
	t.Parallel()
	f := &Form{Pages: []Page{{Code: "a", Fields: []Field{
		{Code: "toko", Type: Point}, {Code: "rumah", Type: Point, Sensitive: true}, {Code: "nama", Type: Text},
		{Code: "jalur", Type: Group, MaxRows: 5, Fields: []Field{{Code: "titik", Type: Point}, {Code: "patokan", Type: Text}}},
	}}}}
	a := Answers{"toko": {"1.130000,104.050000"}, "rumah": {"1.140000,104.060000"}, "nama": {"1.1,104.1"},
		"jalur": {"3"}, "jalur.1.titik": {"1.100000,104.010000"}, "jalur.3.titik": {"1.120000,104.030000"}, "jalur.4.titik": {"1.150000,104.090000"}}
	for code, want := range map[string][]geo.Point{
		"toko": {{Lat: 1.13, Lon: 104.05}}, "rumah": nil, "nama": nil, "tidak-ada": nil,
		"jalur": {{Lat: 1.1, Lon: 104.01}, {Lat: 1.12, Lon: 104.03}}, "jalur.1.titik": {{Lat: 1.1, Lon: 104.01}},
	} {
		got := f.Places(a, code)
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", code, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", code, got, want)
			}
		}
	}
	if got := f.Places(a, "rumah", "rumah"); len(got) != 1 {
		t.Errorf("what is printed whole is not drawn: %v", got)
	}
	if !f.HasPlaces("rumah") || !f.HasPlaces("jalur") || f.HasPlaces("nama") {
		t.Error("which questions ask for places is told wrongly")
	}
}
