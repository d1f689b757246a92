package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/collection"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// finding is something that somebody should look after.
type finding struct {
	kind, about, href string
	why               string // and what to do
	at                time.Time
	incident          uuid.UUID // that can be closed
	job               uuid.UUID // that can run again
}

// found lists what is not as it should be: what Stripe and the books do not agree on, months that were not closed, jobs that failed,
// invoices that reached nobody, and cities above a limit of their plan.
func (p *Pages) found(c *gin.Context) ([]finding, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	var out []finding
	open, err := p.Collection.Incidents(ctx, who, collection.IncidentFilter{})
	if err != nil {
		return nil, err
	}
	for _, n := range open {
		f := finding{kind: l.T("collection.incident." + n.Kind), about: n.Object, at: n.FoundAt, incident: n.ID}
		if n.InvoiceID.Valid {
			f.href = PathInvoices + "/" + n.InvoiceID.UUID.String()
		}
		out = append(out, f)
	}
	if p.Guard.Allow(ctx, who, access.InvoiceIssue) == nil {
		unsent, err := p.finance.Unsent(ctx, who)
		if err != nil {
			return nil, err
		}
		for _, r := range unsent {
			if p.Now().Sub(r.FinalisedAt) > time.Hour { // until then it is being printed and sent
				out = append(out, finding{kind: l.T("bumd.found.unsent"), about: r.Invoice.Number + ", " + r.Party.Name, at: r.FinalisedAt, href: PathInvoices + "/" + r.Invoice.ID.String()})
			}
		}
	}
	cities, err := p.Cities(ctx)
	if err != nil {
		return nil, err
	}
	left, err := p.leftToCities(c, cities)
	if err != nil {
		return nil, err
	}
	out = append(out, left...)
	stuck, err := p.stuck(c, cities)
	if err != nil {
		return nil, err
	}
	out = append(out, stuck...)
	for _, city := range cities {
		for _, x := range city.Plan.Limits {
			if !x.Over.IsZero() {
				out = append(out, finding{kind: l.T("bumd.found.over"), about: city.Name + ", " + x.Name.In(l), at: x.Over, href: PathCities + "/" + city.Slug})
			}
		}
	}
	slices.SortFunc(out, func(a, b finding) int { return b.at.Compare(a.at) })
	return out, nil
}

// leftToCities lists what ended subscriptions left to cities and nobody has asked a credit note for.
func (p *Pages) leftToCities(c *gin.Context, cities []tenancy.City) ([]finding, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	if p.Guard.Allow(ctx, who, access.InvoiceIssue) != nil {
		return nil, nil
	}
	all, err := p.Billing.Returns(ctx)
	if err != nil {
		return nil, err
	}
	var sources []string
	for _, r := range all {
		sources = append(sources, r.Source())
	}
	given, err := p.finance.GivenBack(ctx, who, sources)
	if err != nil {
		return nil, err
	}
	var out []finding
	for _, r := range all {
		left := r.Amount - given[r.Source()]
		if left <= 0 {
			continue
		}
		f := finding{kind: l.T("bumd.found.give_back", "amount", left), at: r.Month.AddDate(0, 1, 0), href: PathBalances + "#langganan-berakhir"}
		for _, city := range cities {
			if city.ID == r.City {
				f.about = city.Name
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// stuck lists months that should be closed and jobs that are out of retries, with why.
func (p *Pages) stuck(c *gin.Context, cities []tenancy.City) ([]finding, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	var out []finding
	late, err := p.Billing.Late(ctx, cities)
	if err != nil {
		return nil, err
	}
	for _, x := range late {
		out = append(out, finding{kind: l.T("bumd.found.not_closed", "month", l.Month(x.Month)), why: whyText(l, x.Why), about: x.City.Name, at: x.Month.AddDate(0, 1, 0), href: PathCities + "/" + x.City.Slug})
	}
	if p.Guard.Allow(ctx, who, access.InvoiceIssue) != nil {
		return out, nil
	}
	failed, err := p.finance.FailedJobs(ctx, who)
	if err != nil {
		return nil, err
	}
	for _, f := range failed {
		x := finding{kind: l.T("bumd.found.job"), why: whyText(l, f.LastError), about: l.T("bumd.found.platform"), at: f.EndedAt, job: f.ID}
		if key := "bumd.job." + strings.TrimSuffix(f.Kind, ".v1"); l.Has(key) {
			x.kind = l.T("bumd.found.job_of", "what", l.T(key))
		}
		for _, city := range cities {
			if city.ID == f.TenantID {
				x.about, x.href = city.Name, PathCities+"/"+city.Slug
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// whyText says a code of a failure in words, or names it for the operator.
func whyText(l i18n.Locale, code string) string {
	switch {
	case code == "":
		return l.T("bumd.why.unknown")
	case l.Has("bumd.why." + code):
		return l.T("bumd.why." + code)
	}
	return l.T("bumd.why.code", "code", code)
}

// runAgain lets a failed job run once more.
func (p *Pages) runAgain(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.finance.RunAgain(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, PathIncidents, "job_again")
}

// incidents lists what is not as it should be.
func (p *Pages) incidents(c *gin.Context) error { return p.incidentsPage(c, http.StatusOK, nil) }

func (p *Pages) incidentsPage(c *gin.Context, status int, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	found, err := p.found(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.incidents")), Back: PathOverview, Heading: l.T("bumd.incidents"), Lead: l.T("bumd.incidents_lead"), Errors: errs}
	t := bill.Table{Title: l.T("bumd.incidents"), Columns: []bill.Column{{Label: l.T("bumd.about")}, {Label: l.T("bumd.what")}, {Label: l.T("bill.when")}}}
	list := bill.Section{ID: "daftar", Title: l.T("bumd.incidents"), Quiet: true, Table: &t, Empty: &bill.Empty{Icon: "circle-check", Title: l.T("bumd.no_incidents"), Text: l.T("bumd.no_incidents_text")}}
	for _, f := range found {
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: f.about, Href: f.href}, {Text: f.kind, Small: f.why}, {Text: l.DateTime(site.Zoned(c, f.at))}}})
		if f.incident != uuid.Nil && p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.InvoiceIssue) == nil {
			list.Forms = append(list.Forms, bill.Form{ID: "tutup-" + f.incident.String(), Folded: true, Title: l.T("bumd.close_incident", "what", f.kind+", "+f.about),
				Action: PathIncidents + "/" + f.incident.String() + "/tutup", Submit: l.T("bumd.close"), Fields: []ui.Field{ReasonField(l, "", errs)}})
		}
		if f.job != uuid.Nil {
			list.Forms = append(list.Forms, bill.Form{ID: "ulang-" + f.job.String(), Plain: true, Action: PathIncidents + "/" + f.job.String() + "/ulang", Submit: l.T("bumd.again", "what", f.kind+", "+f.about)})
		}
	}
	v.Sections = []bill.Section{list}
	return p.Render(c, status, bill.Page(v))
}

func (p *Pages) closeIncident(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	err = p.Collection.Close(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	if errs, status, ok := site.Refused(c, err, "reason"); ok {
		return p.incidentsPage(c, status, errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, PathIncidents, "incident_closed")
}
