package privacy

import "strings"

// Mask hides all but the last four characters of an identifier for a screen: "2171…" becomes "••••••••••••0003".
// Four of a short value would be most of it, so below eight characters everything is hidden.
func Mask(s string) string {
	r := []rune(s)
	keep := 4
	if len(r) < 8 {
		keep = 0
	}
	return strings.Repeat("•", len(r)-keep) + string(r[len(r)-keep:])
}
