package form

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	textMax     = 200
	longTextMax = 2000
)

// clean brings a text into one form: valid UTF-8, composed, no control or direction characters, edges trimmed. It
// refuses what is not text, and what is too long before any other work is done on it.
func (c *Checker) clean(f Field, s string) (string, bool) {
	limit := f.longest()
	if len(s) > limit*8 {
		c.refuse(f.Code, "too_long", "max", limit)
		return "", false
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		c.refuse(f.Code, "invalid")
		return "", false
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && f.Type == LongText:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(s) > limit {
		c.refuse(f.Code, "too_long", "max", limit)
		return "", false
	}
	return s, true
}

// longest is how many characters an answer may have.
func (f Field) longest() int {
	switch {
	case f.Max > 0:
		return f.Max
	case f.Type == LongText:
		return longTextMax
	}
	return textMax
}

// digits drops what people put between the digits of a number.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '.', '-', '/', '(', ')':
			return -1
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// ParseNIK reads a person's number, PPKKCC DDMMYY SSSS with 40 added to the day of women, as people type it. code is empty
// when it can be one, else the refusal of a field: "nik_digits", "nik_date" or "nik_serial".
func ParseNIK(s string) (nik, code string) {
	s = digits(s)
	if len(s) != 16 || !allDigits(s) {
		return "", "nik_digits"
	}
	day, month := two(s[6:]), two(s[8:])
	if day > 40 {
		day -= 40
	}
	switch {
	case day < 1 || day > 31 || month < 1 || month > 12:
		return "", "nik_date"
	case s[12:] == "0000":
		return "", "nik_serial"
	}
	return s, ""
}

// nik holds a person's number to ParseNIK. An area that no province has is only a warning.
func (c *Checker) nik(f Field, s string) string {
	s, code := ParseNIK(s)
	switch {
	case code != "":
		c.refuse(f.Code, code)
	case !province(two(s)):
		c.warn(f.Code, "nik_area")
	}
	return s
}

// kk checks the sixteen digits of a family card. Its date is that of issue and some old cards have none, so it is
// only a warning.
func (c *Checker) kk(f Field, s string) string {
	s = digits(s)
	if len(s) != 16 || !allDigits(s) || strings.Count(s, s[:1]) == 16 {
		c.refuse(f.Code, "kk_digits")
		return ""
	}
	if day, month := two(s[6:]), two(s[8:]); day < 1 || day > 31 || month < 1 || month > 12 || !province(two(s)) {
		c.warn(f.Code, "kk_pattern")
	}
	return s
}

// npwp takes the sixteen digits of today, which for a resident are the NIK, and the fifteen of before 2024, which a zero
// in front makes sixteen (PMK 112/PMK.03/2022).
func (c *Checker) npwp(f Field, s string) string {
	s = digits(s)
	if len(s) == 15 {
		s = "0" + s
	}
	if len(s) != 16 || !allDigits(s) || strings.Count(s, s[:1]) == 16 {
		c.refuse(f.Code, "npwp_digits")
		return ""
	}
	return s
}

func (c *Checker) digits(f Field, s string, n int, code string) string {
	s = digits(s)
	if len(s) != n || !allDigits(s) || strings.Count(s, s[:1]) == n {
		c.refuse(f.Code, code)
		return ""
	}
	return s
}

// nikBorn reports whether the birth part of a NIK fits a date such as 1990-03-27.
func nikBorn(nik, birth string) bool {
	t, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		return true
	}
	return two(nik[6:])%40 == t.Day() && two(nik[8:]) == int(t.Month()) && two(nik[10:]) == t.Year()%100
}

func two(s string) int {
	n, _ := strconv.Atoi(s[:2])
	return n
}

// province reports whether a code is that of a province, past or present (Kemendagri, 11 Aceh to 97 Papua Pegunungan).
func province(code int) bool {
	for _, r := range [][2]int{{11, 21}, {31, 36}, {51, 54}, {61, 65}, {71, 76}, {81, 82}, {91, 97}} {
		if code >= r[0] && code <= r[1] {
			return true
		}
	}
	return false
}

var mobilePattern = regexp.MustCompile(`^08[0-9]{8,11}$`)

// phone takes 08…, 628… or +628… and stores +628….
func (c *Checker) phone(f Field, s string) string {
	s = strings.TrimPrefix(digits(s), "+")
	if rest, ok := strings.CutPrefix(s, "62"); ok {
		s = "0" + strings.TrimPrefix(rest, "0")
	}
	if !mobilePattern.MatchString(s) {
		c.refuse(f.Code, "phone")
		return ""
	}
	return "+62" + s[1:]
}

func (c *Checker) email(f Field, s string) string {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		c.refuse(f.Code, "email")
		return ""
	}
	at := strings.LastIndexByte(s, '@')
	host := strings.ToLower(s[at+1:])
	if !strings.Contains(host, ".") || strings.HasPrefix(host, "[") || strings.HasSuffix(host, ".") {
		c.refuse(f.Code, "email")
		return ""
	}
	return s[:at+1] + host
}

// date takes one value, 2006-01-02, or three: day, month, year, as a person types them. A date to come is a warning
// unless the question is about one, and refused where only a past one can be right.
func (c *Checker) date(f Field, typed []string) string {
	var t time.Time
	var err error
	switch len(typed) {
	case 1:
		if strings.TrimSpace(typed[0]) == "" {
			return ""
		}
		t, err = time.Parse(time.DateOnly, strings.TrimSpace(typed[0]))
	case 3:
		d, m, y := strings.TrimSpace(typed[0]), strings.TrimSpace(typed[1]), strings.TrimSpace(typed[2])
		if d == "" && m == "" && y == "" {
			return ""
		}
		t, err = time.Parse("2-1-2006", trimZero(d)+"-"+trimZero(m)+"-"+y)
	default:
		c.refuse(f.Code, "date_form")
		return ""
	}
	if err != nil {
		c.refuse(f.Code, "date_form")
		return ""
	}
	if t.Year() < 1900 || t.Year() > c.at.Now.Year()+50 {
		c.refuse(f.Code, "date_range")
		return ""
	}
	if t.Format(time.DateOnly) > c.at.Now.Format(time.DateOnly) {
		if f.Past {
			c.refuse(f.Code, "date_past")
			return ""
		}
		if !f.Ahead {
			c.warn(f.Code, "date_future")
		}
	}
	return t.Format(time.DateOnly)
}

func trimZero(s string) string {
	if len(s) == 2 {
		return strings.TrimPrefix(s, "0")
	}
	return s
}
