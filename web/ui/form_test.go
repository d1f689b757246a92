package ui

import (
	"strings"
	"testing"

	"bedelau/internal/kernel/i18n"
)

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
