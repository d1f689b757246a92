package calendar

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Load returns the working calendar of one agency of ctx's city, or with "" the city's own, from every year that was
// imported; whoever shows or weighs a date may call it, inside a transaction or outside. Ordinary hours are those of the
// year at hand, and of the latest year where none is known. A city without a calendar works Monday to Friday, 07:30 to
// 16:00, with no year known: workcal then warns.
func Load(ctx context.Context, db bun.IDB, agency string) (workcal.Calendar, error) {
	all, err := LoadFor(ctx, db, agency)
	return all[agency], err
}

// Hold is Load for whoever writes down a date that was counted: no calendar of the city changes until tx ends, so that
// no date is left behind that the change's counting again did not see.
func Hold(ctx context.Context, tx bun.IDB, agency string) (workcal.Calendar, error) {
	if err := Still(ctx, tx); err != nil {
		return workcal.Calendar{}, err
	}
	return Load(ctx, tx, agency)
}

// Still keeps every calendar of ctx's city as it is until tx ends.
func Still(ctx context.Context, tx bun.IDB) error { return lock(ctx, tx, true) }

// lock makes changes of a calendar and what is counted by it wait for each other: changers alone, counters together.
func lock(ctx context.Context, tx bun.IDB, shared bool) error {
	key, q := "calendar "+tenancy.Must(ctx).String(), "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))"
	if shared {
		q = "SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))"
	}
	if _, err := tx.NewRaw(q, key).Exec(tenancy.Later(ctx)); err != nil {
		return fmt.Errorf("calendar: lock: %w", err)
	}
	return nil
}

// rows is what is known of a city's calendar, in one reading.
type rows struct {
	Years    json.RawMessage `bun:"years"`
	Holidays json.RawMessage `bun:"holidays"`
	Agencies json.RawMessage `bun:"agencies"`
	Periods  json.RawMessage `bun:"periods"`
	Days     json.RawMessage `bun:"days"`
}

// LoadFor is Load for several agencies by one reading, for lists.
func LoadFor(ctx context.Context, db bun.IDB, agencies ...string) (map[string]workcal.Calendar, error) {
	zone, err := zoneOf(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	var r rows
	err = db.NewRaw(`SELECT
		(SELECT coalesce(json_agg(y ORDER BY y.year), '[]')
			FROM (SELECT year, week, open, close FROM calendar_year WHERE tenant_id = ?0) y) AS years,
		(SELECT coalesce(json_object_agg(to_char(day, 'YYYY-MM-DD'), name->>'id'), '{}') FROM holiday WHERE tenant_id = ?0) AS holidays,
		(SELECT coalesce(json_agg(a), '[]')
			FROM (SELECT agency, works_holidays FROM agency_calendar WHERE tenant_id = ?0 AND agency IN (?1)) a) AS agencies,
		(SELECT coalesce(json_agg(p ORDER BY p.agency <> '', p.first, p.code), '[]')
			FROM (SELECT agency, first_day AS first, last_day AS last, hours, code FROM calendar_period
				WHERE tenant_id = ?0 AND agency IN (?1, '')) p) AS periods,
		(SELECT coalesce(json_agg(d), '[]')
			FROM (SELECT agency, day AS date, hours, name FROM agency_day WHERE tenant_id = ?0 AND agency IN (?1)) d) AS days`,
		tenancy.Must(ctx), bun.List(agencies)).Scan(tenancy.Prepared(ctx), &r)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	return r.build(zone, agencies)
}

func (r rows) build(zone *time.Location, agencies []string) (map[string]workcal.Calendar, error) {
	var (
		years    []Year
		holidays map[string]string
		own      []Agency
		periods  []struct {
			Agency, First string
			Last          *string
			Hours         Hours
		}
		days []struct {
			Agency, Date, Hours string
			Name                i18n.Text
		}
	)
	for _, part := range []struct {
		raw  json.RawMessage
		into any
	}{{r.Years, &years}, {r.Holidays, &holidays}, {r.Agencies, &own}, {r.Periods, &periods}, {r.Days, &days}} {
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
	}
	out := map[string]workcal.Calendar{}
	for _, agency := range agencies {
		cal := ordinary(zone, years)
		cal.Holidays, cal.Special = map[string]string{}, map[string]workcal.Span{}
		if !slices.ContainsFunc(own, func(a Agency) bool { return a.Agency == agency && a.WorksHolidays }) {
			for day, name := range holidays {
				cal.Holidays[day] = name
			}
		}
		for _, p := range periods { // the city's first: the agency's go before them
			if p.Agency == "" || p.Agency == agency {
				last := ""
				if p.Last != nil {
					last = *p.Last
				}
				cal.Periods = append(cal.Periods, workcal.Period{First: p.First, Last: last, Days: p.Hours.week()})
			}
		}
		for _, d := range days {
			if d.Agency != agency {
				continue
			}
			if span, ok := ParseSpan(d.Hours); ok {
				cal.Special[d.Date] = span
			} else {
				cal.Holidays[d.Date] = d.Name.In(i18n.ID)
			}
		}
		out[agency] = cal
	}
	return out, nil
}

// ordinary is the week and the hours of each year; the latest year's hold beyond what was imported.
func ordinary(zone *time.Location, years []Year) workcal.Calendar {
	cal := workcal.Calendar{Zone: zone, Years: map[int]bool{}, Open: "07:30", Close: "16:00"}
	week := []string{"mon", "tue", "wed", "thu", "fri"}
	for _, y := range years {
		week, cal.Open, cal.Close, cal.Years[y.Year] = y.Week, y.Open, y.Close, true
	}
	for _, day := range week {
		cal.Week[slices.Index(weekdays, day)] = true
	}
	for _, y := range years {
		p := workcal.Period{First: fmt.Sprintf("%d-01-01", y.Year), Last: fmt.Sprintf("%d-12-31", y.Year)}
		for _, day := range y.Week {
			p.Days[slices.Index(weekdays, day)] = workcal.Span{Open: y.Open, Close: y.Close}
		}
		if p.Days != usual(cal) {
			cal.Periods = append(cal.Periods, p)
		}
	}
	return cal
}

// usual is the ordinary week of c, day by day.
func usual(c workcal.Calendar) (out [7]workcal.Span) {
	for i, works := range c.Week {
		if works {
			out[i] = workcal.Span{Open: c.Open, Close: c.Close}
		}
	}
	return out
}

// zoneOf returns the city's time zone from ctx, or from the directory when ctx names the city by id only.
func zoneOf(ctx context.Context, db bun.IDB) (*time.Location, error) {
	if city, ok := tenancy.CityFrom(ctx); ok {
		return city.Location(), nil
	}
	var city tenancy.City
	err := db.NewSelect().Model(&city).Column("timezone").Where("id = ?", tenancy.Must(ctx)).Scan(ctx)
	return city.Location(), err
}

// Years returns every imported year of ctx's city with its days off and its periods, the earliest first; a local day of a
// year that was never imported is in none of them.
func Years(ctx context.Context, db bun.IDB) ([]Year, error) {
	tenant := tenancy.Must(ctx)
	var years []Year
	err := db.NewSelect().Model(&years).Where("tenant_id = ?", tenant).Order("year").Limit(100).Scan(ctx)
	if err != nil || len(years) == 0 {
		return nil, wrap("years", err)
	}
	var days []Holiday
	err = db.NewSelect().Model(&days).ColumnExpr("tenant_id, to_char(day, 'YYYY-MM-DD') AS day, name, kind, source, verified").
		Where("tenant_id = ?", tenant).OrderExpr("h.day").Limit(10000).Scan(ctx)
	if err != nil {
		return nil, wrap("years", err)
	}
	for _, d := range days {
		if i := inYear(years, d.Day); i >= 0 {
			years[i].Days = append(years[i].Days, d)
		}
	}
	periods, err := periodsOf(ctx, db, "")
	if err != nil {
		return nil, err
	}
	for _, p := range periods {
		if i := inYear(years, p.First); i >= 0 {
			years[i].Periods = append(years[i].Periods, p)
		}
	}
	return years, nil
}

func inYear(years []Year, day string) int {
	return slices.IndexFunc(years, func(y Year) bool { return fmt.Sprint(y.Year) == day[:4] })
}

func periodsOf(ctx context.Context, db bun.IDB, agency string) ([]Period, error) {
	var out []Period
	err := db.NewSelect().Model(&out).ColumnExpr(`tenant_id, agency, code, name, to_char(first_day, 'YYYY-MM-DD') AS first_day,
			to_char(last_day, 'YYYY-MM-DD') AS last_day, hours, source, verified`).
		Where("tenant_id = ? AND agency = ?", tenancy.Must(ctx), agency).OrderExpr("cp.first_day, code").Limit(500).Scan(ctx)
	return out, wrap("periods", err)
}

// OfAgency returns what an agency does differently from its city; a zero Agency field says that it does nothing so.
func OfAgency(ctx context.Context, db bun.IDB, agency string) (Agency, error) {
	var all []Agency
	err := db.NewSelect().Model(&all).Where("tenant_id = ? AND agency = ?", tenancy.Must(ctx), agency).Scan(ctx)
	if err != nil || len(all) == 0 {
		return Agency{}, wrap("agency", err)
	}
	a := all[0]
	if a.Periods, err = periodsOf(ctx, db, agency); err != nil {
		return Agency{}, err
	}
	err = db.NewSelect().Model(&a.Days).ColumnExpr("tenant_id, agency, to_char(day, 'YYYY-MM-DD') AS day, hours, name, source, verified").
		Where("tenant_id = ? AND agency = ?", tenancy.Must(ctx), agency).OrderExpr("ad.day").Limit(2000).Scan(ctx)
	return a, wrap("agency", err)
}

// Differing lists the agencies that have a calendar of their own.
func Differing(ctx context.Context, db bun.IDB) ([]string, error) {
	var out []string
	err := db.NewRaw("SELECT agency FROM agency_calendar WHERE tenant_id = ? ORDER BY agency LIMIT 1000", tenancy.Must(ctx)).Scan(ctx, &out)
	return out, wrap("agencies", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("calendar: %s: %w", what, err)
}
