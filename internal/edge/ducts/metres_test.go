package ducts

import "testing"

// TestALengthIsReadAsItIsTyped: a decimal is no thousand, and what could be either is refused.
func TestALengthIsReadAsItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int64{"12,5": 12_500, "12.5": 12_500, "100.50": 100_500, "28,1": 28_100, "1250": 1_250_000, "1.250": 1_250_000, "1.250,75": 1_250_750, "999999": 999_999_000} {
		if got := Millimetres(typed); got != want {
			t.Errorf("%q is %d mm; want %d", typed, got, want)
		}
	}
	for _, typed := range []string{"", "1,250", "0", "0,00", "-5", "12,5,5", "1.25.0", "12 m", "1e3", "99999999999999999999", "18.446.744.073.709.551,62", "١٢"} {
		if got := Millimetres(typed); got != -1 {
			t.Errorf("%q is %d mm", typed, got)
		}
	}
}
