package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Compared is what a month of a city came to, and what it would have under other prices; both before tax.
type Compared struct {
	City     tenancy.City
	Old, New money.Rupiah
}

// WhatIf prices the real usage of a month again for every city that was on v's plan, with v in place of the versions that they
// were on, and their own terms. It changes nothing. It is for requests of the platform.
func (s *Service) WhatIf(ctx context.Context, cities []tenancy.City, v Version, month time.Time) ([]Compared, error) {
	if err := v.Validate(); err != nil {
		return nil, err
	}
	m := rating.MonthOf(month)
	var out []Compared
	for _, city := range cities {
		ctx, err := tenancy.Inside(ctx, city)
		if err != nil {
			return nil, err
		}
		all, err := subscriptions(ctx, s.db.App, m)
		if err != nil {
			return nil, fmt.Errorf("billing: what if: %w", err)
		}
		var subs []Subscription
		for _, sub := range all {
			if sub.Plan == v.Plan {
				subs = append(subs, sub)
			}
		}
		if len(subs) == 0 {
			continue
		}
		one := Compared{City: city}
		for into, pick := range map[*money.Rupiah]picking{&one.Old: s.own, &one.New: func(context.Context, Subscription, time.Time) (Version, error) { return v, nil }} {
			lines, err := s.rateWith(ctx, city, m, subs, s.known, pick)
			if err != nil {
				return nil, fmt.Errorf("billing: what if: %w", err)
			}
			for _, l := range lines {
				if *into, err = into.Add(l.Amount); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// picking is which version prices a subscription.
type picking func(ctx context.Context, sub Subscription, day time.Time) (Version, error)

// own is the version that a subscription is on.
func (s *Service) own(ctx context.Context, sub Subscription, day time.Time) (Version, error) {
	return findVersion(ctx, s.db.App, sub.Plan, sub.Version, day)
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // which the table refuses; what is marshalled here always can be
	}
	return string(text)
}
