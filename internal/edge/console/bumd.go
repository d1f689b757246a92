package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// The addresses of the console and of the rooms beside it (pricing, treasury), on the platform's host.
const (
	PathOverview  = "/bumd/keuangan"
	PathInvoices  = "/bumd/tagihan"
	PathDrafts    = "/bumd/konsep"
	PathRequests  = "/bumd/permintaan"
	PathIncidents = "/bumd/kejadian"
	PathCities    = "/bumd/langganan"
	PathPlans     = "/bumd/paket"
	PathProposals = "/bumd/usulan"
	PathCoupons   = "/bumd/kupon"
	PathBank      = "/bumd/rekening"
	PathArrears   = "/bumd/piutang"
	PathBalances  = "/bumd/saldo"
	PathParties   = "/bumd/pihak"
)

// bumdRoutes is the BUMD's console: what is sold, billed and owed.
func (p *Pages) bumdRoutes() gate.Table {
	reads, acts, moves, there := access.InvoiceRead, access.InvoiceIssue, access.PlanManage, gate.Platform
	bills, draft, request, incident, city := site.IDs("id", "invoice"), site.IDs("id", "draft"), site.IDs("id", "request"), site.IDs("id", "incident"), site.IDs("slug", "city")
	one, concept, town := PathInvoices+"/:id", PathDrafts+"/:id", PathCities+"/:slug"
	return gate.Table{
		{Method: get, Path: PathOverview, Needs: reads, Scope: there, Handler: p.overview},
		{Method: get, Path: PathInvoices, Needs: reads, Scope: there, Handler: p.invoices},
		{Method: get, Path: one, Needs: reads, Scope: there, IDs: bills, Handler: p.invoice},
		{Method: get, Path: one + "/baris/:n", Needs: reads, Scope: there, IDs: bills, Handler: p.line},
		{Method: get, Path: one + "/berkas", Needs: reads, Scope: there, IDs: bills, Handler: p.paper},
		{Method: get, Path: one + "/kuitansi/:payment", Needs: reads, Scope: there, IDs: site.IDs("id", "invoice", "payment", "payment"), Handler: p.receipt},
		{Method: post, Path: one + "/bayar", Needs: acts, Scope: there, IDs: bills, Handler: p.recordPayment},
		{Method: post, Path: one + "/saldo", Needs: acts, Scope: there, IDs: bills, Handler: p.applyBalance},
		{Method: post, Path: one + "/kirim", Needs: acts, Scope: there, IDs: bills, Handler: p.sendAgain},
		{Method: post, Path: one + "/minta", Needs: acts, Scope: there, IDs: bills, Handler: p.ask},
		{Method: get, Path: PathDrafts, Needs: acts, Scope: there, Handler: p.drafts},
		{Method: post, Path: PathDrafts, Needs: acts, Scope: there, Handler: p.issueMany},
		{Method: get, Path: concept, Needs: acts, Scope: there, IDs: draft, Handler: p.draft},
		{Method: get, Path: concept + "/baris/:n", Needs: acts, Scope: there, IDs: draft, Handler: p.draftLine},
		{Method: post, Path: concept + "/terbit", Needs: acts, Scope: there, IDs: draft, Handler: p.issueOne},
		{Method: post, Path: concept + "/sesuaikan", Needs: acts, Scope: there, IDs: draft, Handler: p.adjust},
		{Method: post, Path: concept + "/baris/:n/hapus", Page: concept, Needs: acts, Scope: there, IDs: draft, Handler: p.unadjust},
		{Method: get, Path: PathRequests, Needs: acts, Scope: there, Handler: p.requests},
		{Method: post, Path: PathRequests + "/:id/putus", Page: PathRequests, Needs: acts, Scope: there, IDs: request, Handler: p.decide},
		{Method: get, Path: PathIncidents, Needs: reads, Scope: there, Handler: p.incidents},
		{Method: post, Path: PathIncidents + "/:id/tutup", Page: PathIncidents, Needs: acts, Scope: there, IDs: incident, Handler: p.closeIncident},
		{Method: post, Path: PathIncidents + "/:id/ulang", Page: PathIncidents, Needs: acts, Scope: there, IDs: site.IDs("id", "job"), Handler: p.runAgain},
		{Method: get, Path: PathCities, Needs: reads, Scope: there, Handler: p.towns},
		{Method: get, Path: town, Needs: reads, Scope: there, IDs: city, Handler: p.town},
		{Method: get, Path: town + "/peristiwa", Needs: reads, Scope: there, IDs: city, Handler: p.townEvents},
		{Method: post, Path: town + "/pindah", Needs: moves, Scope: there, IDs: city, Handler: p.move},
		{Method: post, Path: town + "/akhiri", Needs: moves, Scope: there, IDs: city, Handler: p.end},
		{Method: post, Path: town + "/lanjut", Needs: moves, Scope: there, IDs: city, Handler: p.resume},
	}
}

// Cities lists the cities of the platform by name.
func (p *Pages) Cities(ctx context.Context) ([]tenancy.City, error) {
	all, err := p.Directory.All(ctx)
	all = slices.DeleteFunc(all, func(c tenancy.City) bool { return c.Kind != tenancy.KindCity })
	slices.SortFunc(all, func(a, b tenancy.City) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

// ageNames are the words for the sorts of arrears, in the order of finance.Ages.
func ageNames(l i18n.Locale) []string {
	return []string{l.T("bumd.age.0"), l.T("bumd.age.30"), l.T("bumd.age.60"), l.T("bumd.age.90"), l.T("bumd.age.more")}
}

// overview is the state of the business; every number leads to the list that it counts.
func (p *Pages) overview(c *gin.Context) error {
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.title")), Heading: l.T("bumd.title"), Lead: l.T("bumd.lead")}
	sold, err := p.soldSections(ctx, l, now)
	if err != nil {
		return err
	}
	ages, err := p.finance.Ages(ctx, who)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.ages"), Columns: []bill.Column{{Label: l.T("bumd.age")}, {Label: l.T("bumd.many"), End: true}, {Label: l.T("bill.rest"), End: true}}}
	var open, overdue money.Rupiah
	var many int
	for i, a := range ages {
		open, many = open+a.Open, many+a.Many
		if i > 0 {
			overdue += a.Open
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: ageNames(l)[i], Href: PathInvoices + "?umur=" + strconv.Itoa(i)}, {Text: l.Number(int64(a.Many))}, {Text: a.Open.String()}}})
	}
	t.Foot = []bill.Cell{{Text: l.T("usage.total")}, {Text: l.Number(int64(many))}, {Text: open.String()}}
	owed := bill.Section{ID: "piutang", Title: l.T("bumd.ages"), Text: l.T("bumd.ages_text"), Table: &t}
	if p.Guard.Allow(ctx, who, access.InvoiceIssue) == nil {
		owed.Links = []ui.Link{{Href: PathArrears, Label: l.T("arrears.title"), Icon: "mail"}}
		v.Links = []ui.Link{{Href: PathBank, Label: l.T("bank.title"), Icon: "file-text"}, {Href: PathBalances, Label: l.T("refund.title"), Icon: "history"}, {Href: PathParties, Label: l.T("party.title"), Icon: "building"}}
	}

	work := bill.Section{ID: "kerja", Title: l.T("bumd.work"), Figures: []bill.Figure{
		{Label: l.T("bill.open"), Value: open.String(), Href: PathInvoices + "?sisa=ya", Meaning: l.T("bill.overdue", "amount", overdue)}}}
	if p.Guard.Allow(ctx, who, access.InvoiceIssue) == nil {
		drafts, err := p.finance.Drafts(ctx, who)
		if err != nil {
			return err
		}
		asked, err := p.finance.Requests(ctx, who, uuid.Nil, true)
		if err != nil {
			return err
		}
		work.Figures = append(work.Figures, bill.Figure{Label: l.T("bumd.drafts"), Value: countText(l, len(drafts)), Href: PathDrafts, Meaning: l.T("bumd.drafts_meaning")},
			bill.Figure{Label: l.T("bumd.requests"), Value: countText(l, len(asked)), Href: PathRequests, Meaning: l.T("bumd.requests_meaning")})
	}
	found, err := p.found(c)
	if err != nil {
		return err
	}
	work.Figures = append(work.Figures, bill.Figure{Label: l.T("bumd.incidents"), Value: countText(l, len(found)), Href: PathIncidents, Meaning: l.T("bumd.incidents_meaning")})
	v.Sections = append([]bill.Section{work}, append(sold, owed)...)
	v.Notes = []string{l.T("bumd.mrr_definition"), l.T("bumd.churn_definition"), l.T("figures.at", "time", l.DateTime(now))}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// countText is how long a list is, which says when there are more than it shows.
func countText(l i18n.Locale, n int) string {
	if n >= listPage {
		return l.T("bumd.at_least", "n", n)
	}
	return l.Number(int64(n))
}

// soldSections are what recurs, how that has moved this month, and how the cities stand.
func (p *Pages) soldSections(ctx context.Context, l i18n.Locale, now time.Time) ([]bill.Section, error) {
	cities, err := p.Cities(ctx)
	if err != nil {
		return nil, err
	}
	today, err := p.Billing.Recurring(ctx, now)
	if err != nil {
		return nil, err
	}
	began, err := p.Billing.Recurring(ctx, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()).AddDate(0, 0, -1))
	if err != nil {
		return nil, err
	}
	var monthly money.Rupiah
	states := map[string]int{}
	for _, city := range cities {
		r, on := today[city.ID]
		monthly += r.Monthly
		states[standingOf(r, on, now)]++
	}
	yearly, err := monthly.Times(12)
	if err != nil {
		return nil, err
	}
	m := billing.MovedBetween(began, today)
	churn := "0%"
	if m.Began > 0 {
		churn = strconv.Itoa(m.Left*100/m.Began) + "%"
	}
	figures := bill.Section{ID: "langganan", Title: l.T("bumd.sold"), Figures: []bill.Figure{
		{Label: l.T("bumd.mrr"), Value: monthly.String(), Href: PathCities, Meaning: l.T("bumd.mrr_text")},
		{Label: l.T("bumd.arr"), Value: yearly.String(), Href: PathCities, Meaning: l.T("bumd.arr_text")},
		{Label: l.T("bumd.churn"), Value: churn, Href: PathCities + "?keadaan=none", Meaning: l.T("bumd.churn_text", "left", m.Left, "began", m.Began)},
	}}
	moved := bill.Section{ID: "gerak", Title: l.T("bumd.moved"), Table: &bill.Table{Title: l.T("bumd.moved"), Columns: []bill.Column{{Label: l.T("bumd.movement")}, {Label: l.T("bumd.a_month"), End: true}}}}
	for _, x := range []struct {
		key    string
		amount money.Rupiah
	}{{"new", m.New}, {"expansion", m.Expansion}, {"contraction", -m.Contraction}, {"churned", -m.Churned}} {
		moved.Table.Rows = append(moved.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("bumd.moved." + x.key), Href: PathCities + "?gerak=" + x.key}, {Text: x.amount.String()}}})
	}
	stand := bill.Section{ID: "kota", Title: l.T("bumd.cities_state"), Table: &bill.Table{Title: l.T("bumd.cities_state"), Columns: []bill.Column{{Label: l.T("bill.state")}, {Label: l.T("usage.cities"), End: true}}}}
	for _, s := range cityStates() {
		stand.Table.Rows = append(stand.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("bumd.city." + s), Href: PathCities + "?keadaan=" + s}, {Text: l.Number(int64(states[s]))}}})
	}
	return []bill.Section{figures, moved, stand}, nil
}

// cityStates are how a city stands.
func cityStates() []string { return []string{"active", "trial", "none"} }

func standingOf(r billing.Running, on bool, now time.Time) string {
	switch {
	case !on:
		return "none"
	case r.Trial(now):
		return "trial"
	}
	return "active"
}

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

// ReasonField asks why.
func ReasonField(l i18n.Locale, value string, errs ui.Errors) ui.Field {
	return ui.Field{Name: "reason", Type: "long_text", Label: l.T("bill.reason"), Value: value, Error: errs.Of("reason"), Max: 500, Hint: l.T("bumd.reason_hint")}
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

// invoices lists invoices by state, city, month of issue, day due and number.
func (p *Pages) invoices(c *gin.Context) error {
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), site.Zoned(c, p.Now())
	f, err := p.filterOf(c, now)
	if err != nil {
		return err
	}
	rows, err := p.finance.List(ctx, gate.ActorOf(c), f)
	if err != nil {
		return err
	}
	form, err := p.filterForm(c)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.invoices")), Back: PathOverview, Heading: l.T("bumd.invoices"), Lead: l.T("bumd.invoices_lead")}
	list := bill.Section{ID: "daftar", Title: l.T("bumd.invoices"), Quiet: true, Filter: form, Table: invoiceTable(l, rows, PathInvoices+"/", now, true),
		Empty: &bill.Empty{Icon: "search", Title: l.T("bumd.no_invoices"), Text: l.T("bumd.no_invoices_text")}}
	if len(rows) == listPage {
		q := c.Request.URL.Query()
		q.Set("sebelum", rows[len(rows)-1].Invoice.ID.String())
		list.Next = PathInvoices + "?" + q.Encode()
	}
	v.Sections = []bill.Section{list}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// filterOf reads ?keadaan=, ?kota=, ?bulan=, ?tempo= (due by), ?umur= (days late, as in the overview), ?sisa= and ?nomor=.
func (p *Pages) filterOf(c *gin.Context, now time.Time) (finance.Filter, error) {
	f := finance.Filter{State: c.Query("keadaan"), Open: c.Query("sisa") != "", Number: site.Clip(site.ToText(c.Query("nomor")), 60)}
	var err error
	if f.Before, err = beforeOf(c); err != nil {
		return f, err
	}
	if f.State != "" && !slices.Contains(finance.States(), f.State) {
		return f, site.Invalid("keadaan", "not_an_option")
	}
	if slug := c.Query("kota"); slug != "" {
		city, err := p.Directory.BySlug(c.Request.Context(), slug)
		if err != nil {
			return f, site.Invalid("kota", "not_an_option")
		}
		f.City = city.ID
	}
	if m := c.Query("bulan"); m != "" {
		if f.From, err = time.Parse(monthForm, m); err != nil || f.From.Year() < 2020 || f.From.Year() > 2199 {
			return f, site.Invalid("bulan", "invalid")
		}
		f.Until = f.From.AddDate(0, 1, 0)
	}
	if d := c.Query("tempo"); d != "" {
		day, err := time.Parse(time.DateOnly, d)
		if err != nil || day.Year() < 2020 || day.Year() > 2199 {
			return f, site.Invalid("tempo", "invalid")
		}
		f.DueUntil = day.AddDate(0, 0, 1)
	}
	if a := c.Query("umur"); a != "" {
		n, err := strconv.Atoi(a)
		if err != nil || n < 0 || n > 4 {
			return f, site.Invalid("umur", "not_an_option")
		}
		f.Open = true
		if f.DueFrom = now; n > 0 {
			f.DueUntil = now.AddDate(0, 0, -30*(n-1))
			f.DueFrom = time.Time{}
			if n < 4 {
				f.DueFrom = now.AddDate(0, 0, -30*n)
			}
		}
	}
	return f, nil
}

// filterForm asks for what filterOf reads.
func (p *Pages) filterForm(c *gin.Context) (*bill.Form, error) {
	l := gate.LocaleOf(c)
	cities, err := p.Cities(c.Request.Context())
	if err != nil {
		return nil, err
	}
	states, towns, ages := []ui.Option{{Label: l.T("audit.every")}}, []ui.Option{{Label: l.T("audit.every")}}, []ui.Option{{Label: l.T("audit.every")}}
	for _, s := range finance.States() {
		states = append(states, ui.Option{Value: s, Label: l.T("bill.state." + s)})
	}
	for _, t := range cities {
		towns = append(towns, ui.Option{Value: t.Slug, Label: t.Name})
	}
	for i, name := range ageNames(l) {
		ages = append(ages, ui.Option{Value: strconv.Itoa(i), Label: name})
	}
	f := bill.Form{Action: PathInvoices, Submit: l.T("usage.show"), Fields: []ui.Field{
		{Name: "keadaan", Type: "select", Label: l.T("bill.state"), Options: states}, {Name: "kota", Type: "select", Label: l.T("usage.city"), Options: towns},
		{Name: "umur", Type: "select", Label: l.T("bumd.age"), Options: ages}, {Name: "bulan", Type: "month", Label: l.T("usage.month")},
		{Name: "tempo", Type: "date", Label: l.T("bumd.due_by")}, {Name: "nomor", Label: l.T("bill.number")}}}
	for i := range f.Fields {
		f.Fields[i].Value = site.Clip(site.ToText(c.Query(f.Fields[i].Name)), 60)
	}
	if c.Query("sisa") != "" {
		f.Hidden = []ui.Option{{Value: "sisa", Label: "ya"}}
	}
	return &f, nil
}
