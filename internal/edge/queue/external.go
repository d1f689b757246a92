package queue

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// pathOther is where an officer reads what an agency's app tells of one application.
const pathOther = "/petugas/eksternal"

// itemPath is the page of one application of a list, wherever it is worked on.
func itemPath(x inbox.Item) string {
	if x.Elsewhere {
		return pathOther + "/" + x.ID.String()
	}
	return site.CasePath(x.ID)
}

// listed is one application of a list: one of the city's own, or one in an agency's app.
type listed struct {
	here  *application.Application
	other *external.Application
}

// sent is since when the city knows of it.
func (x listed) sent() time.Time {
	if x.other != nil {
		return x.other.FirstAt
	}
	return x.here.SubmittedAt
}

// listed reads the applications of a list, in its order, from the two that know them.
func (p *Pages) listed(c *gin.Context, items []inbox.Item) ([]listed, error) {
	ctx, actor := c.Request.Context(), gate.ActorOf(c)
	here, elsewhere := inbox.Parted(items)
	apps, err := p.Casework.List(ctx, actor, here)
	if err != nil {
		return nil, err
	}
	others, err := p.External.List(ctx, actor, elsewhere)
	if err != nil {
		return nil, err
	}
	known := map[uuid.UUID]listed{}
	for i := range apps {
		known[apps[i].ID] = listed{here: &apps[i]}
	}
	for i := range others {
		known[others[i].ID] = listed{other: &others[i]}
	}
	var out []listed
	for _, x := range items {
		if one, ok := known[x.ID]; ok {
			out = append(out, one)
		}
	}
	return out, nil
}

// ours are those of a list that are worked on here.
func ours(all []listed) []application.Application {
	var out []application.Application
	for _, x := range all {
		if x.here != nil {
			out = append(out, *x.here)
		}
	}
	return out
}

// agencyNames are the offices by code, as an app's application names its own; asked for only when a list has one.
func (p *Pages) agencyNames(ctx context.Context, l i18n.Locale, all []listed) (short, long map[string]string, err error) {
	short, long = map[string]string{}, map[string]string{}
	if len(ours(all)) == len(all) {
		return short, long, nil
	}
	offices, err := p.Catalog.Agencies(ctx)
	for _, a := range offices {
		short[a.Code], long[a.Code] = site.AgencyShort(a, l), a.Name.In(l)
	}
	return short, long, err
}

// deskOther shows one application in an agency's app: where it stands, what the app has told, and the way there.
func (p *Pages) deskOther(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	d, err := p.External.Get(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	_, agencies, err := p.agencyNames(ctx, l, []listed{{other: &d.Application}})
	if err != nil {
		return err
	}
	f, back, from := CameFrom(c)
	v := office.OtherView{
		Shell: p.DeskShell(c, d.Reference), Reference: d.Reference, Service: d.ServiceName, App: d.AppName, Agency: agencies[d.Agency], Applicant: d.NameMasked,
		Status: ui.Status(d.Stage), Label: d.Label, Deadline: p.otherDeadline(c, d.Application), URL: d.URL, Document: d.DocumentURL,
		First: site.Zoned(c, d.FirstAt), Due: site.Zoned(c, d.DueAt), Heard: site.Zoned(c, d.UpdatedAt), Back: back,
	}
	for _, h := range d.Story {
		v.Events = append(v.Events, ui.Event{Title: l.T(h.Stage.TextKey()), Text: h.Label, By: d.AppName, At: site.Zoned(c, h.At), Icon: site.StageIcon(workflow.Stage(h.Stage))})
	}
	if len(v.Events) > 0 {
		v.Events[0].Now = d.ClosedAt.IsZero()
	}
	n, err := p.Inbox.Neighbours(ctx, gate.ActorOf(c), f, id)
	if err != nil {
		return err
	}
	v.Before, v.After = Beside(n, from)
	return p.Render(c, http.StatusOK, office.Other(v))
}

// Beside are the addresses of what comes before and after, with the way back.
func Beside(n inbox.Neighbours, from string) (before, after string) {
	if n.Before.ID != uuid.Nil {
		before = itemPath(n.Before) + from
	}
	if n.After.ID != uuid.Nil {
		after = itemPath(n.After) + from
	}
	return before, after
}

// otherRow is an app's application as a list shows it.
func (p *Pages) otherRow(c *gin.Context, x external.Application, agency string) office.Row {
	l := gate.LocaleOf(c)
	return office.Row{
		Href: itemPath(inbox.Item{ID: x.ID, Elsewhere: true}), Number: x.Reference, Service: x.ServiceName, Agency: agency, Applicant: x.NameMasked, App: x.AppName,
		Status: ui.Status(x.Stage), StatusLabel: l.T(x.Stage.TextKey()), Label: x.Label, Deadline: p.otherDeadline(c, x), Submitted: site.Zoned(c, x.FirstAt),
	}
}

// otherDeadline is the promise of an app in calendar days: the app counts it, by rules of its own.
func (p *Pages) otherDeadline(c *gin.Context, x external.Application) ui.Deadline {
	if x.DueAt.IsZero() {
		return ui.Deadline{}
	}
	const day = 24 * time.Hour
	now, due := p.Now(), site.Zoned(c, x.DueAt)
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
