package rating

import "time"

// Period is the part of one calendar month that is billed, in whole days of the city's calendar, both ends included.
type Period struct {
	Year     int        `json:"year"`
	Month    time.Month `json:"month"`
	FirstDay int        `json:"first_day"`
	LastDay  int        `json:"last_day"`
}

// MonthOf returns the whole month; of month only the year and the month count.
func MonthOf(month time.Time) Period {
	first := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, time.UTC)
	return Period{Year: first.Year(), Month: first.Month(), FirstDay: 1, LastDay: first.AddDate(0, 1, -1).Day()}
}

// Whole reports whether p is the whole month.
func (p Period) Whole() bool { return p.Days() == p.MonthDays() }

// Days is how many days p has.
func (p Period) Days() int { return p.LastDay - p.FirstDay + 1 }

// MonthDays is how many days its month has.
func (p Period) MonthDays() int { return time.Date(p.Year, p.Month+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// Window is when p begins in a place, and the first instant after it.
func (p Period) Window(loc *time.Location) (from, to time.Time) {
	return time.Date(p.Year, p.Month, p.FirstDay, 0, 0, 0, 0, loc), time.Date(p.Year, p.Month, p.LastDay+1, 0, 0, 0, 0, loc)
}

// Cut returns the days of p from starts on and before ends, and whether there are any; a zero ends is none.
func (p Period) Cut(starts, ends time.Time) (Period, bool) {
	first, last := p.First(), p.Last()
	if starts = DateOf(starts); starts.After(first) {
		first = starts
	}
	if !ends.IsZero() {
		if before := DateOf(ends).AddDate(0, 0, -1); before.Before(last) {
			last = before
		}
	}
	if last.Before(first) {
		return Period{}, false
	}
	p.FirstDay, p.LastDay = first.Day(), last.Day()
	return p, true
}

// First is the first day of p.
func (p Period) First() time.Time {
	return time.Date(p.Year, p.Month, p.FirstDay, 0, 0, 0, 0, time.UTC)
}

// Last is the last day of p.
func (p Period) Last() time.Time { return time.Date(p.Year, p.Month, p.LastDay, 0, 0, 0, 0, time.UTC) }

// Holds reports whether a calendar day is in p.
func (p Period) Holds(day time.Time) bool { return !day.Before(p.First()) && !day.After(p.Last()) }

// SplitAt divides p so that a day in it begins a part of its own; a zero day, or one that is not inside, divides nothing.
func (p Period) SplitAt(day time.Time) []Period {
	if day = DateOf(day); !p.Holds(day) || !day.After(p.First()) {
		return []Period{p}
	}
	rest := p
	p.LastDay, rest.FirstDay = day.Day()-1, day.Day()
	return []Period{p, rest}
}

// DateOf is the calendar day that t shows, as midnight of UTC, so that days compare without a zone.
func DateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
