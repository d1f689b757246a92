package portal

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
)

// atCounter serves a page of a resident's application also to the officer who fills it in at a counter, in the name of
// whoever stands there. Everybody else needs what the page asks for.
func (p *Portal) atCounter(need access.Permission, page func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		ctx, a := c.Request.Context(), gate.ActorOf(c)
		if a.Kind != identity.Staff {
			if err := p.Guard.Allow(ctx, a, need); err != nil {
				return err
			}
			return page(c)
		}
		id, err := site.PathID(c, "id")
		if err != nil {
			return err
		}
		who, err := p.Casework.AtCounter(ctx, a, id)
		if err != nil {
			return err
		}
		gate.InTheNameOf(c, who)
		return page(c)
	}
}
