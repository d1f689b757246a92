package ductmoney

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// quoteRoutes is what a reservation or an order would be charged.
func (p *Pages) quoteRoutes() gate.Table {
	return gate.Table{{Method: get, Path: ducts.PathLeases + "/:id/penawaran", Needs: access.DuctRead, Scope: gate.City, IDs: site.IDs("id", "duct_lease"), Handler: p.quote}}
}

// quote prints what a lease that is not charged yet would be charged, each line with its rule. What is charged already stands on
// invoices.
func (p *Pages) quote(c *gin.Context) error {
	ctx, l, a := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, parts, err := p.Leases.Lease(ctx, a, id)
	if err != nil {
		return err
	}
	if x.State != lease.Reserved && x.State != lease.Ordered {
		return fault.New(fault.NotFound, "page.not_found")
	}
	r := ducttariff.Route{Kind: x.Kind, Quantity: x.Quantity, Since: x.Since, Until: x.Until}
	for _, part := range parts {
		r.Segments = append(r.Segments, part.ID)
	}
	q, err := p.DuctPrice.Quote(ctx, x.OperatorID, r)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("ductquote.title")), Back: ducts.PathLeases + "/" + id.String(), Heading: l.T("ductquote.of", "number", x.Number), Lead: l.T("ductquote.lead", "operator", x.OperatorName, "day", l.Date(q.Day)),
		Links: []ui.Link{{Href: PathOffer, Label: l.T("ductprice.offer"), Icon: "file-text"}}, Notes: []string{l.T("ductprice.tax_value"), l.T("ductquote.note")}}
	sums := bill.Section{ID: "jumlah", Title: l.T("bill.sums"), Rows: []ui.Row{{Label: l.T("ductquote.once"), Value: q.OnceSum.String()}, {Label: l.T("ductquote.month"), Value: q.MonthSum.String()}, {Label: l.T("ductquote.year"), Value: q.YearSum.String()}}}
	if q.TermSum > 0 {
		sums.Rows = append(sums.Rows, ui.Row{Label: l.T("ductquote.term"), Value: q.TermSum.String()})
	}
	sums.Rows = append(sums.Rows, ui.Row{Label: l.T("ductprice.deposit"), Value: q.Deposit.String() + "\n" + l.T("ductprice.deposit_months", "n", q.Terms.DepositMonths)})
	if !q.MinimumTo.IsZero() {
		sums.Rows = append(sums.Rows, ui.Row{Label: l.T("ductprice.minimum"), Value: l.T("ductquote.minimum", "last", l.Date(q.MinimumTo.AddDate(0, 0, -1)))})
	}
	v.Sections = []bill.Section{sums, quoteSection(l, "sekali", l.T("ductquote.once"), q.Once, q.OnceSum), quoteSection(l, "bulanan", l.T("ductquote.month"), q.Month, q.MonthSum), {ID: "ketentuan", Title: l.T("ductprice.terms"), Rows: termRows(l, q.Terms)}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// quoteSection lists lines with what each rests on.
func quoteSection(l i18n.Locale, id, title string, all []ducttariff.Line, sum money.Rupiah) bill.Section {
	s := bill.Section{ID: id, Title: title, Empty: &bill.Empty{Icon: "coin", Title: l.T("ductquote.none"), Text: l.T("ductquote.none_text")},
		Table: &bill.Table{Title: title, Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("usage.working")}, {Label: l.T("ductprice.basis")}, {Label: l.T("usage.line_amount"), End: true}}}}
	for _, x := range all {
		basis := bill.Cell{Text: x.Basis}
		for _, n := range notes(l, x.Method, x.LegalNote) {
			basis.Small += n + ". "
		}
		if !x.Verified {
			basis.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("ductprice.unverified")}
		}
		zone := l.T("ductquote.outside")
		if x.FreeTrade {
			zone = l.T("ductquote.inside")
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l), Small: zone}, {Text: x.Working.In(l)}, basis, {Text: x.Amount.String()}}})
	}
	s.Table.Foot = []bill.Cell{{Text: l.T("invoice.paper.net")}, {}, {}, {Text: sum.String()}}
	return s
}
