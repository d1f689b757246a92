package desk

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathOther = site.PathQueue + "/eksternal"

// deskOther shows what the agencies' own apps tell of applications in the reader's reach.
func (p *Pages) deskOther(c *gin.Context) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	f := external.Filter{View: external.View(c.Query("lihat")), Cursor: c.Query("sesudah")}
	if f.View == "" {
		f.View = external.ViewAll
	}
	q, err := p.External.Queue(ctx, actor, f)
	if err != nil {
		return err
	}
	v := office.OtherView{Shell: p.DeskShell(c, l.T("other.title")), Tab: string(f.View), Now: site.Zoned(c, p.Now())}
	_, agencies, err := p.StaffChoices(ctx, l)
	if err != nil {
		return err
	}
	if actor.Agency != "" {
		v.Agency = site.OptionLabel(agencies, actor.Agency)
	}
	for _, view := range external.Views() {
		v.Tabs = append(v.Tabs, office.Tab{Code: string(view), Label: l.T(view.TextKey()), Count: q.Counts[view], Alarm: view == external.ViewLate})
	}
	for _, s := range external.Stages() {
		if n := q.Stages[s]; n > 0 {
			v.Stages = append(v.Stages, office.StageCount{Label: l.T(s.TextKey()), Count: n})
		}
	}
	if q.Next != "" {
		v.Next = otherAddress(f.View, q.Next)
	}
	if f.Cursor != "" {
		v.First = otherAddress(f.View, "")
	}
	for _, x := range q.Rows {
		v.Rows = append(v.Rows, p.otherRow(c, x, site.OptionLabel(agencies, x.Agency)))
	}
	return p.Render(c, http.StatusOK, office.Other(v))
}

func (p *Pages) otherRow(c *gin.Context, x external.Application, agency string) office.OtherRow {
	row := office.OtherRow{App: x.AppName, Reference: x.Reference, Service: x.ServiceName, Agency: agency, Applicant: x.NameMasked,
		Label: x.Label, URL: x.URL, Status: ui.Status(x.Stage), Due: site.Zoned(c, x.DueAt), Since: site.Zoned(c, x.StageAt)}
	if x.DueAt.IsZero() {
		return row
	}
	row.Deadline = otherDeadline(x, p.Now(), row.Due)
	return row
}

func otherAddress(view external.View, cursor string) string {
	q := url.Values{"lihat": {string(view)}}
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	return pathOther + "?" + q.Encode()
}

// otherDeadline is the promise of an app in calendar days: the app counts it, by rules of its own.
func otherDeadline(x external.Application, now, due time.Time) ui.Deadline {
	const day = 24 * time.Hour
	d := ui.Deadline{State: "running", Due: due, Unit: "day", Left: int(due.Sub(now) / day)}
	switch {
	case x.Stage == external.Cancelled:
		d.State = "ended"
	case !x.DecidedAt.IsZero() && x.DecidedAt.After(due):
		d.State = "decided_late"
	case !x.DecidedAt.IsZero():
		d.State = "on_time"
	case x.Stage == external.NeedsCorrection:
		d.State = "paused"
	case x.Late(now):
		d.State, d.Left = "late", int(now.Sub(due)/day)
	}
	return d
}
