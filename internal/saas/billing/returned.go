package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Returned is the kind of a line by which what a subscription left to the city ends: no later month takes it over, so the month comes
// to nothing and the amount is to be given back by credit notes, which two people approve.
const Returned rating.Kind = "returned"

// carriedOn reports whether what a month leaves to ctx's city is taken over by the next one. It is not once the city has left for
// good, nor when no month follows within which anything is corrected, however a subscription ended.
func (s *Service) carriedOn(ctx context.Context, m rating.Period) (bool, error) {
	back, err := s.correctable(ctx)
	if err != nil {
		return false, err
	}
	next, city := rating.MonthsLater(m.First(), 1).Format(time.DateOnly), tenancy.Must(ctx)
	var goesOn bool
	err = s.db.App.NewRaw(`SELECT EXISTS (SELECT FROM subscription s WHERE s.tenant_id = ? AND s.withdrawn_at IS NULL AND s.starts_on < ?::date + interval '1 month'
			AND (s.ends_on IS NULL OR s.ends_on > ?::date - make_interval(months => ?)))
		AND coalesce((SELECT s.ends_on IS NULL OR s.ends_on > ?::date OR s.ended_as <> ? FROM subscription s
			WHERE s.tenant_id = ? AND s.withdrawn_at IS NULL ORDER BY s.starts_on DESC LIMIT 1), false)`,
		city, next, next, back, next, Cancelled, city).Scan(ctx, &goesOn)
	if err != nil {
		return false, fmt.Errorf("billing: what follows: %w", err)
	}
	return goesOn, nil
}

// Return is what the end of a subscription left to a city, by the closing that says so.
type Return struct {
	City   tenancy.ID
	Month  time.Time
	Amount money.Rupiah // before tax
	Of     []Part       // what it was paid for
}

// Part is a component of a subscription.
type Part struct {
	Subscription uuid.UUID
	Component    string
}

// Source names the closing, for the credit notes that give it back.
func (r Return) Source() string { return SourceOf(r.City, r.Month) }

// returnsMost bounds the list of Returns.
const returnsMost = 200

// Returns lists what the closings of all cities left to them, the latest first, 200 at most. It reads across cities as the platform
// role, so only requests of the platform may call it.
func (s *Service) Returns(ctx context.Context) ([]Return, error) {
	if err := ofPlatform(ctx); err != nil {
		return nil, err
	}
	var closed []Closing
	err := s.db.Platform.NewSelect().Model(&closed).Where(`lines @> '[{"kind": "returned"}]'`).Order("month DESC", "tenant_id").Limit(returnsMost).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("billing: returns: %w", err)
	}
	var out []Return
	for _, c := range closed {
		out = append(out, c.returned())
	}
	return out, nil
}

func (c Closing) returned() Return {
	r := Return{City: c.TenantID, Month: c.Month}
	for _, l := range c.Lines {
		switch {
		case l.Kind == Returned:
			r.Amount += l.Amount // the total, which fitted
		case l.Amount < 0 && l.Component != "":
			r.Of = append(r.Of, Part{l.Subscription, l.Component})
		}
	}
	return r
}
