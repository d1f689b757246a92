// Package identifier reads the numbers by which people, families, taxpayers, businesses and taxed land are known in Indonesia,
// as people type them. Each reader returns the number in the one spelling in which it is kept, or why it cannot be one
// (refusal), or why it deserves a second look (doubt): a number that was given out long ago may differ from what its pattern
// promises. Both are the codes of the sentence "field.<code>", and empty when there is nothing to say. Whether a number
// belongs to somebody only a register of the state can tell.
package identifier

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Digits drops what people put between the digits of a number.
func Digits(s string) string {
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

// number reports whether s is n digits that are not all the same.
func number(s string, n int) bool {
	return len(s) == n && allDigits(s) && strings.Count(s, s[:1]) != n
}

// NIK reads a person's number, PPKKCC DDMMYY SSSS with 40 added to the day of women. The first six digits are the area in
// which it was first given out.
func NIK(s string) (nik, refusal, doubt string) {
	s = Digits(s)
	if len(s) != 16 || !allDigits(s) {
		return "", "nik_digits", ""
	}
	day, month := two(s[6:]), two(s[8:])
	if day > 40 {
		day -= 40
	}
	switch {
	case day < 1 || day > 31 || month < 1 || month > 12:
		return "", "nik_date", ""
	case s[12:] == "0000":
		return "", "nik_serial", ""
	case !province(two(s)):
		return s, "", "nik_area"
	}
	return s, "", ""
}

// Woman reports whether a NIK is a woman's by its digits.
func Woman(nik string) bool { return len(nik) == 16 && two(nik[6:]) > 40 }

// Born reports whether the birth part of a NIK fits a date such as 1990-03-27; what is no date fits.
func Born(nik, birth string) bool {
	t, err := time.Parse(time.DateOnly, birth)
	if err != nil || len(nik) != 16 {
		return true
	}
	return two(nik[6:])%40 == t.Day() && two(nik[8:]) == int(t.Month()) && two(nik[10:]) == t.Year()%100
}

// KK reads the sixteen digits of a family card. Its date is that of issue and some old cards have none, so that is only a
// doubt.
func KK(s string) (kk, refusal, doubt string) {
	if s = Digits(s); !number(s, 16) {
		return "", "kk_digits", ""
	}
	if day, month := two(s[6:]), two(s[8:]); day < 1 || day > 31 || month < 1 || month > 12 || !province(two(s)) {
		return s, "", "kk_pattern"
	}
	return s, "", ""
}

// NPWP reads the sixteen digits of today, which for a resident are the NIK and for others begin with a zero, and the fifteen of
// before 2024, which a zero in front makes sixteen (PMK 112/PMK.03/2022). The ninth of those fifteen is a check digit over the
// first eight (Luhn). Neither is written in the regulation as a reason to refuse, so both are doubts.
func NPWP(s string) (npwp, refusal, doubt string) {
	if s = Digits(s); len(s) == 15 {
		s = "0" + s
	}
	if !number(s, 16) {
		return "", "npwp_digits", ""
	}
	if s[0] != '0' {
		if _, refusal, _ := NIK(s); refusal != "" {
			return s, "", "npwp_pattern"
		}
		return s, "", ""
	}
	if !luhn(s[1:10]) {
		return s, "", "npwp_check"
	}
	return s, "", ""
}

// luhn reports whether the last digit of s checks the others (ISO/IEC 7812-1, annex B).
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// NIB reads a business's number of thirteen digits.
func NIB(s string) (nib, refusal, doubt string) {
	if s = Digits(s); !number(s, 13) {
		return "", "nib_digits", ""
	}
	return s, "", ""
}

// NOP reads the number of a taxed property, PP.KK.CCC.LLL.BBB-NNNN.J. The first two digits are its province.
func NOP(s string) (nop, refusal, doubt string) {
	if s = Digits(s); !number(s, 18) {
		return "", "nop_digits", ""
	}
	if !province(two(s)) {
		return s, "", "nop_area"
	}
	return s, "", ""
}

var mobile = regexp.MustCompile(`^08[0-9]{8,11}$`)

// Phone reads a mobile number as 08…, 628… or +628…, ten to thirteen digits in the country, and keeps it as +628….
func Phone(s string) (phone, refusal, doubt string) {
	s = strings.TrimPrefix(Digits(s), "+")
	if rest, ok := strings.CutPrefix(s, "62"); ok {
		s = "0" + strings.TrimPrefix(rest, "0")
	}
	if !mobile.MatchString(s) {
		return "", "phone", ""
	}
	return "+62" + s[1:], "", ""
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
