// Package workcal counts the time a city has promised: working days (hari kerja) of the city's own calendar, calendar
// days (hari), hours that run through the night (jam), minutes at an open counter, and months.
//
// National holidays and joint leave (cuti bersama) are decreed each year and cannot be computed, so a Calendar knows
// which years were imported and says so when a promise reaches into one that was not.
package workcal

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Unit is what a term counts in.
type Unit string

// The units. They are kept with the promise, because "2×24 jam" and "2 hari kerja" differ over a weekend.
const (
	Minute     Unit = "minute"      // minutes while the office is open
	Hour       Unit = "hour"        // hours by the clock, through nights, weekends and holidays
	Day        Unit = "day"         // calendar days
	WorkingDay Unit = "working_day" // days on which the office works
	Month      Unit = "month"       // calendar months
	Date       Unit = "date"        // no count: Amount is the day itself, written 20260701; see Until
)

// Term is a promise such as 2 working days. The zero Term promises nothing.
type Term struct {
	Amount int  `json:"amount" yaml:"amount"`
	Unit   Unit `json:"unit" yaml:"unit"`
}

// IsZero reports whether nothing was promised.
func (t Term) IsZero() bool { return t.Unit == "" }

// ByCalendar reports whether the end of a term in u depends on when the office works; hours, days and months run through
// every day.
func (u Unit) ByCalendar() bool { return u == WorkingDay || u == Minute || u == Date }

// TextKey is the i18n key of the term in words; its placeholder is {n}.
func (t Term) TextKey() string { return "unit." + string(t.Unit) }

// Calendar is when an office works. Its zero value works on no day and refuses every question about working days.
//
// What holds on a day is, in this order: its Special hours, its being a holiday, the last Period that contains it, and
// the ordinary week.
type Calendar struct {
	Zone     *time.Location
	Week     [7]bool           // by time.Weekday
	Holidays map[string]string // "2026-01-01" → name
	Years    map[int]bool      // years whose decree was imported
	Open     string            // "07:30"
	Close    string            // "16:00"
	Periods  []Period          // another week for a time: Ramadan, a counter open on Saturdays
	Special  map[string]Span   // "2026-12-19" → open on this day at least, whatever the rest says
}

// Span is the opening hours of one day by the wall clock; the zero Span is a day off.
type Span struct {
	Open  string `json:"open"`
	Close string `json:"close"`
}

// IsZero reports a day off.
func (s Span) IsZero() bool { return s == Span{} }

// Period replaces the ordinary week from its first day to its last, both included.
type Period struct {
	First string  // "2026-02-18"
	Last  string  // empty: until further notice
	Days  [7]Span // by time.Weekday
}

func (p Period) contains(day string) bool {
	return p.First <= day && (p.Last == "" || day <= p.Last)
}

// YearMissing warns that a date was counted through a year without imported holidays. The date returned beside it is
// right but for those holidays, so that a resident is not turned away because the office has not imported a decree.
type YearMissing struct{ Year int }

func (e *YearMissing) Error() string {
	return fmt.Sprintf("workcal: the holidays of %d have not been imported", e.Year)
}

// MissingYear returns the year of a YearMissing inside err.
func MissingYear(err error) (int, bool) {
	var y *YearMissing
	if errors.As(err, &y) {
		return y.Year, true
	}
	return 0, false
}

const dayLayout = "2006-01-02"

// Working reports whether the office works on day, which is read in the calendar's zone.
func (c Calendar) Working(day time.Time) bool { return !c.On(day).IsZero() }

// On returns the opening hours of day, which is read in the calendar's zone; zero when the office does not work.
func (c Calendar) On(day time.Time) Span {
	day = day.In(c.zone())
	date := day.Format(dayLayout)
	if s, ok := c.Special[date]; ok {
		return s
	}
	if _, ok := c.Holidays[date]; ok {
		return Span{}
	}
	for _, p := range slices.Backward(c.Periods) {
		if p.contains(date) {
			return p.Days[day.Weekday()]
		}
	}
	if !c.Week[day.Weekday()] {
		return Span{}
	}
	return Span{c.Open, c.Close}
}

// Hours returns when the office opens and closes on day; both are zero on a day off, and when the hours are no hours.
func (c Calendar) Hours(day time.Time) (opens, closes time.Time) {
	day = day.In(c.zone())
	s := c.On(day)
	if s.IsZero() || s.check() != nil {
		return time.Time{}, time.Time{}
	}
	opens, closes, _ = s.at(day)
	return opens, closes
}

// Validate refuses a calendar on which no deadline could be counted: no working day in the week, or hours that are
// not a day's.
func (c Calendar) Validate() error {
	if c.Week == [7]bool{} {
		return errors.New("workcal: no day of the week is a working day")
	}
	if err := (Span{c.Open, c.Close}).check(); err != nil {
		return err
	}
	for _, p := range c.Periods {
		for _, s := range p.Days {
			if err := s.check(); !s.IsZero() && err != nil {
				return err
			}
		}
	}
	for _, s := range c.Special {
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses hours that are not a day's.
func (s Span) check() error {
	opens, err := clock(s.Open)
	if err != nil {
		return err
	}
	closes, err := clock(s.Close)
	if err != nil {
		return err
	}
	if opens >= closes {
		return fmt.Errorf("workcal: the office opens at %s and closes at %s", s.Open, s.Close)
	}
	return nil
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// at returns the moments at which s begins and ends on day's date.
func (s Span) at(day time.Time) (opens, closes time.Time, err error) {
	o, err := clock(s.Open)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	cl, err := clock(s.Close)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	return at(day, o), at(day, cl), nil
}

// clock reads "07:30" as minutes since midnight.
func clock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("workcal: %q is not a time such as 07:30", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// at is the moment so many minutes into day's date, by the wall clock of its zone.
func at(day time.Time, minutes int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, minutes/60, minutes%60, 0, 0, day.Location())
}
