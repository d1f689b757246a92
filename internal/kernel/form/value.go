package form

import (
	"net/mail"
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

// identifier takes what identifier reads, and says what it has to say of it.
func (c *Checker) identifier(f Field, s string, read func(string) (value, refusal, doubt string)) string {
	v, refusal, doubt := read(s)
	if refusal != "" {
		c.refuse(f.Code, refusal)
	}
	if doubt != "" {
		c.warn(f.Code, doubt)
	}
	return v
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
