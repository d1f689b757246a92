package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/public"
)

// agencies lists every office of the city by kind, in the official order.
func (p *Pages) agencies(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Catalog.Agencies(ctx)
	if err != nil {
		return err
	}
	n, err := p.Catalog.Counts(ctx)
	if err != nil {
		return err
	}
	v := public.AgenciesView{Shell: p.Shell(c, l.T("agencies.title")), Total: len(all)}
	place := map[string]int{}
	for _, a := range all {
		i, ok := place[a.Kind]
		if !ok {
			i = len(v.Groups)
			place[a.Kind] = i
			v.Groups = append(v.Groups, public.AgencyGroup{Label: l.T("portal.kind." + a.Kind)})
		}
		v.Groups[i].Items = append(v.Groups[i].Items, agencyItem(a, l, n.Agency[a.Code]))
	}
	return p.Render(c, http.StatusOK, public.Agencies(v))
}

// agency is one office and what it serves.
func (p *Pages) agency(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	a, err := p.Catalog.Agency(ctx, c.Param("code"))
	if err != nil {
		return err
	}
	items, err := p.listed(ctx, l, catalog.Filter{Agency: a.Code})
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, public.Agency(public.AgencyView{
		Shell: p.Shell(c, a.Name.In(l)), Agency: agencyItem(a, l, len(items)), Source: a.Source, Services: items,
	}))
}

func agencyItem(a catalog.Agency, l i18n.Locale, services int) public.AgencyItem {
	return public.AgencyItem{Code: a.Code, Name: a.Name.In(l), Short: a.Short, Website: a.Website, Phone: a.Phone,
		Services: services, Verified: a.Verified}
}
