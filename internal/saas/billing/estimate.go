package billing

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Estimate is what a month of a city costs by the usage known at AsOf. It is neither an invoice nor a promise: the
// month may still be running, and tax is not in it (Notes says both).
type Estimate struct {
	City  tenancy.ID
	Plan  Plan // the one in force last in the month
	Month Period
	Lines []Line
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
	e := Estimate{City: city.ID, Month: MonthOf(month), AsOf: s.now()}
	_, end := e.Month.Window(city.Location())
	e.closed = !e.AsOf.Before(end)
	subs, err := subscriptions(ctx, s.db.App, e.Month)
	if err != nil {
		return Estimate{}, fmt.Errorf("billing: estimate: %w", err)
	}
	if len(subs) == 0 {
		return Estimate{}, fault.New(fault.NotFound, "billing.no_subscription")
	}
	for _, sub := range subs {
		if p, ok := e.Month.cut(sub.StartsOn, sub.EndsOn); ok {
			for _, part := range p.splitAt(sub.TrialEndsOn) {
				if err := s.add(ctx, &e, city, sub, part); err != nil {
					return Estimate{}, fmt.Errorf("billing: estimate: %w", err)
				}
			}
		}
	}
	return e, nil
}

// add prices the days p under a subscription and adds its lines to e.
func (s *Service) add(ctx context.Context, e *Estimate, city tenancy.City, sub Subscription, p Period) error {
	offer, err := findPlan(ctx, s.db.App, sub.Plan)
	if err != nil {
		return err
	}
	v, err := findVersion(ctx, s.db.App, sub.Plan, sub.Version, time.Date(p.Year, p.Month, p.LastDay, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return err
	}
	from, to := p.Window(city.Location())
	usage, err := s.usage.Quantities(ctx, city, from, to)
	if err != nil {
		return err
	}
	r, err := Rate(v, sub.terms(), usage, p)
	if err != nil {
		return err
	}
	e.Plan, e.Lines = offer, append(e.Lines, r.Lines...)
	e.Total, err = e.Total.Add(r.Total)
	return err
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
