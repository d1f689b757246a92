package money

import (
	"errors"
	"strconv"
	"strings"
)

// ErrMalformed is returned by Parse for text that is not a whole amount of rupiah.
var ErrMalformed = errors.New("money: not an amount in rupiah")

// String writes the amount as Indonesian law texts do (EYD V): "Rp1.250.000", no space, dots between thousands.
func (r Rupiah) String() string {
	digits := strconv.FormatUint(r.magnitude(), 10)
	var b strings.Builder
	if r < 0 {
		b.WriteByte('-')
	}
	b.WriteString("Rp")
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// Parse reads an amount as people write it: "Rp1.250.000", "Rp 1.250.000,00", "1250000", "-Rp500".
// Dots must stand between thousands and cents must be zero; anything else is ErrMalformed rather than a guess, since
// "1.250" and "1.25" differ by a factor of a thousand. An amount too large is ErrOverflow.
func Parse(text string) (Rupiah, error) {
	s := strings.TrimSpace(text)
	s, negative := strings.CutPrefix(s, "-")
	if len(s) >= 2 && strings.EqualFold(s[:2], "rp") {
		s = strings.TrimPrefix(strings.TrimPrefix(s[2:], " "), "\u00a0")
	}
	s, cents, hasCents := strings.Cut(s, ",")
	if hasCents && cents != "00" && cents != "-" { // "1.000,-" is how price tags say it
		return 0, ErrMalformed
	}
	groups := strings.Split(s, ".")
	for i, g := range groups {
		grouped := len(groups) > 1
		if g == "" || grouped && len(g) > 3 || i > 0 && len(g) != 3 || strings.Trim(g, "0123456789") != "" {
			return 0, ErrMalformed
		}
	}
	n, err := strconv.ParseUint(strings.Join(groups, ""), 10, 64)
	if err != nil {
		return 0, ErrOverflow // only digits are left, so the range is all that can be wrong
	}
	return signed(n, negative)
}
