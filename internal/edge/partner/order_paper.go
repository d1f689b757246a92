package partner

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

// paperPath is where a paper of an order is read.
func paperPath(here string, x ductorder.Paper) string { return here + "/naskah/" + x.ID.String() }

// orderPaper sends a quote, an order letter or an acceptance record as a PDF.
func (p *Pages) orderPaper(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	paper, err := site.PathID(c, "paper")
	if err != nil {
		return err
	}
	f, body, err := p.Orders.OpenPaper(c.Request.Context(), gate.ActorOf(c), id, paper)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
