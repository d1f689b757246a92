package pack

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// LoadCalendar returns the working calendar of ctx's city from every year it has imported; any code that promises or
// counts working days may call it, inside its transaction or outside. The weekdays and hours are those of the latest
// year. A city without a calendar works Monday to Friday, 07:30 to 16:00, with no year known: workcal then warns.
func LoadCalendar(ctx context.Context, db bun.IDB) (workcal.Calendar, error) {
	zone, err := zoneOf(ctx, db)
	if err != nil {
		return workcal.Calendar{}, fmt.Errorf("pack: calendar: %w", err)
	}
	years, err := Years(ctx, db)
	if err != nil {
		return workcal.Calendar{}, err
	}
	cal := workcal.Calendar{Zone: zone, Holidays: map[string]string{}, Years: map[int]bool{}, Open: "07:30", Close: "16:00"}
	week := []string{"mon", "tue", "wed", "thu", "fri"}
	for _, y := range years {
		week, cal.Open, cal.Close, cal.Years[y.Year] = y.Week, y.Open, y.Close, true
		for _, d := range y.Days {
			cal.Holidays[d.Day] = d.Name.In(i18n.ID)
		}
	}
	for _, day := range week {
		cal.Week[slices.Index(weekdays, day)] = true
	}
	return cal, nil
}

// Years returns every imported year of ctx's city with its days off, the earliest first; a local day of a year that
// was never imported is in none of them.
func Years(ctx context.Context, db bun.IDB) ([]Year, error) {
	tenant := tenancy.Must(ctx)
	var years []Year
	err := db.NewSelect().Model(&years).Where("tenant_id = ?", tenant).Order("year").Limit(100).Scan(ctx)
	if err != nil || len(years) == 0 {
		return nil, wrap("calendar", err)
	}
	var days []Holiday
	err = db.NewSelect().Model(&days).ColumnExpr("tenant_id, to_char(day, 'YYYY-MM-DD') AS day, name, kind, source, verified").
		Where("tenant_id = ?", tenant).OrderExpr("h.day").Limit(10000).Scan(ctx)
	if err != nil {
		return nil, wrap("calendar", err)
	}
	for _, d := range days {
		i := slices.IndexFunc(years, func(y Year) bool { return fmt.Sprint(y.Year) == d.Day[:4] })
		if i >= 0 {
			years[i].Days = append(years[i].Days, d)
		}
	}
	return years, nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pack: %s: %w", what, err)
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
