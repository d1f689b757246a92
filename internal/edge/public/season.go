package public

import (
	"context"
	"time"

	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/public"
)

// local is now in the city's zone.
func (p *Pages) local(ctx context.Context) time.Time {
	if city, ok := tenancy.CityFrom(ctx); ok {
		return p.Now().In(city.Location())
	}
	return p.Now()
}

// seasonText tells in a list whether a service that is not applied for all year can be applied for now, and until or from
// when; "" for any other.
func seasonText(parts catalog.Parts, now time.Time, l i18n.Locale) string {
	switch at := parts.At(now); {
	case len(parts.Seasons) == 0:
		return ""
	case !at.Shut:
		return l.T("season.open_until", "closes", l.ShortDate(at.Closes, now))
	case !at.Opens.IsZero():
		return l.T("season.opens", "opens", l.ShortDate(at.Opens, now))
	}
	return l.T("season.over")
}

// seasonView is the seasons of a service for its page, those that are over left out, and, while it takes no applications,
// why not.
func seasonView(parts catalog.Parts, now time.Time, l i18n.Locale) ([]public.Season, *public.Shut) {
	var out []public.Season
	for _, s := range parts.Seasons {
		opens, closes, err := s.Times(now.Location())
		if err != nil || now.After(closes) {
			continue
		}
		one := public.Season{Span: l.T("season.span", "opens", l.DateTime(opens), "closes", l.DateTime(closes))}
		if day, ok := s.Day(); ok {
			one.Announced = l.T("season.announced", "date", l.Date(day))
		}
		out = append(out, one)
	}
	switch at := parts.At(now); {
	case !at.Shut:
		return out, nil
	case !at.Opens.IsZero():
		return out, &public.Shut{Title: l.T("season.not_yet"), Text: l.T("season.not_yet_text", "opens", l.DateTime(at.Opens))}
	default:
		return out, &public.Shut{Title: l.T("season.over"), Text: l.T("season.over_text", "closes", l.DateTime(at.Closes))}
	}
}
