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

// MaskName keeps the first letter of each word: "Budi Santoso" becomes "B••• S••••••".
func MaskName(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		r := []rune(w)
		words[i] = string(r[:1]) + strings.Repeat("•", min(len(r)-1, 8))
	}
	return strings.Join(words, " ")
}
