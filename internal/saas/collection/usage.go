package collection

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

type usageRow struct {
	bun.BaseModel `bun:"table:stripe_usage,alias:u"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	City     tenancy.ID `bun:"city,pk"`
	Month    time.Time  `bun:"month,pk"`
	Meter    string     `bun:"meter,pk"`
	Quantity int64      `bun:"quantity"`
	At       time.Time  `bun:"at"`
	SentAt   time.Time  `bun:"sent_at,nullzero"`
}

// id is the event's name at Stripe, which counts it once.
func (u usageRow) id() string {
	return "usage/" + u.City.String() + "/" + u.Month.Format("2006-01") + "/" + u.Meter
}

// report tells Stripe what a city used in the months that were closed since it has a subscription there. What is found out
// later about a month is a correction, and an item of an invoice.
func (s *Service) report(ctx context.Context, id tenancy.ID) error {
	a, err := findAccount(ctx, s.DB.App, id)
	if err != nil || a.Collection != ByStripe || a.SubscriptionID == "" {
		return err
	}
	city, err := s.cityOf(ctx, id)
	if err != nil {
		return err
	}
	closed, err := s.Billing.Closings(ctx, city)
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(closed) {
		if c.ClosedAt.Before(a.MirroredAt) {
			continue
		}
		if err := s.reportMonth(ctx, a, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) reportMonth(ctx context.Context, a Account, c billing.Closing) error {
	used := map[string]int64{}
	for _, l := range c.Lines {
		if l.Meter != "" && l.Corrects.IsZero() {
			// Two prices of one meter have both counted the same events; two parts of a month have not.
			used[l.Meter] = max(used[l.Meter], quantityOf(c.Lines, l))
		}
	}
	for _, meter := range slices.Sorted(maps.Keys(used)) {
		if used[meter] == 0 {
			continue
		}
		u := usageRow{TenantID: tenancy.Must(ctx), City: a.City, Month: c.Month, Meter: meter, Quantity: used[meter], At: s.Now().UTC().Truncate(time.Second)}
		if err := s.reportMeter(ctx, a, u); err != nil {
			return err
		}
	}
	return nil
}

// quantityOf adds up what the price of a line has counted over the parts of a month, whatever version each part was on. Of a level
// it is the highest of them.
func quantityOf(lines []billing.Billed, of billing.Billed) (sum int64) {
	for _, l := range lines {
		if l.Meter == of.Meter && l.Component == of.Component && l.Corrects.IsZero() {
			if l.Level {
				sum = max(sum, l.Quantity)
				continue
			}
			sum += l.Quantity
		}
	}
	return sum
}

// reportMeter keeps what it will say before it says it, so that a second attempt says the same.
func (s *Service) reportMeter(ctx context.Context, a Account, u usageRow) error {
	if known, err := one(ctx, s.DB.App.NewSelect().Table("stripe_meter").Column("meter_id").Where("tenant_id = ? AND meter = ?", u.TenantID, u.Meter)); err != nil || known == "" {
		return err // no price there counts it
	}
	if _, err := s.DB.App.NewInsert().Model(&u).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return err
	}
	err := s.DB.App.NewSelect().Model(&u).WherePK().Scan(ctx)
	if err != nil || !u.SentAt.IsZero() {
		return err
	}
	if err := s.stripe.use(ctx, u.id(), a.CustomerID, u.Meter, u.Quantity, u.At); err != nil {
		return err
	}
	_, err = s.DB.App.NewRaw("UPDATE stripe_usage SET sent_at = ? WHERE tenant_id = ? AND city = ? AND month = ? AND meter = ?",
		s.Now().UTC(), u.TenantID, u.City, u.Month.Format(time.DateOnly), u.Meter).Exec(ctx)
	return err
}

// reported adds up what a city's usage by meter is in a period of Stripe's.
func (s *Service) reported(ctx context.Context, city tenancy.ID, from, before time.Time) (map[string]int64, error) {
	var rows []usageRow
	err := s.DB.App.NewSelect().Model(&rows).Where("tenant_id = ? AND city = ? AND at >= ? AND at < ? AND sent_at IS NOT NULL", tenancy.Must(ctx), city, from, before).Scan(ctx)
	out := map[string]int64{}
	for _, u := range rows {
		out[u.Meter] += u.Quantity
	}
	return out, err
}
