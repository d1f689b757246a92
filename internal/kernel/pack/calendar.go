package pack

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// The kinds of day off. National days and joint leave come from the yearly joint decree (SKB 3 Menteri) through the
// pack; a local day is the city's own and no pack removes it.
const (
	NationalDay = "libur"
	JointLeave  = "cuti_bersama"
	LocalDay    = "lokal"
)

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
	Days     []Holiday `bun:"-" json:"days" yaml:"days"`
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

var (
	clockPattern = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	weekdays     = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday
)

func calendarSection() Section {
	return Section{
		Name: "calendar",
		Check: func(p *Pack) error {
			_, err := readCalendar(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *Pack) error {
			years, err := readCalendar(p)
			if err != nil {
				return err
			}
			for _, y := range years {
				if err := saveYear(ctx, tx, y); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func readCalendar(p *Pack) ([]Year, error) {
	var (
		years []Year
		errs  []error
	)
	for _, name := range p.Names("calendar") {
		var y Year
		if err := p.Decode(name, &y); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, checkYear(p.Check(name), name, y))
		years = append(years, y)
	}
	return years, Join(errs...)
}

func checkYear(c *Check, name string, y Year) error {
	if want := fmt.Sprintf("calendar/%d.yaml", y.Year); y.Year < 2000 || name != want {
		c.Add("year", "not_file_name", "value", y.Year, "file", name)
	}
	c.Required("source", y.Source)
	if len(y.Week) == 0 {
		c.Add("week", "required")
	}
	for i, day := range y.Week {
		c.OneOf(At("week", i), day, weekdays...)
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
		c.OneOf(at+".kind", d.Kind, NationalDay, JointLeave)
	}
	return c.Err()
}

// saveYear replaces what the decree of one year says. A local day of the city stays, unless the decree now names it.
func saveYear(ctx context.Context, tx bun.Tx, y Year) error {
	y.TenantID = tenancy.Must(ctx)
	_, err := tx.NewInsert().Model(&y).On("CONFLICT (tenant_id, year) DO UPDATE").
		Set("week = EXCLUDED.week, open = EXCLUDED.open, close = EXCLUDED.close, source = EXCLUDED.source, verified = EXCLUDED.verified").
		Exec(ctx)
	if err != nil {
		return err
	}
	days := slices.Clone(y.Days)
	for i := range days {
		days[i].TenantID, days[i].Source, days[i].Verified = y.TenantID, y.Source, y.Verified
	}
	_, err = tx.NewDelete().Model((*Holiday)(nil)).Where("tenant_id = ?", y.TenantID).Where("kind <> ?", LocalDay).
		Where("day BETWEEN make_date(?, 1, 1) AND make_date(?, 12, 31)", y.Year, y.Year).Exec(ctx)
	if err != nil || len(days) == 0 {
		return err
	}
	_, err = tx.NewInsert().Model(&days).On("CONFLICT (tenant_id, day) DO UPDATE").
		Set("name = EXCLUDED.name, kind = EXCLUDED.kind, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
	return err
}
