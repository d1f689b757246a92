package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Closing is a month of a city as it was billed. Only BilledAt is ever written later.
type Closing struct {
	bun.BaseModel `bun:"table:billing_month,alias:b"`

	TenantID tenancy.ID   `bun:"tenant_id,pk"`
	Month    time.Time    `bun:"month,pk"`  // its first day
	ClosedAt time.Time    `bun:"closed_at"` // no event that came later is in it
	Lines    []Billed     `bun:"lines,type:jsonb"`
	Total    money.Rupiah `bun:"total"`              // before tax; negative when it is carried to the next month
	BilledAt time.Time    `bun:"billed_at,nullzero"` // since when the seller's books have its draft, or know that there is none
}

// Billed is a line of a closing. A correction tells what is known now of an earlier month, and its amount is what that differs
// from what was billed.
type Billed struct {
	rating.Line
	Subscription uuid.UUID    `json:"subscription,omitzero"`
	Corrects     time.Time    `json:"corrects,omitzero"` // the first day of the month that it is of, when that is another
	Before       money.Rupiah `json:"before,omitempty"`  // of a correction: what was billed so far
}

// Carried is the kind of a line by which a month begins with what the one before left to the city.
const Carried rating.Kind = "carried"

// Preview is what closing a month would bill by what is known now, also while the month runs. Callers and refusals are those of
// Estimate; a month that is closed is returned as it was.
func (s *Service) Preview(ctx context.Context, city tenancy.City, month time.Time) (Closing, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Closing{}, err
	}
	if c, ok, err := closing(ctx, s.db.App, rating.MonthOf(month).First()); ok || err != nil {
		return c, err
	}
	return s.work(ctx, city, rating.MonthOf(month), s.known)
}

// Close bills a month of city: it keeps what the month comes to and writes one draft into the platform's books. Closing it
// again changes nothing and finishes what a crash left undone. It is for the planned run and for operators. It refuses
// Conflict "billing.month_running" before the month is over where the city is, "billing.earlier_open" while an earlier month
// is not closed, NotFound "billing.no_subscription" for a month that owes nothing to any, and "invoice.no_seller".
func (s *Service) Close(ctx context.Context, city tenancy.City, month time.Time) (Closing, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Closing{}, err
	}
	m := rating.MonthOf(month)
	c, ok, err := closing(ctx, s.db.App, m.First())
	if err == nil && !ok {
		c, err = s.closeNow(ctx, city, m)
	}
	if err == nil {
		c, err = s.hand(ctx, city, c)
	}
	if err != nil {
		return Closing{}, fmt.Errorf("billing: close: %w", err)
	}
	return c, nil
}

func (s *Service) closeNow(ctx context.Context, city tenancy.City, m rating.Period) (Closing, error) {
	if _, end := m.Window(city.Location()); s.now().Before(end) {
		return Closing{}, fault.New(fault.Conflict, "billing.month_running")
	}
	back, err := s.correctable(ctx)
	if err != nil {
		return Closing{}, err
	}
	due, err := s.months(ctx, s.db.App, m.Last(), back)
	if err != nil {
		return Closing{}, err
	}
	if len(due) == 0 || !due[len(due)-1].Equal(m.First()) {
		return Closing{}, fault.New(fault.NotFound, "billing.no_subscription")
	}
	if len(due) > 1 {
		return Closing{}, fault.New(fault.Conflict, "billing.earlier_open", "month", due[0].Format("2006-01"))
	}
	if err := s.usage.Close(ctx, city, m.First()); err != nil {
		return Closing{}, err
	}
	c, err := s.work(ctx, city, m, s.asOf(m.First()))
	if err != nil {
		return c, err
	}
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&c).On("CONFLICT (tenant_id, month) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		c, _, err = closing(ctx, tx, c.Month) // another process may have been first, with what it had read
		return err
	})
	return c, err
}

// work prices a month, corrects the ones before it and takes over what they left.
func (s *Service) work(ctx context.Context, city tenancy.City, m rating.Period, used reading) (Closing, error) {
	c := Closing{TenantID: city.ID, Month: m.First(), ClosedAt: s.now().UTC().Truncate(time.Microsecond)}
	subs, err := subscriptions(ctx, s.db.App, m)
	if err != nil {
		return c, err
	}
	if c.Lines, err = s.rateAll(ctx, city, m, subs, used); err != nil {
		return c, err
	}
	more, err := s.corrections(ctx, city, c.Month, used)
	if err != nil {
		return c, err
	}
	if c.Lines = append(c.Lines, more...); c.Lines == nil {
		c.Lines = []Billed{}
	}
	for _, l := range c.Lines {
		if c.Total, err = c.Total.Add(l.Amount); err != nil {
			return c, err
		}
	}
	if c.Total >= 0 {
		return c, nil
	}
	goesOn, err := s.carriedOn(ctx, m)
	if err == nil && !goesOn {
		c.Lines, c.Total = append(c.Lines, Billed{Line: rating.Line{Kind: Returned, Period: m, Amount: -c.Total}}), 0
	}
	return c, err
}

// closing reads a closed month of ctx's city, and whether it is closed.
func closing(ctx context.Context, db bun.IDB, month time.Time) (Closing, bool, error) {
	var c Closing
	err := db.NewSelect().Model(&c).Where("tenant_id = ? AND month = ?", tenancy.Must(ctx), month.Format(time.DateOnly)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// Closings lists the closed months of city from the latest on, a year of them at most. Callers are those of Estimate.
func (s *Service) Closings(ctx context.Context, city tenancy.City) ([]Closing, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	var all []Closing
	err = s.db.App.NewSelect().Model(&all).Where("tenant_id = ?", city.ID).Order("month DESC").Limit(12).Scan(ctx)
	return all, err
}

// months lists the months of ctx's city that are not closed, from the earliest on, up to one that holds a day: those with a
// subscription and, for what comes late, as many after it as are corrected. Nothing is looked for further back than that.
func (s *Service) months(ctx context.Context, db bun.IDB, until time.Time, back int) ([]time.Time, error) {
	var all []time.Time
	err := db.NewRaw(`SELECT m::date FROM generate_series(date_trunc('month', ?::date) - make_interval(months => ?), date_trunc('month', ?::date), interval '1 month') m
		WHERE EXISTS (SELECT FROM subscription s WHERE s.tenant_id = ? AND s.withdrawn_at IS NULL AND s.starts_on < m + interval '1 month'
			AND (s.ends_on IS NULL OR s.ends_on > m - make_interval(months => ?)))
		  AND NOT EXISTS (SELECT FROM billing_month b WHERE b.tenant_id = ? AND b.month = m::date)
		ORDER BY m`, until.Format(time.DateOnly), back, until.Format(time.DateOnly), tenancy.Must(ctx), back, tenancy.Must(ctx)).Scan(ctx, &all)
	return all, err
}
