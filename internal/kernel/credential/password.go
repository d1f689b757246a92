package credential

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

const (
	minPassword = 10
	maxPassword = 200 // characters; bounds what is fed to the hash
	minDistinct = 5
)

//go:embed common_passwords.txt
var commonFile string

// common are passwords of ten characters and more that everybody tries first.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			set[line] = true
		}
	}
	return set
})

// PasswordField reports what is wrong with a new password of a person who signs in with the given names. It asks for
// length and for nothing that makes people write it down: no digits, no signs, no expiry.
func PasswordField(name, password string, fields *[]fault.Field, logins ...string) {
	lower := strings.ToLower(password)
	n := utf8.RuneCountInString(password)
	add := func(code string, args ...any) {
		*fields = append(*fields, fault.Field{Name: name, Code: code, Args: args})
	}
	switch {
	case password == "":
		add("required")
	case !utf8.ValidString(password):
		add("invalid")
	case n < minPassword:
		add("password_short", "min", minPassword)
	case n > maxPassword:
		add("too_long", "max", maxPassword)
	case sameAsLogin(lower, logins):
		add("password_login")
	case common()[lower] || distinct(lower) < minDistinct:
		add("password_common")
	}
}

// sameAsLogin also compares with the part of an address before the @ and with a number's local spelling.
func sameAsLogin(lower string, logins []string) bool {
	for _, l := range logins {
		l = strings.ToLower(strings.TrimSpace(l))
		if l == "" {
			continue
		}
		user, _, _ := strings.Cut(l, "@")
		digits := strings.TrimPrefix(l, "+")
		if lower == l || lower == user || lower == digits || lower == "0"+strings.TrimPrefix(digits, "62") {
			return true
		}
	}
	return false
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
