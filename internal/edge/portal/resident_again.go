package portal

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// apply opens a draft for a service, or goes on with the one that is there. Who has applied before hears at once what
// would be refused after the last question, and may still go on for another person.
func (p *Portal) apply(c *gin.Context) error {
	ctx, a, service := c.Request.Context(), gate.ActorOf(c), c.Param("code")
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	if !in.Yes("other") {
		var h *intake.Hold
		err := p.Casework.MayStart(ctx, a, service)
		if errors.As(err, &h) {
			v := resident.HeldView{}
			if h.ByNIK {
				v.Other = "/ajukan/" + service
			}
			return p.heldPage(c, err, h, v)
		}
		if err != nil {
			return err
		}
	}
	app, err := p.Casework.Start(ctx, a, service, event.ChannelWeb)
	if err != nil {
		return err
	}
	return p.goOn(c, app.ID)
}

// heldTitles are the headings of the refusals to apply again.
var heldTitles = map[string]string{
	"application.one_open": "held.open", "application.not_collected": "held.collect", "application.cooldown": "held.wait",
	"application.not_now": "held.not_now",
}

// held answers a draft that was refused because of an earlier application. What was filled in stays.
func (p *Portal) held(c *gin.Context, err error, draft application.Application) error {
	v := resident.HeldView{Draft: own(draft.ID, "/periksa")}
	var h *intake.Hold
	if errors.As(err, &h) {
		return p.heldPage(c, err, h, v)
	}
	// The application in the way is not the reader's, so that only the office can tell.
	agency, lost := p.Catalog.Agency(c.Request.Context(), draft.AgencyCode)
	if lost != nil && !fault.Is(lost, "catalog.unknown_agency") {
		return lost
	}
	v.Agency, v.Phone, v.Website = draft.AgencyName.In(gate.LocaleOf(c)), agency.Phone, agency.Website
	return p.heldPage(c, err, nil, v)
}

// heldPage says why it cannot be applied for now, and leads to the application that is in the way.
func (p *Portal) heldPage(c *gin.Context, err error, h *intake.Hold, v resident.HeldView) error {
	l, f := gate.LocaleOf(c), fault.From(err)
	v.Shell, v.Text = p.Shell(c, l.T(heldTitles[f.Code])), site.Refusal(l, f)
	if h != nil {
		d, err := p.Casework.Get(c.Request.Context(), gate.ActorOf(c), h.ID)
		if err != nil {
			return err
		}
		v.Earlier = &resident.Item{ID: h.ID.String(), Number: d.Application.Number, Service: d.Application.ServiceName.In(l),
			Status: ui.Status(d.Application.Stage), Text: d.State.Public.In(l)}
		v.MayCancel = mayCancel(d)
	}
	return p.Render(c, http.StatusConflict, resident.Held(v))
}
