package billing

import (
	"context"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// takenOff is, by component, what the books have taken off the charge of the year that the end of sub cuts short in a part of a month; none
// where no year is. What was taken off after the month was closed is told apart, so that the month comes to the same when it is corrected.
func (s *Service) takenOff(ctx context.Context, city tenancy.City, sub Subscription, v Version, part rating.Period) (map[string]rating.Off, error) {
	last := rating.DateOf(sub.EndsOn).AddDate(0, 0, -1)
	if sub.EndsOn.IsZero() || !part.Holds(last) || !sub.yearUntil(v, last).After(rating.DateOf(sub.EndsOn)) {
		return nil, nil
	}
	platform, err := s.platform(ctx)
	if err != nil {
		return nil, err
	}
	c, _, err := closing(ctx, s.db.App, rating.MonthOf(last).First())
	if err != nil {
		return nil, err
	}
	year, _ := rating.YearOf(sub.terms().PaidFrom(), last)
	out := map[string]rating.Off{}
	for _, one := range v.Components {
		if one.Every != rating.Yearly {
			continue
		}
		off, err := s.book.OffCharge(tenancy.With(ctx, platform), s.db.App, city.ID,
			map[string]any{"subscription": sub.ID.String(), "component": one.Code, "kind": string(rating.Flat), "month": year.Format("2006-01")}, c.ClosedAt)
		if err != nil {
			return nil, err
		}
		out[one.Code] = rating.Off{Then: off.Then, Now: off.Now}
	}
	return out, nil
}
