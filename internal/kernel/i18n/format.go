package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var monthsID = [...]string{
	"Januari", "Februari", "Maret", "April", "Mei", "Juni",
	"Juli", "Agustus", "September", "Oktober", "November", "Desember",
}

var daysID = [...]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}

// MonthName is the name of a month: "November".
func (l Locale) MonthName(m time.Month) string {
	if l == EN {
		return m.String()
	}
	return monthsID[m-1]
}

// Date writes t's day as "24 November 2026". t must already be in the city's zone.
func (l Locale) Date(t time.Time) string {
	return fmt.Sprintf("%d %s %d", t.Day(), l.MonthName(t.Month()), t.Year())
}

// LongDate is Date led by the weekday: "Selasa, 24 November 2026".
func (l Locale) LongDate(t time.Time) string {
	day := t.Weekday().String()
	if l != EN {
		day = daysID[t.Weekday()]
	}
	return day + ", " + l.Date(t)
}

// Month writes t's month as "November 2026".
func (l Locale) Month(t time.Time) string {
	return fmt.Sprintf("%s %d", l.MonthName(t.Month()), t.Year())
}

// DateTime writes t as "24 November 2026 pukul 10.05 WIB" or "24 November 2026, 10:05 WIB".
func (l Locale) DateTime(t time.Time) string {
	if l == EN {
		return l.Date(t) + ", " + l.Clock(t)
	}
	return l.Date(t) + " pukul " + l.Clock(t)
}

// Due writes the end of a promise, the same way on every page, paper and mail: its day and hour, and its day alone where
// it ends with the day, as a promise in days or months does.
func (l Locale) Due(t time.Time) string {
	switch {
	case t.Format("15:04:05") == "23:59:59":
		return l.LongDate(t)
	case l == EN:
		return l.LongDate(t) + ", " + l.Clock(t)
	}
	return l.LongDate(t) + " pukul " + l.Clock(t)
}

// ShortDate writes t's day as narrow as a list needs it, "24 Nov", with the year when it is not that of now.
func (l Locale) ShortDate(t, now time.Time) string {
	day := fmt.Sprintf("%d %s", t.Day(), l.MonthName(t.Month())[:3])
	if t.Year() != now.Year() {
		day += fmt.Sprintf(" %d", t.Year())
	}
	return day
}

// ShortTime is ShortDate with the time of day, without its zone: "24 Nov, 10.05".
func (l Locale) ShortTime(t, now time.Time) string {
	clock, _, _ := strings.Cut(l.Clock(t), " ")
	return l.ShortDate(t, now) + ", " + clock
}

// Clock writes t's time of day with its zone: "10.05 WIB" or "10:05 WIB".
func (l Locale) Clock(t time.Time) string {
	sep := "."
	if l == EN {
		sep = ":"
	}
	return fmt.Sprintf("%02d%s%02d %s", t.Hour(), sep, t.Minute(), zoneName(t))
}

// zoneName returns WIB, WITA or WIT. The offset decides, because a zone database may know Indonesian zones by offset only.
func zoneName(t time.Time) string {
	name, offset := t.Zone()
	switch offset {
	case 7 * 3600:
		return "WIB"
	case 8 * 3600:
		return "WITA"
	case 9 * 3600:
		return "WIT"
	}
	return name
}

// Number groups n by thousands: 1.250.000 in Indonesian, 1,250,000 in English.
func (l Locale) Number(n int64) string {
	sep := byte('.')
	if l == EN {
		sep = ','
	}
	digits := strconv.FormatInt(n, 10)
	var out []byte
	for i := range len(digits) {
		left := len(digits) - i
		if i > 0 && left%3 == 0 && digits[i-1] != '-' {
			out = append(out, sep)
		}
		out = append(out, digits[i])
	}
	return string(out)
}
