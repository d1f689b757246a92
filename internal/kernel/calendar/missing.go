package calendar

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// warnFrom is the month from which a coming year without holidays is said to be missing: the joint decree comes in
// September or October of the year before.
const warnFrom = time.November

// Missing returns the years whose holidays the city lacks and should have at now, which is in the city's zone: the
// present one, and from November on the next. Whoever may manage the calendar is told on every page of the desk.
func Missing(ctx context.Context, db bun.IDB, now time.Time) ([]int, error) {
	var have []int
	err := db.NewRaw("SELECT year FROM calendar_year WHERE tenant_id = ? AND year BETWEEN ? AND ?", tenancy.Must(ctx), now.Year(), now.Year()+1).
		Scan(ctx, &have)
	if err != nil {
		return nil, wrap("missing", err)
	}
	var out []int
	for _, y := range []int{now.Year(), now.Year() + 1} {
		if !slices.Contains(have, y) && (y == now.Year() || now.Month() >= warnFrom) {
			out = append(out, y)
		}
	}
	return out, nil
}

// Warn lets the administrators of each city be told of a missing year once a month, for as long as it is missing.
func (s *Service) Warn(r *jobs.Runner, mail *notify.Service) {
	jobs.EachCity(r, "calendar.missing", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		return s.warn(ctx, tx, mail)
	})
}

// roleAdmin is the built-in role that manages the calendar.
const roleAdmin = "city_admin"

func (s *Service) warn(ctx context.Context, tx bun.Tx, mail *notify.Service) error {
	city, _ := tenancy.CityFrom(ctx)
	now := s.now().In(city.Location())
	years, err := Missing(ctx, tx, now)
	if err != nil || len(years) == 0 {
		return err
	}
	admins, err := identity.Holders(ctx, tx, roleAdmin, "")
	if err != nil {
		return wrap("missing", err)
	}
	for _, year := range years {
		for _, admin := range admins {
			err := mail.Send(ctx, tx, notify.Message{To: admin, Template: "calendar_missing",
				Key:  fmt.Sprintf("calendar_missing:%d:%s:%s", year, now.Format("2006-01"), admin),
				Data: map[string]string{"year": strconv.Itoa(year), "path": "/kelola/kalender/impor?tahun=" + strconv.Itoa(year)}})
			if err != nil {
				return wrap("missing", err)
			}
		}
	}
	return nil
}
