package queue

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// deskQueue shows a page of the officer's list. A filter that cannot be is shown as it was asked for, over its whole view,
// and over all open work where there is no such view.
func (p *Pages) deskQueue(c *gin.Context) error {
	f := filterOf(func(name string) string { return site.ToText(c.Query(name)) })
	if f.View == "" {
		f.View = inbox.ViewAll
	}
	err := f.Check()
	if err == nil {
		return p.queuePage(c, http.StatusOK, inbox.Query{Filter: f, Cursor: c.Query("sesudah")}, tried{filter: f})
	}
	errs, status, _ := site.Refused(c, err, "")
	for i, e := range errs {
		errs[i].Name = filterNames[e.Name]
		if e.Name == "view" { // is chosen by the links above the list, not in the form
			errs[i].Name, errs[i].Text = "", gate.LocaleOf(c).T("queue.no_view")
			f.View = inbox.ViewAll
		}
	}
	errs = site.Called(c, errs, filterLabels)
	return p.queuePage(c, status, inbox.Query{Filter: inbox.Filter{View: f.View}}, tried{filter: f, errors: errs})
}

// deskSearch keeps a search and leads to what it finds. What was typed may be a person's name or number and so is not in
// the address, which browsers and proxies keep.
func (p *Pages) deskSearch(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	months, _ := strconv.Atoi(in.Text("kurun"))
	if !slices.Contains(inbox.Spans(), months) {
		months = 0 // the usual
	}
	if strings.TrimSpace(in.Text("q")) == "" {
		p.Redirect(c, site.PathQueue)
		return nil
	}
	id, err := p.Inbox.KeepSearch(c.Request.Context(), gate.ActorOf(c), inbox.Query{Search: in.Text("q"), Months: months})
	if err != nil {
		return err
	}
	p.Redirect(c, pathSearch+"/"+id.String())
	return nil
}

// pathSearch has what a search found, by the id under which it is kept.
const pathSearch = site.PathQueue + "/cari"

// deskFound shows what a search found.
func (p *Pages) deskFound(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	q, err := p.Inbox.SearchKept(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return p.queuePage(c, http.StatusOK, q, tried{search: id.String()})
}

// tried is what an officer has just asked of the list, to be shown with it: a filter, or one to be saved.
type tried struct {
	filter inbox.Filter
	name   string // of a filter to be saved
	shared bool   // whether it was to be for the whole agency
	saving bool
	search string // the id of a search that is shown
	errors ui.Errors
}

func (p *Pages) queuePage(c *gin.Context, status int, f inbox.Query, t tried) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	q, err := p.Inbox.Queue(ctx, actor, f)
	if err != nil {
		return err
	}
	rows, err := p.found(c, f, &q)
	if err != nil {
		return err
	}
	deadlines, err := p.Deadlines(ctx, ours(rows)...)
	if err != nil {
		return err
	}
	agencies, _, err := p.agencyNames(ctx, l, rows)
	if err != nil {
		return err
	}
	v := office.QueueView{Shell: p.DeskShell(c, l.T("queue.title")), Search: site.Clip(site.ToText(f.Search), 100), More: q.More,
		Here: c.Request.URL.RequestURI(), Now: site.Zoned(c, p.Now()), Errors: t.errors, Total: q.Total.All(), TotalHere: q.Total.Here}
	v.ErrorTitle = len(t.errors) > 0
	if actor.Agency != "" {
		if a, err := p.Catalog.Agency(ctx, actor.Agency); err == nil {
			v.Agency = a.Name.In(l)
		}
	}
	for _, view := range viewsByUrgency(q.Counts) {
		v.Tabs = append(v.Tabs, office.Tab{Code: string(view), Label: tabLabel(view, l), Href: listAddress(inbox.Filter{View: view}, ""), Count: q.Counts[view].All(), Alarm: view == inbox.ViewLate})
	}
	if q.Next != "" {
		v.Next = listAddress(f.Filter, q.Next)
	}
	if f.Cursor != "" {
		v.First = listAddress(f.Filter, "")
	}
	if v.Search == "" {
		if err := p.listTools(c, f, t, &v); err != nil {
			return err
		}
	}
	if v.Search != "" {
		v.From = "?cari=" + t.search
		v.Months = cmp.Or(f.Months, inbox.Spans()[1])
		for _, n := range inbox.Spans() {
			v.Spans = append(v.Spans, ui.Option{Value: strconv.Itoa(n), Label: spanText(n, l)})
		}
		v.Searched = l.T("queue.searched", "span", spanText(v.Months, l))
		apps, err := p.External.Sources(ctx, actor)
		if err != nil {
			return err
		}
		if len(apps) > 0 {
			v.Searched += " " + l.T("queue.searched_apps", "span", spanText(v.Months, l))
		}
	}
	if v.Asked, err = p.asked(ctx, actor, l); err != nil {
		return err
	}
	v.MayClaim = p.Guard.Allow(ctx, actor, access.ApplicationReview) == nil
	v.MayAssign = p.Guard.Allow(ctx, actor, access.ApplicationAssign) == nil
	for _, x := range rows {
		if x.other != nil {
			v.Rows = append(v.Rows, p.otherRow(c, *x.other, agencies[x.other.Agency]))
			continue
		}
		row, err := p.queueRow(c, *x.here, deadlines[0])
		if err != nil {
			return err
		}
		deadlines = deadlines[1:]
		row.MayClaim = v.MayClaim && x.here.Open() && !x.here.AssigneeID.Valid
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		if v.Limited, err = p.limitNote(c); err != nil {
			return err
		}
	}
	return p.Render(c, status, office.Queue(v))
}

// spanText says how far back a search looks.
func spanText(months int, l i18n.Locale) string {
	switch {
	case months == inbox.Ever:
		return l.T("queue.span.ever")
	case months%12 == 0:
		return l.T("queue.span.years", "n", months/12)
	}
	return l.T("queue.span.months", "n", months)
}

// listTools is what a list has and a search has not: its view, its filter, and what can be done with the whole of it.
func (p *Pages) listTools(c *gin.Context, f inbox.Query, t tried, v *office.QueueView) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	v.Tab, v.From = string(f.View), origin(f.Filter, f.Cursor)
	if f.View == inbox.ViewDone {
		v.Hint = l.T("queue.done_hint")
	}
	reach, err := p.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	if v.Filter, err = p.filterForm(c, t.filter, reach); err != nil {
		return err
	}
	if v.Saved, err = p.savedLinks(ctx, actor, l, f.Filter); err != nil {
		return err
	}
	v.Filter.Open = f.Cursor == "" && (f.Narrow() || f.Sort != inbox.ByDeadline) && !slices.ContainsFunc(v.Saved, func(x office.Saved) bool { return x.Current })
	if v.Colleagues, err = p.colleagues(ctx, actor, f.Filter, reach); err != nil {
		return err
	}
	v.Query = filterQuery(f.Filter)
	v.SaveName, v.SaveShared, v.Saving, v.MayShare = t.name, t.shared, t.saving, p.Inbox.MayShare(ctx, actor)
	v.MayExport = p.Guard.Allow(ctx, actor, access.ApplicationRead) == nil
	return nil
}

// found reads the applications of a page. A search for a person's own number is for those who may see such numbers, and
// on record.
func (p *Pages) found(c *gin.Context, f inbox.Query, q *inbox.Page) ([]listed, error) {
	ctx, actor := c.Request.Context(), gate.ActorOf(c)
	nik := strings.NewReplacer(" ", "", "-", "", ".", "").Replace(strings.TrimSpace(f.Search))
	if !nikPattern.MatchString(nik) || p.Guard.Allow(ctx, actor, access.ApplicationReveal) != nil {
		return p.listed(c, q.Items)
	}
	rows, err := p.Casework.ByIdentifier(ctx, actor, form.NIK, nik)
	if err != nil {
		return nil, err
	}
	others, err := p.External.ByNIK(ctx, actor, nik)
	if err != nil {
		return nil, err
	}
	var out []listed
	for i := range rows {
		out = append(out, listed{here: &rows[i]})
	}
	for i := range others {
		out = append(out, listed{other: &others[i]})
	}
	slices.SortStableFunc(out, func(a, b listed) int { return b.sent().Compare(a.sent()) })
	q.More = len(out) > searchShown
	return out[:min(len(out), searchShown)], nil
}

var nikPattern = regexp.MustCompile(`^[0-9]{16}$`)

// searchShown is how many a search shows at most.
const searchShown = 25

// tabLabel is the name of a view. That only the last thirty days are kept in the done one is said beneath it.
func tabLabel(v inbox.View, l i18n.Locale) string {
	if v == inbox.ViewDone {
		return l.T("queue.done")
	}
	return l.T(v.TextKey())
}

// viewsByUrgency leads with what is late as long as anything is: on a phone the first views alone are in sight.
func viewsByUrgency(counts map[inbox.View]inbox.Tally) []inbox.View {
	views := inbox.Views()
	if counts[inbox.ViewLate].All() > 0 {
		late := slices.Index(views, inbox.ViewLate)
		views = slices.Insert(slices.Delete(views, late, late+1), 0, inbox.ViewLate)
	}
	return views
}

func (p *Pages) queueRow(c *gin.Context, a application.Application, due ui.Deadline) (office.Row, error) {
	l := gate.LocaleOf(c)
	state, err := p.Casework.Status(c.Request.Context(), a)
	if err != nil {
		return office.Row{}, err
	}
	return office.Row{
		ID: a.ID.String(), Href: site.CasePath(a.ID), Number: a.Number, Service: a.ServiceName.In(l), Agency: a.AgencyShort, Applicant: a.ApplicantName,
		Status: ui.Status(a.Stage), StatusLabel: state.Label.In(l), Assignee: a.AssigneeName, Deadline: due,
		Submitted: site.Zoned(c, a.SubmittedAt), Level: a.EscalationLevel, Version: a.Version,
		Mine: a.AssigneeID.Valid && a.AssigneeID.UUID == gate.ActorOf(c).ID, StepLate: a.StepLate(p.Now()),
	}, nil
}
