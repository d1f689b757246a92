// Package workcal counts the time a city has promised: working days (hari kerja) of the city's own calendar, calendar
// days (hari), hours that run through the night (jam), minutes at an open counter, and months.
//
// National holidays and joint leave (cuti bersama) are decreed each year and cannot be computed, so a Calendar knows
// which years were imported and says so when a promise reaches into one that was not.
package workcal

import (
	"errors"
	"fmt"
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
)

// Term is a promise such as 2 working days. The zero Term promises nothing.
type Term struct {
	Amount int  `json:"amount" yaml:"amount"`
	Unit   Unit `json:"unit" yaml:"unit"`
}

// IsZero reports whether nothing was promised.
func (t Term) IsZero() bool { return t.Unit == "" }

// TextKey is the i18n key of the term in words; its placeholder is {n}.
func (t Term) TextKey() string { return "unit." + string(t.Unit) }

// Calendar is when a city works. Its zero value works on no day and refuses every question about working days.
type Calendar struct {
	Zone     *time.Location
	Week     [7]bool           // by time.Weekday
	Holidays map[string]string // "2026-01-01" → name
	Years    map[int]bool      // years whose decree was imported
	Open     string            // "07:30"
	Close    string            // "16:00"
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
func (c Calendar) Working(day time.Time) bool {
	day = day.In(c.zone())
	if !c.Week[day.Weekday()] {
		return false
	}
	_, holiday := c.Holidays[day.Format(dayLayout)]
	return !holiday
}

// Validate refuses a calendar on which no deadline could be counted: no working day in the week, or hours that are
// not a day's.
func (c Calendar) Validate() error {
	if c.Week == [7]bool{} {
		return errors.New("workcal: no day of the week is a working day")
	}
	opens, err := clock(c.Open)
	if err != nil {
		return err
	}
	closes, err := clock(c.Close)
	if err != nil {
		return err
	}
	if opens >= closes {
		return fmt.Errorf("workcal: the office opens at %s and closes at %s", c.Open, c.Close)
	}
	return nil
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// hours returns the opening hours of day's date.
func (c Calendar) hours(day time.Time) (opens, closes time.Time, err error) {
	o, err := clock(c.Open)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	cl, err := clock(c.Close)
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
