package application

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"time"

	"bedelau/internal/kernel/fault"
)

// A tracking number is BTM-26-7K3QX-4: the city, the year, five random characters and one that checks the others. It
// is read aloud and copied by hand, so it has no I, L, O or U, and says nothing about how many there are.

// crockford is the alphabet of the random part; each letter's place is its value in GF(32).
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const randomChars = 5

var numberPattern = regexp.MustCompile(`^([A-Z]{1,5})([0-9]{2})([0-9A-HJKMNP-TV-Z]{5})([0-9A-HJKMNP-TV-Z])$`)

// NewNumber draws a number for a city and year. The caller makes sure that nobody has it yet.
func NewNumber(prefix string, at time.Time) string {
	if prefix == "" {
		prefix = noPrefix
	}
	raw := make([]byte, randomChars)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = crockford[b%32]
	}
	body := fmt.Sprintf("%s%02d%s", prefix, at.Year()%100, raw)
	return dashed(body + string(checkChar(body)))
}

// ExampleNumber is a number as the city of a prefix gives them, to show what one looks like.
func ExampleNumber(prefix string) string {
	if prefix == "" {
		prefix = noPrefix
	}
	body := prefix + "267K3QX"
	return dashed(body + string(checkChar(body)))
}

// noPrefix stands in for a city that has no letters of its own.
const noPrefix = "BDL"

// ParseNumber reads a number as people type it: small letters, spaces, missing dashes, O for 0, I or L for 1. It
// refuses with Invalid, field "number": number_form for what cannot be one, number_check for a slip of one character
// or two swapped ones.
func ParseNumber(s string) (string, error) {
	if len(s) > 64 {
		return "", fault.Fields([]fault.Field{{Name: "number", Code: "number_form"}})
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '\t', '\u2010', '\u2011', '\u2013':
			return -1
		}
		return r
	}, strings.ToUpper(s))
	// The letters that stand for digits do so only behind the city's own letters.
	start := strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
	if start > 0 {
		s = s[:start] + strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s[start:])
	}
	if !numberPattern.MatchString(s) {
		return "", fault.Fields([]fault.Field{{Name: "number", Code: "number_form"}})
	}
	if checkChar(s[:len(s)-1]) != s[len(s)-1] {
		return "", fault.Fields([]fault.Field{{Name: "number", Code: "number_check"}})
	}
	return dashed(s), nil
}

// dashed writes the groups apart.
func dashed(s string) string {
	n := len(s)
	return s[:n-8] + "-" + s[n-8:n-6] + "-" + s[n-6:n-1] + "-" + s[n-1:]
}

// checkChar is the sum of the characters, each times a different power of a generator of GF(32). Any one wrong
// character and any two swapped ones change it, which a plain sum or a mod-37 check without odd symbols does not give.
func checkChar(body string) byte {
	var sum, weight byte = 0, 1
	for i := len(body) - 1; i >= 0; i-- {
		weight = times(weight, 2)
		sum ^= times(weight, symbol(body[i]))
	}
	return crockford[sum]
}

// symbol is a character's value: of the alphabet, or for the city's letters that are not in it, one of their own.
func symbol(c byte) byte {
	if i := strings.IndexByte(crockford, c); i >= 0 {
		return byte(i)
	}
	return c - 'A' // I, L, O and U of a city's letters; they cannot be confused with 8, 11, 14 and 20 in their place
}

// times multiplies in GF(32) with the polynomial x⁵+x²+1, whose root 2 is a generator.
func times(a, b byte) byte {
	var p byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p ^= a
		}
		a <<= 1
		if a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}
