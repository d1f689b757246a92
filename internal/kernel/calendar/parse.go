package calendar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
)

// textLimit bounds an import; a year's list is some 3 KB.
const textLimit = 256 << 10

// ParseDays reads the holidays of one year from what an administrator pastes or uploads: an iCalendar file (RFC 5545)
// with a whole-day event for each, or one line for each day with its parts between tabs, semicolons or commas: the date
// (2027-01-01, 1/1/2027, 1 Januari 2027), the kind where it is not said by the name (libur, cuti bersama), the name, and
// the English name. A heading, empty lines and lines that begin with # are passed over.
func ParseDays(text string, year int) ([]Holiday, []Fault) {
	text = strings.TrimPrefix(text, "\ufeff")
	if len(text) > textLimit || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, []Fault{{Line: 1, Code: "unreadable"}}
	}
	var days []Holiday
	var faults []Fault
	if strings.HasPrefix(strings.TrimSpace(text), "BEGIN:VCALENDAR") {
		days, faults = parseICS(text, year)
	} else {
		days, faults = parseLines(text, year)
	}
	if len(days) == 0 && len(faults) == 0 {
		faults = []Fault{{Line: 1, Code: "no_day", Text: strconv.Itoa(year)}}
	}
	slices.SortStableFunc(days, func(a, b Holiday) int { return strings.Compare(a.Day, b.Day) })
	return days, faults
}

func parseLines(text string, year int) (days []Holiday, faults []Fault) {
	seen, n := map[string]bool{}, 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := cells(line)
		day, ok := parseDate(parts[0])
		if !ok && n == 1 && !strings.ContainsAny(parts[0], "0123456789") {
			continue // the heading, and no date that was mistyped
		}
		h, code := parseLine(parts, day, ok, year)
		if code == "" && seen[h.Day] {
			code = "repeated"
		}
		if code != "" {
			faults = append(faults, Fault{Line: n, Text: shortened(line), Code: code})
			continue
		}
		seen[h.Day] = true
		days = append(days, h)
	}
	return days, faults
}

func parseLine(parts []string, day time.Time, isDate bool, year int) (Holiday, string) {
	switch {
	case !isDate:
		return Holiday{}, "no_date"
	case day.Year() != year:
		return Holiday{}, "other_year"
	}
	parts = parts[1:]
	kind := ""
	if len(parts) > 0 {
		if kind = kindOf(parts[0], true); kind != "" {
			parts = parts[1:]
		}
	}
	if len(parts) == 0 || parts[0] == "" {
		return Holiday{}, "no_name"
	}
	if kind == "" {
		kind = kindOf(parts[0], false)
	}
	en := ""
	if len(parts) > 1 {
		en = parts[1]
	}
	if utf8.RuneCountInString(parts[0]) > textMax || utf8.RuneCountInString(en) > textMax {
		return Holiday{}, "too_long"
	}
	return Holiday{Day: day.Format(time.DateOnly), Kind: kind, Name: textOf(parts[0], en)}, ""
}

// cells splits a line by the first of tab, semicolon and comma that it has; quotes around a part are taken off.
func cells(line string) []string {
	sep := ","
	for _, s := range []string{"\t", ";"} {
		if strings.Contains(line, s) {
			sep = s
			break
		}
	}
	parts := strings.Split(line, sep)
	for i := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `"`)
	}
	return parts
}

// kindOf reads a kind: of a cell that is one, or of a name that says it.
func kindOf(s string, whole bool) string {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", " "))
	if whole {
		return map[string]string{"libur": NationalDay, "libur nasional": NationalDay, "cuti": JointLeave, "cuti bersama": JointLeave}[s]
	}
	if strings.Contains(s, "cuti bersama") || strings.Contains(s, "joint leave") {
		return JointLeave
	}
	return NationalDay
}

var (
	months   = []string{"januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember"}
	wordDate = regexp.MustCompile(`^(?:[a-z']+, *)?(\d{1,2}) +([a-z]+) +(\d{4})$`)
)

// parseDate reads a date in the forms of a decree and of a table.
func parseDate(s string) (time.Time, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	m := wordDate.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	month := slices.Index(months, m[2]) + 1
	if month == 0 {
		return time.Time{}, false
	}
	d, _ := strconv.Atoi(m[1])
	y, _ := strconv.Atoi(m[3])
	t := time.Date(y, time.Month(month), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d
}

// parseICS reads whole-day events; one of several days gives each of them, and those of other years are left out.
func parseICS(text string, year int) (days []Holiday, faults []Fault) {
	cal, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		return nil, []Fault{{Line: 1, Code: "unreadable"}}
	}
	seen := map[string]bool{}
	for i, e := range cal.Events() {
		name := ""
		if p := e.GetProperty(ics.ComponentPropertySummary); p != nil {
			name = strings.TrimSpace(ics.FromText(p.Value))
		}
		first, err := e.GetAllDayStartAt()
		if err != nil || name == "" || utf8.RuneCountInString(name) > textMax {
			faults = append(faults, Fault{Line: i + 1, Text: shortened(name), Code: "bad_event"})
			continue
		}
		last, err := e.GetAllDayEndAt() // the day after the last
		if err != nil || !last.After(first) {
			last = first.AddDate(0, 0, 1)
		}
		for day := first; day.Before(last) && day.Before(first.AddDate(0, 0, 31)); day = day.AddDate(0, 0, 1) {
			date := day.Format(time.DateOnly)
			if day.Year() != year || seen[date] {
				continue
			}
			seen[date] = true
			days = append(days, Holiday{Day: date, Kind: kindOf(name, false), Name: textOf(name, "")})
		}
	}
	return days, faults
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
