package form

import (
	"strconv"
	"strings"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/privacy"
)

// Answers are an applicant's answers by field code, as checked: one value each, of a multiple choice all that were
// ticked, in one spelling (dates as 2006-01-02, phone numbers as +62…, numbers as 1250,5, rupiah as digits, consent as
// "yes", a point as latitude,longitude, a group as the number of its rows). Files are not among them; they are rows of their own.
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
	case MultiChoice:
		var labels []string
		for _, one := range v {
			if label, ok := f.Option(one); ok {
				labels = append(labels, label.In(l))
			}
		}
		return strings.Join(labels, ", ")
	case Number:
		return displayNumber(v[0], l)
	case Money:
		if n, err := parseMoney(v[0]); err == nil {
			return money.Rupiah(n).String()
		}
	case Computed:
		f.Type = f.As
		return f.Display(v, l)
	case NPWP:
		return grouped4(v[0])
	case NOP:
		if n := v[0]; len(n) == 18 { // as the tax notice (SPPT) writes it
			return strings.Join([]string{n[:2], n[2:4], n[4:7], n[7:10], n[10:13] + "-" + n[13:17], n[17:]}, ".")
		}
	case Point:
		return strings.ReplaceAll(v[0], ",", ", ")
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

// grouped4 parts sixteen digits by fours, as the card has them.
func grouped4(s string) string {
	if len(s) != 16 {
		return s
	}
	return s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:]
}

// displayNumber groups the thousands of a kept number; only the decimal sign differs between the languages.
func displayNumber(s string, l i18n.Locale) string {
	whole, decimals, ok := strings.Cut(s, ",")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return s
	}
	out := l.Number(n)
	if n == 0 && strings.HasPrefix(whole, "-") {
		out = "-" + out
	}
	if !ok {
		return out
	}
	if l == i18n.EN {
		return out + "." + decimals
	}
	return out + "," + decimals
}

// Mask hides a sensitive answer. Numbers keep their last four digits, by which an officer compares; of a date or a
// text those would give most of it away.
func (f Field) Mask(s string) string {
	switch f.Type {
	case NIK, KK, NPWP, NIB, NOP, Phone:
		return privacy.Mask(s)
	}
	return "••••••••"
}
