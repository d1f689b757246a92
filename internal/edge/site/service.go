package site

import (
	"cmp"
	"context"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
)

// ServiceNames is what the services of a city are called, by code.
type ServiceNames map[string]string

// Of names a service; one that the city never had goes by its code.
func (n ServiceNames) Of(code string) string { return cmp.Or(n[code], code) }

// ServiceNames reads at once what the city's services are called in the reader's language, also those that are no longer
// offered.
func (p *Pages) ServiceNames(c *gin.Context) (ServiceNames, error) {
	all, err := p.Catalog.List(c.Request.Context(), catalog.Filter{Retired: true})
	out := ServiceNames{}
	for _, s := range all {
		out[s.Code] = s.Name.In(gate.LocaleOf(c))
	}
	return out, err
}

// CodeNames names what usage divides by: the agencies and services of ctx's city, which are public, and the channels, by "agency:",
// "service:" or "channel:" and the code. An empty code is what has none.
func (p *Pages) CodeNames(ctx context.Context, l i18n.Locale) (map[string]string, error) {
	names := map[string]string{
		"agency:": l.T("usage.no_agency"), "service:": l.T("usage.no_service"), "channel:": l.T("usage.no_channel"),
	}
	for _, channel := range []string{"web", "api", "counter"} {
		names["channel:"+channel] = l.T("case.channel." + channel)
	}
	for _, channel := range []string{"email", "whatsapp", "sms"} {
		names["channel:"+channel] = l.T("usage.channel." + channel)
	}
	agencies, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range agencies {
		names["agency:"+a.Code] = AgencyShort(a, l)
	}
	services, err := p.Catalog.List(ctx, catalog.Filter{Retired: true})
	for _, s := range services {
		names["service:"+s.Code] = s.Name.In(l)
	}
	return names, err
}
