package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// trackForm asks which application to follow. The number may come with the address; the digits of the phone may not,
// because addresses are kept in many places.
func (p *Pages) trackForm(c *gin.Context) error {
	return p.trackPage(c, http.StatusOK, site.ToText(c.Query("nomor")), nil)
}

func (p *Pages) trackPage(c *gin.Context, status int, number string, errs ui.Errors) error {
	v := public.TrackView{Shell: p.Shell(c, gate.LocaleOf(c).T("track.title")), Number: site.Clip(number, 40), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, public.Track(v))
}

// track tells where an application stands to whoever knows its number and four digits of its phone. It answers the
// form itself: a result with an address of its own would be there for the next person at the same screen.
func (p *Pages) track(c *gin.Context) error {
	in, err := site.ReadForm(c)
	var t intake.Tracking
	if err == nil {
		t, err = p.Casework.Track(c.Request.Context(), in.Text("number"), in.Text("phone"))
	}
	if fault.Is(err, "application.not_tracked") {
		errs, _, _ := site.Refused(c, fault.Wrap(fault.Invalid, "application.not_tracked", err), "")
		return p.trackPage(c, http.StatusNotFound, in.Text("number"), errs)
	}
	if fault.Is(err, "application.track_locked") {
		errs, _, _ := site.Refused(c, fault.Wrap(fault.Invalid, "application.track_locked", err), "")
		return p.trackPage(c, http.StatusTooManyRequests, in.Text("number"), errs)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.trackPage(c, status, in.Text("number"), errs)
	}
	if err != nil {
		return err
	}
	v := trackedView(c, t)
	v.Shell = p.Shell(c, t.Number)
	v.NoIndex = true
	return p.Render(c, http.StatusOK, public.Tracked(v))
}

func trackedView(c *gin.Context, t intake.Tracking) public.TrackedView {
	l := gate.LocaleOf(c)
	v := public.TrackedView{
		Number: t.Number, Service: t.ServiceName.In(l), Agency: t.AgencyName.In(l),
		Status: ui.Status(t.State.Stage), StatusText: t.State.Public.In(l), Submitted: site.Zoned(c, t.SubmittedAt),
		Deadline: site.ForApplicant(site.DeadlineOf(t.Promise), t.State.Stage),
	}
	for i, s := range t.Steps {
		v.Events = append(v.Events, ui.Event{Title: s.State.Label.In(l), At: site.Zoned(c, s.At), Icon: site.StageIcon(s.State.Stage), Now: i == len(t.Steps)-1})
	}
	return v
}
