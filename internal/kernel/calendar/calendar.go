// Package calendar keeps when the offices of a city work: the week and the holidays of each year as the joint decree
// (SKB 3 Menteri) and the city itself set them, other hours for a time such as in Ramadan, and what an agency does
// differently from its city: a counter open on Saturdays, a hospital that works through holidays, a day of its own off.
//
// Whoever counts a deadline asks Load, or Hold when the date is then written down. Whoever changes a calendar does it
// through this package, which compares the days before and after and writes the difference as a Change in the same
// transaction; what was promised by the old days is counted again from that row (see casework).
package calendar

import (
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
)

// The kinds of day off. National days and joint leave come from the yearly joint decree (SKB 3 Menteri); a local day is
// the city's own or was decreed late, and neither a pack nor an import of the year removes it.
const (
	NationalDay = "libur"
	JointLeave  = "cuti_bersama"
	LocalDay    = "lokal"
)

// Weekdays are the names of the days of a week in packs and tables, by time.Weekday.
func Weekdays() []string { return slices.Clone(weekdays) }

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Year says how the city's offices work in one year, as its calendar was imported.
type Year struct {
	bun.BaseModel `bun:"table:calendar_year,alias:cy"`

	TenantID uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Year     int       `bun:"year,pk" json:"year" yaml:"year"`
	Week     []string  `bun:"week,array" json:"week" yaml:"week"` // working days: mon … sun
	Open     string    `bun:"open" json:"open" yaml:"open"`       // "07:30", local time
	Close    string    `bun:"close" json:"close" yaml:"close"`
	Source   string    `bun:"source" json:"source" yaml:"source"`
	Verified bool      `bun:"verified" json:"verified" yaml:"verified"`
	Managed  bool      `bun:"managed" json:"-" yaml:"-"` // an administrator has changed it: the pack no longer does
	Days     []Holiday `bun:"-" json:"days" yaml:"days"`
	Periods  []Period  `bun:"-" json:"periods,omitempty" yaml:"periods"` // the city's other hours that begin in this year
}

// Holiday is a day on which no office works.
type Holiday struct {
	bun.BaseModel `bun:"table:holiday,alias:h"`

	TenantID uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Day      string    `bun:"day,pk,type:date" json:"date" yaml:"date"` // "2026-01-01"
	Name     i18n.Text `bun:"name,type:jsonb" json:"name" yaml:"name"`
	Kind     string    `bun:"kind" json:"kind" yaml:"kind"`
	Source   string    `bun:"source" json:"source,omitempty" yaml:"-"`
	Verified bool      `bun:"verified" json:"verified" yaml:"-"`
}

// Agency is what one agency does differently from its city.
type Agency struct {
	bun.BaseModel `bun:"table:agency_calendar,alias:ac"`

	TenantID      uuid.UUID   `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Agency        string      `bun:"agency,pk" json:"agency" yaml:"agency"`
	WorksHolidays bool        `bun:"works_holidays" json:"works_holidays" yaml:"works_holidays"` // the city's holidays are none here
	Source        string      `bun:"source" json:"source" yaml:"source"`
	Verified      bool        `bun:"verified" json:"verified" yaml:"verified"`
	Managed       bool        `bun:"managed" json:"-" yaml:"-"` // as Year.Managed
	Periods       []Period    `bun:"-" json:"periods" yaml:"periods"`
	Days          []AgencyDay `bun:"-" json:"days" yaml:"days"`
}

// Period is another week for a time. Hours says it whole: a weekday that it does not name is a day off.
type Period struct {
	bun.BaseModel `bun:"table:calendar_period,alias:cp"`

	TenantID uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Agency   string    `bun:"agency,pk" json:"-" yaml:"-"` // empty: the whole city
	Code     string    `bun:"code,pk" json:"code" yaml:"code"`
	Name     i18n.Text `bun:"name,type:jsonb" json:"name" yaml:"name"`
	First    string    `bun:"first_day,type:date" json:"from" yaml:"from"`
	Last     string    `bun:"last_day,type:date,nullzero" json:"to,omitempty" yaml:"to"` // empty: until further notice
	Hours    Hours     `bun:"hours,type:jsonb" json:"hours" yaml:"hours"`
	Source   string    `bun:"source" json:"source,omitempty" yaml:"source"`
	Verified bool      `bun:"verified" json:"verified" yaml:"-"`
}

// Hours are the working days of a week with their hours: {"mon": "07:30-16:00", "sat": "08:00-12:00"}.
type Hours map[string]string

// AgencyDay is one day on which an agency does something else than every other week: off, or open with these hours.
type AgencyDay struct {
	bun.BaseModel `bun:"table:agency_day,alias:ad"`

	TenantID uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Agency   string    `bun:"agency,pk" json:"-" yaml:"-"`
	Day      string    `bun:"day,pk,type:date" json:"date" yaml:"date"`
	Hours    string    `bun:"hours" json:"hours,omitempty" yaml:"hours"` // "08:00-12:00"; empty: off
	Name     i18n.Text `bun:"name,type:jsonb" json:"name" yaml:"name"`
	Source   string    `bun:"source" json:"source,omitempty" yaml:"source"`
	Verified bool      `bun:"verified" json:"verified" yaml:"-"`
}

// ParseSpan reads "07:30-16:00"; ok is false for anything that is not the hours of a day.
func ParseSpan(s string) (span workcal.Span, ok bool) {
	if len(s) != len("07:30-16:00") || s[5] != '-' {
		return span, false
	}
	span = workcal.Span{Open: s[:5], Close: s[6:]}
	return span, clockForm(span.Open) && clockForm(span.Close) && span.Open < span.Close
}

func clockForm(s string) bool {
	return len(s) == 5 && s[2] == ':' && s[0] >= '0' && s[0] <= '2' && s[1] >= '0' && s[1] <= '9' && (s[0] < '2' || s[1] <= '3') &&
		s[3] >= '0' && s[3] <= '5' && s[4] >= '0' && s[4] <= '9'
}

// week lays h out by time.Weekday.
func (h Hours) week() (out [7]workcal.Span) {
	for i, day := range weekdays {
		out[i], _ = ParseSpan(h[day])
	}
	return out
}
