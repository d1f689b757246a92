package pack

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
)

var clockPattern = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

func calendarSection() Section {
	return Section{
		Name: "calendar",
		Check: func(p *Pack) error {
			_, err := readCalendar(p)
			_, also := readAgencyCalendars(p)
			return Join(err, also)
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *Pack) error {
			years, err := readCalendar(p)
			if err != nil {
				return err
			}
			for _, y := range years {
				if err := calendar.SaveYear(ctx, tx, y); err != nil {
					return err
				}
			}
			agencies, err := readAgencyCalendars(p)
			if err != nil {
				return err
			}
			return calendar.SaveAgencies(ctx, tx, agencies)
		},
	}
}

func readCalendar(p *Pack) ([]calendar.Year, error) {
	var (
		years []calendar.Year
		errs  []error
	)
	for _, name := range p.Names("calendar") {
		var y calendar.Year
		if err := p.Decode(name, &y); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, checkYear(p.Check(name), name, y))
		for i := range y.Periods {
			if y.Periods[i].Source == "" {
				y.Periods[i].Source = y.Source
			}
			y.Periods[i].Verified = y.Verified
		}
		years = append(years, y)
	}
	return years, Join(errs...)
}

func checkYear(c *Check, name string, y calendar.Year) error {
	if want := fmt.Sprintf("calendar/%d.yaml", y.Year); y.Year < 2000 || name != want {
		c.Add("year", "not_file_name", "value", y.Year, "file", name)
	}
	c.Required("source", y.Source)
	if len(y.Week) == 0 {
		c.Add("week", "required")
	}
	for i, day := range y.Week {
		c.OneOf(At("week", i), day, calendar.Weekdays()...)
	}
	c.Pattern("open", y.Open, clockPattern, "07:30")
	c.Pattern("close", y.Close, clockPattern, "16:00")
	if y.Open >= y.Close {
		c.Add("close", "not_after", "value", y.Close, "other", y.Open)
	}
	seen := map[string]bool{}
	for i, d := range y.Days {
		at := At("days", i)
		if t, err := time.Parse(time.DateOnly, d.Day); err != nil || t.Year() != y.Year {
			c.Add(at+".date", "bad_form", "value", d.Day, "example", strconv.Itoa(y.Year)+"-01-01")
		}
		if seen[d.Day] {
			c.Add(at+".date", "repeated", "value", d.Day)
		}
		seen[d.Day] = true
		c.Text(at+".name", d.Name)
		c.OneOf(at+".kind", d.Kind, calendar.NationalDay, calendar.JointLeave)
	}
	checkPeriods(c, y.Periods)
	for i, p := range y.Periods {
		if !strings.HasPrefix(p.First, strconv.Itoa(y.Year)+"-") {
			c.Add(At("periods", i)+".from", "bad_form", "value", p.First, "example", strconv.Itoa(y.Year)+"-02-18")
		}
	}
	return c.Err()
}

// checkPeriods refuses other hours that are no hours of a week, or hold for no time.
func checkPeriods(c *Check, periods []calendar.Period) {
	seen := map[string]bool{}
	for i, p := range periods {
		at := At("periods", i)
		c.Once(seen, at+".code", p.Code)
		c.Text(at+".name", p.Name)
		c.date(at+".from", p.First)
		if p.Last != "" {
			c.date(at+".to", p.Last)
			if p.Last < p.First {
				c.Add(at+".to", "not_after", "value", p.Last, "other", p.First)
			}
		}
		if len(p.Hours) == 0 {
			c.Add(at+".hours", "required")
		}
		for day, hours := range p.Hours {
			c.OneOf(at+".hours", day, calendar.Weekdays()...)
			c.span(at+".hours."+day, hours)
		}
	}
}

func (c *Check) date(path, value string) {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		c.Add(path, "bad_form", "value", value, "example", "2026-02-18")
	}
}

func (c *Check) span(path, value string) {
	if _, ok := calendar.ParseSpan(value); !ok {
		c.Add(path, "bad_form", "value", value, "example", "07:30-16:00")
	}
}

// readAgencyCalendars reads what agencies do differently from their city: agency-calendar/<agency>.yaml.
func readAgencyCalendars(p *Pack) ([]calendar.Agency, error) {
	var (
		all  []calendar.Agency
		errs []error
	)
	for _, name := range p.Names("agency-calendar") {
		var a calendar.Agency
		if err := p.Decode(name, &a); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, checkAgencyCalendar(p.Check(name), name, a))
		for i := range a.Periods {
			if a.Periods[i].Source == "" {
				a.Periods[i].Source = a.Source
			}
			a.Periods[i].Verified = a.Verified
		}
		for i := range a.Days {
			if a.Days[i].Source == "" {
				a.Days[i].Source = a.Source
			}
			a.Days[i].Verified = a.Verified
		}
		all = append(all, a)
	}
	return all, Join(errs...)
}

func checkAgencyCalendar(c *Check, name string, a calendar.Agency) error {
	c.Code("agency", a.Agency)
	if want := "agency-calendar/" + a.Agency + ".yaml"; name != want {
		c.Add("agency", "not_file_name", "value", a.Agency, "file", name)
	}
	c.Required("source", a.Source)
	checkPeriods(c, a.Periods)
	seen := map[string]bool{}
	for i, d := range a.Days {
		at := At("days", i)
		c.date(at+".date", d.Day)
		if seen[d.Day] {
			c.Add(at+".date", "repeated", "value", d.Day)
		}
		seen[d.Day] = true
		c.Text(at+".name", d.Name)
		if d.Hours != "" {
			c.span(at+".hours", d.Hours)
		}
	}
	return c.Err()
}
