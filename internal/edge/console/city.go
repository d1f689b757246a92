package console

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/change"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/finance"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// ownBills is what a city is on, what this month costs so far, and its invoices.
func (p *Pages) ownBills(c *gin.Context) error {
	return p.ownBillsPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) ownBillsPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l, now := c.Request.Context(), gate.LocaleOf(c), site.Zoned(c, p.Now())
	v := bill.View{Shell: p.DeskShell(c, l.T("bill.title")), Heading: l.T("bill.title"), Lead: l.T("bill.lead"), Errors: errs}
	v.Sections = append(v.Sections, bill.Section{ID: "warga", Title: l.T("bill.residents"), Quiet: true, Note: bill.Note{Text: l.T("bill.never_refused")}})

	pays, err := p.Collection.Account(ctx, gate.ActorOf(c), gate.CityOf(c).ID)
	if err != nil {
		return err
	}
	if pays.Collection == collection.ByStripe && p.Guard.Allow(ctx, gate.ActorOf(c), access.InvoicePay) == nil {
		v.Links = []ui.Link{{Href: pathStripe, Label: l.T("stripe.title"), Icon: "settings"}}
	}
	before, err := beforeOf(c)
	if err != nil {
		return err
	}
	rows, err := p.finance.List(ctx, gate.ActorOf(c), finance.Filter{Before: before})
	if err != nil {
		return err
	}
	ages, err := p.finance.Ages(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	var open, overdue money.Rupiah
	for i, a := range ages {
		open += a.Open
		if i > 0 {
			overdue += a.Open
		}
	}
	owed := bill.Figure{Label: l.T("bill.open"), Value: open.String(), Href: "#tagihan", Meaning: l.T("bill.open_text")}
	if overdue > 0 {
		owed.Meaning = l.T("bill.overdue", "amount", overdue)
	}
	month, err := p.monthSections(c, now, in, errs)
	if err != nil {
		return err
	}
	month[0].Figures = append(month[0].Figures, owed)
	v.Sections = append(v.Sections, month...)

	list := bill.Section{ID: "tagihan", Title: l.T("bill.invoices"), Table: invoiceTable(l, rows, pathBills+"/", now, false),
		Empty: &bill.Empty{Icon: "file-text", Title: l.T("bill.none"), Text: l.T("bill.none_text")}}
	if len(rows) == listPage {
		list.Next = pathBills + "?sebelum=" + rows[len(rows)-1].Invoice.ID.String() + "#tagihan"
	}
	if len(rows) > 0 {
		for _, t := range invoice.Tables() {
			list.Links = append(list.Links, ui.Link{Href: FileOf(pathBills, t), Label: l.T("tax.table_year."+t, "year", now.Year()), Icon: "download"})
		}
	}
	v.Sections = append(v.Sections, list)
	v.Notes = []string{l.T("bill.how_closed"), l.T("figures.at", "time", l.DateTime(now))}
	return p.Render(c, status, bill.Page(v))
}

// listPage is how many invoices a list of finance has.
const listPage = 100

// beforeOf is the last invoice of the page before, from ?sebelum=.
func beforeOf(c *gin.Context) (uuid.UUID, error) {
	text := c.Query("sebelum")
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, site.Invalid("sebelum", "invalid")
	}
	return id, nil
}

// monthSections are what the running month comes to, the terms it is priced by, and what the plan allows.
func (p *Pages) monthSections(c *gin.Context, now time.Time, in site.Form, errs ui.Errors) ([]bill.Section, error) {
	ctx, l, city := c.Request.Context(), gate.LocaleOf(c), gate.CityOf(c)
	head := bill.Section{ID: "angka", Title: l.T("bill.now"), Quiet: true}
	e, err := p.Billing.Estimate(ctx, city, now)
	if fault.Is(err, "billing.no_subscription") {
		note, err := p.noPlan(ctx, l, city, now)
		return []bill.Section{head, {ID: "paket", Title: l.T("bill.plan"), Note: bill.Note{Tone: "care", Text: note}, Links: planLinks(l)}}, err
	}
	if err != nil {
		return nil, err
	}
	foretold, err := p.Billing.Forecast(ctx, city, now)
	if err != nil {
		return nil, err
	}
	head.Figures = []bill.Figure{
		{Label: l.T("bill.so_far"), Value: e.Total.String(), Href: "#bulan", Meaning: l.T("bill.before_tax")},
		{Label: l.T("bill.forecast"), Value: foretold.String(), Href: "#bulan", Meaning: l.T("bill.forecast_text", "month", l.Month(now))},
	}
	budget, err := p.budgetSection(c, now, e.Total, foretold, in, errs)
	if err != nil {
		return nil, err
	}
	out := []bill.Section{head, budget}
	sub, _, on, err := p.Billing.Current(ctx, city, now)
	if err != nil {
		return nil, err
	}
	terms := bill.Section{ID: "paket", Title: l.T("bill.terms"), Links: planLinks(l)}
	if on {
		addons, err := p.AddonNames(ctx, l, sub.Plan)
		if err != nil {
			return nil, err
		}
		terms.Text, terms.Rows = e.Plan.Summary.In(l), TermRows(l, e.Plan.Name.In(l), sub, addons)
	} else if terms.Note.Text, err = p.noPlan(ctx, l, city, now); err != nil {
		return nil, err
	} else {
		terms.Note.Tone = "care"
	}
	out = append(out, terms)
	if len(city.Plan.Limits) > 0 {
		out = append(out, bill.Section{ID: "batas", Title: l.T("bill.limits"), Text: l.T("bill.limits_text"),
			Table: limitTable(l, city.Plan, slices.Sorted(maps.Keys(city.Plan.Limits)))})
	}
	month := bill.Section{ID: "bulan", Title: l.T("bill.month", "month", l.Month(now)), Table: estimateTable(l, e, pathBills+"/peristiwa", city.Location())}
	for _, n := range e.Notes(l) {
		month.Text += n + " "
	}
	return append(out, month), nil
}

// planLinks leads to where the city changes its subscription.
func planLinks(l i18n.Locale) []ui.Link {
	return []ui.Link{{Href: change.PathOwn, Label: l.T("subchange.link"), Icon: "edit"}}
}

// noPlan says why a city is on no plan: because it paused, or because it never was or has ended.
func (p *Pages) noPlan(ctx context.Context, l i18n.Locale, city tenancy.City, now time.Time) (string, error) {
	sub, paused, _, err := p.Billing.Latest(ctx, city, now)
	if paused {
		return l.T("bill.paused", "day", l.Date(sub.EndsOn)), err
	}
	return l.T("bill.no_plan"), err
}

// estimateTable lists the lines of an estimate; what was counted leads to its events.
func estimateTable(l i18n.Locale, e billing.Estimate, events string, loc *time.Location) *bill.Table {
	t := bill.Table{Title: l.T("usage.bill"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("usage.line_amount"), End: true}},
		Foot: []bill.Cell{{Text: l.T("usage.total")}, {}, {Text: e.Total.String()}}}
	for _, x := range e.Lines {
		name := bill.Cell{Text: x.Name.In(l)}
		if x.Kind == rating.Discount {
			name.Text = l.T("billing.line.discount", "code", x.Component)
		}
		if x.Meter != "" {
			from, to := x.Period.Window(loc)
			name.Href = eventsOf(events, x.Meter, from, to)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{name, {Text: x.Working(l)}, {Text: x.Amount.String()}}})
	}
	return &t
}

// eventsOf leads to the events of a meter from one instant until another.
func eventsOf(events, meter string, from, to time.Time) string {
	return events + "?" + url.Values{"meter": {meter}, "dari": {from.UTC().Format(time.RFC3339)}, "sampai": {to.UTC().Format(time.RFC3339)}}.Encode()
}

// invoiceTable lists invoices; the BUMD sees whose they are and whether anybody was told.
func invoiceTable(l i18n.Locale, rows []finance.Row, base string, today time.Time, everyone bool) *bill.Table {
	t := bill.Table{Title: l.T("bill.invoices"), Columns: []bill.Column{{Label: l.T("bill.number")}}}
	if everyone {
		t.Columns = append(t.Columns, bill.Column{Label: l.T("bill.party")})
	}
	t.Columns = append(t.Columns, bill.Column{Label: l.T("bill.issued")}, bill.Column{Label: l.T("bill.due")}, bill.Column{Label: l.T("bill.total"), End: true},
		bill.Column{Label: l.T("bill.rest"), End: true}, bill.Column{Label: l.T("bill.state")})
	for _, r := range rows {
		cells := []bill.Cell{{Text: r.Invoice.Number, Href: base + r.Invoice.ID.String(), Small: r.Note}}
		if everyone {
			cells = append(cells, bill.Cell{Text: r.Party.Name})
		}
		state := bill.Cell{Mark: stateMark(l, r.State(), r.DueOn, today)}
		if everyone && r.Sent == 0 {
			state.Small = l.T("bill.not_sent")
		}
		cells = append(cells, bill.Cell{Text: l.Date(r.IssuedOn)}, bill.Cell{Text: r.DueIn(l)}, bill.Cell{Text: r.Total.String()}, bill.Cell{Text: r.Open.String()}, state)
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return &t
}

// ownBill is one invoice of the reader's city.
func (p *Pages) ownBill(c *gin.Context) error {
	b, err := p.billOf(c)
	if err != nil {
		return err
	}
	v, err := p.billView(c, b, pathBills)
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// billOf reads the invoice of the address; what is not the reader's is not there.
func (p *Pages) billOf(c *gin.Context) (finance.Bill, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return finance.Bill{}, err
	}
	return p.finance.Find(c.Request.Context(), gate.ActorOf(c), id)
}

func (p *Pages) ownLine(c *gin.Context) error { return p.linePage(c, pathBills, gate.CityOf(c)) }

// ownEvents lists the events behind a number of the running month.
func (p *Pages) ownEvents(c *gin.Context) error {
	return p.eventsPage(c, gate.CityOf(c), pathBills)
}

// paper serves an invoice as it was printed.
func (p *Pages) paper(c *gin.Context) error { return p.download(c, uuid.Nil) }

// receipt serves the kuitansi of one payment.
func (p *Pages) receipt(c *gin.Context) error {
	payment, err := site.PathID(c, "payment")
	if err != nil {
		return err
	}
	return p.download(c, payment)
}

func (p *Pages) download(c *gin.Context, payment uuid.UUID) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	f, body, err := p.finance.Open(c.Request.Context(), gate.ActorOf(c), id, payment)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
