package identity

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

const (
	maxName  = 200
	maxEmail = 254
)

// NormalEmail returns the one spelling of an address under which it is stored and found: trimmed, in lower case.
// The second result is false for what no mail server would take.
func NormalEmail(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || len(s) > maxEmail || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return "", false
	}
	_, host, _ := strings.Cut(s, "@")
	if !strings.Contains(host, ".") || strings.HasPrefix(host, ".") || strings.HasPrefix(host, "[") {
		return "", false
	}
	return s, true
}

// NormalPhone returns a number as E.164. Indonesian mobile numbers may be written 08…, 628… or +628… and have 10 to 13
// digits with the leading 0; numbers of other countries start with + and their country code.
func NormalPhone(s string) (string, bool) {
	s = strings.TrimSpace(s)
	plus := strings.HasPrefix(s, "+")
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune(" -.()+\u00a0", r):
			return -1
		}
		return 'x'
	}, s)
	if strings.Contains(digits, "x") || strings.Count(s, "+") > 1 || strings.Contains(s, "+") && !plus {
		return "", false
	}
	switch {
	case strings.HasPrefix(digits, "08") && !plus:
		digits = "62" + digits[1:]
	case strings.HasPrefix(digits, "628"):
	case plus && !strings.HasPrefix(digits, "62") && !strings.HasPrefix(digits, "0"):
		return "+" + digits, len(digits) >= 8 && len(digits) <= 15
	default:
		return "", false
	}
	national := len(digits) - 1 // "62" becomes the one leading 0
	return "+" + digits, national >= 10 && national <= 13
}

// officeLine is a fixed line of Indonesia without its country code or leading 0: an area code of two or three digits and a number of five to eight.
var officeLine = regexp.MustCompile(`^[2-79][0-9]{7,10}$`)

// serviceLine is a short number of a service, as those of call centres are: 112, 14045, 1500123.
var serviceLine = regexp.MustCompile(`^1[0-9]{2,6}$`)

// OfficePhone reports whether somebody can be called at a number: one that NormalPhone takes, a fixed line with its area code (0778 123456,
// +62 778 123456), or a short one of a service (1500123). These cannot be written to, so that they are no numbers of an account.
func OfficePhone(s string) bool {
	if _, ok := NormalPhone(s); ok {
		return true
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()\u00a0", r) {
			return -1
		}
		return r
	}, s)
	for _, start := range []string{"+62", "62", "0"} {
		if rest, ok := strings.CutPrefix(digits, start); ok {
			return officeLine.MatchString(strings.TrimPrefix(rest, "0")) // as in +62 (0)778
		}
	}
	return serviceLine.MatchString(digits)
}

// NormalName collapses white space and drops marks that cannot be seen, some of which turn the direction of the text
// around a name. Names of one word are common; digits and titles occur.
func NormalName(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return s, false
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	ok := s != "" && utf8.RuneCountInString(s) <= maxName &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '<' || r == '>' })
	return s, ok
}

// nameField, emailField and phoneField read one input each and report what is wrong with it.
func nameField(s string, fields *[]fault.Field) string {
	out, ok := NormalName(s)
	switch {
	case out == "":
		*fields = append(*fields, fault.Field{Name: "name", Code: "required"})
	case utf8.RuneCountInString(out) > maxName:
		*fields = append(*fields, fault.Field{Name: "name", Code: "too_long", Args: []any{"max", maxName}})
	case !ok:
		*fields = append(*fields, fault.Field{Name: "name", Code: "name"})
	}
	return out
}

func emailField(s string, fields *[]fault.Field) string {
	out, ok := NormalEmail(s)
	switch {
	case strings.TrimSpace(s) == "":
		*fields = append(*fields, fault.Field{Name: "email", Code: "required"})
	case !ok:
		*fields = append(*fields, fault.Field{Name: "email", Code: "email"})
	}
	return out
}

func phoneField(s string, fields *[]fault.Field) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	out, ok := NormalPhone(s)
	if !ok {
		*fields = append(*fields, fault.Field{Name: "phone", Code: "phone"})
	}
	return out
}
