package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
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
	"bedelau/internal/saas/change"
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
	PathTaxes     = "/bumd/pajak"
	PathPayments  = "/bumd/pembayaran"
	PathShares    = "/bumd/bagi-hasil"
	PathOrders    = change.PathAll
)

// OrdersOf is where the BUMD sees what a city has ordered.
func OrdersOf(slug string) string { return PathCities + "/" + slug + "/perubahan" }

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
		{Method: get, Path: one + FormReturn, Needs: reads, Scope: there, IDs: bills, Handler: p.returnFile},
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
		{Method: post, Path: concept + "/batalkan", Page: concept, Needs: acts, Scope: there, IDs: draft, Handler: p.dropDraft},
		{Method: post, Path: concept + "/baris/:n/hapus", Page: concept, Needs: acts, Scope: there, IDs: draft, Handler: p.unadjust},
		{Method: get, Path: PathRequests, Needs: acts, Scope: there, Handler: p.requests},
		{Method: post, Path: PathRequests + "/:id/putus", Page: PathRequests, Needs: acts, Scope: there, IDs: request, Handler: p.decide},
		{Method: get, Path: PathIncidents, Needs: reads, Scope: there, Handler: p.incidents},
		{Method: post, Path: PathIncidents + "/:id/tutup", Page: PathIncidents, Needs: acts, Scope: there, IDs: incident, Handler: p.closeIncident},
		{Method: post, Path: PathIncidents + "/:id/ulang", Page: PathIncidents, Needs: acts, Scope: there, IDs: site.IDs("id", "job"), Handler: p.runAgain},
		{Method: get, Path: PathCities, Needs: reads, Scope: there, Handler: p.towns},
		{Method: get, Path: town, Needs: reads, Scope: there, IDs: city, Handler: p.town},
		{Method: get, Path: town + formWorth, Needs: reads, Scope: there, IDs: city, Handler: p.worth},
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
		v.Links = []ui.Link{{Href: PathBank, Label: l.T("bank.title"), Icon: "file-text"}, {Href: PathBalances, Label: l.T("refund.title"), Icon: "history"}, {Href: PathParties, Label: l.T("party.title"), Icon: "building"}, {Href: PathTaxes, Label: l.T("tax.title"), Icon: "receipt-tax"}, {Href: PathShares, Label: l.T("share.title"), Icon: "coin"}}
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
		more, err := p.waiting(c)
		if err != nil {
			return err
		}
		work.Figures = append(work.Figures, more...)
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

// waiting are the other lists in which something waits for a second person; an empty one is left out.
func (p *Pages) waiting(c *gin.Context) ([]bill.Figure, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	refunds, err := p.finance.Refunds(ctx, who, true)
	if err != nil {
		return nil, err
	}
	versions, coupons, orders := 0, 0, 0
	if p.Guard.Allow(ctx, who, access.PlanManage) == nil {
		proposed, err := p.Billing.Proposals(ctx, "")
		if err != nil {
			return nil, err
		}
		for _, o := range proposed {
			if o.Waits() {
				versions++
			}
		}
		asked, err := p.Billing.CouponProposals(ctx)
		if err != nil {
			return nil, err
		}
		for _, q := range asked {
			if q.Approved == nil {
				coupons++
			}
		}
		ordered, err := p.Changes.All(ctx, who, uuid.Nil)
		if err != nil {
			return nil, err
		}
		for _, o := range ordered {
			if o.State() == change.Waiting {
				orders++
			}
		}
	}
	var all []bill.Figure
	for _, x := range []struct {
		key, to string
		many    int
	}{{"refund.requests", PathBalances, len(refunds)}, {"bumd.proposals", PathPlans + "#usulan", versions}, {"coupon.requests", PathCoupons, coupons}, {"subchange.requests", PathOrders, orders}} {
		if x.many > 0 {
			all = append(all, bill.Figure{Label: l.T(x.key), Value: countText(l, x.many), Href: x.to, Meaning: l.T("bumd.requests_meaning")})
		}
	}
	return all, nil
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
	paused, err := p.Billing.Paused(ctx, now)
	if err != nil {
		return nil, err
	}
	var monthly money.Rupiah
	states := map[string]int{}
	for _, city := range cities {
		r, on := today[city.ID]
		_, waits := paused[city.ID]
		monthly += r.Monthly
		states[standingOf(r, on, waits, now)]++
	}
	yearly, err := monthly.Times(12)
	if err != nil {
		return nil, err
	}
	m := billing.MovedBetween(began, today)
	churn := strconv.FormatInt(m.Churn(), 10) + "%"
	figures := bill.Section{ID: "langganan", Title: l.T("bumd.sold"), Figures: []bill.Figure{
		{Label: l.T("bumd.mrr"), Value: monthly.String(), Href: PathCities, Meaning: l.T("bumd.mrr_text")},
		{Label: l.T("bumd.arr"), Value: yearly.String(), Href: PathCities, Meaning: l.T("bumd.arr_text")},
		{Label: l.T("bumd.churn"), Value: churn, Href: PathCities + "?gerak=churned", Meaning: l.T("bumd.churn_text", "left", m.Left, "began", m.Began)},
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
	trend, err := p.trendSections(ctx, l, now)
	return append([]bill.Section{figures, moved, stand}, trend...), err
}

// cityStates are how a city stands.
func cityStates() []string { return []string{"active", "trial", "paused", "none"} }

func standingOf(r billing.Running, on, paused bool, now time.Time) string {
	switch {
	case !on && paused:
		return "paused"
	case !on:
		return "none"
	case r.Trial(now):
		return "trial"
	}
	return "active"
}

// ReasonField asks why.
func ReasonField(l i18n.Locale, value string, errs ui.Errors) ui.Field {
	return ui.Field{Name: "reason", Type: "long_text", Label: l.T("bill.reason"), Value: value, Error: errs.Of("reason"), Max: 500, Hint: l.T("bumd.reason_hint")}
}
