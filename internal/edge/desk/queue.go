package desk

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// deskShell is the frame of a page of the desk.
func (p *Pages) deskShell(c *gin.Context, title string) ui.Shell {
	s := p.Shell(c, title)
	s.Frame, s.NoIndex = ui.FrameOffice, true
	return s
}

// deskQueue shows a page of a view of the officer's queue.
func (p *Pages) deskQueue(c *gin.Context) error {
	f := inbox.Query{Filter: inbox.Filter{View: inbox.View(c.Query("lihat"))}, Cursor: c.Query("sesudah")}
	if f.View == "" {
		f.View = inbox.ViewAll
	}
	return p.queuePage(c, f)
}

// deskSearch shows what a search found. What was typed may be a person's name and so is not in the address, which
// browsers and proxies keep.
func (p *Pages) deskSearch(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	return p.queuePage(c, inbox.Query{Filter: inbox.Filter{View: inbox.ViewAll}, Search: in.Text("q")})
}

func (p *Pages) queuePage(c *gin.Context, f inbox.Query) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	q, err := p.Inbox.Queue(ctx, actor, f)
	if err != nil {
		return err
	}
	rows, err := p.Casework.List(ctx, actor, q.IDs)
	if err != nil {
		return err
	}
	deadlines, err := p.Deadlines(ctx, rows...)
	if err != nil {
		return err
	}
	v := office.QueueView{Shell: p.deskShell(c, l.T("queue.title")), Search: site.Clip(site.ToText(f.Search), 100), More: q.More, Here: c.Request.URL.RequestURI(), Now: site.Zoned(c, p.Now())}
	if actor.Agency != "" {
		if a, err := p.Catalog.Agency(ctx, actor.Agency); err == nil {
			v.Agency = a.Name.In(l)
		}
	}
	if v.Search == "" {
		v.Tab, v.From = string(f.View), origin(f.View, f.Cursor)
	}
	if v.Tab == string(inbox.ViewDone) {
		v.Hint = l.T("queue.done_hint")
	}
	for _, view := range viewsByUrgency(q.Counts) {
		v.Tabs = append(v.Tabs, office.Tab{Code: string(view), Label: tabLabel(view, l), Count: q.Counts[view], Alarm: view == inbox.ViewLate})
	}
	if q.Next != "" {
		v.Next = queueAddress(f.View, q.Next)
	}
	if f.Cursor != "" {
		v.First = queueAddress(f.View, "")
	}
	may := p.Guard.Allow(ctx, actor, access.ApplicationReview) == nil
	for i, a := range rows {
		row, err := p.queueRow(c, a, deadlines[i])
		if err != nil {
			return err
		}
		row.MayClaim = may && a.Open() && !a.AssigneeID.Valid
		v.Rows = append(v.Rows, row)
	}
	return p.Render(c, http.StatusOK, office.Queue(v))
}

// tabLabel is the name of a view. That only the last thirty days are kept in the done one is said beneath it.
func tabLabel(v inbox.View, l i18n.Locale) string {
	if v == inbox.ViewDone {
		return l.T("queue.done")
	}
	return l.T(v.TextKey())
}

// viewsByUrgency leads with what is late as long as anything is: on a phone the first views alone are in sight.
func viewsByUrgency(counts map[inbox.View]int) []inbox.View {
	views := inbox.Views()
	if counts[inbox.ViewLate] > 0 {
		late := slices.Index(views, inbox.ViewLate)
		views = slices.Insert(slices.Delete(views, late, late+1), 0, inbox.ViewLate)
	}
	return views
}

// origin is the query by which a case knows the view that it was opened from, to lead back there.
func origin(view inbox.View, cursor string) string {
	q := url.Values{"dari": {string(view)}}
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	return "?" + q.Encode()
}

// cameFrom reads the query of origin: the view to lead back to and the query for the addresses of the case, which are
// those of the whole queue and nothing when the case was opened in another way.
func cameFrom(c *gin.Context) (back, query string) {
	view, cursor := inbox.View(c.Query("dari")), c.Query("sesudah")
	if !slices.Contains(inbox.Views(), view) {
		return site.PathQueue, ""
	}
	return queueAddress(view, cursor), origin(view, cursor)
}

func queueAddress(view inbox.View, cursor string) string {
	q := url.Values{"lihat": {string(view)}}
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	return site.PathQueue + "?" + q.Encode()
}

func (p *Pages) queueRow(c *gin.Context, a casework.Application, due ui.Deadline) (office.Row, error) {
	l := gate.LocaleOf(c)
	state, err := p.Casework.Status(c.Request.Context(), a)
	if err != nil {
		return office.Row{}, err
	}
	return office.Row{
		ID: a.ID.String(), Number: a.Number, Service: a.ServiceName.In(l), Agency: a.AgencyShort, Applicant: a.ApplicantName,
		Status: ui.Status(a.Stage), StatusLabel: state.Label.In(l), Assignee: a.AssigneeName, Deadline: due,
		Submitted: site.Zoned(c, a.SubmittedAt), Level: a.EscalationLevel, Version: a.Version,
		Mine: a.AssigneeID.Valid && a.AssigneeID.UUID == gate.ActorOf(c).ID,
	}, nil
}
