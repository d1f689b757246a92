package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/platform"
)

// platformHome says what the platform is and leads to its cities. How many services a city offers is read as that city,
// through its own catalogue, which is for everyone.
func (p *Pages) platformHome(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Directory.All(ctx)
	if err != nil {
		return err
	}
	v := platform.HomeView{Shell: p.Shell(c, "")}
	v.Description = l.T("platform.about")
	for _, city := range all {
		if city.Kind != tenancy.KindCity {
			continue
		}
		n, err := p.Catalog.Counts(tenancy.With(ctx, city))
		if err != nil {
			return err
		}
		v.Cities = append(v.Cities, platform.City{Name: city.Name, Province: city.Province, URL: p.CityURL(city), Services: n.Total, Demo: city.Demo})
	}
	return p.Render(c, http.StatusOK, platform.Home(v))
}
