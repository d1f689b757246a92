package visit

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/visit"
	"bedelau/web/ui"
)

// moveVisit asks for another day and time of an appointment at its counter.
func (p *Pages) moveVisit(c *gin.Context) error {
	return p.moveQuestion(c, http.StatusOK, nil, nil, askedOf(c.Query, c.Request.URL.Path))
}

func (p *Pages) moveQuestion(c *gin.Context, status int, errs ui.Errors, other []booking.Slot, a asked) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	b, counter, err := p.Booking.Get(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	if !b.Changeable(p.Now()) {
		return fault.New(fault.Conflict, "booking.over")
	}
	a.service, a.counter, a.application, a.path = "", b.Counter, "", site.PathVisits+"/"+id.String()+"/ubah"
	switch {
	case a.day == "":
		return p.askDay(c, a)
	case a.slot == "" || len(errs) > 0:
		return p.askSlot(c, status, a, errs, other)
	}
	at, ok := a.moment(c)
	if !ok {
		return site.NotFound()
	}
	before := a
	before.slot = ""
	rows := append([]ui.Row{{Label: l.T("visit.until_now"), Value: l.DateTime(site.Zoned(c, b.StartsAt))}},
		p.visitRows(c, counter, at, at.Add(b.EndsAt.Sub(b.StartsAt)))...)
	keep := []visit.Hidden{{Name: "hari", Value: a.day}, {Name: "jam", Value: a.slot}}
	return p.Render(c, http.StatusOK, visit.Check(visit.CheckView{Shell: p.Shell(c, l.T("visit.check_move")), Back: before.to(), Step: 5, Of: stepsOfVisit,
		Title: l.T("visit.check_move"), Rows: rows, Action: a.path, Keep: keep, Label: l.T("visit.move_act")}))
}

// move puts the appointment to the time that was chosen.
func (p *Pages) move(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	a := askedOf(in.Get, c.Request.URL.Path)
	at, ok := a.moment(c)
	if !ok {
		return p.moveQuestion(c, http.StatusUnprocessableEntity, slotError(gate.LocaleOf(c)), nil, a)
	}
	_, err = p.Booking.Reschedule(c.Request.Context(), gate.ActorOf(c), id, at)
	if err == nil {
		return p.Done(c, site.PathVisits+"/"+id.String(), "visit_moved")
	}
	var live *booking.Live
	if errors.As(err, &live) {
		return p.Done(c, site.PathVisits+"/"+live.ID.String(), "visit_live")
	}
	var full *booking.Full
	errs, status, refused := site.RefusedAt(c, err, map[string]string{"booking.full": "jam", "booking.full_all": "jam", "booking.no_slot": "jam", "booking.closed": "jam"})
	if !refused {
		return err
	}
	var other []booking.Slot
	if errors.As(err, &full) {
		other = full.Next
	}
	a.slot = ""
	return p.moveQuestion(c, status, errs, other, a)
}
