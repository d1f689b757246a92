package portal

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/identity"
)

// atCounter serves a page of a resident's application also to the officer who fills it in at a counter, in the name of
// whoever stands there. Its route says with Counter which permission the officer needs.
func (p *Portal) atCounter(page func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		a := gate.ActorOf(c)
		if a.Kind != identity.Staff {
			return page(c)
		}
		id, err := site.PathID(c, "id")
		if err != nil {
			return err
		}
		who, err := p.Casework.AtCounter(c.Request.Context(), a, id)
		if err != nil {
			return err
		}
		gate.InTheNameOf(c, who)
		return page(c)
	}
}
