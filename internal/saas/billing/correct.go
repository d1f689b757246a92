package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// correctable is for how many months after a month what came late for it is billed, as the seller of today says. It reads the
// platform's books, so ctx may be of any city.
func (s *Service) correctable(ctx context.Context) (int, error) {
	platform, err := s.platform(ctx)
	if err != nil {
		return 0, err
	}
	seller, err := invoice.SellerOn(tenancy.With(ctx, platform), s.db.App, s.now().In(platform.Location()))
	if fault.Is(err, "invoice.no_seller") {
		return invoice.CorrectMonths, nil
	}
	return seller.CorrectMonths, err
}

// part is what a line is of, whatever it comes to.
type part struct {
	subscription uuid.UUID
	component    string
	kind         rating.Kind
	first        int
}

func (b Billed) part() part { return part{b.Subscription, b.Component, b.Kind, b.Period.FirstDay} }

// corrections are what the months before one are worth now beyond what was billed for them, and what the last of them left.
// Each month is rated anew, so that a tier, a minimum or a discount follows what came late.
func (s *Service) corrections(ctx context.Context, city tenancy.City, month time.Time, used reading) ([]Billed, error) {
	back, err := s.correctable(ctx)
	if err != nil {
		return nil, err
	}
	var closed []Closing
	err = s.db.App.NewSelect().Model(&closed).Where("tenant_id = ? AND month < ? AND month >= ?", city.ID, month.Format(time.DateOnly),
		month.AddDate(0, -back, 0).Format(time.DateOnly)).Order("month").Scan(ctx)
	if err != nil {
		return nil, err
	}
	before := billedSoFar(closed)
	var out []Billed
	for _, c := range closed {
		m := rating.MonthOf(c.Month)
		subs, err := subscriptions(ctx, s.db.App, m)
		if err != nil {
			return nil, err
		}
		now, err := s.rateAll(ctx, city, m, subs, used)
		if err != nil {
			return nil, err
		}
		for _, l := range now {
			l.Corrects, l.Before = c.Month, before[rating.DateOf(c.Month)][l.part()]
			if l.Amount, err = l.Amount.Sub(l.Before); err != nil {
				return nil, err
			}
			if l.Amount != 0 {
				out = append(out, l)
			}
		}
	}
	if len(closed) > 0 {
		if last := closed[len(closed)-1]; last.Total < 0 {
			m := rating.MonthOf(last.Month)
			out = append(out, Billed{Line: rating.Line{Kind: Carried, Period: m, Amount: last.Total}, Corrects: last.Month})
		}
	}
	return out, nil
}

// billedSoFar is what was billed of each month for each of its parts, corrections included.
func billedSoFar(closed []Closing) map[time.Time]map[part]money.Rupiah {
	out := map[time.Time]map[part]money.Rupiah{}
	for _, c := range closed {
		for _, l := range c.Lines {
			month := rating.DateOf(c.Month)
			if !l.Corrects.IsZero() {
				month = rating.DateOf(l.Corrects)
			}
			if out[month] == nil {
				out[month] = map[part]money.Rupiah{}
			}
			if l.Kind != Carried && l.Kind != Returned {
				out[month][l.part()] += l.Amount // both were added up before
			}
		}
	}
	return out
}
