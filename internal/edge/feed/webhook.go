package feed

import (
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
)

// webhooks is where Stripe tells what has happened. It has no account here: its signature of the body says who it is, so the
// body is read as it came, before anything else looks at it.
func (o operations) webhooks() {
	o.api.Raw(gate.Table{{
		Method: http.MethodPost, Path: "/webhooks/stripe", Needs: access.Public, Scope: gate.Platform,
		Limit: gate.Limit{Name: "stripe", Count: 6000, Per: time.Minute}, Handler: o.stripe,
	}})
}

func (o operations) stripe(c *gin.Context) error {
	if o.Collection == nil {
		return fault.New(fault.NotFound, "page.not_found")
	}
	_ = huma.SetReadDeadline(c.Writer, time.Now().Add(rest.BodyTime)) // a recorder of a test has none
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return rest.Unread(err)
	}
	if err := o.Collection.Receive(c.Request.Context(), body, c.GetHeader("Stripe-Signature")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
