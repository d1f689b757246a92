package form

import (
	"strings"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/privacy"
)

// Answers are an applicant's answers by field code, as checked: one value each, in one spelling (dates as 2006-01-02,
// phone numbers as +62…, consent as "yes"). Files are not among them; they are rows of their own.
type Answers map[string][]string

// Get returns the first value, or "".
func (a Answers) Get(code string) string {
	if v := a[code]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Display writes a stored answer for a person.
func (f Field) Display(v []string, l i18n.Locale) string {
	if len(v) == 0 {
		return ""
	}
	switch f.Type {
	case Date:
		if t, err := time.Parse(time.DateOnly, v[0]); err == nil {
			return l.Date(t)
		}
	case Choice:
		if label, ok := f.Option(v[0]); ok {
			return label.In(l)
		}
	case YesNo:
		return l.T("casework.answer." + v[0])
	case Consent:
		return l.T("casework.answer.agreed")
	case Phone:
		if rest, ok := strings.CutPrefix(v[0], "+62"); ok {
			return "0" + rest
		}
	}
	return v[0]
}

// Mask hides a sensitive answer. Numbers keep their last four digits, by which an officer compares; of a date or a
// text those would give most of it away.
func (f Field) Mask(s string) string {
	if f.Type == NIK || f.Type == KK || f.Type == Phone {
		return privacy.Mask(s)
	}
	return "••••••••"
}
