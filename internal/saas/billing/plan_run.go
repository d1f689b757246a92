package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// closeArgs names a month as "2026-11", of the job's own city or of one that is closed.
type closeArgs struct {
	Month string     `json:"month"`
	City  tenancy.ID `json:"city,omitzero"`
}

func closeKind() jobs.Kind[closeArgs] {
	return jobs.Kind[closeArgs]{Name: "billing.close.v1", Queue: jobs.Low, MaxRetry: 8, Timeout: 5 * time.Minute, Closed: true}
}

const closeEvery = time.Hour

// Register adds the planned work to r: it closes the months of each city that are due, and keeps what each may do on its record,
// of which mail tells. app calls it once, before r starts.
func (s *Service) Register(r *jobs.Runner, mail *notify.Service) error {
	s.mail = mail
	jobs.EachCity(r, "billing.close_months", closeEvery, s.closeDue)
	jobs.EachTenant(r, "billing.close_left", closeEvery, s.closeLeft)
	jobs.EachCity(r, "billing.entitle", entitleEvery, s.entitleDue)
	jobs.EachCity(r, "billing.budget", budgetEvery, s.watchBudget)
	if err := jobs.HandleCall(r, alertKind(), s.alertPlatform); err != nil {
		return err
	}
	err := jobs.HandleCall(r, entitleKind(), func(ctx context.Context, _ uuid.UUID, _ entitleArgs) error {
		city, ok := tenancy.CityFrom(ctx)
		if !ok {
			return tenancy.ErrNone
		}
		return s.Entitle(ctx, city)
	})
	if err != nil {
		return err
	}
	return jobs.HandleCall(r, closeKind(), func(ctx context.Context, _ uuid.UUID, args closeArgs) error {
		city, ok := tenancy.CityFrom(ctx)
		if !ok {
			return tenancy.ErrNone
		}
		month, err := time.Parse("2006-01", args.Month)
		if err != nil {
			return err
		}
		if args.City != uuid.Nil {
			if err := s.db.App.NewSelect().Model(&city).Where("id = ?", args.City).Scan(tenancy.Platform(ctx)); err != nil {
				return fmt.Errorf("billing: close: %w", err)
			}
		}
		if _, err := s.Close(ctx, city, month); err != nil {
			return err
		}
		return s.closeNext(ctx, city, args)
	})
}

// closeNext asks for the month that is due once the one of args is closed.
func (s *Service) closeNext(ctx context.Context, city tenancy.City, args closeArgs) error {
	next, err := s.due(tenancy.With(ctx, city), s.db.App, city, s.now())
	if err != nil || next.IsZero() {
		return err
	}
	args.Month = next.Format("2006-01")
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error { return jobs.Add(ctx, tx, closeKind(), args) })
}

// closeLeft is closeDue for the cities that are closed: nothing is planned for them any more, and what they used is still owed. The
// platform does it.
func (s *Service) closeLeft(ctx context.Context, tx bun.Tx, at time.Time) error {
	if city, _ := tenancy.CityFrom(ctx); city.Kind != tenancy.KindPlatform {
		return nil
	}
	var left []tenancy.City
	err := s.db.App.NewSelect().Model(&left).Where("kind = ? AND status = ?", tenancy.KindCity, tenancy.StatusClosed).Order("slug").Limit(1000).Scan(tenancy.Platform(ctx))
	if err != nil {
		return fmt.Errorf("billing: closed cities: %w", err)
	}
	for _, city := range left {
		month, err := s.due(tenancy.With(ctx, city), s.db.App, city, at)
		if err != nil {
			return err
		}
		if month.IsZero() {
			continue
		}
		if err := jobs.Add(ctx, tx, closeKind(), closeArgs{Month: month.Format("2006-01"), City: city.ID}); err != nil {
			return err
		}
	}
	return nil
}

// closeDue asks for the earliest month of ctx's city that is due: over, and past the seller's day for what comes late. Each
// asks for the next when it is closed, so that each corrects the one before it.
func (s *Service) closeDue(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	month, err := s.due(ctx, tx, city, at)
	if err != nil || month.IsZero() {
		return err
	}
	return jobs.Add(ctx, tx, closeKind(), closeArgs{Month: month.Format("2006-01")})
}

// due is the month to close next, or zero; there is none before a seller was loaded.
func (s *Service) due(ctx context.Context, tx bun.IDB, city tenancy.City, at time.Time) (time.Time, error) {
	platform, err := s.platform(ctx)
	if err != nil {
		return time.Time{}, err
	}
	seller, err := invoice.SellerOn(tenancy.With(ctx, platform), s.db.App, at)
	if fault.Is(err, "invoice.no_seller") {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	last := lastDue(at.In(city.Location()), seller)
	var half []time.Time // closed, and the crash came before the draft
	err = tx.NewRaw("SELECT month FROM billing_month WHERE tenant_id = ? AND billed_at IS NULL ORDER BY month LIMIT 1", city.ID).Scan(ctx, &half)
	if err != nil || len(half) > 0 {
		return first(half), err
	}
	open, err := s.months(ctx, tx, rating.MonthOf(last).Last(), seller.CorrectMonths)
	return first(open), err
}

func first(all []time.Time) time.Time {
	if len(all) == 0 {
		return time.Time{}
	}
	return all[0]
}
