package ductmoney

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/public"
)

// offerRoutes is the published reference offer.
func (p *Pages) offerRoutes() gate.Table {
	return gate.Table{{Method: get, Path: ducts.PathOffer, Needs: access.Public, Scope: gate.City, Handler: p.offer}}
}

// offer is made of the price list and the terms of today, as operators are charged by them.
func (p *Pages) offer(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	list, err := p.DuctPrice.List(ctx)
	if err != nil {
		return err
	}
	today := p.DayIn(c)
	v := public.OfferView{Shell: p.Shell(c, l.T("ductoffer.title"))}
	v.Lead = l.T("ductoffer.lead", "city", gate.CityOf(c).Name, "day", l.Date(today))
	for _, t := range list.On(today) {
		v.Unverified = v.Unverified || !t.Verified
		price, err := offered(l, list, t, today)
		if err != nil {
			return err
		}
		v.Prices = append(v.Prices, price)
	}
	for _, t := range list.Tariffs {
		if t.EffectiveFrom <= today.Format(time.DateOnly) || t.Rate == 0 {
			continue
		}
		day, err := time.Parse(time.DateOnly, t.EffectiveFrom)
		if err != nil {
			return err
		}
		price, err := offered(l, list, t, day)
		if err != nil {
			return err
		}
		v.Coming = append(v.Coming, price)
	}
	if t, ok := list.TermsOn(today); ok {
		v.Terms, v.Unverified = termRows(l, t), v.Unverified || !t.Verified
		for _, x := range t.Conditions {
			v.Conditions = append(v.Conditions, x.In(l))
		}
	}
	reasons, err := p.Leases.Refusals(ctx)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		id, title, text string
		fits            func(lease.Refusal) bool
	}{
		{"alasan", "ductoffer.reasons", "ductoffer.reasons_text", func(r lease.Refusal) bool { return r.Lease }},
		{ducts.OfferOperators, "ductoffer.operator_reasons", "ductoffer.operator_reasons_text", func(r lease.Refusal) bool { return r.Operator }},
		{"alasan-jadwal", "ductoffer.window_reasons", "ductoffer.window_reasons_text", func(r lease.Refusal) bool { return r.Window }},
	} {
		group := public.OfferReasons{ID: x.id, Title: l.T(x.title), Text: l.T(x.text)}
		for _, r := range reasons {
			if x.fits(r) {
				group.All = append(group.All, r.Name.In(l))
			}
		}
		if len(group.All) > 0 {
			v.Reasons = append(v.Reasons, group)
		}
	}
	return p.Render(c, http.StatusOK, public.Offer(v))
}

// offered is a tariff as it is on a day.
func offered(l i18n.Locale, list ducttariff.List, t ducttariff.Tariff, day time.Time) (public.OfferPrice, error) {
	rate, err := list.RateOn(t, day)
	x := public.OfferPrice{Name: t.Name.In(l), For: l.T("ductprice.charge." + t.Charge), Rate: rate.String(), Per: l.T("ductprice.per." + t.Per), Basis: t.Basis, Note: strings.Join(ducts.PriceNotes(l, t), ". "),
		Since: dateOf(l, t.EffectiveFrom)}
	if t.Kind != "" {
		x.For = l.T("duct.unit."+t.Kind) + ", " + x.For
	}
	return x, err
}
