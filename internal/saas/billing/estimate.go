package billing

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Estimate is what a month of a city costs by the usage known at AsOf. It is neither an invoice nor a promise: the
// month may still be running, and tax is not in it (Notes says both).
type Estimate struct {
	City  tenancy.ID
	Plan  Plan // the one in force last in the month
	Month rating.Period
	Lines []rating.Line
	Total money.Rupiah
	AsOf  time.Time

	closed bool // the month was over at AsOf
}

// Estimate prices city's usage of a month under its subscription; of month only the year and the month count. When the
// city changed plans within the month, each plan prices its own days. It is for requests of the city itself and of the
// platform; from another city it is NotFound "city.unknown". A month without a subscription is NotFound
// "billing.no_subscription".
func (s *Service) Estimate(ctx context.Context, city tenancy.City, month time.Time) (Estimate, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{City: city.ID, Month: rating.MonthOf(month), AsOf: s.now()}
	_, end := e.Month.Window(city.Location())
	e.closed = !e.AsOf.Before(end)
	subs, err := subscriptions(ctx, s.db.App, e.Month)
	if err != nil {
		return Estimate{}, fmt.Errorf("billing: estimate: %w", err)
	}
	if len(subs) == 0 {
		return Estimate{}, fault.New(fault.NotFound, "billing.no_subscription")
	}
	parts, err := s.rateAll(ctx, city, e.Month, subs, s.known)
	if err != nil {
		return Estimate{}, fmt.Errorf("billing: estimate: %w", err)
	}
	for _, p := range parts {
		e.Lines = append(e.Lines, p.Line)
		if e.Total, err = e.Total.Add(p.Amount); err != nil {
			return Estimate{}, fmt.Errorf("billing: estimate: %w", err)
		}
	}
	e.Plan, err = findPlan(ctx, s.db.App, subs[len(subs)-1].Plan)
	return e, err
}

// reading is what a city used from one instant to another.
type reading func(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error)

// known reads what is known now.
func (s *Service) known(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
	return s.usage.Quantities(ctx, city, from, to)
}

// asOf reads what the invoice of a closed month knows.
func (s *Service) asOf(month time.Time) reading {
	return func(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
		return s.usage.QuantitiesAsOf(ctx, city, from, to, month)
	}
}

// rateAll prices a month of city, each subscription its own days and those of a trial apart.
func (s *Service) rateAll(ctx context.Context, city tenancy.City, month rating.Period, subs []Subscription, used reading) ([]Billed, error) {
	return s.rateWith(ctx, city, month, subs, used, s.own)
}

// rateWith is rateAll by the versions that pick gives.
func (s *Service) rateWith(ctx context.Context, city tenancy.City, month rating.Period, subs []Subscription, used reading, pick picking) ([]Billed, error) {
	var out []Billed
	levels, err := s.standing(ctx)
	if err != nil {
		return nil, err
	}
	for _, sub := range subs {
		whole, ok := month.Cut(sub.StartsOn, sub.EndsOn)
		if !ok {
			continue
		}
		for _, part := range whole.SplitAt(sub.TrialEndsOn) {
			v, err := pick(ctx, sub, part.Last())
			if err != nil {
				return nil, err
			}
			from, to := part.Window(city.Location())
			quantities, err := used(ctx, city, from, to)
			if err != nil {
				return nil, err
			}
			terms := sub.terms()
			if terms.Off, err = s.takenOff(ctx, city, sub, v, part); err != nil {
				return nil, err
			}
			r, err := rating.Rate(v.Prices(), terms, levels.of(quantities), part)
			if err != nil {
				return nil, err
			}
			for _, l := range r.Lines {
				out = append(out, Billed{Line: l, Subscription: sub.ID})
			}
		}
	}
	return out, nil
}

// standing are the meters that stand at a level instead of adding up. One that is weighted by time is none of them: its parts of a
// month add up to the month.
type standing map[string]bool

func (s *Service) standing(ctx context.Context) (standing, error) {
	var codes []string
	err := s.db.App.NewRaw("SELECT code FROM meter WHERE aggregation IN ('max', 'latest', 'unique')").Scan(tenancy.Platform(ctx), &codes)
	if err != nil {
		return nil, fmt.Errorf("billing: meters: %w", err)
	}
	out := standing{}
	for _, c := range codes {
		out[c] = true
	}
	return out, nil
}

// of says of each quantity whether it is a level.
func (st standing) of(read map[string]int64) rating.Quantities {
	out := make(rating.Quantities, len(read))
	for meter, n := range read {
		out[meter] = rating.Quantity{Units: n, Level: st[meter]}
	}
	return out
}

// Notes says what a reader must know before relying on the total.
func (e Estimate) Notes(in i18n.Locale) []string {
	notes := []string{in.T("billing.note.no_tax")}
	if !e.closed {
		notes = append(notes, in.T("billing.note.running"))
	}
	if e.Plan.Example {
		notes = append(notes, in.T("billing.note.example"))
	}
	return notes
}
