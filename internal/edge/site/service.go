package site

import (
	"cmp"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
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
